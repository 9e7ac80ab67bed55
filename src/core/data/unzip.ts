import { inflateRawSync } from 'node:zlib';
import { UserError } from '../errors.ts';
import { zipEntries, type ZipEntry } from './zip.ts';

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
    if (data?.length === entry.size) return data;
    const place = { file: this.file, byte: entry.from };
    throw new UserError('zip-damaged', `"${name}" in the zip is damaged`, 'Fetch or pack it anew.', place);
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
