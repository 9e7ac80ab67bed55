import type { Corpus } from '../text/corpus.ts';
import { Pace } from '../base/pace.ts';
import { TopList } from './ranking.ts';

/** The unknown word stands for many different words: it says nothing about likeness. */
const unknownWord = 1;
/** Words in more than this share of the documents are looked at for few candidates only. Changes speed, never results. */
const commonShare = 1 / 4;
/** Head room for rounding in the bound below, far above what float32 weights and norms can err. */
const slack = 1e-5;

interface Neighbours {
  /** Document numbers, most similar first, then by number. */
  documents: Int32Array;
  /** Cosine similarities, all above 0. */
  similarities: Float64Array;
}

/**
 * Exact nearest neighbours by TF-IDF cosine, weights as scikit-learn's `TfidfVectorizer(sublinear_tf=True)`:
 * (1 + ln tf) (ln((1 + N) / (1 + df)) + 1), each document scaled to length 1.
 *
 * Rare words are kept by word (an inverted index), common words by document. A query sums up the rare words for all
 * documents; by Cauchy-Schwarz the common words add at most |q_common| |d_common| to a document's similarity, so only
 * documents that this could lift among the best k need their common words looked at.
 */
export class TfidfIndex {
  private readonly accumulated: Float64Array; // [N]
  private readonly bound: Float64Array; // [N]
  private readonly queryWeights: Float32Array; // [V], all 0 between queries

  private constructor(
    private readonly size: number,
    private readonly idf: Float64Array, // [V], 0 for words that no document holds
    private readonly isCommon: Uint8Array, // [V]
    private readonly rare: Rows, // by word: documents
    private readonly common: Rows, // by document: words
    private readonly commonNorm: Float32Array, // [N]
    private readonly distinct: DistinctWords,
  ) {
    this.accumulated = new Float64Array(size);
    this.bound = new Float64Array(size);
    this.queryWeights = new Float32Array(idf.length);
  }

  /** Indexes all documents. Takes about 8 bytes per distinct word of each document. */
  static async build(train: Corpus, signal?: AbortSignal): Promise<TfidfIndex> {
    const pace = new Pace(signal);
    const vocabulary = train.words.reduce((max, id) => (id > max ? id : max), unknownWord) + 1;
    const distinct = new DistinctWords(vocabulary);
    const df = await documentFrequencies(train, distinct, pace);
    const idf = Float64Array.from(df, (n) => (n > 0 ? Math.log((1 + train.size) / (1 + n)) + 1 : 0));
    const isCommon = Uint8Array.from(df, (n) => (n > commonShare * train.size ? 1 : 0));

    const rare = new Rows(df.map((n, w) => (isCommon[w] ? 0 : n)));
    const common = new Rows(await commonWordsPerDocument(train, distinct, isCommon, pace));
    const commonNorm = new Float32Array(train.size);
    for (let d = 0; d < train.size; d++) {
      const n = distinct.weigh(wordsOf(train, d), idf, valuesOf(train, d));
      let squares = 0;
      for (let i = 0; i < n; i++) {
        const [word, weight] = [distinct.words[i], distinct.weights[i]];
        if (isCommon[word]) {
          common.push(d, word, weight);
          squares += weight * weight;
        } else rare.push(word, d, weight);
      }
      commonNorm[d] = Math.sqrt(squares);
      if (pace.due()) await pace.rest();
    }
    return new TfidfIndex(train.size, idf, isCommon, rare, common, commonNorm, distinct);
  }

  /**
   * The k most similar documents, fewer where fewer share a word with the query.
   * @param values of a bag of words, what each of its words counts
   */
  neighbours(words: Int32Array, k: number, values?: Float32Array): Neighbours {
    const { distinct, queryWeights } = this;
    const n = distinct.weigh(words, this.idf, values);
    let squares = 0;
    this.accumulated.fill(0);
    for (let i = 0; i < n; i++) {
      const [word, weight] = [distinct.words[i], distinct.weights[i]];
      if (this.isCommon[word]) {
        queryWeights[word] = weight;
        squares += weight * weight;
      } else this.rare.addTo(word, weight, this.accumulated);
    }
    const best = this.best(k, Math.sqrt(squares));
    for (let i = 0; i < n; i++) queryWeights[distinct.words[i]] = 0;
    return { documents: best.ids.slice(0, best.size), similarities: best.scores.slice(0, best.size) };
  }

  private best(k: number, queryNorm: number): TopList {
    const { accumulated, bound, commonNorm } = this;
    const promising = new TopList(k);
    for (let d = 0; d < this.size; d++) {
      bound[d] = accumulated[d] + queryNorm * commonNorm[d];
      if (bound[d] > promising.floor) promising.offer(d, bound[d]);
    }
    const best = new TopList(k);
    for (let i = 0; i < promising.size; i++) {
      this.finish(promising.ids[i], best);
      bound[promising.ids[i]] = -1;
    }
    for (let d = 0; d < this.size; d++) if (bound[d] + slack >= best.floor && bound[d] > 0) this.finish(d, best);
    return best;
  }

