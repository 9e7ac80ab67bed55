import { basename } from 'node:path';
import type { RunConfig } from '../config/runConfig.ts';
import type { Engine, EngineOptions } from '../engine/engine.ts';
import { chooseEngine } from '../engine/engines/choose.ts';
import { UserError } from '../base/errors.ts';
import { isFolder, removeFile, statOf } from '../base/files.ts';
import { checkKs } from '../metrics/ranking.ts';
import { initialWeights } from '../model/init.ts';
import type { NetworkShape } from '../model/network.ts';
import { concatCorpora } from '../text/corpus.ts';
import type { Corpus } from '../text/corpus.ts';
import { initialEmbedding } from '../text/embeddings.ts';
import { withTrainedVectors } from '../word2vec/prepared.ts';
import { prepareData } from '../text/prepare.ts';
import type { PreparedData } from '../text/prepare.ts';
import { longestBatch } from './batches.ts';
import type { CheckpointInfo, RunIdentity } from './checkpoint.ts';
import { readCheckpointInfo, restoreEngine } from './checkpoint.ts';
import type { Plan, Stopped } from './epochs.ts';
import { runEpochs } from './epochs.ts';
import { engineOptions, shapeOf } from './engineOptions.ts';
import { evaluatorOptions, storedLabels } from './evaluation.ts';
import type { RunEvent } from '../base/events.ts';
import { finishRun } from './finish.ts';
import { countLabels, hashOfCorpora, hashOfNames } from './fingerprint.ts';
import { MetricsLog } from './metricsLog.ts';
import { createMonitor } from './monitor.ts';
import { checkSameRecipe, differences, recipeOf } from './recipe.ts';
import type { Run } from './run.ts';
import { throwIfAborted } from './run.ts';
import type { ClaimedRun, StoredLabels } from './runFolder.ts';
import { claimRun, exists, writeRunFiles } from './runFolder.ts';
import { Saver } from './saver.ts';
import type { TrainingState } from './state.ts';
import { initialState } from './state.ts';
import type { RunResult } from './summary.ts';

export interface TrainOptions {
  /** Gives a run without `output.name` its name. */
  configFile?: string;
  /** Folder of a run to go on with; without a checkpoint in it, the run begins anew. */
  resume?: string;
  /** Ends the run after the present batch, with a checkpoint. */
  signal?: AbortSignal;
  onEvent: (event: RunEvent) => void;
  /** Seconds between checkpoints in mid-epoch. Default 60. */
  checkpointSeconds?: number;
}

/** `begun` is the build of the engine that the run was begun with, where it goes on. */
export type EngineFactory = (options: EngineOptions, begun?: string) => Promise<Engine>;

/**
 * Trains as the config says: epochs with validation, early stopping, retraining on all where it is asked for, and the
 * evaluation with the best weights; all of it in a run folder.
 * Throws `UserError`; `Cancelled` where the signal is aborted before training begins. Later, an aborted run is a result.
 */
export async function train(config: RunConfig, options: TrainOptions): Promise<RunResult> {
  const makeEngine: EngineFactory = async (o, begun) => {
    const { engine, reason } = await chooseEngine(config.engine.name, o, begun);
    if (reason !== undefined) options.onEvent({ type: 'notice', level: 'info', message: reason });
    return engine;
  };
  return trainWith(config, options, { prepare: prepareData, makeEngine });
}

