import { availableParallelism } from 'node:os';
import { UserError } from '../base/errors.ts';
import { kernelRoom, megabytes, memoryLimit } from '../base/memory.ts';
import type { Batch, OnLogits, Scorer } from '../engine/engine.ts';
import { calls } from '../engine/wasm/calls.generated.ts';
import { Machine } from '../engine/wasm/machine.ts';
import { withRoom } from '../base/growing.ts';
import { halves } from '../formats/halfFloats.ts';
import { FeatureRow, type Features } from './features.ts';
import type { LabelTree } from './labelTree.ts';
import { forEachWeight, type LabelWeights } from './keptWeights.ts';

export interface ScoringOptions {
  /** All cores where absent. */
  threads?: number;
  /** Many documents are scored: the caller's thread looks for the features of some while others compute the logits of the last. */
  isBulk?: boolean;
}

/** A trained linear model of either kind: the logit of a label is `slope` times a score, so that its sigmoid is a probability. */
export interface LinearScorer extends Scorer {
  readonly shape: { labels: number };
  readonly features: Features;
  slope: number;
  /** Weights other than 0, biases included. */
  readonly parameters: number;
  readonly tree?: LabelTree;
  /**
   * A label's logit taken apart: what each occurrence of a feature added. A feature that occurs several times shares its part out
   * among them evenly. The parts and the bias add up to the logit.
   * @param counts of a bag of words, what each of its words counts
   */
  partsOf(document: Int32Array, label: number, counts?: Float32Array): { parts: Part[]; bias: number };
}

interface Part {
  from: number;
  end: number;
  contribution: number;
}

/** Labels of a block, and documents of a tile, as in the kernels. */
const [blockLabels, tileDocuments] = [32, 16];
/** Documents that are scored together, and about as many of their values: a tenth of a second. */
const [partDocuments, partValues] = [256, 1 << 18];
/** Bytes of the logits of a part, at most, unless it is one document. */
const logitBytes = 32 * 1048576;

/** One vector of weights a label. */
export class LinearModel implements LinearScorer {
  readonly shape: { labels: number };
  private readonly machine: Machine;
  private readonly weights: PlacedWeights;
  private readonly row: FeatureRow;

  /** Throws `UserError` `model-too-large`, `out-of-memory`. */
  constructor(
    readonly features: Features,
    labels: readonly LabelWeights[],
    public slope: number,
    { threads = 0, isBulk = false }: ScoringOptions = {},
  ) {
    this.shape = { labels: labels.length };
    this.row = new FeatureRow(features);
    this.machine = new Machine(threads || availableParallelism(), undefined, isBulk, true);
    this.weights = new PlacedWeights(this.machine, features.size, labels);
  }

  get parameters(): number {
    return this.weights.count + this.shape.labels;
  }

  async logits(batch: Batch, onRow: OnLogits, pause?: (done: number) => Promise<void>): Promise<void> {
    const most = Math.max(1, Math.min(partDocuments, batch.size, Math.floor(logitBytes / this.weights.stride)));
    const areas = this.areas(most);
    let part = this.read(batch, 0, most);
    let running = this.begin(part, areas, 0);
    for (let n = 0; part.size > 0; n++) {
      const next = this.read(batch, part.end, most);
      await running;
      running = this.begin(next, areas, (n + 1) % 2);
      running.catch(() => {}); // it is thrown where it is awaited
      try {
        this.giveRows(part, areas.logits[n % 2], onRow);
        await pause?.(part.end);
      } catch (error) {
        await running; // the memory is its own until then
        throw error;
      }
      part = next;
    }
    await running;
  }

  private giveRows({ size, end }: Documents, address: number, onRow: OnLogits): void {
    const { stride } = this.weights;
    for (let d = 0; d < size; d++) onRow(end - size + d, this.machine.floats(address + d * stride, this.shape.labels));
  }

  /** Where logits go, of one part while those of the last are read, and behind them the values of documents. */
  private areas(most: number): Areas {
    const [first, bytes] = [this.machine.heapTop, most * this.weights.stride];
    return { logits: [first, first + bytes], values: first + 2 * bytes };
  }

