/** What statistics of a dataset consist of. */

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

/** What one pass over a dataset tells; counts are of documents as read, findings are the source's. */
export interface DatasetStatistics {
  documents: number;
  /** Documents without a label. */
  unlabelled: number;
  /** Documents without a word (without a feature, in a bag of words). */
  empty: number;
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

/** A word with its weight in one document. */
export interface WeightedWord {
  word: string;
  /** Occurrences in the document. */
  count: number;
  /** count x ln(documents / documents with the word). */
  tfidf: number;
}

/** How many documents of another set have a text of the first one. */
export interface SharedTexts {
  exact: number;
  /** Nearly the same, by estimate; the exact ones not counted. */
  near: number;
}
