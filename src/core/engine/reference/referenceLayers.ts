/** The layers of the network with their gradients, one document at a time, as plainly as can be. */
import { chunkEnd, chunkStart, type NetworkShape, paddedLength, type Pooling, windows } from '../../model/network.ts';
import { bitsAt, dropThreshold, key32, Stream } from '../../base/random.ts';

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

/** One convolution over words: `filters` filters of `k` words. */
interface ConvolutionShape {
  dim: number;
  filters: number;
  k: number;
  stride: number;
}

/**
 * c[f, t] = b[f] + sum_{j<k, d<D} x[t stride + j, d] W[f, d, j]
 * @param x [L, D]
 * @param weight [F, D, k]
 * @returns [F, n], n = windows(L, k, stride)
 */
export function convolve(
  x: Float64Array,
  weight: Float32Array,
  bias: Float32Array,
  { dim, filters, k, stride }: ConvolutionShape,
): Float64Array {
  const n = windows(x.length / dim, k, stride);
  const out = new Float64Array(filters * n);
  for (let f = 0; f < filters; f++) {
    for (let t = 0; t < n; t++) {
      let sum = bias[f];
      for (let d = 0; d < dim; d++) {
        for (let j = 0; j < k; j++) sum += x[(t * stride + j) * dim + d] * weight[(f * dim + d) * k + j];
      }
      out[f * n + t] = sum;
    }
  }
  return out;
}

/** Adds to the gradients of filters, biases and inputs, given those of the outputs. Shapes as in `convolve`. */
export function convolveBackward(
  dout: Float64Array, // [F, n]
  x: Float64Array,
  weight: Float32Array,
  { dim, filters, k, stride }: ConvolutionShape,
  gradients: { weight: Float64Array; bias: Float64Array; x: Float64Array },
): void {
  const n = dout.length / filters;
  for (let f = 0; f < filters; f++) {
    for (let t = 0; t < n; t++) {
      const g = dout[f * n + t];
      // Behind a maximum nearly every window's gradient is zero.
      if (g === 0) continue;
      gradients.bias[f] += g;
      for (let d = 0; d < dim; d++) {
        for (let j = 0; j < k; j++) {
          const at = (t * stride + j) * dim + d;
          gradients.weight[(f * dim + d) * k + j] += g * x[at];
          gradients.x[at] += g * weight[(f * dim + d) * k + j];
        }
      }
    }
  }
}

/** Which convolution outputs each pooled unit sees: [first, one past the last) of the flattened [F, n] outputs. */
export function receptiveFields(pooling: Pooling, filters: number, n: number, pools: number): [number, number][] {
  if (pooling === 'seed') return Array.from({ length: filters * n - 1 }, (_, u) => [u, u + 2]);
  return Array.from({ length: filters * pools }, (_, u) => {
    const row = Math.floor(u / pools) * n;
    const chunk = u % pools;
    return [row + chunkStart(chunk, pools, n), row + chunkEnd(chunk, pools, n)];
  });
}

interface Pooled {
  /** Before ReLU. */
  values: Float64Array;
  /** Index into the flattened convolution outputs of each maximum, the first one on a tie; -1 for averages. */
  winners: Int32Array;
}

/** Maximum or mean of each unit's field. */
export function pool(outputs: Float64Array, fields: [number, number][], average: boolean): Pooled {
  const values = new Float64Array(fields.length);
  const winners = new Int32Array(fields.length).fill(-1);
  fields.forEach(([first, end], u) => {
    if (average) {
      for (let i = first; i < end; i++) values[u] += outputs[i] / (end - first);
      return;
    }
    let best = first;
    for (let i = first + 1; i < end; i++) if (outputs[i] > outputs[best]) best = i;
    values[u] = outputs[best];
    winners[u] = best;
  });
  return { values, winners };
}

/** Gradient of the convolution outputs: all of it to the winner, or an equal share to every window of an average. */
export function poolBackward(
  dvalues: Float64Array,
  winners: Int32Array,
  fields: [number, number][],
  outputs: number,
): Float64Array {
  const dout = new Float64Array(outputs);
  fields.forEach(([first, end], u) => {
    if (winners[u] >= 0) dout[winners[u]] += dvalues[u];
    else for (let i = first; i < end; i++) dout[i] += dvalues[u] / (end - first);
  });
  return dout;
}

/**
 * y = W x + b
 * @param weight [out, in]
 */
export function dense(x: Float64Array, weight: Float32Array, bias: Float32Array): Float64Array {
  const y = Float64Array.from(bias);
  for (let o = 0; o < y.length; o++) {
    let sum = y[o];
    for (let i = 0; i < x.length; i++) sum += weight[o * x.length + i] * x[i];
    y[o] = sum;
  }
  return y;
}

/** Adds to the gradients of weight and bias; returns that of x. */
export function denseBackward(
  dy: Float64Array,
  x: Float64Array,
  weight: Float32Array,
  gradients: { weight: Float64Array; bias: Float64Array },
): Float64Array {
  const dx = new Float64Array(x.length);
  for (let o = 0; o < dy.length; o++) {
    gradients.bias[o] += dy[o];
    for (let i = 0; i < x.length; i++) {
      gradients.weight[o * x.length + i] += dy[o] * x[i];
      dx[i] += dy[o] * weight[o * x.length + i];
    }
  }
  return dx;
}

/** max(x, 0) */
export const relu = (x: Float64Array): Float64Array => x.map((value) => Math.max(value, 0));

/** Gradient before a ReLU, given its output: nothing passes at 0. */
export const reluBackward = (dy: Float64Array, y: Float64Array): Float64Array =>
  dy.map((gradient, i) => (y[i] > 0 ? gradient : 0));

/** Elementwise product, or `x` itself without factors: dropout and its gradient. */
export const times = (x: Float64Array, factors: Float64Array | undefined): Float64Array =>
  factors ? x.map((value, i) => value * factors[i]) : x;

/** Sigmoid that never overflows. */
const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : 1 - 1 / (1 + Math.exp(x)));

/**
 * Binary cross-entropy of one document from its logits, times `scale`, and the gradient of that.
 * Per label: max(x, 0) - x y + log(1 + exp(-|x|)), times the label's weight where y is 1.
 * @param truth label ids
 */
export function crossEntropy(
  logits: Float64Array,
  truth: ArrayLike<number>,
  scale: number,
  positiveWeights?: ArrayLike<number>,
): { loss: number; gradient: Float64Array } {
  let loss = 0;
  const gradient = new Float64Array(logits.length);
  logits.forEach((x, l) => {
    loss += Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    gradient[l] = sigmoid(x) * scale;
  });
  for (let i = 0; i < truth.length; i++) {
    const x = logits[truth[i]];
    const weight = positiveWeights?.[truth[i]] ?? 1;
    loss += (weight - 1) * (Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)))) - x;
    gradient[truth[i]] = weight * (sigmoid(x) - 1) * scale;
  }
  return { loss: loss * scale, gradient };
}

/** Dropout of one training step. `step` counts the steps done before it. */
interface DropoutKey {
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
