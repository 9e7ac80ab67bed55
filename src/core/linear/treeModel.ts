import { halves } from '../formats/halfFloats.ts';
import type { Batch, OnLogits } from '../engine/engine.ts';
import { FeatureRow, type Features } from './features.ts';
import { childrenOf, type LabelTree } from './labelTree.ts';
import { forEachWeight, type LabelWeights } from './keptWeights.ts';
import { type LinearScorer, sharedOut } from './linearModel.ts';

/** The classifiers of a node's children, by feature. */
interface Node {
  /** Outputs. */
  children: readonly number[];
  bias: Float64Array;
  /** Features that a child has a weight for; that of number i has entries starts[i] … starts[i + 1) - 1. */
  features: FeatureList;
  starts: Int32Array;
  /** Number of the child. */
  places: Int32Array | Uint16Array;
  /** binary16 */
  weights: Uint16Array;
}

/** A way down from the root: the squared hinge losses of its steps together, and the least score of a step. */
interface Path {
  node: number;
  loss: number;
  least: number;
}

/**
 * A label tree, searched by a beam: of each depth, the nodes of the least sums of squared hinge losses max(0, 1 - z)² are looked into
 * (LibMultiLabel). A label's score is 1 less the root of that sum: z itself where one step leads to it. Where no step has a loss it is
 * the least z. Labels outside the beam have the logit -Infinity.
 */
export class TreeModel implements LinearScorer {
  readonly shape: { labels: number };
  readonly parameters: number;
  private readonly nodes: Node[];
  private readonly row: FeatureRow;

  /** @param outputs weights of labels, then of nodes */
  constructor(
    readonly features: Features,
    readonly tree: LabelTree,
    outputs: readonly LabelWeights[],
    public slope: number,
    private readonly beam: number,
  ) {
    this.shape = { labels: tree.labels };
    this.row = new FeatureRow(features);
    const counts = new Int32Array(features.size);
    this.nodes = childrenOf(tree).map((children) => nodeOf(children, outputs, counts));
    this.parameters = this.nodes.reduce((sum, { weights, bias }) => sum + weights.length + bias.length, 0);
  }

  async logits(batch: Batch, onRow: OnLogits, pause?: (done: number) => Promise<void>): Promise<void> {
    const logits = new Float32Array(this.shape.labels);
    let since = performance.now();
    for (let d = 0; d < batch.size; d++) {
      const [from, to] = [batch.wordStarts[d], batch.wordStarts[d + 1]];
      this.row.read(batch.words.subarray(from, to), batch.values?.subarray(from, to));
      logits.fill(-Infinity);
      this.search((label, score) => (logits[label] = this.slope * score));
      onRow(d, logits);
      if (!pause || performance.now() - since < 100) continue;
      await pause(d + 1);
      since = performance.now();
    }
    await pause?.(batch.size);
  }

  private search(onLabel: (label: number, score: number) => void): void {
    const { labels } = this.tree;
    let paths: Path[] = [{ node: 0, loss: 0, least: Infinity }];
    while (paths.length > 0) {
      const next: Path[] = [];
      for (const path of paths) {
        const { children } = this.nodes[path.node];
        const scores = this.scoresIn(path.node);
        children.forEach((output, i) => {
          const loss = path.loss + hinge(scores[i]) ** 2;
          const least = Math.min(path.least, scores[i]);
          if (output < labels) onLabel(output, scoreOf(loss, least));
          else next.push({ node: output - labels + 1, loss, least });
        });
      }
      paths = next.sort((a, b) => a.loss - b.loss || b.least - a.least || a.node - b.node).slice(0, this.beam);
    }
  }

  /** Scores of a node's children for the row that was read last. */
  private scoresIn(node: number): Float64Array {
    const { row } = this;
    const { bias, features, starts, places, weights } = this.nodes[node];
    const values = halves();
    const scores = bias.slice();
    for (let i = 0; i < row.length; i++) {
      const at = features.find(row.features[i]);
      if (at < 0) continue;
      const value = row.values[i];
      for (let e = starts[at], end = starts[at + 1]; e < end; e++) scores[places[e]] += value * values[weights[e]];
    }
    return scores;
  }

