/** Trains linear models: features, a support vector machine a label, probabilities fitted on validation; in a run folder as any. */
import { basename } from 'node:path';
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { RunConfig } from '../config/runConfig.ts';
import { createMonitor } from '../config/monitor.ts';
import { Cancelled, UserError } from '../base/errors.ts';
import { type RunEvent, progressEvents } from '../base/events.ts';
import { removeFile, writeFileAtomic } from '../base/files.ts';
import { megabytes } from '../base/memory.ts';
import { buildName, kernelBuild, Machine } from '../engine/wasm/machine.ts';
import { documentsByLabel } from '../linear/featureMatrix.ts';
import { type Features, findFeatures } from '../linear/features.ts';
import { LinearModel, modelBytes, prune, type PrunedWeights } from '../linear/linearModel.ts';
import { LinearSolver, type SolvedLabel } from '../linear/solver.ts';
import { SlopeFitter, usualSlope } from '../linear/slope.ts';
import { Evaluator } from '../metrics/evaluator.ts';
import { ThresholdTuner } from '../metrics/threshold.ts';
import { concatCorpora, type Corpus, labelsOf, unlabelledIn } from '../text/corpus.ts';
import type { PreparedData } from '../text/prepare.ts';
import { hashOfCorpora, hashOfNames, type RunIdentity } from './checkpoint.ts';
import { logitsOfCorpus, scoreCorpus } from './corpusBatches.ts';
import { evaluateSplit, evaluatorOptions, measureBaselines } from './evaluateRun.ts';
import { type LinearInfo, readLinearCheckpoint, writeLinearCheckpoint } from './linearCheckpoint.ts';
import { MetricsLog } from './metricsLog.ts';
import { checkSameData, checkSameRecipe } from './resume.ts';
import { type ClaimedRun, exists, type StoredLabels, writeRunFiles } from './runFolder.ts';
import type { RunResult, Summary } from './runSummary.ts';
import { splitToEvaluate } from './trainingRun.ts';
import { initialState, type Phase, type TrainingState } from './trainingState.ts';

/** Words read of a document: all. `text.maxLength` is for networks. */
const wholeDocument = 1_000_000;

/** The config as a linear run keeps it. Throws `UserError` for what such a run cannot do. */
export function linearConfig(config: RunConfig): RunConfig {
  const { resumeFrom } = config.training;
  if (resumeFrom !== undefined)
    throw new UserError(
      'no-such-start',
      'A linear model cannot begin with the weights of another run',
      'Leave out "training.resumeFrom"; an interrupted run goes on with --resume.',
      { file: resumeFrom },
    );
  const { text, embedding } = config;
  return {
    ...config,
    text: { ...text, maxLength: wholeDocument },
    embedding: { ...embedding, file: undefined, word2vec: false },
  };
}

interface LinearOptions {
  signal?: AbortSignal;
  onEvent: (event: RunEvent) => void;
  /** Seconds between checkpoints. */
  checkpointSeconds: number;
}

/** Points of the curve in metrics.jsonl. */
const curvePoints = 20;

/** One run, from prepared data to the summary. */
export class LinearSession {
  /** Whether anything was written into the run folder. */
  hasBegun = false;
  private machine?: Machine;
  private log?: MetricsLog;
  private state: TrainingState = initialState();
  private slope = usualSlope;
  private weights: (PrunedWeights | undefined)[] = [];
  private features?: Features;
  private clock = performance.now();
  private saved = performance.now();
  /** Labels of this phase that rounding kept from the optimum. */
  private unconverged = 0;

  constructor(
    private readonly config: RunConfig,
    private readonly options: LinearOptions,
    private readonly claimed: ClaimedRun,
    private readonly data: PreparedData,
    private readonly labels: StoredLabels,
  ) {}

  async close(): Promise<void> {
    await this.machine?.dispose();
    await this.log?.close();
  }

