import type { NetworkShape } from '../../model/network.ts';
import { paddedLength } from '../../model/network.ts';

/** Words of a document and the PADs (0) behind it. [L] */
export function padded(words: ArrayLike<number>, shape: NetworkShape): Int32Array {
  if (shape.pooling === 'seed' && words.length > shape.maxLength) {
    throw new RangeError(`a document of ${words.length} words exceeds maxLength ${shape.maxLength}`);
  }
  const out = new Int32Array(paddedLength(shape, words.length));
  out.set(words);
  return out;
}

/** Word vectors one after the other, each multiplied by its word's dropout mask where there is one. [L, D] */
export function embed(
  words: Int32Array,
  embedding: Float32Array,
  dim: number,
  masks?: Map<number, Float64Array>,
): Float64Array {
  const x = new Float64Array(words.length * dim);
  words.forEach((word, t) => {
    const mask = masks?.get(word);
    for (let d = 0; d < dim; d++) x[t * dim + d] = embedding[word * dim + d] * (mask ? mask[d] : 1);
  });
  return x;
}

/** Adds the gradient of each position to its word's row. PAD has none: its vector stays zero. */
export function embedBackward(
  words: Int32Array,
  dx: Float64Array, // [L, D]
  dim: number,
  masks: Map<number, Float64Array> | undefined,
  gradient: Float64Array, // [V, D], added to
): void {
  words.forEach((word, t) => {
    if (word === 0) return;
    const mask = masks?.get(word);
    for (let d = 0; d < dim; d++) gradient[word * dim + d] += dx[t * dim + d] * (mask ? mask[d] : 1);
  });
}
