import { Cancelled } from '../../errors.ts';
import { bitsAt, key32 } from '../../random.ts';
import type { SparseMatrix } from '../../sparse/matrix.ts';
import { selectRows } from '../../sparse/matrix.ts';
import { truncatedSvd } from '../../sparse/truncatedSvd.ts';

/** Labels on a map at most; of more, the most frequent ones are drawn. */
export const mapLimit = 5000;
const DIMENSIONS = 50;
const NEIGHBOURS = 15;
/** Steps between two looks at the signal, and two turns of the event loop. */
const BREATH = 10;

export interface LabelMap {
  /** Label of each point. */
  labels: Int32Array;
  /** Points in the plane, without a unit. */
  x: Float32Array;
  y: Float32Array;
}

/**
 * A map of labels on which those lie near each other that occur with the same others: the rows in 50 dimensions (truncated SVD),
 * laid out by UMAP (McInnes et al. 2018). The same seed gives the same map. Throws `Cancelled`.
 * @param labels rows to draw; the first `mapLimit` of them
 */
export async function mapLabels(
  matrix: SparseMatrix,
  labels: ArrayLike<number>,
  {
    seed = 1,
    signal,
    onProgress,
  }: { seed?: number; signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<LabelMap> {
  const drawn = Int32Array.from(labels).slice(0, mapLimit);
  if (drawn.length < 4) return inARow(drawn);
  const { d, values } = truncatedSvd(selectRows(matrix, drawn), DIMENSIONS, seed);
  const rows = Array.from(drawn, (_, i) => Array.from(values.subarray(i * d, (i + 1) * d)));
  const { UMAP } = await import('./umap.ts');
  const umap = new UMAP({ nNeighbors: Math.min(NEIGHBOURS, drawn.length - 1), random: randomOf(seed) });
  const epochs = umap.initializeFit(rows);
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step();
    if (epoch % BREATH) continue;
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) throw new Cancelled();
    onProgress?.(epoch, epochs);
  }
  onProgress?.(epochs, epochs);
  const points = umap.getEmbedding();
  return { labels: drawn, x: Float32Array.from(points, ([x]) => x), y: Float32Array.from(points, ([, y]) => y) };
}

/** Too few to lay out. */
const inARow = (labels: Int32Array): LabelMap => ({
  labels,
  x: Float32Array.from(labels, (_, i) => i),
  y: new Float32Array(labels.length),
});

function randomOf(seed: number): () => number {
  const key = key32(seed, 0x756d6170);
  let drawn = 0;
  return () => bitsAt(key, drawn++) / 4294967296;
}