  async run(): Promise<RunResult> {
    const { config, data } = this;
    await this.begin();
    const retrains = config.training.retrainOnAll && data.validation !== undefined;
    let stopped: RunResult['stopped'] = 'finished';
    let summary: Summary | undefined;
    try {
      let model = this.state.phase === 'training' ? await this.fit(data.train) : undefined;
      if (model && this.state.epoch === 0) model = await this.validated(model, retrains);
      if (retrains) {
        if (this.state.phase === 'training') this.beginRetraining();
        model = await this.fit(concatCorpora(data.train, data.validation!));
        if (this.state.epoch === 0) await this.finishRetraining(model);
      }
      summary = await this.summarise(model!);
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      if (this.features) await this.save('last', 'interrupted');
      stopped = 'interrupted';
    }
    if (summary) await writeFileAtomic(this.claimed.paths.summary, `${JSON.stringify(summary, null, 2)}\n`);
    return this.result(stopped, summary);
  }

  private result(stopped: RunResult['stopped'], summary: Summary | undefined): RunResult {
    const { folder } = this.claimed.paths;
    const result = { folder, stopped, epochs: this.state.best ? 1 : 0, bestEpoch: this.state.best ? 1 : 0 };
    this.options.onEvent({ type: 'done', ...result });
    return { ...result, name: basename(folder), ...(summary && { summary }) };
  }

  /** Opens the run folder's files, and finds what an interrupted run has solved. */
  private async begin(): Promise<void> {
    const { claimed, data, labels, config } = this;
    const { paths } = claimed;
    this.weights = Array.from({ length: labels.outputs });
    const last = paths.checkpoint('last');
    if (claimed.isResumed && (await exists(last))) {
      const { info, labels: solved } = await readLinearCheckpoint(last);
      checkSameData(info, this.identity, last);
      checkSameRecipe(info.recipe, this.identity.recipe, last);
      this.state = info.state;
      this.slope = info.slope;
      this.weights = solved;
    } else if (claimed.isResumed) this.notice('info', 'The run has no checkpoint yet: it begins again.');
    this.hasBegun = true;
    await writeRunFiles(paths, { config, words: data.vocabulary.words, labels, reading: data.reading });
    await removeFile(paths.summary);
    this.log = await MetricsLog.open(paths.metrics, this.state.metricsBytes);
    if (this.log.missing > 0)
      this.notice(
        'warning',
        `metrics.jsonl lacks ${this.log.missing} bytes that the checkpoint counts: lines are lost.`,
      );
    this.state.metricsBytes = this.log.bytes;
  }

  private get identity(): RunIdentity {
    const { config, data, labels } = this;
    const { ngrams } = config.text;
    const settings = Object.entries(config.linear).map(([key, value]) => [`linear.${key}`, value]);
    return {
      seed: config.training.seed,
      recipe: {
        'model.type': config.model.type,
        'text.ngrams': ngrams,
        ...Object.fromEntries(settings),
        'training.retrainOnAll': config.training.retrainOnAll,
        'training.seed': config.training.seed,
      },
      vocabulary: hashOfNames(data.vocabulary.words),
      labels: hashOfNames(labels.names.slice(0, labels.outputs)),
      data: hashOfCorpora([data.train, data.validation]),
    };
  }

  private notice(level: 'info' | 'warning', message: string): void {
    this.options.onEvent({ type: 'notice', level, message });
  }

  /** Solves the labels that are not solved yet. Throws `Cancelled`. */
  private async fit(corpus: Corpus): Promise<LinearModel> {
    const { config, options, data, state, weights } = this;
    const { signal, onEvent } = options;
    const { ngrams } = config.text;
    onEvent({ type: 'phase', phase: 'preparing' });
    this.features = await findFeatures(corpus, data.vocabulary.words, { ngrams, ...config.linear }, signal);
    const open = Array.from(weights.keys()).filter((l) => weights[l] === undefined);
    if (this.features.size === 0) throw noFeatures();
    if (open.length > 0) {
      const matrix = await this.features.matrix(corpus, signal);
      const each = (matrix.values.length / corpus.size).toFixed(0);
      const message = `${matrix.features.toLocaleString('en')} features, ${each} in a document`;
      onEvent({ type: 'phase', phase: state.phase, message });
      this.machine = new Machine(config.engine.threads || availableParallelism());
      const byLabel = documentsByLabel(corpus, weights.length);
      const solver = new LinearSolver(this.machine, matrix, byLabel, { c: config.linear.c });
      this.unconverged = 0;
      await solver.solve(open, (solved) => this.keep(solved), this.pauses());
      this.tellOfUnconverged();
      await this.machine.dispose();
      this.machine = undefined;
    }
    const solved = weights.filter((label) => label !== undefined);
    return new LinearModel(this.features, solved, this.slope);
  }

