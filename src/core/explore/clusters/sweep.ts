import { setImmediate } from 'node:timers/promises';
import type { KMeansResult } from './kmeans.ts';
import { kMeans } from './kmeans.ts';
import type { Silhouette } from './silhouette.ts';
import { silhouettes } from './silhouette.ts';
import type { SparseMatrix } from '../../sparse/matrix.ts';

/** The numbers of clusters that the seed tries. */
export const defaultKs = [2, 4, 6, 8, 10, 12, 15, 18, 21, 24, 27, 30];

/** Rows above which k-means draws mini-batches. */
export const miniBatchAbove = 50_000;
export const batchSize = 8192;

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

/** Clusters the rows for every k that is below the number of rows. Throws `Cancelled`, between two ks at the latest. */
export async function sweep(matrix: SparseMatrix, options: SweepOptions = {}): Promise<Sweep> {
  const { ks = defaultKs, restarts, seed, signal, onProgress } = options;
  const usable = usableKs(ks, matrix.rows);
  const miniBatch = matrix.rows > miniBatchAbove;
  const results: KMeansResult[] = [];
  for (const [i, k] of usable.entries()) {
    onProgress?.(i, usable.length + 1);
    await setImmediate(); // lets Ctrl-C in: k-means itself never waits for anything
    results.push(kMeans(matrix, { k, restarts, seed, signal, ...(miniBatch && { batchSize }) }));
  }
  onProgress?.(usable.length, usable.length + 1);
  const measured = silhouettes(
    matrix,
    results.map(({ assignment }) => assignment),
    { seed, signal },
  );
  onProgress?.(usable.length + 1, usable.length + 1);
  const points = usable.map((k, i) => ({ k, result: results[i], silhouette: measured[i] }));
  return { points, miniBatch, ...suggestion(points) };
}

/** Those that can be made of so many rows, ascending, without repeats; 1 where there is none. */
export function usableKs(ks: readonly number[], rows: number): number[] {
  const usable = [...new Set(ks)].filter((k) => k >= 1 && k <= rows).sort((a, b) => a - b);
  return usable.length ? usable : [Math.min(1, rows)];
}

/** A point of the curves. */
export interface Measured {
  k: number;
  result: Pick<KMeansResult, 'inertia'>;
  silhouette: Silhouette;
}

/** The numbers of clusters that the curves speak for; there must be a point. */
export function suggestion(points: readonly Measured[]): Pick<Sweep, 'bestSilhouette' | 'elbow' | 'suggested'> {
  const bestSilhouette = largestSilhouette(points);
  const elbow = bend(points);
  return { bestSilhouette, elbow, suggested: bestSilhouette ?? elbow ?? points[0].k };
}

function largestSilhouette(points: readonly Measured[]): number | undefined {
  const defined = points.filter(({ silhouette }) => !Number.isNaN(silhouette.value));
  if (defined.length === 0) return undefined;
  return defined.reduce((best, point) => (point.silhouette.value > best.silhouette.value ? point : best)).k;
}

/** The point farthest below the straight line between the ends of the inertia curve ("kneedle", Satopää et al. 2011). */
function bend(points: readonly Measured[]): number | undefined {
  if (points.length < 3) return undefined;
  const first = points[0];
  const last = points[points.length - 1];
  const slope = (last.result.inertia - first.result.inertia) / (last.k - first.k);
  const below = points.map(({ k, result }) => first.result.inertia + slope * (k - first.k) - result.inertia);
  const most = Math.max(...below);
  return most > 0 ? points[below.indexOf(most)].k : undefined;
}
