import { withRoom } from '../base/growing.ts';
import { Pace } from '../base/pace.ts';
import type { RunConfig } from '../config/runConfig.ts';
import type { Tensor } from '../formats/safetensors.ts';
import type { Corpus } from '../text/corpus.ts';
import type { FeatureMatrix } from './featureMatrix.ts';
import { NgramTable } from './ngramTable.ts';

export interface FeatureSettings {
  /** Words of the longest feature: 2 for words and neighbouring pairs. */
  ngrams: number;
  /** Characters that a word needs; shorter ones are left out before neighbours are counted. */
  minWordLength: number;
  /** Training documents that a feature needs. */
  minDocuments: number;
  /** Features kept at most: those of most documents. */
  maxFeatures: number;
  /** 1 + ln tf in place of tf. */
  sublinear: boolean;
  /** Of a bag of words, what its features are worth; TF-IDF where absent, as in texts. */
  values?: BagValues;
}

/** TF-IDF, rows of length 1; the values of the file; these, scaled to rows of length 1. */
export type BagValues = 'tfidf' | 'as-given' | 'unit-length';

/**
 * What a config says of features. Of a bag of words each feature is one by itself, and `auto` means TF-IDF where all values are counts.
 * @param bagValues those of a bag of words
 */
export function featureSettings({ text, linear }: RunConfig, bagValues?: Float32Array): FeatureSettings {
  const { features: stated, minWordLength, minDocuments, maxFeatures, sublinear } = linear;
  const limits = { minDocuments, maxFeatures };
  if (!bagValues) return { ...limits, ngrams: text.ngrams, minWordLength, sublinear };
  const values = stated === 'auto' ? likelyValues(bagValues) : stated;
  return { ...limits, ngrams: 1, minWordLength: 1, sublinear: sublinear && values === 'tfidf', values };
}

const likelyValues = (values: Float32Array): BagValues =>
  values.every((value) => value > 0 && Number.isInteger(value)) ? 'tfidf' : 'as-given';

type Documents = Pick<Corpus, 'size' | 'words' | 'values' | 'wordStarts'>;

/** Word ids 0 (padding) and 1 (unknown) are no words. */
const firstWord = 2;

/** Words and word sequences with their weights: what a document is to a linear model. */
export class Features {
  /** Number of a word sequence by its first words and its last. */
  private readonly table: NgramTable;
  /** Feature by word, and by number in the table; -1 where it is none. */
  private readonly ofWord: Int32Array;
  private readonly ofNgram: Int32Array;
  private readonly isShort: Uint8Array;
  private readonly longest: number;

  /**
   * @param words by id
   * @param ngrams word ids of each feature, as many a feature, filled up with 0; features of more training documents come first
   * @param idf by feature
   */
  constructor(
    words: readonly string[],
    readonly ngrams: Int32Array,
    readonly idf: Float32Array,
    readonly settings: Pick<FeatureSettings, 'minWordLength' | 'sublinear' | 'values'>,
  ) {
    this.longest = ngrams.length / Math.max(1, idf.length);
    this.isShort = shortWords(words, settings.minWordLength);
    this.table = new NgramTable(words.length);
    this.ofWord = new Int32Array(words.length).fill(-1);
    const numbered: [number, number][] = [];
    for (let f = 0; f < idf.length; f++) {
      const [first, ...rest] = this.wordsOf(f);
      if (rest.length === 0) this.ofWord[first] = f;
      else numbered.push([rest.reduce((node, word) => nodeOf(words.length, this.table.add(node, word)), first), f]);
    }
    this.ofNgram = new Int32Array(this.table.size).fill(-1);
    for (const [node, f] of numbered) this.ofNgram[node - words.length] = f;
  }

  get size(): number {
    return this.idf.length;
  }

  /** Whether rows are scaled to length 1. */
  get isScaled(): boolean {
    return this.settings.values !== 'as-given';
  }

  /** The feature that a word is by itself, or -1. */
  ofSingle(word: number): number {
    return word < firstWord ? -1 : this.ofWord[word];
  }

  /**
   *   feature.ngrams   I32 [features, n]   word ids of each feature, filled up with 0; features of more documents come first
   *   feature.idf      F32 [features]
   */
  get tensors(): Map<string, Tensor> {
    const { ngrams, idf, longest } = this;
    return new Map([
      ['feature.ngrams', { shape: [idf.length, longest], data: ngrams }],
      ['feature.idf', { shape: [idf.length], data: idf }],
    ]);
  }

