// Convolution over words, project-then-gather: each distinct word of the batch meets every filter position once (gemm),
// a window's output is then a sum of k gathered rows, and pooling keeps only the maximum and where it was.
import { gemm } from './gemm';
import { half8 } from './pack';
import { select, zero } from './simd';
import { SLICE, copySlices, weightedSum16, weightedSum32 } from './sums';

@unmanaged
export class Convolution {
  k: i32;
  dim: i32; // floats of a padded word vector
  filters: i32;
  chunks: i32; // pooling chunks; 0: every window is its own chunk
  documents: i32;
  wordPanels: i32; // panels of 4 distinct words
  step: i32; // words between two windows
  relu: i32;
  packedWords: usize; // [wordPanels][dim][4]
  weight: usize; // [filters][k][dim]
  bias: usize;
  tokens: usize; // i32, index of a distinct word
  starts: usize; // i32 [documents + 1]
  pooled: usize; // first unit of this size; [documents][…]
  pooledStride: usize;
  positions: usize; // i32, same layout, or 0
}

/**
 * Filters of one tile. The projection of a tile, [distinct words][k][block], should stay in the second-level cache while
 * all documents gather from it. src/core/engine/wasm/layout.ts agrees.
 */
// @ts-ignore: decorator
@inline
function blockOf(k: i32): i32 {
  return k <= 2 ? 16 : k <= 4 ? 8 : 4;
}

/** Tile = one block of filters: pack its weights, project all words, gather, add, pool. */
export function convolve(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Convolution>(args);
  const k = a.k;
  const block = blockOf(k);
  const first = tile * block;
  const columns = (k * block + 7) & ~7;
  const filterBytes = <usize>(k * a.dim) * 4;
  let half = scratch;
  for (let c: i32 = 0; c < columns; c += 4) {
    const j = c / block, f = first + (c % block);
    const count = j < k ? min(4, a.filters - f) : 0;
    half8(a.weight + <usize>f * filterBytes + <usize>(j * a.dim) * 4, filterBytes, count, a.dim, half);
    half += c & 4 ? <usize>a.dim * 32 - 16 : 16;
  }
  gemm(a.packedWords, scratch, half, <usize>columns * 4, a.wordPanels, columns >> 3, a.dim, 0);
  if (a.positions) poolBlock(a, half, first, true);
  else poolBlock(a, half, first, false);
}

// @ts-ignore: decorator
@inline
function poolBlock(a: Convolution, projected: usize, first: i32, keep: bool): void {
  const k = a.k;
  if (k == 1) pool(1, 4, keep, a, projected, first);
  else if (k == 2) pool(2, 4, keep, a, projected, first);
  else if (k == 3) pool(3, 2, keep, a, projected, first);
  else if (k == 4) pool(4, 2, keep, a, projected, first);
  else if (k == 5) pool(5, 1, keep, a, projected, first);
  else if (k == 6) pool(6, 1, keep, a, projected, first);
  else if (k == 7) pool(7, 1, keep, a, projected, first);
  else if (k == 8) pool(8, 1, keep, a, projected, first);
  else poolWide(a, projected, first);
}

