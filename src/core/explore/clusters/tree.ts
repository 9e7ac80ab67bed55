import type { Merge } from './clustered.ts';
import type { KMeansResult } from './kmeans.ts';

export type { Merge } from './clustered.ts';

/** A hierarchy of the clusters by Ward's method on their centroids, weighted by size. Empty clusters are left out. */
export function clusterTree({ centroids, sizes }: KMeansResult): Merge[] {
  const k = sizes.length;
  const nodes = new Map<number, { mean: Float64Array; size: number }>();
  for (let c = 0; c < k; c++) {
    if (sizes[c] === 0) continue;
    const mean = new Float64Array(centroids.length / k);
    for (let f = 0; f < mean.length; f++) mean[f] = centroids[f * k + c];
    nodes.set(c, { mean, size: sizes[c] });
  }
  const distances = new Map<string, number>();
  const between = (a: number, b: number): number => {
    const key = `${a} ${b}`;
    let distance = distances.get(key);
    if (distance === undefined) distances.set(key, (distance = ward(nodes.get(a)!, nodes.get(b)!)));
    return distance;
  };
  const merges: Merge[] = [];
  while (nodes.size > 1) {
    const { left, right } = nearestPair([...nodes.keys()], between);
    const [a, b] = [nodes.get(left)!, nodes.get(right)!];
    const size = a.size + b.size;
    merges.push({ left, right, distance: between(left, right), labels: size });
    nodes.delete(left);
    nodes.delete(right);
    nodes.set(k + merges.length - 1, { mean: a.mean.map((x, f) => (x * a.size + b.mean[f] * b.size) / size), size });
  }
  return merges;
}

function nearestPair(ids: number[], between: (a: number, b: number) => number): { left: number; right: number } {
  let best = { left: ids[0], right: ids[1] };
  for (let i = 0; i < ids.length; i++)
    for (let j = i + 1; j < ids.length; j++)
      if (between(ids[i], ids[j]) < between(best.left, best.right)) best = { left: ids[i], right: ids[j] };
  return best;
}

function ward(a: { mean: Float64Array; size: number }, b: { mean: Float64Array; size: number }): number {
  let squares = 0;
  for (let f = 0; f < a.mean.length; f++) squares += (a.mean[f] - b.mean[f]) ** 2;
  return Math.sqrt((squares * a.size * b.size) / (a.size + b.size));
}
