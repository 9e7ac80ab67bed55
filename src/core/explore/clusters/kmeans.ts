import { Pace } from '../../base/pace.ts';
import { key32 } from '../../base/random.ts';
import type { SparseMatrix } from '../../base/sparseMatrix.ts';
import { squaredNorms } from '../../base/sparseMatrix.ts';
import { miniBatches } from './miniBatch.ts';
import { plusPlus } from './plusPlus.ts';
import { Occupancy, rowDots } from './rowDots.ts';

export interface KMeansOptions {
  /** Clusters; at most as many as there are rows. */
  k: number;
  /** Starts, of which the one with the least inertia is kept. Default 3. */
  restarts?: number;
  seed?: number;
  /** Passes over all rows of one start at most. Default 300, as scikit-learn. */
  maxIterations?: number;
  /** Rows drawn per step instead of all of them; whole passes assign and measure at the end. Absent: exact Lloyd iterations. */
  batchSize?: number;
  signal?: AbortSignal;
  /** Before each pass over the rows. */
  onIteration?: (restart: number, iteration: number) => void;
}

export interface KMeansResult {
  /** Cluster of each row. */
  assignment: Int32Array; // [rows]
  /** Means of the clusters, dense, feature by feature: centroid c has feature f at [f * k + c]. */
  centroids: Float64Array; // [columns, k]
  /** Sum of the squared Euclidean distances of the rows to their centroids. */
  inertia: number;
  iterations: number;
  /** Rows of each cluster. */
  sizes: Int32Array; // [k]
}

/** Rows between two looks at the clock. */
const BLOCK = 64;

/** Relative to the mean variance of the features: centroids that moved less have settled (scikit-learn's `tol`). */
const TOLERANCE = 1e-4;

/**
 * K-means of sparse rows, with greedy k-means++ starts (Arthur and Vassilvitskii 2007, with 2 + ln k candidates a step, as
 * scikit-learn). Memory: a dense matrix of columns x k. The same seed gives the same result. Lets the event loop turn, and heeds the
 * signal, within an iteration. Throws `Cancelled`.
 */
export async function kMeans(matrix: SparseMatrix, options: KMeansOptions): Promise<KMeansResult> {
  const { k, restarts = 3, seed = 1 } = options;
  if (!(k >= 1 && k <= matrix.rows)) throw new RangeError(`${k} clusters of ${matrix.rows} rows`);
  const job = new Clustering(matrix, options);
  let best: KMeansResult | undefined;
  for (let restart = 0; restart < restarts; restart++) {
    const found = await job.run(key32(seed, k, restart), (iteration) => options.onIteration?.(restart, iteration));
    if (!best || found.inertia < best.inertia) best = found;
  }
  return best!;
}

class Clustering {
  private readonly norms: Float64Array;
  private readonly tolerance: number;
  private readonly dots: Float64Array; // [k]
  private readonly pace: Pace;

  constructor(
    private readonly matrix: SparseMatrix,
    private readonly options: KMeansOptions,
  ) {
    this.norms = squaredNorms(matrix);
    this.tolerance = TOLERANCE * meanVariance(matrix, this.norms);
    this.dots = new Float64Array(options.k);
    this.pace = new Pace(options.signal);
  }

  async run(key: number, onIteration: (iteration: number) => void): Promise<KMeansResult> {
    const { k, maxIterations = 300, batchSize } = this.options;
    const { rows, columns } = this.matrix;
    await this.pace.rest();
    const state: KMeansResult = {
      assignment: new Int32Array(rows).fill(-1),
      centroids: await this.start(key, onIteration),
      inertia: Infinity,
      iterations: 0,
      sizes: new Int32Array(k),
    };
    const previous = new Float64Array(columns * k);
    for (let moved = Infinity; state.iterations < maxIterations && moved > this.tolerance;) {
      onIteration(++state.iterations);
      const distances = new Float64Array(rows);
      const changed = await this.assign(state, distances);
      if (changed === 0) return state;
      await this.breathe();
      previous.set(state.centroids);
      await this.update(state, distances);
      moved = squaredDistance(previous, state.centroids);
      await this.breathe();
      if (batchSize !== undefined && batchSize < rows) break; // one exact pass after the mini-batches
    }
    await this.assign(state, new Float64Array(rows));
    return state;
  }

  private async breathe(): Promise<void> {
    if (this.pace.due()) await this.pace.rest();
  }

