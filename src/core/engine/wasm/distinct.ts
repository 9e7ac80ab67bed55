import type { Batch } from '../engine.ts';

/** The distinct words of a batch; number 0 is PAD. */
export interface DistinctWords {
  count: number;
  ids: Int32Array; // [count] rows of the embedding
  tokens: Int32Array; // numbers of distinct words, documents padded to the shortest length that every filter fits
  starts: Int32Array; // [B + 1] into tokens
}

/** Numbers words by first appearance. One instance serves all batches of an engine. */
export class WordNumbering {
  private readonly number: Int32Array;
  private readonly seen: Int32Array;
  private round = 0;

  constructor(
    vocabulary: number,
    private readonly minLength: number,
  ) {
    this.number = new Int32Array(vocabulary);
    this.seen = new Int32Array(vocabulary);
  }

  of({ size, words, wordStarts }: Batch): DistinctWords {
    const { number, seen, minLength } = this;
    const round = ++this.round;
    const starts = new Int32Array(size + 1);
    for (let d = 0; d < size; d++) {
      starts[d + 1] = starts[d] + Math.max(minLength, wordStarts[d + 1] - wordStarts[d]);
    }
    const tokens = new Int32Array(starts[size]); // PAD where nothing is written
    const ids = new Int32Array(Math.min(wordStarts[size] - wordStarts[0], number.length) + 1);
    let count = 1;
    seen[0] = round;
    number[0] = 0;
    for (let d = 0; d < size; d++) {
      let at = starts[d];
      for (let i = wordStarts[d]; i < wordStarts[d + 1]; i++) {
        const word = words[i];
        if (seen[word] !== round) {
          seen[word] = round;
          number[word] = count;
          ids[count++] = word;
        }
        tokens[at++] = number[word];
      }
    }
    return { count, ids: ids.subarray(0, count), tokens, starts };
  }
}
