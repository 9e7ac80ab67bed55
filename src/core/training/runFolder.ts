/**
 * A run folder:
 *   config.json       the resolved config
 *   vocabulary.txt    words in order of their ids, one a line
 *   labels.json       labels in order of their ids (see `StoredLabels`)
 *   reading.json      how the training file was read: format, fields, separators as they were found
 *   corrections.json  hash of the corrections that it was trained with, where there were any
 *   notes.json        what people call the run and note of it (see `RunNotes`)
 *   metrics.jsonl     points of the learning curve and a line per epoch
 *   summary.json      how the run ended (see `Summary`)
 *   diverged.json     the batch whose loss was no number, where there was one (see `DivergedBatch`)
 *   evaluation-*.json, scores-*.bin    evaluations in full, and the scores that matter
 *   checkpoints/      last, best, epoch-0010, best-epoch-loss, best-batch-loss; of a blend also linear, linear-last, blend (.safetensors)
 *   members/          seed-1, seed-2, … of a run of several seeds, each a run folder
 *   lock              the process that works in the folder
 */
import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { RunConfig } from '../config/runConfig.ts';
import { isRunName } from '../config/runName.ts';
import { analyse } from '../config/validate.ts';
import { UserError } from '../base/errors.ts';
import { datasetFile } from '../data/datasetFile.ts';
import type { SourceOptions } from '../data/document.ts';
import { labelNamesOf } from '../data/labelNames.ts';
import { pickReading } from '../data/sharedReading.ts';
import type { TrainedReading } from '../text/readSplit.ts';
import { integer, list, nullable, object, parseJson, part, string } from '../base/schema.ts';
import { isFolder, makeFolder, removeFile, statOf, withFileErrors, writeFileAtomic } from '../base/files.ts';
import { takeLock } from './lock.ts';

export interface RunPaths {
  folder: string;
  config: string;
  vocabulary: string;
  labels: string;
  reading: string;
  corrections: string;
  notes: string;
  metrics: string;
  diverged: string;
  summary: string;
  lock: string;
  checkpoints: string;
  checkpoint(name: string): string;
  /** Where a run of several seeds holds them. */
  members: string;
  member(seed: number): string;
  /** @param split a split, or the name of an evaluated file */
  evaluation(split: string): string;
  scores(split: string): string;
}

export function runPaths(path: string): RunPaths {
  const folder = resolve(path);
  const checkpoints = join(folder, 'checkpoints');
  const members = join(folder, 'members');
  return {
    folder,
    config: join(folder, 'config.json'),
    vocabulary: join(folder, 'vocabulary.txt'),
    labels: join(folder, 'labels.json'),
    reading: join(folder, 'reading.json'),
    corrections: join(folder, 'corrections.json'),
    notes: join(folder, 'notes.json'),
    metrics: join(folder, 'metrics.jsonl'),
    diverged: join(folder, 'diverged.json'),
    summary: join(folder, 'summary.json'),
    lock: join(folder, 'lock'),
    checkpoints,
    checkpoint: (name) => join(checkpoints, `${name}.safetensors`),
    members,
    member: (seed) => join(members, `seed-${seed}`),
    evaluation: (split) => join(folder, `evaluation-${split}.json`),
    scores: (split) => join(folder, `scores-${split}.bin`),
  };
}

/** labels.json */
export interface StoredLabels {
  /** By label id. The model has an output for the first `outputs` of them; the others occur in other splits only. */
  names: string[];
  outputs: number;
  /** What a label is called where its name is an id. */
  display: (string | null)[];
  /** Training documents with each label, and in all. */
  trainCounts: number[];
  trainDocuments: number;
}

export interface StoredRun {
  paths: RunPaths;
  name: string;
  config: RunConfig;
  /** `<pad>` and `<unk>` included. */
  words: string[];
  labels: StoredLabels;
  /** How the training file was read, what was found included. Absent in runs of before and in imported ones. */
  reading?: SourceOptions;
  /** Hash of the corrections that it was trained with, where there were any. */
  corrections?: string;
}

