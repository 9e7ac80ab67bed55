/** The outline of a config. */
import { type Edit as TextEdit, format, type Node } from 'jsonc-parser';
import { ConfigText } from '../configText.ts';
import type { Edit, Range } from '../diagnostics.ts';
import { isComment, token, tokensOf } from '../tokens.ts';

export interface ConfigSymbol {
  name: string;
  /** The value on one line; empty for sections. */
  detail: string;
  kind: 'section' | 'string' | 'number' | 'boolean' | 'list' | 'null';
  range: Range;
  /** The name itself. */
  selection: Range;
  children: ConfigSymbol[];
}

const longestDetail = 60;

export function symbolsOf(text: string): ConfigSymbol[] {
  const source = new ConfigText(text);
  return source.root ? symbolsIn(source.root, source) : [];
}

function symbolsIn(object: Node, source: ConfigText): ConfigSymbol[] {
  if (object.type !== 'object') return [];
  return (object.children ?? []).flatMap((property) => {
    const [name, value] = property.children ?? [];
    if (!name) return [];
    return {
      name: String(name.value) || '""', // an editor takes no symbol without a name
      detail: value && value.type !== 'object' ? shorten(source.textOf(value)) : '',
      kind: value ? kindOf(value) : 'null',
      range: source.rangeOf(property),
      selection: source.rangeOf(name),
      children: value ? symbolsIn(value, source) : [],
    };
  });
}

function kindOf({ type }: Node): ConfigSymbol['kind'] {
  if (type === 'object') return 'section';
  if (type === 'array') return 'list';
  return type === 'property' ? 'null' : type;
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > longestDetail ? `${line.slice(0, longestDetail - 1)}…` : line;
}

/** Lines that can be folded away, both included, counted from 0. */
interface FoldingLines {
  start: number;
  end: number;
  isComment: boolean;
}

/** Objects and lists without their closing bracket's line, block comments, and line comments that follow each other. */
export function foldingOf(text: string): FoldingLines[] {
  const source = new ConfigText(text);
  const folds: FoldingLines[] = [];
  const open: number[] = [];
  let comments: FoldingLines | undefined;
  for (const { kind, start, end } of tokensOf(text)) {
    const line = source.position(start).line;
    const lastLine = source.position(end).line;
    if (kind === token.openBrace || kind === token.openBracket) open.push(line);
    else if (kind === token.closeBrace || kind === token.closeBracket) {
      const first = open.pop();
      if (first !== undefined) folds.push({ start: first, end: line - 1, isComment: false });
    }
    const isWholeLine =
      text
        .slice(0, start)
        .split(/[\r\n]/)
        .at(-1)
        ?.trim() === '';
    if (!isComment(kind)) continue;
    if (comments && isWholeLine && line === comments.end + 1) comments.end = lastLine;
    else {
      const fold = { start: line, end: lastLine, isComment: true };
      folds.push(fold);
      comments = isWholeLine ? fold : undefined;
    }
  }
  return folds.filter((fold) => fold.end > fold.start).sort((a, b) => a.start - b.start);
}

interface Indentation {
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