  /** The features of documents from `from` on. */
  private read(batch: Batch, from: number, most: number): Documents {
    const { row, weights } = this;
    const bounds = new Int32Array(2 * most + 1);
    let numbers = new Int32Array(1 << 12);
    let values = new Float32Array(1 << 12);
    let [size, count] = [0, 0];
    for (; size < most && from + size < batch.size && count < partValues; size++) {
      const [first, last] = [batch.wordStarts[from + size], batch.wordStarts[from + size + 1]];
      row.read(batch.words.subarray(first, last), batch.values?.subarray(first, last));
      numbers = withRoom(numbers, count + row.length);
      values = withRoom(values, count + row.length);
      for (const isDense of [true, false]) {
        for (let i = 0; i < row.length; i++) {
          const dense = weights.denseOf[row.features[i]];
          if (dense >= 0 !== isDense) continue;
          numbers[count] = isDense ? 4 * dense : row.features[i];
          values[count++] = row.values[i];
        }
        bounds[2 * size + (isDense ? 1 : 2)] = count;
      }
    }
    return { size, end: from + size, bounds, numbers, values, count };
  }

  /** Puts a part into the memory, and computes its logits. */
  private async begin(part: Documents, areas: Areas, which: number): Promise<void> {
    const { machine, weights, slope } = this;
    const { size, count } = part;
    if (size === 0) return;
    const bounds = 2 * size + 1;
    const values = areas.values + Math.ceil(bounds / 2) * 8;
    machine.reach(values + count * 8);
    machine.integers(areas.values, bounds).set(part.bounds.subarray(0, bounds));
    const [numbers, floats] = [machine.integers(values, 2 * count), machine.floats(values, 2 * count)];
    for (let i = 0; i < count; i++) {
      numbers[2 * i] = part.numbers[i];
      floats[2 * i + 1] = part.values[i];
    }
    const places = { bounds: areas.values, values, logits: areas.logits[which], documents: size, slope };
    const call = calls.linearLogits(Math.ceil(size / tileDocuments), { ...weights.addresses, ...places });
    await machine.runBeside([call], { scratch: 0, scratchBytes: 0 });
  }

  partsOf(document: Int32Array, label: number, counts?: Float32Array): { parts: Part[]; bias: number } {
    const { row, slope, features, weights } = this;
    row.read(document, counts);
    const values = new Map<number, number>();
    for (let i = 0; i < row.length; i++) {
      const weight = weights.weightOf(row.features[i], label);
      if (weight !== 0) values.set(row.features[i], slope * row.values[i] * weight);
    }
    return { parts: sharedOut(features, document, values, counts), bias: slope * weights.biasOf(label) };
  }

  /** Ends its threads. */
  dispose(): Promise<void> {
    return this.machine.dispose();
  }
}

/** What features are worth, shared out among their occurrences. */
export function sharedOut(
  features: Features,
  document: Int32Array,
  values: ReadonlyMap<number, number>,
  counts?: Float32Array,
): Part[] {
  const forEach = (visit: (feature: number, from: number, end: number) => void): void =>
    counts
      ? document.forEach((word, at) => visit(features.ofSingle(word), at, at + 1))
      : features.forEachIn(document, visit);
  const occurrences = new Map<number, number>();
  forEach((feature) => occurrences.set(feature, (occurrences.get(feature) ?? 0) + 1));
  const parts: Part[] = [];
  forEach((feature, from, end) => {
    const value = values.get(feature);
    if (value !== undefined) parts.push({ from, end, contribution: value / occurrences.get(feature)! });
  });
  return parts;
}

/** Documents with their features: of each first those whose rows hold all labels. */
interface Documents {
  size: number;
  /** The document after the last. */
  end: number;
  bounds: Int32Array; // [2 size + 1, and room]
  /** Four times the dense row, or the feature. */
  numbers: Int32Array;
  values: Float32Array;
  count: number;
}

interface Areas {
  logits: [number, number];
  values: number;
}

/** A row of all labels is quicker than one of those with a weight where they are more than this share. */
const denseShare = 1 / 2;

/** Features whose weights are placed together. */
const placedTogether = 2048;

interface Places {
  /** Entry of a feature's next weight. */
  next: Uint32Array;
  numbers: Int32Array;
  values: Float32Array;
  rows: Float32Array;
}

/** A model's weights by feature, in the memory of the kernels. */
class PlacedWeights {
  /** Number of a feature's row of all labels, -1 where it lists its labels. */
  readonly denseOf: Int32Array;
  readonly addresses: { labels: number; dense: number; rows: number; starts: number; weights: number; bias: number };
  readonly count: number;
  /** Bytes of a document's logits. */
  readonly stride: number;

