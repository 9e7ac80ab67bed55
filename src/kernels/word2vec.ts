// word2vec with negative sampling, a round of examples at a time: first how far each example is off with the weights as they are,
// then all steps in the order of the examples. Vectors are cut into slices of 16 numbers, and a thread has the same slices of all
// vectors throughout, in memory of its own: they stay in its cache, and only what they add to the logits goes from thread to thread.
// These sums are of integers, which come to the same whatever the order.
import { expNegative, madd, zero } from './simd';

@unmanaged
export class Word2Vec {
  examples: i32;
  slices: i32; // of a row of 16 floats each
  targets: i32; // of an example: its word, then those drawn
  words: i32;
  key: i32;
  first: i32; // number of the first example, for the draws
  shares: i32; // tiles of the slices
  input: usize; // [words][slices * 16], share after share
  output: usize; // [words][slices * 16], share after share
  tokens: usize; // i32, rows of the words of a text
  list: usize; // i32 [examples][3]: place of the word, first and end of its context
  cuts: usize; // u32 [words], alias table: own word below the cut, else the other
  others: usize; // i32 [words]
  drawn: usize; // i32 [examples][targets], -1 where the word itself was drawn, which counts for nothing
  hidden: usize; // [examples][slices * 16], share after share, mean of the context
  logits: usize; // i32 [shares][stride], in 1 / UNIT; stride is examples * targets, rounded up to 16
  rate: f32;
  limit: f32; // of a number in 1 / UNIT, so that the sum of a vector's does not overflow
}

const EXAMPLES: i32 = 64;
const SLICE: usize = 64; // bytes
/** Beyond this logit there is no step, as in the original program. */
const LARGEST: f32 = 6;
/** Logits are summed in whole numbers of 1 / UNIT. */
const UNIT: f32 = 131072;
/** Numbers below 2^22 that are added to this one are rounded, and stand in its lower bits. */
const ROUNDER: f32 = 12582912; // 1.5 * 2^23

/** Tile = 64 examples: their targets. */
export function word2vecDraw(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Word2Vec>(args);
  const end = min(a.examples, tile * EXAMPLES + EXAMPLES);
  for (let e = tile * EXAMPLES; e < end; e++) {
    const word = load<i32>(a.tokens + <usize>load<i32>(a.list + <usize>e * 12) * 4);
    const drawn = a.drawn + <usize>(e * a.targets) * 4;
    store<i32>(drawn, word);
    for (let n: i32 = 1; n < a.targets; n++) {
      const target = draw(a, ((a.first + e) * a.targets + n) * 2);
      store<i32>(drawn + <usize>n * 4, target == word ? -1 : target);
    }
  }
}

/** A word by its share, from two numbers of the stream (Walker's alias method). */
// @ts-ignore: decorator
@inline
function draw(a: Word2Vec, index: i32): i32 {
  const row = <i32>((<u64>bitsAt(a.key, index) * <u64>a.words) >> 32);
  return bitsAt(a.key, index + 1) < load<u32>(a.cuts + <usize>row * 4) ? row : load<i32>(a.others + <usize>row * 4);
}

/** The twin of `bitsAt` in src/core/base/random.ts. */
// @ts-ignore: decorator
@inline
function bitsAt(key: i32, index: i32): u32 {
  let x = <u32>(key + index * 0x9e3779b1);
  x = (x ^ (x >> 16)) * 0x7feb352d;
  x = (x ^ (x >> 15)) * 0x846ca68b;
  return x ^ (x >> 16);
}

// @ts-ignore: decorator
@inline
function firstSlice(a: Word2Vec, share: i32): usize {
  return <usize>((share * a.slices) / a.shares);
}

/** Where a share's slices of all rows begin. */
// @ts-ignore: decorator
@inline
function shareOf(matrix: usize, rows: i32, from: usize): usize {
  return matrix + <usize>rows * from * SLICE;
}

// @ts-ignore: decorator
@inline
function strideBytes(a: Word2Vec): usize {
  return ((<usize>(a.examples * a.targets) * 4 + 63) >> 6) << 6;
}

/** Tile = a thread's slices: context means, and what the slices add to the logits; with the sign turned for the word itself. */
export function word2vecLogits(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Word2Vec>(args);
  const from = firstSlice(a, tile), rowBytes = (firstSlice(a, tile + 1) - from) * SLICE;
  const logits = a.logits + <usize>tile * strideBytes(a);
  const hidden = shareOf(a.hidden, a.examples, from), output = shareOf(a.output, a.words, from);
  for (let e: i32 = 0; e < a.examples; e++) {
    const mean = hidden + <usize>e * rowBytes;
    for (let offset: usize = 0; offset < rowBytes; offset += SLICE) sliceMean(a, e, from, rowBytes, offset, mean + offset);
    const first = <usize>(e * a.targets) * 4;
    for (let n: usize = 0, end = <usize>a.targets * 4; n < end; n += 4) {
      const target = load<i32>(a.drawn + first + n);
      if (target < 0) continue;
      const sum = logit(mean, output + <usize>target * rowBytes, rowBytes, a.limit);
      store<i32>(logits + first + n, n == 0 ? -sum : sum);
    }
  }
}

