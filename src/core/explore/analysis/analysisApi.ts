/** Results of analyses of an inspected dataset; plain data that crosses process borders. */
import type { DatasetFile, SourceOptions } from '../../data/document.ts';
import type { SplitOrAll } from '../../base/splits.ts';
import type { DocumentLabel } from '../inspectionApi.ts';

/** An analysis that was stopped is of the first documents alone. */
export interface Coverage {
  documents: number;
  of: number;
}

/** A label with the documents of the split that have it. */
export interface CountedLabel extends DocumentLabel {
  documents: number;
}

/** A document of a split, or of a file that it was compared with. */
export interface DocumentPointer extends DatasetFile {
  /** Undefined for a file that is no split of the dataset. */
  split?: SplitOrAll;
  /** Number from 0. */
  document: number;
  id: string;
  line: number;
}

// ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface WordsOverview extends Coverage {
  /** Distinct words, or features of a bag of words. */
  words: number;
}

export const wordMeasures = ['log-odds', 'chi-square'] as const;
export type WordMeasure = (typeof wordMeasures)[number];

export interface MarkingWord {
  word: string;
  /** Documents of the label that hold it, and of all. */
  inGroup: number;
  documents: number;
  /** Standard errors (log-odds), or the statistic (chi-square). */
  score: number;
}

export interface LabelWords extends Coverage {
  label: CountedLabel;
  measure: WordMeasure;
  words: MarkingWord[];
}

export interface DocumentWords extends Coverage, DocumentPointer {
  labels: DocumentLabel[];
  words: WeightedWord[];
}

/** A word with its weight in one document. */
export interface WeightedWord {
  word: string;
  /** Occurrences in the document. */
  count: number;
  /** count x ln(documents / documents with the word). */
  tfidf: number;
}

// ── co-occurrence ───────────────────────────────────────────────────────────────────────────────────────────────────

export interface HeadCooccurrence {
  /** The most frequent labels. */
  labels: CountedLabel[];
  /** Documents that have both; a label's own on the diagonal. */
  counts: number[][];
  /** Labels of the split, and the share of all label occurrences that the ones shown have. */
  all: number;
  share: number;
  documents: number;
}

export interface NeighbourQuery {
  split: SplitOrAll;
  label: string;
  search?: string;
  /** `together`: documents with both; `lift`: against what chance would give. */
  sort: 'together' | 'lift';
  descending: boolean;
  offset: number;
  limit: number;
}

export interface NeighbourRow extends CountedLabel {
  /** Documents with both. */
  together: number;
  /** Their share of the label's documents, and of the other's. */
  ofLabel: number;
  ofOther: number;
  /** together x all documents / (documents of the one x of the other); 1 where they are independent. */
  lift: number;
}

// ── quality ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Kinds of characters that show that a text was damaged. */
export type Suspicion = 'replacement' | 'control' | 'mojibake' | 'private use' | 'invisible direction mark';

export type QualityKind =
  | 'repeated'
  | 'contradictory'
  | 'near'
  | 'leaks'
  | 'empty'
  | 'oneWord'
  | `suspicious ${Suspicion}`
  | 'variants'
  | 'together';

/** How many documents of another set have a text of the first one. */
export interface SharedTexts {
  exact: number;
  /** Nearly the same, by estimate; the exact ones not counted. */
  near: number;
}

export interface QualityOverview {
  /** Undefined for a bag of words, which has no texts. */
  texts?: Coverage & {
    /** Documents beyond the first of their text. */
    surplus: number;
    leakage: (SharedTexts & { split: SplitOrAll })[];
  };
  /** How many were found of each kind; of each, the first thousand can be listed. */
  counts: Partial<Record<QualityKind, number>>;
  /** The split whose documents others must not repeat, and whose labels are compared. */
  first: SplitOrAll;
  /** Texts that are at least this alike are listed, with this standard error at most. */
  nearThreshold: number;
  nearError: number;
}

/** Without text and labels where it cannot be read again, as in a file that has changed. */
export interface FoundDocument extends DocumentPointer {
  /** The beginning of its text. */
  snippet?: string;
  labels?: DocumentLabel[];
}

/** What was found: documents, or labels. */
export interface QualityRow {
  key: number;
  /** The first of `count` documents. */
  found: FoundDocument[];
  count: number;
  similarity?: number;
  exact?: boolean;
  contradictory?: boolean;
  labels?: CountedLabel[];
  difference?: 'spelling' | 'edit';
}

export interface QualityQuery {
  kind: QualityKind;
  offset: number;
  limit: number;
}

// ── comparison ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Another set: a split of the dataset, or any file. */
export type OtherSet = { split: SplitOrAll } | (DatasetFile & { options?: SourceOptions });

export interface ComparedSet extends Coverage, DatasetFile {
  split?: SplitOrAll;
  /** Of the documents that were read. */
  meanWords: number;
  labelsPerDocument: number;
  labels: number;
  words: number;
  bagOfWords: boolean;
}

export interface Overlap {
  first: number;
  second: number;
  both: number;
  /** both / (first + second - both). */
  jaccard: number;
}

export interface ComparisonOverview {
  first: ComparedSet;
  second: ComparedSet;
  labels: Overlap;
  /** Undefined where one is a bag of words and the other is not. */
  words?: Overlap;
  /** Documents of the second whose text the first has too; undefined where one is a bag of words. */
  duplicates?: SharedTexts;
}

export const comparedLists = ['moved', 'onlyFirst', 'onlySecond'] as const;
export type ComparedList = (typeof comparedLists)[number];

export interface ComparedLabel extends DocumentLabel {
  /** Documents of each set, and their shares. */
  first: number;
  second: number;
  firstShare: number;
  secondShare: number;
  /** Difference of the shares in standard errors; 0 for a label of one set alone. */
  z: number;
}

export interface ComparedQuery {
  list: ComparedList;
  offset: number;
  limit: number;
}

export interface DuplicateRow {
  first: DocumentPointer;
  second: DocumentPointer;
  similarity: number;
  exact: boolean;
}

export interface NearestDocument {
  document: DocumentWords;
  /** The document of the other set with the largest label overlap; undefined where none shares a label. */
  nearest?: DocumentWords & { shared: string[] };
}
