/**
 * A trained linear model: for each label a bias and the weights that count, and the features that they belong to. Its tensors:
 *   feature.ngrams   I32 [features, n]   word ids of each feature, filled up with 0; features of more documents come first
 *   feature.idf      F32 [features]
 *   label.starts     I32 [labels + 1]    label l has entries starts[l] … starts[l + 1) - 1 of the two below
 *   label.features   I32 [weights]       ascending within a label
 *   label.weights    F16 [weights]
 *   label.bias       F32 [labels]
 */
import { half, halfBits } from '../formats/halfFloats.ts';
import type { Tensor, TensorData } from '../formats/safetensors.ts';
import type { Batch, OnLogits, Scorer } from '../engine/engine.ts';
import { FeatureRow, Features } from './features.ts';

/** What is kept of one label's weights. */
export interface PrunedWeights {
  bias: number;
  features: Int32Array;
  /** binary16 */
  weights: Uint16Array;
}

/** Leaves out the weights whose size is at most `limit`. */
export function prune({ weights, bias }: { weights: Float32Array; bias: number }, limit: number): PrunedWeights {
  let count = 0;
  for (let f = 0; f < weights.length; f++) if (isKept(weights[f], limit)) count++;
  const kept: PrunedWeights = { bias, features: new Int32Array(count), weights: new Uint16Array(count) };
  for (let f = 0, at = 0; f < weights.length; f++) {
    if (!isKept(weights[f], limit)) continue;
    kept.features[at] = f;
    kept.weights[at++] = halfBits(weights[f]);
  }
  return kept;
}

const isKept = (weight: number, limit: number): boolean => weight > limit || weight < -limit;

/** Bytes of a label's weight in a file. */
const bytesOfWeight = 6;

export const modelBytes = (labels: readonly (PrunedWeights | undefined)[], { size, ngrams }: Features): number =>
  labels.reduce((sum, label) => sum + 8 + bytesOfWeight * (label?.features.length ?? 0), size * 4 + ngrams.byteLength);

/** Tensors of a model some of whose labels may not be solved yet: those have no weights. */
export function tensorsOf(labels: readonly (PrunedWeights | undefined)[], features: Features): Map<string, Tensor> {
  const starts = new Int32Array(labels.length + 1);
  labels.forEach((label, l) => (starts[l + 1] = starts[l] + (label?.features.length ?? 0)));
  const indices = new Int32Array(starts[labels.length]);
  const weights = new Uint16Array(starts[labels.length]);
  labels.forEach((label, l) => {
    if (!label) return;
    indices.set(label.features, starts[l]);
    weights.set(label.weights, starts[l]);
  });
  const longest = features.ngrams.length / Math.max(1, features.size);
  return new Map<string, Tensor>([
    ['feature.ngrams', { shape: [features.size, longest], data: features.ngrams }],
    ['feature.idf', { shape: [features.size], data: features.idf }],
    ['label.starts', { shape: [labels.length + 1], data: starts }],
    ['label.features', { shape: [indices.length], data: indices }],
    ['label.weights', { shape: [weights.length], data: weights }],
    ['label.bias', { shape: [labels.length], data: Float32Array.from(labels, (label) => label?.bias ?? 0) }],
  ]);
}

/** The labels in such tensors; undefined where they do not fit together. */
export function labelsIn(read: (name: string) => TensorData, features: number): PrunedWeights[] | undefined {
  const [starts, indices, weights, bias] = ['starts', 'features', 'weights', 'bias'].map((n) => read(`label.${n}`));
  const count = bias.length;
  const isWhole =
    starts.length === count + 1 &&
    starts[0] === 0 &&
    starts[count] === indices.length &&
    weights.length === indices.length &&
    starts.every((start, l) => l === 0 || start >= starts[l - 1]) &&
    indices.every((feature) => feature >= 0 && feature < features);
  if (!isWhole || !(indices instanceof Int32Array)) return undefined;
  return Array.from(bias, (value, l) => ({
    bias: value,
    features: indices.subarray(starts[l], starts[l + 1]),
    weights: Uint16Array.from(weights.subarray(starts[l], starts[l + 1]), halfBits),
  }));
}

