// C = A B (+ C) on packed panels: A in panels of 4 rows [k][4], B in panels of 8 columns [k][8], C row-major.
// C is written in whole 4 x 8 tiles, so its rows and columns must be padded to them. Each element of C is one sum in
// ascending k, whatever the other rows and columns: a document's result never depends on its batch.
import { madd, zero } from './simd';

/** Depth of one pass: 4 rows and 8 columns of it stay in the first-level cache. */
const DEPTH: i32 = 320;

/**
 * @param a packed A, `rowPanels` panels of k x 4
 * @param b packed B, `columnPanels` panels of k x 8
 * @param c row-major C, `stride` bytes a row
 * @param accumulate 0: C = A B, 1: C += A B
 */
export function gemm(
  a: usize,
  b: usize,
  c: usize,
  stride: usize,
  rowPanels: i32,
  columnPanels: i32,
  k: i32,
  accumulate: i32,
): void {
  for (let k0: i32 = 0; k0 < k; k0 += DEPTH) {
    const depth = min(DEPTH, k - k0);
    const add = accumulate | i32(k0 > 0);
    for (let r: i32 = 0; r < rowPanels; r++) {
      const panelA = a + <usize>(r * k + k0) * 16;
      let tile = c + <usize>(r * 4) * stride;
      let panelB = b + <usize>k0 * 32;
      for (let n: i32 = 0; n < columnPanels; n++) {
        tile4x8(panelA, panelB, tile, stride, depth, add);
        panelB += <usize>k * 32;
        tile += 32;
      }
    }
  }
}

/** 8 accumulators, 4 broadcasts and 2 vectors of B: all that V8 loads ahead fits the 15 registers that it leaves free. */
function tile4x8(a: usize, b: usize, c: usize, stride: usize, k: i32, add: i32): void {
  let c00 = zero(), c01 = zero(), c10 = zero(), c11 = zero();
  let c20 = zero(), c21 = zero(), c30 = zero(), c31 = zero();
  const r1 = c + stride, r2 = r1 + stride, r3 = r2 + stride;
  if (add) {
    c00 = v128.load(c), c01 = v128.load(c, 16);
    c10 = v128.load(r1), c11 = v128.load(r1, 16);
    c20 = v128.load(r2), c21 = v128.load(r2, 16);
    c30 = v128.load(r3), c31 = v128.load(r3, 16);
  }
  for (let i: i32 = 0; i < k; i++) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00), c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10), c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20), c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30), c31 = madd(x, b1, c31);
    a += 16;
    b += 32;
  }
  v128.store(c, c00), v128.store(c, c01, 16);
  v128.store(r1, c10), v128.store(r1, c11, 16);
  v128.store(r2, c20), v128.store(r2, c21, 16);
  v128.store(r3, c30), v128.store(r3, c31, 16);
}
