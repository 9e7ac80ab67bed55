import type { SplitInspection } from '../splitInspection.ts';
import { documentWords, rankWords, wordScores } from '../words/markingWords.ts';
import { type WordIndex, WordIndexBuilder } from '../words/wordIndex.ts';
import type { MarkingWord, WeightedWord, WordMeasure } from './analysisApi.ts';
import { type Passes, readAgain } from './readAgain.ts';
import type { Document } from '../../data/document.ts';

/** The words of a split's documents, or of the first of them where the reading was stopped. */
export class WordsOfSplit {
  constructor(readonly index: WordIndex) {}

  /** `also` sees every document on the same pass. */
  static async read(
    split: SplitInspection,
    passes: Passes,
    also: (document: Document) => void = () => {},
  ): Promise<WordsOfSplit> {
    const builder = new WordIndexBuilder(split.tokenizer);
    await readAgain(
      split,
      (document) => {
        builder.add(document);
        also(document);
      },
      passes,
    );
    return new WordsOfSplit(builder.result());
  }

  /** Words that mark a group of documents against the others. */
  marking(group: Int32Array, measure: WordMeasure, top: number): MarkingWord[] {
    const read = group.filter((document) => document < this.index.documents);
    return rankWords(this.index, read, top, wordScores[measure]);
  }

  /** Words that mark one document. */
  ofDocument(document: number, top: number): WeightedWord[] {
    return document < this.index.documents ? documentWords(this.index, document, top) : [];
  }
}
