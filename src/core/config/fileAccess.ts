import { readdirSync, readFileSync, statSync } from 'node:fs';
import { probeVectors } from '../data/vectors/probeVectors.ts';
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
};

/** A file that cannot be read is, for validation, a file that is not there. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
