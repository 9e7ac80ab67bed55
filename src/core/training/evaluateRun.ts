import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import type { RunConfig } from '../config/runConfig.ts';
import { createScoringEngine } from '../engine/engines/chooseEngine.ts';
import { datasetFile } from '../data/datasetFile.ts';
import { type DatasetFile, pathOf, type SourceOptions } from '../data/document.ts';
import { UserError } from '../base/errors.ts';
import { type Evaluation, Evaluator, type EvaluatorOptions } from '../metrics/evaluator.ts';
import { type Corpus, countLabels, labelsOf } from '../text/corpus.ts';
import { heldShares, type Seen, seenOf, splitOfFile } from '../text/drawnSplits.ts';
import { LabelSet } from '../text/labelSet.ts';
import { encodeSource, prepareData, type PreparedData } from '../text/prepare.ts';
import { Vocabulary } from '../text/vocabulary.ts';
import {
  belongsTo,
  checkpointDiffers,
  readCheckpointInfo,
  restoreScoringWeights,
  type RunIdentity,
} from './checkpoint.ts';
import { type EngineFactory, scoringOptions } from './engineOptions.ts';
import { BlendModel, blendPartNames, findBlend, openBlend } from './blendModel.ts';
import { linearBaseline, mostSeconds } from './linearBaseline.ts';
import { readLinearModel } from './readLinearModel.ts';
import { linearSeconds, roughTime } from '../model/trainingTime.ts';
import { isMean, MeanModel, readMeanInfo, readMember, RestingModel } from './meanModel.ts';
import { progressEvents, type RunEvent } from '../base/events.ts';
import { exists, readRun, type RunPaths, type StoredLabels, type StoredRun } from './runFolder.ts';
import type { Split } from '../base/splits.ts';
import type { BaselineFigures } from './runSummary.ts';
import type { Engine, Scorer } from '../engine/engine.ts';
import type { WorkOptions } from '../base/progress.ts';
import { writeFileAtomic } from '../base/files.ts';
import { labelFrequencyBaseline, tfidfKnnBaseline } from '../metrics/baselines.ts';
import { type Decision, type DecisionChoice, decisionOf, notTuned, type TunedDecisions } from '../metrics/decision.ts';
import { inversePropensity } from '../metrics/ranking.ts';
import { ScoreStore } from '../metrics/scores.ts';
import { DecisionTuner } from '../metrics/threshold.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Run } from './trainingRun.ts';
import { sigmoid } from '../base/logits.ts';
import { scoreCorpus } from './corpusBatches.ts';

export interface EvaluateOptions {
  /** A file or folder to evaluate on, in the format of the run's dataset; a split of the run's dataset where absent. */
  data?: DatasetFile;
  /** How `data` is read, where it is not by the names that the run was trained on. */
  reading?: SourceOptions;
  /** Scores `data` also where it has no labels: every document then counts 0. Default false. */
  isUnlabelledFine?: boolean;
  /** Default: test. */
  split?: Split;
  /** Threads of the engine; as the config says where absent. */
  threads?: number;
  /** Another way to decide, whose figures come beside those that are always there. */
  threshold?: DecisionChoice;
  /** Also measure the baselines, which needs the training documents. Default false. */
  baselines?: boolean;
  signal?: AbortSignal;
  onEvent: (event: RunEvent) => void;
  /** Called with each document's probabilities [Y], overwritten by the next, and its label ids, ascending. */
  onDocument?: OnScored;
  /** Makes the engine; by the name in the config where absent. */
  makeEngine?: EngineFactory;
}

export interface EvaluateResult {
  folder: string;
  modelType: RunConfig['model']['type'];
  /** The split, or the name of the evaluated file. */
  split: string;
  /** Figures on such documents are better than on new ones. */
  seen?: Seen;
  /** Documents with corrected labels among them. */
  corrected: number;
  evaluation: Evaluation;
  /** Names of the labels by id, and for people. */
  labels: string[];
  display: (string | undefined)[];
  baselines: BaselineFigures[];
  /** Files written beside the run. */
  evaluationFile: string;
  scoresFile: string;
}

/**
 * Evaluates a run's best weights, at threshold 0.5 and by the ways to decide that were tuned on validation.
 * Throws `UserError` (`run-not-found`, `no-best-checkpoint`, `no-such-split`, `data-differs`, those of reading), `Cancelled`.
 */
