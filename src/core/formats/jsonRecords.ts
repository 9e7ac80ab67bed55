/**
 * The records of one JSON text that is no "object a line": elements of an array, of an array under a key, or values one
 * after the other over as many lines as they like. Found by brackets and quotes alone, in constant memory.
 */
import { isRecord } from '../base/schema.ts';

/** Where the records stand. `key` is that of the outermost object. */
export type RecordPlace = { in: 'sequence' } | { in: 'array' } | { in: 'key'; key: string };
/** Or the whole is one object of columns, or of records by their ids: then it must be read whole. */
export type JsonPlace = RecordPlace | { in: 'columns' };

export interface RecordSpan {
  bytes: Buffer;
  /** 1-based line of its first byte. */
  line: number;
  /** Offsets of its first byte and of the first one behind it. */
  byte: number;
  stop: number;
}

const quote = 34;
const apostrophe = 39;
const backslash = 92;
const comma = 44;
const colon = 58;

const isOpen = (c: number): boolean => c === 123 || c === 91;
const isClose = (c: number): boolean => c === 125 || c === 93;
const isSpace = (c: number): boolean => c <= 32;

export class JsonRecordScanner {
  private data: Buffer = Buffer.alloc(0);
  /** Offset in the file of `data[0]`. */
  private base: number;
  private at = 0;
  private line: number;
  private depth = 0;
  private string = 0;
  private escaped = false;
  private recordFrom = -1;
  private recordLine = 0;
  private recordIsScalar = false;
  private stringFrom = -1;
  private lastKey: string | undefined;
  /** Depth at which records begin; -1 while the key has not come. */
  private level: number;

  constructor(
    private readonly place: RecordPlace,
    first = { line: 1, byte: 0 },
  ) {
    this.base = first.byte;
    this.line = first.line;
    this.level = place.in === 'sequence' ? 0 : place.in === 'array' ? 1 : -1;
  }

  /** Bytes that are held for a record that is not whole. */
  get held(): number {
    return this.data.length;
  }

  /** Whether a record, or the text as a whole, has begun and not ended. */
  get isOpen(): boolean {
    return this.depth > 0 || this.recordFrom >= 0;
  }

  /** Where the record that is open began, else where the text broke off. */
  get openAt(): { line: number; byte: number } {
    return this.recordFrom >= 0
      ? { line: this.recordLine, byte: this.base + this.recordFrom }
      : { line: this.line, byte: this.base + this.at };
  }

  /** The records that end within this chunk. */
  scan(chunk: Buffer): RecordSpan[] {
    this.data = this.data.length ? Buffer.concat([this.data, chunk]) : chunk;
    const found: RecordSpan[] = [];
    for (; this.at < this.data.length; this.at++) {
      const c = this.data[this.at];
      if (c === 10) this.line++;
      if (this.string) this.within(c);
      else this.structure(c, found);
    }
    this.letGo();
    return found;
  }

  /** What is whole at the end of the text: a number or word that nothing follows. */
  end(): RecordSpan[] {
    const found: RecordSpan[] = [];
    if (this.recordIsScalar && !this.string) this.finish(this.at, found);
    return found;
  }

  private within(c: number): void {
    if (this.escaped) this.escaped = false;
    else if (c === backslash) this.escaped = true;
    else if (c === this.string) {
      this.string = 0;
      if (this.level < 0 && this.depth === 1)
        this.lastKey = this.data.toString('utf8', this.stringFrom + 1, this.at).replace(/\\(.)/g, '$1');
    }
  }

  private structure(c: number, found: RecordSpan[]): void {
    if (isSpace(c)) {
      if (this.recordIsScalar && this.place.in === 'sequence') this.finish(this.at, found);
      return;
    }
    if (isOpen(c)) return this.open();
    if (isClose(c)) return this.close(found);
    if (c === comma || c === colon) {
      if (c === comma && this.recordIsScalar) this.finish(this.at, found);
      return;
    }
    if (this.depth === this.level && this.recordFrom < 0) this.begin(true);
    if (
      c === quote ||
      (c === apostrophe && (this.recordFrom < 0 || !this.recordIsScalar || this.recordFrom === this.at))
    ) {
      this.string = c;
      this.stringFrom = this.at;
    }
  }

  private open(): void {
    if (this.depth === this.level && this.recordFrom < 0) this.begin(false);
    if (
      this.level < 0 &&
      this.depth === 1 &&
      this.place.in === 'key' &&
      this.lastKey === this.place.key &&
      this.data[this.at] === 91
    )
      this.level = 2;
    this.depth++;
  }

