import { Pace } from '../../base/pace.ts';
import { key32, permutation } from '../../base/random.ts';
import type { SparseMatrix } from '../../base/sparseMatrix.ts';
import { selectRows, squaredNorms, transpose } from '../../base/sparseMatrix.ts';

/** Rows measured exactly; above it a sample of this size stands for all, as scikit-learn's `sample_size` does. */
export const silhouetteLimit = 5000;

export interface Silhouette {
  /** Mean over the rows, between -1 and 1. NaN where it is not defined: one cluster, or as many as rows. */
  value: number;
  /** Rows it was measured on, where not on all. */
  sampled?: number;
}

/**
 * Silhouettes (Rousseeuw 1987) with Euclidean distances of several assignments of the same rows, in one pass over
 * the pairs. A row alone in its cluster counts 0, as in scikit-learn. Throws `Cancelled`.
 */
export async function silhouettes(
  matrix: SparseMatrix,
  assignments: readonly Int32Array[],
  { limit = silhouetteLimit, seed = 1, signal }: { limit?: number; seed?: number; signal?: AbortSignal } = {},
): Promise<Silhouette[]> {
  const pace = new Pace(signal);
  if (matrix.rows <= limit) return (await measure(matrix, assignments, pace)).map((value) => ({ value }));
  const sample = permutation(matrix.rows, key32(seed, matrix.rows)).slice(0, limit).sort();
  const chosen = assignments.map((assignment) => Int32Array.from(sample, (row) => assignment[row]));
  return (await measure(selectRows(matrix, sample), chosen, pace)).map((value) => ({ value, sampled: limit }));
}

async function measure(matrix: SparseMatrix, assignments: readonly Int32Array[], pace: Pace): Promise<number[]> {
  const { rows } = matrix;
  const norms = squaredNorms(matrix);
  const columns = transpose(matrix);
  const distances = new Float64Array(rows);
  const parts = assignments.map((assignment) => new Part(assignment));
  for (let row = 0; row < rows; row++) {
    if (pace.due()) await pace.rest();
    distancesTo(row);
    for (const part of parts) part.add(row, distances);
  }
  return parts.map((part) => part.mean());

  function distancesTo(row: number): void {
    distances.fill(0); // dot products first
    for (let e = matrix.starts[row]; e < matrix.starts[row + 1]; e++) {
      const [value, column] = [matrix.values[e], matrix.indices[e]];
      for (let f = columns.starts[column]; f < columns.starts[column + 1]; f++)
        distances[columns.indices[f]] += value * columns.values[f];
    }
    for (let other = 0; other < rows; other++)
      distances[other] = Math.sqrt(Math.max(0, norms[row] + norms[other] - 2 * distances[other]));
    distances[row] = 0;
  }
}

/** The silhouette of one assignment, row by row. */
class Part {
  private readonly sizes: Float64Array;
  private readonly sums: Float64Array;
  private total = 0;

  constructor(private readonly assignment: Int32Array) {
    const k = assignment.reduce((most, cluster) => Math.max(most, cluster + 1), 0);
    this.sizes = new Float64Array(k);
    this.sums = new Float64Array(k);
    for (const cluster of assignment) this.sizes[cluster]++;
  }

  add(row: number, distances: Float64Array): void {
    const { assignment, sizes, sums } = this;
    sums.fill(0);
    for (let other = 0; other < distances.length; other++) sums[assignment[other]] += distances[other];
    const own = assignment[row];
    if (sizes[own] === 1) return;
    const within = sums[own] / (sizes[own] - 1);
    let nearest = Infinity;
    for (let c = 0; c < sums.length; c++)
      if (c !== own && sizes[c] > 0) nearest = Math.min(nearest, sums[c] / sizes[c]);
    const larger = Math.max(within, nearest);
    if (larger > 0 && larger < Infinity) this.total += (nearest - within) / larger;
  }

  mean(): number {
    const rows = this.assignment.length;
    const used = this.sizes.reduce((n, size) => n + (size > 0 ? 1 : 0), 0);
    return used < 2 || used >= rows ? NaN : this.total / rows;
  }
}
