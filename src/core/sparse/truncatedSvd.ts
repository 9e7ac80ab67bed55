import { key32, uniformAt } from '../random.ts';
import type { SparseMatrix } from './matrix.ts';

const OVERSAMPLING = 10;
const POWER_ITERATIONS = 3;

/**
 * The rows in the space of the strongest `dimensions` singular vectors: U S, by randomised subspace iteration (Halko, Martinsson,
 * Tropp 2011, algorithms 4.4 and 5.1). Deterministic for a seed.
 * @returns row-major, [rows, d] with d = min(dimensions, rows, columns)
 */
export function truncatedSvd(matrix: SparseMatrix, dimensions: number, seed = 1): { d: number; values: Float64Array } {
  const limit = Math.min(matrix.rows, matrix.columns);
  const d = Math.min(dimensions, limit);
  const width = Math.min(dimensions + OVERSAMPLING, limit);
  const key = key32(seed, width);
  let right = Float64Array.from({ length: matrix.columns * width }, (_, i) => uniformAt(key, i) - 0.5); // [columns, width]
  for (let i = 0; i < POWER_ITERATIONS; i++) {
    const left = times(matrix, right, width);
    orthonormalise(left, width);
    right = transposedTimes(matrix, left, width);
    orthonormalise(right, width);
  }
  const scores = times(matrix, right, width); // A V: its principal axes are those of A in the subspace
  return { d, values: rotate(scores, width, d) };
}

/** A x, x row-major [columns, width]. */
function times({ rows, starts, indices, values }: SparseMatrix, x: Float64Array, width: number): Float64Array {
  const y = new Float64Array(rows * width);
  for (let i = 0; i < rows; i++)
    for (let e = starts[i]; e < starts[i + 1]; e++)
      for (let c = 0, from = indices[e] * width; c < width; c++) y[i * width + c] += values[e] * x[from + c];
  return y;
}

/** A^T x, x row-major [rows, width]. */
function transposedTimes(matrix: SparseMatrix, x: Float64Array, width: number): Float64Array<ArrayBuffer> {
  const { rows, columns, starts, indices, values } = matrix;
  const y = new Float64Array(columns * width);
  for (let i = 0; i < rows; i++)
    for (let e = starts[i]; e < starts[i + 1]; e++)
      for (let c = 0, to = indices[e] * width; c < width; c++) y[to + c] += values[e] * x[i * width + c];
  return y;
}

/** Gram–Schmidt, twice over for accuracy, on the columns; columns that vanish become 0. */
function orthonormalise(x: Float64Array, width: number): void {
  const rows = x.length / width;
  const dot = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += x[i * width + a] * x[i * width + b];
    return sum;
  };
  for (let c = 0; c < width; c++) {
    const before = Math.sqrt(dot(c, c));
    for (let pass = 0; pass < 2; pass++)
      for (let b = 0; b < c; b++) {
        const along = dot(b, c);
        for (let i = 0; i < rows; i++) x[i * width + c] -= along * x[i * width + b];
      }
    const length = Math.sqrt(dot(c, c));
    const scale = length > 1e-10 * before ? 1 / length : 0;
    for (let i = 0; i < rows; i++) x[i * width + c] *= scale;
  }
}

/** Turns the columns onto their principal axes (Jacobi rotations, one-sided), strongest first, and keeps `d` of them. */
function rotate(x: Float64Array, width: number, d: number): Float64Array {
  const rows = x.length / width;
  for (let sweep = 0, turned = true; sweep < 30 && turned; sweep++) {
    turned = false;
    for (let p = 0; p < width; p++)
      for (let q = p + 1; q < width; q++) {
        let [a, b, c] = [0, 0, 0];
        for (let i = 0; i < rows; i++) {
          const [u, v] = [x[i * width + p], x[i * width + q]];
          a += u * u;
          b += v * v;
          c += u * v;
        }
        if (Math.abs(c) <= 1e-10 * Math.sqrt(a * b)) continue;
        turned = true;
        const zeta = (b - a) / (2 * c);
        const t = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const cosine = 1 / Math.sqrt(1 + t * t);
        for (let i = 0; i < rows; i++) {
          const [u, v] = [x[i * width + p], x[i * width + q]];
          x[i * width + p] = cosine * (u - t * v);
          x[i * width + q] = cosine * (v + t * u);
        }
      }
  }
  const strength = Array.from({ length: width }, (_, c) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += x[i * width + c] ** 2;
    return sum;
  });
  const order = strength.map((_, c) => c).sort((a, b) => strength[b] - strength[a] || a - b);
  return Float64Array.from({ length: rows * d }, (_, i) => x[Math.floor(i / d) * width + order[i % d]]);
}
