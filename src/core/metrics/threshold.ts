import { withRoom } from '../base/growing.ts';
import { mostTopK } from '../base/metrics.ts';
import { bitsAt, key32 } from '../base/random.ts';
import type { OwnThresholds, TunedDecisions } from './decision.ts';
import { TopList } from './ranking.ts';

/** Probabilities at or below this are never predicted: a threshold lies at or above it. */
export const lowestThreshold = 0.01;

interface TunedThreshold {
  /** A label is predicted where its probability is above this. */
  threshold: number;
  microF1: number;
}

/**
 * Finds the threshold with the best micro-F1: exactly, by trying every distinct score above 0.01 that was added.
 * Keeps 8 bytes for each of these scores.
 */
export class ThresholdTuner {
  private hits = new Float64Array(1024);
  private misses = new Float64Array(1024);
  private hitCount = 0;
  private missCount = 0;
  private positives = 0;

  /** @param scores probabilities; @param truth label ids, which may lie beyond the scores (they are never predicted) */
  add(scores: ArrayLike<number>, truth: ArrayLike<number>): void {
    const labels = this.begin(truth);
    for (let l = 0; l < scores.length; l++) if (scores[l] > lowestThreshold) this.push(scores[l], labels.has(l));
  }

  /** The same for a document of which only the scores above 0.01 (at least) are known. */
  addSparse(labels: ArrayLike<number>, scores: ArrayLike<number>, truth: ArrayLike<number>): void {
    const held = this.begin(truth);
    for (let i = 0; i < labels.length; i++) if (scores[i] > lowestThreshold) this.push(scores[i], held.has(labels[i]));
  }

  /** Of equally good thresholds the highest; 0.5 and F1 0 where no threshold predicts anything right. */
  best(): TunedThreshold {
    const hits = this.hits.slice(0, this.hitCount).sort();
    const misses = this.misses.slice(0, this.missCount).sort();
    let best: TunedThreshold = { threshold: 0.5, microF1: 0 };
    let h = hits.length;
    let m = misses.length;
    while (h > 0 || m > 0) {
      const score = highest(hits, h, misses, m);
      while (h > 0 && hits[h - 1] === score) h--;
      while (m > 0 && misses[m - 1] === score) m--;
      const tp = hits.length - h;
      const microF1 = (2 * tp) / (tp + misses.length - m + this.positives);
      if (microF1 > best.microF1) best = { threshold: between(score, highest(hits, h, misses, m)), microF1 };
    }
    return best;
  }

  /** The labels of a document whose scores are pushed next. */
  begin(truth: ArrayLike<number>): Set<number> {
    const labels = new Set(Array.from(truth));
    this.positives += labels.size;
    return labels;
  }

  /** A score above 0.01. */
  push(score: number, isTrue: boolean): void {
    if (isTrue) {
      this.hits = withRoom(this.hits, this.hitCount + 1);
      this.hits[this.hitCount++] = score;
    } else {
      this.misses = withRoom(this.misses, this.missCount + 1);
      this.misses[this.missCount++] = score;
    }
  }
}

const highest = (a: Float64Array, n: number, b: Float64Array, m: number): number =>
  Math.max(n > 0 ? a[n - 1] : lowestThreshold, m > 0 ? b[m - 1] : lowestThreshold);

/** A threshold that the higher score passes and the lower does not. */
function between(higher: number, lower: number): number {
  const middle = (higher + lower) / 2;
  return middle < higher ? middle : lower;
}

/** Finds the number of best labels with the best micro-F1. */
class TopKTuner {
  readonly top: TopList;
  private readonly hits: Float64Array; // [rank]
  private documents = 0;
  private positives = 0;

  constructor(outputs: number) {
    this.top = new TopList(Math.min(mostTopK, outputs));
    this.hits = new Float64Array(this.top.capacity);
  }

  /** A document whose best scores are in `top`. */
  add(truth: ReadonlySet<number>): void {
    const { top, hits } = this;
    for (let rank = 0; rank < top.size; rank++) if (truth.has(top.ids[rank])) hits[rank]++;
    this.documents++;
    this.positives += truth.size;
  }

