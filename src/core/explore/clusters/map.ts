import type { WorkOptions } from '../../base/progress.ts';
import { Pace } from '../../base/pace.ts';
import { bitsAt, key32 } from '../../base/random.ts';
import type { SparseMatrix } from '../../base/sparseMatrix.ts';
import { selectRows } from '../../base/sparseMatrix.ts';
import { nearestRows } from './nearestRows.ts';
import { truncatedSvd } from './truncatedSvd.ts';
import { mapLimit } from './clustered.ts';

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