export async function evaluateRun(folder: string, options: EvaluateOptions): Promise<EvaluateResult> {
  const { onEvent: emit, onDocument, signal, threads } = options;
  const run = await readRun(folder);
  const { paths, config } = run;
  const best = paths.checkpoint('best');
  if (!(await exists(best))) throw noBest(best);
  const found = await findScorer(run, options);
  const { corpus, labels, split, train, corrected } = await dataOf(run, found.info, options);
  if (corpus.size === 0)
    throw new UserError('no-documents', 'There are no documents to evaluate', 'Check the split and its file.');
  const withData = { ...run.labels, names: labels.names };
  const { model, tuned } = await found.open();
  try {
    const evaluator = { ...evaluatorOptions(config, withData, tuned), asked: askedOf(options, tuned, config) };
    const face = { emit, signal, onDocument };
    const { evaluation, parts } = await evaluateSplit(model, corpus, split, evaluator, paths, face);
    const beside = { type: config.model.type, words: run.words, outputs: run.labels.outputs, threads };
    const baselines = train ? await measureBaselines(train, corpus, split, evaluator, { emit, signal }, beside) : [];
    const { data, split: named = 'test' } = options;
    const seen = seenOf(
      config,
      data === undefined ? named : splitOfFile(config, { ...data, file: resolve(data.file) }),
    );
    const files = { evaluationFile: paths.evaluation(split), scoresFile: paths.scores(split) };
    return {
      folder: paths.folder,
      modelType: config.model.type,
      split,
      seen,
      corrected,
      evaluation,
      labels: labels.names,
      display: labels.display,
      baselines: [...parts, ...baselines],
      ...files,
    };
  } finally {
    await model.dispose();
  }
}

/** Throws `UserError` `no-tuned-threshold`. */
function askedOf(
  { threshold: choice }: EvaluateOptions,
  tuned: TunedDecisions = {},
  { evaluation }: RunConfig,
): Decision | undefined {
  if (choice === undefined) return undefined;
  const decision = decisionOf(choice, tuned, evaluation);
  if (!decision) throw notTuned(choice);
  return decision;
}

/** A run's best model: what it belongs to, and the weights once the documents are there. */
interface FoundScorer<Model extends Scorer = Scorer> {
  info: Pick<RunIdentity, 'vocabulary' | 'labels'>;
  /** As its checkpoint says; of a run that is still trained it may be another once the weights are read. */
  tuned?: TunedDecisions;
  open(): Promise<{ model: Model; tuned?: TunedDecisions }>;
}

async function findNetwork(
  { paths, config }: StoredRun,
  { onEvent: emit, makeEngine, threads }: EvaluateOptions,
): Promise<FoundScorer<Engine>> {
  const best = paths.checkpoint('best');
  const info = await readCheckpointInfo(best);
  const scoring = scoringOptions(config, info.shape);
  const notice = (message: string): void => emit({ type: 'notice', level: 'warning', message });
  const make: EngineFactory = makeEngine ?? ((o) => createScoringEngine(config.engine.name, o, notice));
  const open = async () => {
    const model = await make(threads === undefined ? scoring : { ...scoring, threads });
    try {
      const { state } = await restoreScoringWeights(best, model);
      return { model, tuned: state.best };
    } catch (error) {
      await model.dispose();
      throw error;
    }
  };
  return { info, tuned: info.state.best, open };
}

async function findBlended(run: StoredRun, options: EvaluateOptions): Promise<FoundScorer> {
  const { info } = await findBlend(run, 'best');
  const network = await findNetwork(run, options);
  const { threads } = options;
  const open: FoundScorer['open'] = async () => {
    const { model: engine } = await network.open();
    try {
      const model = await openBlend(run, engine, info, { ...(threads !== undefined && { threads }), isBulk: true });
      return { model, tuned: info.best };
    } catch (error) {
      await engine.dispose();
      throw error;
    }
  };
  return { info, tuned: info.best, open };
}

async function findLinear(run: StoredRun, { makeEngine, threads }: EvaluateOptions): Promise<FoundScorer> {
  if (makeEngine)
    throw new UserError(
      'no-engine',
      'This run trained a linear model, which is computed without an engine',
      'Name no engine.',
      { file: run.paths.folder },
    );
  const { model, info } = await readLinearModel(run, 'best', {
    ...(threads !== undefined && { threads }),
    isBulk: true,
  });
  const tuned = info.state.best;
  return { info, tuned, open: () => Promise.resolve({ model, tuned }) };
}

