import { isUtf8 } from 'node:buffer';

/** What the beginning of a file of word vectors shows: text or binary, how many numbers a vector has, how many there should be. */

export interface VectorHead {
  /** `text`: lines of `word v1 … vD`. `binary`: word2vec's `word`, a blank, and D float32 in little-endian order. */
  form: 'text' | 'binary';
  /** Numbers in a vector, D. */
  dim: number;
  /** Vectors that the first line announces. undefined where there is no such line. */
  count?: number;
  /** Bytes before the first vector: byte order mark and first line. */
  start: number;
  /** 1-based line of the first vector. */
  line: number;
}

export interface VectorFinding {
  code: 'torn-line' | 'wrong-dimension' | 'repeated-word' | 'undecodable' | 'wrong-count';
  /** 1-based: the line of a text file, the record of a binary one. */
  line: number;
  message: string;
}

export interface VectorSink {
  /** Whether the vector of this word, on this line, is to be handed over. Asked for every word of the file. */
  wants(word: string, line: number): boolean;
  /** The vector [D] of the word just asked for. The array is used again for the next. */
  take(word: string, vector: Float32Array): void;
  note(finding: VectorFinding): void;
}

/** Takes the unpacked bytes of a file, from the first vector on. */
export interface VectorReader {
  /** Vectors so far. */
  readonly vectors: number;
  /** Present line or record, 1-based. */
  readonly line: number;
  /** Returns false where nothing after this can be read. */
  chunk(bytes: Buffer): boolean;
  /** Reads what is left at the end of the file; `torn` where it was cut off. */
  end(torn: boolean): void;
}

/** Longer vectors are no word vectors; the bound keeps what a damaged first line can ask for small. */
export const mostNumbers = 65_536;
/** Lines looked at: a word may itself hold blanks or numbers, so one line alone can mislead. */
const linesRead = 20;
/** Control characters that no text holds. */
const isControl = (byte: number): boolean => byte < 9 || (byte > 13 && byte < 32);

/**
 * Reads the beginning of an unpacked file; `whole` where it is all of it. undefined where these are no word vectors.
 * The text forms are GloVe's (no first line), word2vec's and fastText's (`count dimension` on the first).
 */
export function vectorHead(bytes: Uint8Array, whole: boolean): VectorHead | undefined {
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const lines = wholeLines(bytes.subarray(mark), whole);
  const [, count, dim] = /^(\d{1,15})[ \t]+(\d{1,9})[ \t\r]*$/.exec(lines[0]?.text ?? '') ?? [];
  if (count === undefined) return textHead(lines, mark);
  const start = mark + lines[0].next;
  const stated = { dim: Number(dim), count: Number(count), start, line: lines[0].number + 1 };
  if (stated.dim < 1 || stated.dim > mostNumbers) return undefined;
  const rest = lines.slice(1);
  if (isBinary(bytes.subarray(start), stated.dim, rest[0]?.text)) return { form: 'binary', ...stated };
  // `5 1` may be the word 5 in a file of single numbers
  if (stated.dim !== 1 && usual(rest.map(numbersAtEnd)) === 1) return textHead(lines, mark);
  return { form: 'text', ...stated };
}

interface HeadLine {
  text: string;
  /** 1-based. */
  number: number;
  /** Offset of what follows the line. */
  next: number;
}

/** The first lines that are not cut and not blank. */
function wholeLines(bytes: Uint8Array, whole: boolean): HeadLine[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lines: HeadLine[] = [];
  for (let at = 0, number = 1; at < buffer.length && lines.length <= linesRead; number++) {
    const newline = buffer.indexOf(10, at);
    if (newline < 0 && !whole) break;
    const next = newline < 0 ? buffer.length : newline + 1;
    const text = buffer.toString('utf8', at, newline < 0 ? next : newline);
    if (text.trim() !== '') lines.push({ text, number, next });
    at = next;
  }
  return lines;
}

function textHead(lines: HeadLine[], start: number): VectorHead | undefined {
  const dim = usual(lines.map(({ text }) => numbersAtEnd({ text })));
  return dim > 0 && dim <= mostNumbers ? { form: 'text', dim, start, line: 1 } : undefined;
}

/** The value that occurs most, the first of several; 0 of none. */
function usual(values: number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0])[0];
}

/** Numbers at the end of a line, its first field (the word) never counted. */
function numbersAtEnd({ text }: { text: string }): number {
  const fields = text.trim().split(/[ \t\r]+/);
  let count = 0;
  while (count < fields.length - 1 && isNumber(fields[fields.length - 1 - count])) count++;
  return count;
}

const isNumber = (field: string): boolean => /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(field);

/** Whether what follows `count dimension` is binary: no line of numbers, but bytes that no text has. */
function isBinary(rest: Uint8Array, dim: number, line: string | undefined): boolean {
  if (line !== undefined && numbersAtEnd({ text: line }) >= dim) return false;
  const blank = rest.indexOf(32);
  if (blank < 0) return false;
  return !isUtf8(rest.subarray(0, blank + 1 + 4 * dim)) || rest.subarray(0, looked).some(isControl);
}

/** Bytes that are looked at for control characters: vectors of few numbers may hold none at first. */
const looked = 4096;
