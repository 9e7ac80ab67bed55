/** Trains linear models: features, a support vector machine a label, probabilities fitted on validation; in a run folder as any. */
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { preparedText } from '../config/preparedText.ts';
import type { RunConfig } from '../config/runConfig.ts';
import { createMonitor } from '../config/monitor.ts';
import { usesTree } from '../config/size.ts';
import { Cancelled, UserError } from '../base/errors.ts';
import { progressEvents } from '../base/events.ts';
import { megabytes } from '../base/memory.ts';
import type { Metrics } from '../base/metrics.ts';
import { buildName, kernelBuild, Machine } from '../engine/wasm/machine.ts';
import { documentsByLabel, type FeatureMatrix, type LabelDocuments } from '../linear/featureMatrix.ts';
import {
  type BagValues,
  type Features,
  featureSettings,
  type FeatureSettings,
  findFeatures,
} from '../linear/features.ts';
import { depthOf, labelGroups, type LabelTree, nodesOf, pruneInTree, treeGroups } from '../linear/labelTree.ts';
import { bytesInFile, labelBytes, type LabelWeights, prune } from '../linear/keptWeights.ts';
import { LinearModel, type LinearScorer } from '../linear/linearModel.ts';
import { expectedWeights, requireFit, samplePlaces } from '../linear/modelSize.ts';
import { LinearSolver, type SolvedLabel } from '../linear/solver.ts';
import { SlopeFitter, usualSlope } from '../linear/slope.ts';
import { TreeModel } from '../linear/treeModel.ts';
import { growTree, solveTree } from '../linear/treeSolver.ts';
import { concatCorpora, type Corpus, labelsOf } from '../text/corpus.ts';
import type { PreparedData } from '../text/prepare.ts';
import { hashOfCorpora, identityOfNames, type RunIdentity } from './checkpoint.ts';
import { logitsOfCorpus } from './corpusBatches.ts';
import { evaluatorOptions, validateModel } from './evaluateRun.ts';
import { finishRun } from './finishRun.ts';
import { type LinearInfo, linearPart, readLinearCheckpoint, writeLinearCheckpoint } from './linearCheckpoint.ts';
import { labelWeights, weightsRecipe } from './labelWeights.ts';
import type { MetricsLog } from './metricsLog.ts';
import { checkSameData, checkSameRecipe } from './resume.ts';
import { exists, type StoredLabels } from './runFolder.ts';
import type { RunResult } from './runSummary.ts';
import { openRunFolder, type Session } from './trainingRun.ts';
import { initialState, type Phase, type TrainingState } from './trainingState.ts';

/** The config as a linear run keeps it. Throws `UserError` for what such a run cannot do. */
export function linearConfig(config: RunConfig): RunConfig {
  refuseOtherStart(config, 'A linear model');
  const { embedding } = config;
  return {
    ...config,
    text: preparedText(config),
    embedding: { ...embedding, file: undefined, word2vec: false },
  };
}

/** Throws `UserError` where a model that is no network is to begin with another run's weights. */
export function refuseOtherStart({ training: { resumeFrom } }: RunConfig, what: string): void {
  if (resumeFrom === undefined) return;
  throw new UserError(
    'no-such-start',
    `${what} cannot begin with the weights of another run`,
    'Leave out "training.resumeFrom"; an interrupted run goes on with --resume.',
    { file: resumeFrom },
  );
}

/** Bytes of a weight in a model that is in use: in the memory of the kernels, and in the nodes of a tree. */
const [bytesInRows, bytesInTree] = [8, 12];

/** Points of the curve in metrics.jsonl. */
const curvePoints = 20;

/** A linear model's way from its features to its weights, interrupted and taken up again between labels. */
export class LinearTraining {
  private machine?: Machine;
  private model?: LinearScorer;
  private log?: MetricsLog;
  private at: TrainingState = initialState();
  private slope = usualSlope;
  /** Of labels, then of the nodes of the tree. */
  private weights: (LabelWeights | undefined)[] = [];
  private tree?: LabelTree;
  private features?: Features;
  private readonly settings: FeatureSettings;
  private clock = performance.now();
  private saved = performance.now();
  /** Labels of this phase that rounding kept from the optimum. */
  private unconverged = 0;