  /** The steps to a label are weighed by what each of their scores does to the label's: so the parts of all of them add up. */
  partsOf(document: Int32Array, label: number, counts?: Float32Array): ReturnType<LinearScorer['partsOf']> {
    const { row, slope, features } = this;
    row.read(document, counts);
    const steps = this.stepsTo(label);
    const losses = steps.map(({ z }) => hinge(z));
    const root = Math.hypot(...losses);
    const least = steps.reduce((low, { z }, i) => (z < steps[low].z ? i : low), 0);
    const shares = losses.map((loss, i) => (root > 0 ? loss / root : Number(i === least)));
    const values = new Map<number, number>();
    let bias = root > 0 ? shares.reduce((sum, share) => sum - share, 1) : 0;
    steps.forEach(({ node, place }, i) => {
      bias += shares[i] * this.nodes[node].bias[place];
      for (let f = 0; f < row.length; f++) {
        const added = slope * shares[i] * row.values[f] * this.weightOf(node, place, row.features[f]);
        if (added !== 0) values.set(row.features[f], (values.get(row.features[f]) ?? 0) + added);
      }
    });
    return { parts: sharedOut(features, document, values, counts), bias: slope * bias };
  }

  private stepsTo(label: number): { node: number; place: number; z: number }[] {
    const { labels, parents } = this.tree;
    const steps = [];
    for (let output = label; ; output = labels + parents[output] - 1) {
      const node = parents[output];
      const place = this.nodes[node].children.indexOf(output);
      steps.push({ node, place, z: this.scoresIn(node)[place] });
      if (node === 0) return steps;
    }
  }

  private weightOf(node: number, place: number, feature: number): number {
    const { features, starts, places, weights } = this.nodes[node];
    const at = features.find(feature);
    if (at < 0) return 0;
    for (let e = starts[at]; e < starts[at + 1]; e++) if (places[e] === place) return halves()[weights[e]];
    return 0;
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

const hinge = (z: number): number => Math.max(0, 1 - z);

const scoreOf = (loss: number, least: number): number => (loss > 0 ? 1 - Math.sqrt(loss) : least);

/** Some of all features, in a list, or as bits with the count of those before where they are many. */
class FeatureList {
  private readonly bits?: Int32Array; // [features / 32]
  private readonly before?: Int32Array; // [features / 32]
  private readonly list: Int32Array;

  /** @param ascending their numbers; @param all how many there are */
  constructor(ascending: Int32Array, all: number) {
    const isShort = ascending.length < all / 16; // then the list takes less room
    this.list = isShort ? ascending : new Int32Array(0);
    if (isShort) return;
    this.bits = new Int32Array(Math.ceil(all / 32));
    this.before = new Int32Array(this.bits.length);
    for (const feature of ascending) this.bits[feature >>> 5] |= 1 << (feature & 31);
    for (let i = 1; i < this.bits.length; i++) this.before[i] = this.before[i - 1] + bitCount(this.bits[i - 1]);
  }

  /** Its number among them, or -1. */
  find(feature: number): number {
    const { bits, before, list } = this;
    if (bits && before) {
      const word = bits[feature >>> 5] >> (feature & 31);
      return word & 1 ? before[feature >>> 5] + bitCount(bits[feature >>> 5] & ((1 << (feature & 31)) - 1)) : -1;
    }
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle] < feature) low = middle + 1;
      else high = middle;
    }
    return list[low] === feature ? low : -1;
  }
}

function bitCount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** @param counts [features], all 0 before and after */
function nodeOf(children: readonly number[], outputs: readonly LabelWeights[], counts: Int32Array): Node {
  for (const output of children) forEachWeight(outputs[output], (feature) => counts[feature]++);
  const found = new Set<number>();
  for (const output of children) forEachWeight(outputs[output], (feature) => found.add(feature));
  const features = Int32Array.from(found).sort();
  const starts = new Int32Array(features.length + 1);
  features.forEach((feature, i) => {
    starts[i + 1] = starts[i] + counts[feature];
    counts[feature] = starts[i];
  });
  const count = starts[features.length];
  const places = new (children.length > 65_536 ? Int32Array : Uint16Array)(count);
  const weights = new Uint16Array(count);
  children.forEach((output, place) => {
    const { steps, weights: bits } = outputs[output];
    for (let i = 0, feature = -1; i < steps.length; i++) {
      feature += steps[i];
      if (halves()[bits[i]] === 0) continue;
      const at = counts[feature]++;
      places[at] = place;
      weights[at] = bits[i];
    }
  });
  for (const feature of features) counts[feature] = 0;
  const bias = Float64Array.from(children, (output) => outputs[output].bias);
  return { children, bias, features: new FeatureList(features, counts.length), starts, places, weights };
}
