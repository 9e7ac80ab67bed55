import type { Metrics } from './metrics.ts';
import { Rate, throttled, type OnProgress, type Progress } from './progress.ts';

/** What a run reports to its face while it works. Every face (terminal, runner, panel) uses these and nothing else. */
export type RunEvent =
  /** The first of a training run: its folder is locked from here on. `epochs` is what the config asks for at most. */
  | { type: 'begun'; folder: string; epochs: number; isResumed: boolean }
  | {
      type: 'phase';
      /** `linear`: the linear part of a blend, whose progress is in labels. */
      phase:
        | 'reading'
        | 'preparing'
        | 'word2vec'
        | 'linear'
        | 'training'
        | 'validating'
        | 'retraining'
        | 'testing'
        | 'baselines';
      message?: string;
    }
  /** `rate` is units per second; `secondsLeft` is for this phase, 0 while unknown. */
  | ({ type: 'progress'; rate: number; secondsLeft: number } & Progress)
  | { type: 'notice'; level: 'info' | 'warning'; message: string }
  /**
   * At most ten a second, and the last of each epoch. `epoch` and `step` count from 1; `epochs` are those of the phase, at
   * most; `done` and `total` are documents of this epoch; `secondsLeft` is for all epochs of the phase that remain.
   */
  | {
      type: 'step';
      epoch: number;
      epochs: number;
      step: number;
      loss: number;
      learningRate: number;
      documentsPerSecond: number;
      done: number;
      total: number;
      secondsLeft: number;
    }
  /** `trainLoss` is the mean over documents; `seconds` and the rate are of its training steps, validation not counted. */
  | {
      type: 'epoch';
      epoch: number;
      epochs: number;
      trainLoss: number;
      seconds: number;
      documentsPerSecond: number;
      validation?: Metrics;
      isBest: boolean;
    }
  | {
      type: 'checkpoint';
      path: string;
      reason: 'last' | 'best' | 'numbered' | 'best-epoch-loss' | 'best-batch-loss' | 'interrupted';
    }
  | { type: 'evaluated'; split: string; metrics: Metrics }
  /** A method that learns nothing, on the same split. `documents` is how many were scored. */
  | { type: 'baseline'; name: string; split: string; documents: number; metrics: Metrics }
  /** `bestEpoch` is 0 where no epoch was finished. */
  | {
      type: 'done';
      folder: string;
      epochs: number;
      bestEpoch: number;
      stopped: 'finished' | 'early' | 'interrupted';
    };

/** Makes events of the progress of a phase that begins now. */
export function progressEvents(emit: (event: RunEvent) => void, phase: string): OnProgress {
  const speed = new Rate();
  return throttled((progress) => {
    const { done, total } = progress;
    const secondsLeft = speed.secondsFor(total - done, done);
    emit({ type: 'progress', ...progress, phase, rate: speed.perSecond(done), secondsLeft });
  });
}
