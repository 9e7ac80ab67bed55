/** A file in pieces that can be read apart from each other, by several threads. */
import { isUtf8 } from 'node:buffer';
import { lastCut, type LineProblem, longestLine, readBytes, type TextForm, tooLong, TornPacked } from './bytes.ts';
import { markOf, unitOf } from './encoding.ts';

/** Where a file may be cut: after each line, or after each row of a table with quoted fields. */
export type Cuts = 'lines' | { delimiter: string };

/** Whole lines or rows of a file. */
export interface Piece {
  /** Its buffer is its own. */
  bytes: Buffer<ArrayBuffer>;
  /** 1-based number and offset of the first line. */
  line: number;
  byte: number;
  /** Of the file as stored, read so far. */
  bytesRead: number;
  /** In place of `bytes`: all that follows, in blocks of whole lines, where it is not known any more where rows begin. */
  rest?: AsyncIterable<Buffer>;
  /** What is wrong behind it; of `rest`, once it was read. */
  problems: LineProblem[];
}

/** How large a piece is, about: as much as is looked at to find out how a file is to be read, so that a header is in the first. */
export const pieceBytes = 1 << 20;
/** A quoted field may not be longer (see `RowParser`). */
const longestField = 1 << 24;

export interface PieceOptions {
  /** Of a piece, about. */
  size?: number;
  /** Buffers of pieces that are done with. */
  spare?: ArrayBuffer[];
}

export const canCut = (cuts: Cuts, { encoding, lineEnd }: TextForm): boolean =>
  unitOf(encoding) === 1 &&
  (cuts === 'lines' ||
    (lineEnd === '\n' &&
      (encoding === 'utf-8' || encoding === 'latin1') &&
      cuts.delimiter.length === 1 &&
      cuts.delimiter < '\x80'));

/** Memory: two pieces, or the longest row. Throws as `readLines` does; what does not end the reading stands at a piece. */
export async function* readPieces(
  path: string,
  form: TextForm,
  cuts: Cuts,
  { size = pieceBytes, spare = [] }: PieceOptions = {},
): AsyncGenerator<Piece, void> {
  const pieces = new PieceCutter(path, form, cuts, size, spare);
  const chunks = readBytes(path, { onBytes: (bytes) => (pieces.bytesRead = bytes) });
  try {
    for await (const chunk of chunks) {
      const piece = pieces.take(chunk);
      if (piece === 'unknown') {
        yield pieces.rest(chunks);
        return;
      }
      if (piece) yield piece;
    }
  } catch (error) {
    if (!(error instanceof TornPacked)) throw error;
    yield pieces.torn(error);
    return;
  }
  const last = pieces.end();
  if (last) yield last;
}

class PieceCutter {
  line = 1;
  byte = 0;
  bytesRead = 0;
  private held: Buffer[] = [];
  private length = 0;
  /** Bytes that have to be there before it is looked for the next cut. */
  private wanted: number;

  constructor(
    private readonly path: string,
    private readonly form: TextForm,
    private readonly cuts: Cuts,
    private readonly size: number,
    private readonly spare: ArrayBuffer[],
  ) {
    this.wanted = size;
  }

  take(chunk: Buffer): Piece | 'unknown' | undefined {
    this.held.push(chunk);
    this.length += chunk.length;
    if (this.length < this.wanted) return undefined;
    const bytes = this.joined();
    const at = this.cutOf(bytes);
    if (at === undefined) {
      this.held = [bytes];
      return 'unknown';
    }
    this.wanted = at === 0 ? this.length * 2 : this.size; // a row of many megabytes is not gone through again and again
    this.held = at < bytes.length ? [at === 0 ? bytes : Buffer.from(bytes.subarray(at))] : [];
    this.length = bytes.length - at;
    return at === 0 ? undefined : this.begin(bytes.subarray(0, at));
  }

  private joined(): Buffer<ArrayBuffer> {
    const bytes = this.room();
    let at = 0;
    for (const part of this.held) at += part.copy(bytes, at);
    return bytes;
  }

  private room(): Buffer<ArrayBuffer> {
    const { spare, length } = this;
    const used = spare.findIndex(({ byteLength }) => byteLength >= length);
    const [buffer] = used < 0 ? [new ArrayBuffer(length + (length >> 2))] : spare.splice(used, 1);
    return Buffer.from(buffer, 0, length);
  }

  private cutOf(bytes: Buffer): number | undefined {
    const at = lastCut(bytes, this.byte, this.form);
    if (at === 0 && bytes.length > longestLine) throw tooLong(this.path, this.line, this.byte);
    if (this.cuts === 'lines' || at === 0) return at;
    if (this.form.encoding === 'utf-8' && !isUtf8(bytes.subarray(0, at))) return undefined;
    const from = this.byte === 0 ? (markOf(bytes)?.length ?? 0) : 0;
    const row = lastRowStart(bytes.subarray(from, at), this.cuts.delimiter.charCodeAt(0));
    return row && row + from;
  }

