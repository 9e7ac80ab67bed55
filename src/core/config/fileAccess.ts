import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { probeVectors } from '../data/vectors/probeVectors.ts';
import { type Script, ScriptSample } from '../base/scripts.ts';
import { UserError } from '../base/errors.ts';

/** What validation wants to know of the file system; a face may pass its own (open editors, a test). */
export interface FileAccess {
  kind(path: string): 'file' | 'folder' | undefined;
  /** Names in a folder; empty where it cannot be read. */
  list(folder: string): string[];
  /** The whole text; undefined where it cannot be read or is not UTF-8. */
  read(path: string): string | undefined;
  /** Length of the word vectors in a file (of those in a zip, of `entry`, or the ones of `dim` numbers); else why there is none. */
  vectorDim(path: string, dim: number, entry?: string): number | UserError;
  /** Scripts without spaces in the beginning of a file, or of a folder's first; undefined where none is seen, or it is no text. */
  script(path: string, encoding?: string): Script | undefined;
}

export const nodeFiles: FileAccess = {
  kind(path) {
    const stats = attempt(() => statSync(path));
    return stats?.isDirectory() ? 'folder' : stats ? 'file' : undefined;
  },
  list: (folder) => attempt(() => readdirSync(folder)) ?? [],
  read: (path) => attempt(() => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path))),
  vectorDim(path, dim, entry) {
    try {
      return probeVectors(path, { dim, entry }).dim;
    } catch (error) {
      if (error instanceof UserError) return error;
      throw error;
    }
  },
  script: (path, encoding = 'utf-8') => attempt(() => scriptOf(path, encoding)),
};

/** Bytes that are looked at. */
const head = 1 << 16;

function scriptOf(path: string, encoding: string): Script | undefined {
  const stats = statSync(path);
  const [first] = stats.isDirectory() ? readdirSync(path).sort() : [];
  const bytes = readHead(first === undefined ? path : join(path, first));
  const text = new TextDecoder(markOf(bytes) ?? encoding).decode(bytes, { stream: true });
  if (text.includes('\0') || (text.match(/\ufffd/g)?.length ?? 0) > text.length / 100) return undefined; // packed, or of another encoding
  const sample = new ScriptSample();
  for (const line of text.split('\n')) sample.add(plain(line));
  return sample.result();
}

function readHead(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(head);
    const read = bytes.subarray(0, readSync(file, bytes, 0, head, 0));
    const isPacked = read[0] === 0x1f && read[1] === 0x8b;
    return isPacked ? gunzipSync(read, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: head * 64 }) : read;
  } finally {
    closeSync(file);
  }
}

const markOf = ([first, second]: Uint8Array): string | undefined =>
  first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : undefined;

/** A line of JSON without its keys, and with its letters as they are. */
const plain = (line: string): string =>
  line
    .replace(/"[\w.-]+"\s*:/g, ' ')
    .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

/** A file that cannot be read is, for validation, a file that is not there. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
