import { key32, mix32 } from '../../base/random.ts';

/** Bins of a signature. The standard error of an estimated similarity J is sqrt(J (1 - J) / 128), at most 0.045. */
export const BINS = 128;
const BIN_SHIFT = 25; // the upper 7 bits of a hash choose the bin
const EMPTY = 0xffffffff;

/** Words per shingle: texts that share runs of this many words are alike. Texts with fewer words are one shingle. */
export const SHINGLE = 5;

/** Rows of a band: two texts are compared where all rows of one of the bands agree. */
const ROWS = 4;
const BANDS = BINS / ROWS;

/** Texts at least this alike count as near duplicates. A pair of similarity 0.8 is missed with probability (1 - 0.8^4)^32 < 1e-7. */
export const nearThreshold = 0.8;
/** The largest standard error of an estimated similarity. */
export const nearError = 0.045;

/** Texts kept under one key of a band: boilerplate shared by thousands must not make the search quadratic. */
const CROWD = 64;

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

function bandKey(signature: Uint16Array, band: number): number {
  const at = band * ROWS;
  return key32(signature[at] * 0x10000 + signature[at + 1], signature[at + 2] * 0x10000 + signature[at + 3]);
}

/**
 * MinHash of a text's set of word shingles by one permutation (Li, Owen, Zhang 2012), empty bins filled from others
 * (Shrivastava 2017), 16 bits of each kept. The share of equal bins of two texts estimates the Jaccard similarity of their sets.
 * @param words ids of the text's words, in order; not empty
 * @param signature filled; [BINS]
 */
export function minhash(words: ArrayLike<number>, signature: Uint16Array): void {
  const least = new Uint32Array(BINS).fill(EMPTY);
  const last = Math.max(1, words.length - SHINGLE + 1);
  for (let i = 0; i < last; i++) {
    const hash = shingleHash(words, i);
    const bin = hash >>> BIN_SHIFT;
    const value = mix32(hash ^ 0x2545f491);
    if (value < least[bin]) least[bin] = value;
  }
  for (let bin = 0; bin < BINS; bin++)
    signature[bin] = (least[bin] === EMPTY ? borrowed(least, bin) : least[bin]) >>> 16;
}

function shingleHash(words: ArrayLike<number>, start: number): number {
  let hash = 0x9e3779b9;
  const end = Math.min(start + SHINGLE, words.length);
  for (let i = start; i < end; i++) hash = mix32((hash ^ words[i]) + 0x6d2b79f5);
  return hash;
}

/** The value of a bin that is not empty, the same for every text in which that bin is filled. */
function borrowed(least: Uint32Array, bin: number): number {
  for (let attempt = 1; ; attempt++) {
    const other = mix32(bin * 0x10001 + attempt) >>> BIN_SHIFT;
    if (least[other] !== EMPTY) return mix32(least[other] + attempt);
  }
}

/** Estimated Jaccard similarity of two texts. */
export function similarity(a: Uint16Array, b: Uint16Array): number {
  let equal = 0;
  for (let i = 0; i < BINS; i++) if (a[i] === b[i]) equal++;
  return equal / BINS;
}
