/** The members of a zip that is in memory, ZIP64 included (PKWARE's APPNOTE, sections 4.3 to 4.5). */
import { inflateRawSync } from 'node:zlib';
import { UserError } from '../errors.ts';

export interface ZipMember {
  name: string;
  method: number;
  crc: number;
  packed: number;
  size: number;
  /** Offset of its local header. */
  offset: number;
}

const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
};
const marker32 = 0xffffffff;
/** DEFLATE makes no more than this of a byte. */
const largestRatio = 1032;

/** By name. Throws `UserError` `damaged-zip`. */
export function readZip(bytes: Buffer, file: string): Map<string, ZipMember> {
  const { count, offset } = directory(bytes, file);
  const members = new Map<string, ZipMember>();
  for (let i = 0, at = offset; i < count; i++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== signatures.central) throw damaged(file, at);
    const [nameLength, extraLength, noteLength] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const next = at + 46 + nameLength + extraLength + noteLength;
    if (next > bytes.length) throw damaged(file, at);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const extra = bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    const [size, packed, start] = wideSizes(
      extra,
      [24, 20, 42].map((field) => bytes.readUInt32LE(at + field)),
    );
    members.set(name, {
      name,
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packed,
      size,
      offset: start,
    });
    at = next;
  }
  return members;
}

function directory(bytes: Buffer, file: string): { count: number; offset: number } {
  const from = Math.max(0, bytes.length - 22 - 0xffff);
  for (let at = bytes.length - 22; at >= from; at--) {
    if (bytes.readUInt32LE(at) !== signatures.end) continue;
    const found = { count: bytes.readUInt16LE(at + 10), offset: bytes.readUInt32LE(at + 16) };
    return found.count === 0xffff || found.offset === marker32 ? wideDirectory(bytes, at, file) : found;
  }
  throw damaged(file, bytes.length);
}

function wideDirectory(bytes: Buffer, end: number, file: string): { count: number; offset: number } {
  const locator = end - 20;
  if (locator < 0 || bytes.readUInt32LE(locator) !== signatures.locator64) throw damaged(file, end);
  const at = Number(bytes.readBigUInt64LE(locator + 8));
  if (!(at + 56 <= bytes.length) || bytes.readUInt32LE(at) !== signatures.end64) throw damaged(file, locator);
  const [count, offset] = [32, 48].map((field) => Number(bytes.readBigUInt64LE(at + field)));
  return { count, offset };
}

/** Values of 64 bits stand in an extra field, in this order, for those that are all ones. */
function wideSizes(extra: Buffer, values: number[]): number[] {
  for (let at = 0; at + 4 <= extra.length;) {
    const [id, length] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)];
    const field = extra.subarray(at + 4, at + 4 + length);
    let next = 0;
    const wide = (value: number): number => {
      if (value !== marker32 || next + 8 > field.length) return value;
      next += 8;
      return Number(field.readBigUInt64LE(next - 8));
    };
    if (id === 1) return values.map(wide);
    at += 4 + length;
  }
  return values;
}

/** The member unpacked; a part of `bytes` where it is stored as it is. Throws `UserError` `damaged-zip`. */
export function unzip(bytes: Buffer, member: ZipMember, file: string): Buffer {
  const { offset, packed, size, method } = member;
  if (!(offset + 30 <= bytes.length) || bytes.readUInt32LE(offset) !== signatures.local) throw damaged(file, offset);
  const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  if (!(start + packed <= bytes.length)) throw damaged(file, offset);
  const data = unpack(bytes.subarray(start, start + packed), size, method);
  if (data?.length !== size || crc32(data) !== member.crc) throw damaged(file, offset);
  return data;
}

function unpack(data: Buffer, size: number, method: number): Buffer | undefined {
  if (method === 0) return data;
  if (method !== 8 || size > data.length * largestRatio + 64) return undefined;
  try {
    return inflateRawSync(data, { maxOutputLength: Math.max(1, size) });
  } catch (error) {
    if (/^(Z_|ERR_BUFFER_TOO_LARGE)/.test((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

const damaged = (file: string, byte: number): UserError =>
  new UserError('damaged-zip', 'The zip is damaged', 'Fetch or write the file anew.', { file, byte });

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(data: Buffer): number {
  let value = -1;
  for (let i = 0; i < data.length; i++) value = (value >>> 8) ^ crcTable[(value ^ data[i]) & 255];
  return ~value >>> 0;
}
