/**
 * Tokenised documents as the engines take them: word ids and label ids in compressed rows.
 * 100,000 documents of 500 words are 200 MB of `words`.
 */
export interface Corpus {
  /** Number of documents, N. */
  readonly size: number;
  /** Word ids, all documents one after the other, cut at the maximum length. Id 0 is PAD and never occurs here. */
  readonly words: Int32Array; // [tokens]
  /** Bags of words: the value of each entry of `words`, which are features then, each at most once in a document. */
  readonly values?: Float32Array; // [tokens]
  /** Document i has words[wordStarts[i] … wordStarts[i+1]). */
  readonly wordStarts: Float64Array; // [N + 1]
  readonly labels: Int32Array; // label ids, ascending within a document
  readonly labelStarts: Uint32Array; // [N + 1]
  readonly ids: string[];
}

/** Id of the words that a model does not know. */
export const unknownId = 1;

/** Label ids of a document. */
export const labelsOf = (corpus: Corpus, document: number): Int32Array =>
  corpus.labels.subarray(corpus.labelStarts[document], corpus.labelStarts[document + 1]);

/** Documents with each label.  [labelCount] */
export function countLabels(corpus: Corpus, labelCount: number): Uint32Array {
  const counts = new Uint32Array(labelCount);
  for (const label of corpus.labels) counts[label]++;
  return counts;
}

/** Documents of `a`, then those of `b`. */
export function concatCorpora(a: Corpus, b: Corpus): Corpus {
  return {
    size: a.size + b.size,
    words: concat(a.words, b.words),
    ...(a.values && b.values && { values: concat(a.values, b.values) }),
    wordStarts: Float64Array.from({ length: a.size + b.size + 1 }, (_, i) => joined(a.wordStarts, b.wordStarts, i)),
    labels: concat(a.labels, b.labels),
    labelStarts: Uint32Array.from({ length: a.size + b.size + 1 }, (_, i) => joined(a.labelStarts, b.labelStarts, i)),
    ids: [...a.ids, ...b.ids],
  };
}

function concat<A extends Int32Array | Float32Array>(a: A, b: A): A {
  const both = new (a.constructor as new (length: number) => A)(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function joined(a: ArrayLike<number>, b: ArrayLike<number>, i: number): number {
  return i < a.length ? a[i] : a[a.length - 1] + b[i - a.length + 1];
}

/** The documents at `indices`, in that order. */
export function subset(corpus: Corpus, indices: ArrayLike<number>): Corpus {
  const [words, wordStarts] = rows(corpus.words, corpus.wordStarts, indices);
  const [labels, labelStarts] = rows(corpus.labels, corpus.labelStarts, indices);
  const ids = Array.from(indices, (i) => corpus.ids[i]);
  const values = corpus.values && { values: rows(corpus.values, corpus.wordStarts, indices)[0] };
  const own = { size: indices.length, words, wordStarts, labels, labelStarts: Uint32Array.from(labelStarts), ids };
  return { ...own, ...values };
}

function rows<A extends Int32Array | Float32Array>(
  values: A,
  starts: ArrayLike<number>,
  indices: ArrayLike<number>,
): [A, Float64Array] {
  const chosen = new Float64Array(indices.length + 1);
  for (let i = 0; i < indices.length; i++) chosen[i + 1] = chosen[i] + starts[indices[i] + 1] - starts[indices[i]];
  const kept = new (values.constructor as new (length: number) => A)(chosen[indices.length]);
  for (let i = 0; i < indices.length; i++)
    kept.set(values.subarray(starts[indices[i]], starts[indices[i] + 1]), chosen[i]);
  return [kept, chosen];
}

/**
 * The same documents as a network reads them: their first words alone, and words that it has no vector for as unknown.
 * Where that changes nothing, the documents themselves.
 */
export function cutDocuments<T extends Pick<Corpus, 'size' | 'words'> & { wordStarts: Float64Array | Int32Array }>(
  documents: T,
  { maxLength, vocabulary }: { maxLength: number; vocabulary: number },
): T {
  const { size, words, wordStarts } = documents;
  const starts = wordStarts.slice();
  starts[0] = 0;
  for (let d = 0; d < size; d++) starts[d + 1] = starts[d] + Math.min(wordStarts[d + 1] - wordStarts[d], maxLength);
  const isWhole = starts[size] === wordStarts[size] - wordStarts[0];
  if (isWhole && !words.some((word) => word >= vocabulary)) return documents;
  const kept = new Int32Array(starts[size]);
  for (let d = 0; d < size; d++)
    for (let i = starts[d], from = wordStarts[d] - starts[d]; i < starts[d + 1]; i++) {
      const word = words[from + i];
      kept[i] = word < vocabulary ? word : unknownId;
    }
  return { ...documents, words: kept, wordStarts: starts };
}

/** Documents without a label. */
export function unlabelledIn(corpus: Pick<Corpus, 'size' | 'labelStarts'> | undefined): number {
  let unlabelled = 0;
  for (let d = 0; corpus && d < corpus.size; d++) if (corpus.labelStarts[d + 1] === corpus.labelStarts[d]) unlabelled++;
  return unlabelled;
}