  /** Word ids of a feature. */
  wordsOf(feature: number): number[] {
    const { ngrams, longest } = this;
    return [...ngrams.subarray(feature * longest, (feature + 1) * longest)].filter((word) => word >= firstWord);
  }

  /**
   * Every occurrence of a feature in a document: `visit` gets the feature, the position of its first word and of the one after its
   * last.
   */
  forEachIn(document: Int32Array, visit: (feature: number, from: number, end: number) => void): void {
    const { ofWord, ofNgram, isShort, table, longest } = this;
    for (let from = 0; from < document.length; from++) {
      let node = document[from];
      if (node < firstWord || isShort[node]) continue;
      if (ofWord[node] >= 0) visit(ofWord[node], from, from + 1);
      for (let at = from + 1, n = 1; n < longest && at < document.length; at++) {
        const word = document[at];
        if (word < firstWord) break;
        if (isShort[word]) continue;
        const number = table.find(node, word);
        if (number < 0) break;
        if (ofNgram[number] >= 0) visit(ofNgram[number], from, at + 1);
        node = nodeOf(ofWord.length, number);
        n++;
      }
    }
  }

  /** Rows of length 1 but for values as given, or without values where a document has no feature. */
  async matrix(corpus: Documents, signal?: AbortSignal): Promise<FeatureMatrix> {
    const pace = new Pace(signal);
    const row = new FeatureRow(this);
    const starts = new Float64Array(corpus.size + 1);
    let indices = new Int32Array(1 << 16);
    let values = new Float32Array(1 << 16);
    for (let d = 0; d < corpus.size; d++) {
      const [from, to] = [corpus.wordStarts[d], corpus.wordStarts[d + 1]];
      row.read(corpus.words.subarray(from, to), corpus.values?.subarray(from, to));
      const end = (starts[d + 1] = starts[d] + row.length);
      indices = withRoom(indices, end);
      values = withRoom(values, end);
      indices.set(row.features.subarray(0, row.length), starts[d]);
      values.set(row.values.subarray(0, row.length), starts[d]);
      if (pace.due()) await pace.rest();
    }
    const count = starts[corpus.size];
    return {
      documents: corpus.size,
      features: this.size,
      starts,
      indices: indices.subarray(0, count),
      values: values.subarray(0, count),
    };
  }

  /** What a feature is worth that occurs so often, before the row is scaled. Values of a bag of words may be below 1, and stay so. */
  weight(feature: number, occurrences: number): number {
    const isDamped = this.settings.sublinear && occurrences > 1;
    return (isDamped ? 1 + Math.log(occurrences) : occurrences) * this.idf[feature];
  }
}

/** One document's features at a time, ascending, with their values. */
export class FeatureRow {
  length = 0;
  features = new Int32Array(1024);
  values = new Float32Array(1024);
  private readonly occurrences: Float64Array; // [features], all 0 between documents

  constructor(private readonly known: Features) {
    this.occurrences = new Float64Array(known.size);
  }

  /** @param counts of a bag of words, what each of its words counts */
  read(document: Int32Array, counts?: Float32Array): void {
    const { known, occurrences } = this;
    let count = 0;
    const add = (feature: number, times: number): void => {
      const isNew = occurrences[feature] === 0;
      occurrences[feature] += times;
      if (!isNew) return;
      this.features = withRoom(this.features, count + 1);
      this.features[count++] = feature;
    };
    if (counts)
      document.forEach((word, i) => {
        const feature = known.ofSingle(word);
        if (feature >= 0) add(feature, counts[i]);
      });
    else known.forEachIn(document, (feature) => add(feature, 1));
    this.length = count;
    this.features.subarray(0, count).sort();
    this.values = withRoom(this.values, count);
    let squares = 0;
    for (let i = 0; i < count; i++) squares += known.weight(this.features[i], occurrences[this.features[i]]) ** 2;
    const scale = known.isScaled ? 1 / Math.sqrt(squares) : 1;
    for (let i = 0; i < count; i++) {
      const feature = this.features[i];
      this.values[i] = known.weight(feature, occurrences[feature]) * scale;
      occurrences[feature] = 0;
    }
  }
}

const nodeOf = (words: number, number: number): number => words + number;

/** Characters, not UTF-16 units. */
const shortWords = (words: readonly string[], least: number): Uint8Array =>
  Uint8Array.from(words, (word) => (word.length < 2 * least && [...word].length < least ? 1 : 0));

