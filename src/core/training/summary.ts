import type { Metrics } from '../base/metrics.ts';
import type { Best } from './state.ts';

/** A baseline's figures on the evaluated split. */
export interface BaselineFigures {
  name: string;
  documents: number;
  metrics: Metrics;
}

/** summary.json: how a run ended. */
export interface Summary {
  stopped: 'finished' | 'early';
  /** Epochs trained, and of these the best; `score` is the value of `monitor`, higher is better. */
  epochs: number;
  best: Best;
  monitor: string;
  /** Epochs on train and validation together, where the config asks for them. */
  retrainedEpochs?: number;
  /** The split evaluated at the end with the best weights. */
  evaluated?: { split: string; documents: number; metrics: Metrics };
  baselines: BaselineFigures[];
  documents: { train: number; validation: number; test: number };
  labels: number;
  vocabulary: number;
  parameters: number;
  engine: { name: string; build: string };
  /** Wall-clock of training and validation. */
  seconds: number;
  /** ISO 8601. */
  finishedAt: string;
}

export interface RunResult {
  folder: string;
  name: string;
  stopped: 'finished' | 'early' | 'interrupted';
  epochs: number;
  /** 0 where no epoch was finished. */
  bestEpoch: number;
  /** Absent where the run was interrupted. */
  summary?: Summary;
}