// @ts-ignore: decorator
@inline
function sliceMean(a: Word2Vec, e: i32, first: usize, rowBytes: usize, offset: usize, to: usize): void {
  const input = shareOf(a.input, a.words, first) + offset;
  const item = a.list + <usize>e * 12;
  const centre = load<i32>(item), from = load<i32>(item, 4), end = load<i32>(item, 8);
  let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
  for (let j = from; j < end; j++) {
    if (j == centre) continue;
    const row = input + <usize>load<i32>(a.tokens + <usize>j * 4) * rowBytes;
    s0 = f32x4.add(s0, v128.load(row));
    s1 = f32x4.add(s1, v128.load(row, 16));
    s2 = f32x4.add(s2, v128.load(row, 32));
    s3 = f32x4.add(s3, v128.load(row, 48));
  }
  const scale = f32x4.splat(<f32>1 / <f32>(end - from - (centre >= from && centre < end ? 1 : 0)));
  v128.store(to, f32x4.mul(s0, scale));
  v128.store(to, f32x4.mul(s1, scale), 16);
  v128.store(to, f32x4.mul(s2, scale), 32);
  v128.store(to, f32x4.mul(s3, scale), 48);
}

/** The product of two rows in whole units; of each slice four sums, each of them limited. */
// @ts-ignore: decorator
@inline
function logit(mean: usize, row: usize, rowBytes: usize, most: f32): i32 {
  const limit = f32x4.splat(most), least = f32x4.splat(-most);
  let sums = zero();
  for (let at: usize = 0; at < rowBytes; at += SLICE) {
    const m = mean + at, r = row + at;
    const even = madd(v128.load(m, 32), v128.load(r, 32), f32x4.mul(v128.load(m), v128.load(r)));
    const odd = madd(v128.load(m, 48), v128.load(r, 48), f32x4.mul(v128.load(m, 16), v128.load(r, 16)));
    const scaled = f32x4.mul(f32x4.add(even, odd), f32x4.splat(UNIT));
    const limited = f32x4.pmax(f32x4.pmin(scaled, limit), least);
    sums = i32x4.add(sums, i32x4.sub(f32x4.add(limited, f32x4.splat(ROUNDER)), f32x4.splat(ROUNDER)));
  }
  const high = i32x4.add(sums, i8x16.shuffle(sums, sums, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return i32x4.extract_lane(high, 0) + i32x4.extract_lane(high, 1);
}

/** Tile = a thread's slices: the steps of the round, example after example. Scratch: how strong each is, for the thread itself. */
export function word2vecSteps(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Word2Vec>(args);
  const from = firstSlice(a, tile), rowBytes = (firstSlice(a, tile + 1) - from) * SLICE;
  gains(a, scratch);
  for (let e: i32 = 0; e < a.examples; e++)
    for (let offset: usize = 0; offset < rowBytes; offset += SLICE) step(a, e, from, rowBytes, offset, scratch);
}

/** Sigmoid of the logits, times the learning rate: how far the word is from 1, and the others from 0. */
// @ts-ignore: decorator
@inline
function gains(a: Word2Vec, to: usize): void {
  const stride = strideBytes(a);
  const one = f32x4.splat(1), rate = f32x4.splat(a.rate);
  for (let i: usize = 0; i < stride; i += 16) {
    let sum = zero();
    for (let share: i32 = 0; share < a.shares; share++) sum = i32x4.add(sum, v128.load(a.logits + <usize>share * stride + i));
    const x = f32x4.mul(f32x4.convert_i32x4_s(sum), f32x4.splat(1 / UNIT));
    const distance = f32x4.abs(x);
    const e = expNegative(f32x4.neg(distance));
    const above = v128.bitselect(one, e, f32x4.ge(x, zero()));
    const gain = f32x4.mul(f32x4.div(above, f32x4.add(one, e)), rate);
    v128.store(to + i, v128.and(gain, f32x4.lt(distance, f32x4.splat(LARGEST))));
  }
}

/** The targets go towards the context or away from it, and each word of the context as they pull it. */
// @ts-ignore: decorator
@inline
function step(a: Word2Vec, e: i32, from: usize, rowBytes: usize, offset: usize, gains: usize): void {
  const input = shareOf(a.input, a.words, from) + offset, output = shareOf(a.output, a.words, from) + offset;
  const hidden = shareOf(a.hidden, a.examples, from) + <usize>e * rowBytes + offset;
  const h0 = v128.load(hidden), h1 = v128.load(hidden, 16), h2 = v128.load(hidden, 32), h3 = v128.load(hidden, 48);
  let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
  const first = <usize>(e * a.targets) * 4;
  for (let n: usize = 0, end = <usize>a.targets * 4; n < end; n += 4) {
    const target = load<i32>(a.drawn + first + n);
    if (target < 0) continue;
    const gain = load<f32>(gains + first + n);
    const g = f32x4.splat(n == 0 ? gain : -gain);
    const row = output + <usize>target * rowBytes;
    const r0 = v128.load(row), r1 = v128.load(row, 16), r2 = v128.load(row, 32), r3 = v128.load(row, 48);
    s0 = madd(g, r0, s0);
    s1 = madd(g, r1, s1);
    s2 = madd(g, r2, s2);
    s3 = madd(g, r3, s3);
    v128.store(row, madd(g, h0, r0));
    v128.store(row, madd(g, h1, r1), 16);
    v128.store(row, madd(g, h2, r2), 32);
    v128.store(row, madd(g, h3, r3), 48);
  }
  const item = a.list + <usize>e * 12;
  const centre = load<i32>(item), end = load<i32>(item, 8);
  for (let j = load<i32>(item, 4); j < end; j++) {
    if (j == centre) continue;
    const row = input + <usize>load<i32>(a.tokens + <usize>j * 4) * rowBytes;
    v128.store(row, f32x4.add(v128.load(row), s0));
    v128.store(row, f32x4.add(v128.load(row, 16), s1), 16);
    v128.store(row, f32x4.add(v128.load(row, 32), s2), 32);
    v128.store(row, f32x4.add(v128.load(row, 48), s3), 48);
  }
}
