/** Files as streams of lines: plain or gzip, strictly decoded, with line numbers and byte offsets. */
import { isAscii, isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { Cancelled, UserError } from '../base/errors.ts';
import { fileError, withFileErrors } from '../base/files.ts';
import { crc32, type ZipEntry } from './zip.ts';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { canonicalEncoding, decode, guessEncoding, markOf, unitOf, type Encoding } from './encoding.ts';

/** One line of a file, without its line end. */
export interface Line {
  /** undefined where the line could not be decoded (and the caller's `onProblem` let that pass). */
  text: string | undefined;
  /** 1-based. */
  number: number;
  /** Offset of the line's first byte in the file, in the unpacked data of a .gz. */
  byte: number;
  /** Offset of the first byte after the line and its end. */
  stop: number;
  /** The line end as it stands in the file; '' only on a last line that has none. */
  end: '\n' | '\r\n' | '\r' | '';
}

/** How the bytes of a file are to be read as lines. */
export interface TextForm {
  encoding: Encoding;
  /** `\r` for files without any line feed, as old Macintosh programs write them. */
  lineEnd: '\n' | '\r';
}

export const plainForm: TextForm = { encoding: 'utf-8', lineEnd: '\n' };

export interface LineProblem {
  code: 'undecodable' | 'torn-line';
  line: number;
  byte: number;
  message: string;
}

interface LineOptions {
  /** Found from the first bytes where absent: a byte order mark, the line ends; UTF-8 otherwise. `guess`: the encoding too. */
  form?: Partial<TextForm> | 'guess';
  /** Bytes of the file as stored (packed, for .gz) read so far. */
  onBytes?: (bytesRead: number) => void;
  signal?: AbortSignal;
  /**
   * Called for a line that cannot be decoded and for a .gz that breaks off. Where it returns, reading goes on: the bad
   * line comes with `text` undefined; a broken .gz ends after its last whole line. By default a `UserError` is thrown.
   */
  onProblem?: (problem: LineProblem) => void;
}

/** No dataset has such lines; files without line ends would fill the memory. V8 strings end at 512 MiB. */
export const longestLine = 256 * 1024 * 1024;
const chunkSize = 256 * 1024;

export const remedies = {
  undecodable: 'Save the file as UTF-8, or name its encoding with "encoding".',
  'torn-line': 'Fetch or write the file again; "onError": "skip" reads what is whole.',
} as const;

/**
 * The lines of a file in batches of about 256 KiB, so that the cost of awaiting is not paid per line.
 * Memory: one batch, or the longest line. Throws `UserError` for missing or unreadable files and unknown compression.
 */
export async function* readLines(path: string, options: LineOptions = {}): AsyncGenerator<Line[], void> {
  const problem = options.onProblem ?? ((found: LineProblem) => throwProblem(path, found));
  let form: TextForm | undefined;
  let line = 1;
  let byte = 0;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const take = (block: Buffer) => {
    const skip = byte === 0 ? (markOf(block)?.length ?? 0) : 0;
    const lines = splitLines(block.subarray(skip), line, byte + skip, form ?? plainForm, problem);
    line += lines.length;
    byte += block.length;
    return lines;
  };
  try {
    for await (const chunk of readBytes(path, options)) {
      form ??= options.form === 'guess' ? guessForm(chunk) : formOf(chunk, options.form);
      const cut = lastCut(chunk, byte + pendingBytes, form);
      pendingBytes += chunk.length;
      if (cut === 0) {
        pending.push(chunk);
        if (pendingBytes > longestLine) throw tooLong(path, line, byte);
        continue;
      }
      const head = chunk.subarray(0, cut);
      const block = pending.length ? Buffer.concat([...pending, head]) : head;
      pending = cut < chunk.length ? [chunk.subarray(cut)] : [];
      pendingBytes = chunk.length - cut;
      yield take(block);
    }
  } catch (error) {
    if (!(error instanceof TornPacked)) throw error;
    problem({ code: 'torn-line', line, byte, message: error.message });
    return;
  }
  if (pending.length) yield take(Buffer.concat(pending));
}

/** The form of a file by its first bytes, but for what is given. */
export function formOf(start: Buffer, given: Partial<TextForm> = {}): TextForm {
  const named = given.encoding === undefined ? undefined : canonicalEncoding(given.encoding);
  const encoding = markOf(start)?.encoding ?? named ?? 'utf-8';
  return { encoding, lineEnd: given.lineEnd ?? lineEndOf(start, encoding) };
}

/** As `formOf`, the encoding being guessed where it is not given. */
export function guessForm(start: Buffer, given: Partial<TextForm> = {}): TextForm {
  return formOf(start, { ...given, encoding: given.encoding ?? guessEncoding(start).encoding });
}

function lineEndOf(start: Buffer, encoding: Encoding): TextForm['lineEnd'] {
  const has = (code: number): boolean => nextUnit(start, code, 0, encoding) >= 0;
  return has(13) && !has(10) ? '\r' : '\n';
}

/** Offset behind the last line end of the chunk, which begins at `at` of the file; 0 where there is none. */
export function lastCut(chunk: Buffer, at: number, { encoding, lineEnd }: TextForm): number {
  const code = lineEnd === '\n' ? 10 : 13;
  if (unitOf(encoding) === 1) return chunk.lastIndexOf(code) + 1;
  const shift = at & 1;
  for (let i = chunk.length - 2; i >= shift; i--)
    if (((i ^ shift) & 1) === 0 && isUnit(chunk, i, code, encoding)) return i + 2;
  return 0;
}

const isUnit = (bytes: Buffer, at: number, code: number, encoding: Encoding): boolean =>
  encoding === 'utf-16be' ? bytes[at] === 0 && bytes[at + 1] === code : bytes[at] === code && bytes[at + 1] === 0;

/** Index of the next code unit `code` from `from` on, or -1. Of two-byte encodings, `bytes` begins at a unit. */
function nextUnit(bytes: Buffer, code: number, from: number, encoding: Encoding): number {
  if (unitOf(encoding) === 1) return bytes.indexOf(code, from);
  for (let at = from; at >= 0 && at + 1 < bytes.length; at += 2) if (isUnit(bytes, at, code, encoding)) return at;
  return -1;
}

/** The bytes of a file, unpacked where it is gzip (recognised by its first bytes, not its name). Throws `UserError`. */
export async function* readBytes(
  path: string,
  options: Pick<LineOptions, 'onBytes' | 'signal'> = {},
): AsyncGenerator<Buffer, void> {
  const raw = readRaw(path, options);
  try {
    const first = await raw.next();
    if (first.done) return;
    refuseUnreadable(path, first.value);
    const all = prepend(first.value, raw);
    if (!startsWith(first.value, 0x1f, 0x8b)) yield* all;
    else yield* inflate(all, 'gzip');
  } finally {
    await raw.return();
  }
}

/** The bytes of a file in a zip, unpacked. Throws as `readBytes` does, and `TornPacked`, at the end where only the checksum is wrong. */
export async function* readEntry(
  path: string,
  { from, to, method, crc }: ZipEntry,
  options: Pick<LineOptions, 'onBytes' | 'signal'> = {},
): AsyncGenerator<Buffer, void> {
  const raw = readRaw(path, options, from, to);
  try {
    let found = 0;
    for await (const chunk of method === 'stored' ? raw : inflate(raw, 'deflate')) {
      found = crc32(chunk, found);
      yield chunk;
    }
    if (found !== crc) throw new TornPacked('The data in the zip is damaged (its checksum is wrong)');
  } finally {
    await raw.return();
  }
}

/** Packed data that breaks off or is damaged; what came before was yielded. */
export class TornPacked extends Error {}

async function* inflate(packed: AsyncIterable<Buffer>, format: 'gzip' | 'deflate'): AsyncGenerator<Buffer, void> {
  try {
    yield* unpack(packed, format);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'Z_BUF_ERROR') throw new TornPacked(`The ${format} data breaks off`);
    if (code.startsWith('Z_')) throw new TornPacked(`The ${format} data is damaged (${(error as Error).message})`);
    throw error;
  }
}

