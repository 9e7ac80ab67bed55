import { Pace } from '../../base/pace.ts';
import { key32, uniformAt } from '../../base/random.ts';
import type { SparseMatrix } from '../../base/sparseMatrix.ts';

const OVERSAMPLING = 10;
const POWER_ITERATIONS = 3;

/**
 * The rows in the space of the strongest `dimensions` singular vectors: U S, by randomised subspace iteration (Halko, Martinsson,
 * Tropp 2011, algorithms 4.4 and 5.1). Deterministic for a seed. Only the side of the rows is made orthonormal, for there may be
 * far more columns. Throws `Cancelled`.
 * @returns row-major, [rows, d] with d = min(dimensions, rows, columns)
 */
export async function truncatedSvd(
  matrix: SparseMatrix,
  dimensions: number,
  seed = 1,
  pace = new Pace(),
): Promise<{ d: number; values: Float64Array }> {
  const limit = Math.min(matrix.rows, matrix.columns);
  const d = Math.min(dimensions, limit);
  const width = Math.min(dimensions + OVERSAMPLING, limit);
  const key = key32(seed, width);
  const right = new Float64Array(matrix.columns * width); // [columns, width]
  for (let i = 0; i < right.length; i++) right[i] = uniformAt(key, i) - 0.5;
  const left = new Float64Array(matrix.rows * width); // [rows, width]
  for (let i = 0; i <= POWER_ITERATIONS; i++) {
    await times(matrix, right, width, left, pace);
    orthonormalise(left, width);
    right.fill(0);
    await addTransposedTimes(matrix, left, width, right, pace);
  }
  const root = choleskyOf(await gramOf(right, width, pace), width); // A = left rightᵀ, so that A V = left root
  return { d, values: rotate(dense(left, root, width), width, d) };
}

/** y = A x, x row-major [columns, width]. */
async function times(matrix: SparseMatrix, x: Float64Array, width: number, y: Float64Array, pace: Pace): Promise<void> {
  const { rows, starts, indices, values } = matrix;
  const row = (i: number): void => {
    y.fill(0, i * width, (i + 1) * width);
    for (let e = starts[i]; e < starts[i + 1]; e++)
      for (let c = 0, from = indices[e] * width; c < width; c++) y[i * width + c] += values[e] * x[from + c];
  };
  for (let i = 0; i < rows; i++) {
    if (pace.due()) await pace.rest();
    row(i);
  }
}

/** y += Aᵀ x, x row-major [rows, width]. */
async function addTransposedTimes(
  matrix: SparseMatrix,
  x: Float64Array,
  width: number,
  y: Float64Array,
  pace: Pace,
): Promise<void> {
  const { rows, starts, indices, values } = matrix;
  const row = (i: number): void => {
    for (let e = starts[i]; e < starts[i + 1]; e++)
      for (let c = 0, to = indices[e] * width; c < width; c++) y[to + c] += values[e] * x[i * width + c];
  };
  for (let i = 0; i < rows; i++) {
    if (pace.due()) await pace.rest();
    row(i);
  }
}

/** xᵀ x, [width, width]. */
async function gramOf(x: Float64Array, width: number, pace: Pace): Promise<Float64Array> {
  const gram = new Float64Array(width * width);
  const row = (at: number): void => {
    for (let a = 0; a < width; a++)
      if (x[at + a] !== 0) for (let b = 0; b <= a; b++) gram[a * width + b] += x[at + a] * x[at + b];
  };
  for (let at = 0; at < x.length; at += width) {
    if (pace.due()) await pace.rest();
    row(at);
  }
  return gram;
}

/** The lower L with L Lᵀ = `gram`, of which the lower half is read; a direction that vanishes becomes 0. */
function choleskyOf(gram: Float64Array, width: number): Float64Array {
  const root = new Float64Array(width * width);
  for (let a = 0; a < width; a++)
    for (let b = 0; b <= a; b++) {
      let rest = gram[a * width + b];
      for (let c = 0; c < b; c++) rest -= root[a * width + c] * root[b * width + c];
      if (a === b) root[a * width + a] = rest > 1e-13 * gram[a * width + a] ? Math.sqrt(rest) : 0;
      else root[a * width + b] = root[b * width + b] > 0 ? rest / root[b * width + b] : 0;
    }
  return root;
}

/** x y, row-major [rows, width] and [width, width]. */
function dense(x: Float64Array, y: Float64Array, width: number): Float64Array {
  const product = new Float64Array(x.length);
  for (let at = 0; at < x.length; at += width)
    for (let a = 0; a < width; a++) for (let c = 0; c < width; c++) product[at + c] += x[at + a] * y[a * width + c];
  return product;
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
