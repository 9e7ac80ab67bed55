import type { Batch } from './engine.ts';

/** The distinct words of the first documents of a batch; number 0 is PAD. */
export interface DistinctWords {
  /** Documents taken. */
  documents: number;
  count: number;
  ids: Int32Array; // [count] rows of the embedding
  tokens: Int32Array; // numbers of distinct words, with PADs behind each document
  starts: Int32Array; // [B + 1] into tokens
}

/** Numbers words by first appearance. One instance serves all batches of an engine. */
export class WordNumbering {
  private readonly number: Int32Array;
  private readonly seen: Int32Array;
  private round = 0;

  /** @param paddedLength words of a document with the PADs behind it */
  constructor(
    vocabulary: number,
    private readonly paddedLength: (words: number) => number,
  ) {
    this.number = new Int32Array(vocabulary);
    this.seen = new Int32Array(vocabulary);
  }

  /** Takes documents up to `limit` distinct words in all, but at least one. */
  of(batch: Batch, limit = Infinity): DistinctWords {
    const { words, wordStarts } = batch;
    const { number, seen } = this;
    const round = ++this.round;
    const starts = new Int32Array(batch.size + 1);
    for (let d = 0; d < batch.size; d++) {
      starts[d + 1] = starts[d] + this.paddedLength(wordStarts[d + 1] - wordStarts[d]);
    }
    const tokens = new Int32Array(starts[batch.size]); // PAD where nothing is written
    const ids = new Int32Array(Math.min(wordStarts[batch.size] - wordStarts[0], number.length) + 1);
    let count = 1;
    let documents = 0;
    seen[0] = round;
    number[0] = 0;
    while (documents < batch.size && (documents === 0 || count < limit)) {
      let at = starts[documents];
      const end = wordStarts[documents + 1];
      for (let i = wordStarts[documents++]; i < end; i++) {
        const word = words[i];
        if (seen[word] !== round) {
          seen[word] = round;
          number[word] = count;
          ids[count++] = word;
        }
        tokens[at++] = number[word];
      }
    }
    return {
      documents,
      count,
      ids: ids.subarray(0, count),
      tokens: tokens.subarray(0, starts[documents]),
      starts: starts.subarray(0, documents + 1),
    };
  }
}
