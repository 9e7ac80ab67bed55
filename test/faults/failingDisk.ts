/**
 * A drive that fails in the middle of its work: of all that is asked of files under a folder, the n-th answers EIO, as where a
 * sector cannot be read or written; of what it was to write, half is there. What is under test runs in this process.
 */
import fs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { sep } from 'node:path';

export interface Failing {
  /** What fails, from 1. */
  at: number;
  /** Whether all after it fails, too, as on a drive that is gone. */
  forGood?: boolean;
}

export interface Watched {
  /** How much was asked for. */
  calls: number;
  /** What failed first, such as `write run/checkpoints/.last.safetensors.12-abc.tmp`. */
  failed?: string;
}

type Call = (...args: never[]) => Promise<unknown>;

const byPath = ['mkdir', 'rename', 'rm', 'readdir', 'stat', 'lstat', 'readFile', 'writeFile', 'utimes'] as const;
const byHandle = ['read', 'write', 'appendFile', 'writeFile', 'stat', 'sync', 'truncate', 'close'] as const;

/** Does `work` while what is asked of files under `folder` is counted, and fails as it is to. Throws what `work` throws. */
export async function onFailingDisk(
  folder: string,
  { at, forGood = false }: Failing,
  work: (watched: Watched) => Promise<void>,
): Promise<Watched> {
  const watched: Watched = { calls: 0 };
  const paths = new WeakMap<object, string>();
  const isUnder = (path: unknown): path is string => typeof path === 'string' && path.startsWith(folder + sep);
  const isDue = (call: string, path: string): boolean => {
    const n = ++watched.calls;
    if (n < at || (n > at && !forGood)) return false;
    watched.failed ??= `${call} ${path.slice(folder.length + 1)}`;
    return true;
  };
  const undo: (() => void)[] = [];
  const replace = <T extends object>(
    target: T,
    name: keyof T & string,
    by: (real: Call, self: object) => Call,
  ): void => {
    const real = target[name] as Call;
    target[name] = function (this: object, ...args: never[]) {
      return by(real.bind(this) as Call, this)(...args);
    } as T[typeof name];
    undo.push(() => (target[name] = real as T[typeof name]));
  };
  const prototype = await fileHandles(folder);
  for (const name of byPath)
    replace(fs, name, (real) => async (...args) => {
      const [path]: unknown[] = args;
      if (isUnder(path) && isDue(name, path)) throw eio(name);
      return real(...args);
    });
  replace(fs, 'open', (real) => async (...args) => {
    const [path]: unknown[] = args;
    if (isUnder(path) && isDue('open', path)) throw eio('open');
    const handle = (await real(...args)) as object;
    if (isUnder(path)) paths.set(handle, path);
    return handle;
  });
  for (const name of byHandle)
    replace(prototype, name, (real, self) => async (...args) => {
      const path = paths.get(self);
      if (path === undefined || !isDue(name, path)) return real(...args);
      const [data]: unknown[] = args;
      if (name === 'close') await real(); // it is closed nevertheless
      if ((name === 'write' || name === 'appendFile') && data instanceof Uint8Array)
        await real(data.subarray(0, data.length >> 1) as never);
      throw eio(name);
    });
  syncBuiltinESMExports();
  try {
    await work(watched);
  } finally {
    for (const restore of undo.reverse()) restore();
    syncBuiltinESMExports();
  }
  return watched;
}

const eio = (call: string): Error =>
  Object.assign(new Error(`EIO: i/o error, ${call}`), { code: 'EIO', errno: -5, syscall: call });

/** What open files have in common; Node has no name for it. */
async function fileHandles(folder: string): Promise<FileHandle> {
  const handle = await fs.open(folder, 'r');
  try {
    return Object.getPrototypeOf(handle) as FileHandle;
  } finally {
    await handle.close();
  }
}
