import type { Document } from '../../data/document.ts';
import { GrowingInts } from '../../base/growing.ts';
import { ownString } from '../../base/memory.ts';
import type { WordScanner } from '../../text/tokenizer.ts';
import { Distinct, Tally, WordTable } from './wordTable.ts';

/** Which documents hold which words, in compressed rows by document. */
export interface WordIndex {
  readonly documents: number;
  readonly words: string[];
  readonly starts: Float64Array; // [documents + 1]
  /** Distinct words of each document. */
  readonly wordIds: Int32Array;
  /** How often each of them occurs in the document. */
  readonly counts: Int32Array;
  /** Documents that hold a word. */
  readonly documentFrequency: Int32Array; // [words]
  readonly ids: string[];
  readonly lines: Int32Array;
}

/** Takes documents one by one; about 8 bytes for each distinct word of each document. */
export class WordIndexBuilder {
  private readonly words: WordTable;
  private readonly distinct = new Distinct();
  private readonly lengths = new GrowingInts();
  private readonly wordIds = new GrowingInts();
  private readonly counts = new GrowingInts();
  private readonly frequency = new Tally();
  private readonly ids: string[] = [];
  private readonly lines = new GrowingInts();

  constructor(tokenizer: WordScanner) {
    this.words = new WordTable(tokenizer);
  }

  add({ id, line, text, features }: Omit<Document, 'labels'>): void {
    const { numbers, counts } = this.distinct.of(this.words.of({ text, features }));
    for (let i = 0; i < numbers.length; i++) {
      this.wordIds.push(numbers[i]);
      this.counts.push(counts[i]);
    }
    this.frequency.add(numbers);
    this.lengths.push(numbers.length);
    this.lines.push(line);
    this.ids.push(ownString(id));
  }

  result(): WordIndex {
    const { lengths, wordIds, counts, lines, ids } = this;
    const starts = new Float64Array(lengths.length + 1);
    for (let d = 0; d < lengths.length; d++) starts[d + 1] = starts[d] + lengths.at(d);
    return {
      documents: lengths.length,
      words: [...this.words.names],
      starts,
      wordIds: moved(wordIds),
      counts: moved(counts),
      documentFrequency: this.frequency.result(),
      ids,
      lines: moved(lines),
    };
  }
}

function moved(ints: GrowingInts): Int32Array {
  const array = new Int32Array(ints.length);
  ints.take(array.length, array, 0);
  return array;
}
