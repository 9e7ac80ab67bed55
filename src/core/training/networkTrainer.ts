/** Trains networks: epochs with validation, and again on all documents where that is asked for. */
import type { RunConfig } from '../config/runConfig.ts';
import { createMonitor } from '../config/monitor.ts';
import type { Engine } from '../engine/engine.ts';
import { initialWeights } from '../model/initialWeights.ts';
import { type NetworkShape, parameterCount } from '../model/network.ts';
import { concatCorpora, countLabels, type Corpus } from '../text/corpus.ts';
import { initialEmbedding } from '../text/embeddings.ts';
import type { PreparedData } from '../text/prepare.ts';
import { withTrainedVectors } from '../word2vec/trainedVectors.ts';
import { longestBatch } from './corpusBatches.ts';
import { hashOfCorpora, identityOfNames, recipeOf, restoreScoringWeights, type RunIdentity } from './checkpoint.ts';
import { type Plan, runEpochs, type Stopped } from './epochs.ts';
import { type EngineFactory, engineOptions, shapeOf } from './engineOptions.ts';
import { evaluatorOptions } from './evaluateRun.ts';
import { finishRun } from './finishRun.ts';
import { labelWeights } from './labelWeights.ts';
import type { MetricsLog } from './metricsLog.ts';
import { buildToGoOnWith, goOn } from './resume.ts';
import type { StoredLabels } from './runFolder.ts';
import type { RunResult } from './runSummary.ts';
import { Saver } from './saver.ts';
import { openRunFolder, type Run, type Session, throwIfAborted } from './trainingRun.ts';
import { initialState, type TrainingState } from './trainingState.ts';

/** A network's way from its first weights to its best, interrupted and taken up again anywhere. */
export class NetworkTraining {
  private engine?: Engine;
  private run?: Run;
  private saver?: Saver;

  constructor(
    private readonly session: Session,
    private readonly data: PreparedData,
    private readonly labels: StoredLabels,
    private readonly makeEngine: EngineFactory,
  ) {}

  /** Once `begin` has settled. */
  get state(): TrainingState {
    return this.run!.state;
  }

  async close(): Promise<void> {
    await this.engine?.dispose();
  }

  /**
   * Puts the engine where the run stands: at a checkpoint's state, or at the start.
   * @param openLog called when nothing is left that could refuse the run
   */
  async begin(openLog: (state: TrainingState) => Promise<MetricsLog>): Promise<void> {
    const { session, data, labels } = this;
    const { config, claimed, emit, signal, checkpointSeconds } = session;
    const shape = shapeOf(config, data, labels);
    const identity = identityOf(config, data, labels, shape);
    this.engine = await this.makeEngine(
      engineOptions(config, shape, labelWeights(config, labels)),
      await buildToGoOnWith(claimed),
    );
    await this.engine.reserve?.(longestBatch(data.train, config.training.batchSize));
    const state = await this.startAt(this.engine, identity);
    throwIfAborted(session);
    const log = await openLog(state);
    state.metricsBytes = log.bytes;
    this.run = {
      config,
      paths: claimed.paths,
      identity,
      names: { words: data.vocabulary.words, labels: labels.names },
      evaluator: evaluatorOptions(config, labels),
      monitor: createMonitor(config.training.monitor, config.evaluation.k),
      log,
      emit,
      signal,
      checkpointSeconds,
      engine: this.engine,
      state,
    };
    this.saver = new Saver(this.run);
  }

  private async startAt(engine: Engine, identity: RunIdentity): Promise<TrainingState> {
    const { config, claimed, emit } = this.session;
    const notice = (level: 'info' | 'warning', message: string): void => emit({ type: 'notice', level, message });
    const state = await goOn({ config, claimed, engine, identity, notice });
    if (state) return state;
    await engine.writeWeights(startWeights(config, this.data, engine.shape, this.data.train));
    return initialState();
  }

  /** The rest of the epochs on the training documents. */
  async train(): Promise<Stopped> {
    const run = this.run!;
    if (run.state.phase === 'retraining') return run.state.ended!.stopped;
    const { train: corpus, validation } = this.data;
    this.saver!.startClock();
    run.emit({ type: 'phase', phase: 'training' });
    return runEpochs(run, { corpus, validation, epochs: run.config.training.epochs }, this.saver!);
  }

