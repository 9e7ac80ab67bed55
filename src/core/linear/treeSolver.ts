import { key32, permutation } from '../base/random.ts';
import { calls } from '../engine/wasm/calls.generated.ts';
import type { Machine } from '../engine/wasm/machine.ts';
import type { FeatureMatrix, LabelDocuments } from './featureMatrix.ts';
import { childrenOf, type LabelTree } from './labelTree.ts';
import { LinearSolver, type SolvedLabel, type SolverSettings } from './solver.ts';

export interface TreeSettings {
  /** Children of a node, at most. */
  branching: number;
  /** A node of no more labels is not divided. */
  leafSize: number;
  seed: number;
}

/** Labels are not divided further from this many nodes on. */
const deepest = 10;

/**
 * Puts labels together whose documents have the same words: spherical k-means of the sums of their documents' rows, node by node from
 * the root. Depends on the seed, not on the threads.
 */
export async function growTree(
  machine: Machine,
  matrix: FeatureMatrix,
  byLabel: LabelDocuments,
  { branching, leafSize, seed }: TreeSettings,
  pause: () => Promise<void>,
): Promise<LabelTree> {
  const labels = byLabel.starts.length - 1;
  const excerpts = new Excerpts(matrix, byLabel);
  const lengths = labelLengths(matrix, byLabel);
  const parents = new Int32Array(labels);
  const root = { labels: Int32Array.from(parents.keys()), parent: -1, depth: 1 };
  const nodes: { labels: Int32Array; parent: number; depth: number }[] = [root];
  for (let n = 0; n < nodes.length; n++) {
    const { labels: own, depth } = nodes[n];
    const wanted = Math.min(branching, Math.max(2, Math.ceil((2 * own.length) / leafSize)));
    const isLeaf = own.length <= leafSize || depth === deepest;
    const clusters = isLeaf ? [] : await divide(machine, excerpts, lengths, own, wanted, key32(seed, n), pause);
    if (isLeaf) for (const label of own) parents[label] = n;
    for (const cluster of clusters)
      if (cluster.length === 1) parents[cluster[0]] = n;
      else nodes.push({ labels: cluster, parent: n, depth: depth + 1 });
  }
  return { labels, parents: Int32Array.from([...parents, ...nodes.slice(1).map(({ parent }) => parent)]) };
}

/** Lengths of the sums of the labels' rows. */
function labelLengths({ features, starts, indices, values }: FeatureMatrix, byLabel: LabelDocuments): Float32Array {
  const sums = new Float64Array(features);
  return Float32Array.from({ length: byLabel.starts.length - 1 }, (_, l) => {
    const own = byLabel.documents.subarray(byLabel.starts[l], byLabel.starts[l + 1]);
    for (const d of own) for (let e = starts[d]; e < starts[d + 1]; e++) sums[indices[e]] += values[e];
    let squares = 0;
    for (const d of own)
      for (let e = starts[d]; e < starts[d + 1]; e++) {
        squares += sums[indices[e]] ** 2;
        sums[indices[e]] = 0;
      }
    return Math.sqrt(squares);
  });
}

/** The documents of some labels, with the features that they have. */
interface Excerpt {
  matrix: FeatureMatrix;
  /** Numbers of its features and documents in the whole, ascending. */
  features: Int32Array;
  documents: Int32Array;
}

class Excerpts {
  /** Number in the present excerpt, plus 1. */
  private readonly featureAt: Int32Array;
  private readonly documentAt: Int32Array;

  constructor(
    private readonly matrix: FeatureMatrix,
    readonly byLabel: LabelDocuments,
  ) {
    this.featureAt = new Int32Array(matrix.features);
    this.documentAt = new Int32Array(matrix.documents);
  }

  /** Calls `work` with the documents of these labels, and with what gives those of some of them by their numbers among these. */
  async use<T>(
    labels: Iterable<number>,
    work: (excerpt: Excerpt, within: (label: number) => Int32Array) => Promise<T>,
  ): Promise<T> {
    const { documentAt, featureAt, byLabel } = this;
    const ofLabel = (l: number): Int32Array => byLabel.documents.subarray(byLabel.starts[l], byLabel.starts[l + 1]);
    for (const l of labels) for (const d of ofLabel(l)) documentAt[d] = 1;
    const excerpt = this.excerpt();
    try {
      return await work(excerpt, (l) => ofLabel(l).map((d) => documentAt[d] - 1));
    } finally {
      for (const d of excerpt.documents) documentAt[d] = 0;
      for (const f of excerpt.features) featureAt[f] = 0;
    }
  }