  /** The piece that these bytes are; the next one begins behind it. */
  begin(bytes: Buffer<ArrayBuffer>): Piece {
    const { line, byte, bytesRead } = this;
    const skip = byte === 0 ? (markOf(bytes)?.length ?? 0) : 0;
    this.line += linesIn(bytes, this.form.lineEnd);
    this.byte += bytes.length;
    return { bytes: bytes.subarray(skip), line, byte: byte + skip, bytesRead, problems: [] };
  }

  /** The whole lines before the place where packed data breaks off. */
  torn(error: TornPacked): Piece {
    const bytes = this.joined();
    const piece = this.begin(bytes.subarray(0, lastCut(bytes, this.byte, this.form)));
    piece.problems.push(this.problem(error));
    return piece;
  }

  private problem({ message }: TornPacked): LineProblem {
    return { code: 'torn-line', line: this.line, byte: this.byte, message };
  }

  end(): Piece | undefined {
    return this.length === 0 ? undefined : this.begin(this.joined());
  }

  /** What is held and what follows. */
  rest(chunks: AsyncIterable<Buffer>): Piece {
    const held = this.joined();
    this.held = [];
    this.length = 0;
    const piece = this.begin(held);
    [this.line, this.byte] = [piece.line, piece.byte];
    piece.rest = this.blocks(piece.bytes, chunks, piece);
    piece.bytes = piece.bytes.subarray(0, 0);
    return piece;
  }

  private async *blocks(first: Buffer, chunks: AsyncIterable<Buffer>, piece: Piece): AsyncGenerator<Buffer, void> {
    let pending: Buffer[] = [];
    try {
      for await (const chunk of withFirst(first, chunks)) {
        piece.bytesRead = this.bytesRead;
        const cut = lastCut(chunk, 0, this.form);
        pending.push(chunk.subarray(0, cut || undefined));
        if (cut === 0) continue;
        const block = Buffer.concat(pending);
        pending = [chunk.subarray(cut)];
        this.line += linesIn(block, this.form.lineEnd);
        this.byte += block.length;
        yield block;
      }
    } catch (error) {
      if (!(error instanceof TornPacked)) throw error;
      piece.problems.push(this.problem(error));
      return;
    }
    const last = Buffer.concat(pending);
    if (last.length > 0) yield last;
  }
}

async function* withFirst(first: Buffer, others: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  yield first;
  yield* others;
}

/** Offset behind the first line end from `from` on, or the end; of pieces, whose encodings have one byte for it. */
export function lineEndFrom(bytes: Buffer, from: number, { lineEnd }: TextForm): number {
  const found = from < bytes.length ? bytes.indexOf(lineEnd === '\n' ? lineFeed : carriageReturn, from) : -1;
  return found < 0 ? bytes.length : found + 1;
}

function linesIn(bytes: Buffer, lineEnd: TextForm['lineEnd']): number {
  const code = lineEnd === '\n' ? lineFeed : carriageReturn;
  let lines = 0;
  for (let at = bytes.indexOf(code); at >= 0; at = bytes.indexOf(code, at + 1)) lines++;
  return lines;
}

const [quote, lineFeed, carriageReturn, space] = [34, 10, 13, 32];

/**
 * Where the last row begins that is known to begin, in whole lines that begin with a row: what `RowParser` and its reader make of
 * them, rows that are left out included. undefined where that depends on more than quotes.
 */
export function lastRowStart(lines: Buffer, delimiter: number): number | undefined {
  let row = 0;
  let needed = 0; // of rows before, also to see that they are malformed
  let found = 0;
  for (let at = 0; ;) {
    if (row >= needed) found = row;
    const opening = lines.indexOf(quote, at);
    const lineEnd = lines.subarray(at, opening < 0 ? undefined : opening).lastIndexOf(lineFeed);
    if (lineEnd >= 0) row = at + lineEnd + 1;
    if (row >= needed) found = row;
    if (opening < 0) return found;
    const before = lines[opening - 1];
    if (before === space && isAfter(lines, opening, delimiter)) return undefined; // it opens its field where that is closed on the same line
    if (opening > 0 && before !== delimiter && before !== lineFeed) {
      at = opening + 1; // stands within a field
      continue;
    }
    const closing = closingQuote(lines, opening + 1);
    if ((closing < 0 ? lines.length : closing) - opening > longestField) return undefined;
    if (closing < 0) return found;
    const next = lines[closing + 1];
    if (next === space) return undefined; // as may be before a delimiter
    if (next === delimiter) at = closing + 2;
    else if (next === lineFeed) row = at = closing + 2;
    else if (next === carriageReturn && lines[closing + 2] === lineFeed) row = at = closing + 3;
    else {
      needed = Math.max(needed, closing + 2);
      row = at = lines.indexOf(lineFeed, row) + 1; // malformed: read on with the line below its first
    }
  }
}

/** Whether nothing but spaces stands between the beginning of a field and `at`. */
function isAfter(lines: Buffer, at: number, delimiter: number): boolean {
  while (at > 0 && lines[at - 1] === space) at--;
  return at === 0 || lines[at - 1] === delimiter || lines[at - 1] === lineFeed;
}

function closingQuote(lines: Buffer, from: number): number {
  let at = lines.indexOf(quote, from);
  while (at >= 0 && lines[at + 1] === quote) at = lines.indexOf(quote, at + 2);
  return at;
}