  /** Trains from the start on train and validation together, for as many epochs as were best. False if interrupted. */
  async retrain(stopped: 'finished' | 'early'): Promise<boolean> {
    const [run, saver] = [this.run!, this.saver!];
    saver.startClock();
    const corpus = concatCorpora(this.data.train, this.data.validation!);
    const plan: Plan = { corpus, epochs: run.state.best!.epoch };
    run.emit({ type: 'phase', phase: 'retraining', message: `${plan.corpus.size} documents, ${plan.epochs} epochs` });
    if (run.state.phase === 'training') await this.beginRetraining(run, corpus, stopped, saver);
    if ((await runEpochs(run, plan, saver)) === 'interrupted') return false;
    await saver.best();
    return true;
  }

  private async beginRetraining(run: Run, corpus: Corpus, stopped: 'finished' | 'early', saver: Saver): Promise<void> {
    const { shape, build } = run.engine;
    await run.engine.dispose();
    this.engine = undefined;
    run.engine = this.engine = await this.makeEngine(
      engineOptions(run.config, shape, labelWeights(run.config, this.labels)),
      build,
    );
    await run.engine.writeWeights(startWeights(run.config, this.data, shape, corpus));
    const { best, metricsBytes, seconds, epoch: epochs } = run.state;
    const kept = { best, metricsBytes, seconds };
    run.state = { ...initialState(), ...kept, phase: 'retraining', ended: { stopped, epochs } };
    await saver.last();
  }

  /** The engine with the weights that score best. It cannot go on training after that. */
  async withBest(): Promise<Engine> {
    const { engine, paths, bestWeights } = this.run!;
    this.saver!.tick();
    if (bestWeights) await engine.writeWeights(bestWeights);
    else await restoreScoringWeights(paths.checkpoint('best'), engine);
    return engine;
  }

  /** Epochs of the first phase, and the best of them; 0 where there is none. */
  get counts(): { epochs: number; bestEpoch: number } {
    if (!this.run) return { epochs: 0, bestEpoch: 0 };
    const { ended, epoch, best } = this.state;
    return { epochs: ended?.epochs ?? epoch, bestEpoch: best?.epoch ?? 0 };
  }
}

/** A run that trains a network alone. */
export class NetworkSession {
  /** Whether anything was written into the run folder. */
  hasBegun = false;
  private training?: NetworkTraining;
  private log?: MetricsLog;

  constructor(
    private readonly session: Session,
    private readonly prepared: PreparedData,
    private readonly labels: StoredLabels,
    private readonly makeEngine: EngineFactory,
  ) {}

  async close(): Promise<void> {
    await this.training?.close();
    await this.log?.close();
  }

  async run(): Promise<RunResult> {
    const { session, labels } = this;
    const { config, emit, signal } = session;
    const data = await withTrainedVectors(config, this.prepared, { signal, onEvent: emit });
    const training = (this.training = new NetworkTraining(session, data, labels, this.makeEngine));
    await training.begin((state) => {
      this.hasBegun = true;
      return openRunFolder(session, data, labels, state.metricsBytes).then((log) => (this.log = log));
    });
    let stopped = await training.train();
    if (stopped !== 'interrupted' && config.training.retrainOnAll && data.validation)
      if (!(await training.retrain(stopped))) stopped = 'interrupted';
    return finishRun(session, stopped, training.counts, async () => {
      const engine = await training.withBest();
      const { state, counts } = training;
      const { name, build, shape } = engine;
      const told = {
        stopped: stopped as Exclude<Stopped, 'interrupted'>,
        epochs: counts.epochs,
        ...(state.phase === 'retraining' && { retrainedEpochs: state.epoch }),
        vocabulary: shape.vocabulary,
        parameters: parameterCount(shape),
        engine: { name, build },
        seconds: state.seconds,
      };
      return { model: engine, data, labels, state, told };
    });
  }
}

function identityOf(config: RunConfig, data: PreparedData, labels: StoredLabels, shape: NetworkShape): RunIdentity {
  return {
    seed: config.training.seed,
    recipe: recipeOf(config, shape),
    ...identityOfNames(data.vocabulary.words, labels),
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
