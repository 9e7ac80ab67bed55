import type { LabelFigures } from './labelCounts.ts';
import { LabelCounts } from './labelCounts.ts';
import type { Metrics } from '../base/metrics.ts';
import { ratio } from './ranking.ts';
import type { ScoreStore } from './scores.ts';
import { Decision } from './decision.ts';
import { lowestThreshold } from './threshold.ts';

/** What a label comes to where it is predicted from this score on. */
export interface CurvePoint {
  score: number;
  precision: number;
  recall: number;
  f1: number;
}

export interface ScoredLabels {
  /** Labels of train and the evaluated file together. */
  labelCount: number;
  /** Training documents per label. */
  trainLabelCounts: Uint32Array;
}

/**
 * Kept scores label by label, sorted, so that the figures at any threshold from 0.01 up cost two binary searches a label.
 * They equal those of an `Evaluator` with that threshold to the last bit. Memory: 8 bytes for each score above 0.01, and as
 * much again for those of true labels.
 */
export class ScoresByLabel {
  private readonly predicted: SortedLists;
  private readonly hits: SortedLists;
  private readonly support: Uint32Array; // [Y]
  private readonly labels: Int32Array; // those of train and the file

  /** @param truthOf label ids of a document, without repeats */
  constructor(
    private readonly store: ScoreStore,
    private readonly truthOf: (document: number) => ArrayLike<number>,
    private readonly options: ScoredLabels,
  ) {
    const { labelCount, trainLabelCounts } = options;
    this.support = new Uint32Array(labelCount);
    for (let d = 0; d < store.size; d++) {
      const truth = truthOf(d);
      for (let i = 0; i < truth.length; i++) this.support[truth[i]]++;
    }
    this.predicted = new SortedLists(labelCount, (add) => eachScore(store, add));
    this.hits = new SortedLists(labelCount, (add) => {
      const isTrue = new Uint8Array(labelCount);
      let document = -1;
      let truth: ArrayLike<number> = [];
      eachScore(store, (label, score, d) => {
        if (d !== document) {
          for (let i = 0; i < truth.length; i++) isTrue[truth[i]] = 0;
          truth = truthOf((document = d));
          for (let i = 0; i < truth.length; i++) isTrue[truth[i]] = 1;
        }
        if (isTrue[label]) add(label, score);
      });
    });
    this.labels = Int32Array.from({ length: labelCount }, (_, l) => l).filter(
      (l) => trainLabelCounts[l] > 0 || this.support[l] > 0,
    );
  }

  /** `microF1`, `macroF1`, `microP`, `microR`, `macroP`, `macroR`. Throws a RangeError for a threshold below 0.01. */
  metricsAt(decision: Decision): Metrics {
    return this.countsAt(decision).metrics(this.labels, this.support);
  }

  /** One entry per label of train or of the file, by label id. Throws a RangeError for a threshold below 0.01. */
  labelsAt(decision: Decision): LabelFigures[] {
    return this.countsAt(decision).perLabel(this.labels, this.support);
  }

  /**
   * Precision and recall of a label at its distinct scores above 0.01, thresholds ascending: `most` of them at most, those at its
   * ends among them; and the best by F1 of all, the highest of equals.
   */
  curveOf(label: number, most = 200): { points: CurvePoint[]; best?: CurvePoint } {
    const scores = this.predicted.valuesOf(label);
    const support = this.support[label];
    const distinct = [...new Set(scores)];
    const step = Math.max(1, (distinct.length - 1) / (most - 1));
    const chosen = new Set(Array.from({ length: Math.min(most, distinct.length) }, (_, i) => Math.round(i * step)));
    const all = distinct.map((score): CurvePoint => {
      const predicted = this.predicted.from(label, score);
      const hits = this.hits.from(label, score);
      return {
        score,
        precision: ratio(hits, predicted),
        recall: ratio(hits, support),
        f1: ratio(2 * hits, predicted + support),
      };
    });
    const best = all.reduce<CurvePoint | undefined>(
      (one, point) => (one && one.f1 > point.f1 ? one : point),
      undefined,
    );
    return { points: all.filter((_, i) => chosen.has(i)), best };
  }

  private countsAt(decision: Decision): LabelCounts {
    if (decision.k < Infinity) return this.countsOfBest(decision);
    const { floor } = decision;
    if (!(floor >= lowestThreshold)) throw new RangeError(`threshold ${floor} below ${lowestThreshold}`);
    const { labelCount } = this.options;
    const counts = new LabelCounts(labelCount, floor);
    for (let l = 0; l < labelCount; l++) {
      const threshold = decision.thresholdOf(l);
      counts.predicted[l] = this.predicted.above(l, threshold);
      if (counts.predicted[l] > 0) counts.hits[l] = this.hits.above(l, threshold);
    }
    return counts;
  }

  private countsOfBest({ k, threshold }: Decision): LabelCounts {
    const counts = new LabelCounts(this.options.labelCount, threshold);
    for (let d = 0; d < this.store.size; d++) {
      const truth = new Set(Array.from(this.truthOf(d)));
      for (const label of this.store.row(d).labels.subarray(0, k)) {
        counts.predicted[label]++;
        if (truth.has(label)) counts.hits[label]++;
      }
    }
    return counts;
  }
}

type Add = (label: number, score: number, document: number) => void;

function eachScore(store: ScoreStore, visit: Add): void {
  for (let d = 0; d < store.size; d++) {
    const { labels, scores } = store.row(d);
    for (let i = 0; i < labels.length && scores[i] > lowestThreshold; i++) visit(labels[i], scores[i], d);
  }
}

/** A list of scores per label, each ascending. */
class SortedLists {
  private readonly starts: Float64Array; // [Y + 1]
  private readonly values: Float64Array;

  /** @param each calls back for every score; it is gone through twice */
  constructor(labelCount: number, each: (add: (label: number, score: number) => void) => void) {
    this.starts = new Float64Array(labelCount + 1);
    each((label) => this.starts[label + 1]++);
    for (let l = 0; l < labelCount; l++) this.starts[l + 1] += this.starts[l];
    this.values = new Float64Array(this.starts[labelCount]);
    const next = this.starts.slice();
    each((label, score) => (this.values[next[label]++] = score));
    for (let l = 0; l < labelCount; l++) this.values.subarray(this.starts[l], this.starts[l + 1]).sort();
  }

  /** Ascending. */
  valuesOf(label: number): Float64Array {
    return this.values.subarray(this.starts[label], this.starts[label + 1]);
  }

  /** How many scores of the label are this or above. */
  from(label: number, score: number): number {
    const values = this.valuesOf(label);
    let low = 0;
    for (let high = values.length; low < high;) {
      const middle = Math.floor((low + high) / 2);
      if (values[middle] >= score) high = middle;
      else low = middle + 1;
    }
    return values.length - low;
  }

  /** How many scores of the label are above the threshold. */
  above(label: number, threshold: number): number {
    const end = this.starts[label + 1];
    let low = this.starts[label];
    let high = end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.values[middle] > threshold) high = middle;
      else low = middle + 1;
    }
    return end - low;
  }
}
