import type { WorkOptions } from '../../base/progress.ts';
import { Pace } from '../../base/pace.ts';
import { bitsAt, key32 } from '../../base/random.ts';
import { selectRows, type SparseMatrix } from '../../base/sparseMatrix.ts';
import { truncatedSvd } from './truncatedSvd.ts';
import { mapLimit } from './clusterApi.ts';

const DIMENSIONS = 50;
const NEIGHBOURS = 15;

/** Points in the plane, without a unit. */
export interface Plane {
  x: Float32Array;
  y: Float32Array;
}

export interface LabelMap extends Plane {
  /** Label of each point. */
  labels: Int32Array;
}

interface MapOptions extends WorkOptions<'drawing'> {
  seed?: number;
}

/**
 * A map of labels on which those lie near each other that occur with the same others. Throws `Cancelled`.
 * @param labels rows to draw; the first `mapLimit` of them
 */
export async function mapLabels(
  matrix: SparseMatrix,
  labels: ArrayLike<number>,
  options: MapOptions = {},
): Promise<LabelMap> {
  const drawn = Int32Array.from(labels).slice(0, mapLimit);
  return { labels: drawn, ...(await layOut(selectRows(matrix, drawn), options)) };
}

/**
 * Rows in a plane, like ones near each other: in 50 dimensions (truncated SVD), laid out by UMAP (McInnes et al. 2018).
 * The same seed gives the same plane. Throws `Cancelled`.
 */
export async function layOut(matrix: SparseMatrix, { seed = 1, signal, onProgress }: MapOptions = {}): Promise<Plane> {
  if (matrix.rows < 4) return inARow(matrix.rows);
  const pace = new Pace(signal);
  const { d, values } = await truncatedSvd(matrix, DIMENSIONS, seed, pace);
  const rows = Array.from({ length: matrix.rows }, (_, i) => Array.from(values.subarray(i * d, (i + 1) * d)));
  const { UMAP } = await import('./umap.ts');
  const nNeighbors = Math.min(NEIGHBOURS, matrix.rows - 1);
  const umap = new UMAP({ nNeighbors, random: randomOf(seed) });
  const { indices, distances } = await nearestRows(values, d, nNeighbors, pace);
  umap.setPrecomputedKNN(indices, distances);
  const epochs = umap.initializeFit(rows);
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step();
    if (!pace.due()) continue;
    await pace.rest();
    onProgress?.({ phase: 'drawing', done: epoch, total: epochs, unit: 'steps' });
  }
  onProgress?.({ phase: 'drawing', done: epochs, total: epochs, unit: 'steps' });
  const points = umap.getEmbedding();
  return { x: Float32Array.from(points, ([x]) => x), y: Float32Array.from(points, ([, y]) => y) };
}

/** Too few to lay out. */
const inARow = (rows: number): Plane => ({
  x: Float32Array.from({ length: rows }, (_, i) => i),
  y: new Float32Array(rows),
});

function randomOf(seed: number): () => number {
  const key = key32(seed, 0x756d6170);
  let drawn = 0;
  return () => bitsAt(key, drawn++) / 4294967296;
}

/**
 * The `k` nearest other rows of each by Euclidean distance, nearest first: exact, all pairs. Throws `Cancelled`.
 * @param values row-major, [rows, d]
 * @param k below the number of rows
 */
export async function nearestRows(
  values: Float64Array,
  d: number,
  k: number,
  pace = new Pace(),
): Promise<{ indices: number[][]; distances: number[][] }> {
  const rows = values.length / d;
  const found = { indices: [] as number[][], distances: [] as number[][] };
  const squares = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    if (pace.due()) await pace.rest();
    squaresTo(row);
    const nearest = smallest(squares, row, k);
    found.indices.push(nearest);
    found.distances.push(nearest.map((other) => Math.sqrt(squares[other])));
  }
  return found;

  function squaresTo(row: number): void {
    for (let other = 0; other < rows; other++) {
      let sum = 0;
      for (let a = row * d, b = other * d; b < (other + 1) * d; a++, b++) sum += (values[a] - values[b]) ** 2;
      squares[other] = sum;
    }
  }
}

/** Positions of the k smallest values but one, ascending; of equals the first. */
function smallest(values: Float64Array, except: number, k: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (i === except || (found.length === k && values[i] >= values[found[k - 1]])) continue;
    let at = found.length;
    while (at > 0 && values[found[at - 1]] > values[i]) at--;
    found.splice(at, 0, i);
    if (found.length > k) found.pop();
  }
  return found;
}
