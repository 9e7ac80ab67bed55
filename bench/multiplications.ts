/** What a training step's own multiplications would take at the rate of the matrix product. */
import type { Batch, Engine } from '../src/core/engine/engine.ts';
import { featureSize, pooledPerSize, pooledSize } from '../src/core/model/network.ts';
import { operations, timeProduct, type Product } from './sgemm.ts';

export interface Needs {
  /** Milliseconds, at the median rate of each product. */
  projection: number;
  hidden: number;
  output: number;
  /** Of the words of windows that won, into the filters and, where they are trained, the word vectors; at the projection's rate. */
  sparse: number;
}

/** Times products of the step's shapes: the projection of the batch's distinct words, and both dense layers there and back. */
export async function measureNeeds(
  engine: Engine,
  batches: readonly Batch[],
  trainEmbeddings: boolean,
  threads: number,
): Promise<Needs> {
  const { shape } = engine;
  const distinct = Math.round(mean(batches.map(({ words }) => new Set(words).size + 1)));
  const positions = shape.filterSizes.reduce((sum, k) => sum + k * shape.filters, 0);
  const project = { m: distinct, k: shape.dim, n: positions };
  const projection = await milliseconds(project, threads);
  const sparse =
    mean([await windowWork(engine, batches[0]), await windowWork(engine, batches[1])]) * (trainEmbeddings ? 2 : 1);
  return {
    projection,
    hidden: shape.hidden ? await denseLayer(batches[0].size, pooledSize(shape), shape.hidden, threads) : 0,
    output: await denseLayer(batches[0].size, featureSize(shape), shape.labels, threads),
    sparse: (projection * sparse) / operations(project),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

const milliseconds = async (product: Product, threads: number): Promise<number> =>
  (await timeProduct(product, threads)).median;

/** x W, dy W^T and x^T dy of a fully connected layer. */
async function denseLayer(documents: number, inputs: number, units: number, threads: number): Promise<number> {
  const forward = await milliseconds({ m: documents, k: inputs, n: units }, threads);
  const back = await milliseconds({ m: documents, k: units, n: inputs }, threads);
  return forward + back + (await milliseconds({ m: units, k: documents, n: inputs }, threads));
}

/** Operations that carry the batch's gradient back to the filters: once for each word of a window that won, at its place in the filter. */
async function windowWork(engine: Engine, batch: Batch): Promise<number> {
  const { shape } = engine;
  const pairs = new Set<number>();
  for (let d = 0; d < batch.size; d++) {
    const words = batch.words.subarray(batch.wordStarts[d], batch.wordStarts[d + 1]);
    const { pooled, positions } = await engine.activations(words);
    let [unit, row] = [0, 0];
    for (const k of shape.filterSizes)
      for (let f = 0; f < shape.filters; f++, row += k)
        for (const end = unit + pooledPerSize(shape, k) / shape.filters; unit < end; unit++)
          for (let j = 0; pooled[unit] > 0 && j < k; j++)
            pairs.add((row + j) * shape.vocabulary + (words[positions[unit] + j] ?? 0)); // behind its end, PAD
  }
  return 2 * shape.dim * pairs.size;
}
