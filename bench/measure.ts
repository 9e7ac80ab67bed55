import type { Figure } from './report.ts';

/** Milliseconds of repeated runs. */
export interface Timing {
  median: number;
  /** Fastest and slowest run. */
  low: number;
  high: number;
}

/** Warms up, then times each call; calls get their number. */
export async function time(
  runs: number,
  warmUp: number,
  work: (run: number) => Promise<unknown> | unknown,
): Promise<Timing> {
  for (let i = 0; i < warmUp; i++) await work(i);
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const begin = performance.now();
    await work(i);
    times.push(performance.now() - begin);
  }
  return timingOf(times);
}

export function timingOf(times: readonly number[]): Timing {
  const sorted = [...times].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], low: sorted[0], high: sorted[sorted.length - 1] };
}

export const milliseconds = ({ median, low, high }: Timing): Figure => ({ value: median, low, high, better: 'lower' });

export const seconds = ({ median, low, high }: Timing): Figure => ({
  value: median / 1000,
  low: low / 1000,
  high: high / 1000,
  better: 'lower',
});

/** Units per second, at the median and at the slowest and the fastest run. */
export const perSecond = (units: number, { median, low, high }: Timing): Figure => ({
  value: (units * 1000) / median,
  low: (units * 1000) / high,
  high: (units * 1000) / low,
  better: 'higher',
});

/** A figure of one run, or of many taken together. */
export const higher = (value: number): Figure => ({ value, better: 'higher' });
export const lower = (value: number): Figure => ({ value, better: 'lower' });
/** What was measured, where neither way is better. */
export const plain = (value: number): Figure => ({ value });

export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
