import type { Document } from '../data/document.ts';
import { ScriptSample } from '../base/scripts.ts';
import type { WordScanner } from '../text/tokenizer.ts';
import type { CutOff, DatasetStatistics, LengthBins, LengthHistogram, Spread } from './inspectionApi.ts';
import { Tally, WordTable } from './words/wordTable.ts';

/** Maximum lengths, in words, that people choose from. */
const usualMaxima = [250, 500, 1000, 5000];
/** Labels a document can have before it is counted with those that have more. */
const mostLabels = 50;

/** Gathers figures document by document; memory grows with vocabulary and labels only. */
export class StatisticsCollector {
  private documents = 0;
  /** Its words may be more than those of the documents so far: of documents that are still to be added. */
  readonly words: WordTable;
  private readonly scripts = new ScriptSample();
  private readonly occurrences = new Tally();
  private readonly labelCounts = new Map<string, number>();
  private readonly wordsPerDocument = new Histogram();
  private readonly labelsPerDocument = new Histogram();

  constructor(readonly tokenizer: WordScanner) {
    this.words = new WordTable(tokenizer);
  }

  /** Returns how many words the document has. */
  add({ text, features, labels }: Pick<Document, 'text' | 'features' | 'labels'>): number {
    this.scripts.add(text);
    const words = this.words.of({ text, features });
    this.occurrences.add(words);
    this.addFigures(words.length, labels);
    return words.length;
  }

  /** In place of `add`, for a document whose words were counted elsewhere (`addWords`). */
  addCounted(words: number, labels: readonly string[], text?: string): void {
    this.scripts.add(text);
    this.addFigures(words, labels);
  }

  /** Whether `addCounted` is to have the text of the next document. */
  get wantsText(): boolean {
    return this.scripts.wantsNext;
  }

  private addFigures(words: number, labels: readonly string[]): void {
    this.documents++;
    for (const label of labels) increment(this.labelCounts, label);
    this.wordsPerDocument.add(words);
    this.labelsPerDocument.add(labels.length);
  }

  /** Occurrences of words by their numbers in `words`. */
  addWords(numbers: Int32Array, counts: Int32Array): void {
    this.occurrences.addCounts(numbers, counts);
  }

  /** Occurrences of each word, or of each feature by its number, so far; in no order. */
  get wordCounts(): Map<string | number, number> {
    const { names, areFeatures } = this.words;
    const counts = names.map((name, word) => [areFeatures ? Number(name) : name, this.occurrences.of(word)] as const);
    return new Map(counts.filter(([, count]) => count > 0));
  }

  /** Words that this share of the documents does not exceed (nearest rank); 0 for an empty set. */
  wordsAt(share: number): number {
    return this.wordsPerDocument.percentile(share);
  }

  /** What maximum lengths would cut off. */
  cutOffs(maxima: readonly number[]): CutOff[] {
    const cuts = maxima.map((words): CutOff => ({ words, documents: 0, wordsLost: 0 }));
    for (const [length, documents] of this.wordsPerDocument) {
      for (const cut of cuts) {
        if (length <= cut.words) continue;
        cut.documents += documents;
        cut.wordsLost += documents * (length - cut.words);
      }
    }
    return cuts;
  }

  /** Documents by number of words. */
  lengths({ width, bins }: LengthBins): LengthHistogram {
    const counts = new Array<number>(bins).fill(0);
    for (const [words, documents] of this.wordsPerDocument)
      counts[Math.min(bins - 1, Math.floor(words / width))] += documents;
    return { width, counts, open: this.wordsPerDocument.percentile(1) >= width * bins };
  }

  private documentsByLabels(): number[] {
    const counts: number[] = [];
    for (const [labels, documents] of this.labelsPerDocument) {
      const at = Math.min(labels, mostLabels);
      while (counts.length <= at) counts.push(0);
      counts[at] += documents;
    }
    return counts;
  }

  /** Whether a document had the label. */
  has(label: string): boolean {
    return this.labelCounts.has(label);
  }

  result(): DatasetStatistics {
    const labelCounts = [...this.labelCounts].map(([name, documents]) => ({ name, documents }));
    labelCounts.sort((a, b) => b.documents - a.documents || (a.name < b.name ? -1 : 1));
    const documentsPerLabel = new Histogram();
    for (const { documents } of labelCounts) documentsPerLabel.add(documents);
    const labelsPerDocument = this.labelsPerDocument.spread();
    const atMost = (n: number): number => labelCounts.filter(({ documents }) => documents <= n).length;
    return {
      documents: this.documents,
      unlabelled: this.labelsPerDocument.countOf(0),
      empty: this.wordsPerDocument.countOf(0),
      script: this.scripts.result(),
      tokenizer: this.tokenizer.name,
      words: { ...this.wordsPerDocument.spread(), total: this.wordsPerDocument.total },
      cutOffs: this.cutOffs(usualMaxima),
      vocabulary: this.occurrences.numbers,
      wordsSeenOnce: this.occurrences.numbersWith(1),
      labels: labelCounts.length,
      labelsPerDocument,
      documentsByLabels: this.documentsByLabels(),
      density: labelCounts.length ? labelsPerDocument.mean / labelCounts.length : 0,
      documentsPerLabel: documentsPerLabel.spread(),
      rareLabels: { one: atMost(1), atMostTwo: atMost(2), atMostFive: atMost(5) },
      labelCounts,
    };
  }
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Counts of whole numbers: an exact median without keeping every value. */
class Histogram {
  private readonly counts = new Map<number, number>();
  private size = 0;
  total = 0;

  add(value: number): void {
    increment(this.counts, value);
    this.size++;
    this.total += value;
  }

  countOf(value: number): number {
    return this.counts.get(value) ?? 0;
  }

  spread(): Spread {
    if (!this.size) return { mean: 0, median: 0, p95: 0, max: 0 };
    const values = [...this.counts.keys()].sort((a, b) => a - b);
    const median = (this.at(values, (this.size - 1) >> 1) + this.at(values, this.size >> 1)) / 2;
    return { mean: this.total / this.size, median, p95: this.percentile(0.95), max: values[values.length - 1] };
  }

  /** By nearest rank; 0 where nothing was added. */
  percentile(share: number): number {
    const values = [...this.counts.keys()].sort((a, b) => a - b);
    return this.size ? this.at(values, Math.max(0, Math.ceil(this.size * share) - 1)) : 0;
  }

  /** Values and how often each was added, in no order. */
  [Symbol.iterator](): MapIterator<[number, number]> {
    return this.counts.entries();
  }

  /** The value at this rank (from 0) of all values in order. */
  private at(values: number[], rank: number): number {
    let below = 0;
    for (const value of values) {
      below += this.countOf(value);
      if (rank < below) return value;
    }
    throw new RangeError(`rank ${rank} of ${this.size}`);
  }
}

const wanted = 40;

/**
 * Bins for lengths of which nearly all are at most `usual` words and the largest is `longest`: about 40 for the usual
 * ones. A tail that would be more than as many again goes into the last bin.
 */
export function lengthBins(usual: number, longest: number): LengthBins {
  const width = niceWidth(Math.max(1, usual) / wanted);
  const all = Math.floor(longest / width) + 1;
  const bins = Math.floor(usual / width) + 1;
  return { width, bins: all <= wanted * 2 ? all : bins + 1 };
}

/** The smallest of 1, 2, 5, 10, 20, … that is not below `least`. */
function niceWidth(least: number): number {
  for (let power = 1; ; power *= 10) for (const digit of [1, 2, 5]) if (digit * power >= least) return digit * power;
}
