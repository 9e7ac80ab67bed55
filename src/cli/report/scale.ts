/** Maps data to pixels and says where the ticks of an axis are. */
export interface Scale {
  at(value: number): number;
  /** Labelled ticks. */
  ticks: number[];
  /** Ticks between them, without a label. */
  minor: number[];
}

/** Linear scale over ticks at 1, 2 or 5 times a power of ten; the range grows to whole ticks where `nice`. */
export function linearScale(
  [low, high]: [number, number],
  [from, to]: [number, number],
  options: { count?: number; nice?: boolean; whole?: boolean } = {},
): Scale {
  if (!(high > low)) {
    const half = Math.abs(low) / 2 || 0.5;
    [low, high] = [low - half, low + half];
  }
  const step = niceStep((high - low) / (options.count ?? 5), options.whole ?? false);
  if (options.nice) {
    low = Math.floor(low / step + 1e-9) * step;
    high = Math.ceil(high / step - 1e-9) * step;
  }
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => tidy((first + i) * step));
  return { at: (v) => from + ((v - low) / (high - low)) * (to - from), ticks, minor: [] };
}

/** Logarithmic scale (base 10) from 1 up to a whole power of ten or a 2 or 5 times it; values below 1 are outside. */
export function logScale(high: number, [from, to]: [number, number]): Scale {
  const top =
    [1, 2, 5, 10].map((m) => m * 10 ** Math.floor(Math.log10(Math.max(high, 1)))).find((t) => t >= high) ?? high;
  const end = Math.max(top, 10);
  const ticks: number[] = [];
  const minor: number[] = [];
  for (let decade = 1; decade <= end; decade *= 10) {
    ticks.push(decade);
    for (let m = 2; m < 10 && m * decade <= end; m++) minor.push(m * decade);
  }
  return { at: (v) => from + (Math.log10(v) / Math.log10(end)) * (to - from), ticks, minor };
}

function niceStep(raw: number, whole: boolean): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * (1 - 1e-9)) ?? 10 * power;
  return whole ? Math.max(1, Math.round(step)) : step;
}

const tidy = (n: number): number => Number(n.toPrecision(12));
