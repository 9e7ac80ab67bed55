/** Texts in Markdown tables stay as they are, whatever is in them. */
export const escapeMarkdown = (text: string): string => text.replace(/[\\`*_[\]<>|]/g, '\\$&').replace(/\r?\n/g, ' ');

/** A table; all columns but the first are right-aligned where they are numbers. Cells are Markdown. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  isNumbers = false,
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, i) => (i > 0 && isNumbers ? '---:' : '---'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
