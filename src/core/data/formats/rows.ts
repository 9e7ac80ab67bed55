import { Malformed } from '../record.ts';

/** A quoted field may grow to this many characters; one that is never closed would swallow the file. */
const longestField = 1 << 24;

/** Splits lines into rows of fields, by RFC 4180 where `quoting`: quoted fields may hold delimiters, `""` and line ends. */
export class RowParser {
  private fields: string[] = [];
  private open: string[] | undefined;
  private openLength = 0;
  constructor(
    private readonly delimiter: string,
    private readonly quoting: boolean,
  ) {}

  /** A quoted field has begun and not ended. */
  get isOpen(): boolean {
    return this.open !== undefined;
  }

  reset(): void {
    this.fields = [];
    this.open = undefined;
    this.openLength = 0;
  }

  /** The row that ends with this line, or undefined where a quoted field goes on. Throws `Malformed`. */
  feed(text: string, end: string): string[] | undefined {
    if (!this.open && !(this.quoting && text.includes('"'))) return text.split(this.delimiter);
    let at = this.open ? this.readQuoted(text, 0, end) : 0;
    while (at <= text.length) {
      const quote = this.quoting ? openingQuote(text, at, this.delimiter) : -1;
      if (quote >= 0) {
        this.open = [];
        at = this.readQuoted(text, quote + 1, end);
        continue;
      }
      const next = text.indexOf(this.delimiter, at);
      this.fields.push(text.slice(at, next < 0 ? text.length : next));
      at = next < 0 ? text.length + 1 : next + this.delimiter.length;
    }
    if (this.open) return undefined;
    const row = this.fields;
    this.reset();
    return row;
  }

  /** Reads on within a quoted field; the position of the next field, or beyond the line where that or the row ends. */
  private readQuoted(text: string, from: number, end: string): number {
    const pieces = this.open as string[];
    const quote = closingQuote(text, from);
    if (quote < 0) {
      pieces.push(text.slice(from), end);
      this.openLength += text.length - from + end.length;
      if (this.openLength > longestField)
        throw new Malformed('The quoted field that opens here is not closed within 16 MiB');
      return text.length + 1;
    }
    pieces.push(text.slice(from, quote));
    const after = afterSpaces(text, quote + 1);
    if (after < text.length && !text.startsWith(this.delimiter, after))
      throw new Malformed('Text follows the closing quote of a field (a quote within a quoted field is written twice)');
    this.fields.push(pieces.join('').replaceAll('""', '"'));
    this.open = undefined;
    this.openLength = 0;
    return after < text.length ? after + this.delimiter.length : after + 1;
  }
}

/**
 * Where the quote stands that opens the field at `at`, or -1: at its beginning, or behind spaces where the field is closed on the same
 * line, as in `1, "a, b", "c"`.
 */
export function openingQuote(text: string, at: number, delimiter: string): number {
  if (text[at] === '"') return at;
  if (text[at] !== ' ') return -1;
  const quote = afterSpaces(text, at);
  if (text[quote] !== '"') return -1;
  const close = closingQuote(text, quote + 1);
  const after = close < 0 ? -1 : afterSpaces(text, close + 1);
  return after === text.length || (after > 0 && text.startsWith(delimiter, after)) ? quote : -1;
}

/** The first quote from `from` on that is not one of two, or -1. */
export function closingQuote(text: string, from: number): number {
  let quote = text.indexOf('"', from);
  while (quote >= 0 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  return quote;
}

/** The first position from `at` on that holds no space. */
export function afterSpaces(text: string, at: number): number {
  while (text[at] === ' ') at++;
  return at;
}

/** All whole rows of some lines; malformed ones are left out. */
export function sampleRows(
  lines: readonly { text: string; end: string }[],
  delimiter: string,
  quoting: boolean,
): string[][] {
  const parser = new RowParser(delimiter, quoting);
  const rows: string[][] = [];
  for (const { text, end } of lines) {
    if (text === '' && !parser.isOpen) continue;
    try {
      const row = parser.feed(text, end);
      if (row) rows.push(row);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      parser.reset();
    }
  }
  return rows;
}

/** The most frequent number of fields, and the share of rows that have it. */
export function commonWidth(rows: readonly string[][]): { width: number; share: number } {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(row.length, (counts.get(row.length) ?? 0) + 1);
  let width = 0;
  for (const [candidate, count] of counts) if (count > (counts.get(width) ?? 0)) width = candidate;
  return { width, share: rows.length ? (counts.get(width) ?? 0) / rows.length : 0 };
}

/** Whether a TSV is quoted: only where its rows do not come out even without quoting, but do with it. */
export function isQuotedTsv(lines: readonly { text: string; end: string }[]): boolean {
  if (!lines.some(({ text }) => text.includes('"'))) return false;
  const plain = commonWidth(sampleRows(lines, '\t', false));
  if (plain.share === 1) return false;
  const quoted = commonWidth(sampleRows(lines, '\t', true));
  return quoted.share > plain.share;
}
