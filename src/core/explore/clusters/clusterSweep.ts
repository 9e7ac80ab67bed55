import { Cancelled, UserError } from '../../base/errors.ts';
import type { WorkOptions } from '../../base/progress.ts';
import type { SparseMatrix } from '../../base/sparseMatrix.ts';
import type { ClusterSettings, CurvePoint } from './clusterApi.ts';
import { kMeans } from './kmeans.ts';
import type { Silhouette } from './silhouette.ts';
import { silhouettes } from './silhouette.ts';

/** The numbers of clusters that the original program tries. */
export const originalKs = [2, 4, 6, 8, 10, 12, 15, 18, 21, 24, 27, 30];
/** Up to here every number is tried that may be suggested. */
const allUpTo = 12;

/** The largest number of clusters that a reader is advised to look at: the square root of the labels. */
const readable = (labels: number): number => Math.min(labels, Math.max(4, Math.ceil(Math.sqrt(labels))));

/** The numbers of clusters to try where none are named: the original ones, and more where that is few for so many labels. */
export function defaultKs(labels: number): number[] {
  const last = Math.min(readable(labels), mostClusters(labels));
  const ks = new Set(originalKs);
  if (last <= allUpTo) for (let k = 2; k <= last; k++) ks.add(k);
  for (let k = 36; k <= last; k = Math.round(k * 1.2)) ks.add(k);
  if (last > 30) ks.add(last);
  return usableKs([...ks], labels);
}

/** Rows above which k-means draws mini-batches. */
const miniBatchAbove = 50_000;
const batchSize = 8192;

export const isMiniBatch = ({ rows }: SparseMatrix): boolean => rows > miniBatchAbove;

/** Clusters of the labels for one k. */
export interface SweepPoint {
  k: number;
  inertia: number;
  /** Undefined where it was not measured yet. */
  silhouette?: Silhouette;
  assignment: Int32Array; // [rows]
}

/** Progress comes before each start of k-means, counted in numbers of clusters, and before the silhouettes. */
export interface SweepOptions extends ClusterSettings, WorkOptions<'clustering' | 'measuring'> {
  /** Points that are known already, by the same settings. */
  known?: readonly SweepPoint[];
}

/** Clusters the rows for every k that can be made, and measures the outcomes. An abort ends it with the ks tried until then. */
export async function sweep(matrix: SparseMatrix, options: SweepOptions): Promise<SweepPoint[]> {
  const points: SweepPoint[] = [];
  try {
    await tryAll(matrix, options, points);
    await measureAll(matrix, options, points);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
  }
  return points;
}

async function tryAll(matrix: SparseMatrix, options: SweepOptions, points: SweepPoint[]): Promise<void> {
  const { restarts, seed, known = [], signal, onProgress } = options;
  const all = usableKs(options.ks, matrix.rows);
  points.push(...known.filter(({ k }) => all.includes(k)));
  const batches = isMiniBatch(matrix) && { batchSize };
  for (const [i, k] of all.entries()) {
    if (points.some((point) => point.k === k)) continue;
    const report = (restart: number): void =>
      onProgress?.({ phase: 'clustering', done: i + restart / restarts, total: all.length, unit: 'steps' });
    report(0);
    const { assignment, inertia } = await kMeans(matrix, {
      k,
      restarts,
      seed,
      signal,
      ...batches,
      onIteration: (restart, iteration) => iteration === 1 && report(restart),
    });
    points.push({ k, inertia, assignment });
    points.sort((a, b) => a.k - b.k);
  }
}

async function measureAll(
  matrix: SparseMatrix,
  { seed, signal, onProgress }: SweepOptions,
  points: readonly SweepPoint[],
): Promise<void> {
  const open = points.filter(({ silhouette }) => !silhouette);
  if (open.length === 0) return;
  onProgress?.({ phase: 'measuring', done: 0, total: 1, unit: 'steps' });
  const assignments = open.map(({ assignment }) => assignment);
  const measured = await silhouettes(matrix, assignments, { seed, signal });
  open.forEach((point, i) => (point.silhouette = measured[i]));
}

/** Clusters at most: more can neither be looked at, nor their centroids held in memory. */
const manyClusters = 500;
/** Numbers in the centroids, which are dense: 8 bytes each. */
const centroidNumbers = 2 ** 26;

/** The largest number of clusters that so many labels can be put into. */
export const mostClusters = (labels: number): number =>
  Math.max(1, Math.min(labels, manyClusters, Math.floor(centroidNumbers / labels)));

/** Throws `UserError` `too-many-clusters` where one of the ks cannot be made of so many labels. */
export function refuseImpossible(ks: readonly number[], labels: number): void {
  const k = Math.max(...ks);
  const most = mostClusters(labels);
  if (k <= most) return;
  throw new UserError(
    'too-many-clusters',
    `${k} clusters cannot be made of ${labels} labels`,
    `Choose numbers of clusters up to ${most}.`,
  );
}

/** Those that can be made of so many labels, ascending, without repeats; 1 where there is none. */
export function usableKs(ks: readonly number[], labels: number): number[] {
  const usable = [...new Set(ks)].filter((k) => k >= 1 && k <= mostClusters(labels)).sort((a, b) => a - b);
  return usable.length ? usable : [Math.min(1, labels)];
}

export interface Suggestion {
  /** The k with the largest silhouette, and the one at the bend of the inertia curve (undefined with fewer than three points). */
  bestSilhouette?: number;
  elbow?: number;
  /** A number of clusters that a reader can use: none of them holds over half of the labels. */
  suggested?: number;
  /** Where none is suggested, the k whose largest cluster is the smallest. */
  evenest?: number;
}

/**
 * The numbers of clusters that the curves speak for. Suggested is the largest silhouette among those without a lump, a cluster of
 * over half of the labels: the largest of all is, in most sets, that of a lump and a few labels beside it.
 */
export function suggestion(curve: readonly CurvePoint[], labels: number): Suggestion {
  if (curve.length === 0) return {};
  const few = curve.filter(({ k }) => k >= 2 && k <= readable(labels));
  const candidates = few.length > 0 ? few : curve;
  const even = candidates.filter(({ largest }) => largest <= labels / 2);
  const marked = { bestSilhouette: largestSilhouette(curve), elbow: bend(curve) };
  if (even.length > 0) return { ...marked, suggested: largestSilhouette(even) ?? bend(even) ?? even[0].k };
  return { ...marked, evenest: candidates.reduce((a, b) => (b.largest < a.largest ? b : a)).k };
}

function largestSilhouette(curve: readonly CurvePoint[]): number | undefined {
  let best: { k: number; value: number } | undefined;
  for (const { k, silhouette } of curve)
    if (silhouette !== undefined && silhouette > (best?.value ?? -Infinity)) best = { k, value: silhouette };
  return best?.k;
}

/** The point farthest below the straight line between the ends of the inertia curve ("kneedle", Satopää et al. 2011). */
function bend(points: readonly CurvePoint[]): number | undefined {
  if (points.length < 3) return undefined;
  const first = points[0];
  const last = points[points.length - 1];
  const slope = (last.inertia - first.inertia) / (last.k - first.k);
  const below = points.map(({ k, inertia }) => first.inertia + slope * (k - first.k) - inertia);
  const most = Math.max(...below);
  return most > 0 ? points[below.indexOf(most)].k : undefined;
}

/** Labels in the largest cluster. */
export function largestCluster({ k, assignment }: Pick<SweepPoint, 'k' | 'assignment'>): number {
  const sizes = new Int32Array(k);
  for (const cluster of assignment) sizes[cluster]++;
  return sizes.reduce((most, size) => Math.max(most, size), 0);
}
