/** What the predictions of a run for a set of documents show; plain data that crosses process borders. */
import type { DatasetFile, DocumentPlace, SourceOptions } from '../data/document.ts';
import type { LabelFigures } from '../metrics/labelCounts.ts';
import type { DecisionKind, Metrics } from '../base/metrics.ts';
import type { CurvePoint } from '../metrics/scoresByLabel.ts';
import type { DecisionChoice } from '../metrics/decision.ts';
import type { Split } from '../base/splits.ts';

/** A record of a file by its line (0 where it has none), and by its number among all where lines do not tell. */
export interface RecordPointer {
  line: number;
  number?: number;
}

/** The documents to look at: a split of the run's dataset, a file, one record of a file, or a text. */
export type ScoredTarget =
  | ({ kind: 'split'; split: Split } & Partial<RecordPointer>)
  | ({ kind: 'file' } & Partial<RecordPointer> & DatasetFile)
  | ({ kind: 'record' } & RecordPointer & DatasetFile)
  | { kind: 'text'; text: string };

/** Micro and macro precision, recall and F1 at one threshold. */
export interface ThresholdPoint {
  threshold: number;
  metrics: Metrics;
}

/** A way to decide that the run has tuned besides one threshold; figures of a set alone. */
export interface TunedWay {
  kind: 'per-label' | 'top-k';
  /** Labels that have a threshold of their own; how many labels are predicted. */
  count: number;
  metrics?: Metrics;
}

/** `unverified`: the file is newer than the scores. */
type Staleness = 'unverified';

/** A set of documents with their scores. */
export interface ScoredSet extends DatasetFile {
  kind: 'set';
  run: string;
  /** Splits that the run's dataset has. */
  splits: Split[];
  split?: Split;
  /** How the file is read. */
  options: SourceOptions;
  documents: number;
  unlabelled: number;
  /** Records that could not be read and were left out. */
  skipped: number;
  labels: number;
  /** Ranking metrics of the whole set. */
  metrics: Metrics;
  /** Cut-off of the documents' own P@k and nDCG@k. */
  k: number;
  /** Figures at every step of a slider, thresholds ascending; the tuned one is among them. */
  curve: ThresholdPoint[];
  tunedThreshold?: number;
  ways: TunedWay[];
  /** What the run's config names. */
  decidesBy: DecisionKind;
  /** ISO 8601: when the scores were computed. */
  scoredAt: string;
  stale?: Staleness;
  /** The document at the line asked for. */
  selected?: number;
}

/** One text on its own. */
export interface ScoredText extends Partial<DatasetFile> {
  kind: 'text';
  run: string;
  splits: Split[];
  /** How the record's file is read; both are absent for a text that is no record. */
  options?: SourceOptions;
  line?: number;
  number?: number;
  tunedThreshold?: number;
  ways: TunedWay[];
  decidesBy: DecisionKind;
}

export type Scored = ScoredSet | ScoredText;

export type Verdict = 'hit' | 'missed' | 'false';

/** `file`: as in the file. `probability`: that of the label filtered by. The others are the documents' own measures. */
export type DocumentOrder = 'file' | 'precision' | 'ndcg' | 'f1' | 'probability';

export const labelStates = ['either', 'true', 'predicted', 'hit', 'missed', 'false'] as const;

/** A label that documents are asked for; `either`: true or predicted. */
export interface LabelState {
  label: number;
  is: (typeof labelStates)[number];
  /** Beside the others: it must be so, one of those so marked must, it must not. */
  role: 'all' | 'any' | 'none';
}

export interface ScoredQuery {
  threshold: DecisionChoice;
  order: DocumentOrder;
  descending: boolean;
  /** Documents with this verdict on the label; without a verdict those that have the label or for which it is predicted. */
  label?: number;
  /** Without a label: documents with this verdict on any label. */
  verdict?: Verdict;
  /** Labels besides the one above. */
  states?: readonly LabelState[];
  /** Only documents for which this run is ahead of the other one by their F1, behind it, or level. */
  against?: 'better' | 'worse' | 'level';
  /** Only documents whose text or id holds this, without regard to case. */
  search?: string;
  offset: number;
  limit: number;
}

export interface ScoredRow {
  document: number;
  place: DocumentPlace;
  id: string;
  /** The beginning of the text. */
  snippet: string;
  hits: number;
  missed: number;
  false: number;
  /** Undefined for a document without labels. */
  precision?: number;
  ndcg?: number;
  /** At the threshold; undefined for a document without labels of which none is predicted. */
  f1?: number;
  /** Of the label filtered by; undefined where the score was not kept: it is 0.01 or less. */
  probability?: number;
  /** F1 of the run that this one is compared with; undefined as `f1` is. */
  otherF1?: number;
}

export interface ScoredLabel {
  id: number;
  name: string;
  /** What the label is called where its name is an id. */
  display?: string;
  /** Undefined where the model has no output for the label. */
  probability?: number;
  /** Undefined where the document's labels are not known. */
  isTrue?: boolean;
  /** Of its own, where it has one. */
  threshold?: number;
  trainDocuments: number;
}

/** A document whole. */
export interface ScoredDocument {
  document: number;
  /** Absent for a text that is no record. */
  id?: string;
  place?: DocumentPlace;
  text: string;
  /** Characters left out of `text`, which is very long. */
  omitted: number;
  /** Words that the model read, and how many of them it does not know. */
  words: number;
  unknownWords: number;
  /** Whether words beyond the model's length were not read. */
  truncated: boolean;
  /** Those above 0.01, the top 20 and the true ones: probability descending. */
  labels: ScoredLabel[];
}

export interface ConfusionQuery {
  threshold: DecisionChoice;
  /** Part of the name of one of both labels. */
  search?: string;
  offset: number;
  limit: number;
}

export interface ConfusionRow {
  missed: ScoredName;
  predicted: ScoredName;
  documents: number;
  /** Of the documents in which the first is missed. */
  share: number;
}

export interface ScoredName {
  id: number;
  name: string;
  display?: string;
}

/** A label's precision and recall at its scores, ascending, the best of all, and what it comes to as it is decided. */
export interface LabelCurve extends ScoredName {
  points: CurvePoint[];
  best?: CurvePoint;
  /** Undefined for a label that neither train nor these documents have. */
  now?: LabelFigures;
  /** Of its own, where it has one. */
  threshold?: number;
}

export type LabelOrder = 'name' | 'precision' | 'recall' | 'f1' | 'support' | 'predicted' | 'train';

export interface ScoredLabelQuery {
  threshold: DecisionChoice;
  search?: string;
  order: LabelOrder;
  descending: boolean;
  offset: number;
  limit: number;
}

export interface ScoredLabelRow extends LabelFigures {
  name: string;
  display?: string;
  trainDocuments: number;
}