/** A block of 4 V filters of width K over all documents; K and V are constant here, so the sum is straight code. */
// @ts-ignore: decorator
@inline
function pool(K: i32, V: i32, KEEP: bool, a: Convolution, projected: usize, filter: i32): void {
  const rowBytes: usize = ((K * V * 4 + 7) & ~7) * 4;
  const next: usize = V * 16;
  for (let d: i32 = 0; d < a.documents; d++) {
    const start = load<i32>(a.starts + <usize>d * 4);
    const n = (load<i32>(a.starts + <usize>d * 4, 4) - start - K) / a.step + 1;
    const chunks = a.chunks ? a.chunks : n;
    for (let c: i32 = 0; c < chunks; c++) {
      const from = i32((<i64>c * n) / chunks);
      const end = i32((<i64>(c + 1) * n + chunks - 1) / chunks);
      let token = a.tokens + <usize>(start + from * a.step) * 4;
      let m0 = f32x4.splat(-Infinity), m1 = m0, m2 = m0, m3 = m0;
      let p0 = zero(), p1 = zero(), p2 = zero(), p3 = zero();
      for (let w = from; w < end; w++) {
        let row = projected + <usize>load<u32>(token) * rowBytes;
        let x0 = v128.load(row), x1 = zero(), x2 = zero(), x3 = zero();
        if (V > 1) x1 = v128.load(row, 16);
        if (V > 2) x2 = v128.load(row, 32), x3 = v128.load(row, 48);
        if (K > 1) {
          row = projected + <usize>load<u32>(token, 4) * rowBytes + next;
          x0 = f32x4.add(x0, v128.load(row));
          if (V > 1) x1 = f32x4.add(x1, v128.load(row, 16));
          if (V > 2) x2 = f32x4.add(x2, v128.load(row, 32)), x3 = f32x4.add(x3, v128.load(row, 48));
        }
        if (K > 2) {
          row = projected + <usize>load<u32>(token, 8) * rowBytes + next * 2;
          x0 = f32x4.add(x0, v128.load(row));
          if (V > 1) x1 = f32x4.add(x1, v128.load(row, 16));
          if (V > 2) x2 = f32x4.add(x2, v128.load(row, 32)), x3 = f32x4.add(x3, v128.load(row, 48));
        }
        if (K > 3) {
          row = projected + <usize>load<u32>(token, 12) * rowBytes + next * 3;
          x0 = f32x4.add(x0, v128.load(row));
          if (V > 1) x1 = f32x4.add(x1, v128.load(row, 16));
          if (V > 2) x2 = f32x4.add(x2, v128.load(row, 32)), x3 = f32x4.add(x3, v128.load(row, 48));
        }
        if (K > 4) {
          row = projected + <usize>load<u32>(token, 16) * rowBytes + next * 4;
          x0 = f32x4.add(x0, v128.load(row));
          if (V > 1) x1 = f32x4.add(x1, v128.load(row, 16));
          if (V > 2) x2 = f32x4.add(x2, v128.load(row, 32)), x3 = f32x4.add(x3, v128.load(row, 48));
        }
        if (K > 5) {
          row = projected + <usize>load<u32>(token, 20) * rowBytes + next * 5;
          x0 = f32x4.add(x0, v128.load(row));
          if (V > 1) x1 = f32x4.add(x1, v128.load(row, 16));
          if (V > 2) x2 = f32x4.add(x2, v128.load(row, 32)), x3 = f32x4.add(x3, v128.load(row, 48));
        }
        if (K > 6) {
          row = projected + <usize>load<u32>(token, 24) * rowBytes + next * 6;
          x0 = f32x4.add(x0, v128.load(row));
          if (V > 1) x1 = f32x4.add(x1, v128.load(row, 16));
          if (V > 2) x2 = f32x4.add(x2, v128.load(row, 32)), x3 = f32x4.add(x3, v128.load(row, 48));
        }
        if (K > 7) {
          row = projected + <usize>load<u32>(token, 28) * rowBytes + next * 7;
          x0 = f32x4.add(x0, v128.load(row));
          if (V > 1) x1 = f32x4.add(x1, v128.load(row, 16));
          if (V > 2) x2 = f32x4.add(x2, v128.load(row, 32)), x3 = f32x4.add(x3, v128.load(row, 48));
        }
        if (KEEP) {
          const at = i32x4.splat(w * a.step);
          // strictly greater: on a tie the first window stays
          p0 = select(f32x4.gt(x0, m0), at, p0);
          if (V > 1) p1 = select(f32x4.gt(x1, m1), at, p1);
          if (V > 2) p2 = select(f32x4.gt(x2, m2), at, p2), p3 = select(f32x4.gt(x3, m3), at, p3);
        }
        m0 = f32x4.pmax(m0, x0);
        if (V > 1) m1 = f32x4.pmax(m1, x1);
        if (V > 2) m2 = f32x4.pmax(m2, x2), m3 = f32x4.pmax(m3, x3);
        token += <usize>a.step * 4;
      }
      const unit = filter * chunks + c;
      storeUnits(a, d, unit, chunks, filter, m0, p0);
      if (V > 1) storeUnits(a, d, unit + 4 * chunks, chunks, filter + 4, m1, p1);
      if (V > 2) {
        storeUnits(a, d, unit + 8 * chunks, chunks, filter + 8, m2, p2);
        storeUnits(a, d, unit + 12 * chunks, chunks, filter + 12, m3, p3);
      }
    }
  }
}

/** The same for filters wider than 8 words. */
function poolWide(a: Convolution, projected: usize, filter: i32): void {
  const k = a.k;
  const rowBytes: usize = <usize>((k * 4 + 7) & ~7) * 4;
  for (let d: i32 = 0; d < a.documents; d++) {
    const start = load<i32>(a.starts + <usize>d * 4);
    const n = (load<i32>(a.starts + <usize>d * 4, 4) - start - k) / a.step + 1;
    const chunks = a.chunks ? a.chunks : n;
    for (let c: i32 = 0; c < chunks; c++) {
      const from = i32((<i64>c * n) / chunks);
      const end = i32((<i64>(c + 1) * n + chunks - 1) / chunks);
      let best = f32x4.splat(-Infinity), position = zero();
      for (let w = from; w < end; w++) {
        const token = a.tokens + <usize>(start + w * a.step) * 4;
        let x = zero();
        for (let j: i32 = 0; j < k; j++) {
          const word = <usize>load<u32>(token + <usize>j * 4);
          x = f32x4.add(x, v128.load(projected + word * rowBytes + <usize>j * 16));
        }
        position = select(f32x4.gt(x, best), i32x4.splat(w * a.step), position);
        best = f32x4.pmax(best, x);
      }
      storeUnits(a, d, filter * chunks + c, chunks, filter, best, position);
    }
  }
}

