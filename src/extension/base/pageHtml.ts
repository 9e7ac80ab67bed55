import { randomBytes } from 'node:crypto';
import type { PageName } from '../../webview/protocol.ts';

export interface PageFrame {
  page: PageName;
  /** Where the page finds a file of `dist/webview`. */
  uri(name: string): string;
  cspSource: string;
  /** The editor's language, such as `de`. */
  language: string;
  /** Texts of that language by the English ones; undefined where the editor is English, or nobody translated. */
  bundle: Record<string, string> | undefined;
}

/**
 * The page's frame, with the translations that the editor loaded: everything is forbidden but our own script and style.
 * Plotly and the toolkit set styles on elements.
 */
export function pageHtml({ page, uri, cspSource, language, bundle }: PageFrame): string {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' ${cspSource}`,
    `style-src ${cspSource} 'unsafe-inline'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data: blob:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${bundle ? attribute(language) : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>XML-CNN</title>
<link rel="stylesheet" href="${uri(`${page}.css`)}">
</head>
<body data-page="${page}"${bundle ? ` data-l10n="${attribute(JSON.stringify(bundle))}"` : ''}>
<main id="root"></main>
<script type="module" nonce="${nonce}" src="${uri(`${page}.js`)}"></script>
</body>
</html>`;
}

const attribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
