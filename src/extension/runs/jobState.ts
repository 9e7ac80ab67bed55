import type { Progress } from '../../core/base/progress.ts';
import { basename } from 'node:path';
import type { RunEvent } from '../../core/base/events.ts';
import { shortName } from './shortName.ts';

type JobKind = 'train' | 'resume' | 'evaluate';
export type JobPhase = Extract<RunEvent, { type: 'phase' }>['phase'] | 'starting';

/** What is known of a job while it runs: a pure function of the events of its process. */
export interface JobState {
  readonly kind: JobKind;
  /** What it works on, for people: the config's or the run's name. */
  readonly title: string;
  /** The run folder; absent until training has made it. */
  readonly folder?: string;
  readonly phase: JobPhase;
  /** It was asked to stop, and has not ended yet. */
  readonly isStopping: boolean;
  /** The epoch at work, from 1, and how many there are at most. */
  readonly epoch?: number;
  readonly epochs?: number;
  /** Share of the present epoch or phase that is done, 0 to 1. */
  readonly share?: number;
  readonly rate?: { readonly perSecond: number; readonly unit: Progress['unit'] };
  /** Of all epochs while training, else of the phase. */
  readonly secondsLeft?: number;
  /** Validation P@1 of the last and of the best epoch, 0 to 1. */
  readonly precision?: number;
  readonly bestPrecision?: number;
}

export const startOf = (kind: JobKind, title: string, folder?: string): JobState => ({
  kind,
  title,
  folder,
  phase: 'starting',
  isStopping: false,
});

export const stopping = (state: JobState): JobState => ({ ...state, isStopping: true });

/** The state after an event. */
export function advance(state: JobState, event: RunEvent): JobState {
  switch (event.type) {
    case 'begun':
      return { ...state, folder: event.folder, title: shortName(basename(event.folder)), epochs: event.epochs };
    case 'phase':
      // validation interrupts training for a moment: what is known of the whole stays
      return {
        ...state,
        phase: event.phase,
        share: undefined,
        ...(event.phase === 'retraining' && { epoch: undefined }), // they are counted again
        ...(!(isEpoch(state.phase) && isEpoch(event.phase)) && unknownPace),
      };
    case 'progress': {
      const { done, total, rate: perSecond, unit, secondsLeft } = event;
      if (state.phase === 'validating') return { ...state, share: shareOf(done, total) };
      return { ...state, share: shareOf(done, total), rate: { perSecond, unit }, secondsLeft };
    }
    case 'step': {
      const { epoch, epochs, done, total, documentsPerSecond: perSecond, secondsLeft } = event;
      return {
        ...state,
        epoch,
        epochs,
        share: shareOf(done, total),
        rate: { perSecond, unit: 'documents' },
        secondsLeft,
      };
    }
    case 'epoch': {
      const precision = event.validation?.['P@1'];
      const bestPrecision = event.isBest ? precision : state.bestPrecision;
      return { ...state, epoch: event.epoch, precision, bestPrecision };
    }
    default:
      return state;
  }
}

const isEpoch = (phase: JobPhase): boolean => ['training', 'validating', 'retraining'].includes(phase);

const unknownPace = { rate: undefined, secondsLeft: undefined };

const shareOf = (done: number, total: number): number | undefined =>
  total > 0 ? Math.min(1, done / total) : undefined;
