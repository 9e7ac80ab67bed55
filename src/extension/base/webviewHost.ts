import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { UserError } from '../../core/errors.ts';
import type { FromPage, HostMethods, PageName, Push, ToPage } from '../../webview/protocol.ts';
import { isFromPage } from '../../webview/protocol.ts';
import { Disposable } from './disposable.ts';
import { failureOf } from './failures.ts';
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

/** The page's frame: everything is forbidden but our own script and style. Plotly and the toolkit set styles on elements. */
function html(webview: vscode.Webview, assets: vscode.Uri, page: PageName): string {
  const nonce = randomBytes(16).toString('base64');
  const uri = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(assets, name)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' ${webview.cspSource}`,
    `style-src ${webview.cspSource} 'unsafe-inline'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data: blob:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>XML-CNN</title>
<link rel="stylesheet" href="${uri('style.css')}">
</head>
<body data-page="${page}">
<main id="root"></main>
<script type="module" nonce="${nonce}" src="${uri(`${page}.js`)}"></script>
</body>
</html>`;
}
