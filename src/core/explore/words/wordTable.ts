import type { Document } from '../../data/document.ts';
import { Interner, WordNumbers } from '../../text/wordNumbers.ts';
import type { WordScanner } from '../../text/tokenizer.ts';

/** Numbers for the words of documents, from 0, in order of first occurrence; of a bag of words its features, by their numbers. */
export class WordTable {
  private readonly interner = new Interner();
  private readonly texts: WordNumbers;
  private readonly features = new Map<number, number>();

  constructor(tokenizer: WordScanner) {
    this.texts = new WordNumbers(tokenizer, (word) => this.interner.idOf(word));
  }

  /** Word of each number. */
  get names(): readonly string[] {
    return this.interner.names;
  }

  /** Names are numbers of features. */
  get areFeatures(): boolean {
    return this.features.size > 0;
  }

  /** A document's words in order; valid until the next call. */
  of({ text, features }: Pick<Document, 'text' | 'features'>): Int32Array {
    return features ? Int32Array.from(features.indices, (feature) => this.featureId(feature)) : this.texts.of(text);
  }

  /** The number of a word that another table has, or of a feature. */
  numberOf(name: string, isFeature: boolean): number {
    return isFeature ? this.featureId(Number(name)) : this.interner.idOf(name);
  }

  private featureId(feature: number): number {
    let id = this.features.get(feature);
    if (id === undefined) this.features.set(feature, (id = this.interner.idOf(String(feature))));
    return id;
  }
}

/** How often whole numbers from 0 occurred. */
export class Tally {
  private counts = new Int32Array(1 << 12);
  private size = 0;

  add(numbers: Int32Array): void {
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i];
      if (number >= this.size) this.makeRoom(number + 1);
      this.counts[number]++;
    }
  }

  addCounts(numbers: Int32Array, counts: Int32Array): void {
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i];
      if (number >= this.size) this.makeRoom(number + 1);
      this.counts[number] += counts[i];
    }
  }

  /** Occurrences of one number. */
  of(number: number): number {
    return number < this.size ? this.counts[number] : 0;
  }

  /** Numbers that occurred. */
  get numbers(): number {
    let found = 0;
    for (let number = 0; number < this.size; number++) if (this.counts[number] > 0) found++;
    return found;
  }

  /** Numbers that occurred `count` times, above 0. */
  numbersWith(count: number): number {
    let found = 0;
    for (let number = 0; number < this.size; number++) if (this.counts[number] === count) found++;
    return found;
  }

  /** [largest number + 1] */
  result(): Int32Array {
    return this.counts.slice(0, this.size);
  }

  private makeRoom(size: number): void {
    this.size = size;
    if (size <= this.counts.length) return;
    const larger = new Int32Array(Math.max(size, this.counts.length * 2));
    larger.set(this.counts);
    this.counts = larger;
  }
}

/** The distinct numbers of lists, without a map being made for each. */
export class Distinct {
  private readonly numbers: number[] = [];
  /** Occurrences in the present lists; 0 for all numbers where there are none. */
  private occurrences = new Int32Array(1 << 12);

  of(list: Int32Array): { numbers: Int32Array; counts: Int32Array } {
    this.add(list);
    return this.take();
  }

  add(list: Int32Array): void {
    const { numbers } = this;
    for (let i = 0; i < list.length; i++) {
      const number = list[i];
      if (number >= this.occurrences.length) this.makeRoom(number + 1);
      if (this.occurrences[number]++ === 0) numbers.push(number);
    }
  }

  /** The distinct numbers of what was added, in order of first occurrence, and how often each occurs. */
  take(): { numbers: Int32Array; counts: Int32Array } {
    const { numbers } = this;
    const distinct = new Int32Array(numbers);
    const counts = new Int32Array(numbers.length);
    numbers.length = 0;
    for (let i = 0; i < distinct.length; i++) {
      counts[i] = this.occurrences[distinct[i]];
      this.occurrences[distinct[i]] = 0;
    }
    return { numbers: distinct, counts };
  }

  private makeRoom(size: number): void {
    const larger = new Int32Array(Math.max(size, this.occurrences.length * 2));
    larger.set(this.occurrences);
    this.occurrences = larger;
  }
}
