// word2vec with negative sampling, a round of examples at a time: first each example's step against the weights as they are,
// then all steps added in the order of the examples, slice by slice of the vectors.
import { expNegative, madd, zero } from './simd';

@unmanaged
export class Word2Vec {
  examples: i32;
  width: i32; // floats of a row, a multiple of 16
  targets: i32; // of an example: its word, then those drawn
  words: i32;
  key: i32;
  input: usize; // [words][width]
  output: usize; // [words][width]
  tokens: usize; // i32, rows of the words of a text
  list: usize; // i32 [examples][3]: place of the word, first and end of its context
  cuts: usize; // u32 [words], alias table: own word below the cut, else the other
  others: usize; // i32 [words]
  hidden: usize; // [examples][width], mean of the context
  errors: usize; // [examples][width], step of each context word
  drawn: usize; // i32 [examples][targets]
  gains: usize; // f32 [examples][targets]
  rate: f32;
}

const EXAMPLES: i32 = 8;
const SLICE: i32 = 32;
/** Beyond this logit there is no step, as in the original program. */
const LARGEST: f32 = 6;

/** Tile = 8 examples: context mean, logits of the targets, and the step of the context words. */
export function word2vecExamples(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Word2Vec>(args);
  const end = min(a.examples, tile * EXAMPLES + EXAMPLES);
  for (let e = tile * EXAMPLES; e < end; e++) example(a, e);
}

// @ts-ignore: decorator
@inline
function example(a: Word2Vec, e: i32): void {
  const rowBytes = <usize>a.width * 4;
  const hidden = a.hidden + <usize>e * rowBytes, error = a.errors + <usize>e * rowBytes;
  const item = a.list + <usize>e * 12;
  const centre = load<i32>(item);
  contextMean(a, centre, load<i32>(item, 4), load<i32>(item, 8), hidden, rowBytes);
  memory.fill(error, 0, rowBytes);
  const word = load<i32>(a.tokens + <usize>centre * 4);
  const drawn = a.drawn + <usize>(e * a.targets) * 4, gains = a.gains + <usize>(e * a.targets) * 4;
  for (let n: i32 = 0; n < a.targets; n++) {
    const target = n == 0 ? word : draw(a, (e * a.targets + n) * 2);
    store<i32>(drawn + <usize>n * 4, target);
    let gain: f32 = 0;
    if (n == 0 || target != word) {
      const row = a.output + <usize>target * rowBytes;
      gain = gainOf(dot(hidden, row, rowBytes), n == 0) * a.rate;
      if (gain != 0) add(error, row, gain, rowBytes);
    }
    store<f32>(gains + <usize>n * 4, gain);
  }
}

// @ts-ignore: decorator
@inline
function contextMean(a: Word2Vec, centre: i32, from: i32, to: i32, hidden: usize, rowBytes: usize): void {
  const count = to - from - (centre >= from && centre < to ? 1 : 0);
  const scale = f32x4.splat(<f32>1 / <f32>count);
  for (let i: usize = 0; i < rowBytes; i += 64) {
    let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
    for (let j = from; j < to; j++) {
      if (j == centre) continue;
      const row = a.input + <usize>load<i32>(a.tokens + <usize>j * 4) * rowBytes + i;
      s0 = f32x4.add(s0, v128.load(row));
      s1 = f32x4.add(s1, v128.load(row, 16));
      s2 = f32x4.add(s2, v128.load(row, 32));
      s3 = f32x4.add(s3, v128.load(row, 48));
    }
    v128.store(hidden + i, f32x4.mul(s0, scale));
    v128.store(hidden + i, f32x4.mul(s1, scale), 16);
    v128.store(hidden + i, f32x4.mul(s2, scale), 32);
    v128.store(hidden + i, f32x4.mul(s3, scale), 48);
  }
}

/** A word by its share, from two numbers of the stream (Walker's alias method). */
// @ts-ignore: decorator
@inline
function draw(a: Word2Vec, index: i32): i32 {
  const row = <i32>((<u64>bitsAt(a.key, index) * <u64>a.words) >> 32);
  return bitsAt(a.key, index + 1) < load<u32>(a.cuts + <usize>row * 4) ? row : load<i32>(a.others + <usize>row * 4);
}

