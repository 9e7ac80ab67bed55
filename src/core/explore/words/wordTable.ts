import type { Document } from '../../data/document.ts';
import { Interner } from '../../text/wordNumbers.ts';
import type { WordScanner } from '../../text/tokenizer.ts';
import { WordNumbers } from '../../text/wordNumbers.ts';

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

  private featureId(feature: number): number {
    let id = this.features.get(feature);
    if (id === undefined) this.features.set(feature, (id = this.interner.idOf(String(feature))));
    return id;
  }
}
