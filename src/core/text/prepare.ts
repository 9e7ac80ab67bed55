/** From the files of a config to corpora, vocabulary, labels and word vectors; and again, from the cache. */
import type { RunConfig } from '../config/runConfig.ts';
import { datasetFile } from '../data/datasetFile.ts';
import { type DatasetFile, type DocumentSource, pathOf } from '../data/document.ts';
import { type HoldOut, randomSplit, stratifiedSplit } from '../data/split.ts';
import { UserError } from '../base/errors.ts';
import { progressEvents } from '../base/events.ts';
import { overFiles, type WorkOptions } from '../base/progress.ts';
import type { Corpus } from './corpus.ts';
import { openEmbeddings, readEmbeddings } from './embeddings.ts';
import { Interner } from './wordNumbers.ts';
import { buildVocabulary, type Vocabulary } from './vocabulary.ts';
import { labelMap, type LabelSet, trainLabels } from './labelSet.ts';
import { withCache } from './cachedData.ts';
import {
  notices,
  preparationReport,
  type PreparedData,
  type PrepareOptions,
  splitReport,
  type SplitReport,
} from './preparedData.ts';
import { openSplit, readSplit } from './readSplit.ts';
import { createTokenizer, type WordScanner } from './tokenizer.ts';

export type { PreparedData, PrepareOptions } from './preparedData.ts';
export type { PreparationReport, SplitReport } from './preparedData.ts';

/**
 * Reads, tokenises and numbers the data of a run. With `output.cache` and a cache folder, an unchanged second run is served
 * from there. Memory: 4 bytes per kept word, and little more while reading.
 * Throws `Cancelled`; `UserError` for unreadable files, bag-of-words sets, and training data without documents, labels or words.
 */
export async function prepareData(config: RunConfig, options: PrepareOptions = {}): Promise<PreparedData> {
  const prepared = await withCache(config, options, () => build(config, options));
  for (const notice of notices(prepared.report)) options.onEvent?.(notice);
  return prepared;
}

async function build(config: RunConfig, { signal, onEvent = () => {} }: PrepareOptions): Promise<PreparedData> {
  onEvent({ type: 'phase', phase: 'reading' });
  const tokenizer = await createTokenizer(config.text);
  const { dataset } = config;
  const open = async (path: string): Promise<DocumentSource> => (await openSplit(datasetFile(path), config)).source;
  const training = await openSplit(datasetFile(dataset.train), config);
  for (const message of training.labelNames.notes) onEvent({ type: 'notice', level: 'warning', message });
  const sources = {
    train: training.source,
    validation: dataset.validation === undefined ? undefined : await open(dataset.validation),
    test: dataset.test === undefined ? undefined : await open(dataset.test),
  };
  const { file: vectorFile, entry, dim, lowercaseFallback } = config.embedding;
  const probed = vectorFile === undefined ? undefined : openEmbeddings(vectorFile, dim, entry);
  const all = Object.values(sources).filter((source) => source !== undefined);
  const totalBytes = all.reduce((sum, source) => sum + source.totalBytes, probed?.bytes ?? 0);
  const onProgress = overFiles(totalBytes, progressEvents(onEvent, 'reading'));
  const reading = { signal, onProgress };

  const {
    train,
    held,
    vocabulary,
    labels: learnt,
    reports,
  } = await readTrain(sources.train, config, tokenizer, reading);
  let labels = learnt;
  let validation = held;
  let validationReport = reports.held;
  let validationOnlyLabels = labels.names.slice(learnt.trainSize);
  if (sources.validation) {
    const read = await readOther(sources.validation, 'validation', { tokenizer, vocabulary, labels, config }, reading);
    ({ corpus: validation, report: validationReport, labels, newLabels: validationOnlyLabels } = read);
  }
  const test =
    sources.test && (await readOther(sources.test, 'test', { tokenizer, vocabulary, labels, config }, reading));
  labels = test?.labels ?? labels;

  const vectors = probed && (await readEmbeddings(probed, vocabulary, { ...reading, lowercaseFallback }));
  const report = preparationReport(
    { train: reports.train, validation: validationReport, test: test?.report },
    all.map((source) => source.findings),
    { validationOnlyLabels, testOnlyLabels: test?.newLabels ?? [] },
    vectors?.report,
  );
  const pretrained = vectors && { rows: vectors.rows, found: vectors.found };
  return { train, validation, test: test?.corpus, vocabulary, labels, pretrained, report, fromCache: false };
}

/** Sizes of the model that training would make of its documents. Throws as `prepareData` does. */
export async function trainingSizes(
  config: RunConfig,
  { signal, onEvent = () => {} }: Pick<PrepareOptions, 'signal' | 'onEvent'> = {},
): Promise<{ labelCount: number; vocabularySize: number }> {
  const { source } = await openSplit(datasetFile(config.dataset.train), config);
  const reading = { signal, onProgress: progressEvents(onEvent, 'reading') };
  const { labels, vocabulary } = await readTrain(source, config, await createTokenizer(config.text), reading);
  return { labelCount: labels.trainSize, vocabularySize: vocabulary.size };
}