  private excerpt(): Excerpt {
    const { documentAt, featureAt, matrix } = this;
    const documents = numbered(documentAt);
    const starts = new Float64Array(documents.length + 1);
    documents.forEach((d, i) => {
      starts[i + 1] = starts[i] + matrix.starts[d + 1] - matrix.starts[d];
      for (let e = matrix.starts[d]; e < matrix.starts[d + 1]; e++) featureAt[matrix.indices[e]] = 1;
    });
    const features = numbered(featureAt);
    const indices = new Int32Array(starts[documents.length]);
    const values = new Float32Array(indices.length);
    documents.forEach((d, i) => {
      const [from, to] = [matrix.starts[d], matrix.starts[d + 1]];
      values.set(matrix.values.subarray(from, to), starts[i]);
      for (let e = from, at = starts[i]; e < to; e++, at++) indices[at] = featureAt[matrix.indices[e]] - 1;
    });
    const counts = { documents: documents.length, features: Math.max(1, features.length) };
    return { matrix: { ...counts, starts, indices, values }, features, documents };
  }
}

/** Numbers what is marked, from 1 on; returns its places. */
function numbered(marks: Int32Array): Int32Array {
  let count = 0;
  for (let i = 0; i < marks.length; i++) if (marks[i] > 0) marks[i] = ++count;
  const places = new Int32Array(count);
  for (let i = 0; i < marks.length; i++) if (marks[i] > 0) places[marks[i] - 1] = i;
  return places;
}

/** Rounds of k-means, at most. */
const mostRounds = 10;

/** Labels in up to `wanted` groups, none of them empty. */
const divide = (
  machine: Machine,
  excerpts: Excerpts,
  lengths: Float32Array,
  labels: Int32Array,
  wanted: number,
  key: number,
  pause: () => Promise<void>,
): Promise<Int32Array[]> =>
  excerpts.use(labels, async ({ matrix }, within) => {
    const { heapTop } = machine;
    const documents = Array.from(labels, within);
    const scales = Array.from(labels, (l) => (lengths[l] > 0 ? 1 / lengths[l] : 0));
    const means = new KMeans(machine, matrix, documents, scales, wanted);
    const clusters = new Int32Array(labels.length).fill(-1);
    permutation(labels.length, key).forEach((l, i) => i < wanted && (clusters[l] = i));
    for (let round = 0; round < mostRounds; round++) {
      means.update(clusters);
      const moved = await means.assign(clusters, pause);
      if (moved === 0) break;
    }
    machine.giveBack(heapTop);
    const found = Array.from({ length: wanted }, (_, k) => labels.filter((_, i) => clusters[i] === k));
    const filled = found.filter(({ length }) => length > 0);
    return filled.length > 1 ? filled : evenly(labels, wanted);
  });

/** For labels whose documents do not tell them apart. */
const evenly = (labels: Int32Array, wanted: number): Int32Array[] =>
  Array.from({ length: wanted }, (_, k) =>
    labels.subarray(Math.floor((k * labels.length) / wanted), Math.floor(((k + 1) * labels.length) / wanted)),
  );

/** Clusters of a block, and documents of a tile, as in the kernels; documents whose products are computed without a pause. */
const [block, tile, together] = [32, 16, 1 << 14];

/** Spherical k-means: labels go to the mean of directions that theirs is nearest to. */
class KMeans {
  private readonly stride: number;
  private readonly at: { rows: number; values: number; bounds: number; products: number; bias: number };

  constructor(
    private readonly machine: Machine,
    private readonly matrix: FeatureMatrix,
    private readonly documents: readonly Int32Array[],
    private readonly scales: readonly number[],
    private readonly wanted: number,
  ) {
    const { starts, indices, values, features } = matrix;
    this.stride = Math.ceil(wanted / block) * block;
    const room = (count: number): number => machine.allocate(count * 4);
    const bounds = room(2 * matrix.documents + 1);
    const [rows, entries] = [room(this.stride * features), room(2 * values.length)];
    this.at = {
      rows,
      values: entries,
      bounds,
      products: room(matrix.documents * this.stride),
      bias: room(this.stride),
    };
    machine.floats(this.at.bias, this.stride).fill(0);
    const placed = machine.integers(bounds, 2 * matrix.documents + 1);
    for (let d = 0; d < matrix.documents; d++) placed[2 * d + 1] = placed[2 * d + 2] = starts[d + 1];
    placed[0] = 0;
    const [numbers, floats] = [
      machine.integers(entries, 2 * values.length),
      machine.floats(entries, 2 * values.length),
    ];
    for (let e = 0; e < values.length; e++) {
      numbers[2 * e] = 4 * indices[e];
      floats[2 * e + 1] = values[e];
    }
  }

