import { bitsAt, dropThreshold, key32, Stream } from '../../base/random.ts';

/** Dropout of one training step. `step` counts the steps done before it. */
export interface DropoutKey {
  seed: number;
  step: number;
}

/** Factors for the elements of one word's vector: 0 where dropped, else 1 / (1 - rate). [D] */
export function wordMask({ seed, step }: DropoutKey, word: number, dim: number, rate: number): Float64Array {
  return mask(key32(seed, Stream.wordDropout, step, word), dim, rate);
}

/** Factors for the hidden units (pooled units without a hidden layer) of the batch's document b. [H] or [S] */
export function hiddenMask({ seed, step }: DropoutKey, b: number, units: number, rate: number): Float64Array {
  return mask(key32(seed, Stream.hiddenDropout, step, b), units, rate);
}

function mask(key: number, length: number, rate: number): Float64Array {
  const threshold = dropThreshold(rate);
  const kept = 1 / (1 - rate);
  return Float64Array.from({ length }, (_, i) => (bitsAt(key, i) < threshold ? 0 : kept));
}