  private tellOfUnconverged(): void {
    if (this.unconverged === 0) return;
    const which = `${this.unconverged.toLocaleString('en')} of ${this.weights.length.toLocaleString('en')} labels`;
    this.notice('warning', `${which} did not come near the optimum: rounding kept them from it. Set "linear.c" lower.`);
  }

  private keep(solved: SolvedLabel): void {
    const { state, weights, config } = this;
    weights[solved.label] = prune(solved, config.linear.prune);
    state.batch++;
    state.lossSum += solved.objective;
    if (!solved.isConverged) this.unconverged++;
  }

  /** Between pieces of work: an abort, progress, the curve, a checkpoint. */
  private pauses(): () => Promise<void> {
    const { options, weights, state } = this;
    const total = weights.length;
    const every = Math.ceil(total / curvePoints);
    const report = progressEvents(options.onEvent, state.phase);
    let logged = state.batch;
    let since = performance.now();
    return async () => {
      const now = performance.now();
      state.epochSeconds += (now - since) / 1000;
      since = now;
      if (options.signal?.aborted) throw new Cancelled();
      report({ phase: state.phase, done: state.batch, total, unit: 'labels' });
      if (state.batch - logged >= every || (state.batch === total && logged < total)) {
        logged = state.batch;
        this.tick();
        const loss = state.lossSum / state.batch;
        const point = { phase: state.phase, epoch: 1, step: state.batch, loss, learningRate: 0 };
        await this.log!.append({ type: 'step', ...point, seconds: state.seconds });
      }
      const isDue = performance.now() - this.saved >= options.checkpointSeconds * 1000;
      if (isDue && state.batch < total) await this.save('last', 'last');
      await setImmediate(); // lets signals through
    };
  }

  /** Fits the probabilities and the threshold on validation, and judges the model there. */
  private async validated(model: LinearModel, retrains: boolean): Promise<LinearModel> {
    const { state, data, config, labels } = this;
    const judged = data.validation?.size ? await this.validate(model, data.validation) : undefined;
    if (!judged)
      this.notice(
        'warning',
        `There are no validation documents: probabilities are sigmoid(${usualSlope} z), and no threshold is tuned.`,
      );
    const { metrics, threshold } = judged ?? {};
    const score = metrics && createMonitor(config.training.monitor, config.evaluation.k)(metrics);
    state.best = { epoch: 1, score, validation: metrics, threshold };
    await this.finishPhase(data.train, metrics, true);
    if (!retrains) await this.save('best', 'best');
    await this.save('last', 'last');
    const { features } = model;
    const size = megabytes(modelBytes(this.weights, features));
    this.notice('info', `${model.parameters.toLocaleString('en')} weights of ${labels.outputs} labels: ${size}.`);
    return judged?.model ?? model;
  }

  private async validate(model: LinearModel, corpus: Corpus) {
    const { config, labels, options } = this;
    const { signal, onEvent } = options;
    const work = { signal, onProgress: progressEvents(onEvent, 'validating') };
    onEvent({ type: 'phase', phase: 'validating' });
    const fitter = new SlopeFitter();
    const plain = model.withSlope(1);
    await logitsOfCorpus(plain, corpus, (d, logits) => fitter.add(logits, labelsOf(corpus, d)), work);
    this.slope = fitter.best();
    const fitted = model.withSlope(this.slope);
    const evaluator = new Evaluator(evaluatorOptions(config, labels));
    const tuner = new ThresholdTuner();
    const onRow = (document: number, probabilities: Float64Array): void => {
      const truth = labelsOf(corpus, document);
      evaluator.add(probabilities, truth);
      tuner.add(probabilities, truth);
    };
    await scoreCorpus(fitted, corpus, onRow, work);
    onEvent({ type: 'phase', phase: this.state.phase });
    return { model: fitted, metrics: evaluator.metrics(), threshold: tuner.best().threshold };
  }

