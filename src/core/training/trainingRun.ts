import type { RunConfig } from '../config/runConfig.ts';
import type { Engine } from '../engine/engine.ts';
import type { Weights } from '../model/network.ts';
import { Cancelled } from '../base/errors.ts';
import type { EvaluatorOptions } from '../metrics/evaluator.ts';
import type { RunIdentity } from './checkpoint.ts';
import type { RunEvent } from '../base/events.ts';
import type { MetricsLog } from './metricsLog.ts';
import type { Monitor } from '../config/monitor.ts';
import type { RunPaths } from './runFolder.ts';
import type { TrainingState } from './trainingState.ts';

/** What the parts of a training session share. */
export interface Run {
  readonly config: RunConfig;
  readonly paths: RunPaths;
  readonly identity: RunIdentity;
  /** What word and label ids stand for. */
  readonly names: { words: readonly string[]; labels: readonly string[] };
  readonly evaluator: EvaluatorOptions;
  readonly monitor: Monitor;
  readonly log: MetricsLog;
  readonly emit: (event: RunEvent) => void;
  readonly signal?: AbortSignal;
  /** Seconds between checkpoints in mid-epoch. */
  readonly checkpointSeconds: number;
  engine: Engine;
  state: TrainingState;
  /** Scoring weights of the best epoch, where checkpoints are not saved. */
  bestWeights?: Weights;
}

export function throwIfAborted({ signal }: Pick<Run, 'signal'>): void {
  if (signal?.aborted) throw new Cancelled();
}

/** Runs `work` with the weights that score: the averaged ones where EMA is on. The raw weights are put back, bit for bit. */
export async function withScoringWeights<T>({ config, engine }: Run, work: () => Promise<T>): Promise<T> {
  if (config.training.ema === 0) return work();
  const raw = await engine.readWeights();
  await engine.writeWeights(await engine.readAverage());
  try {
    return await work();
  } finally {
    await engine.writeWeights(raw);
  }
}