  /** @param role `part` in a run that trains a network too: checkpoints, phases and lines of metrics.jsonl have names of their own then */
  constructor(
    private readonly session: Session,
    private readonly data: PreparedData,
    private readonly labels: StoredLabels,
    private readonly role: 'whole' | 'part' = 'whole',
  ) {
    this.settings = featureSettings(session.config, data.train.values);
  }

  get state(): TrainingState {
    return this.at;
  }

  async close(): Promise<void> {
    await this.machine?.dispose();
    await this.model?.dispose();
  }

  /** The checkpoint that it goes on from. */
  get lastCheckpoint(): string {
    return this.checkpoint('last');
  }

  private checkpoint(name: 'best' | 'last'): string {
    const own = { best: linearPart, last: `${linearPart}-last` };
    return this.session.claimed.paths.checkpoint(this.role === 'part' ? own[name] : name);
  }

  /**
   * Finds what an interrupted run has solved.
   * @param openLog called when nothing is left that could refuse the run
   */
  async begin(openLog: (state: TrainingState) => Promise<MetricsLog>): Promise<void> {
    const { isResumed } = this.session.claimed;
    const last = this.lastCheckpoint;
    this.weights = Array.from({ length: this.labels.outputs });
    if (isResumed && (await exists(last))) {
      const { info, labels: solved, tree } = await readLinearCheckpoint(last);
      checkSameData(info, this.identity, last);
      checkSameRecipe(info.recipe, this.identity.recipe, last);
      this.at = info.state;
      this.slope = info.slope;
      this.weights = solved;
      this.tree = tree;
    } else if (isResumed) this.notice('info', 'The run has no checkpoint yet: it begins again.');
    this.log = await openLog(this.at);
    this.tellOfValues();
    this.at.metricsBytes = this.log.bytes;
  }

  /** Solves what is left on the training documents, and fits the probabilities on validation. Throws `Cancelled`, with a checkpoint. */
  train(): Promise<LinearScorer> {
    return this.orSaved(async () => {
      const model = await this.fit(this.data.train);
      if (this.at.epoch === 0) await this.validated(model);
      return model;
    });
  }

  /** The same on train and validation together, with the slope that was fitted before. */
  retrain(): Promise<LinearScorer> {
    return this.orSaved(async () => {
      if (this.at.phase === 'training') this.beginRetraining();
      const model = await this.fit(concatCorpora(this.data.train, this.data.validation!));
      if (this.at.epoch === 0) await this.finishRetraining(model);
      return model;
    });
  }

  private async orSaved<T>(work: () => Promise<T>): Promise<T> {
    this.clock = performance.now(); // what came between was no part of this training
    try {
      return await work();
    } catch (error) {
      if (error instanceof Cancelled && this.features) await this.save('last', 'interrupted');
      throw error;
    }
  }

  private get identity(): RunIdentity {
    const { data, labels } = this;
    const { config } = this.session;
    const { ngrams } = config.text;
    const settings = Object.entries(config.linear)
      .filter(([key]) => data.train.values || key !== 'features') // which is of bags of words alone
      .map(([key, value]) => [`linear.${key}`, value]);
    return {
      seed: config.training.seed,
      recipe: {
        'model.type': config.model.type,
        'text.ngrams': ngrams,
        ...Object.fromEntries(settings),
        ...weightsRecipe(config),
        'training.retrainOnAll': config.training.retrainOnAll,
        'training.seed': config.training.seed,
      },
      ...identityOfNames(data.vocabulary.words, labels),
      data: hashOfCorpora([data.train, data.validation]),
    };
  }

  private tellOfValues(): void {
    const { values } = this.settings;
    if (values === undefined) return;
    const found = values === 'tfidf' ? 'they are whole numbers' : 'not all are whole numbers above 0';
    const why = this.session.config.linear.features === 'auto' ? `as found: ${found}` : 'as stated';
    this.notice('info', `Bags of words: their values are ${valueTexts[values]} ("linear.features", ${why}).`);
  }

  private notice(level: 'info' | 'warning', message: string): void {
    this.session.emit({ type: 'notice', level, message });
  }

  /** What its events call the phase that it is in. */
  private get phase(): Phase | 'linear' {
    return this.role === 'part' ? 'linear' : this.at.phase;
  }

