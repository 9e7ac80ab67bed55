/** Which words of a text are kept, and which are drawn as negatives (Mikolov et al. 2013, as the original program does it). */

/**
 * Probability of keeping an occurrence of each word, 1 at most. `sample` is the share of all words above which occurrences are
 * left out; 0 keeps all.
 */
export function keepProbabilities(counts: ArrayLike<number>, sample: number): Float64Array {
  const threshold = sample * sumOf(counts);
  return Float64Array.from(counts, (count) =>
    sample > 0 ? Math.min(1, (Math.sqrt(count / threshold) + 1) * (threshold / count)) : 1,
  );
}

/** Walker's alias table (by Vose): row i stands for itself where 32 random bits are below `cuts[i]`, else for `others[i]`. */
export interface AliasTable {
  cuts: Uint32Array;
  others: Int32Array;
}

/** The table by which words are drawn with probabilities proportional to count ^ exponent. */
export function aliasTable(counts: ArrayLike<number>, exponent: number): AliasTable {
  const weights = Float64Array.from(counts, (count) => count ** exponent);
  const scale = weights.length / sumOf(weights);
  const shares = weights.map((weight) => weight * scale); // 1 on average
  const table = { cuts: new Uint32Array(weights.length).fill(0xffffffff), others: new Int32Array(weights.length) };
  const small: number[] = [];
  const large: number[] = [];
  shares.forEach((share, i) => ((table.others[i] = i), (share < 1 ? small : large).push(i)));
  while (small.length && large.length) {
    const [low, high] = [small.pop()!, large.pop()!];
    table.cuts[low] = Math.min(0xffffffff, Math.round(shares[low] * 2 ** 32));
    table.others[low] = high;
    shares[high] -= 1 - shares[low];
    (shares[high] < 1 ? small : large).push(high);
  }
  return table;
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}