  /** Of equally good numbers the smallest. */
  best(): number {
    let best = { k: 1, f1: 0 };
    let hits = 0;
    this.hits.forEach((own, rank) => {
      const k = rank + 1;
      hits += own;
      const f1 = (2 * hits) / (k * this.documents + this.positives);
      if (f1 > best.f1) best = { k, f1 };
    });
    return best.k;
  }
}

/** Steps between the lowest and the highest threshold that a label may have: even in log-odds. */
const steps = 128;
const highestThreshold = 1 - lowestThreshold;
const lowestLogit = Math.log(lowestThreshold / (1 - lowestThreshold));
const stepSize = (-2 * lowestLogit) / (steps - 1);
const candidates = Float64Array.from({ length: steps }, (_, i) =>
  i === 0 ? lowestThreshold : i === steps - 1 ? highestThreshold : roundedSigmoid(lowestLogit + i * stepSize),
);

function roundedSigmoid(x: number): number {
  return Number((1 / (1 + Math.exp(-x))).toPrecision(5));
}

/** How many candidates lie below a score, of which the lowest does. */
function candidatesBelow(score: number): number {
  if (score > highestThreshold) return steps;
  let at = Math.min(steps, Math.max(1, Math.ceil((Math.log(score / (1 - score)) - lowestLogit) / stepSize)));
  while (at < steps && candidates[at] < score) at++;
  while (at > 1 && candidates[at - 1] >= score) at--;
  return at;
}

/** Validation documents with a label that a half needs, so that the label may have a threshold of its own. */
export const leastPositives = 2;
/** A label whose best F1 on validation is below this keeps the common threshold: the "fbr" of SCutFBR. */
export const leastF1 = 0.1;
/** Labels that may have a threshold of their own, the most frequent in validation: 2 KiB each while it is looked for. */
const mostLabels = 50_000;

/**
 * A threshold for each label that has proved to need one: SCutFBR (Fan and Lin, "A study on threshold selection for multi-label
 * classification", 2007), made cautious. A label's threshold has the best F1 on validation. It is kept where that F1 reaches `leastF1`,
 * and where the threshold that is best on one half of the documents is no worse than the common one on the other, both ways.
 * Scores are counted, not kept: 128 steps a label and half.
 */
class LabelTuner {
  private readonly slotOf = new Map<number, number>();
  /** Of a slot: hits of the first half, misses of it, hits of the second half, misses of it. A step counts scores just above it. */
  private readonly counts: Uint32Array; // [slots][2][2][steps]
  private readonly positives: Uint32Array; // [slots][2]

  constructor(labels: ArrayLike<number>, labelStarts: ArrayLike<number>, outputs: number) {
    const found = new Uint32Array(2 * outputs);
    for (let d = 0; d + 1 < labelStarts.length; d++)
      for (let i = labelStarts[d]; i < labelStarts[d + 1]; i++)
        if (labels[i] < outputs) found[2 * labels[i] + halfOf(d)]++;
    const chosen = Array.from({ length: outputs }, (_, l) => l)
      .filter((l) => Math.min(found[2 * l], found[2 * l + 1]) >= leastPositives)
      .sort((a, b) => found[2 * b] + found[2 * b + 1] - found[2 * a] - found[2 * a + 1] || a - b)
      .slice(0, mostLabels)
      .sort((a, b) => a - b);
    this.counts = new Uint32Array(chosen.length * 4 * steps);
    this.positives = new Uint32Array(chosen.length * 2);
    chosen.forEach((label, slot) => {
      this.slotOf.set(label, slot);
      this.positives.set(found.subarray(2 * label, 2 * label + 2), 2 * slot);
    });
  }

  /** A score above 0.01. */
  count(document: number, label: number, score: number, isTrue: boolean): void {
    const slot = this.slotOf.get(label);
    if (slot === undefined) return;
    this.counts[(slot * 4 + 2 * halfOf(document) + (isTrue ? 0 : 1)) * steps + candidatesBelow(score) - 1]++;
  }