interface TrainData {
  train: Corpus;
  held: Corpus | undefined;
  vocabulary: Vocabulary;
  labels: LabelSet;
  reports: { train: SplitReport; held?: SplitReport };
}

async function readTrain(
  source: DocumentSource,
  config: RunConfig,
  tokenizer: WordScanner,
  work: WorkOptions,
): Promise<TrainData> {
  const words = new Interner();
  const wordId = (word: string) => words.idOf(word);
  const buffer = await readSplit(source, 'train', { tokenizer, maxLength: config.text.maxLength, wordId }, work);
  const isHeld = heldOut(buffer, config);
  const inTrain = (i: number) => isHeld[i] === 0;
  const learnt = trainLabels(buffer, inTrain, source.labelNames);
  if (learnt.size === 0) throw noLabels(source.file);
  const labels = learnt.extended(buffer.labelNames.names, source.labelNames);
  const { vocabulary, map } = buildVocabulary(words.names, buffer, inTrain, config.text);
  if (vocabulary.size === 2) throw noWords(source.file);
  const truncated = { train: buffer.truncated(inTrain), held: buffer.truncated((i) => !inTrain(i)) };
  const [train, held] = buffer.deal(2, (i) => isHeld[i], labelMap(buffer, labels), map);
  const reports = {
    train: splitReport(pathOf(source), train, truncated.train),
    held: held.size > 0 ? splitReport(pathOf(source), held, truncated.held) : undefined,
  };
  return { train, held: held.size > 0 ? held : undefined, vocabulary, labels, reports };
}

/** The documents of a training file with their labels, numbered in order of first appearance. */
interface LabelledDocuments {
  readonly size: number;
  readonly labelNames: { readonly size: number };
  /** Label numbers of document i. */
  labelLists(): (i: number) => ArrayLike<number>;
}

/** 1 for each document that is held out for validation. */
export function heldOut(buffer: LabelledDocuments, { dataset, training }: RunConfig): Uint8Array {
  const isHeld = new Uint8Array(buffer.size);
  const fraction = dataset.validation === undefined ? dataset.validationFraction : 0;
  if (fraction === 0 || buffer.size < 2) return isHeld;
  const { held }: HoldOut =
    dataset.split === 'random'
      ? randomSplit(buffer.size, fraction, training.seed)
      : stratifiedSplit(buffer.labelLists(), buffer.size, buffer.labelNames.size, fraction, training.seed);
  for (const i of held) isHeld[i] = 1;
  return isHeld;
}

interface OtherSplit {
  corpus: Corpus;
  /** Known ones first, then those new in this split. */
  labels: LabelSet;
  /** Labels of this split that train does not have. */
  newLabels: string[];
  report: SplitReport;
}

async function readOther(
  source: DocumentSource,
  split: 'validation' | 'test',
  known: { tokenizer: WordScanner; vocabulary: Vocabulary; labels: LabelSet; config: RunConfig },
  work: WorkOptions,
): Promise<OtherSplit> {
  const { tokenizer, vocabulary, config } = known;
  const wordId = (word: string) => vocabulary.idOf(word);
  const buffer = await readSplit(source, split, { tokenizer, maxLength: config.text.maxLength, wordId }, work);
  const labels = known.labels.extended(buffer.labelNames.names, source.labelNames);
  const ids = labelMap(buffer, labels);
  const newLabels = [...ids].filter((id) => labels.trainCounts[id] === 0).sort((a, b) => a - b);
  const truncated = buffer.truncated();
  const [corpus] = buffer.deal(1, () => 0, ids);
  return {
    corpus,
    labels,
    newLabels: newLabels.map((id) => labels.names[id]),
    report: splitReport(pathOf(source), corpus, truncated),
  };
}

interface EncodedSource {
  corpus: Corpus;
  /** `labels`, followed by those that only this file has. */
  labels: LabelSet;
  /** Labels of the file that train does not have. */
  newLabels: string[];
  report: SplitReport;
}

/** Encodes another file for a trained model: words and labels get the model's ids. Throws as `prepareData` does. */
export async function encodeSource(
  file: DatasetFile,
  vocabulary: Vocabulary,
  labels: LabelSet,
  config: RunConfig,
  { signal, onEvent = () => {} }: PrepareOptions = {},
): Promise<EncodedSource> {
  onEvent({ type: 'phase', phase: 'reading' });
  const tokenizer = await createTokenizer(config.text);
  const { source } = await openSplit(file, config);
  const onProgress = progressEvents(onEvent, 'reading');
  return readOther(source, 'test', { tokenizer, vocabulary, labels, config }, { signal, onProgress });
}

function noLabels(file: string): UserError {
  return new UserError(
    'no-labels',
    'No training document has a label',
    'Check "dataset.labelField", "labelSeparator" and "format"; `xmlcnn inspect` shows what is read.',
    { file },
  );
}

function noWords(file: string): UserError {
  return new UserError(
    'no-words',
    'No word of the training documents is left',
    'Check "dataset.textField", "text.tokenizer", "text.minCount" and "text.keepNumbers".',
    { file },
  );
}
