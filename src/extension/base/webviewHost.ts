import * as vscode from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { FromPage, HostMethods, PageName, Push, ToPage } from '../../webview/protocol.ts';
import { isFromPage } from '../../webview/protocol.ts';
import { Disposable } from './disposable.ts';
import { failureOf } from './failures.ts';
import { pageHtml } from './pageHtml.ts';
import type { Services } from './services.ts';

type AnyMethod = (params: unknown) => unknown;

/** The host's end of a page: fills the webview with the page, answers its calls, pushes messages to it. */
export class WebviewHost<P extends PageName> extends Disposable {
  private isReady = false;
  private readonly waiting: ToPage<P>[] = [];
  private readonly methods: Record<string, AnyMethod>;

  constructor(
    private readonly services: Services,
    private readonly webview: vscode.Webview,
    page: P,
    methods: HostMethods<P>,
    /** Called whenever the page (again) begins to listen: a hidden webview loses its page and loads it anew. */
    private readonly onReady: () => void = () => {},
  ) {
    super();
    this.methods = methods as unknown as Record<string, AnyMethod>;
    const { extensionUri } = services.context;
    const assets = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [assets] };
    this.own(
      webview.onDidReceiveMessage((message: unknown) => {
        if (isFromPage(message)) void this.receive(message);
        else services.log.warn(`The page ${page} sent a message that is no call`);
      }),
    );
    webview.html = html(webview, assets, page);
  }

  push(message: Push<P>): void {
    this.post({ type: 'push', message });
  }

  private post(message: ToPage<P>): void {
    if (this.isDisposed) return;
    if (this.isReady) void this.webview.postMessage(message);
    else this.waiting.push(message);
  }

  private async receive(message: FromPage): Promise<void> {
    if (message.type === 'ready') {
      this.isReady = true;
      for (const waiting of this.waiting.splice(0)) this.post(waiting);
      this.onReady();
      return;
    }
    const { id, method, params } = message;
    try {
      if (!Object.hasOwn(this.methods, method)) throw new Error(`No method ${method}`);
      this.post({ type: 'result', id, value: await this.methods[method](params) });
    } catch (error) {
      const isStopped = error instanceof UserError && error.code === 'search-stopped'; // by the next search, as a rule
      this.services.log[isStopped ? 'debug' : 'warn'](
        `${method}: ${error instanceof Error ? error.message : String(error)}`,
      );
      this.post({ type: 'failure', id, failure: failureOf(error) });
    }
  }
}

function html(webview: vscode.Webview, assets: vscode.Uri, page: PageName): string {
  const uri = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(assets, name)).toString();
  const { cspSource } = webview;
  return pageHtml({ page, uri, cspSource, language: vscode.env.language, bundle: vscode.l10n.bundle });
}
