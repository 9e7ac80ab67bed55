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
  times.sort((a, b) => a - b);
  return { median: times[times.length >> 1], low: times[0], high: times[times.length - 1] };
}

/** `123 (110-150)`: units per second at the median, and at the slowest and fastest run. */
export function perSecond(units: number, t: Timing): string {
  const rate = (ms: number): string => Math.round((units * 1000) / ms).toLocaleString('en');
  return `${rate(t.median)} (${rate(t.high)}-${rate(t.low)})`;
}

export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
