/** The table of contents of a zip file (APPNOTE 6.3, ZIP64 included), read without trusting any number in it. */
import { UserError } from '../base/errors.ts';
import { inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  name: string;
  method: 'stored' | 'deflated';
  /** Bytes of the entry as stored: `[from, to)` of the file. */
  from: number;
  to: number;
  /** Bytes when unpacked, as the zip states, and their CRC-32. */
  size: number;
  crc: number;
}

/** Up to `length` bytes of the file at `from`; fewer at its end. */
export type ReadBytes = (from: number, length: number) => Buffer;

const Signature = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 };
const endSize = 22;
const longestComment = 65_535;
/** Zips of word vectors, arrays and checkpoints list some hundred files at most. */
const largestTable = 16 * 1024 * 1024;

/**
 * The files in a zip, folders left out.
 * Throws `UserError` `zip-damaged`, `zip-unsupported` (encrypted, or packed by another method than deflate).
 */
export function zipEntries(file: string, size: number, read: ReadBytes): ZipEntry[] {
  const { offset, length } = tableOf(file, size, read);
  const table = read(offset, length);
  if (table.length < length) throw damaged(file, 'its table of contents breaks off');
  const entries: ZipEntry[] = [];
  for (let at = 0; at + 46 <= table.length && table.readUInt32LE(at) === Signature.central;) {
    const nameEnd = at + 46 + table.readUInt16LE(at + 28);
    const extraEnd = nameEnd + table.readUInt16LE(at + 30);
    if (extraEnd > table.length) throw damaged(file, 'its table of contents breaks off');
    const name = table.toString('utf8', at + 46, nameEnd);
    if (!name.endsWith('/'))
      entries.push(entryOf(file, size, name, table.subarray(at, nameEnd), table.subarray(nameEnd, extraEnd), read));
    at = extraEnd + table.readUInt16LE(at + 32);
  }
  if (entries.length === 0) throw damaged(file, 'it holds no files');
  return entries;
}

function entryOf(
  file: string,
  fileSize: number,
  name: string,
  header: Buffer,
  extra: Buffer,
  read: ReadBytes,
): ZipEntry {
  if (header.readUInt16LE(8) & 1) throw unsupported(file, `"${name}" is encrypted`);
  const method = ({ 0: 'stored', 8: 'deflated' } as const)[header.readUInt16LE(10)];
  if (!method) throw unsupported(file, `"${name}" is packed by method ${header.readUInt16LE(10)}`);
  const wide = wideFields(extra);
  /** A field of 32 bits, or the next of 64 where that is full: in this order. */
  const field = (at: number): number => {
    const value = header.readUInt32LE(at);
    return value === 0xffffffff ? (wide.shift() ?? value) : value;
  };
  const size = field(24);
  const packed = field(20);
  const offset = field(42);
  const local = read(offset, 30);
  if (local.length < 30 || local.readUInt32LE(0) !== Signature.local)
    throw damaged(file, `"${name}" is not where it should be`);
  const from = offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  const to = from + packed;
  if (!(to <= fileSize)) throw damaged(file, `"${name}" goes on past its end`);
  return { name, method, from, to, size, crc: header.readUInt32LE(16) };
}

/** Numbers of the ZIP64 extra field. */
function wideFields(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length;) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      const values = extra.subarray(at + 4, at + 4 + length);
      return Array.from({ length: Math.floor(values.length / 8) }, (_, i) => wide(values, i * 8));
    }
    at += 4 + length;
  }
  return [];
}

const wide = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at));

function tableOf(file: string, size: number, read: ReadBytes): { offset: number; length: number } {
  const tailStart = Math.max(0, size - endSize - longestComment);
  const tail = read(tailStart, size - tailStart);
  const at = endOf(tail);
  if (at < 0) throw damaged(file, 'its end is missing');
  let length = tail.readUInt32LE(at + 12);
  let offset = tail.readUInt32LE(at + 16);
  if (at >= 20 && tail.readUInt32LE(at - 20) === Signature.locator64) {
    const end64 = read(wide(tail, at - 12), 56);
    if (end64.length < 56 || end64.readUInt32LE(0) !== Signature.end64) throw damaged(file, 'its ZIP64 end is missing');
    length = wide(end64, 40);
    offset = wide(end64, 48);
  }
  if (length > largestTable || !(offset + length <= size)) throw damaged(file, 'its table of contents is out of place');
  return { offset, length };
}

/** The last end record whose comment fits. */
function endOf(tail: Buffer): number {
  for (let at = tail.length - endSize; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== Signature.end) continue;
    if (at + endSize + tail.readUInt16LE(at + 20) <= tail.length) return at;
  }
  return -1;
}

const damaged = (file: string, why: string): UserError =>
  new UserError('zip-damaged', `The zip file is damaged: ${why}`, 'Fetch or pack it again.', { file });

const unsupported = (file: string, why: string): UserError =>
  new UserError('zip-unsupported', `The zip file cannot be read: ${why}`, 'Unpack it first.', { file });

/** DEFLATE makes no more than this of a byte. */
const largestRatio = 1032;

/** A zip that is in memory. */
export class Zip {
  private readonly entries: Map<string, ZipEntry>;

  /** Throws `UserError`. */
  constructor(
    private readonly bytes: Buffer,
    private readonly file: string,
  ) {
    const read = (from: number, length: number): Buffer => bytes.subarray(from, from + length);
    this.entries = new Map(zipEntries(file, bytes.length, read).map((entry) => [entry.name, entry]));
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  /** A file unpacked, which is a part of the zip where it is stored as it is; undefined where there is none. Throws `UserError`. */
  read(name: string): Buffer | undefined {
    const entry = this.entries.get(name);
    if (!entry) return undefined;
    const packed = this.bytes.subarray(entry.from, entry.to);
    const data = entry.method === 'stored' ? packed : inflate(packed, entry.size);
    if (data?.length === entry.size && crc32(data) === entry.crc) return data;
    const place = { file: this.file, byte: entry.from };
    throw new UserError('zip-damaged', `"${name}" in the zip is damaged`, 'Fetch or pack it again.', place);
  }
}

function inflate(packed: Buffer, size: number): Buffer | undefined {
  if (size > packed.length * largestRatio + 64) return undefined;
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch (error) {
    if (/^(Z_|ERR_BUFFER_TOO_LARGE)/.test((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 of bytes that come after others whose CRC-32 is `before`. Node has it from 20.15 on only. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ crcTable[(crc ^ bytes[i]) & 255];
  return ~crc >>> 0;
}