  /** Solves the labels that are not solved yet. Throws `Cancelled`. */
  private async fit(corpus: Corpus): Promise<LinearScorer> {
    const { data, labels } = this;
    const { signal, emit, config } = this.session;
    emit({ type: 'phase', phase: 'preparing' });
    this.features = await findFeatures(corpus, data.vocabulary.words, this.settings, signal);
    if (this.features.size === 0) throw noFeatures(data.train.values !== undefined);
    if (this.weights.includes(undefined)) {
      const matrix = await this.features.matrix(corpus, signal);
      const each = (matrix.values.length / corpus.size).toFixed(0);
      const message = `${matrix.features.toLocaleString('en')} features, ${each} in a document`;
      emit({ type: 'phase', phase: this.phase, message });
      await this.solve(matrix, documentsByLabel(corpus, labels.outputs));
    }
    const solved = this.weights.filter((label) => label !== undefined);
    await this.model?.dispose();
    const { threads } = config.engine;
    return (this.model = this.tree
      ? new TreeModel(this.features, this.tree, solved, this.slope, config.linear.beam)
      : new LinearModel(this.features, solved, this.slope, { threads, isBulk: true }));
  }

  private async solve(matrix: FeatureMatrix, byLabel: LabelDocuments): Promise<void> {
    const { config } = this.session;
    const { linear, engine } = config;
    const machine = (this.machine = new Machine(engine.threads || availableParallelism()));
    if (usesTree(linear.tree, this.labels.outputs)) await this.grow(machine, matrix, byLabel);
    this.unconverged = 0;
    const { weights, tree } = this;
    const groups = tree ? treeGroups(tree, byLabel) : labelGroups(byLabel);
    const pause = this.pauses();
    const costs = labelWeights(config, this.labels);
    const solver = tree ? undefined : new LinearSolver(machine, matrix, byLabel, { c: linear.c, costs });
    const solveOpen = async (outputs: readonly number[]): Promise<void> => {
      const open = new Set(outputs.filter((output) => weights[output] === undefined));
      if (tree) {
        const settings = { c: linear.c, costs, isOpen: (output: number) => open.has(output) };
        await solveTree(machine, matrix, byLabel, tree, settings, (one) => this.keep(one, one.features), pause);
      } else await solver!.solve([...open], (one) => this.keep(one), pause);
    };
    const places = samplePlaces(groups.length);
    if (places.length < groups.length) {
      await solveOpen(places.flatMap((place) => groups[place]));
      this.checkSize(
        places.map((place) => groups[place]),
        places,
        matrix.features,
      );
    }
    await solveOpen(groups.flat());
    this.tellOfUnconverged();
    await machine.dispose();
    this.machine = undefined;
  }

  /** Says how large the model will be, as some of it shows. Throws `UserError` `model-too-large`. */
  private checkSize(groups: readonly (readonly number[])[], places: readonly number[], features: number): void {
    const { weights, tree } = this;
    const samples = { places, outputs: groups.map((outputs) => outputs.map((output) => weights[output]!)) };
    const [bytesOfWeight, pruned] = tree ? [bytesInTree, pruneInTree] : [bytesInRows, 1];
    requireFit(samples, { bytesOfWeight, features, pruned });
    const expected = Number(expectedWeights(samples).toPrecision(2));
    const size = megabytes(expected * bytesInFile);
    this.notice('info', `The model will have some ${expected.toLocaleString('en')} weights, about ${size}.`);
  }

  /** The tree of an interrupted run, or one that is made now. */
  private async grow(machine: Machine, matrix: FeatureMatrix, byLabel: LabelDocuments): Promise<void> {
    const { linear, training } = this.session.config;
    if (this.tree) return;
    const pause = async (): Promise<void> => {
      if (this.session.signal?.aborted) throw new Cancelled();
      await setImmediate();
    };
    const tree = await growTree(machine, matrix, byLabel, { ...linear, seed: training.seed }, pause);
    const shape = `${nodesOf(tree).toLocaleString('en')} nodes, ${depthOf(tree)} deep`;
    const why = `${tree.labels.toLocaleString('en')} labels are put into a tree ("linear.tree"): ${shape}.`;
    this.notice('info', why);
    this.tree = tree;
    this.weights = Array.from({ length: tree.parents.length });
  }

  private tellOfUnconverged(): void {
    if (this.unconverged === 0) return;
    const which = `${this.unconverged.toLocaleString('en')} of ${this.weights.length.toLocaleString('en')} labels`;
    this.notice('warning', `${which} did not come near the optimum: rounding kept them from it. Set "linear.c" lower.`);
  }

