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