export async function writeRunFiles(paths: RunPaths, run: Omit<StoredRun, 'paths' | 'name'>): Promise<void> {
  await writeFileAtomic(paths.vocabulary, run.words.map((word) => `${word}\n`).join(''));
  await writeFileAtomic(paths.labels, JSON.stringify(run.labels));
  if (run.reading) await writeFileAtomic(paths.reading, `${JSON.stringify(run.reading, null, 2)}\n`);
  if (run.corrections === undefined) await removeFile(paths.corrections);
  else await writeFileAtomic(paths.corrections, `${JSON.stringify({ hash: run.corrections })}\n`);
  await writeFileAtomic(paths.config, `${JSON.stringify(run.config, null, 2)}\n`);
}

/** Everything of a run but its weights. Throws `UserError` `run-not-found`, `damaged-run`, `linked-run`. */
export async function readRun(folder: string): Promise<StoredRun> {
  const paths = runPaths(folder);
  if (!(await exists(paths.config))) throw runNotFound(paths.folder);
  await refuseLinks(paths);
  const read = (path: string): Promise<string> => withFileErrors(path, () => readFile(path, 'utf8'));
  const words = (await read(paths.vocabulary)).split('\n').slice(0, -1);
  const config = await readRunConfig(paths);
  const reading = await readReading(paths, config);
  const labels = await named(parseLabels(await read(paths.labels), paths.labels), reading ?? config.dataset, config);
  const corrections = await readTrainedCorrections(paths);
  return { paths, name: basename(paths.folder), config, words, labels, reading, corrections };
}

/** What `readingForRun` needs of a run. Throws `UserError` `run-not-found`, `damaged-run`. */
export async function readTrainedReading(folder: string): Promise<TrainedReading> {
  const paths = runPaths(folder);
  if (!(await exists(paths.config))) throw runNotFound(paths.folder);
  const config = await readRunConfig(paths);
  return { config, reading: await readReading(paths, config) };
}

/** Hash of the corrections that a run was trained with; undefined where there were none. Throws `UserError` `damaged-run`. */
export async function readTrainedCorrections({ corrections: file }: RunPaths): Promise<string | undefined> {
  if (!(await exists(file))) return undefined;
  const stored = parseJson(await withFileErrors(file, () => readFile(file, 'utf8')), object(part, { hash: string() }));
  if (stored) return stored.hash;
  throw damaged(file, 'It does not say which corrections the run was trained with');
}

/** Checked as the dataset of a config is. */
async function readReading({ reading: file }: RunPaths, run: RunConfig): Promise<SourceOptions | undefined> {
  if (!(await exists(file))) return undefined;
  const text = await withFileErrors(file, () => readFile(file, 'utf8'));
  const stored = parseJson(text, object(part, {}));
  if (!stored) throw damaged(file, 'It does not say how the dataset of a run was read');
  const asConfig = { dataset: { ...stored, train: file }, model: { type: run.model.type } };
  const { config, diagnostics } = analyse(JSON.stringify(asConfig), { file });
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (error) throw damaged(file, error.message);
  return pickReading(config.dataset);
}

/** Labels that no name was known for get those that lie beside the dataset by now. */
async function named(labels: StoredLabels, reading: SourceOptions, { dataset }: RunConfig): Promise<StoredLabels> {
  const train = datasetFile(dataset.train);
  if (labels.display.some((name) => name !== null) || !(await statOf(dirname(train.file)))) return labels;
  const { map } = await labelNamesOf(train, { format: 'jsonl', ...pickReading(reading) });
  return { ...labels, display: labels.names.map((name) => map.get(name) ?? null) };
}

/** Checked as any config is, but for its files: a run may be used where its dataset is not. */
export async function readRunConfig({ config: file }: RunPaths): Promise<RunConfig> {
  const text = await withFileErrors(file, () => readFile(file, 'utf8'));
  const { config, diagnostics } = analyse(text, { file });
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (error) throw damaged(file, error.message);
  return config;
}

const count = integer(part, { min: 0 });
const labelsSchema = object(part, {
  names: list(string()),
  outputs: count,
  display: list(nullable(string())),
  trainCounts: list(count),
  trainDocuments: count,
});

/** labels.json. Throws `UserError` `damaged-run`. */
export function parseLabels(text: string, file: string): StoredLabels {
  const labels = parseJson(text, labelsSchema);
  const size = labels?.names.length ?? -1;
  if (labels && labels.display.length === size && labels.trainCounts.length === size && labels.outputs <= size)
    return labels;
  throw damaged(file, 'It does not hold the labels of a run');
}

