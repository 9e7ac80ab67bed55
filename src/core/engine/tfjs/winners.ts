import type { NetworkShape } from '../../model/network.ts';
import type { DistinctWords } from '../distinct.ts';
import type { WindowTable } from './windowTable.ts';

/** The window that each pooled unit of one filter size comes from. Both [B, S_k] */
export interface Winners {
  filters: Int32Array;
  /** Place of the window's first word in `DistinctWords.tokens`. */
  starts: Int32Array;
}

/** @param winners as `Pooled.winners`: numbers of windows in their rows; for `seed`, of outputs [F, n]. [B, S_k] */
export function winnersOf(winners: ArrayLike<number>, tables: WindowTable[], shape: NetworkShape): Winners {
  const documents = tables.reduce((sum, table) => sum + table.documents, 0);
  const units = winners.length / documents;
  const found = { filters: new Int32Array(winners.length), starts: new Int32Array(winners.length) };
  const isSeed = shape.pooling === 'seed';
  for (const { first, documents, length, starts } of tables) {
    for (let at = first * units; at < (first + documents) * units; at++) {
      const [d, u] = [Math.floor(at / units) - first, at % units];
      const row = isSeed ? d : d * shape.pools + (u % shape.pools);
      // where nothing compares (not a number), the first
      const window = isSeed ? winners[at] % length : winners[at] < length ? winners[at] : 0;
      found.starts[at] = starts[row * length + window];
      found.filters[at] = Math.floor(isSeed ? winners[at] / length : u / shape.pools);
    }
  }
  return found;
}

/**
 * Adds the gradient of the projections and of the biases: a unit's gradient goes to its winning window alone, to the
 * projection of each of the k words there. The order of the sums is fixed.
 * @param gradient of the units before the ReLU: rows of `stride`, this size's units from `base`. [B, S]
 * @param target projections [U k, F] and bias [F]
 */
export function scatterGradient(
  { filters, starts }: Winners,
  gradient: ArrayLike<number>,
  { stride, base, units }: { stride: number; base: number; units: number },
  { tokens }: DistinctWords,
  k: number,
  target: { projections: Float32Array; bias: Float32Array },
): void {
  const { projections, bias } = target;
  for (let at = 0; at < starts.length; at++) {
    const g = gradient[Math.floor(at / units) * stride + base + (at % units)];
    if (g === 0) continue;
    const f = filters[at];
    bias[f] += g;
    for (let j = 0; j < k; j++) projections[(tokens[starts[at] + j] * k + j) * bias.length + f] += g;
  }
}