/** Scores documents: the logit of a label is `slope` times its score, so that its sigmoid is a probability. */
export class LinearModel implements Scorer {
  readonly shape: { labels: number };
  /** By feature: labels and their weights. */
  private readonly starts: Uint32Array; // [features + 1]
  private readonly labels: Int32Array;
  private readonly weights: Float32Array;
  private readonly bias: Float64Array;
  private readonly row: FeatureRow;

  constructor(
    readonly features: Features,
    labels: readonly PrunedWeights[],
    readonly slope: number,
  ) {
    this.shape = { labels: labels.length };
    this.row = new FeatureRow(features);
    this.bias = Float64Array.from(labels, ({ bias }) => bias);
    this.starts = new Uint32Array(features.size + 1);
    for (const label of labels) for (const feature of label.features) this.starts[feature + 1]++;
    for (let f = 0; f < features.size; f++) this.starts[f + 1] += this.starts[f];
    const count = this.starts[features.size];
    const next = this.starts.slice(0, features.size);
    this.labels = new Int32Array(count);
    this.weights = new Float32Array(count);
    labels.forEach((label, l) =>
      label.features.forEach((feature, i) => {
        const at = next[feature]++;
        this.labels[at] = l;
        this.weights[at] = half(label.weights[i]);
      }),
    );
  }

  /** Weights other than 0, biases included. */
  get parameters(): number {
    return this.weights.length + this.bias.length;
  }

  async logits(batch: Batch, onRow: OnLogits, pause?: (done: number) => Promise<void>): Promise<void> {
    const { labels } = this.shape;
    const logits = new Float32Array(labels);
    let since = performance.now();
    for (let d = 0; d < batch.size; d++) {
      const [from, to] = [batch.wordStarts[d], batch.wordStarts[d + 1]];
      this.scoreInto(logits, batch.words.subarray(from, to), batch.values?.subarray(from, to));
      onRow(d, logits);
      if (!pause || performance.now() - since < 100) continue;
      await pause(d + 1);
      since = performance.now();
    }
    await pause?.(batch.size);
  }

  private scoreInto(logits: Float32Array, document: Int32Array, counts: Float32Array | undefined): void {
    const { row, starts, labels, weights, slope } = this;
    const scores = this.bias.slice();
    row.read(document, counts);
    for (let i = 0; i < row.length; i++) {
      const [feature, value] = [row.features[i], row.values[i]];
      for (let at = starts[feature], end = starts[feature + 1]; at < end; at++)
        scores[labels[at]] += value * weights[at];
    }
    for (let l = 0; l < scores.length; l++) logits[l] = slope * scores[l];
  }

  /**
   * A label's logit taken apart: what each occurrence of a feature added. A feature that occurs several times shares its part out
   * among them evenly. The parts and the bias add up to the logit.
   * @param counts of a bag of words, what each of its words counts
   */
  partsOf(
    document: Int32Array,
    label: number,
    counts?: Float32Array,
  ): { parts: { from: number; end: number; contribution: number }[]; bias: number } {
    const { row, slope, features } = this;
    row.read(document, counts);
    const values = new Map<number, number>();
    for (let i = 0; i < row.length; i++) {
      const weight = this.weightOf(row.features[i], label);
      if (weight !== 0) values.set(row.features[i], slope * row.values[i] * weight);
    }
    const forEach = (visit: (feature: number, from: number, end: number) => void): void =>
      counts
        ? document.forEach((word, at) => visit(features.ofSingle(word), at, at + 1))
        : features.forEachIn(document, visit);
    const occurrences = new Map<number, number>();
    forEach((feature) => occurrences.set(feature, (occurrences.get(feature) ?? 0) + 1));
    const parts: { from: number; end: number; contribution: number }[] = [];
    forEach((feature, from, end) => {
      const value = values.get(feature);
      if (value !== undefined) parts.push({ from, end, contribution: value / occurrences.get(feature)! });
    });
    return { parts, bias: slope * this.bias[label] };
  }

  /** Labels ascend within a feature. */
  private weightOf(feature: number, label: number): number {
    const { labels, weights, starts } = this;
    let [low, high] = [starts[feature], starts[feature + 1]];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (labels[middle] < label) low = middle + 1;
      else high = middle;
    }
    return low < starts[feature + 1] && labels[low] === label ? weights[low] : 0;
  }

  /** The same weights with another slope. */
  withSlope(slope: number): LinearModel {
    const other = Object.create(LinearModel.prototype) as LinearModel;
    return Object.assign(other, this, { slope });
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}