  private finish(document: number, best: TopList): void {
    const similarity = this.accumulated[document] + this.common.dot(document, this.queryWeights);
    if (similarity > 0) best.offer(document, similarity);
  }
}

/** Weighted entries in compressed rows, filled row by row in any order of rows. */
class Rows {
  private readonly starts: Float64Array; // [rows + 1]
  private readonly filled: Float64Array; // next free entry of each row
  private readonly columns: Int32Array;
  private readonly weights: Float32Array;

  constructor(lengths: Uint32Array) {
    this.starts = new Float64Array(lengths.length + 1);
    for (let r = 0; r < lengths.length; r++) this.starts[r + 1] = this.starts[r] + lengths[r];
    this.filled = this.starts.slice(0, lengths.length);
    this.columns = new Int32Array(this.starts[lengths.length]);
    this.weights = new Float32Array(this.starts[lengths.length]);
  }

  push(row: number, column: number, weight: number): void {
    const at = this.filled[row]++;
    this.columns[at] = column;
    this.weights[at] = weight;
  }

  /** sums[column] += factor * weight, over a row. */
  addTo(row: number, factor: number, sums: Float64Array): void {
    const { columns, weights } = this;
    const end = this.starts[row + 1];
    for (let i = this.starts[row]; i < end; i++) sums[columns[i]] += factor * weights[i];
  }

  dot(row: number, vector: Float32Array): number {
    const { columns, weights } = this;
    const end = this.starts[row + 1];
    let sum = 0;
    for (let i = this.starts[row]; i < end; i++) sum += weights[i] * vector[columns[i]];
    return sum;
  }
}

/** The distinct known words of one document at a time, with counts or weights. */
class DistinctWords {
  words = new Int32Array(1024);
  weights = new Float32Array(1024);
  private readonly counts: Float64Array; // [V], all 0 between documents

  constructor(readonly vocabulary: number) {
    this.counts = new Float64Array(vocabulary);
  }

  /** Fills `words` and returns their number; words outside the vocabulary are left out. */
  list(document: Int32Array): number {
    const n = this.tally(document);
    for (let i = 0; i < n; i++) this.counts[this.words[i]] = 0;
    return n;
  }

  /** Fills `words` and `weights` (scaled to length 1) with the words whose idf is not 0; returns their number. */
  weigh(document: Int32Array, idf: Float64Array, values?: Float32Array): number {
    const n = this.tally(document, values);
    let squares = 0;
    let kept = 0;
    for (let i = 0; i < n; i++) {
      const word = this.words[i];
      const times = this.counts[word];
      const weight = (times > 1 ? 1 + Math.log(times) : times) * idf[word];
      this.counts[word] = 0;
      if (weight === 0) continue;
      this.words[kept] = word;
      this.weights[kept++] = weight;
      squares += weight * weight;
    }
    const scale = 1 / Math.sqrt(squares);
    for (let i = 0; i < kept; i++) this.weights[i] *= scale;
    return kept;
  }

  private tally(document: Int32Array, values?: Float32Array): number {
    if (document.length > this.words.length) {
      this.words = new Int32Array(document.length);
      this.weights = new Float32Array(document.length);
    }
    let n = 0;
    for (let i = 0; i < document.length; i++) {
      const word = document[i];
      if (word <= unknownWord || word >= this.vocabulary) continue;
      if (this.counts[word] === 0) this.words[n++] = word;
      this.counts[word] += values ? values[i] : 1;
    }
    return n;
  }
}

/** Word ids of one document, a view. */
export const wordsOf = (corpus: Corpus, document: number): Int32Array =>
  corpus.words.subarray(corpus.wordStarts[document], corpus.wordStarts[document + 1]);

/** Of a bag of words, what each of its words counts. */
export const valuesOf = ({ values, wordStarts }: Corpus, document: number): Float32Array | undefined =>
  values?.subarray(wordStarts[document], wordStarts[document + 1]);

async function documentFrequencies(corpus: Corpus, distinct: DistinctWords, pace: Pace): Promise<Uint32Array> {
  const df = new Uint32Array(distinct.vocabulary);
  for (let d = 0; d < corpus.size; d++) {
    const n = distinct.list(wordsOf(corpus, d));
    for (let i = 0; i < n; i++) df[distinct.words[i]]++;
    if (pace.due()) await pace.rest();
  }
  return df;
}

async function commonWordsPerDocument(
  corpus: Corpus,
  distinct: DistinctWords,
  isCommon: Uint8Array,
  pace: Pace,
): Promise<Uint32Array> {
  const lengths = new Uint32Array(corpus.size);
  for (let d = 0; d < corpus.size; d++) {
    const n = distinct.list(wordsOf(corpus, d));
    for (let i = 0; i < n; i++) lengths[d] += isCommon[distinct.words[i]];
    if (pace.due()) await pace.rest();
  }
  return lengths;
}
