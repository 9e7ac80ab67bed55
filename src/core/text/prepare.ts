/** From the files of a config to corpora, vocabulary, labels and word vectors; and again, from the cache. */
import { preparedText } from '../config/preparedText.ts';
import type { RunConfig } from '../config/runConfig.ts';
import { correctionsHash } from '../data/corrections/corrections.ts';
import { datasetFile } from '../data/datasetFile.ts';
import { type DatasetFile, type DocumentSource, pathOf } from '../data/document.ts';
import { UserError } from '../base/errors.ts';
import type { Script } from '../base/scripts.ts';
import { progressEvents } from '../base/events.ts';
import { overFiles, type WorkOptions } from '../base/progress.ts';
import type { Corpus } from './corpus.ts';
import { drawnSplits, drawSplits } from './drawnSplits.ts';
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
import { pickReading } from '../data/sharedReading.ts';
import {
  openForRun,
  openSplit,
  readSplit,
  requireSameKind,
  type OtherReading,
  type TrainedReading,
} from './readSplit.ts';
import { versionWarning } from './segmenter.ts';
import { createTokenizer, type WordScanner } from './tokenizer.ts';

export type { PreparedData, PrepareOptions } from './preparedData.ts';
export type { PreparationReport, SplitReport } from './preparedData.ts';

/**
 * Reads, tokenises and numbers the data of a run. With `output.cache` and a cache folder, an unchanged second run is served
 * from there. Memory: 4 bytes per kept word, and little more while reading.
 * Throws `Cancelled`; `UserError` for unreadable files, bag-of-words sets where the model is a network, and training data without documents, labels or words.
 */
export async function prepareData(config: RunConfig, options: PrepareOptions = {}): Promise<PreparedData> {
  tellOfOtherWords(config, options);
  const prepared = await withCache(config, options, () => build(config, options));
  for (const notice of notices(prepared.report, config.text.tokenizer)) options.onEvent?.(notice);
  const { options: found, labelNames } = await openSplit(datasetFile(config.dataset.train), config);
  const { dataset } = config;
  const files = [dataset.train, dataset.validation, dataset.test].filter((file) => file !== undefined);
  const corrections = await correctionsHash(files.map(datasetFile), dataset);
  return {
    ...prepared,
    corrections,
    reading: { ...pickReading(found), labelNames: labelNames.file ?? found.labelNames },
  };
}

/** A run that was trained where other dictionaries cut the words. */
function tellOfOtherWords({ text }: RunConfig, { onEvent }: PrepareOptions): void {
  const message = versionWarning(text.segmenterVersion);
  if (message !== undefined) onEvent?.({ type: 'notice', level: 'warning', message });
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
  for (const other of all.slice(1)) requireSameKind(sources.train, other);
  const totalBytes = all.reduce((sum, source) => sum + source.totalBytes, probed?.bytes ?? 0);
  const onProgress = overFiles(totalBytes, progressEvents(onEvent, 'reading'));
  const reading = { signal, onProgress };

  const own = await readTrain(sources.train, config, tokenizer, reading);
  const { train, vocabulary } = own;
  const known = { tokenizer, vocabulary, config };
  const validation = sources.validation
    ? await readOther(sources.validation, 'validation', { ...known, labels: own.labels }, reading)
    : own.validation;
  const labels = validation?.labels ?? own.labels;
  const test = sources.test ? await readOther(sources.test, 'test', { ...known, labels }, reading) : own.test?.(labels);

  const vectors = probed && (await readEmbeddings(probed, vocabulary, { ...reading, lowercaseFallback }));
  const report = preparationReport(
    { train: own.report, validation: validation?.report, test: test?.report },
    all.map((source) => source.findings),
    { validationOnlyLabels: validation?.newLabels ?? [], testOnlyLabels: test?.newLabels ?? [] },
    { script: own.script, embeddings: vectors?.report },
  );
  const pretrained = vectors && { rows: vectors.rows, found: vectors.found };
  const corpora = { train, validation: validation?.corpus, test: test?.corpus };
  return { ...corpora, vocabulary, labels: test?.labels ?? labels, pretrained, report, fromCache: false };
}

/** Sizes of the model that training would make of its documents. Throws as `prepareData` does. */
export async function trainingSizes(
  config: RunConfig,
  { signal, onEvent = () => {} }: Pick<PrepareOptions, 'signal' | 'onEvent'> = {},
): Promise<{ labelCount: number; vocabularySize: number; script?: Script }> {
  const { source } = await openSplit(datasetFile(config.dataset.train), config);
  const reading = { signal, onProgress: progressEvents(onEvent, 'reading') };
  const tokenizer = await createTokenizer(config.text);
  const { labels, vocabulary, script } = await readTrain(source, config, tokenizer, reading);
  return { labelCount: labels.trainSize, vocabularySize: vocabulary.size, script };
}

