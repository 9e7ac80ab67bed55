import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Diagnostic, Edit, Fix, Position, Range } from './diagnostics.ts';
import { isTrivia, token, tokensOf } from './tokens.ts';
import { relative, resolve, sep } from 'node:path';

/** No code of jsonc-parser's; it has none for this. */
const nestedTooDeeply = 0 as ParseError['error'];

/** A config's text with its syntax tree, which survives syntax errors, and the arithmetic of places and edits in it. */
export class ConfigText {
  readonly root: Node | undefined;
  /** Where the first syntax error is, or Infinity: what ends before it was read as written. */
  readonly brokenFrom: number;
  private readonly errors: ParseError[] = [];
  private readonly lineStarts = [0];

  constructor(readonly text: string) {
    for (const match of text.matchAll(/\r\n|\r|\n/g)) this.lineStarts.push(match.index + match[0].length);
    this.root = this.parse();
    this.brokenFrom = this.errors.length ? this.errors[0].offset : Infinity;
  }

  private parse(): Node | undefined {
    try {
      // a BOM becomes a space, so that offsets stay those of the text
      return parseTree(this.text.replace(/^\uFEFF/, ' '), this.errors, { allowTrailingComma: true });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.errors.push({ error: nestedTooDeeply, offset: 0, length: 1 }); // thousands of brackets: the stack is full
      return undefined;
    }
  }

  position(offset: number): Position {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lineStarts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    // the parser reports errors past the end, such as of a comment that is not closed
    return { line: low, character: Math.min(offset, this.text.length) - this.lineStarts[low] };
  }

  range(start: number, end: number): Range {
    return { start: this.position(start), end: this.position(end) };
  }

  rangeOf(node: Node): Range {
    return this.range(node.offset, node.offset + node.length);
  }

  textOf(node: Node): string {
    return this.text.slice(node.offset, node.offset + node.length);
  }

  replace(node: Node, value: unknown): Edit {
    return { range: this.rangeOf(node), newText: toText(value) };
  }

  /** Takes a property out, with its comma and, where nothing else is on it, its line. */
  remove(property: Node): Edit {
    let start = property.offset;
    let end = property.offset + property.length;
    const next = this.nextToken(end);
    if (next.kind === token.comma) end = next.end;
    const lineStart = this.lineStarts[this.position(start).line];
    const restOfLine = /^[ \t]*(?:\r\n|\r|\n)/.exec(this.text.slice(end));
    if (restOfLine && this.text.slice(lineStart, start).trim() === '') {
      start = lineStart;
      end += restOfLine[0].length;
    }
    return { range: this.range(start, end), newText: '' };
  }

  /** Puts `"key": value` at the beginning of an object. */
  insert(object: Node, key: string, value: unknown): Edit {
    const at = object.offset + 1;
    const first = object.children?.[0];
    const spread = first && this.position(first.offset).line > this.position(object.offset).line;
    const indent = spread ? `\n${' '.repeat(this.position(first.offset).character)}` : ' ';
    return {
      range: this.range(at, at),
      newText: `${indent}${JSON.stringify(key)}: ${toText(value)}${first ? ',' : ' '}`,
    };
  }

  private nextToken(offset: number): { kind: number; end: number } {
    for (const found of tokensOf(this.text, offset)) if (!isTrivia(found.kind)) return found;
    return { kind: token.eof, end: this.text.length };
  }

  /** Where the last token before `offset` ends, comments and blanks left aside. */
  private endOfTokenBefore(offset: number): number {
    let last = 0;
    for (const { kind, start, end } of tokensOf(this.text)) {
      if (start >= offset) break;
      if (!isTrivia(kind)) last = end;
    }
    return last;
  }

  /** The first syntax error; those behind it are mostly its echo. */
  syntaxErrors(): Diagnostic[] {
    if (!this.errors.length) return [];
    const { error, offset, length } = this.errors[0];
    const name = printParseErrorCode(error);
    const range = this.range(offset, offset + length);
    return [
      {
        severity: 'error',
        code: 'syntax',
        message: this.explain(name, offset, length),
        range,
        fix: this.syntaxFix(name, offset, length),
      },
    ];
  }

