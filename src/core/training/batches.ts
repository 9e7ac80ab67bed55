import type { Batch } from '../engine/engine.ts';
import { key32, permutation, Stream } from '../random.ts';
import type { Corpus } from '../text/corpus.ts';

/** Order of the documents in an epoch (counted from 0), determined by the seed. */
export const epochOrder = (documents: number, seed: number, epoch: number): Uint32Array =>
  permutation(documents, key32(seed, Stream.shuffle, epoch));

/** Documents order[from … to) of a corpus, or documents from … to - 1 where no order is given. `to` may lie past the end. */
export function makeBatch(corpus: Corpus, from: number, to: number, order?: Uint32Array): Batch {
  const size = Math.min(to, corpus.size) - from;
  const document = (i: number): number => (order ? order[from + i] : from + i);
  const words = gather(corpus.words, corpus.wordStarts, size, document);
  const labels = gather(corpus.labels, corpus.labelStarts, size, document);
  return { size, words: words.values, wordStarts: words.starts, labels: labels.values, labelStarts: labels.starts };
}

function gather(source: Int32Array, rows: ArrayLike<number>, size: number, row: (i: number) => number) {
  const starts = new Int32Array(size + 1);
  for (let i = 0; i < size; i++) starts[i + 1] = starts[i] + rows[row(i) + 1] - rows[row(i)];
  const values = new Int32Array(starts[size]);
  for (let i = 0; i < size; i++) values.set(source.subarray(rows[row(i)], rows[row(i) + 1]), starts[i]);
  return { values, starts };
}
