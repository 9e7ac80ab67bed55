/** Finds which files of a folder are the training, validation and test part of one dataset. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { splitNames, type Split, type SplitOrAll } from '../base/splits.ts';
import { isFolder, statOf, withFileErrors } from '../base/files.ts';
import { list, object, parseJson, part, string } from '../base/schema.ts';
import { binaryKind } from '../formats/binaryFiles.ts';
import { isDocumentMatrix } from './formats/numpy.ts';
import { pickleParts } from './formats/originalPickle.ts';
import { isSameDataset } from './datasetFile.ts';
import { onlyFile, type DatasetFile } from './document.ts';
import { shardOf, splitWords } from './datasetEndings.ts';
import { firstShards, splitParts } from './shards.ts';

/** The files of one dataset. */
export type Splits = Partial<Record<Split, DatasetFile>>;

/** Said of matrices only: `x_tr.npy`. */
const wordsOfMatrices: Record<string, Split> = { tr: 'train', te: 'test', va: 'validation' };
const isMatrix = (name: string): boolean => /\.np[yz]$/i.test(name);

/** Files that belong to a dataset but are no part of it, and such as nothing here reads. */
const companions =
  /(_labels\.(txt|tsv|csv)|\.labels|\.xml|\.xmlcnn\.json|\.clusters\.json|\.corrections\.jsonl|\.md|\.xz|\.zip|\.bz2|\.zst|\.tmp)(\.gz)?$/i;

/**
 * For a file: it and its siblings, recognised by a part of the name such as `train`, `dev`, `valid`, `test` (`train.jsonl`,
 * `cooking.valid`, `bibtex-test.arff.gz`), or of the name of its folder (`train/docs.csv`); numbered files
 * (`train-00000-of-00002.jsonl`) are one split, named by the first. A file without such a part is the training file. For a
 * folder: the set in it that has a training file. For a pickle, its parts. Throws `UserError` where a folder holds several
 * such sets or none.
 */
export async function findSplits(dataset: DatasetFile): Promise<Splits> {
  const { file } = dataset;
  const isDirectory = (await withFileErrors(file, () => stat(file))).isDirectory();
  if (!isDirectory && (await binaryKind(file)) === 'pickle') return partsOfPickle(file);
  const named = splitIn(basename(file));
  if (isDirectory) {
    await requireListedSplits(file);
    const sets = await splitSets(file);
    const inside = join(file, 'data'); // as sets stand on the Hugging Face Hub
    if (![...sets.values()].some((splits) => splits.train) && (await isFolder(inside))) {
      const hub = await splitSets(inside);
      if ([...hub.values()].some((splits) => splits.train)) return onlySet(inside, hub);
    }
    if (named === undefined || [...sets.values()].some((splits) => splits.train)) return onlySet(file, sets);
  }
  const own = isDirectory ? onlyFile(dataset) : { ...onlyFile(dataset), file: (await splitParts(file)).files[0] };
  if (named === undefined) return (await namedByFolder(own)) ?? { train: own };
  const siblings = (await splitSets(dirname(file))).get(named.rest) ?? {};
  return { ...siblings, [named.split]: own };
}

const splitList = object(part, { splits: list(string()) });

/** Throws `UserError` `missing-split` where Hugging Face's `dataset_dict.json` lists a split whose folder is not there. */
async function requireListedSplits(folder: string): Promise<void> {
  const file = join(folder, 'dataset_dict.json');
  if (!(await statOf(file))) return;
  const listed = parseJson(await withFileErrors(file, () => readFile(file, 'utf8')), splitList);
  for (const split of listed?.splits ?? [])
    if (!(await isFolder(join(folder, split))))
      throw new UserError(
        'missing-split',
        `The dataset_dict.json of this folder, which Hugging Face's save_to_disk wrote, lists the split "${split}", and there is no folder of that name beside it`,
        'Copy that folder too, or take the name out of the list.',
        { file },
      );
}

/** `data/train/docs.csv` with `data/test/docs.csv`; undefined where the folder's name says nothing, or there is no training file. */
async function namedByFolder(dataset: DatasetFile): Promise<Splits | undefined> {
  const folder = dirname(resolve(dataset.file));
  const named = splitIn(basename(folder));
  if (!named) return undefined;
  const folders = (await splitSets(dirname(folder))).get(named.rest) ?? {};
  const splits: Splits = {};
  for (const split of splitNames) {
    const other = folders[split]?.file;
    if (other === undefined) continue;
    const [inside] = split === named.split ? [dataset.file] : await partsOfFolder(other, basename(dataset.file));
    if (inside !== undefined) splits[split] = { file: inside };
  }
  return splits.train && splits;
}

/** The file of that name in a folder, or the one dataset that it holds. */
async function partsOfFolder(folder: string, name: string): Promise<string[]> {
  if (!(await isFolder(folder))) return [];
  const names = await withFileErrors(folder, () => readdir(folder));
  if (names.includes(name)) return [join(folder, name)];
  const { files } = await splitParts(folder);
  return files[0] === folder ? [] : files;
}

/**
 * Files beside the training file that by their names are of that split, the likeliest first: those named as it is, then
 * those of no other training file (`test_labelled.csv` beside `train.csv`).
 */
export async function filesBeside(train: DatasetFile, split: Split): Promise<DatasetFile[]> {
  const folder = dirname(train.file);
  const names = firstShards(await withFileErrors(folder, () => readdir(folder)));
  const own = splitIn(basename(train.file));
  if (own?.split !== 'train') return [];
  const others = new Set([...groupSplits(folder, names)].filter(([, set]) => set.train).map(([rest]) => rest));
  const found = names.flatMap((name) => {
    const named = isOther(name) ? undefined : splitIn(name);
    const isFree = named?.rest === own.rest || !others.has(named?.rest ?? '');
    return named?.split === split && isFree ? [{ name, isOwn: named.rest === own.rest }] : [];
  });
  return found.sort((a, b) => Number(b.isOwn) - Number(a.isOwn)).map(({ name }) => ({ file: join(folder, name) }));
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
  for (const name of firstShards(names)) {
    const found = isOther(name) ? undefined : splitIn(name);
    if (!found) continue;
    const splits = sets.get(found.rest) ?? {};
    splits[found.split] ??= { file: join(folder, name) }; // sorted: `x` comes before `x.gz`
    sets.set(found.rest, splits);
  }
  return sets;
}

const isOther = (name: string): boolean =>
  companions.test(name) || name.startsWith('.') || (isMatrix(name) && !isDocumentMatrix(name));

/** `bibtex-train.arff.gz` → train, and `bibtex-*.arff`. */
function splitIn(name: string): { split: Split; rest: string } | undefined {
  const plain = shardOf(name)?.plain ?? name.replace(/\.gz$/i, '');
  const pieces = plain.split(/([-_.\s]+|(?<=[a-z])(?=[A-Z])|(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z]))/);
  const known = isMatrix(plain) ? { ...splitWords, ...wordsOfMatrices } : splitWords;
  const splitOf = (piece: string): Split | undefined => {
    const word = piece.toLowerCase().replace(/sets?$/, '');
    return Object.hasOwn(known, word) ? known[word] : undefined; // a file may be called `constructor`
  };
  const at = pieces.findLastIndex((piece) => splitOf(piece) !== undefined);
  const split = splitOf(pieces[at] ?? '');
  return split && { split, rest: pieces.map((piece, i) => (i === at ? '*' : piece)).join('') };
}