/** Adds the bias, applies ReLU and writes four filters' units, `chunks` apart. */
// @ts-ignore: decorator
@inline
function storeUnits(a: Convolution, d: i32, unit: i32, chunks: i32, filter: i32, x: v128, position: v128): void {
  if (filter >= a.filters) return;
  x = f32x4.add(x, v128.load(a.bias + <usize>filter * 4));
  if (a.relu) x = f32x4.max(x, zero());
  const offset = <usize>d * a.pooledStride + <usize>unit * 4;
  const apart = <usize>chunks * 4;
  const left = a.filters - filter;
  let to = a.pooled + offset;
  v128.store_lane<f32>(to, x, 0);
  if (left > 1) v128.store_lane<f32>(to + apart, x, 1);
  if (left > 2) v128.store_lane<f32>(to + apart * 2, x, 2);
  if (left > 3) v128.store_lane<f32>(to + apart * 3, x, 3);
  if (!a.positions) return;
  to = a.positions + offset;
  v128.store_lane<f32>(to, position, 0);
  if (left > 1) v128.store_lane<f32>(to + apart, position, 1);
  if (left > 2) v128.store_lane<f32>(to + apart * 2, position, 2);
  if (left > 3) v128.store_lane<f32>(to + apart * 3, position, 3);
}

@unmanaged
export class Winners {
  k: i32;
  distinct: i32; // words of the batch
  filters: i32;
  chunks: i32; // units of a filter and document
  documents: i32;
  tokens: usize;
  starts: usize;
  gradient: usize; // gradient of the pooled units, 0 where ReLU is shut; first unit of this size
  gradientStride: usize;
  positions: usize;
  winners: usize; // [filters][k][documents * chunks] of { gradient: f32, word: i32 }
  counts: usize; // i32 [filters][k]
}

const FILTERS: i32 = 16;

/**
 * Tile = 16 filters: for each window position, the words of the windows that won, each once with the sum of its gradients. The
 * same words win again and again: some thousand windows of a filter hold some hundred words.
 */
export function collectWinners(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<Winners>(args);
  const first = tile * FILTERS;
  const end = min(a.filters, first + FILTERS);
  const list = <usize>(a.documents * a.chunks) * 8;
  listWindows(a, first, end, list);
  memory.fill(scratch, 0, <usize>a.distinct * 8);
  for (let f = first; f < end; f++) {
    const lists = a.winners + <usize>(f * a.k) * list;
    // the windows lie where the words of the last position will
    const windows = lists + <usize>(a.k - 1) * list;
    const bytes = <usize>load<i32>(a.counts + <usize>(f * a.k) * 4) * 8;
    for (let j: i32 = 0; j < a.k; j++) {
      const count = sumByWord(windows, bytes, <usize>j * 4, scratch, a.distinct, lists + <usize>j * list);
      store<i32>(a.counts + <usize>(f * a.k + j) * 4, count);
    }
  }
}

/** Windows that won and have a gradient: { gradient: f32, address of their first word }, by filter. */
function listWindows(a: Winners, first: i32, end: i32, list: usize): void {
  const filterBytes = <usize>a.k * list;
  for (let f = first; f < end; f++) store<i32>(a.counts + <usize>(f * a.k) * 4, 0);
  for (let d: i32 = 0; d < a.documents; d++) {
    const tokens = a.tokens + <usize>load<i32>(a.starts + <usize>d * 4) * 4;
    let offset = <usize>d * a.gradientStride + <usize>(first * a.chunks) * 4;
    for (let f = first; f < end; f++) {
      const at = a.counts + <usize>(f * a.k) * 4;
      let to = a.winners + <usize>(f + 1) * filterBytes - list + <usize>load<i32>(at) * 8;
      const begin = to;
      for (let c: i32 = 0; c < a.chunks; c++, offset += 4) {
        const g = load<f32>(a.gradient + offset);
        if (g == 0) continue;
        store<f32>(to, g);
        store<usize>(to, tokens + <usize>load<i32>(a.positions + offset) * 4, 4);
        to += 8;
      }
      store<i32>(at, load<i32>(at) + i32((to - begin) >> 3));
    }
  }
}

