import type { Pace } from '../../base/pace.ts';
import { uniformAt } from '../../base/random.ts';
import type { SparseMatrix } from '../../base/sparseMatrix.ts';
import { squaredNorms, transpose } from '../../base/sparseMatrix.ts';

/**
 * Greedy k-means++ (Arthur and Vassilvitskii 2007): of 2 + ln k candidates drawn by squared distance, the one that lowers the sum
 * of distances most becomes the next centroid. Throws `Cancelled`.
 * @returns centroids, [columns, k]
 */
export async function plusPlus(matrix: SparseMatrix, k: number, key: number, pace: Pace): Promise<Float64Array> {
  const { rows, columns, starts, indices, values } = matrix;
  const centroids = new Float64Array(columns * k);
  const put = (row: number, c: number): void => {
    for (let e = starts[row]; e < starts[row + 1]; e++) centroids[indices[e] * k + c] = values[e];
  };
  const distancesTo = distances(matrix);
  const candidates = 2 + Math.floor(Math.log(k));
  let draw = 0;
  const first = Math.floor(uniformAt(key, draw++) * rows);
  put(first, 0);
  let nearest = distancesTo(first);
  for (let c = 1; c < k; c++) {
    const cumulative = runningSum(nearest);
    const total = cumulative[rows - 1];
    let best: { row: number; distances: Float64Array; sum: number } | undefined;
    for (let i = 0; i < candidates; i++) {
      if (pace.due()) await pace.rest();
      const row = total > 0 ? firstAbove(cumulative, uniformAt(key, draw++) * total) : (first + c) % rows;
      const found = distancesTo(row);
      let sum = 0;
      for (let r = 0; r < rows; r++) {
        if (nearest[r] < found[r]) found[r] = nearest[r];
        sum += found[r];
      }
      if (!best || sum < best.sum) best = { row, distances: found, sum };
    }
    put(best!.row, c);
    nearest = best!.distances;
  }
  return centroids;
}

/** Squared distances of all rows to one row. */
function distances(matrix: SparseMatrix): (row: number) => Float64Array {
  const { rows, starts, indices, values } = matrix;
  const norms = squaredNorms(matrix);
  const columns = transpose(matrix);
  return (row) => {
    const found = new Float64Array(rows); // dot products first
    for (let e = starts[row]; e < starts[row + 1]; e++) {
      const value = values[e];
      const end = columns.starts[indices[e] + 1];
      for (let f = columns.starts[indices[e]]; f < end; f++) found[columns.indices[f]] += value * columns.values[f];
    }
    for (let r = 0; r < rows; r++) found[r] = Math.max(0, norms[r] + norms[row] - 2 * found[r]);
    found[row] = 0;
    return found;
  };
}

function runningSum(values: Float64Array): Float64Array {
  let sum = 0;
  return values.map((value) => (sum += value));
}

/** Index of the first element above `value` of an ascending array; the last where there is none. */
function firstAbove(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
