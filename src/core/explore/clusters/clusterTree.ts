import type { Merge } from './clusterApi.ts';
import type { KMeansResult } from './kmeans.ts';

export type { Merge } from './clusterApi.ts';

/** A hierarchy of the clusters by Ward's method on their centroids, weighted by size. Empty clusters are left out. */
export function clusterTree(result: Pick<KMeansResult, 'centroids' | 'sizes'>): Merge[] {
  const k = result.sizes.length;
  const squares = wardSquares(result);
  const sizes = Float64Array.from(result.sizes);
  const nodes = Int32Array.from(sizes, (_, c) => c);
  let left = [...nodes].filter((c) => sizes[c] > 0);
  const merges: Merge[] = [];
  while (left.length > 1) {
    const [a, b] = nearestPair(left, squares, k);
    const distance = Math.sqrt(Math.max(0, squares[a * k + b]));
    merges.push({ left: nodes[a], right: nodes[b], distance, labels: sizes[a] + sizes[b] });
    left = left.filter((c) => c !== b);
    for (const c of left) if (c !== a) squares[a * k + c] = squares[c * k + a] = joined(a, b, c);
    sizes[a] += sizes[b];
    nodes[a] = k + merges.length - 1;
  }
  return merges;

  /** Distance of c to a and b together (Lance and Williams 1967). */
  function joined(a: number, b: number, c: number): number {
    const [m, n, o] = [sizes[a], sizes[b], sizes[c]];
    return ((m + o) * squares[a * k + c] + (n + o) * squares[b * k + c] - o * squares[a * k + b]) / (m + n + o);
  }
}

/** Squared Ward distances of all pairs, row by row: how much joining two adds to the inertia. */
function wardSquares({ centroids, sizes }: Pick<KMeansResult, 'centroids' | 'sizes'>): Float64Array {
  const k = sizes.length;
  const dots = dotsOf(centroids, k);
  return dots.map((dot, i) => {
    const [a, b] = [Math.floor(i / k), i % k];
    const squared = dots[a * k + a] + dots[b * k + b] - 2 * dot;
    return (Math.max(0, squared) * sizes[a] * sizes[b]) / (sizes[a] + sizes[b] || 1);
  });
}

/** Dot products of all pairs of centroids, row by row; most features are of few clusters. */
function dotsOf(centroids: Float64Array, k: number): Float64Array {
  const dots = new Float64Array(k * k);
  const used = new Int32Array(k);
  for (let at = 0; at < centroids.length; at += k) {
    let n = 0;
    for (let c = 0; c < k; c++) if (centroids[at + c] !== 0) used[n++] = c;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) dots[used[i] * k + used[j]] += centroids[at + used[i]] * centroids[at + used[j]];
  }
  return dots;
}

function nearestPair(clusters: readonly number[], squares: Float64Array, k: number): [number, number] {
  let best: [number, number] = [clusters[0], clusters[1]];
  for (let i = 0; i < clusters.length; i++)
    for (let j = i + 1; j < clusters.length; j++)
      if (squares[clusters[i] * k + clusters[j]] < squares[best[0] * k + best[1]]) best = [clusters[i], clusters[j]];
  return best;
}
