import type { Metrics } from '../base/metrics.ts';
import type { TunedDecisions } from '../metrics/decision.ts';

export type Phase = 'training' | 'retraining';

/** The best epoch so far, and how to decide with its weights. */
export interface Best extends TunedDecisions {
  /** Counted from 1. */
  epoch: number;
  /** Value of the monitor, higher is better; absent without validation, where the latest epoch counts as the best. */
  score?: number;
  /** Validation metrics of that epoch. */
  validation?: Metrics;
}

/** Where a run stands between two batches: with weights and optimiser state, all that a bit-exact resume needs. */
export interface TrainingState {
  phase: Phase;
  /** Epochs finished in this phase. */
  epoch: number;
  /** Batches done of the current epoch. */
  batch: number;
  /** Loss of the current epoch so far, summed over documents. */
  lossSum: number;
  /** The same since the last point of the learning curve. */
  curve: { lossSum: number; documents: number };
  best?: Best;
  /** Smallest mean training loss of an epoch, and of a batch among those looked at; kept where the config asks for them. */
  bestEpochLoss?: number;
  bestBatchLoss?: number;
  /** How the first phase ended and after how many epochs, once retraining has begun. */
  ended?: { stopped: 'finished' | 'early'; epochs: number };
  /** Length of metrics.jsonl that this state vouches for. */
  metricsBytes: number;
  /** Wall-clock seconds spent on the run. */
  seconds: number;
  /** Wall-clock seconds spent on the current epoch's batches. */
  epochSeconds: number;
}

export const initialState = (): TrainingState => ({
  phase: 'training',
  epoch: 0,
  batch: 0,
  lossSum: 0,
  curve: { lossSum: 0, documents: 0 },
  metricsBytes: 0,
  seconds: 0,
  epochSeconds: 0,
});

/** Epochs since the best one; what early stopping counts. */
export const epochsSinceBest = ({ epoch, best }: TrainingState): number => (best ? epoch - best.epoch : 0);
