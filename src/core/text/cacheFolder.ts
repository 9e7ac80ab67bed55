/**
 * The prepared-data cache: a folder of files `<key>.prepared`, each a head of JSON, typed arrays and a SHA-256 over all of
 * it. Entries are written atomically, so that two processes may write at once; one that does not verify is deleted.
 */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Cancelled } from '../base/errors.ts';
import { fileError, makeFolder, sweep, writeAtomic } from '../base/files.ts';

const arrayTypes = { Int32Array, Uint32Array, Float32Array, Float64Array, Uint8Array };
type TypedArray = Int32Array | Uint32Array | Float32Array | Float64Array | Uint8Array;

export interface CacheEntry {
  /** Anything JSON can say. */
  meta: unknown;
  arrays: Record<string, TypedArray>;
}

interface Head {
  key: string;
  meta: unknown;
  arrays: { name: string; type: keyof typeof arrayTypes; length: number }[];
}

const magic = 'XMLCNN-PREPARED\n';
const ending = '.prepared';
/** Whether a file of a cache folder, which may hold others, is an entry by its name. */
export const isEntryName = (name: string): boolean =>
  /^[0-9a-f]{64}$/.test(name.slice(0, -ending.length)) && name.endsWith(ending);
const digestSize = 32;
const sliceSize = 16 * 1024 * 1024;

export class PreparedCache {
  /** @param limit bytes that all entries together may take */
  constructor(
    readonly folder: string,
    private readonly limit: number,
  ) {}

  /** The entry, `'torn'` where its file is not what was written (the file is then deleted), undefined where there is none. */
  async read(key: string, signal?: AbortSignal): Promise<CacheEntry | 'torn' | undefined> {
    const path = this.pathOf(key);
    const file = await open(path, 'r').catch(notThere);
    if (!file) return undefined;
    let entry: CacheEntry | undefined;
    try {
      entry = await readEntry(file, key, signal);
    } finally {
      await file.close();
    }
    if (!entry) {
      await rm(path, { force: true });
      return 'torn';
    }
    const now = new Date();
    await utimes(path, now, now).catch(() => {}); // another process may have deleted it: then it is no longer in use
    return entry;
  }

  /** Stores the entry and deletes the ones used longest ago. false where it alone is above the limit. Throws `UserError`. */
  async write(key: string, entry: CacheEntry, signal?: AbortSignal): Promise<boolean> {
    const head = headOf(key, entry);
    if (head.length + sizeOf(entry) + digestSize > this.limit) return false;
    await makeFolder(this.folder);
    await this.ignoreByGit();
    const hash = createHash('sha256');
    await writeAtomic(this.pathOf(key), async (write) => {
      for (const bytes of [head, ...slices(entry)]) {
        if (signal?.aborted) throw new Cancelled();
        hash.update(bytes);
        await write(bytes);
      }
      await write(hash.digest());
    });
    await sweep(this.folder, '.'); // also what was left of other entries, which nobody may write again
    await this.shrink(`${key}${ending}`);
    return true;
  }

  private pathOf(key: string): string {
    return join(this.folder, key + ending);
  }

  private async ignoreByGit(): Promise<void> {
    const file = join(this.folder, '.gitignore');
    await writeFile(file, '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw fileError(error, file);
    });
  }

  private async shrink(newest: string): Promise<void> {
    const entries: { path: string; size: number; used: number }[] = [];
    for (const name of await readdir(this.folder)) {
      if (!name.endsWith(ending) || name === newest) continue;
      const path = join(this.folder, name);
      const found = await stat(path).catch(notThere);
      if (found) entries.push({ path, size: found.size, used: found.mtimeMs });
    }
    entries.sort((a, b) => b.used - a.used);
    let total = (await stat(join(this.folder, newest)).catch(notThere))?.size ?? 0;
    for (const { path, size } of entries) {
      total += size;
      if (total > this.limit) await rm(path, { force: true }).catch(() => {}); // open elsewhere: the next write tries again
    }
  }
}

function notThere(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}

/** `magic`, length of the JSON as 8 hexadecimal digits, JSON. */
function headOf(key: string, { meta, arrays }: CacheEntry): Buffer {
  const specs = Object.entries(arrays).map(([name, values]) => ({
    name,
    type: values.constructor.name,
    length: values.length,
  }));
  const json = Buffer.from(JSON.stringify({ key, meta, arrays: specs }));
  return Buffer.concat([Buffer.from(magic + json.length.toString(16).padStart(8, '0')), json]);
}

function sizeOf({ arrays }: CacheEntry): number {
  return Object.values(arrays).reduce((sum, values) => sum + values.byteLength, 0);
}

function* slices({ arrays }: CacheEntry): Generator<Uint8Array> {
  for (const { buffer, byteOffset, byteLength } of Object.values(arrays))
    for (let at = 0; at < byteLength; at += sliceSize)
      yield new Uint8Array(buffer, byteOffset + at, Math.min(sliceSize, byteLength - at));
}

async function readEntry(file: FileHandle, key: string, signal?: AbortSignal): Promise<CacheEntry | undefined> {
  const { size } = await file.stat();
  const hash = createHash('sha256');
  let position = 0;
  /** Fills `bytes`; false where the file ends before. */
  const fill = async (bytes: Uint8Array): Promise<boolean> => {
    for (let at = 0; at < bytes.length;) {
      if (signal?.aborted) throw new Cancelled();
      const { bytesRead } = await file.read(bytes, at, Math.min(sliceSize, bytes.length - at), position);
      if (bytesRead === 0) return false;
      at += bytesRead;
      position += bytesRead;
    }
    return true;
  };
  const start = Buffer.alloc(magic.length + 8);
  if (!(await fill(start)) || start.toString('latin1', 0, magic.length) !== magic) return undefined;
  const jsonSize = parseInt(start.toString('latin1', magic.length), 16);
  if (!(jsonSize >= 0 && jsonSize <= size)) return undefined;
  const json = Buffer.alloc(jsonSize);
  if (!(await fill(json))) return undefined;
  hash.update(start).update(json);
  const head = parseHead(json);
  if (!head || head.key !== key || size !== position + arraysSize(head) + digestSize) return undefined;
  const arrays: Record<string, TypedArray> = {};
  for (const { name, type, length } of head.arrays) {
    const values = new arrayTypes[type](length);
    const bytes = new Uint8Array(values.buffer);
    if (!(await fill(bytes))) return undefined;
    for (let at = 0; at < bytes.length; at += sliceSize) hash.update(bytes.subarray(at, at + sliceSize));
    arrays[name] = values;
  }
  const digest = Buffer.alloc(digestSize);
  if (!(await fill(digest)) || !digest.equals(hash.digest())) return undefined;
  return { meta: head.meta, arrays };
}

function parseHead(json: Buffer): Head | undefined {
  try {
    const head = JSON.parse(json.toString()) as Head;
    return head.arrays.every(
      ({ type, length }) => Object.hasOwn(arrayTypes, type) && Number.isSafeInteger(length) && length >= 0,
    )
      ? head
      : undefined;
  } catch {
    return undefined; // torn: the caller rebuilds
  }
}

function arraysSize(head: Head): number {
  return head.arrays.reduce((sum, { type, length }) => sum + length * arrayTypes[type].BYTES_PER_ELEMENT, 0);
}
