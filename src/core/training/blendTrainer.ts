/** Trains blends: a linear model, a network, and how much each of them counts; in one run folder. */
import type { RunConfig } from '../config/runConfig.ts';
import { createMonitor } from '../config/monitor.ts';
import { Cancelled } from '../base/errors.ts';
import { progressEvents } from '../base/events.ts';
import type { LinearScorer } from '../linear/linearModel.ts';
import { BlendChooser } from '../metrics/blendWeights.ts';
import { formatMetric } from '../metrics/metricText.ts';
import { parameterCount } from '../model/network.ts';
import { type Corpus, countLabels, labelsOf } from '../text/corpus.ts';
import type { PreparedData } from '../text/prepare.ts';
import { networkData } from '../text/preparedData.ts';
import { withTrainedVectors } from '../word2vec/trainedVectors.ts';
import {
  type BlendInfo,
  BlendModel,
  blendPart,
  readBlendInfo,
  unfinished,
  weightText,
  writeBlendInfo,
} from './blendModel.ts';
import { identityOfNames, readCheckpointInfo } from './checkpoint.ts';
import { makeBatch, pauses } from './corpusBatches.ts';
import type { EngineFactory } from './engineOptions.ts';
import { evaluatorOptions, validateModel } from './evaluateRun.ts';
import { finishRun } from './finishRun.ts';
import { LinearTraining, refuseOtherStart } from './linearTrainer.ts';
import type { MetricsLog } from './metricsLog.ts';
import { NetworkTraining } from './networkTrainer.ts';
import { exists, type StoredLabels } from './runFolder.ts';
import type { RunResult } from './runSummary.ts';
import { openRunFolder, type Session } from './trainingRun.ts';
import { initialState } from './trainingState.ts';

/** The config as a blend keeps it. Throws `UserError` for what such a run cannot do. */
export function blendConfig(config: RunConfig): RunConfig {
  refuseOtherStart(config, 'A blend');
  return config;
}

export class BlendSession {
  /** Whether anything was written into the run folder. */
  hasBegun = false;
  private readonly linear: LinearTraining;
  private network?: NetworkTraining;
  private log?: MetricsLog;
  private info?: BlendInfo;
  /** How the network's first phase ended. */
  private stopped: 'finished' | 'early' = 'finished';

  constructor(
    private readonly session: Session,
    private readonly data: PreparedData,
    private readonly labels: StoredLabels,
    private readonly makeEngine: EngineFactory,
  ) {
    this.linear = new LinearTraining(session, data, labels, 'part');
  }

  async close(): Promise<void> {
    await this.linear.close();
    await this.network?.close();
    await this.log?.close();
  }

  async run(): Promise<RunResult> {
    const { session, data, labels } = this;
    const model = await this.begin()
      .then(() => this.trained())
      .catch((error: unknown) => {
        if (error instanceof Cancelled && this.hasBegun) return undefined;
        throw error;
      });
    const { counts = { epochs: 0, bestEpoch: 0 } } = this.network ?? {};
    return finishRun(session, model ? this.stopped : 'interrupted', counts, async () => {
      const { linear, network, info } = { linear: this.linear, network: this.network!, info: this.info! };
      const blend = new BlendModel(model!, await network.withBest(), info);
      const { shape, build, name } = blend.network;
      const told = {
        stopped: this.stopped,
        epochs: counts.epochs,
        ...(network.state.phase === 'retraining' && { retrainedEpochs: network.state.epoch }),
        vocabulary: data.vocabulary.size,
        parameters: model!.parameters + parameterCount(shape),
        engine: { name, build },
        seconds: linear.state.seconds + network.state.seconds,
        partSeconds: { linear: linear.state.seconds, network: network.state.seconds },
      };
      const { phase } = network.state;
      return { model: blend, data, labels, state: { phase, best: info.best }, told };
    });
  }

  /** Both parts go on where the last checkpoint of either stands: they are trained one after the other. */
  private async begin(): Promise<void> {
    const { session, data, labels, linear } = this;
    const { paths, isResumed } = session.claimed;
    const last = paths.checkpoint('last');
    const network = isResumed && (await exists(last)) ? (await readCheckpointInfo(last)).state : initialState();
    await linear.begin(async (state) => {
      const blend = paths.checkpoint(blendPart);
      if (isResumed && state.best && (await exists(blend))) this.info = await readBlendInfo(blend);
      this.hasBegun = true;
      const keep = Math.max(state.metricsBytes, network.metricsBytes);
      return (this.log = await openRunFolder(session, data, labels, keep));
    });
  }

