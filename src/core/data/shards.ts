/** Splits that come in several numbered files: `train-00000-of-00002.jsonl`. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { withFileErrors } from '../base/files.ts';
import { namesEndingIn, shardOf, sureEndings } from './datasetEndings.ts';
import { isCorrectionsFile } from './corrections/correctionLog.ts';
import type { DatasetFile } from './document.ts';
import { isLabelNamesFile } from './labelNames.ts';

/** Without the files that go on what another one of the list begins. */
export function firstShards(names: readonly string[]): string[] {
  const begun = new Set<string>();
  return [...names].sort(byNumber).filter((name) => {
    const key = keyOf(name);
    if (key === undefined) return true;
    if (begun.has(key)) return false;
    return begun.add(key);
  });
}

const keyOf = (name: string): string | undefined => {
  const shard = shardOf(name);
  return shard && `${shard.plain}/${shard.of}`;
};

const byNumber = (a: string, b: string): number =>
  (shardOf(a)?.number ?? 0) - (shardOf(b)?.number ?? 0) || (a < b ? -1 : a > b ? 1 : 0);

/** The files of a split, in their order, and how many of them are not there. */
export interface SplitParts {
  files: string[];
  missing: number;
}

/** Of a split in several files the first, which stands for all. Throws `UserError`. */
export const firstFileOf = async <D extends DatasetFile>(dataset: D): Promise<D> => ({
  ...dataset,
  file: (await splitParts(dataset.file)).files[0],
});

/**
 * The files that a path stands for: a file alone, all those that are numbered as it is, or those of a folder that holds
 * one dataset and no texts of its own (`save_to_disk` writes such). Throws `UserError`.
 */
export async function splitParts(path: string): Promise<SplitParts> {
  const shard = shardOf(basename(path));
  const isFolder = (await withFileErrors(path, () => stat(path))).isDirectory();
  if (isFolder) return (await partsInside(path)) ?? { files: [path], missing: 0 };
  if (shard === undefined) return { files: [path], missing: 0 };
  const folder = dirname(path);
  return partsOf(folder, await withFileErrors(folder, () => readdir(folder)), basename(path));
}

async function partsInside(folder: string): Promise<SplitParts | undefined> {
  const names = await withFileErrors(folder, () => readdir(folder));
  if (names.some((name) => /\.txt(\.gz)?$/i.test(name))) return undefined;
  const isDataset = namesEndingIn(sureEndings);
  const datasets = firstShards(
    names.filter((name) => isDataset.test(name) && !isLabelNamesFile(name) && !isCorrectionsFile(name)),
  );
  return datasets.length === 1 ? partsOf(folder, names, datasets[0]) : undefined;
}

/** Of a number that is there twice (`.jsonl` and `.jsonl.gz`) the first counts; an empty file holds no documents. */
async function partsOf(folder: string, names: readonly string[], name: string): Promise<SplitParts> {
  const key = keyOf(name);
  if (key === undefined) return { files: [join(folder, name)], missing: 0 };
  const found = new Map<number, string>();
  for (const other of [...names].sort()) {
    const shard = keyOf(other) === key ? shardOf(other) : undefined;
    if (shard && !found.has(shard.number)) found.set(shard.number, join(folder, other));
  }
  const files = [...found].sort(([a], [b]) => a - b).map(([, file]) => file);
  const sizes = await Promise.all(files.map((file) => withFileErrors(file, async () => (await stat(file)).size)));
  const filled = files.filter((_, i) => sizes[i] > 0);
  return { files: filled.length > 0 ? filled : files, missing: (shardOf(name)?.of ?? 0) - found.size };
}