  best(common: number): OwnThresholds {
    const own: OwnThresholds = { labels: [], thresholds: [] };
    for (const [label, slot] of this.slotOf) {
      const threshold = this.thresholdOf(slot, common);
      if (threshold === undefined) continue;
      own.labels.push(label);
      own.thresholds.push(threshold);
    }
    return own;
  }

  private thresholdOf(slot: number, common: number): number | undefined {
    const { counts, positives } = this;
    const part = (of: number): Uint32Array => counts.subarray((slot * 4 + of) * steps, (slot * 4 + of + 1) * steps);
    const halves = [0, 1].map((half) => f1Curve(part(2 * half), part(2 * half + 1), positives[2 * slot + half]));
    const kept = nearestStep(common);
    const isBacked = [0, 1].every((half) => halves[1 - half][bestStep(halves[half], kept)] >= halves[1 - half][kept]);
    if (!isBacked) return undefined;
    const sum = (a: Uint32Array, b: Uint32Array): Uint32Array => a.map((n, i) => n + b[i]);
    const all = positives[2 * slot] + positives[2 * slot + 1];
    const whole = f1Curve(sum(part(0), part(2)), sum(part(1), part(3)), all);
    const best = bestStep(whole, kept);
    return best === kept || whole[best] < leastF1 ? undefined : candidates[best];
  }
}

/** Documents are dealt out by chance, for neighbours may be alike; the same every time. */
const dealing = key32(0x68616c66);
const halfOf = (document: number): number => bitsAt(dealing, document) & 1;

/** F1 at each step. */
function f1Curve(hits: Uint32Array, misses: Uint32Array, positives: number): Float64Array {
  const curve = new Float64Array(steps);
  let [tp, fp] = [0, 0];
  for (let step = steps - 1; step >= 0; step--) {
    tp += hits[step];
    fp += misses[step];
    curve[step] = (2 * tp) / (tp + fp + positives);
  }
  return curve;
}

/** Of equally good steps the one nearest to `kept`, then the higher. */
function bestStep(curve: Float64Array, kept: number): number {
  let best = kept;
  for (let step = steps - 1; step >= 0; step--)
    if (curve[step] > curve[best] || (curve[step] === curve[best] && Math.abs(step - kept) < Math.abs(best - kept)))
      best = step;
  return best;
}

function nearestStep(threshold: number): number {
  let best = 0;
  candidates.forEach((candidate, step) => {
    if (Math.abs(candidate - threshold) < Math.abs(candidates[best] - threshold)) best = step;
  });
  return best;
}

/** Tunes every way to decide, in one pass over the scores of validation. */
export class DecisionTuner {
  private readonly common = new ThresholdTuner();
  private readonly byLabel: LabelTuner;
  private readonly byRank: TopKTuner;

  /** @param corpus labels of the documents that will be added, in their order */
  constructor(corpus: { labels: Int32Array; labelStarts: Uint32Array }, outputs: number) {
    this.byLabel = new LabelTuner(corpus.labels, corpus.labelStarts, outputs);
    this.byRank = new TopKTuner(outputs);
  }

  /** @param scores probabilities of document `document`; @param truth its label ids, which may lie beyond the scores */
  add(document: number, scores: ArrayLike<number>, truth: ArrayLike<number>): void {
    const { common, byLabel, byRank } = this;
    const { top } = byRank;
    const lowest = lowestThreshold; // bundled constants are slow in a loop, locals are not
    const labels = common.begin(truth);
    top.clear();
    for (let l = 0, gate = -Infinity; l < scores.length; l++) {
      const score = scores[l];
      if (!(score > gate)) continue;
      top.offer(l, score);
      if (score > lowest) {
        const isTrue = labels.has(l);
        common.push(score, isTrue);
        byLabel.count(document, l, score, isTrue);
      }
      gate = Math.min(top.floor, lowest);
    }
    byRank.add(labels);
  }

  best(): Required<TunedDecisions> {
    const { threshold } = this.common.best();
    return { threshold, own: this.byLabel.best(threshold), topK: this.byRank.best() };
  }
}
