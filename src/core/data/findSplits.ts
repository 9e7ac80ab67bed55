/** Finds which files of a folder are the training, validation and test part of one dataset. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import { binaryKind } from '../formats/binary.ts';
import { isDocumentMatrix } from './formats/numpy.ts';
import { pickleParts } from './formats/seedPickle.ts';
import { partOfFile } from './part.ts';

export interface Splits {
  train?: string;
  validation?: string;
  test?: string;
}
type Part = keyof Splits;

const words: Record<string, Part> = {
  train: 'train',
  training: 'train',
  trn: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  development: 'validation',
  test: 'test',
  testing: 'test',
  tst: 'test',
};

/** Said of matrices only: `x_tr.npy`. */
const wordsOfMatrices: Record<string, Part> = { tr: 'train', te: 'test', va: 'validation' };
const isMatrix = (name: string): boolean => /\.np[yz]$/i.test(name);

/** Files that belong to a dataset but are no part of it, and such as nothing here reads. */
const companions =
  /(_labels\.(txt|tsv|csv)|\.labels|\.xml|\.xmlcnn\.json|\.clusters\.json|\.md|\.xz|\.zip|\.bz2|\.zst|\.tmp)(\.gz)?$/i;

/**
 * For a file: it and its siblings, told by a part of the name such as `train`, `dev`, `valid`, `test` (`train.jsonl`,
 * `cooking.valid`, `bibtex-test.arff.gz`); a file without such a part is the training file. For a folder: the set in it
 * that has a training file. For a pickle, its parts. Throws `UserError` where a folder holds several such sets or none.
 */
export async function findSplits(path: string): Promise<Splits> {
  const { file } = partOfFile(path);
  const isFolder = (await withFileErrors(file, () => stat(file))).isDirectory();
  if (!isFolder && (await binaryKind(file)) === 'pickle') return partsOfPickle(file);
  const named = partOf(basename(path));
  if (isFolder) {
    const sets = await splitSets(path);
    if (named === undefined || [...sets.values()].some((splits) => splits.train)) return onlySet(path, sets);
  }
  if (named === undefined) return { train: path };
  const siblings = (await splitSets(dirname(path))).get(named.rest) ?? {};
  return { ...siblings, [named.part]: path };
}

/** The splits that one file holds: `rcv.p#train` and `rcv.p#test`. */
async function partsOfPickle(file: string): Promise<Splits> {
  const parts = await pickleParts(file);
  return Object.fromEntries(parts.map((part) => [part, `${file}#${part}`]));
}

function onlySet(folder: string, sets: Map<string, Splits>): Splits {
  const found = [...sets.values()].filter((splits) => splits.train !== undefined);
  if (found.length === 1) return found[0];
  if (found.length === 0)
    throw new UserError('no-splits', 'There is no training file in this folder', 'Name the dataset file itself.', {
      file: folder,
    });
  const names = found.map((splits) => basename(splits.train as string)).join(', ');
  throw new UserError('ambiguous-splits', `The folder holds several datasets: ${names}`, 'Name one of these files.', {
    file: folder,
  });
}

/** A dataset file with the part that it plays; `all` where it is the whole dataset. */
export type DatasetFile = [part: Part | 'all', file: string];

/**
 * The files that `path` names: a file with its siblings, the set of a folder, or the folder as it is where its files are
 * the documents. Training file first. Throws `UserError`.
 */
export async function datasetFiles(path: string): Promise<DatasetFile[]> {
  const splits = await findSplits(path).catch((error: unknown): Splits => {
    if (error instanceof UserError && error.code === 'no-splits') return { train: path };
    throw error;
  });
  const parts: Part[] = ['train', 'validation', 'test'];
  const files = parts.flatMap((part): DatasetFile[] => (splits[part] === undefined ? [] : [[part, splits[part]]]));
  return files.length === 1 && files[0][1] === path ? [['all', path]] : files;
}

/** The sets of a folder by what their names have in common. */
async function splitSets(folder: string): Promise<Map<string, Splits>> {
  return groupSplits(folder, await withFileErrors(folder, () => readdir(folder)));
}

/** The sets among the files of one folder, by what their names have in common (`reuters-*.jsonl`). */
export function groupSplits(folder: string, names: string[]): Map<string, Splits> {
  const sets = new Map<string, Splits>();
  for (const name of names.sort()) {
    const isOther = companions.test(name) || name.startsWith('.') || (isMatrix(name) && !isDocumentMatrix(name));
    const found = isOther ? undefined : partOf(name);
    if (!found) continue;
    const splits = sets.get(found.rest) ?? {};
    splits[found.part] ??= join(folder, name); // sorted: `x` comes before `x.gz`
    sets.set(found.rest, splits);
  }
  return sets;
}

/** `bibtex-train.arff.gz` → train, and `bibtex-*.arff`. */
function partOf(name: string): { part: Part; rest: string } | undefined {
  const plain = name.replace(/\.gz$/i, '');
  const pieces = plain.split(/([-_.\s]+)/);
  const known = isMatrix(plain) ? { ...words, ...wordsOfMatrices } : words;
  const at = pieces.findLastIndex((piece) => known[piece.toLowerCase()] !== undefined);
  if (at < 0) return undefined;
  const rest = pieces.map((piece, i) => (i === at ? '*' : piece)).join('');
  return { part: known[pieces[at].toLowerCase()], rest };
}
