import { escapeHtml } from './escape.ts';
import { style } from './style.ts';

/**
 * A page that needs nothing but itself: no script, no network, light or dark as the reader's system is.
 * @param parts HTML
 */
export function page(title: string, subtitle: string, parts: string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(subtitle)}</p>
${parts.filter(Boolean).join('\n')}
</main>
</body>
</html>
`;
}

/** A titled part of a page. `content` is HTML. */
export const section = (title: string, content: string): string =>
  `<section><h2>${escapeHtml(title)}</h2>${content}</section>`;

/** The first column is text, the others are figures. */
export function dataTable(titles: string[], rows: string[][]): string {
  const head = titles.map((t) => `<th scope="col">${escapeHtml(t)}</th>`).join('');
  const body = rows.map(
    ([first, ...rest]) =>
      `<tr><th scope="row">${escapeHtml(first)}</th>${rest.map((c) => `<td>${escapeHtml(c)}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}
