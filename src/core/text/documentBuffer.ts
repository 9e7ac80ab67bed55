import type { BagOfWords } from '../data/bagOfWords.ts';
import type { Document } from '../data/document.ts';
import type { Corpus } from './corpus.ts';
import { GrowingFloats, GrowingInts } from '../base/growing.ts';
import { ScriptSample } from '../base/scripts.ts';
import { ownString } from '../base/memory.ts';
import { BagNumbers } from './bagNumbers.ts';
import type { WordScanner } from './tokenizer.ts';
import { Interner, WordNumbers } from './wordNumbers.ts';

/** Documents of one file on their way into corpora: words and labels as numbers, in the order of the file. */
export class DocumentBuffer {
  readonly labelNames = new Interner();
  private readonly ids: string[] = [];
  private readonly words = new GrowingInts();
  /** Of bags of words: one for each of `words`. */
  private readonly values = new GrowingFloats();
  private readonly labels = new GrowingInts();
  private readonly wordCounts = new GrowingInts();
  private readonly labelCounts = new GrowingInts();
  private readonly cut = new GrowingInts();
  private readonly correctedOnes: number[] = [];
  private readonly numbers: WordNumbers;
  private readonly bags: BagNumbers;
  private areBags = false;
  readonly scripts = new ScriptSample();

  /** @param wordId number of a word: of an `Interner` for train, of the vocabulary for other files */
  constructor(
    tokenizer: WordScanner,
    private readonly maxLength: number,
    wordId: (word: string) => number,
  ) {
    this.numbers = new WordNumbers(tokenizer, wordId);
    this.bags = new BagNumbers(wordId);
  }

  get size(): number {
    return this.ids.length;
  }

  add({ id, text, features, labels, fileLabels }: Document): void {
    if (fileLabels) this.correctedOnes.push(this.ids.length);
    const isCut = features ? this.addBag(features) : this.addText(text);
    for (const label of labels) this.labels.push(this.labelNames.idOf(label));
    this.labelCounts.push(labels.length);
    this.cut.push(isCut ? 1 : 0);
    this.ids.push(ownString(id));
  }

  private addText(text: string): boolean {
    this.scripts.add(text);
    const words = this.numbers.of(text, this.maxLength + 1); // one more shows whether it is cut
    const length = Math.min(words.length, this.maxLength);
    for (let i = 0; i < length; i++) this.words.push(words[i]);
    this.wordCounts.push(length);
    return words.length > length;
  }

  private addBag(bag: BagOfWords): boolean {
    this.areBags = true;
    const { words, values } = this.bags.of(bag);
    for (let i = 0; i < words.length; i++) {
      this.words.push(words[i]);
      this.values.push(values[i]);
    }
    this.wordCounts.push(words.length);
    return false;
  }

  /** Label numbers of document i, for all documents. */
  labelLists(): (i: number) => ArrayLike<number> {
    const starts = startsOf(this.labelCounts);
    return (i) => Array.from({ length: this.labelCounts.at(i) }, (_, j) => this.labels.at(starts[i] + j));
  }

  forEachWord(includes: (document: number) => boolean, visit: (word: number) => void): void {
    forEachIn(this.words, this.wordCounts, includes, visit);
  }

  forEachLabel(includes: (document: number) => boolean, visit: (label: number) => void): void {
    forEachIn(this.labels, this.labelCounts, includes, visit);
  }

  /** Documents that lost words to `maxLength`. */
  truncated(includes: (document: number) => boolean = () => true): number {
    let sum = 0;
    for (let i = 0; i < this.size; i++) if (includes(i)) sum += this.cut.at(i);
    return sum;
  }

  /** Documents whose labels are not those of the file. */
  corrected(includes: (document: number) => boolean = () => true): number {
    return this.correctedOnes.filter(includes).length;
  }

  /**
   * Deals the documents out to corpora, document i to the one numbered partOf(i), each in file order. Empties the buffer:
   * its memory is given back while the corpora fill.
   * @param wordMap word number -> word id; absent where the numbers are ids
   * @param labelMap label number -> label id
   */
  deal(parts: number, partOf: (i: number) => number, labelMap: Int32Array, wordMap?: Int32Array): Corpus[] {
    const corpora = Array.from({ length: parts }, (_, part) => this.emptyCorpus(part, partOf));
    const next = new Uint32Array(parts);
    for (let i = 0; i < this.size; i++) {
      const part = partOf(i);
      const corpus = corpora[part];
      const at = next[part]++;
      corpus.ids.push(this.ids[i]);
      corpus.wordStarts[at + 1] = corpus.wordStarts[at] + this.wordCounts.at(i);
      this.words.take(this.wordCounts.at(i), corpus.words, corpus.wordStarts[at], wordMap);
      if (corpus.values) this.values.take(this.wordCounts.at(i), corpus.values, corpus.wordStarts[at]);
      const first = corpus.labelStarts[at];
      const end = (corpus.labelStarts[at + 1] = first + this.labelCounts.at(i));
      this.labels.take(this.labelCounts.at(i), corpus.labels, first, labelMap);
      corpus.labels.subarray(first, end).sort();
    }
    return corpora;
  }

  private emptyCorpus(part: number, partOf: (i: number) => number): Corpus {
    let size = 0;
    let words = 0;
    let labels = 0;
    for (let i = 0; i < this.size; i++) {
      if (partOf(i) !== part) continue;
      size++;
      words += this.wordCounts.at(i);
      labels += this.labelCounts.at(i);
    }
    return {
      size,
      words: new Int32Array(words),
      ...(this.areBags && { values: new Float32Array(words) }),
      wordStarts: new Float64Array(size + 1),
      labels: new Int32Array(labels),
      labelStarts: new Uint32Array(size + 1),
      ids: [],
    };
  }
}

function startsOf(counts: GrowingInts): Float64Array {
  const starts = new Float64Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) starts[i + 1] = starts[i] + counts.at(i);
  return starts;
}

function forEachIn(
  values: GrowingInts,
  counts: GrowingInts,
  includes: (document: number) => boolean,
  visit: (value: number) => void,
): void {
  let at = 0;
  for (let i = 0; i < counts.length; i++) {
    const end = at + counts.at(i);
    if (includes(i)) for (let t = at; t < end; t++) visit(values.at(t));
    at = end;
  }
}
