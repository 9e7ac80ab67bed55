import type { Band, LabelFigures } from './labelCounts.ts';
import { LabelCounts } from './labelCounts.ts';
import type { Metrics } from '../base/metrics.ts';
import { Decision, type OwnThresholds } from './decision.ts';
import { RankingSums, TopList, checkKs } from './ranking.ts';
import { UserError } from '../base/errors.ts';

export interface EvaluatorOptions {
  /** Labels of train and the evaluated file together. */
  labelCount: number;
  /** Cut-offs of the ranking metrics. */
  ks: readonly number[];
  /** 1/p_l; without it there is no PSP and no PSnDCG.  [labelCount] */
  inversePropensity?: Float64Array;
  /** A label is predicted where its probability is above this. Default 0.5. */
  threshold?: number;
  /** Tuned on validation: its figures come beside those at `threshold`. */
  tunedThreshold?: number;
  /** Beside `tunedThreshold`, which other labels keep: `microF1@per-label` and so on. */
  own?: OwnThresholds;
  /** Figures of that many best labels of a document: `microF1@top-k` and so on. */
  topK?: number;
  /** Another way to decide, with figures label by label; those of a threshold of its own are `microF1@0.3` and so on. */
  asked?: Decision;
  /** Training documents per label; labels beyond its end have none. Needed for bands and for `testOnlyLabels`. */
  trainLabelCounts?: Uint32Array;
}

/** Figures that depend on the decision threshold. */
interface ThresholdFigures {
  threshold: number;
  /** One entry per label of train or of the evaluated file, by label id. */
  perLabel: LabelFigures[];
  /** By frequency in train; empty without `trainLabelCounts`. */
  bands: Band[];
}

export interface Evaluation extends ThresholdFigures {
  metrics: Metrics;
  documents: number;
  /** They count 0 in the ranking metrics and stay in the mean. */
  unlabelledDocuments: number;
  /** Labels of the evaluated file that no training document holds; 0 without `trainLabelCounts`, which say so. */
  testOnlyLabels: number;
  tuned?: ThresholdFigures;
  asked?: ThresholdFigures;
}

/** Predictions by one way to decide; metrics have the suffix. */
interface Decided {
  suffix: string;
  decision: Decision;
  counts: LabelCounts;
}

/** Probabilities are clipped to [clip, 1 - clip] in the log loss. */
const clip = 1e-7;
/** Below this, four terms of the series of -ln(1-p) are exact to 2e-13. */
const small = 1e-3;
/** Products are turned into logarithms well before they underflow. */
const tiny = 1e-290;

/**
 * All metrics of `metrics.md`, document by document, in one pass over each document's scores and in memory for labels only.
 * Labels from `scores.length` up to `labelCount` have no output: they are never predicted and count as probability 0.
 */
export class Evaluator {
  private readonly ranking: RankingSums;
  private readonly top: TopList;
  private readonly decided: Decided[];
  private readonly lowestThreshold: number;
  private readonly support: Uint32Array; // [Y]
  private readonly isTrue: Uint8Array; // [Y], all 0 between documents
  private documents = 0;
  private unlabelled = 0;
  private outputs = -1;
  private loss = 0;
  private hasAllScores = true;

  /** Throws a UserError for a k above the number of labels. */
  constructor(private readonly options: EvaluatorOptions) {
    const { labelCount, ks, inversePropensity } = options;
    checkKs(ks, labelCount);
    if (inversePropensity && inversePropensity.length < labelCount)
      throw new RangeError(`${inversePropensity.length} inverse propensities for ${labelCount} labels`);
    this.decided = decisionsOf(options);
    const { decided } = this;
    this.ranking = new RankingSums(ks, inversePropensity);
    const ranks = decided.map(({ decision: { k } }) => k).filter(Number.isFinite);
    this.top = new TopList(Math.max(0, ...ks, ...ranks));
    this.lowestThreshold = Math.min(...decided.flatMap(({ decision: { k, floor } }) => (k < Infinity ? [] : [floor])));
    this.support = new Uint32Array(labelCount);
    this.isTrue = new Uint8Array(labelCount);
  }