/** The members of a run of several seeds. Throws `UserError`. */
export async function findMembers(
  run: StoredRun,
  seeds: readonly number[],
  options: EvaluateOptions,
): Promise<FoundScorer[]> {
  const members: FoundScorer[] = [];
  for (const seed of seeds) members.push(await findScorer(await readMember(run, seed), options));
  return members;
}

/** The mean of members, of which one is in memory at a time. */
export const meanOfMembers = ({ labels }: StoredRun, members: readonly FoundScorer[]): MeanModel =>
  new MeanModel(
    members.map(({ open }) => new RestingModel({ labels: labels.outputs }, async () => (await open()).model)),
  );

async function findMean(run: StoredRun, options: EvaluateOptions): Promise<FoundScorer> {
  const info = await readMeanInfo(run);
  const members = await findMembers(run, info.seeds, options);
  const other = members.findIndex((m) => m.info.vocabulary !== info.vocabulary || m.info.labels !== info.labels);
  if (other >= 0)
    throw checkpointDiffers(
      run.paths.member(info.seeds[other]),
      'A seed of the run was trained on other words or labels',
    );
  const { best: tuned } = info;
  return { info, tuned, open: () => Promise.resolve({ model: meanOfMembers(run, members), tuned }) };
}

const finders = { 'xml-cnn': findNetwork, linear: findLinear, blend: findBlended };

/** The best model of a run, of whatever kind. Throws `UserError`. */
export const findScorer = (run: StoredRun, options: EvaluateOptions): Promise<FoundScorer> =>
  isMean(run.config) ? findMean(run, options) : finders[run.config.model.type](run, options);

interface EvaluatedData {
  corpus: Corpus;
  labels: LabelSet;
  split: string;
  corrected: number;
  /** Training documents, where the baselines need them. */
  train?: Corpus;
}

async function dataOf(run: StoredRun, info: FoundScorer['info'], options: EvaluateOptions): Promise<EvaluatedData> {
  const { data, reading, isUnlabelledFine, split = 'test', baselines = false, signal, onEvent } = options;
  const { config } = run;
  const file = data === undefined ? fileOf(config, split) : { ...data, file: resolve(data.file) };
  const prepared =
    file === undefined || baselines
      ? await sameData(run, info, () => prepareData(config, { signal, onEvent }))
      : undefined;
  const train = baselines ? prepared?.train : undefined;
  if (file === undefined) {
    const corpus = prepared?.[split];
    if (!corpus) throw noSplit(split);
    const { corrected = 0 } = prepared.report.splits[split] ?? {};
    return { corpus, labels: prepared.labels, split, train, corrected };
  }
  const encoded = await encodeSource(file, new Vocabulary(run.words), labelSetOf(run), run, {
    signal,
    onEvent,
    given: reading,
    isUnlabelledFine,
  });
  const { corrected = 0 } = encoded.report;
  return { ...encoded, split: data === undefined ? split : evaluationName(pathOf(file)), train, corrected };
}

/** The file of a split; the training file may hold several splits, so that it must be split again. */
function fileOf(config: RunConfig, split: Split): DatasetFile | undefined {
  if (split === 'train') return undefined;
  const file = config.dataset[split];
  if (file === undefined && heldShares(config)[split] === 0) throw noSplit(split);
  return file === undefined ? undefined : datasetFile(file);
}

/** The labels of a run, to which those of another file may be added. */
export const labelSetOf = ({ labels: { names, display, trainCounts } }: StoredRun): LabelSet =>
  new LabelSet(
    names,
    display.map((name) => name ?? undefined),
    Uint32Array.from(trainCounts),
  );

/** Refuses a dataset that has changed since the run: its ids would mean other words and labels. */
async function sameData(
  run: StoredRun,
  info: FoundScorer['info'],
  prepare: () => Promise<PreparedData>,
): Promise<PreparedData> {
  const prepared = await prepare();
  if (belongsTo(info, prepared.vocabulary.words, { names: prepared.labels.names, outputs: run.labels.outputs }))
    return prepared;
  throw new UserError(
    'data-differs',
    'The dataset has changed since the run was trained: its words or labels are others',
    'Put the dataset back as it was, or evaluate a file of its own.',
    { file: run.config.dataset.train },
  );
}