/** Finds the features of the training documents, and their weights. Throws `Cancelled`. */
export async function findFeatures(
  corpus: Documents,
  words: readonly string[],
  settings: FeatureSettings,
  signal?: AbortSignal,
): Promise<Features> {
  const counts = new NgramCounts(corpus, words, settings);
  for (let n = 1; n <= settings.ngrams; n++) await counts.count(n, signal);
  const { frequencies, found } = counts.most(settings.maxFeatures);
  const ngrams = new Int32Array(found.length * settings.ngrams);
  found.forEach((node, f) => ngrams.set(counts.wordsOf(node), f * settings.ngrams));
  const isTfidf = (settings.values ?? 'tfidf') === 'tfidf';
  const idfOf = (node: number): number => Math.log((1 + corpus.size) / (1 + frequencies[node])) + 1;
  const idf = Float32Array.from(found, isTfidf ? idfOf : () => 1);
  return new Features(words, ngrams, idf, settings);
}

/**
 * Documents with each word sequence, counted length by length: one that is frequent enough consists of shorter ones that are. Nodes are
 * numbered words first, then longer ones as they come up.
 */
class NgramCounts {
  private readonly table: NgramTable;
  private readonly isShort: Uint8Array;
  private frequency: Int32Array; // [nodes]
  private lastDocument: Int32Array; // [nodes], plus 1
  /** Of the nodes in the table, as pairs: what they consist of. */
  private parts = new Int32Array(1 << 12);

  constructor(
    private readonly corpus: Documents,
    private readonly words: readonly string[],
    private readonly settings: FeatureSettings,
  ) {
    this.table = new NgramTable(words.length);
    this.isShort = shortWords(words, settings.minWordLength);
    this.frequency = new Int32Array(words.length);
    this.lastDocument = new Int32Array(words.length);
  }

  async count(length: number, signal?: AbortSignal): Promise<void> {
    const { corpus } = this;
    const pace = new Pace(signal);
    for (let d = 0; d < corpus.size; d++) {
      this.countIn(corpus.words.subarray(corpus.wordStarts[d], corpus.wordStarts[d + 1]), d + 1, length);
      if (pace.due()) await pace.rest();
    }
  }

  private countIn(document: Int32Array, mark: number, length: number): void {
    for (let from = 0; from < document.length; from++) {
      let node = document[from];
      if (node < firstWord || this.isShort[node]) continue;
      let n = 1;
      for (let at = from + 1; n < length && at < document.length; at++) {
        const word = document[at];
        if (word >= firstWord && this.isShort[word]) continue;
        if (word < firstWord || !this.isFrequent(node) || !this.isFrequent(word)) break;
        node = n + 1 < length ? this.known(node, word) : this.added(node, word);
        if (node < 0) break;
        n++;
      }
      if (n < length || node < 0 || this.lastDocument[node] === mark) continue;
      this.lastDocument[node] = mark;
      this.frequency[node]++;
    }
  }

  private isFrequent(node: number): boolean {
    return this.frequency[node] >= this.settings.minDocuments;
  }

  private known(node: number, word: number): number {
    const number = this.table.find(node, word);
    return number < 0 ? -1 : nodeOf(this.words.length, number);
  }

  private added(node: number, word: number): number {
    const known = this.table.size;
    const number = this.table.add(node, word);
    const added = nodeOf(this.words.length, number);
    if (number < known) return added;
    this.frequency = withRoom(this.frequency, added + 1);
    this.lastDocument = withRoom(this.lastDocument, added + 1);
    this.parts = withRoom(this.parts, 2 * number + 2);
    this.parts[2 * number] = node;
    this.parts[2 * number + 1] = word;
    return added;
  }

  wordsOf(node: number): number[] {
    const number = node - this.words.length;
    return number < 0 ? [node] : [...this.wordsOf(this.parts[2 * number]), this.parts[2 * number + 1]];
  }

  /** The sequences of most documents, most first, then in the order in which they were numbered. */
  most(limit: number): { frequencies: Int32Array; found: number[] } {
    const { frequency } = this;
    const nodes = this.words.length + this.table.size;
    const found: number[] = [];
    for (let node = firstWord; node < nodes; node++) if (this.isFrequent(node)) found.push(node);
    found.sort((a, b) => frequency[b] - frequency[a] || a - b);
    return { frequencies: frequency, found: found.slice(0, limit) };
  }
}
