import type { Metrics } from '../base/metrics.ts';
import type { LabelFigures } from '../metrics/labelCounts.ts';
import { RankingSums } from '../metrics/ranking.ts';
import type { ScoreStore } from '../metrics/scores.ts';
import { type ConfusedPair, LabelConfusion } from '../metrics/labelConfusion.ts';
import type { ScoredLabels } from '../metrics/scoresByLabel.ts';
import { ScoresByLabel } from '../metrics/scoresByLabel.ts';
import { Decision, type DecisionChoice } from '../metrics/decision.ts';
import { lowestThreshold } from '../metrics/threshold.ts';
import type {
  DocumentOrder,
  LabelState,
  ScoredQuery,
  ScoredRow,
  LabelOrder,
  ThresholdPoint,
  Verdict,
} from './scored.ts';

/** A set's true labels in compressed rows: document i has labels[starts[i] … starts[i + 1]). */
export interface Truth {
  labels: Int32Array;
  starts: Float64Array; // [N + 1]
}

type DocumentFigures = Omit<ScoredRow, 'document' | 'place' | 'id' | 'snippet'>;

type Filter = Pick<ScoredQuery, 'threshold' | 'label' | 'verdict' | 'states'>;

/** Cut-off of the documents' own P@k and nDCG@k. */
const usualK = 5;

/** Kept scores beside the true labels: what each document and each label comes to at a threshold. */
export class ScoredDocuments {
  readonly k: number;
  private readonly byLabel: ScoresByLabel;
  private readonly precision: Float64Array; // [N], NaN without labels
  private readonly ndcg: Float64Array; // [N], NaN without labels
  /** The highest score of a label that is not true: orders documents of equal measure. */
  private readonly wrong: Float64Array; // [N]
  private readonly isTrue: Uint8Array; // [Y], all 0 between documents
  private latest?: { choice: DecisionChoice; decision: Decision };

  constructor(
    readonly store: ScoreStore,
    private readonly truth: Truth,
    labels: ScoredLabels,
    /** What a run decides by. */
    private readonly decide: (choice: DecisionChoice) => Decision = aboveNumber,
  ) {
    this.k = Math.min(usualK, labels.labelCount);
    this.isTrue = new Uint8Array(labels.labelCount);
    this.byLabel = new ScoresByLabel(store, (d) => this.truthOf(d), labels);
    [this.precision, this.ndcg, this.wrong] = [0, 1, 2].map(() => new Float64Array(store.size));
    for (let d = 0; d < store.size; d++) this.measure(d);
  }

  private decisionOf(choice: DecisionChoice): Decision {
    if (this.latest?.choice !== choice) this.latest = { choice, decision: this.decide(choice) };
    return this.latest.decision;
  }

  truthOf(document: number): Int32Array {
    const { labels, starts } = this.truth;
    return labels.subarray(starts[document], starts[document + 1]);
  }

