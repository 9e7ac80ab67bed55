import type { KMeansResult } from './kmeans.ts';
import { kMeans } from './kmeans.ts';
import type { Silhouette } from './silhouette.ts';
import { silhouettes } from './silhouette.ts';
import type { SparseMatrix } from '../../sparse/matrix.ts';

/** The numbers of clusters that the seed tries. */
export const defaultKs = [2, 4, 6, 8, 10, 12, 15, 18, 21, 24, 27, 30];

/** Rows above which k-means draws mini-batches. */
export const miniBatchAbove = 50_000;
const BATCH = 8192;

export interface SweepOptions {
  ks?: readonly number[];
  restarts?: number;
  seed?: number;
  signal?: AbortSignal;
  /** After each k, and before the silhouettes (`done` = number of ks). */
  onProgress?: (done: number, total: number) => void;
}

export interface SweepPoint {
  k: number;
  result: KMeansResult;
  silhouette: Silhouette;
}

export interface Sweep {
  points: SweepPoint[];
  /** Whether k-means looked at mini-batches instead of all labels at every step. */
  miniBatch: boolean;
  /** The k with the largest silhouette, and the one at the bend of the inertia curve; undefined with fewer than three points. */
  bestSilhouette?: number;
  elbow?: number;
  /** The suggestion: the largest silhouette, where there is one. */
  suggested: number;
}

/** Clusters the rows for every k that is below the number of rows. Throws `Cancelled`. */
export function sweep(matrix: SparseMatrix, options: SweepOptions = {}): Sweep {
  const { ks = defaultKs, restarts, seed, signal, onProgress } = options;
  const usable = [...new Set(ks)].filter((k) => k >= 1 && k <= matrix.rows).sort((a, b) => a - b);
  if (usable.length === 0) usable.push(Math.min(1, matrix.rows));
  const miniBatch = matrix.rows > miniBatchAbove;
  const results = usable.map((k, i) => {
    onProgress?.(i, usable.length + 1);
    return kMeans(matrix, { k, restarts, seed, signal, ...(miniBatch && { batchSize: BATCH }) });
  });
  onProgress?.(usable.length, usable.length + 1);
  const measured = silhouettes(
    matrix,
    results.map(({ assignment }) => assignment),
    { seed, signal },
  );
  onProgress?.(usable.length + 1, usable.length + 1);
  const points = usable.map((k, i) => ({ k, result: results[i], silhouette: measured[i] }));
  const bestSilhouette = largestSilhouette(points);
  const elbow = bend(points);
  return { points, miniBatch, bestSilhouette, elbow, suggested: bestSilhouette ?? elbow ?? usable[0] };
}

function largestSilhouette(points: readonly SweepPoint[]): number | undefined {
  const defined = points.filter(({ silhouette }) => !Number.isNaN(silhouette.value));
  if (defined.length === 0) return undefined;
  return defined.reduce((best, point) => (point.silhouette.value > best.silhouette.value ? point : best)).k;
}

/** The point farthest below the straight line between the ends of the inertia curve ("kneedle", Satopää et al. 2011). */
function bend(points: readonly SweepPoint[]): number | undefined {
  if (points.length < 3) return undefined;
  const first = points[0];
  const last = points[points.length - 1];
  const slope = (last.result.inertia - first.result.inertia) / (last.k - first.k);
  const below = points.map(({ k, result }) => first.result.inertia + slope * (k - first.k) - result.inertia);
  const most = Math.max(...below);
  return most > 0 ? points[below.indexOf(most)].k : undefined;
}
