import { key32 } from '../../base/random.ts';
import { BINS, minhash, similarity } from './minhash.ts';

/** Rows of a band: two texts are compared where all rows of one of the bands agree. */
const ROWS = 4;
const BANDS = BINS / ROWS;

/** Texts at least this alike count as near duplicates. A pair of similarity 0.8 is missed with probability (1 - 0.8^4)^32 < 1e-7. */
export const nearThreshold = 0.8;

export interface SimilarPair {
  /** Numbers of the texts in the order they were added, first < second. */
  first: number;
  second: number;
  /** Estimated Jaccard similarity of their word 5-grams; standard error at most 0.045. */
  similarity: number;
}

/** Finds texts that are nearly the same, in one pass and 256 bytes a text. */
export class NearDuplicates {
  private signatures = new Uint16Array(BINS * 1024);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** @param words ids of the text's words in order; a text without words is like no other */
  add(words: ArrayLike<number>): void {
    if ((this.count + 1) * BINS > this.signatures.length) {
      const larger = new Uint16Array(this.signatures.length * 2);
      larger.set(this.signatures);
      this.signatures = larger;
    }
    const signature = this.signatureOf(this.count++);
    if (words.length) minhash(words, signature);
    else this.empty.add(this.count - 1);
  }

  private readonly empty = new Set<number>();

  /**
   * Every text with the first earlier one that it is like. Of many equal texts each is paired with the first alone, so that
   * the list stays as long as there are texts.
   */
  pairs(threshold = nearThreshold): SimilarPair[] {
    const firstOf = Array.from({ length: BANDS }, () => new Map<number, number[]>());
    const pairs: SimilarPair[] = [];
    for (let text = 0; text < this.count; text++) {
      if (this.empty.has(text)) continue;
      const found = this.mostSimilar(text, firstOf, threshold);
      if (found) pairs.push(found);
      else this.register(text, firstOf);
    }
    return pairs;
  }

  private mostSimilar(text: number, firstOf: Map<number, number[]>[], threshold: number): SimilarPair | undefined {
    const signature = this.signatureOf(text);
    const seen = new Set<number>();
    let best: SimilarPair | undefined;
    for (let band = 0; band < BANDS; band++) {
      for (const first of firstOf[band].get(bandKey(signature, band)) ?? []) {
        if (seen.has(first)) continue;
        seen.add(first);
        const value = similarity(signature, this.signatureOf(first));
        if (value >= threshold && value > (best?.similarity ?? 0)) best = { first, second: text, similarity: value };
      }
    }
    return best;
  }

  private register(text: number, firstOf: Map<number, number[]>[]): void {
    const signature = this.signatureOf(text);
    for (let band = 0; band < BANDS; band++) {
      const key = bandKey(signature, band);
      const texts = firstOf[band].get(key);
      if (!texts) firstOf[band].set(key, [text]);
      else if (texts.length < CROWD) texts.push(text);
    }
  }

  private signatureOf(text: number): Uint16Array {
    return this.signatures.subarray(text * BINS, (text + 1) * BINS);
  }
}

/** Texts kept under one key of a band: boilerplate shared by thousands must not make the search quadratic. */
const CROWD = 64;

function bandKey(signature: Uint16Array, band: number): number {
  const at = band * ROWS;
  return key32(signature[at] * 0x10000 + signature[at + 1], signature[at + 2] * 0x10000 + signature[at + 3]);
}
