import { UserError } from '../base/errors.ts';
import type { Metrics } from '../base/metrics.ts';

/** What decides the best epoch: a figure, or the sum of several, of the validation split. */
interface MonitorTerms {
  /** Names as `Metrics` has them. */
  terms: string[];
  /** True for log loss: the smaller the better. */
  minimise: boolean;
}

const rankingMetrics = ['P', 'nDCG', 'PSP', 'PSnDCG', 'R', 'RP'] as const;
const otherMetrics = ['microF1', 'macroF1'] as const;

/** Every figure that can be monitored with these cut-offs. */
export const monitorable = (ks: readonly number[]): string[] => [
  ...rankingMetrics.flatMap((name) => ks.map((k) => `${name}@${k}`)),
  ...otherMetrics,
  'loss',
  'logLoss',
];

const isLoss = (term: string): boolean => term === 'loss' || term === 'logLoss';

/** Reads a monitor such as `P@1`, `P@1+P@5` or `loss`. */
export function parseMonitor(monitor: string): MonitorTerms {
  const terms = monitor.split('+').map((term) => term.trim());
  return { terms: terms.map((term) => (isLoss(term) ? 'logLoss' : term)), minimise: terms.some(isLoss) };
}

/** Turns validation metrics into the number that decides the best epoch: the higher the better. */
export type Monitor = (metrics: Metrics) => number;

/**
 * Reads `training.monitor`: a metric, a sum such as `P@1+P@5`, or `loss` (log loss), of which the smallest is best.
 * Throws `UserError` for what validation does not compute.
 */
export function createMonitor(text: string, ks: readonly number[]): Monitor {
  const { terms, minimise } = parseMonitor(text);
  const known = monitorable(ks);
  const unknown = terms.find((term) => !known.includes(term));
  if (unknown !== undefined) throw badMonitor(text, `names "${unknown}", which is not computed`, known);
  if (minimise && terms.length > 1)
    throw badMonitor(text, 'adds a loss to figures of which the higher is better', known);
  return minimise ? (metrics) => -metrics.logLoss : (metrics) => terms.reduce((sum, term) => sum + metrics[term], 0);
}

const badMonitor = (text: string, why: string, known: string[]): UserError =>
  new UserError(
    'bad-monitor',
    `The monitor "${text}" ${why}`,
    `Set "training.monitor" to one of ${known.join(', ')}, or to several (other than the loss) joined by +.`,
  );
