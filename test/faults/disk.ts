/** File systems of a test's own, which can be full, read-only or taken away. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const run = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** At `place`: of so many MiB, or empty and read-only. */
export const mountSmall = (place: string, mebibytes: number): boolean =>
  run('mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', place);
export const mountReadOnly = (place: string): boolean => run('mount', '-t', 'tmpfs', '-o', 'ro', 'tmpfs', place);
/** The folder `real` at another place, as a drive is. */
export const mountFolder = (real: string, place: string): boolean => run('mount', '--bind', real, place);
export const mountFolderReadOnly = (real: string, place: string): boolean =>
  mountFolder(real, place) && run('mount', '-o', 'remount,ro,bind', place);
/** Even where files are open. */
export const unmount = (place: string): boolean => run('umount', '-l', place);

/** Whether this system lets a test mount file systems (root, and not in every container); says so where it does not. */
export function canMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), 'xmlcnn-mount-'));
  mkdirSync(join(place, 'bound'));
  const can = process.platform === 'linux' && mountSmall(place, 1) && unmount(place);
  const canBind = can && mountFolder(place, join(place, 'bound')) && unmount(join(place, 'bound'));
  rmSync(place, { recursive: true });
  if (!canBind) console.log('skipped: file systems cannot be mounted here (needs root on Linux)');
  return canBind;
}

/** Writes a file that takes all the space that is left. */
export function fill(file: string): void {
  const handle = openSync(file, 'w');
  for (let size = 1 << 20; size >= 1;) {
    try {
      if (writeSync(handle, Buffer.alloc(size)) < size) size >>= 1;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      size >>= 1;
    }
  }
  closeSync(handle);
}