async function* prepend(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  yield first;
  yield* rest;
}

/** The bytes of a file as they are stored. Throws `UserError`, `Cancelled`. */
export async function* readRaw(
  path: string,
  { onBytes, signal }: Pick<LineOptions, 'onBytes' | 'signal'> = {},
  from = 0,
  to = Infinity,
): AsyncGenerator<Buffer, void> {
  const file = await withFileErrors(path, () => open(path, 'r'));
  let total = 0;
  try {
    for (;;) {
      if (signal?.aborted) throw new Cancelled();
      const length = Math.min(chunkSize, to - from - total);
      if (length === 0) return;
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await file.read(buffer, 0, length, from > 0 ? from + total : null);
      if (bytesRead === 0) return;
      total += bytesRead;
      onBytes?.(total);
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw fileError(error, path);
  } finally {
    await file.close();
  }
}

/** Throws `UserError` `unknown-compression` by the first bytes of a file. */
export function refuseUnreadable(file: string, start: Buffer): void {
  const packer = packers.find(([, ...magic]) => startsWith(start, ...magic))?.[0];
  if (packer)
    throw new UserError(
      'unknown-compression',
      `The file is packed with ${packer}`,
      'Unpack it first; only .gz is read.',
      {
        file,
      },
    );
}

const packers: [name: string, ...magic: number[]][] = [
  ['xz', 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  ['zip', 0x50, 0x4b, 0x03, 0x04],
  ['bzip2', 0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59],
  ['zstd', 0x28, 0xb5, 0x2f, 0xfd],
];

function startsWith(bytes: Buffer, ...magic: number[]): boolean {
  return magic.every((value, i) => bytes[i] === value);
}

/** Splits a block of whole lines, the first of which is line `firstLine` at `firstByte` of its file. Each line becomes a string of its own: a slice would keep the whole block alive. */
export function splitLines(
  block: Buffer,
  firstLine: number,
  firstByte: number,
  form: TextForm,
  problem: (found: LineProblem) => void,
): Line[] {
  const { encoding, lineEnd } = form;
  const text = decoderOf(block, encoding);
  const lines: Line[] = [];
  const unit = unitOf(encoding);
  const code = lineEnd === '\n' ? 10 : 13;
  for (let start = 0; start < block.length;) {
    const newline = nextUnit(block, code, start, encoding);
    let stop = newline < 0 ? block.length : newline;
    const crlf = code === 10 && newline > start && isReturn(block, newline - unit, encoding);
    if (crlf) stop -= unit;
    const number = firstLine + lines.length;
    const byte = firstByte + start;
    const next = newline < 0 ? block.length : newline + unit;
    const decoded = text(start, stop);
    if (decoded === undefined) problem(undecodable(block.subarray(start, stop), number, byte, encoding));
    lines.push({
      text: decoded,
      number,
      byte,
      stop: firstByte + next,
      end: newline < 0 ? '' : crlf ? '\r\n' : lineEnd,
    });
    start = next;
  }
  return lines;
}

const isReturn = (block: Buffer, at: number, encoding: Encoding): boolean =>
  unitOf(encoding) === 1 ? block[at] === 13 : isUnit(block, at, 13, encoding);

/** Text of stretches of the block; undefined for those that are not valid. Whole blocks are checked at once where that is fast. */
function decoderOf(block: Buffer, encoding: Encoding): (start: number, stop: number) => string | undefined {
  if (encoding !== 'utf-8' && encoding !== 'latin1')
    return (start, stop) => decode(block.subarray(start, stop), encoding);
  const oneByte = encoding === 'latin1' || isAscii(block);
  if (oneByte) return (start, stop) => block.toString('latin1', start, stop);
  if (isUtf8(block)) return (start, stop) => block.toString('utf8', start, stop);
  return (start, stop) => (isUtf8(block.subarray(start, stop)) ? block.toString('utf8', start, stop) : undefined);
}

function undecodable(bytes: Buffer, line: number, byte: number, encoding: Encoding): LineProblem {
  if (encoding !== 'utf-8') return { code: 'undecodable', line, byte, message: `This line is not valid ${encoding}` };
  const at = firstInvalidByte(bytes);
  const value = bytes[at].toString(16).toUpperCase().padStart(2, '0');
  return { code: 'undecodable', line, byte: byte + at, message: `Byte 0x${value} is not valid UTF-8 here` };
}

function throwProblem(file: string, { code, line, byte, message }: LineProblem): never {
  throw new UserError(code, message, remedies[code], { file, line, byte });
}

export function tooLong(file: string, line: number, byte: number): UserError {
  return new UserError('line-too-long', 'A line of more than 256 MiB', 'Write one document per line.', {
    file,
    line,
    byte,
  });
}

/** Index of the first byte that is not part of well-formed UTF-8 (RFC 3629), or -1. The slow path: finds where. */
export function firstInvalidByte(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return -1;
}

/** Length of the well-formed sequence at `at`, 0 where there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at];
  if (lead < 0x80) return 1;
  const length =
    lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const second = bytes[at + 1];
  if (lead === 0xe0 && second < 0xa0) return 0; // overlong
  if (lead === 0xed && second > 0x9f) return 0; // surrogate
  if (lead === 0xf0 && second < 0x90) return 0; // overlong
  if (lead === 0xf4 && second > 0x8f) return 0; // beyond U+10FFFF
  for (let i = 1; i < length; i++) if ((bytes[at + i] & 0xc0) !== 0x80) return 0;
  return length;
}

/** Fed at once; unpacks to a thousandfold of it at the very worst. */
const pieceSize = 64 * 1024;

/**
 * Unpacks gzip, one or several members, or raw deflate. All that can be unpacked is yielded before an error is thrown, so that the
 * whole lines of a torn file can still be read; piping streams would lose what they hold when the error strikes.
 */
async function* unpack(packed: AsyncIterable<Buffer>, format: 'gzip' | 'deflate'): AsyncGenerator<Buffer> {
  const inflate = (format === 'gzip' ? createGunzip : createInflateRaw)({ chunkSize: 256 * 1024 });
  const unpacked: Buffer[] = [];
  let failure: Error | undefined;
  let ended = false;
  let wake = () => {};
  inflate.on('data', (chunk: Buffer) => unpacked.push(chunk));
  inflate.on('end', () => ((ended = true), wake()));
  inflate.on('error', (error) => ((failure = error), wake()));
  /** Feeds, and waits until what was fed is unpacked, or the stream came to its end. */
  const step = (feed: (done: () => void) => void) =>
    new Promise<void>((resolve) => {
      wake = resolve;
      feed(resolve);
    });
  try {
    for await (const chunk of packed) {
      for (let at = 0; at < chunk.length; at += pieceSize) {
        await step((done) => inflate.write(chunk.subarray(at, at + pieceSize), () => done()));
        yield* unpacked.splice(0);
        if (failure) throw failure;
        if (ended) return;
      }
    }
    await step(() => inflate.end());
    yield* unpacked.splice(0);
    if (failure) throw failure;
  } finally {
    inflate.destroy();
  }
}
