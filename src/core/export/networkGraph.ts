import type { NetworkShape } from '../model/network.ts';
import { windows } from '../model/network.ts';

/**
 * Tensor operations of a graph format in which the network is written down once (`writeNetwork`). `T` names a tensor of the
 * graph; integers are those of word ids, everything else is float32.
 */
export interface GraphTarget<T> {
  /** Word ids of the documents, 0 behind the end of each.  [B, T] */
  readonly ids: T;
  /** Zeros behind each row.  [B, T + count] */
  padded(ids: T, count: number): T;
  /** Columns from … end - 1; an `end` below 0 counts from the last, and absent it is the last. */
  columns(x: T, from: number, end?: number): T;
  /** 1, 2, … along each row of a tensor's shape.  [B, n] */
  counted(x: T): T;
  /** 1 where an id is not 0.  [B, T] */
  isWord(ids: T): T;
  /** Product of integers. */
  product(a: T, b: T): T;
  /** The largest of each row.  [B, 1] */
  rowMaximum(x: T): T;
  plus(a: T, n: number): T;
  times(a: T, n: number): T;
  /** Quotient rounded down; a is not negative. */
  quotient(a: T, n: number): T;
  atLeast(a: T, n: number): T;
  /** 1.0 where first < x ≤ last.  [B, n] */
  within(x: T, first: T | undefined, last: T): T;
  /** Word vectors of ids.  [B, T, D] */
  embedded(ids: T): T;
  /** Outputs of the filters of size k over words; the order of their axes is the target's own.  [B, F, n] */
  convolved(vectors: T, k: number, stride: number): T;
  relu(x: T): T;
  /** Largest output of each filter in the chosen windows, 0 where none is above it.  [B, F] */
  maximumOf(outputs: T, chosen: T): T;
  /** Mean output of each filter in the chosen windows.  [B, F] */
  meanOf(outputs: T, chosen: T): T;
  /** Outputs in a row: filter, window.  [B, length], length = F n */
  flat(outputs: T, length: number): T;
  /** Elementwise. */
  larger(a: T, b: T): T;
  /** Chunks beside each other for each filter: filter, chunk.  [B, length], length = F p */
  interleaved(chunks: T[], length: number): T;
  /** Rows one after the other. */
  joined(parts: T[]): T;
  /** x W^T + b, of the layer named.  [B, out] */
  dense(x: T, layer: 'hidden' | 'output'): T;
  sigmoid(x: T): T;
}

/**
 * The network of model/network.ts on a batch of documents of any lengths; a document's words end with its last id that is not 0.
 * Gives the probabilities.  [B, Y]
 */
export function writeNetwork<T>(g: GraphTarget<T>, shape: NetworkShape): T {
  const pooled = shape.pooling === 'seed' ? originalPooled(g, shape) : dynamicPooled(g, shape);
  const top = shape.hidden ? g.relu(g.dense(pooled, 'hidden')) : pooled;
  return g.sigmoid(g.dense(top, 'output'));
}

/** Each document is pooled over its own windows: the others are masked. */
function dynamicPooled<T>(g: GraphTarget<T>, { filterSizes, filters, pools, pooling, padding }: NetworkShape): T {
  const largest = Math.max(...filterSizes);
  const ids = g.padded(g.ids, largest);
  const places = g.counted(ids);
  const words = g.rowMaximum(g.product(places, g.isWord(ids)));
  const length = g.atLeast(padding === 'overhang' ? g.plus(words, largest - 1) : words, largest);
  const vectors = g.embedded(ids);
  const sizes = filterSizes.map((k) => {
    const outputs = g.convolved(vectors, k, 1);
    const firstWords = k === 1 ? places : g.columns(places, 0, 1 - k);
    const n = k === 1 ? length : g.plus(length, 1 - k);
    // a maximum that is masked by multiplication needs outputs that are not negative; ReLU commutes with it
    const masked = pooling === 'dynamic-average' ? outputs : g.relu(outputs);
    const chunks = Array.from({ length: pools }, (_, i) => {
      const first = i === 0 ? undefined : g.quotient(g.times(n, i), pools);
      const last = i === pools - 1 ? n : g.quotient(g.plus(g.times(n, i + 1), pools - 1), pools);
      const chosen = g.within(firstWords, first, last);
      return pooling === 'dynamic-average' ? g.relu(g.meanOf(masked, chosen)) : g.maximumOf(masked, chosen);
    });
    return pools === 1 ? chunks[0] : g.interleaved(chunks, filters * pools);
  });
  return g.joined(sizes);
}

/** The original program's wiring: every document has the same length; what lies behind it is cut. */
function originalPooled<T>(g: GraphTarget<T>, { filterSizes, filters, maxLength }: NetworkShape): T {
  const length = Math.max(maxLength, ...filterSizes);
  const vectors = g.embedded(g.columns(g.padded(g.ids, length), 0, length));
  const sizes = filterSizes.map((k) => {
    const outputs = g.flat(g.convolved(vectors, k, 2), filters * windows(length, k, 2));
    return g.relu(g.larger(g.columns(outputs, 0, -1), g.columns(outputs, 1)));
  });
  return g.joined(sizes);
}
