/** What runs and their prepared data take on disk, and what of it can be freed without losing a model. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { folderSize, statOf, withFileErrors } from '../base/files.ts';
import { isEntryName } from '../text/cacheFolder.ts';
import { readRunConfig, runPaths } from './runFolder.ts';
import type { RunListing } from './runListing.ts';

export interface DiskUse {
  runs: {
    folder: string;
    bytes: number;
    /** Of checkpoints that only a resume would read: those of an ended run but its best one. */
    spare: number;
  }[];
  /** Folders of prepared data; each serves several runs, and is counted once. */
  caches: { folder: string; bytes: number; runs: string[] }[];
}

/** In bytes. Throws `UserError` where a folder cannot be read. */
export async function diskUse(runs: readonly RunListing[]): Promise<DiskUse> {
  const caches = new Map<string, string[]>();
  const found: DiskUse = { runs: [], caches: [] };
  for (const { folder, status } of runs) {
    const hasEnded = status === 'finished' || status === 'early';
    const spare = hasEnded ? await sizeOf(await spareCheckpoints(folder)) : 0;
    found.runs.push({ folder, bytes: await folderSize(folder), spare });
    const cache = status === 'damaged' ? undefined : (await readRunConfig(runPaths(folder))).output.cacheFolder;
    if (cache !== undefined) caches.set(cache, [...(caches.get(cache) ?? []), folder]);
  }
  for (const [folder, users] of caches)
    found.caches.push({ folder, bytes: await sizeOf(await preparedFiles(folder)), runs: users });
  return found;
}

/** Prepared data is made again when a run needs it. Throws `UserError`. */
export const freeCache = async (folder: string): Promise<void> => removeAll(await preparedFiles(folder));

/** The best one stays; the run cannot be resumed afterwards. Throws `UserError`. */
export const freeCheckpoints = async (folder: string): Promise<void> => removeAll(await spareCheckpoints(folder));

/** Of a folder that the user names, which may hold other things: only what is named as we do. */
const preparedFiles = (folder: string): Promise<string[]> => filesIn(folder, isEntryName);

async function spareCheckpoints(folder: string): Promise<string[]> {
  const { checkpoints, checkpoint } = runPaths(folder);
  const found = await filesIn(checkpoints, (name) => /^[^.].*\.safetensors$/.test(name));
  const best = checkpoint('best');
  return found.includes(best) ? found.filter((file) => file !== best) : [];
}

async function filesIn(folder: string, isMeant: (name: string) => boolean): Promise<string[]> {
  if (!(await statOf(folder))) return [];
  const names = await withFileErrors(folder, () => readdir(folder));
  return names.filter(isMeant).map((name) => join(folder, name));
}

async function sizeOf(files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) bytes += (await statOf(file))?.size ?? 0;
  return bytes;
}

async function removeAll(files: readonly string[]): Promise<void> {
  for (const file of files) await withFileErrors(file, () => rm(file, { force: true }));
}
