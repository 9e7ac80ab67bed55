import * as vscode from 'vscode';
import { Cancelled, UserError } from '../../core/base/errors.ts';
import { isRequest, type CallContext, type Handlers } from '../../rpc/call.ts';
import { RpcServer } from '../../rpc/rpcServer.ts';
import type { OwnMethods, PageEvent, PageName, Pages } from '../../webview/protocol.ts';
import { Disposable } from './disposable.ts';
import { logText } from './failures.ts';
import { pageHtml } from './pageHtml.ts';
import type { Services } from './services.ts';

export type PageHandlers<P extends PageName> = Omit<Handlers<OwnMethods[P]>, 'listen'>;

/** The host's end of a page: fills the webview with the page, answers its calls, reports events to it. */
export class WebviewHost<P extends PageName> extends Disposable {
  /** Of the page that is loaded now: each load has its own, so that no call outlives the page that made it. */
  private server: RpcServer<Pages[P]> | undefined;
  private emit: ((event: PageEvent<P>) => void) | undefined;

  constructor(
    private readonly services: Services,
    private readonly view: vscode.WebviewPanel | vscode.WebviewView,
    private readonly name: P,
    private readonly handlers: PageHandlers<P>,
    /** Called whenever a page begins to listen: a hidden view loses its page and loads another. It is to report everything. */
    private readonly onListen: () => void,
    /** Answers what has no handler. */
    private readonly forward?: (method: string, params: unknown, context: CallContext<unknown>) => unknown,
  ) {
    super();
    const { webview } = view;
    const assets = vscode.Uri.joinPath(services.context.extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [assets] };
    this.own(webview.onDidReceiveMessage((message: unknown) => this.receive(message)));
    const hidden = (): void => void (view.visible || this.leave());
    this.own('onDidChangeVisibility' in view ? view.onDidChangeVisibility(hidden) : view.onDidChangeViewState(hidden));
    webview.html = html(webview, assets, name);
  }

  /** Reports something to the page. False if no page listens: `onListen` reports it then. */
  push(event: PageEvent<P>): boolean {
    this.emit?.(event);
    return this.emit !== undefined;
  }

  override dispose(): void {
    this.leave();
    super.dispose();
  }

  private receive(message: unknown): void {
    if (isRequest(message) && message.type === 'call' && message.method === 'listen') this.enter();
    if (!this.server?.receive(message)) this.services.log.warn(`The page ${this.name} sent a message that is no call`);
  }

  /** A page is loaded. */
  private enter(): void {
    this.leave();
    const server: RpcServer<Pages[P]> = new RpcServer(
      { ...this.handlers, listen: (_: void, context: ListenContext<P>) => this.listen(context) } as unknown as Handlers<
        Pages[P]
      >,
      (message) => {
        if (this.server === server) void this.view.webview.postMessage(message);
      },
      { onError: (method, error) => this.log(method, error), forward: this.forward },
    );
    this.server = server;
  }

  /** The page is gone. */
  private leave(): void {
    const { server } = this;
    this.server = this.emit = undefined;
    void server?.end();
  }

  private listen({ emit, signal }: ListenContext<P>): Promise<void> {
    this.emit = emit;
    this.onListen();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  }

  private log(method: string, error: unknown): void {
    if (error instanceof Cancelled) return;
    this.services.log[error instanceof UserError ? 'warn' : 'error'](`${method}: ${logText(error)}`);
  }
}

type ListenContext<P extends PageName> = CallContext<PageEvent<P>>;

function html(webview: vscode.Webview, assets: vscode.Uri, page: PageName): string {
  const uri = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(assets, name)).toString();
  const { cspSource } = webview;
  return pageHtml({ page, uri, cspSource, language: vscode.env.language, bundle: vscode.l10n.bundle });
}
