/** From a dataset file to numbered documents. */
import { resolve } from 'node:path';
import type { RunConfig } from '../config/runConfig.ts';
import { datasetFile } from '../data/datasetFile.ts';
import {
  bagOfWordsFormats,
  pathOf,
  type DatasetFile,
  type DocumentSource,
  type SourceOptions,
} from '../data/document.ts';
import { fieldNames } from '../data/fieldNames.ts';
import { openDataset, requireWordOrder, type OpenedDataset } from '../data/openDataset.ts';
import { readThrough } from '../data/readThrough.ts';
import { formatOf, hasFieldNames, pickReading, sharedReading, without } from '../data/sharedReading.ts';
import type { WorkOptions } from '../base/progress.ts';
import { UserError } from '../base/errors.ts';
import { isFolder, statOf } from '../base/files.ts';
import { DocumentBuffer } from './documentBuffer.ts';
import type { Split } from '../base/splits.ts';
import type { WordScanner } from './tokenizer.ts';

/** Opens a file of the dataset. Throws `UserError`, `bag-of-words` where it has no word order and the model needs one. */
export async function openSplit(file: DatasetFile, config: RunConfig): Promise<OpenedDataset> {
  const opened = await openDataset(file, await sourceOptions(file, config));
  if (config.model.type !== 'linear') requireWordOrder(opened.source);
  return opened;
}

/** What says how records are laid out in one file, and nothing of one in another format. */
const ofLayout = ['header', 'quoting', 'encoding', 'delimiter'];

/** A model that was trained, and how the documents that it was trained on were read. */
export interface TrainedReading {
  config: RunConfig;
  reading?: SourceOptions;
  /** By id. */
  words?: readonly string[];
}

/** How a file is to be read where it is not one of the run's own. */
export interface OtherReading {
  /** Whether documents are of use without labels. */
  isUnlabelledFine?: boolean;
  /** What the user says of the file; it counts before what the run remembers. */
  given?: SourceOptions;
}

/** A dataset opened for a model. */
type OpenedForRun = OpenedDataset & Pick<ReadingForRun, 'isUnlabelled'>;

/** Opens a file for a run, read as `readingForRun` says. Throws `UserError` (`missing-column` and those of opening). */
export async function openForRun(
  file: DatasetFile,
  run: TrainedReading,
  other: OtherReading = {},
): Promise<OpenedForRun> {
  const { options, isUnlabelled } = await readingForRun(file, run, other);
  const opened = await openDataset(file, options);
  requireReadable(opened.source, run);
  return { ...opened, isUnlabelled };
}

/** How a file is read for a run. */
export interface ReadingForRun {
  options: SourceOptions;
  /** The file has no labels under the names of the run. */
  isUnlabelled: boolean;
}

/**
 * How a file is read for a run: the dataset's own files as in training, any other by the names that the run was trained on,
 * whatever else it holds and whatever its format. Throws `UserError` (`missing-column` and those of opening).
 */
export async function readingForRun(
  file: DatasetFile,
  run: TrainedReading,
  { isUnlabelledFine = false, given = {} }: OtherReading = {},
): Promise<ReadingForRun> {
  const { train, validation, test } = run.config.dataset;
  const isOwn = [train, validation, test].includes(pathOf({ ...file, file: resolve(file.file) }));
  if (isOwn && Object.keys(given).length === 0)
    return { options: await sourceOptions(file, run.config), isUnlabelled: false };
  const options = { ...(await readingOf(file, run)), ...given };
  const missing = await missingFields(file, options);
  const known = missing.id ? without(options, ['idField']) : options;
  if (missing.text.length || (missing.labels.length && !isUnlabelledFine))
    throw missingColumn(file, [...missing.text, ...(isUnlabelledFine ? [] : missing.labels)], missing.there);
  if (missing.labels.length === 0) return { options: known, isUnlabelled: false };
  const unlabelled = { ...known, labelField: undefined, labelColumns: [], labelSeparator: undefined };
  return { options: unlabelled, isUnlabelled: true };
}

/** What a run was trained on: bags of words, or texts. */
export function readsBags({ reading, config: { dataset } }: TrainedReading): boolean {
  const format = reading?.format ?? dataset.format;
  return format !== undefined && bagOfWordsFormats.includes(format);
}

function requireReadable(source: DocumentSource, run: TrainedReading): void {
  if (!readsBags(run)) return requireWordOrder(source);
  if (!source.bagOfWords)
    throw otherKind(source.file, 'The run was trained on bags of words, and this file holds texts');
  const { words, reading, config } = run;
  const { featureNames, format } = source;
  const isNumbered = featureNames === undefined;
  const known = new Set(words);
  const isKnown = isNumbered ? words?.some((word) => /^\d+$/.test(word)) : featureNames.some((name) => known.has(name));
  if (words && !isKnown)
    throw otherKind(
      source.file,
      `The run knows no feature of this file, whose features have ${isNumbered ? 'numbers' : 'other names'}`,
    );
  const trainedOn = reading?.format ?? config.dataset.format;
  if (isNumbered && format !== trainedOn)
    throw otherKind(source.file, `Features are numbered here as ${format} does, and in the run as ${trainedOn} does`);
}

