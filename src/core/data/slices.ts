/** Parts of a file by their offsets: sought in a plain file, cut out of the stream of a .gz. */
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Cancelled, UserError } from '../base/errors.ts';
import { fileError, withFileErrors } from '../base/files.ts';
import { readBytes } from '../formats/bytes.ts';

/** Offsets of the first byte and of the first one after; of the unpacked data in a .gz. */
export interface Slice {
  start: number;
  stop: number;
}

/** Whether a file is still the one that was read. */
export interface Stamp {
  size: number;
  /** Milliseconds. */
  modified: number;
}

/** Throws `UserError`. */
export async function stampOf(path: string): Promise<Stamp> {
  const { size, mtimeMs } = await withFileErrors(path, () => stat(path));
  return { size, modified: mtimeMs };
}

/**
 * The bytes of each slice, in their order, which must be ascending without overlaps. Memory: one slice (and, of a .gz,
 * what is unpacked at a time). Throws `UserError` (`file-changed` where the file does not bear `stamp`), `Cancelled`.
 */
export async function* readSlices(
  path: string,
  slices: readonly Slice[],
  { stamp, signal }: { stamp?: Stamp; signal?: AbortSignal } = {},
): AsyncGenerator<Buffer, void> {
  const file = await withFileErrors(path, () => open(path, 'r'));
  try {
    const { size, mtimeMs } = await file.stat();
    if (stamp && (stamp.size !== size || stamp.modified !== mtimeMs)) throw fileChanged(path);
    const magic = await readAt(file, 0, 2);
    if (magic.equals(gzipMagic)) yield* cut(readBytes(path, { signal }), slices, path);
    else
      for (const { start, stop } of slices) {
        if (signal?.aborted) throw new Cancelled();
        const bytes = await readAt(file, start, stop - start);
        if (bytes.length < stop - start) throw fileChanged(path);
        yield bytes;
      }
  } catch (error) {
    throw fileError(error, path);
  } finally {
    await file.close();
  }
}

/** By its first bytes, not its name. Throws `UserError`. */
export async function isGzip(path: string): Promise<boolean> {
  const file = await withFileErrors(path, () => open(path, 'r'));
  try {
    return (await readAt(file, 0, 2)).equals(gzipMagic);
  } finally {
    await file.close();
  }
}

const gzipMagic = Buffer.from([0x1f, 0x8b]);

/** Up to `length` bytes; fewer at the end of the file. */
async function readAt(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function* cut(
  stream: AsyncIterable<Buffer>,
  slices: readonly Slice[],
  path: string,
): AsyncGenerator<Buffer, void> {
  let at = 0;
  let next = 0;
  let parts: Buffer[] = [];
  for await (const chunk of stream) {
    const end = at + chunk.length;
    for (; next < slices.length && slices[next].start < end; next++) {
      const { start, stop } = slices[next];
      parts.push(chunk.subarray(Math.max(0, start - at), stop - at));
      if (stop > end) break;
      yield Buffer.concat(parts);
      parts = [];
    }
    if (next === slices.length) return;
    at = end;
  }
  throw fileChanged(path);
}

export function fileChanged(file: string): UserError {
  return new UserError('file-changed', 'The file has changed since it was read', 'Read it again.', { file });
}
