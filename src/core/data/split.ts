/** Splitting a dataset into training and held-out documents. */
import { Stream, bitsAt, key32, permutation } from '../base/random.ts';

/** Document numbers, ascending in each half. */
export interface HoldOut {
  train: Uint32Array;
  held: Uint32Array;
}

/** Holds out round(n * fraction) documents drawn at random; both halves keep at least one where n > 1 and 0 < fraction < 1. */
export function randomSplit(n: number, fraction: number, seed: number, stream: number = Stream.split): HoldOut {
  const order = permutation(n, key32(seed, stream));
  const held = heldCount(n, fraction);
  return { train: order.slice(held).sort(), held: order.slice(0, held).sort() };
}

function heldCount(n: number, fraction: number): number {
  if (n < 2 || fraction <= 0 || fraction >= 1) return Math.round(n * Math.min(1, Math.max(0, fraction)));
  return Math.min(n - 1, Math.max(1, Math.round(n * fraction)));
}

/**
 * Iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011, Algorithm 1) into two parts: the documents of the label
 * that has the fewest left are given out first, each to the part that still wants more of that label; then to the part
 * that wants more documents; then by lot. The held part has about n * fraction documents, and about that share of each label.
 * `labelsOf(i)`: label ids of document i, each once and below `labelCount`. Time and memory: proportional to the labels of all documents.
 */
export function stratifiedSplit(
  labelsOf: (i: number) => ArrayLike<number>,
  n: number,
  labelCount: number,
  fraction: number,
  seed: number,
  stream: number = Stream.split,
): HoldOut {
  const key = key32(seed, stream);
  const { starts, documents } = documentsByLabel(labelsOf, n, labelCount, permutation(n, key));
  const left = new BucketQueue(
    Uint32Array.from({ length: labelCount }, (_, l) => starts[l + 1] - starts[l]),
    n,
  );
  const shares = [1 - fraction, fraction];
  const wanted = shares.map((share) => share * n);
  const wantedOf = shares.map((share) =>
    Float64Array.from({ length: labelCount }, (_, l) => share * (starts[l + 1] - starts[l])),
  );
  const part = new Int8Array(n).fill(-1);

  const give = (document: number, difference: number) => {
    const to = (difference || wanted[1] - wanted[0] || (bitsAt(key, n + document) & 1) - 0.5) > 0 ? 1 : 0;
    part[document] = to;
    wanted[to]--;
    const labels = labelsOf(document);
    for (let i = 0; i < labels.length; i++) {
      wantedOf[to][labels[i]]--;
      left.decrease(labels[i]);
    }
  };
  for (let label = left.rarest(); label >= 0; label = left.rarest())
    for (let i = starts[label]; i < starts[label + 1]; i++) {
      const document = documents[i];
      if (part[document] < 0) give(document, wantedOf[1][label] - wantedOf[0][label]);
    }
  for (const document of permutation(n, key)) if (part[document] < 0) give(document, 0);
  return collect(part);
}

/** For each label its documents, in the given order: documents[starts[l] … starts[l + 1]). */
function documentsByLabel(
  labelsOf: (i: number) => ArrayLike<number>,
  n: number,
  labelCount: number,
  order: Uint32Array,
): { starts: Float64Array; documents: Uint32Array } {
  const starts = new Float64Array(labelCount + 1);
  for (let d = 0; d < n; d++) {
    const labels = labelsOf(d);
    for (let i = 0; i < labels.length; i++) starts[labels[i] + 1]++;
  }
  for (let l = 0; l < labelCount; l++) starts[l + 1] += starts[l];
  const documents = new Uint32Array(starts[labelCount]);
  const next = starts.slice();
  for (const d of order) {
    const labels = labelsOf(d);
    for (let i = 0; i < labels.length; i++) documents[next[labels[i]]++] = d;
  }
  return { starts, documents };
}

/** Labels by how many documents they have left: finding the rarest and lowering a count take constant time on average. */
class BucketQueue {
  private readonly first: Int32Array; // by count: a label, or -1
  private readonly next: Int32Array; // by label
  private readonly previous: Int32Array;
  private lowest = 1;

  constructor(
    private readonly counts: Uint32Array,
    largest: number,
  ) {
    this.first = new Int32Array(largest + 1).fill(-1);
    this.next = new Int32Array(counts.length);
    this.previous = new Int32Array(counts.length);
    for (let label = counts.length - 1; label >= 0; label--) this.insert(label);
  }

  /** The label with the smallest count above 0, or -1. */
  rarest(): number {
    while (this.lowest < this.first.length && this.first[this.lowest] < 0) this.lowest++;
    return this.lowest < this.first.length ? this.first[this.lowest] : -1;
  }

  decrease(label: number): void {
    const { next, previous, counts, first } = this;
    if (next[label] >= 0) previous[next[label]] = previous[label];
    if (previous[label] >= 0) next[previous[label]] = next[label];
    else first[counts[label]] = next[label];
    counts[label]--;
    this.insert(label);
    if (counts[label] > 0 && counts[label] < this.lowest) this.lowest = counts[label];
  }

  private insert(label: number): void {
    const count = this.counts[label];
    const head = this.first[count];
    this.next[label] = head;
    this.previous[label] = -1;
    if (head >= 0) this.previous[head] = label;
    this.first[count] = label;
  }
}

function collect(part: Int8Array): HoldOut {
  const held: number[] = [];
  const train: number[] = [];
  for (let i = 0; i < part.length; i++) (part[i] === 1 ? held : train).push(i);
  return { train: Uint32Array.from(train), held: Uint32Array.from(held) };
}
