/** Finds which files of a folder are the training, validation and test part of one dataset. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { splitNames, type Split, type SplitOrAll } from '../base/splits.ts';
import { withFileErrors } from '../base/files.ts';
import { binaryKind } from '../formats/binaryFiles.ts';
import { isDocumentMatrix } from './formats/numpy.ts';
import { pickleParts } from './formats/originalPickle.ts';
import { isSameDataset } from './datasetFile.ts';
import { onlyFile, type DatasetFile } from './document.ts';
import { splitWords } from './datasetEndings.ts';

/** The files of one dataset. */
export type Splits = Partial<Record<Split, DatasetFile>>;

/** Said of matrices only: `x_tr.npy`. */
const wordsOfMatrices: Record<string, Split> = { tr: 'train', te: 'test', va: 'validation' };
const isMatrix = (name: string): boolean => /\.np[yz]$/i.test(name);

/** Files that belong to a dataset but are no part of it, and such as nothing here reads. */
const companions =
  /(_labels\.(txt|tsv|csv)|\.labels|\.xml|\.xmlcnn\.json|\.clusters\.json|\.md|\.xz|\.zip|\.bz2|\.zst|\.tmp)(\.gz)?$/i;

/**
 * For a file: it and its siblings, told by a part of the name such as `train`, `dev`, `valid`, `test` (`train.jsonl`,
 * `cooking.valid`, `bibtex-test.arff.gz`); a file without such a part is the training file. For a folder: the set in it
 * that has a training file. For a pickle, its parts. Throws `UserError` where a folder holds several such sets or none.
 */
export async function findSplits(dataset: DatasetFile): Promise<Splits> {
  const { file } = dataset;
  const isFolder = (await withFileErrors(file, () => stat(file))).isDirectory();
  if (!isFolder && (await binaryKind(file)) === 'pickle') return partsOfPickle(file);
  const named = splitIn(basename(file));
  if (isFolder) {
    const sets = await splitSets(file);
    if (named === undefined || [...sets.values()].some((splits) => splits.train)) return onlySet(file, sets);
  }
  if (named === undefined) return { train: onlyFile(dataset) };
  const siblings = (await splitSets(dirname(file))).get(named.rest) ?? {};
  return { ...siblings, [named.split]: onlyFile(dataset) };
}

/** The splits that one file holds: `rcv.p#train` and `rcv.p#test`. */
async function partsOfPickle(file: string): Promise<Splits> {
  const parts = await pickleParts(file);
  return Object.fromEntries(parts.map((part) => [part, { file, part }]));
}

function onlySet(folder: string, sets: Map<string, Splits>): Splits {
  const found = [...sets.values()].filter((splits) => splits.train !== undefined);
  if (found.length === 1) return found[0];
  if (found.length === 0)
    throw new UserError('no-splits', 'There is no training file in this folder', 'Name the dataset file itself.', {
      file: folder,
    });
  const names = found.map((splits) => basename(splits.train!.file)).join(', ');
  throw new UserError('ambiguous-splits', `The folder holds several datasets: ${names}`, 'Name one of these files.', {
    file: folder,
  });
}

/** A file of a dataset, and what it is for; `all` where it is the whole dataset. */
export interface SplitFile extends DatasetFile {
  split: SplitOrAll;
}

/** As `findSplits`; a folder without splits may be a dataset itself, its files the documents. Throws `UserError`. */
export async function splitsOf(dataset: DatasetFile): Promise<Splits> {
  try {
    return await findSplits(dataset);
  } catch (error) {
    if (error instanceof UserError && error.code === 'no-splits') return { train: onlyFile(dataset) };
    throw error;
  }
}

/** The files of a dataset, training file first. Throws `UserError`. */
export async function datasetFiles(dataset: DatasetFile): Promise<SplitFile[]> {
  const files = listed(await splitsOf(dataset));
  return files.length === 1 && isSameDataset(files[0], dataset) ? [{ ...files[0], split: 'all' }] : files;
}

/** Of a folder with several files the one that is trained on; a file is itself. Throws `UserError`. */
export async function fileOf(dataset: DatasetFile): Promise<DatasetFile> {
  const isFolder = (await withFileErrors(dataset.file, () => stat(dataset.file))).isDirectory();
  return isFolder ? onlyFile((await datasetFiles(dataset))[0]) : dataset;
}

/** Training file first. */
export const listed = (splits: Splits): SplitFile[] =>
  splitNames.flatMap((split): SplitFile[] => (splits[split] ? [{ split, ...splits[split] }] : []));

/** The sets of a folder by what their names have in common. */
async function splitSets(folder: string): Promise<Map<string, Splits>> {
  return groupSplits(folder, await withFileErrors(folder, () => readdir(folder)));
}

/** The sets among the files of one folder, by what their names have in common (`reuters-*.jsonl`). */
export function groupSplits(folder: string, names: string[]): Map<string, Splits> {
  const sets = new Map<string, Splits>();
  for (const name of names.sort()) {
    const isOther = companions.test(name) || name.startsWith('.') || (isMatrix(name) && !isDocumentMatrix(name));
    const found = isOther ? undefined : splitIn(name);
    if (!found) continue;
    const splits = sets.get(found.rest) ?? {};
    splits[found.split] ??= { file: join(folder, name) }; // sorted: `x` comes before `x.gz`
    sets.set(found.rest, splits);
  }
  return sets;
}

/** `bibtex-train.arff.gz` → train, and `bibtex-*.arff`. */
function splitIn(name: string): { split: Split; rest: string } | undefined {
  const plain = name.replace(/\.gz$/i, '');
  const pieces = plain.split(/([-_.\s]+)/);
  const known = isMatrix(plain) ? { ...splitWords, ...wordsOfMatrices } : splitWords;
  const at = pieces.findLastIndex((piece) => known[piece.toLowerCase()] !== undefined);
  if (at < 0) return undefined;
  const rest = pieces.map((piece, i) => (i === at ? '*' : piece)).join('');
  return { split: known[pieces[at].toLowerCase()], rest };
}
