import { createHash } from 'node:crypto';
import type { Corpus } from '../text/corpus.ts';

/** SHA-256 of a list of strings. */
export const hashOfNames = (names: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(names)).digest('hex');

/** SHA-256 of the word ids and label ids of corpora. */
export function hashOfCorpora(corpora: readonly (Corpus | undefined)[]): string {
  const hash = createHash('sha256');
  for (const corpus of corpora) {
    if (!corpus) hash.update('none');
    else for (const part of [corpus.wordStarts, corpus.words, corpus.labelStarts, corpus.labels]) update(hash, part);
  }
  return hash.digest('hex');
}

function update(hash: ReturnType<typeof createHash>, array: Int32Array | Uint32Array | Float64Array): void {
  hash.update(`${array.length} `);
  const piece = 1 << 28; // a hash takes less than 2 GiB at once
  for (let at = 0; at < array.byteLength; at += piece)
    hash.update(new Uint8Array(array.buffer, array.byteOffset + at, Math.min(piece, array.byteLength - at)));
}

/** Documents with each label.  [labelCount] */
export function countLabels(corpus: Corpus, labelCount: number): Uint32Array {
  const counts = new Uint32Array(labelCount);
  for (const label of corpus.labels) counts[label]++;
  return counts;
}