  /**
   * One document.
   * @param scores probabilities, one per output of the model; a NaN makes `logLoss` NaN
   * @param truth ids of its labels, below `labelCount`
   */
  add(scores: ArrayLike<number>, truth: ArrayLike<number>): void {
    this.checkOutputs(scores.length);
    const labels = this.begin(truth);
    this.top.clear();
    this.loss += this.scan(scores) + this.lossOfUnlikely(scores, labels);
    this.countBest(this.top.ids, this.top.size);
    this.ranking.add(this.top.ids, this.top.size, this.isTrue, labels);
    this.end(labels);
  }

  /**
   * One document of which only the best scores are known; `logLoss` is then left out.
   * @param labels label ids by score descending, then id ascending: every one above the thresholds and the top max(k)
   */
  addSparse(labels: ArrayLike<number>, scores: ArrayLike<number>, truth: ArrayLike<number>): void {
    this.hasAllScores = false;
    const held = this.begin(truth);
    for (let i = 0; i < labels.length && scores[i] > this.lowestThreshold; i++) this.count(labels[i], scores[i]);
    this.countBest(labels, labels.length);
    this.ranking.add(labels, labels.length, this.isTrue, held);
    this.end(held);
  }

  /** The metrics alone: cheap for many labels. */
  metrics(): Metrics {
    if (this.documents === 0)
      throw new UserError('no-documents', 'There are no documents to evaluate', 'Check the split and its file.');
    const labels = this.labels();
    return {
      ...this.ranking.metrics(this.documents),
      ...Object.assign({}, ...this.decided.map(({ counts, suffix }) => counts.metrics(labels, this.support, suffix))),
      ...(this.hasAllScores && { logLoss: this.logLoss() }),
    };
  }

  result(): Evaluation {
    const metrics = this.metrics();
    const of = (suffix: string): LabelCounts | undefined =>
      this.decided.find((decided) => decided.suffix === suffix)?.counts;
    const tuned = of('@tuned');
    const asked =
      this.options.asked && this.decided.find(({ decision }) => isSame(decision, this.options.asked!))?.counts;
    return {
      metrics,
      documents: this.documents,
      unlabelledDocuments: this.unlabelled,
      testOnlyLabels: this.testOnlyLabels(),
      ...this.figuresAt(this.decided[0].counts),
      ...(tuned && { tuned: this.figuresAt(tuned) }),
      ...(asked && { asked: this.figuresAt(asked) }),
    };
  }

  private checkOutputs(outputs: number): void {
    if (this.outputs === outputs) return;
    if (this.outputs >= 0 || outputs > this.options.labelCount)
      throw new RangeError(`${outputs} scores where ${Math.max(this.outputs, this.options.labelCount)} were expected`);
    this.outputs = outputs;
  }

  /** Marks the document's labels and returns them without repeats. */
  private begin(truth: ArrayLike<number>): number[] {
    const labels: number[] = [];
    for (let i = 0; i < truth.length; i++) {
      const l = truth[i];
      if (!(l >= 0 && l < this.isTrue.length)) throw new RangeError(`label ${l} of ${this.isTrue.length}`);
      if (this.isTrue[l]) continue;
      this.isTrue[l] = 1;
      this.support[l]++;
      labels.push(l);
    }
    return labels;
  }

  private end(labels: number[]): void {
    for (const l of labels) this.isTrue[l] = 0;
    this.documents++;
    if (labels.length === 0) this.unlabelled++;
  }

  /** Ranks and counts all scores; returns their log loss, small probabilities taken as those of negatives. */
  private scan(scores: ArrayLike<number>): number {
    const { isTrue } = this;
    const [lowest, highest, seriesEnd] = [clip, 1 - clip, small]; // bundled constants are slow in a loop, locals are not
    let series = 0;
    let product = 1;
    let logs = 0;
    let gate = this.gate();
    for (let l = 0; l < scores.length; l++) {
      const p = scores[l];
      if (p < seriesEnd) {
        const q = p < lowest ? lowest : p;
        series += q * (1 + q * (1 / 2 + q * (1 / 3 + q / 4)));
      } else {
        const q = p > highest ? highest : p;
        if (isTrue[l]) logs += Math.log(q);
        else product *= 1 - q;
        if (product < tiny) {
          logs += Math.log(product);
          product = 1;
        }
      }
      if (p > gate) {
        this.top.offer(l, p);
        this.count(l, p);
        gate = this.gate();
      }
    }
    return series - logs - Math.log(product);
  }

