import { type NetworkShape, strideOf, type Weights } from '../../model/network.ts';
import {
  convolve,
  convolveBackward,
  dense,
  denseBackward,
  embed,
  embedBackward,
  padded,
  pool,
  poolBackward,
  receptiveFields,
  relu,
  reluBackward,
  times,
} from './referenceLayers.ts';

/** Dropout factors of one document; absent at inference. */
interface Masks {
  words?: Map<number, Float64Array>;
  /** Of the hidden layer, or of the pooled vector where there is none. */
  hidden?: Float64Array;
}

/** Everything the backward pass and an explanation need of one document's forward pass. */
export interface Trace {
  words: Int32Array; // [L], padded
  x: Float64Array; // [L, D]
  sizes: { k: number; outputs: number; fields: [number, number][]; winners: Int32Array }[];
  pooled: Float64Array; // [S], after ReLU, before dropout
  hidden: Float64Array; // [H], after ReLU, before dropout; empty without a hidden layer
  last: Float64Array; // [H] or [S]: what the output layer sees
  logits: Float64Array; // [Y]
}

/** One document through the network of `model/network.ts`. */
export function forward(document: ArrayLike<number>, weights: Weights, shape: NetworkShape, masks: Masks = {}): Trace {
  const words = padded(document, shape);
  const x = embed(words, weights.get('embedding')!, shape.dim, masks.words);
  const parts: Float64Array[] = [];
  const sizes = shape.filterSizes.map((k) => {
    const [weight, bias] = layer(weights, `conv${k}`);
    const outputs = convolve(x, weight, bias, convolution(shape, k));
    const fields = receptiveFields(shape.pooling, shape.filters, outputs.length / shape.filters, shape.pools);
    const { values, winners } = pool(outputs, fields, shape.pooling === 'dynamic-average');
    parts.push(relu(values));
    return { k, outputs: outputs.length, fields, winners };
  });
  const pooled = concat(parts);
  const hidden = shape.hidden ? relu(dense(pooled, ...layer(weights, 'hidden'))) : new Float64Array(0);
  const last = times(shape.hidden ? hidden : pooled, masks.hidden);
  return { words, x, sizes, pooled, hidden, last, logits: dense(last, ...layer(weights, 'output')) };
}

/** Adds one document's share to all gradients, given that of its logits. */
export function backward(
  trace: Trace,
  dlogits: Float64Array,
  weights: Weights,
  shape: NetworkShape,
  gradients: Map<string, Float64Array>,
  masks: Masks = {},
): void {
  const into = (name: string) => ({
    weight: gradients.get(`${name}.weight`)!,
    bias: gradients.get(`${name}.bias`)!,
  });
  const dlast = times(denseBackward(dlogits, trace.last, weights.get('output.weight')!, into('output')), masks.hidden);
  const dpooled = shape.hidden
    ? denseBackward(reluBackward(dlast, trace.hidden), trace.pooled, weights.get('hidden.weight')!, into('hidden'))
    : dlast;
  const dvalues = reluBackward(dpooled, trace.pooled);
  const dx = new Float64Array(trace.x.length);
  let start = 0;
  for (const { k, outputs, fields, winners } of trace.sizes) {
    const dout = poolBackward(dvalues.subarray(start, start + fields.length), winners, fields, outputs);
    const targets = { ...into(`conv${k}`), x: dx };
    convolveBackward(dout, trace.x, weights.get(`conv${k}.weight`)!, convolution(shape, k), targets);
    start += fields.length;
  }
  const dembedding = gradients.get('embedding');
  if (dembedding) embedBackward(trace.words, dx, shape.dim, masks.words, dembedding);
}

const convolution = (shape: NetworkShape, k: number) => ({
  dim: shape.dim,
  filters: shape.filters,
  k,
  stride: strideOf(shape),
});

const layer = (weights: Weights, name: string): [weight: Float32Array, bias: Float32Array] => [
  weights.get(`${name}.weight`)!,
  weights.get(`${name}.bias`)!,
];

function concat(parts: Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
