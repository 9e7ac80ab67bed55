import type { SparseMatrix } from '../../base/sparseMatrix.ts';
import type { KMeansResult } from './kmeans.ts';

/** Means and sizes of the clusters of an assignment, as k-means has them at its end. */
export function centroidsOf(
  { rows, columns, starts, indices, values }: SparseMatrix,
  assignment: Int32Array,
  k: number,
): Pick<KMeansResult, 'assignment' | 'centroids' | 'sizes'> {
  const centroids = new Float64Array(columns * k);
  const sizes = new Int32Array(k);
  for (let row = 0; row < rows; row++) {
    const cluster = assignment[row];
    sizes[cluster]++;
    for (let e = starts[row]; e < starts[row + 1]; e++) centroids[indices[e] * k + cluster] += values[e];
  }
  for (let i = 0; i < centroids.length; i++) if (centroids[i] !== 0) centroids[i] /= sizes[i % k];
  return { assignment, centroids, sizes };
}

/** The centroids of the clusters that have a row, sparse, in the order of their numbers. */
export function centroidRows({ centroids, sizes }: Pick<KMeansResult, 'centroids' | 'sizes'>): {
  clusters: number[];
  matrix: SparseMatrix;
} {
  const k = sizes.length;
  const columns = centroids.length / k;
  const clusters = Array.from(sizes.keys()).filter((cluster) => sizes[cluster] > 0);
  const entries = centroids.reduce((n, value) => n + (value === 0 ? 0 : 1), 0);
  const starts = new Float64Array(clusters.length + 1);
  const indices = new Int32Array(entries);
  const values = new Float64Array(entries);
  clusters.forEach((cluster, row) => {
    let end = starts[row];
    for (let feature = 0; feature < columns; feature++) {
      const value = centroids[feature * k + cluster];
      if (value === 0) continue;
      indices[end] = feature;
      values[end++] = value;
    }
    starts[row + 1] = end;
  });
  return { clusters, matrix: { rows: clusters.length, columns, starts, indices, values } };
}
