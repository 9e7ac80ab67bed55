import { basename } from 'node:path';
import type { RunConfig } from '../config/runConfig.ts';
import type { Engine } from '../engine/engine.ts';
import { chooseEngine } from '../engine/engines/chooseEngine.ts';
import { Cancelled } from '../base/errors.ts';
import { removeFile, writeFileAtomic } from '../base/files.ts';
import { initialWeights } from '../model/initialWeights.ts';
import { type NetworkShape, parameterCount } from '../model/network.ts';
import { concatCorpora, countLabels, type Corpus, unlabelledIn } from '../text/corpus.ts';
import { initialEmbedding } from '../text/embeddings.ts';
import { withTrainedVectors } from '../word2vec/trainedVectors.ts';
import { prepareData, type PreparedData } from '../text/prepare.ts';
import { longestBatch } from './corpusBatches.ts';
import { hashOfCorpora, hashOfNames, recipeOf, restoreScoringWeights, type RunIdentity } from './checkpoint.ts';
import { type Plan, runEpochs, type Stopped } from './epochs.ts';
import { engineOptions, shapeOf, type EngineFactory } from './engineOptions.ts';
import { evaluateSplit, evaluatorOptions, measureBaselines, storedLabels } from './evaluateRun.ts';
import type { RunEvent } from '../base/events.ts';
import { linearConfig, LinearSession } from './linearTrainer.ts';
import { MetricsLog } from './metricsLog.ts';
import { createMonitor } from '../config/monitor.ts';
import { buildToGoOnWith, goOn, runToResume } from './resume.ts';
import {
  checkData,
  type Run,
  splitToEvaluate,
  throwIfAborted,
  withSegmenterVersion,
  withWayOn,
} from './trainingRun.ts';
import { type ClaimedRun, claimRun, type StoredLabels, writeRunFiles } from './runFolder.ts';
import { Saver } from './saver.ts';
import { initialState, type TrainingState } from './trainingState.ts';
import type { RunResult, Summary } from './runSummary.ts';

export interface TrainOptions {
  /** Gives a run without `output.name` its name. */
  configFile?: string;
  /** Folder of a run to go on with; without a checkpoint in it, the run begins again. */
  resume?: string;
  /** Ends the run after the present batch, with a checkpoint. */
  signal?: AbortSignal;
  onEvent: (event: RunEvent) => void;
  /** Seconds between checkpoints in mid-epoch. Default 60. */
  checkpointSeconds?: number;
}

/**
 * Trains as the config says: epochs with validation, early stopping, retraining on all where it is asked for, and the
 * evaluation with the best weights; all of it in a run folder.
 * Throws `UserError`; `Cancelled` where the signal is aborted before training begins. Later, an aborted run is a result.
 */
export async function train(config: RunConfig, options: TrainOptions): Promise<RunResult> {
  if (config.model.type === 'linear') return trainLinear(config, options, prepareData);
  const makeEngine: EngineFactory = async (o, begun) => {
    const { engine, reason } = await chooseEngine(config.engine.name, o, begun);
    if (reason !== undefined) options.onEvent({ type: 'notice', level: 'info', message: reason });
    return engine;
  };
  return trainWith(config, options, { prepare: prepareData, makeEngine });
}

/** A linear model, in a run folder as any. */
async function trainLinear(stated: RunConfig, options: TrainOptions, prepare: typeof prepareData): Promise<RunResult> {
  const config = linearConfig(withSegmenterVersion(stated));
  createMonitor(config.training.monitor, config.evaluation.k);
  const { resume, configFile, signal, onEvent, checkpointSeconds = 60 } = options;
  const claimed = await claimRun(config, { configFile, resume });
  let session: LinearSession | undefined;
  try {
    const { paths, isResumed } = claimed;
    onEvent({ type: 'begun', folder: paths.folder, epochs: 1, isResumed });
    const data = await prepare(config, { signal, onEvent });
    const labels = storedLabels(config, data);
    checkData(config, data, labels);
    session = new LinearSession(config, { signal, onEvent, checkpointSeconds }, claimed, data, labels);
    return await session.run();
  } catch (error) {
    if (session?.hasBegun) throw await withWayOn(error, claimed.paths.checkpoint('last'));
    await claimed.discard();
    throw error;
  } finally {
    try {
      await session?.close();
    } finally {
      await claimed.release();
    }
  }
}

