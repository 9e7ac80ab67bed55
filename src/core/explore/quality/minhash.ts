import { mix32 } from '../../base/random.ts';

/** Bins of a signature. The standard error of an estimated similarity J is sqrt(J (1 - J) / 128), at most 0.045. */
export const BINS = 128;
const BIN_SHIFT = 25; // the upper 7 bits of a hash choose the bin
const EMPTY = 0xffffffff;

/** Words per shingle: texts that share runs of this many words are alike. Texts with fewer words are one shingle. */
export const SHINGLE = 5;

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
