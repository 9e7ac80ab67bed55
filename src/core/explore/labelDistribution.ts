/** How unevenly labels are spread: all from the documents per label. */
export interface LabelDistribution {
  /** Shannon entropy of the labels' shares, in bits, and relative to that of an even spread (1 = even). */
  entropy: number;
  evenness: number;
  /** Share of all label occurrences that the most frequent 1% and 10% of the labels have (at least one label). */
  topShare: { onePercent: number; tenPercent: number };
  /** Exponent a of documents ~ rank^-a: least squares over the logarithms of rank and count; undefined with fewer than three labels. */
  powerLaw?: { slope: number; r2: number };
  /** Labels and their share of the occurrences: those that together make the first half, the next 40% and the last 10%. */
  parts: { name: 'head' | 'middle' | 'tail'; labels: number; share: number }[];
}

/** @param counts documents of each label, descending, all above 0 */
export function labelDistribution(counts: ArrayLike<number>): LabelDistribution {
  const total = sum(counts, counts.length);
  let entropy = 0;
  for (let i = 0; i < counts.length; i++) entropy -= (counts[i] / total) * Math.log2(counts[i] / total);
  const share = (labels: number): number => (total ? sum(counts, Math.max(1, Math.ceil(labels))) / total : 0);
  return {
    entropy,
    evenness: counts.length > 1 ? entropy / Math.log2(counts.length) : counts.length,
    topShare: { onePercent: share(counts.length / 100), tenPercent: share(counts.length / 10) },
    powerLaw: counts.length >= 3 ? fitPowerLaw(counts) : undefined,
    parts: partsOf(counts, total),
  };
}

function sum(counts: ArrayLike<number>, first: number): number {
  let total = 0;
  for (let i = 0; i < Math.min(first, counts.length); i++) total += counts[i];
  return total;
}

function partsOf(counts: ArrayLike<number>, total: number): LabelDistribution['parts'] {
  const parts: LabelDistribution['parts'] = [];
  let label = 0;
  let seen = 0;
  for (const [name, until] of [
    ['head', 0.5],
    ['middle', 0.9],
    ['tail', 1],
  ] as const) {
    const [from, before] = [label, seen];
    while (label < counts.length && (seen < until * total || name === 'tail')) seen += counts[label++];
    parts.push({ name, labels: label - from, share: total ? (seen - before) / total : 0 });
  }
  return parts;
}

function fitPowerLaw(counts: ArrayLike<number>): { slope: number; r2: number } {
  const n = counts.length;
  let [sx, sy, sxx, sxy, syy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y] = [Math.log(i + 1), Math.log(counts[i])];
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
    syy += y * y;
  }
  const covariance = sxy - (sx * sy) / n;
  const [vx, vy] = [sxx - (sx * sx) / n, syy - (sy * sy) / n];
  return { slope: covariance / vx, r2: vy > 0 ? covariance ** 2 / (vx * vy) : 1 };
}

/** Ranks below this one are all kept: the head is read off one by one. */
const head = 50;
const pointsPerDecade = 40;

/**
 * The rank-frequency curve of labels: `[rank from 1, documents]`, thinned to points that lie evenly on a logarithmic axis,
 * first and last included. `counts`: documents per label, descending.
 */
export function rankCurve(counts: readonly number[]): [rank: number, documents: number][] {
  const curve: [number, number][] = [];
  let last = -1;
  for (let rank = 1; rank <= counts.length; rank++) {
    const step = rank <= head ? rank : head + Math.floor(Math.log10(rank / head) * pointsPerDecade);
    if (step === last && rank < counts.length) continue;
    last = step;
    curve.push([rank, counts[rank - 1]]);
  }
  return curve;
}
