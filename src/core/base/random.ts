/**
 * Counter-based random numbers: a value depends only on its key, never on how many were drawn before it.
 * Hence masks are the same whatever the thread or engine, and a resumed run needs no generator state.
 */

/** A 32-bit finalizer with full avalanche (constants of C. Wellons' "lowbias32"). */
export function mix32(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Folds integers into one 32-bit key; the order of the parts matters. */
export function key32(...parts: number[]): number {
  let h = 0x9e3779b9;
  for (const part of parts) h = mix32((h ^ part) + 0x6d2b79f5);
  return h;
}

/** The value of stream `key` at position `index`: uniform over 0 … 2^32-1. The kernels hold a SIMD twin of this line. */
export function bitsAt(key: number, index: number): number {
  return mix32(key + Math.imul(index, 0x9e3779b1));
}

/** Uniform in [0, 1) with 24 bits, exact in float32. */
export function uniformAt(key: number, index: number): number {
  return (bitsAt(key, index) >>> 8) / 16777216;
}

/** Dropout drops element `index` of stream `key` where `bitsAt(key, index) < dropThreshold(rate)`. */
export function dropThreshold(rate: number): number {
  return Math.min(0xffffffff, Math.round(rate * 4294967296));
}

/** Names for the streams of a run, so that two uses of one seed never share numbers. */
export const Stream = {
  init: 1,
  shuffle: 2,
  split: 3,
  wordDropout: 4,
  hiddenDropout: 5,
  embedding: 6,
  word2vec: 7,
  testSplit: 8,
} as const;

/** A permutation of 0 … n-1 (Fisher–Yates), determined by `key`. */
export function permutation(n: number, key: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor((bitsAt(key, i) / 4294967296) * (i + 1));
    const t = order[i];
    order[i] = order[j];
    order[j] = t;
  }
  return order;
}