  constructor(
    private readonly machine: Machine,
    features: number,
    labels: readonly LabelWeights[],
  ) {
    const starts = new Uint32Array(features + 1);
    for (const label of labels) forEachWeight(label, (feature) => starts[feature + 1]++);
    this.denseOf = new Int32Array(features).fill(-1);
    let [dense, count] = [0, 0];
    for (let f = 0; f < features; f++) {
      count += starts[f + 1];
      if (starts[f + 1] > labels.length * denseShare) {
        this.denseOf[f] = dense++;
        starts[f + 1] = 0;
      }
      starts[f + 1] += starts[f];
    }
    this.count = count;
    const padded = Math.ceil(labels.length / blockLabels) * blockLabels;
    this.stride = padded * 4;
    const at = this.roomFor([padded * dense * 4, (features + 1) * 4, starts[features] * 8, padded * 4]);
    this.addresses = { labels: padded, dense, rows: at[0], starts: at[1], weights: at[2], bias: at[3] };
    machine.integers(at[1], features + 1).set(starts);
    machine.floats(at[3], labels.length).set(labels.map(({ bias }) => bias));
    this.place(labels, starts);
  }

  private roomFor(sizes: number[]): number[] {
    const bytes = kernelRoom + sizes.reduce((sum, size) => sum + size, 2 * Math.max(logitBytes, this.stride));
    if (bytes > memoryLimit) throw tooLarge(bytes);
    return sizes.map((size) => this.machine.allocate(size));
  }

  /** By some features at a time: what is written of them stays in the cache. */
  private place(labels: readonly LabelWeights[], starts: Uint32Array): void {
    const { machine, denseOf } = this;
    const { dense, rows, weights } = this.addresses;
    const entries = starts[starts.length - 1];
    const places: Places = {
      next: starts.slice(0, -1),
      numbers: machine.integers(weights, 2 * entries),
      values: machine.floats(weights, 2 * entries),
      rows: machine.floats(rows, (this.stride / 4) * dense),
    };
    const at = new Int32Array(labels.length);
    const last = new Int32Array(labels.length).fill(-1);
    for (let end = placedTogether; end - placedTogether < denseOf.length; end += placedTogether)
      for (let l = 0; l < labels.length; l++) this.placeUpTo(end, labels[l], l, { at, last }, places);
  }

  private placeUpTo(
    end: number,
    { steps, weights }: LabelWeights,
    label: number,
    done: { at: Int32Array; last: Int32Array },
    { next, numbers, values, rows }: Places,
  ): void {
    const { denseOf } = this;
    const all = halves();
    const first = Math.floor(label / blockLabels) * this.addresses.dense * blockLabels + (label % blockLabels);
    let [at, feature] = [done.at[label], done.last[label]];
    for (; at < steps.length && feature + steps[at] < end; at++) {
      feature += steps[at];
      const weight = all[weights[at]];
      if (weight === 0) continue;
      if (denseOf[feature] >= 0) rows[first + denseOf[feature] * blockLabels] = weight;
      else {
        const entry = next[feature]++;
        numbers[2 * entry] = label * 4;
        values[2 * entry + 1] = weight;
      }
    }
    done.at[label] = at;
    done.last[label] = feature;
  }

  biasOf(label: number): number {
    return this.machine.floats(this.addresses.bias, label + 1)[label];
  }

  /** Labels ascend within a feature. */
  weightOf(feature: number, label: number): number {
    const { machine, denseOf } = this;
    const { dense, rows, weights, starts } = this.addresses;
    const row = denseOf[feature];
    if (row >= 0) {
      const block = Math.floor(label / blockLabels);
      return machine.floats(rows + ((block * dense + row) * blockLabels + (label % blockLabels)) * 4, 1)[0];
    }
    let [low, high] = machine.integers(starts + feature * 4, 2);
    const end = high;
    const labelAt = (entry: number): number => machine.integers(weights + entry * 8, 1)[0] / 4;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (labelAt(middle) < label) low = middle + 1;
      else high = middle;
    }
    return low < end && labelAt(low) === label ? machine.floats(weights + low * 8 + 4, 1)[0] : 0;
  }
}

const tooLarge = (bytes: number): UserError =>
  new UserError(
    'model-too-large',
    `Scoring with the linear model needs ${megabytes(bytes)}, more than the 4,096 MB of a WebAssembly memory`,
    'Train it with a higher "linear.prune" or a lower "linear.maxFeatures".',
  );