  private keep(solved: SolvedLabel, numbers?: Int32Array): void {
    const { at, weights, tree } = this;
    const { prune: limit } = this.session.config.linear;
    weights[solved.label] = prune(solved, tree ? pruneInTree * limit : limit, numbers);
    at.batch++;
    at.lossSum += solved.objective;
    if (!solved.isConverged) this.unconverged++;
  }

  /** Between pieces of work: an abort, progress, the curve, a checkpoint. */
  private pauses(): () => Promise<void> {
    const { weights, at, phase } = this;
    const { emit, signal, checkpointSeconds } = this.session;
    const total = weights.length;
    const every = Math.ceil(total / curvePoints);
    const report = progressEvents(emit, phase);
    let logged = at.batch;
    let since = performance.now();
    return async () => {
      const now = performance.now();
      at.epochSeconds += (now - since) / 1000;
      since = now;
      if (signal?.aborted) throw new Cancelled();
      report({ phase, done: at.batch, total, unit: 'labels' });
      if (at.batch - logged >= every || (at.batch === total && logged < total)) {
        logged = at.batch;
        this.tick();
        const point = { epoch: 1, step: at.batch, loss: at.lossSum / at.batch, learningRate: 0 };
        await this.record('step', { phase: at.phase, ...point, seconds: at.seconds });
      }
      const isDue = performance.now() - this.saved >= checkpointSeconds * 1000;
      if (isDue && at.batch < total) await this.save('last', 'last');
      await setImmediate(); // lets signals through
    };
  }

  /** A line of metrics.jsonl; those of a part do not stand among the network's. */
  private record(type: 'step' | 'epoch', record: Record<string, unknown>): Promise<void> {
    return this.log!.append({ type: this.role === 'part' ? `${linearPart}-${type}` : type, ...record });
  }

  /** Fits the probabilities and the threshold on validation, and judges the model there. */
  private async validated(model: LinearScorer): Promise<void> {
    const { at, data, labels } = this;
    const { training, evaluation } = this.session.config;
    const judged = data.validation?.size ? await this.validate(model, data.validation) : undefined;
    if (!judged)
      this.notice(
        'warning',
        `There are no validation documents: probabilities are sigmoid(${usualSlope} z), and no threshold is tuned.`,
      );
    const { metrics, tuned } = judged ?? {};
    const score = metrics && createMonitor(training.monitor, evaluation.k)(metrics);
    at.best = { epoch: 1, score, validation: metrics, ...tuned };
    await this.finishPhase(data.train.size, metrics, true);
    if (!training.retrainOnAll) await this.save('best', 'best');
    await this.save('last', 'last');
    const { parameters } = model;
    this.notice('info', `${parameters.toLocaleString('en')} weights of ${labels.outputs} labels: ${this.size}.`);
  }

  /** Of the model's file. */
  private get size(): string {
    const { idf, ngrams } = this.features!;
    return megabytes(labelBytes(this.weights) + idf.byteLength + ngrams.byteLength);
  }

  private async validate(model: LinearScorer, corpus: Corpus) {
    const { session, labels } = this;
    const { signal, emit, config } = session;
    const fitter = new SlopeFitter();
    const work = { signal, onProgress: progressEvents(emit, 'validating') };
    emit({ type: 'phase', phase: 'validating' });
    model.slope = 1;
    await logitsOfCorpus(model, corpus, (d, logits) => fitter.add(logits, labelsOf(corpus, d)), work);
    this.slope = model.slope = fitter.best();
    const judged = await validateModel(model, corpus, evaluatorOptions(config, labels), session);
    emit({ type: 'phase', phase: this.phase });
    return judged;
  }

  /** Logs a fitted model as one epoch. */
  private async finishPhase(documents: number, validation: Metrics | undefined, isBest: boolean) {
    const { at, weights } = this;
    const seconds = at.epochSeconds;
    const trainLoss = at.lossSum / weights.length;
    const documentsPerSecond = seconds > 0 ? documents / seconds : 0;
    Object.assign(at, { epoch: 1, epochSeconds: 0 });
    this.tick();
    const figures = { epoch: 1, trainLoss, validation, isBest, documentsPerSecond };
    const times = { score: at.best?.score, epochSeconds: seconds, seconds: at.seconds };
    await this.record('epoch', { phase: at.phase, ...figures, ...times });
    if (this.role === 'whole') this.session.emit({ type: 'epoch', ...figures, epochs: 1, seconds });
  }

