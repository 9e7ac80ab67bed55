// The batch's distinct words: gather with dropout, gradient of their vectors, lazy Adam on their rows.
import { adamVector } from './adam';
import { rows4 } from './pack';
import { keptMask, zero } from './simd';
import { SLICE, copySlices, weightedSum16, weightedSum32 } from './sums';

@unmanaged
export class Words {
  distinct: i32; // the first is PAD
  dim: i32;
  embedding: usize; // [vocabulary][dim]
  ids: usize; // i32 [distinct], rows of the embedding
  keys: usize; // i32 [distinct], streams of the dropout masks
  words: usize; // [panels * 4][dim]
  packed: usize; // [panels][dim][4]
  threshold: i32; // dropout, 0 for none
  scale: f32;
}

const PANELS: i32 = 8;

/** Tile = 8 panels of 4 distinct words: E[id], masked and scaled, in rows and packed. */
export function gatherWords(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Words>(args);
  const rowBytes = <usize>a.dim * 4;
  const panels = (a.distinct + 3) / 4;
  for (let p = tile * PANELS; p < min(panels, tile * PANELS + PANELS); p++) {
    const count = min(4, a.distinct - p * 4);
    for (let i: i32 = 0; i < count; i++) {
      const u = <usize>(p * 4 + i);
      const source = a.embedding + <usize>load<i32>(a.ids + u * 4) * rowBytes;
      const target = a.words + u * rowBytes;
      if (a.threshold) maskedCopy(a, u, source, target);
      else memory.copy(target, source, rowBytes);
    }
    rows4(a.words + <usize>(p * 4) * rowBytes, rowBytes, count, a.dim, a.packed + <usize>(p * 4) * rowBytes);
  }
}

function maskedCopy(a: Words, u: usize, source: usize, target: usize): void {
  const key = i32x4.splat(load<i32>(a.keys + u * 4));
  const threshold = i32x4.splat(a.threshold);
  const scale = f32x4.splat(a.scale);
  let index = i32x4(0, 1, 2, 3);
  for (let i: usize = 0; i < <usize>a.dim * 4; i += 16) {
    const kept = keptMask(key, index, threshold);
    v128.store(target + i, v128.and(f32x4.mul(v128.load(source + i), scale), kept));
    index = i32x4.add(index, i32x4.splat(4));
  }
}

@unmanaged
export class WordLists {
  distinct: i32;
  parts: i32; // filters are cut into this fixed number of parts
  sizes: i32;
  table: usize; // [sizes] of SizeEntry
  counts: usize; // i32 [parts][distinct]: first counts, then places
  wordStarts: usize; // i32 [distinct + 1]
  pairs: usize; // { gradient: f32, row of all sizes' weights: i32 }, word by word
}

@unmanaged
class SizeEntry {
  k: i32;
  filters: i32;
  units: i32; // documents x chunks
  rowBytes: i32;
  winners: usize; // as Winners has them
  counts: usize;
  weight: usize; // [filters][k][dim]
}

/** Tile = one part of the filters: how often each word is listed. */
export function countWinningWords(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<WordLists>(args);
  const counts = a.counts + <usize>(tile * a.distinct) * 4;
  memory.fill(counts, 0, <usize>a.distinct * 4);
  visitWinningWords(a, tile, counts, false);
}

/** One tile: counts become places; part after part within a word, so that the order never depends on the threads. */
export function placeWinningWords(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<WordLists>(args);
  let place: i32 = 0;
  for (let u: i32 = 0; u < a.distinct; u++) {
    store<i32>(a.wordStarts + <usize>u * 4, place);
    for (let p: i32 = 0; p < a.parts; p++) {
      const at = a.counts + <usize>(p * a.distinct + u) * 4;
      const count = load<i32>(at);
      store<i32>(at, place);
      place += count;
    }
  }
  store<i32>(a.wordStarts + <usize>a.distinct * 4, place);
}

/** Tile = one part of the filters: writes the pairs to their places. */
export function listWinningWords(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<WordLists>(args);
  visitWinningWords(a, tile, a.counts + <usize>(tile * a.distinct) * 4, true);
}

// @ts-ignore: decorator
@inline
function visitWinningWords(a: WordLists, part: i32, counts: usize, write: bool): void {
  let base: i32 = 0;
  for (let i: i32 = 0; i < a.sizes; i++) {
    const size = changetype<SizeEntry>(a.table + <usize>i * offsetof<SizeEntry>());
    const from = ((part * size.filters) / a.parts) * size.k, end = (((part + 1) * size.filters) / a.parts) * size.k;
    for (let row = from; row < end; row++) {
      let winner = size.winners + <usize>row * <usize>size.units * 8;
      const last = winner + <usize>load<i32>(size.counts + <usize>row * 4) * 8;
      for (; winner < last; winner += 8) {
        const at = counts + <usize>load<u32>(winner, 4) * 4;
        const place = load<i32>(at);
        store<i32>(at, place + 1);
        if (write) {
          const pair = a.pairs + <usize>place * 8;
          store<f32>(pair, load<f32>(winner));
          store<i32>(pair, base + row, 4);
        }
      }
    }
    base += size.filters * size.k;
  }
}

