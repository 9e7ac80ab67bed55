/** Names of label ids. */
import { UserError } from '../base/errors.ts';
import { readLines } from '../formats/bytes.ts';

/**
 * Reads a label-name file, plain or .gz: `id<TAB>name` lines, `id,name` lines, one name a line (for ids 0, 1, …), or the
 * Extreme Classification Repository's JSON lines (`title`, for ids 0, 1, …). A heading line `id<TAB>name` is passed over.
 * A comma counts as separator only where every line has one and the parts before it are all different and without spaces.
 * Throws `UserError`.
 */
export async function readLabelNames(
  path: string,
  encoding: 'utf-8' | 'latin1' = 'utf-8',
): Promise<Map<string, string>> {
  const lines: { text: string; number: number }[] = [];
  for await (const batch of readLines(path, { encoding }))
    for (const { text, number } of batch) if (text !== undefined) lines.push({ text, number });
  while (lines.length && lines[lines.length - 1].text.trim() === '') lines.pop();
  if (lines.length === 0)
    throw new UserError('empty-file', 'The label-name file is empty', 'Name a file with one label a line.', {
      file: path,
    });
  if (lines[0].text.startsWith('{'))
    return new Map(lines.map(({ text, number }, i) => [String(i), title(text, path, number)]));
  const filled = lines.filter(({ text }) => text.trim() !== '');
  if (filled.every(({ text }) => text.includes('\t'))) return pairs(filled, '\t', path);
  if (areCommaPairs(filled.map(({ text }) => text))) return pairs(filled, ',', path);
  return new Map(lines.map(({ text }, i) => [String(i), text.trim()]));
}

function areCommaPairs(lines: string[]): boolean {
  const ids = lines.map((text) => text.split(',', 1)[0]);
  return (
    lines.every((text) => text.includes(',')) && new Set(ids).size === ids.length && !ids.some((id) => /\s/.test(id))
  );
}

function pairs(lines: { text: string; number: number }[], separator: string, file: string): Map<string, string> {
  const names = new Map<string, string>();
  lines.forEach(({ text, number }, i) => {
    const cut = text.indexOf(separator);
    const id = text.slice(0, cut).trim();
    const name = unquote(text.slice(cut + 1).trim());
    if (i === 0 && /^(label_?)?id$/i.test(id) && /^(label_?)?(name|label|title|text)$/i.test(name)) return;
    if (names.has(id))
      throw new UserError('repeated-label-id', `The label id ${id} is named twice`, 'Remove one of the lines.', {
        file,
        line: number,
      });
    names.set(id, name);
  });
  return names;
}

function unquote(name: string): string {
  return /^".*"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name;
}

function title(text: string, file: string, line: number): string {
  try {
    const value: unknown = (JSON.parse(text) as { title?: unknown } | null)?.title;
    if (typeof value === 'string') return value;
  } catch {
    // falls through to the one error for both
  }
  throw new UserError('malformed-record', 'Not a JSON object with a "title"', 'Mend the line.', { file, line });
}