  /** What `scan` leaves out: the loss of true labels with small probabilities. */
  private lossOfUnlikely(scores: ArrayLike<number>, labels: number[]): number {
    let loss = 0;
    for (const l of labels) {
      if (!(scores[l] < small)) continue;
      const q = Math.max(scores[l], clip);
      loss += Math.log1p(-q) - Math.log(q);
    }
    return loss;
  }

  /** The score above which a label with a higher id than all so far matters. */
  private gate(): number {
    const { top, lowestThreshold } = this;
    return top.capacity > 0 ? Math.min(top.floor, lowestThreshold) : lowestThreshold;
  }

  private count(label: number, score: number): void {
    for (const { decision, counts } of this.decided)
      if (decision.k === Infinity && score > decision.thresholdOf(label)) this.predict(counts, label);
  }

  /** For the ways to decide by rank. */
  private countBest(labels: ArrayLike<number>, size: number): void {
    for (const { decision, counts } of this.decided)
      if (decision.k < Infinity)
        for (let rank = 0; rank < Math.min(decision.k, size); rank++) this.predict(counts, labels[rank]);
  }

  private predict(counts: LabelCounts, label: number): void {
    counts.predicted[label]++;
    counts.hits[label] += this.isTrue[label];
  }

  /** Mean binary cross-entropy per document and label that has an output or occurs in the file. */
  private logLoss(): number {
    let { loss } = this;
    let labels = this.outputs;
    for (let l = this.outputs; l < this.support.length; l++) {
      if (this.support[l] === 0) continue;
      labels++;
      loss -= this.support[l] * Math.log(clip) + (this.documents - this.support[l]) * Math.log1p(-clip);
    }
    return loss / (this.documents * labels);
  }

  /** The labels of train and the evaluated file; all where the training counts are not known. */
  private labels(): Int32Array {
    const { trainLabelCounts, labelCount } = this.options;
    const all = Int32Array.from({ length: labelCount }, (_, l) => l);
    return trainLabelCounts ? all.filter((l) => trainLabelCounts[l] > 0 || this.support[l] > 0) : all;
  }

  private testOnlyLabels(): number {
    const { trainLabelCounts } = this.options;
    if (!trainLabelCounts) return 0;
    return this.support.reduce((sum, n, l) => sum + (n > 0 && !(trainLabelCounts[l] > 0) ? 1 : 0), 0);
  }

  private figuresAt(counts: LabelCounts): ThresholdFigures {
    const labels = this.labels();
    const { trainLabelCounts } = this.options;
    return {
      threshold: counts.threshold,
      perLabel: counts.perLabel(labels, this.support),
      bands: trainLabelCounts ? counts.bands(labels, this.support, trainLabelCounts) : [],
    };
  }
}

/** A run has one way to decide of each kind, but for thresholds. */
const isSame = (a: Decision, b: Decision): boolean =>
  a.kind === b.kind && (a.kind !== 'one' || a.threshold === b.threshold);

/** In metrics: microF1@tuned, microF1@0.3, … */
function suffixOf({ kind, threshold }: Decision): string {
  return `@${kind === 'one' ? threshold : kind}`;
}

function decisionsOf({ labelCount, threshold = 0.5, tunedThreshold, own, topK, asked }: EvaluatorOptions): Decided[] {
  const found: [suffix: string, decision: Decision][] = [['', Decision.above(threshold)]];
  if (tunedThreshold !== undefined) found.push(['@tuned', Decision.above(tunedThreshold)]);
  if (tunedThreshold !== undefined && own) found.push(['@per-label', Decision.perLabel(tunedThreshold, own)]);
  if (topK !== undefined) found.push(['@top-k', Decision.best(topK)]);
  if (asked && !found.some(([, decision]) => isSame(decision, asked))) found.push([suffixOf(asked), asked]);
  return found.map(([suffix, decision]) => ({
    suffix,
    decision,
    counts: new LabelCounts(labelCount, decision.threshold),
  }));
}