  /** The linear part as it scores, once the network has come to its end too. Throws `Cancelled`. */
  private async trained(): Promise<LinearScorer> {
    const { session, linear, data } = this;
    const retrains = session.config.training.retrainOnAll && data.validation !== undefined;
    let model: LinearScorer | undefined;
    if (!this.info) {
      if (linear.state.phase === 'retraining') throw unfinished(session.claimed.paths.checkpoint(blendPart));
      model = await linear.train();
      await this.trainNetwork();
      await this.choose(model);
    }
    if (!retrains) {
      model ??= await linear.train();
      if (!this.network) await this.trainNetwork();
      return model;
    }
    model = await linear.retrain();
    if (!this.network) await this.trainNetwork();
    if (!(await this.network!.retrain(this.stopped))) throw new Cancelled();
    return model;
  }

  /** Where the network has finished its epochs before, it is put where it stood. */
  private async trainNetwork(): Promise<void> {
    const { session, labels } = this;
    const { config, emit, signal, claimed } = session;
    const data = await withTrainedVectors(config, networkData(config, this.data), { signal, onEvent: emit });
    const isResumed = claimed.isResumed && (await exists(claimed.paths.checkpoint('last')));
    const own = { ...session, claimed: { ...claimed, isResumed } };
    const network = (this.network = new NetworkTraining(own, data, labels, this.makeEngine));
    await network.begin(async () => this.log!);
    const stopped = await network.train();
    if (stopped === 'interrupted') throw new Cancelled();
    this.stopped = stopped;
  }

  /** Weighs the two on validation, as they were trained without it. */
  private async choose(linear: LinearScorer): Promise<void> {
    const { session, data, labels, network } = this;
    const { config, claimed, emit } = session;
    const engine = await network!.withBest();
    const { best: reached } = network!.state;
    const { outputs } = labels;
    const validation = data.validation?.size ? data.validation : undefined;
    const even = { weight: 1 / 2, bands: [], parts: { linear: {}, network: {} } };
    const unknown = { weights: new Float32Array(outputs), parts: even.parts };
    if (!validation) emit({ type: 'notice', level: 'warning', message: unweighed });
    const chosen = validation ? await this.weigh(new BlendModel(linear, engine, unknown), validation) : even;
    const weights = BlendChooser.byLabel(countLabels(data.train, outputs), outputs, chosen);
    const { bands, parts } = chosen;
    const blend = new BlendModel(linear, engine, { weights, parts });
    const judged = validation && (await validateModel(blend, validation, evaluatorOptions(config, labels), session));
    const score = judged && createMonitor(config.training.monitor, config.evaluation.k)(judged.metrics);
    const best = { epoch: reached!.epoch, score, validation: judged?.metrics, ...judged?.tuned };
    this.info = { weights, bands, best, parts, ...identityOfNames(data.vocabulary.words, labels) };
    if (config.training.save) await writeBlendInfo(claimed.paths.checkpoint(blendPart), this.info);
    emit({ type: 'notice', level: 'info', message: this.told(this.info) });
  }

  private async weigh(model: BlendModel, validation: Corpus) {
    const { session, labels, data, linear, network } = this;
    const { config, emit, signal } = session;
    emit({ type: 'phase', phase: 'validating' });
    const { outputs } = labels;
    const options = evaluatorOptions(config, labels);
    const counts = new Uint32Array(labels.names.length);
    counts.set(countLabels(data.train, outputs));
    const monitor = createMonitor(config.training.monitor, config.evaluation.k);
    const shape = { labels: outputs, documents: validation.size };
    const chooser = new BlendChooser({ ...options, trainLabelCounts: counts }, monitor, shape);
    const pause = pauses(validation, { signal, onProgress: progressEvents(emit, 'validating') });
    const onParts = (d: number, first: Float32Array, second: Float32Array): void =>
      chooser.add(first, second, labelsOf(validation, d));
    await model.partLogits(makeBatch(validation, 0, validation.size), onParts, pause);
    const chosen = await chooser.best({ signal, onProgress: progressEvents(emit, 'validating') });
    const of = ({ validation: metrics, threshold, own, topK }: BlendInfo['best']) => ({
      validation: metrics,
      threshold,
      own,
      topK,
    });
    return { ...chosen, parts: { linear: of(linear.state.best!), network: of(network!.state.best!) } };
  }

  /** The weights, and what each part and both together reach on validation. */
  private told({ parts, best, ...weights }: BlendInfo): string {
    const { k } = this.session.config.evaluation;
    const names = k.map((cutoff) => `P@${cutoff}`);
    const figures = (metrics: BlendInfo['best']['validation']): string =>
      metrics ? names.map((name) => formatMetric(name, metrics[name])).join(' / ') : '–';
    const reached = `${names.join(' / ')} on validation: linear ${figures(parts.linear.validation)}, network ${figures(parts.network.validation)}, blend ${figures(best.validation)}`;
    return `Weights: ${weightText(weights)}. ${reached}.`;
  }
}

const unweighed =
  'There are no validation documents: linear model and network count one half each, and no threshold is tuned.';
