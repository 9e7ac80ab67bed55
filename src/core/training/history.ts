import { UserError } from '../errors.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Phase } from './state.ts';

export interface EpochRecord {
  phase: Phase;
  /** From 1 in each phase. */
  epoch: number;
  /** Mean over documents. */
  trainLoss: number;
  /** Of the training steps; validation not counted. */
  documentsPerSecond: number;
  validation?: Metrics;
  isBest: boolean;
}

/** A point of the learning curve: the mean loss since the point before. */
export interface CurvePoint {
  phase: Phase;
  epoch: number;
  /** Batches since the phase began. */
  step: number;
  loss: number;
  learningRate: number;
}

/** What a run has logged so far, in the order of training. */
export interface RunHistory {
  epochs: EpochRecord[];
  points: CurvePoint[];
}

/** The history in the text of metrics.jsonl. Throws `UserError` `damaged-run`. */
export function parseHistory(text: string, file: string): RunHistory {
  const records = text
    .split('\n')
    .slice(0, -1)
    .map((line, i) => parseLine(line, file, i + 1));
  return {
    epochs: records.filter((record): record is { type: string } & EpochRecord => record.type === 'epoch'),
    points: records.filter((record): record is { type: string } & CurvePoint => record.type === 'step'),
  };
}

function parseLine(text: string, file: string, line: number): { type: string } {
  try {
    const record: unknown = JSON.parse(text);
    if (typeof record === 'object' && record !== null && 'type' in record) return record as { type: string };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const remedy = 'Remove the line; the rest of the curve is shown then.';
  throw new UserError('damaged-run', 'This line is no record of a run', remedy, { file, line });
}
