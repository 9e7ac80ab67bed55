import type { ClusterSummary } from './clustered.ts';
import type { LabelIncidence } from './labelIncidence.ts';
import type { KMeansResult } from './kmeans.ts';
import type { SparseMatrix } from '../../base/sparseMatrix.ts';
import { squaredNorms } from '../../base/sparseMatrix.ts';

export type { ClusterLabel, ClusterSummary } from './clustered.ts';

type Clusters = Pick<KMeansResult, 'assignment' | 'centroids' | 'sizes'>;

const TOP = 10;

/** Describes every cluster, the largest first; empty ones are left out. */
export function describeClusters(
  { names, display, counts }: LabelIncidence,
  matrix: SparseMatrix,
  result: Clusters,
): ClusterSummary[] {
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
        top: labels.slice(0, TOP).map((id) => ({ id, name: names[id], display: display[id], documents: counts[id] })),
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