/** What results on a file are stored under: its name without what could not stand in a file name everywhere. */
export const evaluationName = (file: string): string => basename(file).replace(/[^\p{L}\p{N}._-]+/gu, '-');

const noBest = (file: string): UserError =>
  new UserError(
    'no-best-checkpoint',
    'The run has no best checkpoint: no epoch was finished, or "training.save" was off',
    'Resume the run, or train it with "training.save".',
    { file },
  );

const noSplit = (split: Split): UserError =>
  new UserError('no-such-split', `The run's dataset has no ${split} documents`, 'Name a file, or another split.');

/** Documents that the nearest-neighbour baseline scores at most; more are sampled. */
const maxQueries = 10_000;

/**
 * The labels of a run. Those of the documents that the model learns from come first and have an output: train without its
 * held-out part, and validation too where the run retrains on all.
 */
export function storedLabels(config: RunConfig, { train, validation, labels }: PreparedData): StoredLabels {
  const learned = config.training.retrainOnAll && validation ? [train, validation] : [train];
  const counts = learned.map((corpus) => countLabels(corpus, labels.size));
  const trainCounts = Array.from(labels.names, (_, l) => counts.reduce((sum, count) => sum + count[l], 0));
  return {
    names: labels.names,
    outputs: trainCounts.findLastIndex((count) => count > 0) + 1,
    display: Array.from(labels.names, (_, l) => labels.display[l] ?? null),
    trainCounts,
    trainDocuments: learned.reduce((n, { size }) => n + size, 0),
  };
}

/** How a run's documents are scored; `labels` may be extended beyond the run's own. */
export function evaluatorOptions(
  config: RunConfig,
  { trainCounts, trainDocuments, names }: StoredLabels,
  tuned?: TunedDecisions,
): EvaluatorOptions {
  const { k, propensityA, propensityB } = config.evaluation;
  const counts = Uint32Array.from(names, (_, l) => trainCounts[l] ?? 0);
  return {
    labelCount: names.length,
    ks: k,
    inversePropensity: inversePropensity(counts, trainDocuments, propensityA, propensityB),
    trainLabelCounts: counts,
    ...decisionsToMeasure(config, tuned),
  };
}

/** Every way to decide that a run has tuned: its figures come side by side. */
export const decisionsToMeasure = (
  { evaluation }: RunConfig,
  { threshold, own, topK }: TunedDecisions = {},
): Pick<EvaluatorOptions, 'tunedThreshold' | 'own' | 'topK'> => ({
  ...(threshold !== undefined && { tunedThreshold: threshold }),
  ...(own && { own }),
  ...((evaluation.topK ?? topK) !== undefined && { topK: evaluation.topK ?? topK }),
});

type Face = Pick<Run, 'emit' | 'signal'>;

/** Figures on validation, and what is best to decide by there. Throws `Cancelled`. */
export async function validateModel(
  model: Scorer,
  corpus: Corpus,
  options: EvaluatorOptions,
  { emit, signal }: Face,
): Promise<{ metrics: Metrics; tuned: TunedDecisions }> {
  const evaluator = new Evaluator(options);
  const tuner = new DecisionTuner(corpus, model.shape.labels);
  const onRow = (document: number, probabilities: Float64Array): void => {
    const truth = labelsOf(corpus, document);
    evaluator.add(probabilities, truth);
    tuner.add(document, probabilities, truth);
  };
  await scoreCorpus(model, corpus, onRow, { signal, onProgress: progressEvents(emit, 'validating') });
  return { metrics: evaluator.metrics(), tuned: tuner.best() };
}

type OnScored = (probabilities: Float64Array, labels: Int32Array) => void;

