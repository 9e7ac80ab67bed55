import { format, type Node, type Edit as TextEdit } from 'jsonc-parser';
import { ConfigText } from '../configText.ts';
import type { Edit } from '../diagnostics.ts';

export interface Indentation {
  tabSize: number;
  insertSpaces: boolean;
  eol: '\n' | '\r\n';
}

/** Edits that lay a config out, or the part between two offsets. Lists of plain values that stand on one line stay there. */
export function formatEdits(
  text: string,
  { tabSize, insertSpaces, eol }: Indentation,
  part?: { start: number; end: number },
): Edit[] {
  const source = new ConfigText(text);
  const lists = source.root ? oneLineLists(source.root, source) : [];
  const range = part && { offset: part.start, length: part.end - part.start };
  const insertFinalNewline = /\n\s*$/.test(text);
  const edits = format(text, range, { tabSize, insertSpaces, eol, insertFinalNewline }).filter(
    (edit) => !lists.some((list) => isWithin(edit, list)),
  );
  const tidied = lists
    .filter(({ offset, length }) => !part || (offset >= part.start && offset + length <= part.end))
    .map((list): TextEdit => ({ offset: list.offset + 1, length: list.length - 2, content: tidy(list, source) }))
    .filter(({ offset, length, content }) => text.slice(offset, offset + length) !== content);
  return [...edits, ...tidied]
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, length, content }) => ({ range: source.range(offset, offset + length), newText: content }));
}

const isWithin = ({ offset, length }: TextEdit, list: Node): boolean =>
  offset > list.offset && offset + length < list.offset + list.length;

function oneLineLists(node: Node, source: ConfigText): Node[] {
  const { children = [] } = node;
  if (node.type !== 'array') return children.flatMap((child) => oneLineLists(child, source));
  const { start, end } = source.rangeOf(node);
  const isPlain = children.every(({ type }) => type !== 'object' && type !== 'array');
  return isPlain && children.length > 0 && start.line === end.line ? [node] : [];
}

/** The inside of a list: `1, 3, 5`; with a comment in it, as it is. */
function tidy(list: Node, source: ConfigText): string {
  const children = list.children ?? [];
  const text = source.textOf(list).slice(1, -1);
  const items = children.map((child) => source.textOf(child));
  const rest = items.reduce((left, item) => left.replace(item, () => ''), text);
  return /^[,\s]*$/.test(rest) ? items.join(', ') : text;
}
