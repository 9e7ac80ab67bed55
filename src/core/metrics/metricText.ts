import type { Metrics } from '../base/metrics.ts';
/** Shares in percent with two digits ("61.23"), the log loss as it is. */
export function formatMetric(name: string, value: number | undefined): string {
  if (value === undefined) return '–';
  if (!Number.isFinite(value)) return String(value);
  return isLoss(name) ? value.toPrecision(4) : (value * 100).toFixed(2);
}

/** The same for a difference, with its sign: "+1.20", "−0.35". */
export function formatDifference(name: string, value: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = isLoss(name) ? value.toPrecision(3) : (value * 100).toFixed(2);
  if (Number(digits) === 0) return '±0';
  return value > 0 ? `+${digits}` : digits.replace('-', '−');
}

/** Of a loss, less is better. */
export const isLoss = (name: string): boolean => /loss/i.test(name);

/** Said under every table of figures on documents of which some have no label: they lower all of them. */
export const unlabelledText = (unlabelled: number): string =>
  `${unlabelled.toLocaleString('en')} of them ${unlabelled === 1 ? 'has no label and counts' : 'have no label and count'} 0.`;

/** Texts in Markdown tables stay as they are, whatever is in them. */
export const escapeMarkdown = (text: string): string => text.replace(/[\\`*_[\]<>|]/g, '\\$&').replace(/\r?\n/g, ' ');

/** A table; all columns but the first are right-aligned where they are numbers. Cells are Markdown. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  isNumbers = false,
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, i) => (i > 0 && isNumbers ? '---:' : '---'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** Where the linear model among the baselines is ahead of a network, as `P@1 90.00 against 80.00`; undefined where it is not. */
export function linearAhead(
  metrics: Metrics,
  baselines: readonly { name: string; metrics: Metrics }[],
): string | undefined {
  const linear = baselines.find(({ name }) => name === 'linear')?.metrics;
  const ahead = Object.keys(metrics).filter((name) => /^P@/.test(name) && linear && linear[name] > metrics[name]);
  if (!linear || ahead.length === 0) return undefined;
  return ahead
    .map((name) => `${name} ${formatMetric(name, linear[name])} against ${formatMetric(name, metrics[name])}`)
    .join(', ');
}