  private beginRetraining(): void {
    const { best, metricsBytes, seconds } = this.at;
    const phase: Phase = 'retraining';
    this.at = { ...initialState(), best, metricsBytes, seconds, phase, ended: { stopped: 'finished', epochs: 1 } };
    this.weights = Array.from({ length: this.labels.outputs });
    this.tree = undefined;
    this.features = undefined; // those of the training documents alone are no part of what comes now
    if (this.role === 'whole') this.session.emit({ type: 'phase', phase });
  }

  private async finishRetraining(model: LinearScorer): Promise<void> {
    const { train, validation } = this.data;
    await this.finishPhase(train.size + validation!.size, undefined, false);
    await this.save('best', 'best');
    await this.save('last', 'last');
    this.notice('info', `${model.parameters.toLocaleString('en')} weights: ${this.size}.`);
  }

  private async save(name: 'best' | 'last', reason: 'best' | 'last' | 'interrupted'): Promise<void> {
    const { session, log, at, identity, slope, features, weights } = this;
    const { config } = session;
    if (!config.training.save) return;
    this.tick();
    await log!.sync();
    at.metricsBytes = log!.bytes;
    const path = this.checkpoint(name);
    const { minWordLength, sublinear, values } = this.settings;
    const settings = { minWordLength, sublinear, ...(values && { values }) };
    const info: LinearInfo = { ...identity, state: at, slope, settings };
    await writeLinearCheckpoint(path, features!, weights, info, this.tree);
    this.saved = performance.now();
    session.emit({ type: 'checkpoint', path, reason });
  }

  /** Adds the time since the last call to the run's. */
  private tick(): void {
    const now = performance.now();
    this.at.seconds += (now - this.clock) / 1000;
    this.clock = now;
  }
}

/** A run that trains a linear model alone. */
export class LinearSession {
  /** Whether anything was written into the run folder. */
  hasBegun = false;
  private readonly training: LinearTraining;
  private log?: MetricsLog;

  constructor(
    private readonly session: Session,
    private readonly data: PreparedData,
    private readonly labels: StoredLabels,
  ) {
    this.training = new LinearTraining(session, data, labels);
  }

  async close(): Promise<void> {
    await this.training.close();
    await this.log?.close();
  }

  async run(): Promise<RunResult> {
    const { session, data, labels, training } = this;
    await training.begin((state) => {
      this.hasBegun = true;
      return openRunFolder(session, data, labels, state.metricsBytes).then((log) => (this.log = log));
    });
    const model = await this.model();
    const { state } = training;
    const epochs = state.best ? 1 : 0;
    return finishRun(session, model ? 'finished' : 'interrupted', { epochs, bestEpoch: epochs }, async () => {
      const told = {
        stopped: 'finished' as const,
        epochs: 1,
        ...(state.phase === 'retraining' && { retrainedEpochs: 1 }),
        vocabulary: data.vocabulary.size,
        parameters: model!.parameters,
        engine: { name: 'linear', build: buildName(kernelBuild()) },
        seconds: state.seconds,
      };
      return { model: model!, data, labels, state, told };
    });
  }

  /** Undefined where it was interrupted. */
  private async model(): Promise<LinearScorer | undefined> {
    const { session, data, training } = this;
    const retrains = session.config.training.retrainOnAll && data.validation !== undefined;
    try {
      const model = training.state.phase === 'training' ? await training.train() : undefined;
      return retrains ? await training.retrain() : model;
    } catch (error) {
      if (error instanceof Cancelled) return undefined;
      throw error;
    }
  }
}

const valueTexts: Record<BagValues, string> = {
  tfidf: 'counts, weighed by TF-IDF',
  'as-given': 'taken as given',
  'unit-length': 'taken as given, each document scaled to length 1',
};

const noFeatures = (isBag: boolean): UserError =>
  new UserError(
    'no-words',
    `No ${isBag ? 'feature' : 'word'} occurs in enough training documents${isBag ? '' : ' to be a feature'}`,
    `Set "linear.minDocuments"${isBag ? '' : ' or "linear.minWordLength"'} lower.`,
  );
