/** What a review of a dataset's labels shows; plain data that crosses process borders. */
import type { DatasetFile, SourceOptions } from '../data/document.ts';
import type { DocumentLabel } from '../explore/inspectionApi.ts';

export const reviewKinds = ['false', 'missed', 'contradictory', 'near', 'unlabelled'] as const;
/**
 * Why a document is in the queue: a label is predicted that it does not have (`false`), or one is not that it has (`missed`); the same
 * text, or nearly the same (`near`), has other labels elsewhere; it has none.
 */
export type ReviewKind = (typeof reviewKinds)[number];

export interface ReviewTarget extends DatasetFile {
  options?: SourceOptions;
  /** Folder of the run whose model is asked. */
  run?: string;
}

export interface ReviewOverview {
  documents: number;
  /** The file of decisions. */
  corrections: string;
  /** The run's name. */
  model?: string;
  counts: Record<ReviewKind, number>;
  decided: number;
  /** What the documents most like one are of: the run's training file, else the dataset itself. */
  library: string;
}

export interface ReviewQuery {
  kind?: ReviewKind;
  /** Documents that were decided on, too. */
  withDecided: boolean;
  offset: number;
  limit: number;
}

/** A document in the queue. */
export interface ReviewItem {
  document: number;
  kind: ReviewKind;
  /** Of `false` and `missed`. */
  label?: DocumentLabel;
  /** How sure the model is that the label is wrong, or how unsure it is of an unlabelled document, 0 … 1. */
  sureness?: number;
  isDecided: boolean;
}

export interface ReviewLabel extends DocumentLabel {
  isOn: boolean;
  /** Whether the file has it. */
  isInFile: boolean;
  probability?: number;
  isPredicted: boolean;
  /** The model's number for it. */
  id?: number;
}

export interface LikeDocument {
  id: string;
  snippet: string;
  labels: DocumentLabel[];
  /** Cosine of the TF-IDF vectors. */
  similarity: number;
}

export interface ReviewDocument {
  document: number;
  id: string;
  line: number;
  text: string;
  /** Characters left out of `text`. */
  omitted: number;
  labels: ReviewLabel[];
  like: LikeDocument[];
  isDecided: boolean;
  reason?: string;
}

/** What is decided on a document. */
export interface ReviewDecision {
  document: number;
  labels: string[];
  reason?: string;
}

/** A label with the documents that have it. */
export interface CountedName extends DocumentLabel {
  documents: number;
}