  private start(key: number, onIteration: (iteration: number) => void): Promise<Float64Array> {
    const { k, batchSize } = this.options;
    const { pace } = this;
    if (batchSize === undefined || batchSize >= this.matrix.rows) return plusPlus(this.matrix, k, key, pace);
    return miniBatches(this.matrix, { k, key, size: batchSize, pace, onIteration });
  }

  /** Gives every row its nearest centroid (the first of equals) and measures the inertia; returns how many rows changed. */
  private async assign(state: KMeansResult, distances: Float64Array): Promise<number> {
    const { k } = this.options;
    const { rows } = this.matrix;
    const near = { lengths: centroidNorms(state.centroids, k), occupied: new Occupancy(state.centroids, k) };
    state.inertia = 0;
    state.sizes.fill(0);
    let changed = 0;
    for (let from = 0; from < rows; from += BLOCK) {
      await this.breathe();
      changed += this.assignRows(from, Math.min(rows, from + BLOCK), state, distances, near);
    }
    return changed;
  }

  private assignRows(
    from: number,
    to: number,
    state: KMeansResult,
    distances: Float64Array,
    { lengths, occupied }: { lengths: Float64Array; occupied: Occupancy },
  ): number {
    let changed = 0;
    for (let row = from; row < to; row++) {
      rowDots(this.matrix, row, state.centroids, occupied, this.dots);
      const cluster = nearest(this.dots, lengths);
      if (cluster !== state.assignment[row]) changed++;
      state.assignment[row] = cluster;
      state.sizes[cluster]++;
      distances[row] = Math.max(0, this.norms[row] + lengths[cluster] - 2 * this.dots[cluster]);
      state.inertia += distances[row];
    }
    return changed;
  }

  /** Moves centroids to the means of their rows; a cluster without rows takes the row farthest from its own centroid. */
  private async update(state: KMeansResult, distances: Float64Array): Promise<void> {
    const { k } = this.options;
    const { rows } = this.matrix;
    const { assignment, sizes, centroids } = state;
    for (let c = 0; c < k; c++) {
      if (sizes[c] > 0) continue;
      const row = farthest(distances, (r) => sizes[assignment[r]] > 1);
      sizes[assignment[row]]--;
      assignment[row] = c;
      sizes[c] = 1;
      distances[row] = 0;
    }
    centroids.fill(0);
    for (let from = 0; from < rows; from += BLOCK) {
      await this.breathe();
      this.addRows(from, Math.min(rows, from + BLOCK), state);
    }
    await this.breathe();
    for (let i = 0; i < centroids.length; i++) if (centroids[i] !== 0) centroids[i] /= sizes[i % k];
  }

  private addRows(from: number, to: number, { assignment, centroids }: KMeansResult): void {
    const { k } = this.options;
    const { starts, indices, values } = this.matrix;
    for (let row = from; row < to; row++)
      for (let e = starts[row]; e < starts[row + 1]; e++) centroids[indices[e] * k + assignment[row]] += values[e];
  }
}

/** The centroid with the least distance, less the row's own square; the first of equals. */
function nearest(dots: Float64Array, lengths: Float64Array): number {
  let best = 0;
  let least = Infinity;
  for (let c = 0; c < dots.length; c++) {
    const distance = lengths[c] - 2 * dots[c];
    if (distance < least) {
      least = distance;
      best = c;
    }
  }
  return best;
}

/** Mean over the features of their variance over the rows. */
function meanVariance({ rows, columns, indices, values }: SparseMatrix, norms: Float64Array): number {
  const sums = new Float64Array(columns);
  for (let e = 0; e < indices.length; e++) sums[indices[e]] += values[e];
  let squares = 0;
  for (const norm of norms) squares += norm;
  let means = 0;
  for (const sum of sums) means += (sum / rows) ** 2;
  return Math.max(0, squares / rows - means) / (columns || 1);
}

function centroidNorms(centroids: Float64Array, k: number): Float64Array {
  const lengths = new Float64Array(k);
  for (let at = 0; at < centroids.length; at += k)
    for (let c = 0; c < k; c++) lengths[c] += centroids[at + c] * centroids[at + c];
  return lengths;
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}

function farthest(distances: Float64Array, allowed: (row: number) => boolean): number {
  let found = -1;
  for (let row = 0; row < distances.length; row++)
    if (allowed(row) && (found < 0 || distances[row] > distances[found])) found = row;
  return found;
}