/** The same with other sources of data and engines. */
export async function trainWith(
  config: RunConfig,
  options: TrainOptions,
  parts: { prepare: typeof prepareData; makeEngine: EngineFactory },
): Promise<RunResult> {
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

/** Where a disk failed a run that has a checkpoint, the user is told that it can go on. */
async function withWayOn(error: unknown, last: string): Promise<unknown> {
  const isOfDisk = error instanceof UserError && ['disk-full', 'disk-failed', 'read-only'].includes(error.code);
  if (!isOfDisk || !(await exists(last).catch(() => false))) return error;
  const { code, message, remedy, place } = error;
  const more = 'Then resume the run: its last checkpoint is whole.';
  return new UserError(code, message, `${remedy} ${more}`, place, { cause: error });
}

/** `training.resumeFrom` may name a run folder: that is a resume; a file in it starts a new run. */
async function runToResume({ training: { resumeFrom } }: RunConfig): Promise<string | undefined> {
  if (resumeFrom === undefined) return undefined;
  const found = await statOf(resumeFrom);
  if (!found)
    throw new UserError('file-not-found', 'There is no such checkpoint or run', 'Correct "training.resumeFrom".', {
      file: resumeFrom,
    });
  return found.isDirectory() ? resumeFrom : undefined;
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
    this.engine = await this.makeEngine(engineOptions(config, shape), await this.begunWith());
    await this.engine.reserve?.(longestBatch(data.train, config.training.batchSize));
    const state = await this.begin(data, identity);
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

  /** Build of the engine that wrote the checkpoint which is gone on from. */
  private async begunWith(): Promise<string | undefined> {
    const last = this.claimed.paths.checkpoint('last');
    if (!this.claimed.isResumed || !(await exists(last))) return undefined;
    return (await readCheckpointInfo(last)).build;
  }

  /** Puts the engine where the run stands: at a checkpoint's state, or at the start. */
  private async begin(data: PreparedData, identity: RunIdentity): Promise<TrainingState> {
    const engine = this.engine!;
    const { resumeFrom } = this.config.training;
    const last = this.claimed.paths.checkpoint('last');
    if (this.claimed.isResumed && (await exists(last))) {
      const info = await readCheckpointInfo(last);
      checkSameData(info, identity, last);
      checkSameRecipe(info.recipe, identity.recipe, last);
      await this.restore(last);
      return info.state;
    }
    if (this.claimed.isResumed) this.notice('info', 'The run has no checkpoint yet: it begins anew.');
    if (resumeFrom !== undefined && !(await isFolder(resumeFrom))) return this.startFrom(resumeFrom, identity);
    await engine.writeWeights(startWeights(this.config, data, engine.shape, data.train));
    return initialState();
  }

  /** A new run that begins with another's weights and optimiser state. */
  private async startFrom(file: string, identity: RunIdentity): Promise<TrainingState> {
    const info = await readCheckpointInfo(file);
    const { epoch, batch, lossSum, curve } = info.state;
    const changed = differences(info.recipe, identity.recipe);
    const fatal = changed.filter((key) => key.startsWith('shape.') || key === 'embedding.train');
    if (Number(info.recipe['training.ema']) > 0 !== this.config.training.ema > 0) fatal.push('training.ema');
    if (info.vocabulary !== identity.vocabulary) fatal.push('the vocabulary');
    if (info.labels !== identity.labels) fatal.push('the labels');
    if (info.state.phase === 'retraining') fatal.push('the phase (it was retraining on all documents)');
    if (fatal.length)
      throw new UserError(
        'checkpoint-differs',
        `The checkpoint differs from this run in ${fatal.join(', ')}`,
        'Use the data and the settings that it was made with.',
        { file },
      );
    if (epoch >= this.config.training.epochs)
      throw new UserError(
        'nothing-to-train',
        `The checkpoint has ${epoch} epochs behind it, and "training.epochs" is ${this.config.training.epochs}`,
        'Set more epochs.',
        { file },
      );
    await this.restore(file);
    const isSame = changed.length === 0 && info.data === identity.data;
    if (isSame) return { ...initialState(), epoch, batch, lossSum, curve };
    const what = [...changed, ...(info.data === identity.data ? [] : ['the documents'])].join(', ');
    this.notice(
      'warning',
      `Goes on from ${basename(file)} at the start of epoch ${epoch + 1}, with other values of: ${what}.`,
    );
    return { ...initialState(), epoch };
  }

  private async restore(file: string): Promise<void> {
    const { build } = await restoreEngine(file, this.engine!);
    if (build !== this.engine!.build)
      this.notice(
        'warning',
        `The checkpoint was written by "${build}", this is "${this.engine!.build}": the weights will differ in their last bits from an uninterrupted run's.`,
      );
  }

  private async openLog(state: TrainingState, data: PreparedData, labels: StoredLabels): Promise<MetricsLog> {
    const { paths } = this.claimed;
    this.hasBegun = true;
    await writeRunFiles(paths, { config: this.config, words: data.vocabulary.words, labels });
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

  private notice(level: 'info' | 'warning', message: string): void {
    this.options.onEvent({ type: 'notice', level, message });
  }
}

function checkData({ evaluation, training }: RunConfig, data: PreparedData, labels: StoredLabels): void {
  if (data.train.size === 0)
    throw new UserError('no-documents', 'There is no document to train on', 'Check "dataset.train".');
  if (labels.outputs === 0)
    throw new UserError('no-labels', 'No training document has a label', 'Check "dataset.labelField".');
  checkKs(evaluation.k, labels.outputs);
  if (training.retrainOnAll && !data.validation)
    throw new UserError(
      'nothing-held-out',
      '"training.retrainOnAll" needs validation documents, to find the best number of epochs',
      'Set "dataset.validationFraction", or turn "training.retrainOnAll" off.',
    );
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

function checkSameData(info: CheckpointInfo, now: RunIdentity, file: string): void {
  const names = { vocabulary: 'vocabulary', labels: 'labels', data: 'training or validation documents' } as const;
  const changed = (Object.keys(names) as (keyof typeof names)[]).filter((key) => info[key] !== now[key]);
  if (changed.length)
    throw new UserError(
      'resume-data-differs',
      `The run was begun with another ${changed.map((key) => names[key]).join(', ')}`,
      'Put the dataset and the text settings back as they were, or start a new run.',
      { file },
    );
}
