/** Files of the user: errors reported as something to fix, and writes that are whole or not there at all. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from './errors.ts';

const problems: Record<string, [code: string, message: string, remedy: string]> = {
  ENOENT: ['file-not-found', 'No such file or folder', 'Check the path.'],
  ENOTDIR: ['file-not-found', 'Part of the path is a file, not a folder', 'Check the path.'],
  EISDIR: ['is-a-directory', 'This is a folder, not a file', 'Name a file inside it.'],
  EACCES: ['no-permission', 'Permission denied', 'Change the permissions of the file or its folder.'],
  EPERM: ['no-permission', 'Permission denied', 'Change the permissions of the file or its folder.'],
  EROFS: ['read-only', 'The file system is read-only', 'Choose a folder that can be written to.'],
  ENOSPC: ['disk-full', 'The disk is full', 'Free some space, or choose a folder on another disk.'],
  EIO: ['disk-failed', 'The disk could not be read or written', 'Check that the drive is connected and sound.'],
  ENXIO: ['disk-failed', 'The drive is not there', 'Check that the drive is connected.'],
  ENODEV: ['disk-failed', 'The drive is not there', 'Check that the drive is connected.'],
  ENOTCONN: ['disk-failed', 'The network drive is not there', 'Check that it is connected.'],
  ESTALE: ['disk-failed', 'The network drive was replaced or removed', 'Check that it is connected.'],
  EDQUOT: ['disk-full', 'The disk quota is used up', 'Free some space, or choose a folder on another disk.'],
};

/** The user's view of a failed file operation; errors that are no fault of the user's come back as they are. */
export function fileError(error: unknown, file: string): unknown {
  if (!(error instanceof Error)) return error;
  const problem = problems[(error as NodeJS.ErrnoException).code ?? ''];
  return problem ? new UserError(...problem, { file }, { cause: error }) : error;
}

/** Whether a write failed since nothing may be written there: another place may do. */
export const isUnwritable = (error: unknown): error is UserError =>
  error instanceof UserError && ['no-permission', 'read-only'].includes(error.code);

/** Runs a file operation; file faults are thrown as `UserError` about `file`. */
export async function withFileErrors<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError(error, file);
  }
}

const absent = ['ENOENT', 'ENOTDIR', 'ERR_INVALID_ARG_VALUE'];

/** What is at `path`; undefined where there is nothing. Throws `UserError` where that cannot be found out, as on a disk that fails. */
export async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (absent.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw fileError(error, path);
  }
}

/** Whether there is a folder at `path`. Throws `UserError` as `statOf` does. */
export const isFolder = async (path: string): Promise<boolean> => (await statOf(path))?.isDirectory() ?? false;

/**
 * Bytes of all files below a folder; 0 where it is not there. Links are not followed: what they lead to is not the folder's.
 * What is deleted meanwhile counts nothing. Throws `UserError`.
 */
export async function folderSize(folder: string): Promise<number> {
  const entries = await withFileErrors(folder, () => readdir(folder, { withFileTypes: true }).catch(emptyIfAbsent));
  let bytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await folderSize(path);
    else if (entry.isFile()) bytes += (await statOf(path))?.size ?? 0;
  }
  return bytes;
}

function emptyIfAbsent(error: NodeJS.ErrnoException): [] {
  if (absent.includes(error.code ?? '')) return [];
  throw error;
}

/** Removes a file, where there is one. Throws `UserError`. */
export function removeFile(path: string): Promise<void> {
  return withFileErrors(path, () => rm(path, { force: true }));
}

/** Makes a folder with those above it, where they are not there. Throws `UserError`. */
export async function makeFolder(folder: string): Promise<void> {
  // one by one: asked for all at once, Node says of a read-only disk that there is no such folder
  const make = async (one: string): Promise<void> => {
    if ((await stat(one).catch(() => undefined))?.isDirectory()) return;
    if (dirname(one) !== one) await make(dirname(one));
    await mkdir(one).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error; // another process was quicker
    });
  };
  await withFileErrors(folder, () => make(resolve(folder)));
}

/** Writes `data` to `path` so that, whatever happens, the old or the new content is there in full. Throws `UserError`. */
export function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  return writeAtomic(path, (write) => write(data));
}

export type Write = (data: Uint8Array | string) => Promise<void>;
/** Replaces bytes that were written before, from `position` on. */
export type Overwrite = (data: Uint8Array, position: number) => Promise<void>;

/**
 * The same for content that is made piece by piece: `produce` awaits `write` for each piece.
 * Temporary file in the same folder, fsync, rename, fsync of the folder. If `produce` throws, `path` is left as it was.
 */
export async function writeAtomic(
  path: string,
  produce: (write: Write, overwrite: Overwrite) => Promise<void>,
): Promise<void> {
  const name = `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  const temporary = join(dirname(path), name);
  const file = await withFileErrors(path, () => inFolder(temporary, () => open(temporary, 'wx')));
  underWay.add(name);
  try {
    try {
      await produce(
        (data) => withFileErrors(path, () => writeAll(file, data)),
        (data, position) => withFileErrors(path, () => writeAll(file, data, position)),
      );
      await withFileErrors(path, () => file.sync());
    } finally {
      await withFileErrors(path, () => file.close()); // some network drives report only now that they are full
    }
    await withFileErrors(path, () => inFolder(temporary, () => rename(temporary, path)));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the drive may be gone: what is thrown says so
    throw error;
  } finally {
    underWay.delete(name);
  }
  await withFileErrors(path, () => inFolder(temporary, () => syncFolder(dirname(path))));
  await sweep(dirname(path), `.${basename(path)}.`);
}

/** A folder that was there a moment ago may be gone with its drive, at every step. */
async function inFolder<T>(temporary: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const file = dirname(temporary);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const remedy = 'Make the folder, or connect the drive that it is on.';
    throw new UserError('folder-gone', 'The folder that is to be written into is not there', remedy, { file });
  }
}

/** Temporary files of this process; one with our process id that is not among them is of an earlier process. */
const underWay = new Set<string>();

async function writeAll(file: FileHandle, data: Uint8Array | string, position?: number): Promise<void> {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  for (let at = 0; at < bytes.length;) {
    const where = position === undefined ? null : position + at;
    at += (await file.write(bytes, at, bytes.length - at, where)).bytesWritten;
  }
}

/** Makes the rename itself durable, where the system lets a folder be opened for that (Windows does not). */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error; // some network mounts
  } finally {
    await handle.close();
  }
}

/**
 * Removes temporary files that begin with `prefix` and that killed processes left: the writer is gone, and has not written for a
 * minute, nor in a future that a clock which was put back takes for one. What cannot be removed stays.
 */
export async function sweep(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = Number(/\.(\d+)-[0-9a-f]{8}\.tmp$/.exec(name)?.[1]);
    if (!name.startsWith(prefix) || Number.isNaN(pid) || underWay.has(name)) continue;
    if (pid !== process.pid && isRunning(pid)) continue;
    const file = join(folder, name);
    const age = await stat(file).then(
      (found) => Math.abs(Date.now() - found.mtimeMs),
      () => 0,
    );
    if (age > 60_000) await rm(file, { force: true }).catch(() => {});
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
