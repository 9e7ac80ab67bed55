/** What an inspection of a dataset shows; plain data that crosses process borders. */
import type { Failure } from '../base/errors.ts';
import type { Script } from '../base/scripts.ts';
import type { SplitOrAll } from '../base/splits.ts';
import type {
  CorrectionCounts,
  DatasetFile,
  DatasetFormat,
  DocumentPlace,
  Finding,
  SourceOptions,
} from '../data/document.ts';
import type { ReadAs } from '../data/readAs.ts';
import type { DocumentFilter, DocumentSort, Marks, TextCondition } from './documentFilter.ts';
import type { LabelDistribution } from './labelDistribution.ts';

/** One file of the dataset, as far as it was read. */
export interface SplitSnapshot extends DatasetFile {
  split: SplitOrAll;
  /** `cancelled`: what was read until then is shown. */
  state: 'waiting' | 'reading' | 'done' | 'cancelled' | 'failed';
  failure?: Failure;
  /** Bytes as stored. */
  bytesRead: number;
  totalBytes: number;
  /** Unknown until the file was opened. */
  format?: DatasetFormat;
  /** What gave the format away. */
  reason?: string;
  /** How it is read, what was found from the content included. */
  options: SourceOptions;
  /** The same in words, with what the figures say against it once the file was read to its end. */
  readAs: ReadAs;
  bagOfWords: boolean;
  statistics: Omit<DatasetStatistics, 'labelCounts'>;
  /** How unevenly the labels are spread. */
  distribution: LabelDistribution;
  lengths: LengthHistogram;
  /** `[rank from 1, documents]` of the labels, most frequent first, thinned for a plot. */
  ranks: [rank: number, documents: number][];
  findings: Partial<Record<Finding['code'], number>>;
  /** What became of the corrections beside it; undefined where there are none. */
  corrected?: CorrectionCounts;
  /** Records left out. */
  skipped: number;
  /** Labels of this split that no document of the training file has, and that no other split has; undefined for one split alone. */
  notInTrain?: number;
  onlyHere?: number;
}

/** A label with its documents in each split, in the order of the snapshot's splits. */
export interface LabelDocuments {
  name: string;
  /** The name that belongs to a label id. */
  display?: string;
  documents: number[];
}

export interface DatasetSnapshot {
  /** The file or folder that was asked for. */
  path: string;
  splits: SplitSnapshot[];
  /** Distinct labels of all splits together. */
  labels: number;
  /** The most frequent labels of the first split. */
  head: LabelDocuments[];
  /** Labels of the other splits that no document of the training file has; undefined where there is no training file. */
  unseenInTrain?: number;
  /** File that names label ids. */
  labelNamesFile?: string;
  /** Things found by their names that could not be used, with the reason. */
  notes: string[];
}

export interface Page<Row> {
  rows: Row[];
  total: number;
}

export interface LabelQuery {
  split: SplitOrAll;
  /** Part of a name or display name, without regard to case. */
  search?: string;
  /** Only labels that a document of the split has. */
  ownOnly?: boolean;
  /** `documents`: by those of the split named. */
  sort: 'name' | 'display' | SplitOrAll;
  descending: boolean;
  offset: number;
  limit: number;
}

export interface LabelRow extends LabelDocuments {
  /** Of the split's documents, from 0 to 1. */
  share: number;
  /** Documents of the split that have the label. */
  examples: DocumentReference[];
}

/** A document of a split by its number (from 0) in the index, and where it stands. */
export interface DocumentReference {
  document: number;
  place: DocumentPlace;
}

export interface DocumentQuery extends DocumentFilter {
  split: SplitOrAll;
  /** As in the file where absent. */
  sort?: DocumentSort;
  offset: number;
  limit: number;
}

export interface DocumentLabel {
  name: string;
  display?: string;
}

export interface DocumentRow extends DocumentReference {
  id: string;
  /** Words, or features in a bag of words. */
  words: number;
  labels: DocumentLabel[];
  /** The beginning of the text or the features, or what is around the first match. */
  snippet: string;
  /** Where in it the text matches. */
  marks: Marks;
}

export interface DocumentPage extends Page<DocumentRow> {
  /** Documents that were not searched yet: there may be more rows than `total` counts. 0 where all were. */
  unsearched: number;
}

export interface TextQuery {
  split: SplitOrAll;
  document: number;
  offset: number;
  /** What is to be marked in it. */
  wanted?: TextCondition;
}

/** A document's text, in pieces where it is long. */
export interface DocumentText extends Omit<DocumentRow, 'snippet'> {
  text: string;
  /** Where `text` begins and how long the whole text is, in UTF-16 units. */
  offset: number;
  length: number;
}

export interface FindingQuery {
  split: SplitOrAll;
  code?: Finding['code'];
  offset: number;
  limit: number;
}

export interface FindingPage extends Page<Finding> {
  /** Findings counted of which no line was kept. */
  notKept: number;
}

/** A record on its own, for reading. */
export interface RecordText {
  id: string;
  text: string;
  labels: DocumentLabel[];
  place: DocumentPlace;
  /** The file that holds it: the document's own file in one-file-per-document sets. */
  file: string;
}

/** Mean, median, 95th percentile (nearest rank) and largest of a count per document (or per label). All 0 for an empty set. */
export interface Spread {
  mean: number;
  median: number;
  p95: number;
  max: number;
}

/** What a maximum length of `words` would cut off. */
export interface CutOff {
  words: number;
  /** Documents that are longer. */
  documents: number;
  /** Their words beyond the maximum, all together. */
  wordsLost: number;
}

export interface LabelCount {
  name: string;
  documents: number;
}

/** What one pass over a dataset gives; counts are of documents as read, findings are the source's. */
export interface DatasetStatistics {
  documents: number;
  /** Documents without a label. */
  unlabelled: number;
  /** Documents without a word (without a feature, in a bag of words). */
  empty: number;
  /** Where texts have letters of a script without spaces. */
  script?: Script;
  /** What cut the words. */
  tokenizer: string;
  /** Words per document; in a bag of words, distinct features per document. */
  words: Spread & { total: number };
  /** Exact, for each of the usual maximum lengths; features of a bag of words. */
  cutOffs: CutOff[];
  /** Distinct words (features). */
  vocabulary: number;
  /** Distinct words (features) that occur once in the whole set. */
  wordsSeenOnce: number;
  /** Distinct labels, L. */
  labels: number;
  /** The mean is the set's label cardinality. */
  labelsPerDocument: Spread;
  /** Documents with 0, 1, 2, … labels; the last of at most 51 counts those with more too. */
  documentsByLabels: number[];
  /** Cardinality divided by L. */
  density: number;
  documentsPerLabel: Spread;
  /** Labels with exactly one document, with at most two, with at most five. */
  rareLabels: { one: number; atMostTwo: number; atMostFive: number };
  /** Every label, most frequent first, then by code point. */
  labelCounts: LabelCount[];
}

/** Bins for document lengths, alike for every split. Bin i holds lengths of [i * width, (i + 1) * width) words. */
export interface LengthBins {
  /** Words; 1, 2 or 5 times a power of ten. */
  width: number;
  bins: number;
}

export interface LengthHistogram {
  width: number;
  /** Documents per bin. */
  counts: number[];
  /** The last bin also holds all documents that are longer. */
  open: boolean;
}
