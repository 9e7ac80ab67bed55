import type { SparseMatrix } from '../../base/sparseMatrix.ts';

const BITS = 32;

/**
 * Which clusters have an entry in which feature. Rows of co-occurrences are so sparse that most centroids lack most features: those
 * are passed over, and the dot products come out the same, to the bit.
 */
export class Occupancy {
  /** Words of 32 clusters a feature. */
  readonly words: number;
  readonly masks: Int32Array; // [features, words]

  /** @param centroids [features, k] */
  constructor(centroids: Float64Array, k: number) {
    const features = centroids.length / k;
    this.words = Math.ceil(k / BITS);
    this.masks = new Int32Array(features * this.words);
    for (let feature = 0, at = 0; feature < features; feature++)
      for (let c = 0; c < k; c++, at++) if (centroids[at] !== 0) this.mark(feature, c);
  }

  mark(feature: number, cluster: number): void {
    this.masks[feature * this.words + (cluster >> 5)] |= 1 << (cluster & 31);
  }
}

/** Dot products of a row with all centroids ([features, k]) into `dots` [k]. */
export function rowDots(
  { starts, indices, values }: SparseMatrix,
  row: number,
  centroids: Float64Array,
  { masks, words }: Occupancy,
  dots: Float64Array,
): void {
  const k = dots.length;
  dots.fill(0);
  for (let e = starts[row]; e < starts[row + 1]; e++) {
    const feature = indices[e];
    const value = values[e];
    const at = feature * k;
    for (let word = 0; word < words; word++) {
      const first = word * BITS;
      for (let mask = masks[feature * words + word]; mask !== 0; mask &= mask - 1) {
        const c = first + BITS - 1 - Math.clz32(mask & -mask);
        dots[c] += value * centroids[at + c];
      }
    }
  }
}
