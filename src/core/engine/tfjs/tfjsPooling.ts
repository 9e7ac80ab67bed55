import * as tf from '@tensorflow/tfjs-core';
import type { NetworkShape } from '../../model/network.ts';
import type { DistinctWords } from '../wordNumbering.ts';
import { meanWeights, projectionRows, type WindowTable } from './windowTable.ts';

/** Pooled units of one filter size before the ReLU, unit f p + i of filter f and chunk i. */
export type Pooled = {
  values: tf.Tensor2D; // [B, F p]
  /** The first maximal window of each unit, as a number in its row of the table; with maxima only. [B, F p], float32 */
  winners?: tf.Tensor2D;
};

/** The filters of one size on the device. */
export interface Filters {
  k: number;
  weight: tf.Tensor2D; // [D, k F]
  bias: tf.Tensor1D; // [F]
}

/**
 * Each distinct word through each filter position, once: row u k + j holds P[u, j, f] = E_u . W[f, :, j].
 * @param x vectors of the distinct words [U, D]
 * @returns [U k, F]
 */
export function project(x: tf.Tensor2D, { k, weight, bias }: Filters): tf.Tensor2D {
  return tf.reshape(tf.matMul(x, weight), [x.shape[0] * k, bias.shape[0]]);
}

/** Convolution by gathering and adding projections, and pooling; `wantsWinners` for a step and for explanations. */
export function pool(
  projections: tf.Tensor2D,
  { k, bias }: Filters,
  shape: NetworkShape,
  words: DistinctWords,
  tables: WindowTable[],
  wantsWinners: boolean,
): Pooled {
  const parts = tables.map((table) =>
    tf.tidy((): Pooled => {
      const outputs = convolve(projections, k, words, table);
      if (shape.pooling === 'seed') return poolNeighbours(tf.add(outputs, bias), wantsWinners);
      const isAverage = shape.pooling === 'dynamic-average';
      const { values, winners } = isAverage ? poolMeans(outputs, table) : poolMaxima(outputs, wantsWinners);
      // the bias is the same for all windows: it commutes with maximum and mean
      return {
        values: byDocument(tf.add(values, bias), table, shape),
        ...(winners && { winners: byDocument(winners, table, shape) }),
      };
    }),
  );
  const all = (pick: (part: Pooled) => tf.Tensor2D): tf.Tensor2D =>
    parts.length === 1 ? pick(parts[0]) : tf.concat(parts.map(pick), 0);
  return { values: all((p) => p.values), ...(parts[0].winners && { winners: all((p) => p.winners!) }) };
}

/** c[q, t, f] = sum over j of P[word j of window t, j, f]. [Q, M, F] */
function convolve(projections: tf.Tensor2D, k: number, words: DistinctWords, table: WindowTable): tf.Tensor3D {
  let sum: tf.Tensor2D | undefined;
  for (let j = 0; j < k; j++) {
    const before = sum;
    const rows = tf.tidy(() => tf.gather(projections, tf.tensor1d(projectionRows(table, words, k, j), 'int32')));
    sum = before ? tf.add(before, rows) : rows;
    if (before) tf.dispose([before, rows]);
  }
  return tf.reshape(sum!, [table.rows, table.length, projections.shape[1]]);
}

/** Mean over each row's own windows. */
function poolMeans(outputs: tf.Tensor3D, table: WindowTable): Pooled {
  const weights = tf.tensor3d(meanWeights(table), [table.rows, table.length, 1]);
  return { values: tf.sum<tf.Tensor2D>(tf.mul(outputs, weights), 1) };
}

/**
 * Maximum over each row's windows. The winner is found by comparing with the maximum and not by `argMax`, which need not
 * name the first of several.
 */
function poolMaxima(outputs: tf.Tensor3D, wantsWinners: boolean): Pooled {
  const values = tf.max<tf.Tensor2D>(outputs, 1);
  if (!wantsWinners) return { values };
  const length = outputs.shape[1];
  const isMaximal = tf.cast(tf.equal(outputs, tf.expandDims(values, 1)), 'float32');
  const fromBehind = tf.reshape(tf.range(length, 0, -1), [1, length, 1]);
  return { values, winners: tf.sub(length, tf.max<tf.Tensor2D>(tf.mul(isMaximal, fromBehind), 1)) };
}

/** The original program's wiring: outputs flattened filter by filter, and the maximum of each two neighbours; of equal ones the first. */
function poolNeighbours(outputs: tf.Tensor3D, wantsWinners: boolean): Pooled {
  const [documents, n, filters] = outputs.shape;
  const flat = tf.reshape<tf.Rank.R2>(tf.transpose(outputs, [0, 2, 1]), [documents, filters * n]);
  const units = filters * n - 1;
  const [left, right] = [0, 1].map((from) => tf.slice2d(flat, [0, from], [documents, units]));
  const values = tf.maximum<tf.Tensor2D>(left, right);
  if (!wantsWinners) return { values };
  return { values, winners: tf.add(tf.range(0, units), tf.cast(tf.greater(right, left), 'float32')) };
}

/** From rows of chunks [B p, F] to units of documents [B, F p]. */
function byDocument(rows: tf.Tensor2D, { documents }: WindowTable, { pools, filters }: NetworkShape): tf.Tensor2D {
  if (pools === 1) return tf.reshape(rows, [documents, filters]);
  return tf.reshape(tf.transpose(tf.reshape(rows, [documents, pools, filters]), [0, 2, 1]), [
    documents,
    filters * pools,
  ]);
}

/** The window that each pooled unit of one filter size comes from. Both [B, S_k] */
interface Winners {
  filters: Int32Array;
  /** Place of the window's first word in `DistinctWords.tokens`. */
  starts: Int32Array;
}

/** @param winners as `Pooled.winners`: numbers of windows in their rows; for `seed`, of outputs [F, n]. [B, S_k] */
export function winnersOf(winners: ArrayLike<number>, tables: WindowTable[], shape: NetworkShape): Winners {
  const documents = tables.reduce((sum, table) => sum + table.documents, 0);
  const units = winners.length / documents;
  const found = { filters: new Int32Array(winners.length), starts: new Int32Array(winners.length) };
  const isOriginal = shape.pooling === 'seed';
  for (const { first, documents, length, starts } of tables) {
    for (let at = first * units; at < (first + documents) * units; at++) {
      const [d, u] = [Math.floor(at / units) - first, at % units];
      const row = isOriginal ? d : d * shape.pools + (u % shape.pools);
      // where nothing compares (not a number), the first
      const window = isOriginal ? winners[at] % length : winners[at] < length ? winners[at] : 0;
      found.starts[at] = starts[row * length + window];
      found.filters[at] = Math.floor(isOriginal ? winners[at] / length : u / shape.pools);
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
