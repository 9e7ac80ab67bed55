import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';

/** What validation wants to know of the file system; a face may pass its own (open editors, a test). */
export interface FileAccess {
  kind(path: string): 'file' | 'folder' | undefined;
  /** Names in a folder; empty where it cannot be read. */
  list(folder: string): string[];
  /** The whole text; undefined where it cannot be read or is not UTF-8. */
  read(path: string): string | undefined;
  /** The beginning of a text, .gz unpacked; undefined where it cannot be read. */
  head(path: string): { text: string; whole: boolean } | undefined;
}

const headBytes = 256 * 1024;
/** gzip packs at most about 1,000 to 1, so this much unpacks to 64 MB at the very worst. */
const packedHeadBytes = 64 * 1024;

export const nodeFiles: FileAccess = {
  kind(path) {
    const stats = attempt(() => statSync(path));
    return stats?.isDirectory() ? 'folder' : stats ? 'file' : undefined;
  },
  list: (folder) => attempt(() => readdirSync(folder)) ?? [],
  read: (path) => attempt(() => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path))),
  head(path) {
    const start = attempt(() => readStart(path, headBytes));
    if (!start) return undefined;
    const packed = start.length > 2 && start[0] === 0x1f && start[1] === 0x8b;
    const bytes = packed ? attempt(() => unpack(start.subarray(0, packedHeadBytes))) : start;
    if (!bytes) return undefined;
    const whole = start.length < (packed ? packedHeadBytes : headBytes);
    return { text: new TextDecoder('utf-8').decode(bytes), whole };
  },
};

const unpack = (bytes: Uint8Array): Uint8Array => gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });

function readStart(path: string, bytes: number): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const buffer = new Uint8Array(bytes);
    let filled = 0;
    for (let read = -1; read !== 0 && filled < bytes; filled += read) {
      read = readSync(file, buffer, filled, bytes - filled, null);
    }
    return buffer.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}

/** A file that cannot be read is, for validation, a file that is not there. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