interface TrainData {
  train: Corpus;
  report: SplitReport;
  vocabulary: Vocabulary;
  /** Of the documents that are trained on alone. */
  labels: LabelSet;
  script?: Script;
  validation?: OtherSplit;
  /** As validation: the labels that it adds come after those of a validation file, which is read later. */
  test?: (known: LabelSet) => OtherSplit;
}

/** Reads the training file, and deals its documents out to those that are trained on and those held out. */
async function readTrain(
  source: DocumentSource,
  config: RunConfig,
  tokenizer: WordScanner,
  work: WorkOptions,
): Promise<TrainData> {
  const words = new Interner();
  const wordId = (word: string) => words.idOf(word);
  const { maxLength, ...limits } = preparedText(config);
  const buffer = await readSplit(source, 'train', { tokenizer, maxLength, wordId }, work);
  const drawn = drawSplits(buffer, config);
  const labels = trainLabels(buffer, (i) => drawn[i] === 0, source.labelNames);
  if (labels.size === 0) throw noLabels(source.file);
  const wanted = source.bagOfWords ? everyWord : limits;
  const { vocabulary, map } = buildVocabulary(words.names, buffer, (i) => drawn[i] === 0, wanted);
  if (vocabulary.size === 2) throw source.bagOfWords ? noFeatures(source.file) : noWords(source.file);
  const { names } = buffer.labelNames;
  const told = drawnSplits.map((_, part) => {
    const isIn = (i: number): boolean => drawn[i] === part;
    return { truncated: buffer.truncated(isIn), corrected: buffer.corrected(isIn) };
  });
  const dealt = buffer.deal(drawnSplits.length, (i) => drawn[i], Int32Array.from(names.keys()), map);
  const [train, validation, test] = dealt.map((corpus, part) => (known: LabelSet): OtherSplit => {
    const all = known.extended(labelsIn(corpus, names), source.labelNames);
    const newLabels = renumber(corpus, names, all);
    return { corpus, labels: all, newLabels, report: splitReport(pathOf(source), corpus, told[part]) };
  });
  const { corpus, report } = train(labels);
  return {
    train: corpus,
    report,
    vocabulary,
    labels,
    script: buffer.scripts.result(),
    validation: dealt[1].size > 0 ? validation(labels) : undefined,
    test: dealt[2].size > 0 ? test : undefined,
  };
}

/** Features of a bag of words are chosen by the model. */
const everyWord = { vocabularySize: null, minCount: 1 };

/** The distinct labels of a corpus whose ids are numbers of `names`. */
function labelsIn({ labels }: Corpus, names: readonly string[]): string[] {
  return [...new Set(labels)].map((number) => names[number]);
}

/** Gives the labels of a corpus, numbers of `names`, the ids that they have in `labels`; the names of those not in train. */
function renumber(corpus: Corpus, names: readonly string[], labels: LabelSet): string[] {
  const ids = Int32Array.from(names, (name) => labels.idOf(name));
  const { labelStarts } = corpus;
  for (let i = 0; i < corpus.labels.length; i++) corpus.labels[i] = ids[corpus.labels[i]];
  for (let d = 0; d < corpus.size; d++) corpus.labels.subarray(labelStarts[d], labelStarts[d + 1]).sort();
  const unknown = new Set(corpus.labels.filter((id) => labels.trainCounts[id] === 0));
  return [...unknown].sort((a, b) => a - b).map((id) => labels.names[id]);
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
  const { maxLength } = preparedText(config);
  const buffer = await readSplit(source, split, { tokenizer, maxLength, wordId }, work);
  const labels = known.labels.extended(buffer.labelNames.names, source.labelNames);
  const ids = labelMap(buffer, labels);
  const newLabels = [...ids].filter((id) => labels.trainCounts[id] === 0).sort((a, b) => a - b);
  const told = { truncated: buffer.truncated(), corrected: buffer.corrected() };
  const [corpus] = buffer.deal(1, () => 0, ids);
  return {
    corpus,
    labels,
    newLabels: newLabels.map((id) => labels.names[id]),
    report: splitReport(pathOf(source), corpus, told),
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
  run: TrainedReading,
  { signal, onEvent = () => {}, ...reading }: PrepareOptions & OtherReading = {},
): Promise<EncodedSource> {
  const { config } = run;
  onEvent({ type: 'phase', phase: 'reading' });
  tellOfOtherWords(config, { onEvent });
  const tokenizer = await createTokenizer(config.text);
  const { source } = await openForRun(file, run, reading);
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

const noFeatures = (file: string): UserError =>
  new UserError('no-words', 'No training document has a feature', 'Name another file in "dataset.train".', { file });

function noWords(file: string): UserError {
  return new UserError(
    'no-words',
    'No word of the training documents is left',
    'Check "dataset.textField", "text.tokenizer", "text.minCount" and "text.keepNumbers".',
    { file },
  );
}
