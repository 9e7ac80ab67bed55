/** Which of a workspace's files are datasets, recognised by their names alone. */
import { basename, dirname, join } from 'node:path';
import { namesEndingIn, sureEndings } from '../../core/data/datasetEndings.ts';
import { datasetName } from '../../core/data/datasetFile.ts';
import { groupSplits, listed, type SplitFile } from '../../core/data/findSplits.ts';
import { firstShards } from '../../core/data/shards.ts';
import { isDocumentMatrix } from '../../core/data/formats/numpy.ts';
import { isCorrectionsFile } from '../../core/data/corrections/correctionLog.ts';
import { isLabelNamesFile } from '../../core/data/labelNames.ts';

/** A dataset with its files. */
export interface FoundDataset {
  name: string;
  folder: string;
  /** Training file first; `all` alone where the dataset is one file. */
  files: SplitFile[];
}

/** The folder that stands beside a dataset's name: none that is open as it is, and none that only says the name again. */
export function placeOf({ name, folder }: Pick<FoundDataset, 'name' | 'folder'>, open: readonly string[]): string {
  if (open.includes(folder)) return '';
  const place = basename(folder) === name ? dirname(folder) : folder;
  return open.includes(place) ? '' : place;
}

const always = namesEndingIn(sureEndings);
const standsAlone = (name: string): boolean => always.test(name) || (/\.np[yz]$/i.test(name) && isDocumentMatrix(name));
const others = /_labels\.(txt|tsv|csv)(\.gz)?$|^metrics\.jsonl$/i; // the last: a run's log
const isCompanion = (name: string): boolean => others.test(name) || isLabelNamesFile(name) || isCorrectionsFile(name);

/** Groups file paths into datasets, sorted by folder and name. */
export function groupDatasets(paths: readonly string[]): FoundDataset[] {
  const folders = new Map<string, string[]>();
  const add = (folder: string, name: string): void => {
    const names = folders.get(folder) ?? folders.set(folder, []).get(folder);
    if (names && !names.includes(name)) names.push(name);
  };
  for (const path of paths) if (!isCompanion(basename(path))) add(dirname(path), basename(path));
  for (const folder of textFolders(folders)) {
    folders.delete(folder);
    add(dirname(folder), basename(folder));
  }
  return [...folders]
    .flatMap(([folder, names]) => datasetsOf(folder, firstShards(names)))
    .sort((a, b) => (a.folder === b.folder ? compare(a.name, b.name) : compare(a.folder, b.folder)));
}

/** Folders called `train`, `test` and so on that hold texts, none of which names a split itself. */
function textFolders(folders: Map<string, string[]>): string[] {
  return [...folders]
    .filter(
      ([folder, names]) => names.every((name) => /\.txt(\.gz)?$/i.test(name)) && names.length > 1 && isSplit(folder),
    )
    .filter(([folder, names]) => groupSplits(folder, [...names]).size === 0)
    .map(([folder]) => folder);
}

const isSplit = (folder: string): boolean => groupSplits(dirname(folder), [basename(folder)]).size > 0;

function datasetsOf(folder: string, names: string[]): FoundDataset[] {
  const grouped: FoundDataset[] = [...groupSplits(folder, [...names]).values()].map((splits) => {
    const files = listed(splits);
    return { name: datasetName(files[0]), folder, files: files.length > 1 ? files : [{ ...files[0], split: 'all' }] };
  });
  const taken = new Set(grouped.flatMap(({ files }) => files.map(({ file }) => file)));
  const single = names
    .map((name) => join(folder, name))
    .filter((file) => !taken.has(file) && standsAlone(file) && !isPacked(file, taken))
    .map((file): FoundDataset => ({ name: basename(file), folder, files: [{ split: 'all', file }] }));
  return [...grouped, ...single];
}

/** `x.jsonl.gz` beside `x.jsonl`. */
const isPacked = (file: string, taken: Set<string>): boolean => taken.has(file.replace(/\.gz$/i, ''));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