/** The twin of `bitsAt` in src/core/random.ts. */
// @ts-ignore: decorator
@inline
function bitsAt(key: i32, index: i32): u32 {
  let x = <u32>(key + index * 0x9e3779b1);
  x = (x ^ (x >> 16)) * 0x7feb352d;
  x = (x ^ (x >> 15)) * 0x846ca68b;
  return x ^ (x >> 16);
}

/** Label minus sigmoid of the logit. */
// @ts-ignore: decorator
@inline
function gainOf(logit: f32, isWord: bool): f32 {
  if (logit <= -LARGEST || logit >= LARGEST) return 0;
  const e = f32x4.extract_lane(expNegative(f32x4.splat(-abs(logit))), 0);
  const sigmoid: f32 = logit >= 0 ? 1 / (1 + e) : e / (1 + e);
  return (isWord ? 1 : 0) - sigmoid;
}

// @ts-ignore: decorator
@inline
function dot(x: usize, y: usize, rowBytes: usize): f32 {
  let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
  for (let i: usize = 0; i < rowBytes; i += 64) {
    s0 = madd(v128.load(x + i), v128.load(y + i), s0);
    s1 = madd(v128.load(x + i, 16), v128.load(y + i, 16), s1);
    s2 = madd(v128.load(x + i, 32), v128.load(y + i, 32), s2);
    s3 = madd(v128.load(x + i, 48), v128.load(y + i, 48), s3);
  }
  const s = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3));
}

// @ts-ignore: decorator
@inline
function add(sum: usize, row: usize, gain: f32, rowBytes: usize): void {
  const g = f32x4.splat(gain);
  for (let i: usize = 0; i < rowBytes; i += 32) {
    v128.store(sum + i, madd(g, v128.load(row + i), v128.load(sum + i)));
    v128.store(sum + i, madd(g, v128.load(row + i, 16), v128.load(sum + i, 16)), 16);
  }
}

/** Tile = one slice of all vectors: the steps of the round, example after example. */
export function word2vecSteps(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Word2Vec>(args);
  const rowBytes = <usize>a.width * 4;
  const offset = <usize>(tile * SLICE) * 4;
  const wide = a.width - tile * SLICE >= SLICE;
  for (let e: i32 = 0; e < a.examples; e++) {
    const hidden = a.hidden + <usize>e * rowBytes + offset;
    for (let n: i32 = 0; n < a.targets; n++) {
      const at = <usize>(e * a.targets + n) * 4;
      const gain = load<f32>(a.gains + at);
      if (gain == 0) continue;
      addSlice(a.output + <usize>load<i32>(a.drawn + at) * rowBytes + offset, hidden, gain, wide);
    }
    const item = a.list + <usize>e * 12;
    const centre = load<i32>(item), to = load<i32>(item, 8);
    const error = a.errors + <usize>e * rowBytes + offset;
    for (let j = load<i32>(item, 4); j < to; j++)
      if (j != centre) addSlice(a.input + <usize>load<i32>(a.tokens + <usize>j * 4) * rowBytes + offset, error, 1, wide);
  }
}

/** Of 32 floats, or 16 at the end of a row. */
// @ts-ignore: decorator
@inline
function addSlice(row: usize, step: usize, gain: f32, wide: bool): void {
  const g = f32x4.splat(gain);
  v128.store(row, madd(g, v128.load(step), v128.load(row)));
  v128.store(row, madd(g, v128.load(step, 16), v128.load(row, 16)), 16);
  v128.store(row, madd(g, v128.load(step, 32), v128.load(row, 32)), 32);
  v128.store(row, madd(g, v128.load(step, 48), v128.load(row, 48)), 48);
  if (!wide) return;
  v128.store(row, madd(g, v128.load(step, 64), v128.load(row, 64)), 64);
  v128.store(row, madd(g, v128.load(step, 80), v128.load(row, 80)), 80);
  v128.store(row, madd(g, v128.load(step, 96), v128.load(row, 96)), 96);
  v128.store(row, madd(g, v128.load(step, 112), v128.load(row, 112)), 112);
}
