import type { Batch } from './engine.ts';

/** Documents from … to - 1 of a batch, without their labels; shares its arrays. */
export function documentsOf({ size, words, wordStarts }: Batch, from: number, to: number): Batch {
  const end = Math.min(size, to);
  const none = new Int32Array(0);
  return { size: end - from, words, wordStarts: wordStarts.subarray(from, end + 1), labels: none, labelStarts: none };
}