  private explain(name: string, offset: number, length: number): string {
    const found = this.text.slice(offset, offset + length).trim();
    if (!this.root && !found) return 'The config is empty; it should be an object: { "dataset": { "train": … } }.';
    const explanations: Record<string, string> = {
      InvalidSymbol: `${found || 'This'} is not JSON: names and text stand in double quotes; true, false and null in small letters`,
      InvalidNumberFormat: `${found} is not a number`,
      PropertyNameExpected: 'A key in double quotes is missing here',
      ValueExpected: 'A value is missing here',
      ColonExpected: 'A colon is missing between key and value',
      CommaExpected: 'A comma is missing before this',
      CloseBraceExpected: 'A closing } is missing',
      CloseBracketExpected: 'A closing ] is missing',
      EndOfFileExpected: 'The config ends before this; one bracket is too many',
      UnexpectedEndOfComment: 'The comment is not closed with */',
      UnexpectedEndOfString: 'The text is not closed with a double quote',
      InvalidUnicode: '\\u must be followed by four hexadecimal digits',
      InvalidEscapeCharacter: 'A backslash may only stand before " \\ / b f n r t u; double the ones in file names',
      InvalidCharacter: 'Control characters must be written as escapes, such as \\t',
    };
    return `${explanations[name] ?? 'The text is nested too deeply or is not JSON'}.`;
  }

  private syntaxFix(name: string, offset: number, length: number): Fix | undefined {
    const insertAfterPrevious = (what: string, title: string): Fix => {
      const end = this.endOfTokenBefore(offset);
      return { title, edits: [{ range: this.range(end, end), newText: what }] };
    };
    if (name === 'CommaExpected') return insertAfterPrevious(',', 'Insert the comma');
    if (name === 'ColonExpected') return insertAfterPrevious(':', 'Insert the colon');
    if (name !== 'InvalidSymbol') return undefined;
    const found = this.text.slice(offset, offset + length);
    const newText = meant(found);
    if (newText === undefined) return undefined;
    return { title: `Write ${newText}`, edits: [{ range: this.range(offset, offset + length), newText }] };
  }
}

/** What a bare or singly quoted word was meant to be. */
function meant(found: string): string | undefined {
  const literal = { true: 'true', false: 'false', null: 'null', none: 'null', undefined: 'null' }[found.toLowerCase()];
  if (literal) return literal;
  const word = /^'([^'"\\]*)'$/.exec(found) ?? /^([\p{L}_$][\p{L}\p{N}_$.-]*)$/u.exec(found);
  return word ? JSON.stringify(word[1]) : undefined;
}

/** JSON on one line, as people write it. */
function toText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${toText(member)}`);
  return members.length ? `{ ${members.join(', ')} }` : '{}';
}

/**
 * The edit that gives a key (`extends`, `model.filters`) a value, whether the text has the key, its section or neither;
 * undefined where the text is no object. `nodes` holds the text's values by dotted key.
 */
export function setKey(
  source: ConfigText,
  nodes: ReadonlyMap<string, Node>,
  key: string,
  value: unknown,
): Edit | undefined {
  const stated = nodes.get(key);
  if (stated) return source.replace(stated, value);
  if (source.root?.type !== 'object') return undefined;
  const [section, name] = key.split('.');
  if (name === undefined) return source.insert(source.root, key, value);
  const object = nodes.get(section);
  if (!object) return source.insert(source.root, section, { [name]: value });
  return object.type === 'object' ? source.insert(object, name, value) : undefined;
}

/** A path as a config in `folder` states it: relative, with forward slashes; absolute where it is on another drive. */
export const pathFrom = (folder: string, path: string): string =>
  relative(folder, resolve(path)).split(sep).join('/') || '.';