/** The same with other sources of data and engines. */
export async function trainWith(
  stated: RunConfig,
  options: TrainOptions,
  parts: { prepare: typeof prepareData; makeEngine: EngineFactory },
): Promise<RunResult> {
  const config = withSegmenterVersion(stated);
  createMonitor(config.training.monitor, config.evaluation.k);
  const resume = options.resume ?? (await runToResume(config));
  const claimed = await claimRun(config, { configFile: options.configFile, resume });
  const session = new Session(config, options, parts.makeEngine, claimed);
  try {
    const { paths, isResumed } = claimed;
    options.onEvent({ type: 'begun', folder: paths.folder, epochs: config.training.epochs, isResumed });
    const { signal, onEvent } = options;
    const data = await parts.prepare(config, { signal, onEvent });
    return await session.run(await withTrainedVectors(config, data, { signal, onEvent }));
  } catch (error) {
    if (session.hasBegun) throw await withWayOn(error, claimed.paths.checkpoint('last'));
    await claimed.discard();
    throw error;
  } finally {
    await session.close();
  }
}

class Session {
  /** Whether anything was written into the run folder. */
  hasBegun = false;
  private engine?: Engine;
  private log?: MetricsLog;

  constructor(
    private readonly config: RunConfig,
    private readonly options: TrainOptions,
    private readonly makeEngine: EngineFactory,
    private readonly claimed: ClaimedRun,
  ) {}

  async close(): Promise<void> {
    try {
      await this.engine?.dispose();
      await this.log?.close();
    } finally {
      await this.claimed.release();
    }
  }

  async run(data: PreparedData): Promise<RunResult> {
    const { config, options } = this;
    const { onEvent: emit, signal } = options;
    const labels = storedLabels(config, data);
    checkData(config, data, labels);
    const shape = shapeOf(config, data, labels);
    const identity = identityOf(config, data, labels, shape);
    this.engine = await this.makeEngine(engineOptions(config, shape), await buildToGoOnWith(this.claimed));
    await this.engine.reserve?.(longestBatch(data.train, config.training.batchSize));
    const state = await this.begin(this.engine, data, identity);
    throwIfAborted(options);
    const run: Run = {
      config,
      paths: this.claimed.paths,
      identity,
      names: { words: data.vocabulary.words, labels: labels.names },
      evaluator: evaluatorOptions(config, labels),
      monitor: createMonitor(config.training.monitor, config.evaluation.k),
      log: await this.openLog(state, data, labels),
      emit,
      signal,
      checkpointSeconds: options.checkpointSeconds ?? 60,
      engine: this.engine,
      state,
    };
    return this.trainAndEvaluate(run, data);
  }

  private async trainAndEvaluate(run: Run, data: PreparedData): Promise<RunResult> {
    const saver = new Saver(run);
    let stopped: Stopped = run.state.ended?.stopped ?? 'finished';
    if (run.state.phase === 'training') {
      const { train: corpus, validation } = data;
      run.emit({ type: 'phase', phase: 'training' });
      stopped = await runEpochs(run, { corpus, validation, epochs: run.config.training.epochs }, saver);
    }
    if (stopped !== 'interrupted' && run.config.training.retrainOnAll && data.validation) {
      const isDone = await this.retrain(run, data, data.validation, stopped, saver);
      if (!isDone) stopped = 'interrupted';
    }
    return finishRun(run, data, stopped, saver);
  }

  /** Trains from the start on train and validation together, for as many epochs as were best. False if interrupted. */
  private async retrain(
    run: Run,
    data: PreparedData,
    validation: Corpus,
    stopped: 'finished' | 'early',
    saver: Saver,
  ): Promise<boolean> {
    const plan: Plan = { corpus: concatCorpora(data.train, validation), epochs: run.state.best!.epoch };
    run.emit({ type: 'phase', phase: 'retraining', message: `${plan.corpus.size} documents, ${plan.epochs} epochs` });
    if (run.state.phase === 'training') await this.beginRetraining(run, data, plan.corpus, stopped, saver);
    if ((await runEpochs(run, plan, saver)) === 'interrupted') return false;
    await saver.best();
    return true;
  }

  private async beginRetraining(
    run: Run,
    data: PreparedData,
    corpus: Corpus,
    stopped: 'finished' | 'early',
    saver: Saver,
  ): Promise<void> {
    const { shape } = run.engine;
    const { build } = run.engine;
    await run.engine.dispose();
    this.engine = undefined;
    run.engine = this.engine = await this.makeEngine(engineOptions(run.config, shape), build);
    await run.engine.writeWeights(startWeights(run.config, data, shape, corpus));
    const { best, metricsBytes, seconds, epoch: epochs } = run.state;
    const kept = { best, metricsBytes, seconds };
    run.state = { ...initialState(), ...kept, phase: 'retraining', ended: { stopped, epochs } };
    await saver.last();
  }

  /** Puts the engine where the run stands: at a checkpoint's state, or at the start. */
  private async begin(engine: Engine, data: PreparedData, identity: RunIdentity): Promise<TrainingState> {
    const { config, claimed, notice } = this;
    const state = await goOn({ config, claimed, engine, identity, notice });
    if (state) return state;
    await engine.writeWeights(startWeights(config, data, engine.shape, data.train));
    return initialState();
  }

