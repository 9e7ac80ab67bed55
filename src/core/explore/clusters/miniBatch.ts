import type { Pace } from '../../base/pace.ts';
import { key32, permutation, uniformAt } from '../../base/random.ts';
import type { SparseMatrix } from '../../base/sparseMatrix.ts';
import { selectRows, squaredNorms } from '../../base/sparseMatrix.ts';
import { plusPlus } from './plusPlus.ts';
import { Occupancy, rowDots } from './rowDots.ts';

interface MiniBatchOptions {
  k: number;
  key: number;
  /** Rows drawn per step. */
  size: number;
  pace: Pace;
  onIteration: (iteration: number) => void;
}

/** Steps without a lower smoothed inertia that end it. */
const PATIENCE = 10;
const MOST_STEPS = 100;
/** The start looks at so many batches of rows, as scikit-learn's `init_size`. */
const START_BATCHES = 3;

/**
 * Mini-batch k-means (Sculley 2010): rows drawn at random join their nearest centroid, which is the mean of all that have joined it.
 * Sums are kept instead of means, so that a step costs what its rows hold and not what the centroids do. Throws `Cancelled`.
 * @returns centroids, [columns, k]
 */
export async function miniBatches(
  matrix: SparseMatrix,
  { k, key, size, pace, onIteration }: MiniBatchOptions,
): Promise<Float64Array> {
  const { rows, starts, indices, values } = matrix;
  const sample = permutation(rows, key32(key, 1)).slice(0, START_BATCHES * size);
  const sums = await plusPlus(selectRows(matrix, sample), k, key, pace);
  const occupied = new Occupancy(sums, k);
  const joined = new Float64Array(k).fill(1);
  const squares = squaresOf(sums, k);
  const norms = squaredNorms(matrix);
  const dots = new Float64Array(k);
  const chosen = new Int32Array(size);
  const clusters = new Int32Array(size);
  let smoothed = Infinity;
  let best = Infinity;
  for (let step = 1, since = 0; step <= MOST_STEPS && since < PATIENCE; step++) {
    if (pace.due()) await pace.rest();
    onIteration(step);
    let inertia = 0;
    for (let i = 0; i < size; i++) {
      const row = Math.floor(uniformAt(key32(key, 2, step), i) * rows);
      chosen[i] = row;
      inertia += norms[row] + nearest(row, i);
    }
    for (let i = 0; i < size; i++) join(chosen[i], clusters[i]);
    const weight = smoothed === Infinity ? 1 : Math.min(1, (2 * size) / (rows + 1));
    smoothed = smoothed === Infinity ? inertia : smoothed + (inertia - smoothed) * weight;
    since = smoothed < best ? 0 : since + 1;
    best = Math.min(best, smoothed);
  }
  for (let i = 0; i < sums.length; i++) if (sums[i] !== 0) sums[i] /= joined[i % k];
  return sums;

  /** Puts a row's cluster into clusters[i]; returns the squared distance less the row's own square. */
  function nearest(row: number, i: number): number {
    rowDots(matrix, row, sums, occupied, dots);
    let least = Infinity;
    for (let c = 0; c < k; c++) {
      const distance = squares[c] / (joined[c] * joined[c]) - (2 * dots[c]) / joined[c];
      if (distance >= least) continue;
      least = distance;
      clusters[i] = c;
    }
    return least;
  }

  function join(row: number, c: number): void {
    joined[c]++;
    for (let e = starts[row]; e < starts[row + 1]; e++) {
      const at = indices[e] * k + c;
      squares[c] += values[e] * (2 * sums[at] + values[e]);
      sums[at] += values[e];
      occupied.mark(indices[e], c);
    }
  }
}

function squaresOf(sums: Float64Array, k: number): Float64Array {
  const squares = new Float64Array(k);
  for (let at = 0; at < sums.length; at += k) for (let c = 0; c < k; c++) squares[c] += sums[at + c] ** 2;
  return squares;
}
