// Weighted sums of rows, held in registers: what both sides of the sparse backward pass consist of.
import { madd, zero } from './simd';

/** Floats of a slice of the word vector: two cache lines. The last slice of a vector may be half as wide. */
export const SLICE: i32 = 32;

/** One slice of each row, close together: on few pages of memory. */
export function copySlices(source: usize, stride: usize, rows: i32, bytes: usize, target: usize): void {
  for (const end = target + <usize>rows * bytes; target < end; target += bytes, source += stride) {
    for (let i: usize = 0; i < bytes; i += 16) v128.store(target + i, v128.load(source + i));
  }
}

/** target[0 … 31] = sum over pairs { weight: f32, row: i32 } of weight * (rows + row * rowBytes)[0 … 31]. */
export function weightedSum32(target: usize, rows: usize, rowBytes: usize, pairs: usize, bytes: usize): void {
  let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero(), s4 = zero(), s5 = zero(), s6 = zero(), s7 = zero();
  for (const end = pairs + bytes; pairs < end; pairs += 8) {
    const weight = v128.load32_splat(pairs);
    const row = rows + load<usize>(pairs, 4) * rowBytes;
    s0 = madd(weight, v128.load(row), s0);
    s1 = madd(weight, v128.load(row, 16), s1);
    s2 = madd(weight, v128.load(row, 32), s2);
    s3 = madd(weight, v128.load(row, 48), s3);
    s4 = madd(weight, v128.load(row, 64), s4);
    s5 = madd(weight, v128.load(row, 80), s5);
    s6 = madd(weight, v128.load(row, 96), s6);
    s7 = madd(weight, v128.load(row, 112), s7);
  }
  v128.store(target, s0), v128.store(target, s1, 16), v128.store(target, s2, 32), v128.store(target, s3, 48);
  v128.store(target, s4, 64), v128.store(target, s5, 80), v128.store(target, s6, 96), v128.store(target, s7, 112);
}

/** The same for 16 floats. */
export function weightedSum16(target: usize, rows: usize, rowBytes: usize, pairs: usize, bytes: usize): void {
  let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
  for (const end = pairs + bytes; pairs < end; pairs += 8) {
    const weight = v128.load32_splat(pairs);
    const row = rows + load<usize>(pairs, 4) * rowBytes;
    s0 = madd(weight, v128.load(row), s0);
    s1 = madd(weight, v128.load(row, 16), s1);
    s2 = madd(weight, v128.load(row, 32), s2);
    s3 = madd(weight, v128.load(row, 48), s3);
  }
  v128.store(target, s0), v128.store(target, s1, 16), v128.store(target, s2, 32), v128.store(target, s3, 48);
}

/** target += scale * source over n floats (a multiple of 16). */
// @ts-ignore: decorator
@inline
export function axpy(target: usize, source: usize, scale: v128, n: i32): void {
  for (const end = target + <usize>n * 4; target < end; target += 64, source += 64) {
    const t0 = madd(scale, v128.load(source), v128.load(target));
    const t1 = madd(scale, v128.load(source, 16), v128.load(target, 16));
    const t2 = madd(scale, v128.load(source, 32), v128.load(target, 32));
    const t3 = madd(scale, v128.load(source, 48), v128.load(target, 48));
    v128.store(target, t0);
    v128.store(target, t1, 16);
    v128.store(target, t2, 32);
    v128.store(target, t3, 48);
  }
}
