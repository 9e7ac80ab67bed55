import { bitsAt, dropThreshold, key32, Stream } from '../../base/random.ts';

/** Dropout of one training step. `step` counts the steps done before it. */
export interface DropoutKey {
  seed: number;
  step: number;
}

/** Factors for the vectors of distinct words: 0 where dropped, else 1 / (1 - rate). [U, D], or nothing without dropout. */
export function wordMasks({ seed, step }: DropoutKey, ids: Int32Array, dim: number, rate: number): Masks {
  return masks(ids.length, dim, rate, (u) => key32(seed, Stream.wordDropout, step, ids[u]));
}

/** Factors for the hidden units (pooled units without a hidden layer) of a batch. [B, units], or nothing without dropout. */
export function hiddenMasks({ seed, step }: DropoutKey, size: number, units: number, rate: number): Masks {
  return masks(size, units, rate, (b) => key32(seed, Stream.hiddenDropout, step, b));
}

type Masks = Float32Array | undefined;

function masks(rows: number, columns: number, rate: number, keyOf: (row: number) => number): Masks {
  if (rate === 0) return undefined;
  const threshold = dropThreshold(rate);
  const factors = new Float32Array(rows * columns).fill(1 / (1 - rate));
  for (let row = 0; row < rows; row++) {
    const key = keyOf(row);
    for (let i = 0; i < columns; i++) if (bitsAt(key, i) < threshold) factors[row * columns + i] = 0;
  }
  return factors;
}
