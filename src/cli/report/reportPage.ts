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

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Data as HTML or SVG text or as a quoted attribute. Control characters, which no document may hold, become U+FFFD. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (c) => entities[c])
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]/gu, '\ufffd');
}

/** The report's style sheet. Colours have a contrast of at least 4.5 to 1 as text and 3 to 1 as lines in both schemes. */
const style = `
:root { color-scheme: light dark;
  --page: #ffffff; --panel: #f5f6f8; --text: #1c2024; --muted: #5a6169; --rule: #d5d9de; --grid: #e3e6ea; --axis: #6b727a;
  --line-0: #0b62c4; --line-1: #b3400f; --line-2: #107a4a; --line-3: #7a3fb0; --bar: #5b9be6; --good: #107a4a;
  --m1: #fff3c9; --m2: #ffe28a; --m3: #ffcb45; --m4: #f7a823; }
@media (prefers-color-scheme: dark) { :root {
  --page: #15181c; --panel: #1e2227; --text: #e6e8eb; --muted: #a2a9b1; --rule: #3a4048; --grid: #2a2f35; --axis: #8a929b;
  --line-0: #6cb2ff; --line-1: #ff9a62; --line-2: #5fd39a; --line-3: #c79bf5; --bar: #3b76bd; --good: #5fd39a;
  --m1: #3a3010; --m2: #594610; --m3: #7a5b0c; --m4: #96690a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 1.9rem; margin: 0 0 4px; line-height: 1.2; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 44px 0 12px; padding-top: 14px; border-top: 1px solid var(--rule); }
.lead { margin: 0 0 24px; color: var(--muted); }
.muted, .note { color: var(--muted); font-size: .92rem; }
.note { white-space: pre-wrap; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(158px, 1fr)); gap: 12px; }
.card { background: var(--panel); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 14px; display: flex; flex-direction: column; }
.card span { color: var(--muted); } .card strong { font-size: 1.7rem; line-height: 1.25; font-variant-numeric: tabular-nums; }
.card small { color: var(--muted); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 24px; align-items: start; }
figure { margin: 0; } figcaption { color: var(--muted); font-size: .92rem; text-align: center; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--text); }
svg .tick { fill: var(--muted); font-variant-numeric: tabular-nums; }
svg path { fill: none; } svg .axis { stroke: var(--axis); } svg .grid { stroke: var(--grid); }
svg .line { stroke-width: 2; stroke-linejoin: round; } svg .mark { stroke: var(--axis); stroke-dasharray: 2 4; }
.line-0 { stroke: var(--line-0); } .line-1 { stroke: var(--line-1); } .line-2 { stroke: var(--line-2); } .line-3 { stroke: var(--line-3); }
svg .marker { stroke: none; }
svg .marker.line-0 { fill: var(--line-0); } svg .marker.line-1 { fill: var(--line-1); } svg .marker.line-2 { fill: var(--line-2); } svg .marker.line-3 { fill: var(--line-3); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding-bottom: 6px; }
th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--grid); text-align: right; font-weight: normal; vertical-align: top; }
th:first-child, td.text { text-align: left; overflow-wrap: anywhere; } thead th { color: var(--muted); font-size: .92rem; white-space: nowrap; }
th:first-child { min-width: 9em; } td { white-space: nowrap; } td.text { white-space: normal; }
td.wide { width: 34%; min-width: 90px; padding-right: 0; vertical-align: middle; }
.bar { display: block; height: 10px; min-width: 1px; background: var(--bar); border-radius: 2px; }
article { background: var(--panel); border: 1px solid var(--rule); border-radius: 8px; padding: 14px 18px; margin: 0 0 16px; }
article p { margin: 0 0 8px; } article .muted { margin: 10px 0 0; } .example { font-size: 1.06rem; overflow-wrap: anywhere; white-space: pre-wrap; }
.tree, .tree ul { list-style: none; margin: 0; padding-left: 1.1em; } .tree { padding-left: 0; } .tree ul { border-left: 1px solid var(--rule); margin-left: .4em; } .tree li { padding: 1px 0; }
article h3 { margin: 0 0 6px; font-size: 1.05rem; } .swatch { display: inline-block; width: .8em; height: .8em; margin-right: .5em; border-radius: 50%; }
svg .name { font-size: 12px; paint-order: stroke; stroke: var(--page); stroke-width: 3px; stroke-linejoin: round; pointer-events: none; }
th.text { text-align: left; }
mark { color: inherit; border-radius: 2px; }
.level-1 { background: var(--m1); } .level-2 { background: var(--m2); } .level-3 { background: var(--m3); } .level-4 { background: var(--m4); font-weight: 600; }
@media print { section { break-inside: avoid; } }
`;
