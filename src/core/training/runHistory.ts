import { UserError } from '../base/errors.ts';
import { metricsSchema, type Metrics } from '../base/metrics.ts';
import {
  accepts,
  boolean,
  integer,
  nullable,
  number,
  object,
  oneOf,
  optional,
  parseJson,
  part,
  string,
  type Schema,
} from '../base/schema.ts';
import type { Phase } from './trainingState.ts';
import { csv } from '../base/csv.ts';

export interface EpochRecord {
  phase: Phase;
  /** From 1 in each phase. */
  epoch: number;
  /** Mean over documents. */
  trainLoss: number;
  /** Of the training steps; validation not counted. */
  documentsPerSecond: number;
  /** Of the training steps, in seconds. */
  epochSeconds?: number;
  validation?: Metrics;
  isBest: boolean;
}

/** A point of the learning curve: the mean loss since the point before. */
interface CurvePoint {
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

/** The end of a history that somebody has already. */
export interface HistoryEnd {
  epochs: number;
  points: number;
  lastEpoch?: EpochRecord;
  lastPoint?: CurvePoint;
}

/** What was logged since; all of it where the run went on from before that end. */
export function historySince({ epochs, points }: RunHistory, known: HistoryEnd): RunHistory & { isRest: boolean } {
  const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const isRest = isSame(epochs[known.epochs - 1], known.lastEpoch) && isSame(points[known.points - 1], known.lastPoint);
  if (!isRest) return { epochs, points, isRest };
  return { epochs: epochs.slice(known.epochs), points: points.slice(known.points), isRest };
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

/** JSON has null for a loss that is no number. */
const figure = nullable(number());
const anyRecord = object(part, { type: string() });
const inPhase = { type: string(), phase: oneOf(['training', 'retraining']), epoch: integer() };
/** Records of other types are passed over, so they may hold anything. */
const recordSchemas = new Map<string, Schema>([
  [
    'epoch',
    object(part, {
      ...inPhase,
      trainLoss: figure,
      documentsPerSecond: figure,
      isBest: boolean(),
      epochSeconds: optional(figure),
      validation: optional(metricsSchema),
    }),
  ],
  ['step', object(part, { ...inPhase, step: figure, loss: figure, learningRate: figure })],
]);

function parseLine(text: string, file: string, line: number): { type: string } {
  const found = parseJson(text, anyRecord);
  if (found && accepts(recordSchemas.get(found.type) ?? anyRecord, found)) return found;
  const remedy = 'Remove the line; the rest of the curve is shown then.';
  throw new UserError('damaged-run', 'This line is no record of a run', remedy, { file, line });
}

/**
 * The curves of runs as one CSV: a row for each point of the loss curve (`kind` is `step`) and for each epoch, with a
 * column for each validation metric.
 */
export function historyCsv(runs: readonly { name: string; history: RunHistory }[]): string {
  const all = runs.flatMap(({ history }) => history.epochs.flatMap(({ validation }) => Object.keys(validation ?? {})));
  const metrics = [...new Set(all)];
  const head = ['run', 'phase', 'kind', 'epoch', 'step', 'loss', 'learningRate', 'best', ...metrics];
  const rows = runs.flatMap(({ name, history: { points, epochs } }) => [
    ...points.map((p) => [name, p.phase, 'step', p.epoch, p.step, p.loss, p.learningRate]),
    ...epochs.map(({ phase, epoch, trainLoss, isBest, validation }) => [
      ...[name, phase, 'epoch', epoch, lastStep({ points, epochs }, phase, epoch), trainLoss, undefined, isBest],
      ...metrics.map((metric) => validation?.[metric]),
    ]),
  ]);
  return csv([head, ...rows.map((cells) => head.map((_, i) => cells[i]))]);
}

/** The step at which an epoch ended; undefined where no point of it was logged. */
const lastStep = ({ points }: RunHistory, phase: string, epoch: number): number | undefined =>
  points.findLast((point) => point.phase === phase && point.epoch === epoch)?.step;