/**
 * Adds up gradients by the word at one position of the windows; words in the order in which they come first. Returns their number.
 * @param table { seen: i32, sum: f32 } of each distinct word, all zero before and after; a list of words lies behind it
 */
function sumByWord(windows: usize, bytes: usize, position: usize, table: usize, distinct: i32, target: usize): i32 {
  const words = table + <usize>distinct * 8;
  let to = words;
  for (const end = windows + bytes; windows < end; windows += 8) {
    const word = load<u32>(load<usize>(windows, 4) + position);
    const at = table + <usize>word * 8;
    store<u32>(to, word);
    to += <usize>(load<i32>(at) == 0) << 2; // no branch: half of them would be guessed wrong
    store<i32>(at, 1);
    store<f32>(at, load<f32>(at, 4) + load<f32>(windows), 4);
  }
  for (let from = words; from < to; from += 4, target += 8) {
    const word = load<u32>(from);
    const at = table + <usize>word * 8;
    store<f32>(target, load<f32>(at, 4));
    store<u32>(target, word, 4);
    store<i64>(at, 0);
  }
  return i32((to - words) >> 2);
}

@unmanaged
export class ConvolutionGradient {
  k: i32;
  dim: i32;
  filters: i32;
  units: i32; // documents x chunks
  distinct: i32;
  words: usize; // [distinct words][dim], after dropout
  winners: usize;
  counts: usize;
  weightGradient: usize; // [filters][k][dim]
  biasGradient: usize;
}

/**
 * Tile = one slice of the word vector for all filters: dW[filter, position] = sum of g E[word] over the words of the windows that won.
 * A slice of all words stays in the second-level cache, close together, and each sum in registers.
 */
export function convolutionGradient(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<ConvolutionGradient>(args);
  const offset = <usize>(tile * SLICE) * 4;
  const wide = a.dim - tile * SLICE >= SLICE;
  const rowBytes = <usize>a.dim * 4;
  const list = <usize>a.units * 8;
  const sliceBytes: usize = wide ? SLICE * 4 : SLICE * 2;
  copySlices(a.words + offset, rowBytes, a.distinct, sliceBytes, scratch);
  let target = a.weightGradient + offset;
  let winners = a.winners;
  let counts = a.counts;
  for (let f: i32 = 0; f < a.filters; f++) {
    if (!tile) storeSum(a.biasGradient + <usize>f * 4, winners, <usize>load<i32>(counts) * 8);
    for (let j: i32 = 0; j < a.k; j++) {
      const count = <usize>load<i32>(counts) * 8;
      if (wide) weightedSum32(target, scratch, sliceBytes, winners, count);
      else weightedSum16(target, scratch, sliceBytes, winners, count);
      target += rowBytes;
      winners += list;
      counts += 4;
    }
  }
}

function storeSum(target: usize, pairs: usize, bytes: usize): void {
  let sum: f32 = 0;
  for (let i: usize = 0; i < bytes; i += 8) sum += load<f32>(pairs + i);
  store<f32>(target, sum);
}

@unmanaged
export class PairMax {
  units: i32; // flattened filters x windows
  activation: usize; // [documents][units]
  activationStride: usize;
  pooled: usize; // [documents][units - 1]
  pooledStride: usize;
}

/** The original program's pooling: maximum of each two neighbours of [filter][window] flattened, then ReLU. Tile = one document. */
export function pairMax(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<PairMax>(args);
  const from = a.activation + <usize>tile * a.activationStride;
  const to = a.pooled + <usize>tile * a.pooledStride;
  for (let i: usize = 0; i < <usize>(a.units - 1) * 4; i += 4) {
    store<f32>(to + i, max<f32>(max<f32>(load<f32>(from + i), load<f32>(from + i, 4)), 0));
  }
}

/** Its gradient, in place of the activation: each pair's gradient goes to the larger, to the first on a tie. */
export function pairMaxGradient(tile: i32, scratch: usize, args: usize): void {
  const a = changetype<PairMax>(args);
  const x = a.activation + <usize>tile * a.activationStride;
  const g = a.pooled + <usize>tile * a.pooledStride;
  let carry: f32 = 0;
  const last = <usize>(a.units - 1) * 4;
  for (let i: usize = 0; i < last; i += 4) {
    const gradient = load<f32>(g + i);
    const first = load<f32>(x + i) >= load<f32>(x + i, 4);
    store<f32>(x + i, carry + (first ? gradient : 0));
    carry = first ? 0 : gradient;
  }
  store<f32>(x + last, carry);
}
