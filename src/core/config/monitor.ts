/** What decides the best epoch: a figure, or the sum of several, of the validation split. */
export interface Monitor {
  /** Names as `Metrics` has them. */
  terms: string[];
  /** True for log loss: the smaller the better. */
  minimise: boolean;
}

export const rankingMetrics = ['P', 'nDCG', 'PSP', 'PSnDCG', 'R', 'RP'] as const;
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
export function parseMonitor(monitor: string): Monitor {
  const terms = monitor.split('+').map((term) => term.trim());
  return { terms: terms.map((term) => (isLoss(term) ? 'logLoss' : term)), minimise: terms.some(isLoss) };
}
