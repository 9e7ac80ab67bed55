/** Where in a config the cursor is, however broken the text. */
import { isComment, token, tokensOf, type Token } from '../tokens.ts';

export interface Cursor {
  /** What may stand here. */
  at: 'key' | 'value';
  /** For a key the object's path, for a value its own; entries of lists by number. */
  path: readonly (string | number)[];
  /** Offsets of what is under the cursor and would be replaced. */
  start: number;
  end: number;
  /** Keys that the object has, the one under the cursor left out. */
  present: ReadonlySet<string>;
  /** Offset at which a comma is missing before this place. */
  commaAt?: number;
  /** What comes behind it. */
  next: 'colon' | 'comma' | 'close' | 'end' | 'other';
}

/** An object or list that is open. */
interface Frame {
  isObject: boolean;
  path: readonly (string | number)[];
  expects: 'key' | 'colon' | 'value' | 'comma';
  key: string;
  index: number;
  /** Keys by the offset that they begin at. */
  keys: Map<number, string>;
}

type Found = Omit<Cursor, 'present' | 'next'> & { frame?: Frame };

/** undefined in comments, between a key and its colon, and outside the config's object. */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  const frames: Frame[] = [];
  let found: Found | undefined;
  let next: Cursor['next'] | undefined;
  let last: Token | undefined;
  for (const current of tokensOf(text)) {
    if (isComment(current.kind)) {
      if (isInside(current, text, offset)) return undefined;
      continue;
    }
    if (found) next ??= nextOf(current);
    else if (isWord(current) && current.start < offset && offset <= current.end) {
      found = place(frames.at(-1), current.start, endOf(current, text, offset), last);
      if (!found) return undefined;
    } else if (current.start >= offset) {
      found = place(frames.at(-1), offset, offset, last);
      if (!found) return undefined;
      next = nextOf(current);
    }
    step(frames, current, last);
    last = current;
  }
  if (!found) return undefined;
  const { frame, ...cursor } = found;
  const isOnKey = found.at === 'key' && found.end > found.start;
  const others = [...(frame?.keys ?? [])].filter(([start]) => !isOnKey || start !== found.start);
  return { ...cursor, present: new Set(others.map(([, name]) => name)), next: next ?? 'end' };
}

/** A line comment goes on to the end of its line, a block comment ends behind its last slash. */
const isInside = ({ kind, start, end }: Token, text: string, offset: number): boolean => {
  const isOpen = kind === token.lineComment || !text.slice(start, end).endsWith('*/');
  return start < offset && (offset < end || (offset === end && isOpen));
};

/** An unclosed string is replaced up to the cursor only: what follows may be meant. */
const endOf = ({ kind, start, end }: Token, text: string, offset: number): number =>
  kind === token.string && (end - start < 2 || text[end - 1] !== '"') ? offset : end;

function place(frame: Frame | undefined, start: number, end: number, last: Token | undefined): Found | undefined {
  if (!frame) return last ? undefined : { at: 'value', path: [], start, end };
  const commaAt = frame.expects === 'comma' ? last?.end : undefined;
  if (!frame.isObject) return { at: 'value', path: [...frame.path, frame.index], start, end, commaAt, frame };
  if (frame.expects === 'colon') return undefined;
  if (frame.expects === 'value') return { at: 'value', path: [...frame.path, frame.key], start, end, frame };
  return { at: 'key', path: frame.path, start, end, commaAt, frame };
}

/** Takes a token in; where one is missing or out of place, the likeliest reading goes on. */
function step(frames: Frame[], current: Token, last: Token | undefined): void {
  const frame = frames.at(-1);
  switch (current.kind) {
    case token.openBrace:
    case token.openBracket: {
      const isObject = current.kind === token.openBrace;
      const path = frame ? [...frame.path, frame.isObject ? frame.key : frame.index] : [];
      if (frame) frame.expects = 'comma';
      frames.push({ isObject, path, expects: isObject ? 'key' : 'value', key: '', index: 0, keys: new Map() });
      return;
    }
    case token.closeBrace:
    case token.closeBracket:
      frames.pop();
      return;
    case token.comma:
      if (!frame) return;
      frame.index++;
      frame.expects = frame.isObject ? 'key' : 'value';
      return;
    case token.colon:
      if (!frame?.isObject) return;
      // what was taken for a value was the next key
      if (frame.expects === 'comma' && last?.kind === token.string) nameKey(frame, last);
      frame.expects = 'value';
      return;
    case token.eof:
      return;
  }
  if (!frame) return;
  if (!frame.isObject || frame.expects === 'value') frame.expects = 'comma';
  else {
    nameKey(frame, current);
    frame.expects = 'colon';
  }
}

function nameKey(frame: Frame, { start, value }: Token): void {
  frame.keys.set(start, value);
  frame.key = value;
}

const isWord = ({ kind }: Token): boolean => kind > token.colon && kind !== token.eof;

function nextOf({ kind }: Token): Cursor['next'] {
  if (kind === token.colon) return 'colon';
  if (kind === token.comma) return 'comma';
  if (kind === token.eof) return 'end';
  return kind === token.closeBrace || kind === token.closeBracket ? 'close' : 'other';
}