  /** Logs a fitted model as one epoch. */
  private async finishPhase(corpus: Corpus, validation: Record<string, number> | undefined, isBest: boolean) {
    const { state, options, weights } = this;
    const seconds = state.epochSeconds;
    const trainLoss = state.lossSum / weights.length;
    const documentsPerSecond = seconds > 0 ? corpus.size / seconds : 0;
    Object.assign(state, { epoch: 1, epochSeconds: 0 });
    this.tick();
    const figures = { epoch: 1, trainLoss, validation, isBest, documentsPerSecond };
    const score = state.best?.score;
    const record = { type: 'epoch', phase: state.phase, ...figures, score, epochSeconds: seconds };
    await this.log!.append({ ...record, seconds: state.seconds });
    options.onEvent({ type: 'epoch', ...figures, epochs: 1, seconds });
  }

  private beginRetraining(): void {
    const { best, metricsBytes, seconds } = this.state;
    const phase: Phase = 'retraining';
    this.state = { ...initialState(), best, metricsBytes, seconds, phase, ended: { stopped: 'finished', epochs: 1 } };
    this.weights = Array.from({ length: this.labels.outputs });
    this.features = undefined; // those of the training documents alone are no part of what comes now
    this.options.onEvent({ type: 'phase', phase });
  }

  private async finishRetraining(model: LinearModel): Promise<void> {
    const { train, validation } = this.data;
    await this.finishPhase({ ...train, size: train.size + validation!.size }, undefined, false);
    await this.save('best', 'best');
    await this.save('last', 'last');
    const size = megabytes(modelBytes(this.weights, model.features));
    this.notice('info', `${model.parameters.toLocaleString('en')} weights: ${size}.`);
  }

  private async save(name: 'best' | 'last', reason: 'best' | 'last' | 'interrupted'): Promise<void> {
    const { config, claimed, log, state, identity, slope, features, weights } = this;
    if (!config.training.save) return;
    this.tick();
    await log!.sync();
    state.metricsBytes = log!.bytes;
    const path = claimed.paths.checkpoint(name);
    const { minWordLength, sublinear } = config.linear;
    const info: LinearInfo = { ...identity, state, slope, settings: { minWordLength, sublinear } };
    await writeLinearCheckpoint(path, features!, weights, info);
    this.saved = performance.now();
    this.options.onEvent({ type: 'checkpoint', path, reason });
  }

  /** Adds the time since the last call to the run's. */
  private tick(): void {
    const now = performance.now();
    this.state.seconds += (now - this.clock) / 1000;
    this.clock = now;
  }

  private async summarise(model: LinearModel): Promise<Summary> {
    const { state, data, config } = this;
    this.tick();
    const { evaluated, baselines } = await this.evaluate(model);
    return {
      stopped: 'finished',
      epochs: 1,
      best: state.best!,
      monitor: config.training.monitor,
      ...(state.phase === 'retraining' && { retrainedEpochs: 1 }),
      ...(evaluated && { evaluated }),
      baselines,
      documents: { train: data.train.size, validation: data.validation?.size ?? 0, test: data.test?.size ?? 0 },
      unlabelled: { validation: unlabelledIn(data.validation), test: unlabelledIn(data.test) },
      labels: model.shape.labels,
      vocabulary: data.vocabulary.size,
      parameters: model.parameters,
      engine: { name: 'linear', build: buildName(kernelBuild()) },
      seconds: state.seconds,
      finishedAt: new Date().toISOString(),
    };
  }

  private async evaluate(model: LinearModel): Promise<Pick<Summary, 'evaluated' | 'baselines'>> {
    const { config, data, state, labels, options, claimed } = this;
    const face = { emit: options.onEvent, signal: options.signal };
    const split = config.evaluation.split ?? (data.test ? 'test' : 'validation');
    const corpus = splitToEvaluate({ state, ...face }, data, split);
    if (!corpus) return { baselines: [] };
    const judging = evaluatorOptions(config, labels, state.best!.threshold);
    const { metrics, documents } = await evaluateSplit(model, corpus, split, judging, claimed.paths, face);
    const learned = state.phase === 'retraining' ? concatCorpora(data.train, data.validation!) : data.train;
    const { baselines: wanted } = config.evaluation;
    const beside = { type: config.model.type, words: data.vocabulary.words, outputs: labels.outputs };
    const baselines = wanted ? await measureBaselines(learned, corpus, split, judging, face, beside) : [];
    return { evaluated: { split, documents, metrics }, baselines };
  }
}

const noFeatures = (): UserError =>
  new UserError(
    'no-words',
    'No word occurs in enough training documents to be a feature',
    'Set "linear.minDocuments" or "linear.minWordLength" lower.',
  );