/** Throws where the features of a split cannot be those of train. */
export function requireSameKind(train: DocumentSource, other: DocumentSource): void {
  if (train.bagOfWords !== other.bagOfWords) {
    const [here, there] = [other, train].map(({ bagOfWords }) => (bagOfWords ? 'bags of words' : 'texts'));
    throw otherKind(other.file, `The training file holds ${there}, and this one ${here}`);
  }
  if (!train.bagOfWords) return;
  const areNamed = train.featureNames !== undefined && other.featureNames !== undefined;
  if (areNamed || (train.format === other.format && !train.featureNames === !other.featureNames)) return;
  throw otherKind(other.file, 'Its features have names or numbers of another kind than those of the training file');
}

const otherKind = (file: string, message: string): UserError =>
  new UserError('other-features', message, 'Name a file of the kind that train is.', { file });

/** What the run remembers of its reading, as far as it says something of another file. */
async function readingOf(file: DatasetFile, { config, reading }: TrainedReading): Promise<SourceOptions> {
  const shared = without(reading ?? (await readingOfTrain(config)), ['labelsFile']);
  const { format } = shared;
  if (format !== undefined && !hasFieldNames(format)) return sourceOptions(file, config);
  const found = await formatOf(file.file);
  if (found === undefined || found === format) return shared;
  if (!hasFieldNames(found)) return (await hasFieldsOf(file, shared, found)) ? shared : { format: found };
  return { ...without(shared, ofLayout), format: found };
}

/** A table can look like lines of other formats without names: its fields say that it is one. */
async function hasFieldsOf(file: DatasetFile, shared: SourceOptions, found: SourceOptions['format']): Promise<boolean> {
  if (found !== 'libmultilabel' && found !== 'xmlrepo-raw') return false;
  return (await missingFields(file, shared)).text.length === 0;
}

/** Runs of before did not store it. */
async function readingOfTrain(config: RunConfig): Promise<SourceOptions> {
  const train = datasetFile(config.dataset.train);
  if (!(await statOf(train.file))) return pickReading(config.dataset);
  return pickReading((await openSplit(train, config)).options);
}

interface MissingFields {
  id: boolean;
  text: string[];
  labels: string[];
  there: string[];
}

/** Which of the fields that are named a file does not have. */
async function missingFields({ file }: DatasetFile, options: SourceOptions): Promise<MissingFields> {
  const fields = await fieldNames(file, options);
  const names = new Set(fields.flatMap(({ name }, i) => [String(name), String(i)]));
  const lacking = (wanted: readonly (string | number | undefined)[]): string[] =>
    fields.length === 0 ? [] : wanted.filter((name) => name !== undefined && !names.has(String(name))).map(String);
  const { idField, textField, labelField, labelColumns } = options;
  return {
    id: lacking([idField]).length > 0,
    text: lacking([textField].flat()),
    labels: lacking([labelField, ...(labelColumns ?? [])]),
    there: fields.map(({ name }) => String(name)),
  };
}

function missingColumn({ file }: DatasetFile, missing: readonly string[], there: readonly string[]): UserError {
  const quoted = missing.map((name) => `"${name}"`).join(', ');
  const listed = there.length > 20 ? `${there.slice(0, 20).join(', ')}, …` : there.join(', ');
  return new UserError(
    'missing-column',
    `There is no column ${quoted}, which the run was trained on; the file has: ${listed}`,
    'Name the columns of this file (--text-field, --label-field), or rename them.',
    { file },
  );
}

const readingOfSplits = ({ train, ...options }: RunConfig['dataset']): Promise<SourceOptions> =>
  sharedReading(datasetFile(train), options);

/** How a file of the dataset is read. */
async function sourceOptions(file: DatasetFile, { dataset }: RunConfig): Promise<SourceOptions> {
  const { train, labelsFile } = dataset;
  // A file of labels belongs to the training texts line by line; only the table of a folder can serve other splits too.
  const isShared = pathOf(file) === train || (labelsFile !== undefined && (await isFolder(file.file)));
  const shared = pathOf(file) === train ? {} : await readingOfSplits(dataset);
  return { ...shared, ...dataset, labelsFile: isShared ? labelsFile : undefined };
}

/**
 * One pass over a source. The buffer holds 4 bytes for each kept word and label.
 * Throws `Cancelled`, and `UserError` for records that cannot be read, or where there are none (`empty-…`).
 */
export async function readSplit(
  source: DocumentSource,
  split: Split,
  text: { tokenizer: WordScanner; maxLength: number; wordId: (word: string) => number },
  work: WorkOptions,
): Promise<DocumentBuffer> {
  const buffer = new DocumentBuffer(text.tokenizer, text.maxLength, text.wordId);
  for await (const document of readThrough(source, 'reading', work)) buffer.add(document);
  if (buffer.size > 0) return buffer;
  const skipped = source.findings.skipped;
  throw new UserError(
    `empty-${split}`,
    `The ${split} file holds no documents${skipped > 0 ? ` (${skipped} records were left out)` : ''}`,
    `Check "dataset.${split}", "format" and the field names; \`xmlcnn inspect\` shows what is read.`,
    { file: source.file },
  );
}