@unmanaged
export class WordGradient {
  distinct: i32;
  dim: i32;
  sizes: i32;
  table: usize; // as WordLists has it
  wordStarts: usize;
  pairs: usize;
  wordGradient: usize; // [distinct][dim]
}

/** Tile = one slice of the word vector for all words: dE[word] = sum of g W[filter, position] over the windows that won. */
export function wordGradient(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<WordGradient>(args);
  const offset = <usize>(tile * SLICE) * 4;
  const wide = a.dim - tile * SLICE >= SLICE;
  const sliceBytes: usize = wide ? SLICE * 4 : SLICE * 2;
  let rows = scratch;
  for (let i: i32 = 0; i < a.sizes; i++) {
    const size = changetype<SizeEntry>(a.table + <usize>i * offsetof<SizeEntry>());
    const count = size.filters * size.k;
    copySlices(size.weight + offset, size.rowBytes, count, sliceBytes, rows);
    rows += <usize>count * sliceBytes;
  }
  for (let u: i32 = 1; u < a.distinct; u++) {
    const first = load<i32>(a.wordStarts + <usize>u * 4);
    const bytes = <usize>(load<i32>(a.wordStarts + <usize>u * 4, 4) - first) * 8;
    const target = a.wordGradient + <usize>(u * a.dim) * 4 + offset;
    if (wide) weightedSum32(target, scratch, sliceBytes, a.pairs + <usize>first * 8, bytes);
    else weightedSum16(target, scratch, sliceBytes, a.pairs + <usize>first * 8, bytes);
  }
}

const ROWS: i32 = 32;

@unmanaged
export class WordMask {
  distinct: i32;
  dim: i32;
  keys: usize;
  gradient: usize; // [distinct][dim]: of the words after dropout; becomes that of the embedding
  squares: usize; // f64 per tile: squared norm of the gradient, or 0
  threshold: i32; // dropout, 0 for none
  scale: f32;
}

/** Tile = 32 distinct words: sends their gradient back through dropout and, where asked, adds up its squares. */
export function wordMask(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<WordMask>(args);
  let squares: f64 = 0;
  const threshold = i32x4.splat(a.threshold);
  const scale = f32x4.splat(a.scale);
  for (let u = max(1, tile * ROWS); u < min(a.distinct, tile * ROWS + ROWS); u++) {
    const row = a.gradient + <usize>(u * a.dim) * 4;
    const key = i32x4.splat(load<i32>(a.keys + <usize>u * 4));
    let index = i32x4(0, 1, 2, 3);
    let sum = zero();
    for (let i: usize = 0; i < <usize>a.dim * 4; i += 16) {
      let g = v128.load(row + i);
      if (a.threshold) {
        g = v128.and(f32x4.mul(g, scale), keptMask(key, index, threshold));
        index = i32x4.add(index, i32x4.splat(4));
        v128.store(row + i, g);
      }
      sum = f32x4.add(sum, f32x4.mul(g, g));
    }
    squares += <f64>f32x4.extract_lane(sum, 0) + <f64>f32x4.extract_lane(sum, 1);
    squares += <f64>f32x4.extract_lane(sum, 2) + <f64>f32x4.extract_lane(sum, 3);
  }
  if (a.squares) store<f64>(a.squares + <usize>tile * 8, squares);
}

@unmanaged
export class WordUpdate {
  rows: i32; // of the embedding that move, the batch's distinct words first
  dim: i32;
  ids: usize; // i32 [rows]
  gradient: usize; // [withGradient][dim]
  embedding: usize;
  m: usize;
  v: usize;
  average: usize; // 0 for none
  averageRatio: usize; // f32 [rows]: what the shadow keeps of its distance since this row's last step
  withGradient: i32; // rows past these have the gradient `zeros`
  zeros: usize; // [dim]
  rate: f32;
  beta1: f32;
  beta2: f32;
  correction2: f32;
  epsilon: f32;
  averageStep: f32;
  gradientScale: f32;
}

/** Tile = 32 rows of the embedding: Adam; PAD, the first, stays zero. Decoupled weight decay leaves embeddings alone. */
export function wordUpdate(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<WordUpdate>(args);
  const rowBytes = <usize>a.dim * 4;
  for (let u = max(1, tile * ROWS); u < min(a.rows, tile * ROWS + ROWS); u++) {
    const at = <usize>load<i32>(a.ids + <usize>u * 4) * rowBytes;
    if (a.average) {
      const ratio = load<f32>(a.averageRatio + <usize>u * 4);
      if (ratio != 1) catchUp(a.average + at, a.embedding + at, ratio, a.dim);
    }
    adamVector(
      a.embedding + at, a.m + at, a.v + at, u < a.withGradient ? a.gradient + <usize>u * rowBytes : a.zeros, a.average ? a.average + at : 0, a.dim,
      a.rate, a.beta1, a.beta2, a.correction2, a.epsilon, 0, a.averageStep, a.gradientScale,
    );
  }
}

/** The shadow of a row that did not move for some steps: s = w + (s - w) ratio. */
function catchUp(shadow: usize, weight: usize, ratio: f32, n: i32): void {
  const r = f32x4.splat(ratio);
  for (let i: usize = 0; i < <usize>n * 4; i += 16) {
    const w = v128.load(weight + i);
    v128.store(shadow + i, f32x4.add(w, f32x4.mul(f32x4.sub(v128.load(shadow + i), w), r)));
  }
}
