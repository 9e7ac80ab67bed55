import type { RunConfig } from '../config/runConfig.ts';
import { createMonitor } from '../config/monitor.ts';
import { chooseEngine } from '../engine/engines/chooseEngine.ts';
import { prepareData, type PreparedData } from '../text/prepare.ts';
import type { EngineFactory } from './engineOptions.ts';
import { storedLabels } from './evaluateRun.ts';
import type { RunEvent } from '../base/events.ts';
import { blendConfig, BlendSession } from './blendTrainer.ts';
import { linearPart } from './linearCheckpoint.ts';
import { linearConfig, LinearSession } from './linearTrainer.ts';
import { isMean } from './meanModel.ts';
import { NetworkSession } from './networkTrainer.ts';
import { checkSameCorrections, runToResume } from './resume.ts';
import { refuseSeeds, SeedsSession, type TrainMember } from './seedsTrainer.ts';
import { checkData, type Session, withSegmenterVersion, withWayOn } from './trainingRun.ts';
import { claimRun, type StoredLabels } from './runFolder.ts';
import type { RunResult } from './runSummary.ts';

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
 * Trains as the config says, and evaluates the best weights; all of it in a run folder.
 * Throws `UserError`; `Cancelled` where the signal is aborted before training begins. Later, an aborted run is a result.
 */
export function train(config: RunConfig, options: TrainOptions): Promise<RunResult> {
  const makeEngine: EngineFactory = async (o, begun) => {
    const { engine, reason } = await chooseEngine(config.engine.name, o, begun);
    if (reason !== undefined) options.onEvent({ type: 'notice', level: 'info', message: reason });
    return engine;
  };
  return trainWith(config, options, { prepare: prepareData, makeEngine });
}

/** What trains one kind of model in a run folder. */
interface Training {
  /** Whether anything was written into the run folder. */
  readonly hasBegun: boolean;
  run(): Promise<RunResult>;
  close(): Promise<void>;
}

interface Kind {
  config: RunConfig;
  /** Epochs that the config asks for at most. */
  epochs: number;
  resume?: string;
  training(session: Session, data: PreparedData, labels: StoredLabels): Training;
}

async function kindOf(stated: RunConfig, options: TrainOptions, makeEngine: EngineFactory): Promise<Kind> {
  const config = withSegmenterVersion(stated);
  const { resume } = options;
  if (isMean(config)) return seedsKind(config, options, makeEngine);
  if (config.model.type === 'linear')
    return { config: linearConfig(config), epochs: 1, resume, training: (...parts) => new LinearSession(...parts) };
  const { epochs } = config.training;
  if (config.model.type === 'blend') {
    const training: Kind['training'] = (...parts) => new BlendSession(...parts, makeEngine);
    return { config: blendConfig(config), epochs, resume, training };
  }
  return {
    config,
    epochs,
    resume: resume ?? (await runToResume(config)),
    training: (...parts) => new NetworkSession(...parts, makeEngine),
  };
}

/** Members are runs of their own, on the documents that were prepared once. */
function seedsKind(config: RunConfig, options: TrainOptions, makeEngine: EngineFactory): Kind {
  refuseSeeds(config);
  const { resume, signal, checkpointSeconds } = options;
  const trainMember: TrainMember = (own, data, { onEvent, resume: begun }) =>
    trainWith(
      own,
      { signal, checkpointSeconds, onEvent, resume: begun },
      { prepare: () => Promise.resolve(data), makeEngine },
    );
  const training: Kind['training'] = (...parts) => new SeedsSession(...parts, trainMember);
  return { config, epochs: config.training.epochs, resume, training };
}

/** The same with other sources of data and engines. */
export async function trainWith(
  stated: RunConfig,
  options: TrainOptions,
  parts: { prepare: typeof prepareData; makeEngine: EngineFactory },
): Promise<RunResult> {
  createMonitor(stated.training.monitor, stated.evaluation.k);
  const { config, epochs, resume, ...kind } = await kindOf(stated, options, parts.makeEngine);
  const { configFile, signal, onEvent, checkpointSeconds = 60 } = options;
  const claimed = await claimRun(config, { configFile, resume });
  const { paths, isResumed } = claimed;
  let training: Training | undefined;
  try {
    onEvent({ type: 'begun', folder: paths.folder, epochs, isResumed });
    const data = await parts.prepare(config, { signal, onEvent });
    await checkSameCorrections(claimed, data.corrections);
    const labels = storedLabels(config, data);
    checkData(config, data, labels);
    training = kind.training({ config, claimed, emit: onEvent, signal, checkpointSeconds }, data, labels);
    return await training.run();
  } catch (error) {
    if (training?.hasBegun) throw await withWayOn(error, ['last', `${linearPart}-last`].map(paths.checkpoint));
    await claimed.discard();
    throw error;
  } finally {
    try {
      await training?.close();
    } finally {
      await claimed.release();
    }
  }
}