  /** Figures at every hundredth from 0.01 to 0.99, and at the tuned threshold. */
  curve(tuned?: number): ThresholdPoint[] {
    const thresholds = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);
    if (tuned !== undefined && tuned >= lowestThreshold && !thresholds.includes(tuned)) thresholds.push(tuned);
    return thresholds
      .sort((a, b) => a - b)
      .map((threshold) => ({ threshold, metrics: this.byLabel.metricsAt(Decision.above(threshold)) }));
  }

  metricsAt(choice: DecisionChoice): Metrics {
    return this.byLabel.metricsAt(this.decisionOf(choice));
  }

  labelsAt(choice: DecisionChoice): LabelFigures[] {
    return this.byLabel.labelsAt(this.decisionOf(choice));
  }

  figures(document: number, { threshold, label }: Filter): DocumentFigures {
    const { hits, predicted, truth } = this.counts(document, threshold);
    const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);
    return {
      hits,
      missed: truth - hits,
      false: predicted - hits,
      precision: known(this.precision[document]),
      ndcg: known(this.ndcg[document]),
      f1: known(f1(hits, predicted, truth)),
      probability: label === undefined ? undefined : this.scoreOf(document, label),
    };
  }

  /** Documents that pass the filter, in order. `among`: 1 for each that may be given. */
  documents(query: Filter & Pick<ScoredQuery, 'order' | 'descending'>, among?: Uint8Array): Int32Array {
    const found: number[] = [];
    for (let d = 0; d < this.store.size; d++) if ((!among || among[d]) && this.passes(d, query)) found.push(d);
    const documents = Int32Array.from(found);
    return query.order === 'file' && !query.descending ? documents : this.sorted(documents, query);
  }

  private passes(document: number, { threshold, label, verdict, states = [] }: Filter): boolean {
    if (states.length > 0 && !this.fulfils(document, states, threshold)) return false;
    if (label !== undefined) {
      const own = this.verdictOf(document, label, threshold);
      return verdict === undefined ? own !== undefined : own === verdict;
    }
    if (verdict === undefined) return true;
    const { hits, predicted, truth } = this.counts(document, threshold);
    return (verdict === 'hit' ? hits : verdict === 'missed' ? truth - hits : predicted - hits) > 0;
  }

  private fulfils(document: number, states: readonly LabelState[], threshold: DecisionChoice): boolean {
    const isSo = ({ label, is }: LabelState): boolean => verdictsOf[is].has(this.verdictOf(document, label, threshold));
    const some = states.filter(({ role }) => role === 'any');
    return (
      states.every((state) => state.role === 'any' || isSo(state) === (state.role === 'all')) &&
      (some.length === 0 || some.some(isSo))
    );
  }

  /** F1 of a document; NaN where nothing is true and nothing predicted. */
  f1Of(document: number, choice: DecisionChoice): number {
    const { hits, predicted, truth } = this.counts(document, choice);
    return f1(hits, predicted, truth);
  }

  curveOf(label: number): ReturnType<ScoresByLabel['curveOf']> {
    return this.byLabel.curveOf(label);
  }

  /** Which labels are predicted in place of those that are missed. */
  confusion(choice: DecisionChoice): ConfusedPair[] {
    const decision = this.decisionOf(choice);
    const confusion = new LabelConfusion(this.isTrue.length);
    for (let d = 0; d < this.store.size; d++) {
      const { labels, scores } = this.store.row(d);
      const predicted = Array.from(labels).filter((label, rank) => decision.takes(label, scores[rank], rank));
      confusion.add(this.truthOf(d), predicted);
    }
    return confusion.pairs();
  }

  private verdictOf(document: number, label: number, choice: DecisionChoice): Verdict | undefined {
    const { labels, scores } = this.store.row(document);
    const rank = labels.indexOf(label);
    const isPredicted = rank >= 0 && this.decisionOf(choice).takes(label, scores[rank], rank);
    if (this.truthOf(document).includes(label)) return isPredicted ? 'hit' : 'missed';
    return isPredicted ? 'false' : undefined;
  }

  private scoreOf(document: number, label: number): number | undefined {
    const { labels, scores } = this.store.row(document);
    const at = labels.indexOf(label);
    return at < 0 ? undefined : scores[at];
  }

  private sorted(documents: Int32Array, query: Filter & Pick<ScoredQuery, 'order' | 'descending'>): Int32Array {
    const keys = new Float64Array(this.store.size);
    for (const d of documents) keys[d] = this.key(d, query.order, query);
    const sign = query.descending ? -1 : 1;
    const { wrong } = this;
    return documents.sort((a, b) => {
      const [x, y] = [keys[a], keys[b]];
      if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) {
        if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1; // what has no measure comes last
        return sign * (x - y);
      }
      return wrong[b] - wrong[a] || a - b;
    });
  }

  private key(document: number, order: DocumentOrder, { threshold, label }: Filter): number {
    switch (order) {
      case 'file':
        return document;
      case 'precision':
        return this.precision[document];
      case 'ndcg':
        return this.ndcg[document];
      case 'probability':
        return label === undefined ? NaN : (this.scoreOf(document, label) ?? 0);
      case 'f1': {
        const { hits, predicted, truth } = this.counts(document, threshold);
        return f1(hits, predicted, truth);
      }
    }
  }

  private counts(document: number, choice: DecisionChoice): { hits: number; predicted: number; truth: number } {
    const { labels, scores } = this.store.row(document);
    const truth = this.mark(document);
    let hits = 0;
    let predicted = 0;
    const decision = this.decisionOf(choice);
    for (let rank = 0; rank < labels.length && decision.reaches(scores[rank], rank); rank++) {
      if (!decision.takes(labels[rank], scores[rank], rank)) continue;
      predicted++;
      hits += this.isTrue[labels[rank]];
    }
    this.unmark(truth);
    return { hits, predicted, truth: truth.length };
  }

  private measure(document: number): void {
    const { labels, scores } = this.store.row(document);
    const truth = this.mark(document);
    const sums = new RankingSums([this.k]);
    sums.add(labels, labels.length, this.isTrue, truth);
    const metrics = sums.metrics(1);
    this.precision[document] = truth.length === 0 ? NaN : metrics[`P@${this.k}`];
    this.ndcg[document] = truth.length === 0 ? NaN : metrics[`nDCG@${this.k}`];
    this.wrong[document] = scores[labels.findIndex((label) => !this.isTrue[label])] ?? 0;
    this.unmark(truth);
  }

  private mark(document: number): Int32Array {
    const truth = this.truthOf(document);
    for (const label of truth) this.isTrue[label] = 1;
    return truth;
  }

  private unmark(truth: Int32Array): void {
    for (const label of truth) this.isTrue[label] = 0;
  }
}

const verdictsOf: Record<LabelState['is'], ReadonlySet<Verdict | undefined>> = {
  either: new Set(['hit', 'missed', 'false']),
  true: new Set(['hit', 'missed']),
  predicted: new Set(['hit', 'false']),
  hit: new Set(['hit']),
  missed: new Set(['missed']),
  false: new Set(['false']),
};

function aboveNumber(choice: DecisionChoice): Decision {
  if (typeof choice !== 'number') throw new RangeError(`no run decides by ${choice}`);
  return Decision.above(choice);
}

/** NaN where nothing is true and nothing predicted. */
const f1 = (hits: number, predicted: number, truth: number): number => (2 * hits) / (predicted + truth);

/** Ascending by a figure, or by what `nameOf` gives; labels of equal figure by name. */
export function sortLabels<Row extends LabelFigures & { trainDocuments: number }>(
  rows: Row[],
  { order, descending }: { order: LabelOrder; descending: boolean },
  nameOf: (row: Row) => string,
): Row[] {
  const sign = descending ? -1 : 1;
  const byName = (a: Row, b: Row): number => collator.compare(nameOf(a), nameOf(b)) || a.label - b.label;
  if (order === 'name') return rows.sort((a, b) => sign * byName(a, b));
  const value = (row: Row): number => (order === 'train' ? row.trainDocuments : row[order]);
  return rows.sort((a, b) => sign * (value(a) - value(b)) || byName(a, b));
}

const collator = new Intl.Collator('en', { numeric: true });
