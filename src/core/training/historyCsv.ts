import { csv } from '../base/csv.ts';
import type { RunHistory } from './history.ts';

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