  private close(found: RecordSpan[]): void {
    if (this.recordIsScalar) this.finish(this.at, found);
    this.depth = Math.max(0, this.depth - 1);
    if (this.recordFrom >= 0 && this.depth === this.level) this.finish(this.at + 1, found);
    else if (this.place.in === 'key' && this.level === 2 && this.depth === 1) this.level = -2; // what follows is not ours
  }

  private begin(isScalar: boolean): void {
    this.recordFrom = this.at;
    this.recordLine = this.line;
    this.recordIsScalar = isScalar;
  }

  private finish(to: number, found: RecordSpan[]): void {
    const { recordFrom: from, recordLine: line } = this;
    const bytes = this.data.subarray(from, to);
    found.push({ bytes, line, byte: this.base + from, stop: this.base + to });
    this.recordFrom = -1;
    this.recordIsScalar = false;
  }

  /** Keeps what an open record, or a key, needs. */
  private letGo(): void {
    const from = this.recordFrom >= 0 ? this.recordFrom : this.string ? this.stringFrom : this.at;
    this.data = from < this.data.length ? Buffer.from(this.data.subarray(from)) : Buffer.alloc(0);
    this.base += from;
    this.at -= from;
    this.stringFrom -= from;
    if (this.recordFrom >= 0) this.recordFrom -= from;
  }
}

/** pandas' `orient="split"`: names of columns, and rows. */
export const isSplit = (value: Record<string, unknown>): boolean =>
  Array.isArray(value.columns) && Array.isArray(value.data) && value.data.length > 0 && value.data.every(Array.isArray);

/** Where records stand under a key of an object under a key: `{"response": {"docs": [...]}}`; undefined beside longer texts. */
export function recordsWithin(value: Record<string, unknown>): [string, string] | undefined {
  const parts = Object.entries(value);
  if (parts.some(([, part]) => typeof part === 'string' && part.length > longText)) return undefined;
  for (const [outer, part] of parts)
    for (const [inner, list] of isRecord(part) ? Object.entries(part) : [])
      if (Array.isArray(list) && list.length > 1 && list.every(isRecord)) return [outer, inner];
  return undefined;
}

const longText = 100;

/** What a value of the outermost object begins with. */
type Opening = 'records' | 'list' | 'object' | 'scalar';

/**
 * Where the records of a JSON text stand, by its beginning; undefined where it is no JSON of records.
 * @param isWhole whether `start` is all of the text
 */
export function jsonPlace(start: string, isWhole: boolean): JsonPlace | undefined {
  const text = start.trimStart();
  if (/^\[\s*(?:[{[\]]|$)/.test(text)) return { in: 'array' };
  if (!/^\{\s*(?:["'}]|$)/.test(text)) return undefined;
  const { values, end } = outline(text);
  const records = values.find(({ opening }) => opening === 'records');
  if (end === undefined && isWhole) return records && { in: 'key', key: records.key }; // it breaks off before one record is whole
  const isAlone = end === undefined ? !isWhole : text.slice(end).trim() === '' && isWhole;
  if (!isAlone) return { in: 'sequence' };
  if (records) return { in: 'key', key: records.key };
  const columns = values.filter(({ opening }) => opening === 'list' || opening === 'object');
  const held = parsed(text);
  if (held && (isSplit(held) || recordsWithin(held))) return { in: 'columns' };
  return values.length > 1 && columns.length === values.length ? { in: 'columns' } : { in: 'sequence' };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // torn, or not strict: its form is recognised by brackets alone
  }
}

/** The values of the outermost object, and where it ends. */
function outline(text: string): { values: { key: string; opening: Opening }[]; end?: number } {
  const values: { key: string; opening: Opening }[] = [];
  let depth = 0;
  let key = '';
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === '"' || c === "'") {
      const stop = stringEnd(text, at);
      if (depth === 1) key = text.slice(at + 1, stop);
      at = stop;
    } else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') {
      depth--;
      if (depth === 0) return { values, end: at + 1 };
    } else if (c === ':' && depth === 1) values.push({ key, opening: openingOf(text.slice(at + 1, at + 200)) });
  }
  return { values };
}

function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === text[from]) return at;
  }
  return text.length;
}

function openingOf(value: string): Opening {
  if (/^\s*\[\s*\{/.test(value)) return 'records';
  if (/^\s*\[/.test(value)) return 'list';
  return /^\s*\{/.test(value) ? 'object' : 'scalar';
}