/** Scores a split with a model, and stores the evaluation and the scores that matter beside the run. */
export async function evaluateSplit(
  model: Scorer,
  corpus: Corpus,
  split: string,
  options: EvaluatorOptions,
  paths: RunPaths,
  { emit, signal, onDocument }: Face & { onDocument?: OnScored },
): Promise<{ evaluation: Evaluation; parts: BaselineFigures[] }> {
  const evaluator = new Evaluator(options);
  const ofParts = model instanceof BlendModel ? watchParts(model, corpus, options) : undefined;
  const store = new ScoreStore(model.shape.labels);
  emit({ type: 'phase', phase: 'testing', message: split });
  const onRow = (document: number, probabilities: Float64Array): void => {
    const labels = labelsOf(corpus, document);
    evaluator.add(probabilities, labels);
    store.add(probabilities);
    onDocument?.(probabilities, labels);
  };
  await scoreCorpus(model, corpus, onRow, { signal, onProgress: progressEvents(emit, 'testing') });
  const evaluation = evaluator.result();
  await writeFileAtomic(paths.scores(split), store.save());
  await writeFileAtomic(paths.evaluation(split), JSON.stringify(evaluation));
  emit({ type: 'evaluated', split, metrics: evaluation.metrics });
  const parts = ofParts?.() ?? [];
  for (const figures of parts) emit({ type: 'baseline', split, ...figures });
  return { evaluation, parts };
}

/** Measures the parts of a blend while it is scored, each decided by what was tuned for it. */
function watchParts(model: BlendModel, corpus: Corpus, options: EvaluatorOptions): () => BaselineFigures[] {
  const [linear, network] = blendPartNames.map((part) => {
    const { threshold: tunedThreshold, own, topK } = model.parts[part];
    return new Evaluator({ ...options, tunedThreshold, own, topK: options.topK ?? topK });
  });
  model.onParts = (document, ofLinear, ofNetwork) => {
    const truth = labelsOf(corpus, document);
    linear.add(ofLinear.map(sigmoid), truth);
    network.add(ofNetwork.map(sigmoid), truth);
  };
  return () => {
    model.onParts = undefined;
    const figures = (name: string, evaluator: Evaluator): BaselineFigures => ({
      name,
      documents: corpus.size,
      metrics: evaluator.metrics(),
    });
    return [figures('linear-part', linear), figures('network-part', network)];
  };
}

/** What the linear model among the baselines is made for. */
export interface BaselineModel {
  type: RunConfig['model']['type'];
  /** By id. */
  words: readonly string[];
  /** Labels of the model. */
  outputs: number;
  threads?: number;
}

/** What label frequency, the nearest documents and, where that is quick, a linear model reach on the same split. */
export async function measureBaselines(
  train: Corpus,
  corpus: Corpus,
  split: string,
  options: EvaluatorOptions,
  { emit, signal }: Face,
  model: BaselineModel,
): Promise<BaselineFigures[]> {
  emit({ type: 'phase', phase: 'baselines' });
  const o = {
    ...options,
    ...{ tunedThreshold: undefined, own: undefined, topK: undefined, asked: undefined },
    signal,
    onProgress: progressEvents(emit, 'baselines'),
    maxQueries,
  };
  const found: BaselineFigures[] = [];
  for (const baseline of [labelFrequencyBaseline, tfidfKnnBaseline]) {
    const { name, documents, metrics } = await baseline(train, corpus, o);
    found.push({ name, documents, metrics });
    emit({ type: 'baseline', name, split, documents, metrics });
  }
  const linear = await measureLinear(train, corpus, o, { emit, signal }, model);
  if (linear) {
    found.push(linear);
    emit({ type: 'baseline', split, ...linear });
  }
  return found;
}

/** Left out where it would take long, which is said, and beside a model that is one, or has one for a part. */
async function measureLinear(
  train: Corpus,
  corpus: Corpus,
  options: EvaluatorOptions & WorkOptions,
  { emit }: Face,
  { type, words, outputs, threads }: BaselineModel,
): Promise<BaselineFigures | undefined> {
  if (type !== 'xml-cnn') return undefined;
  const seconds = linearSeconds({
    documents: train.size,
    words: train.words.length / Math.max(1, train.size),
    labels: outputs,
    labelsPerDocument: train.labels.length / Math.max(1, train.size),
    threads: threads ?? availableParallelism(),
    speed: 1,
  });
  if (seconds <= mostSeconds) return linearBaseline(train, corpus, { ...options, words, outputs, threads });
  const message = `A linear model is not among the baselines: it would take about ${roughTime(seconds)}. A config that extends "linear" trains one.`;
  emit({ type: 'notice', level: 'info', message });
  return undefined;
}