  /** The means of the labels' directions, length 1: one after the other, so that what is added up stays in the cache. */
  update(clusters: Int32Array): void {
    const { machine, matrix, wanted, stride, at } = this;
    const { features } = matrix;
    const rows = machine.floats(at.rows, stride * features);
    const members = Array.from({ length: wanted }, (): number[] => []);
    clusters.forEach((k, l) => k >= 0 && members[k].push(l));
    const mean = new Float64Array(features);
    for (let k = 0; k < stride; k++) {
      mean.fill(0);
      for (const l of members[k] ?? []) this.addTo(mean, l);
      let squares = 0;
      for (let f = 0; f < features; f++) squares += mean[f] * mean[f];
      const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
      const first = Math.floor(k / block) * features * block + (k % block);
      for (let f = 0; f < features; f++) rows[first + f * block] = mean[f] * scale;
    }
  }

  private addTo(mean: Float64Array, label: number): void {
    const { starts, indices, values } = this.matrix;
    const scale = this.scales[label];
    for (const d of this.documents[label])
      for (let e = starts[d]; e < starts[d + 1]; e++) mean[indices[e]] += values[e] * scale;
  }

  /** Returns how many labels went to another cluster. */
  async assign(clusters: Int32Array, pause: () => Promise<void>): Promise<number> {
    const { machine, documents, wanted, stride, at } = this;
    await this.multiply(pause);
    const products = machine.floats(at.products, this.matrix.documents * stride);
    const sums = new Float64Array(wanted);
    let moved = 0;
    documents.forEach((own, l) => {
      sums.fill(0);
      for (const d of own) for (let k = 0; k < wanted; k++) sums[k] += products[d * stride + k];
      let best = 0;
      for (let k = 1; k < wanted; k++) if (sums[k] > sums[best]) best = k;
      if (clusters[l] !== best) moved++;
      clusters[l] = best;
    });
    return moved;
  }

  /** Documents times means. */
  private async multiply(pause: () => Promise<void>): Promise<void> {
    const { machine, matrix, stride, at } = this;
    const { rows, values, bias } = at;
    for (let first = 0; first < matrix.documents; first += together) {
      const documents = Math.min(together, matrix.documents - first);
      const part = { documents, bounds: at.bounds + first * 8, logits: at.products + first * stride * 4 };
      const sizes = { labels: stride, dense: matrix.features, slope: 1 };
      const call = calls.linearLogits(Math.ceil(documents / tile), {
        ...sizes,
        ...part,
        rows,
        values,
        bias,
        starts: 0,
        weights: 0,
      });
      machine.run([call], { scratch: 0, scratchBytes: 0 });
      await pause();
    }
  }
}

/** An output's finished weights, of some features. */
export interface SolvedOutput extends SolvedLabel {
  /** Numbers of the features. */
  features: Int32Array;
}

/** In each node, one support vector machine a child over the documents that have a label below the node. */
export async function solveTree(
  machine: Machine,
  matrix: FeatureMatrix,
  byLabel: LabelDocuments,
  tree: LabelTree,
  settings: SolverSettings & { isOpen: (output: number) => boolean },
  onOutput: (solved: SolvedOutput) => void,
  pause: () => Promise<void>,
): Promise<void> {
  const excerpts = new Excerpts(matrix, byLabel);
  const children = childrenOf(tree);
  const below = (output: number): number[] =>
    output < tree.labels ? [output] : children[output - tree.labels + 1].flatMap(below);
  for (const own of children) {
    const open = own.flatMap((output, i) => (settings.isOpen(output) ? [i] : []));
    if (open.length === 0) continue;
    const labels = own.map(below);
    await excerpts.use(labels.flat(), async (excerpt, within) => {
      const { heapTop } = machine;
      const documents = labels.map((some) => union(some.map(within)));
      const costs = own.map((output) => settings.costs?.[output] ?? 1); // of labels alone: nodes have none
      const solver = new LinearSolver(machine, excerpt.matrix, rowsOf(documents), { ...settings, costs });
      const { features } = excerpt;
      await solver.solve(open, (solved) => onOutput({ ...solved, label: own[solved.label], features }), pause);
      machine.giveBack(heapTop);
    });
  }
}

const union = (sets: readonly Int32Array[]): Int32Array =>
  sets.length === 1 ? sets[0] : Int32Array.from(new Set(sets.flatMap((set) => [...set]))).sort();

function rowsOf(documents: readonly Int32Array[]): LabelDocuments {
  const starts = new Uint32Array(documents.length + 1);
  documents.forEach(({ length }, i) => (starts[i + 1] = starts[i] + length));
  const all = new Int32Array(starts[documents.length]);
  documents.forEach((own, i) => all.set(own, starts[i]));
  return { starts, documents: all };
}