  private async openLog(state: TrainingState, data: PreparedData, labels: StoredLabels): Promise<MetricsLog> {
    const { paths } = this.claimed;
    this.hasBegun = true;
    const { reading } = data;
    await writeRunFiles(paths, { config: this.config, words: data.vocabulary.words, labels, reading });
    for (const path of [paths.summary, paths.diverged]) await removeFile(path);
    this.log = await MetricsLog.open(paths.metrics, state.metricsBytes);
    if (this.log.missing > 0)
      this.notice(
        'warning',
        `metrics.jsonl lacks ${this.log.missing} bytes that the checkpoint counts: lines are lost.`,
      );
    state.metricsBytes = this.log.bytes;
    return this.log;
  }

  private readonly notice = (level: 'info' | 'warning', message: string): void =>
    this.options.onEvent({ type: 'notice', level, message });
}

function identityOf(config: RunConfig, data: PreparedData, labels: StoredLabels, shape: NetworkShape): RunIdentity {
  return {
    seed: config.training.seed,
    recipe: recipeOf(config, shape),
    vocabulary: hashOfNames(data.vocabulary.words),
    labels: hashOfNames(labels.names.slice(0, labels.outputs)),
    data: hashOfCorpora([data.train, data.validation]),
  };
}

function startWeights(
  { model, training, embedding }: RunConfig,
  data: PreparedData,
  shape: NetworkShape,
  corpus: Corpus,
) {
  return initialWeights(shape, {
    seed: training.seed,
    initializer: model.initializer,
    outputBias: model.outputBias,
    labelCounts: countLabels(corpus, shape.labels),
    documents: corpus.size,
    embedding: initialEmbedding(data.vocabulary, embedding.dim, training.seed, data.pretrained, embedding.missing),
  });
}

/** Evaluates with the best weights and writes the summary. An abort on the way makes the run an interrupted one. */
async function finishRun(run: Run, data: PreparedData, ended: Stopped, saver: Saver): Promise<RunResult> {
  const { paths, state, emit } = run;
  saver.tick();
  let stopped = ended;
  let summary: Summary | undefined;
  try {
    if (ended !== 'interrupted') summary = await summarise(run, data, ended);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    stopped = 'interrupted';
  }
  if (summary) await writeFileAtomic(paths.summary, `${JSON.stringify(summary, null, 2)}\n`);
  const epochs = state.ended?.epochs ?? state.epoch;
  const result = { folder: paths.folder, stopped, epochs, bestEpoch: state.best?.epoch ?? 0 };
  emit({ type: 'done', ...result });
  return { ...result, name: basename(paths.folder), ...(summary && { summary }) };
}

async function summarise(run: Run, data: PreparedData, stopped: 'finished' | 'early'): Promise<Summary> {
  const { engine, paths, state, config } = run;
  if (run.bestWeights) await engine.writeWeights(run.bestWeights);
  else await restoreScoringWeights(paths.checkpoint('best'), engine);
  const { evaluated, baselines } = await evaluateBest(run, data);
  return {
    stopped,
    epochs: state.ended?.epochs ?? state.epoch,
    best: state.best!,
    monitor: config.training.monitor,
    ...(state.phase === 'retraining' && { retrainedEpochs: state.epoch }),
    ...(evaluated && { evaluated }),
    baselines,
    documents: { train: data.train.size, validation: data.validation?.size ?? 0, test: data.test?.size ?? 0 },
    unlabelled: { validation: unlabelledIn(data.validation), test: unlabelledIn(data.test) },
    labels: engine.shape.labels,
    vocabulary: engine.shape.vocabulary,
    parameters: parameterCount(engine.shape),
    engine: { name: engine.name, build: engine.build },
    seconds: state.seconds,
    finishedAt: new Date().toISOString(),
  };
}

async function evaluateBest(run: Run, data: PreparedData): Promise<Pick<Summary, 'evaluated' | 'baselines'>> {
  const { engine, state, config, paths, evaluator: plain } = run;
  const split = config.evaluation.split ?? (data.test ? 'test' : 'validation');
  const corpus = splitToEvaluate(run, data, split);
  if (!corpus) return { baselines: [] };
  const options = { ...plain, ...(state.best!.threshold !== undefined && { tunedThreshold: state.best!.threshold }) };
  const { metrics, documents } = await evaluateSplit(engine, corpus, split, options, paths, run);
  const learned =
    state.phase === 'retraining' && data.validation ? concatCorpora(data.train, data.validation) : data.train;
  const { model, evaluation, engine: asked } = config;
  const threads = asked.threads || undefined;
  const beside = { type: model.type, words: data.vocabulary.words, outputs: engine.shape.labels, threads };
  const baselines = evaluation.baselines ? await measureBaselines(learned, corpus, split, options, run, beside) : [];
  return { evaluated: { split, documents, metrics }, baselines };
}
