// Copies matrices into the panels that gemm reads. `rows*` transpose rows that are contiguous along k; `columns*` copy
// rows that lie along k already. Rows past `count` are filled with zeros. Strides are in bytes.
import { zero } from './simd';

/** One panel of 4: rows 0 … count-1 of `source` (k floats each) -> [k][4]. k is a multiple of 4. */
export function rows4(source: usize, stride: usize, count: i32, k: i32, target: usize): void {
  transpose(source, stride, count, k, target, 16);
}

/** One panel of 8: rows 0 … count-1 of `source` (k floats each) -> [k][8]. k is a multiple of 4. */
export function rows8(source: usize, stride: usize, count: i32, k: i32, target: usize): void {
  transpose(source, stride, count, k, target, 32);
  transpose(source + stride * 4, stride, count - 4, k, target + 16, 32);
}

/** Half a panel of 8: rows 0 … count-1 of `source` (k floats each) -> four of the eight columns of [k][8]. */
export function half8(source: usize, stride: usize, count: i32, k: i32, target: usize): void {
  transpose(source, stride, count, k, target, 32);
}

/** Four rows to columns that are `apart` bytes from each other, by 4 x 4 blocks. */
// @ts-ignore: decorator
@inline
function transpose(source: usize, stride: usize, count: i32, k: i32, target: usize, apart: usize): void {
  const s1 = source + stride, s2 = s1 + stride, s3 = s2 + stride;
  for (let i: usize = 0; i < <usize>k * 4; i += 16) {
    const a = count > 0 ? v128.load(source + i) : zero();
    const b = count > 1 ? v128.load(s1 + i) : zero();
    const c = count > 2 ? v128.load(s2 + i) : zero();
    const d = count > 3 ? v128.load(s3 + i) : zero();
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const ef = v128.shuffle<f32>(a, b, 2, 6, 3, 7), gh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(target, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
    v128.store(target + apart, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
    v128.store(target + apart * 2, v128.shuffle<f32>(ef, gh, 0, 1, 4, 5));
    v128.store(target + apart * 3, v128.shuffle<f32>(ef, gh, 2, 3, 6, 7));
    target += apart * 4;
  }
}

/** One panel of 8 from a matrix whose rows lie along k: source[i][0 … 7] -> [k][8]. */
export function columns8(source: usize, stride: usize, k: i32, target: usize): void {
  for (let i: i32 = 0; i < k; i++) {
    v128.store(target, v128.load(source));
    v128.store(target, v128.load(source, 16), 16);
    source += stride;
    target += 32;
  }
}

/** One panel of 4 from a matrix whose rows lie along k: source[i][0 … 3] -> [k][4]. */
export function columns4(source: usize, stride: usize, k: i32, target: usize): void {
  for (let i: i32 = 0; i < k; i++) {
    v128.store(target, v128.load(source));
    source += stride;
    target += 16;
  }
}