/** A run folder that this process may write into. */
export interface ClaimedRun {
  paths: RunPaths;
  isResumed: boolean;
  /** Removes the folder again, if it is new. */
  discard: () => Promise<void>;
  /** Unlocks the folder. */
  release: () => Promise<void>;
}

/**
 * Makes and locks the folder of a new run, or locks that of a run to resume.
 * Throws `UserError` `run-exists`, `run-not-found`, `run-locked`, `linked-run`, `bad-run-name`.
 */
export async function claimRun(
  config: RunConfig,
  { configFile, resume }: { configFile?: string; resume: string | undefined },
): Promise<ClaimedRun> {
  const paths = resume === undefined ? await newRun(config, configFile) : runPaths(resume);
  if (resume !== undefined && !(await isFolder(paths.folder))) throw runNotFound(paths.folder);
  const isNew = !(await isFolder(paths.folder));
  if (!isNew) await refuseLinks(paths);
  await makeFolder(paths.checkpoints);
  const release = await takeLock(paths.lock);
  try {
    if (resume === undefined && (await exists(paths.config))) throw runExists(paths.folder);
    await removeTemporaries(paths);
  } catch (error) {
    await release();
    throw error;
  }
  const discard = async (): Promise<void> => {
    if (isNew) await rm(paths.folder, { recursive: true, force: true }).catch(() => {}); // why it is discarded counts
  };
  return { paths, isResumed: resume !== undefined, discard, release };
}

async function newRun(config: RunConfig, configFile: string | undefined): Promise<RunPaths> {
  const { folder, name } = config.output;
  if (name !== undefined) {
    if (!isRunName(name))
      throw new UserError(
        'bad-run-name',
        `${JSON.stringify(name)} cannot be the name of a run`,
        'Set "output.name" to one plain name, and "output.folder" to where the run is to be.',
      );
    const paths = runPaths(join(folder, name));
    if (await exists(paths.config)) throw runExists(paths.folder);
    return paths;
  }
  const base = configFile === undefined ? 'run' : basename(configFile).replace(/(\.xmlcnn)?\.jsonc?$/i, '');
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const names = [`${base}-${time}`, ...Array.from({ length: 99 }, (_, i) => `${base}-${time}-${i + 2}`)];
  for (const candidate of names) {
    const paths = runPaths(join(folder, candidate));
    if (!(await exists(paths.folder))) return paths;
  }
  throw runExists(join(folder, names[0]));
}

/** What a killed process left half written. The lock is ours: nobody else is writing here. */
async function removeTemporaries({ folder, checkpoints }: RunPaths): Promise<void> {
  for (const place of [folder, checkpoints])
    for (const name of await withFileErrors(place, () => readdir(place)))
      if (/^\..*\.tmp$/.test(name)) await removeFile(join(place, name));
}

/**
 * A run folder may come from somebody else: a link in it would have us read, overwrite or delete what lies elsewhere.
 * The folder itself may be one.
 */
async function refuseLinks({ folder, checkpoints, members }: RunPaths): Promise<void> {
  for (const place of [folder, checkpoints, members]) {
    const isThere = await lstat(place).then(
      (found) => found.isDirectory() || place === folder,
      () => false,
    );
    if (!isThere) continue;
    for (const entry of await withFileErrors(place, () => readdir(place, { withFileTypes: true })))
      if (entry.isSymbolicLink())
        throw new UserError(
          'linked-run',
          'A run folder may hold no links, and this is one',
          'Put the file or folder itself there; only the run folder as a whole may be a link.',
          { file: join(place, entry.name) },
        );
  }
}

/** Throws `UserError` where that cannot be found out: what is there must not be taken for absent, and be overwritten. */
export const exists = async (path: string): Promise<boolean> => (await statOf(path)) !== undefined;

const runNotFound = (file: string): UserError =>
  new UserError('run-not-found', 'This is not a run folder', '`xmlcnn runs` lists the runs there are.', { file });

export const runExists = (file: string): UserError =>
  new UserError(
    'run-exists',
    'There is a run of this name already',
    'Set another "output.name", or resume the run (`--resume`).',
    { file },
  );

const damaged = (file: string, why: string): UserError =>
  new UserError('damaged-run', why, 'Use another run, or train again.', { file });
