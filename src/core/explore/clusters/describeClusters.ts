import { type SparseMatrix, squaredNorms } from '../../base/sparseMatrix.ts';
import type { KMeansResult } from './kmeans.ts';
import type { ClusterSummary } from './clusterApi.ts';
import { countedLabel, type LabelIncidence } from './labelIncidence.ts';

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

export type { ClusterLabel, ClusterSummary } from './clusterApi.ts';

type Clusters = Pick<KMeansResult, 'assignment' | 'centroids' | 'sizes'>;

const TOP = 10;

/** Describes every cluster, the largest first; empty ones are left out. */
export function describeClusters(
  incidence: Pick<LabelIncidence, 'names' | 'display' | 'counts'>,
  matrix: SparseMatrix,
  result: Clusters,
): ClusterSummary[] {
  const { counts } = incidence;
  const cosines = cosinesWithCentroids(matrix, result);
  const members: number[][] = Array.from(result.sizes, () => []);
  result.assignment.forEach((cluster, label) => members[cluster].push(label)); // ids are ranks: most frequent first
  return members
    .map((labels, cluster): ClusterSummary => {
      const atMost = (n: number): number => labels.filter((label) => counts[label] <= n).length;
      return {
        cluster,
        labels: labels.length,
        meanDocuments: labels.reduce((sum, label) => sum + counts[label], 0) / labels.length,
        top: labels.slice(0, TOP).map((id) => ({ id, ...countedLabel(incidence, id) })),
        rare: { one: atMost(1), atMostTwo: atMost(2), atMostFive: atMost(5) },
        cohesion: labels.reduce((sum, label) => sum + cosines[label], 0) / labels.length,
      };
    })
    .filter(({ labels }) => labels > 0)
    .sort((a, b) => b.labels - a.labels || a.cluster - b.cluster);
}

function cosinesWithCentroids(matrix: SparseMatrix, { assignment, centroids, sizes }: Clusters): Float64Array {
  const k = sizes.length;
  const lengths = new Float64Array(k);
  for (let i = 0; i < centroids.length; i++) lengths[i % k] += centroids[i] ** 2;
  return squaredNorms(matrix).map((norm, row) => {
    const cluster = assignment[row];
    let dot = 0;
    for (let e = matrix.starts[row]; e < matrix.starts[row + 1]; e++)
      dot += matrix.values[e] * centroids[matrix.indices[e] * k + cluster];
    return norm > 0 && lengths[cluster] > 0 ? dot / Math.sqrt(norm * lengths[cluster]) : 0;
  });
}
