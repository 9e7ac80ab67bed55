import { paddedLength } from '../../model/network.ts';
import { memoryLimit } from '../../base/memory.ts';
import { key32, Stream } from '../../base/random.ts';
import { WordNumbering, type DistinctWords } from '../wordNumbering.ts';
import type { Batch, EngineOptions } from '../engine.ts';
import { DENSE_ROWS, layAreas, type Areas, type BatchCounts } from './areas.ts';
import { requireFit } from './fit.ts';
import { roundUp, type Layout } from './layout.ts';
import type { Machine } from './machine.ts';
import type { Parameters } from './wasmParameters.ts';

/** What every call on the kernels is made from: the network, and where its parameters are. */
export interface WasmModel {
  options: EngineOptions;
  layout: Layout;
  machine: Machine;
  parameters: Parameters;
  /** Address of `EngineOptions.positiveWeights`, or 0. */
  positiveWeights: number;
}

/** Documents whose areas are laid out and filled. */
export interface PlacedBatch {
  size: number;
  distinct: DistinctWords;
  areas: Areas;
}

/** Bytes of the logits that are held at once when scoring. */
const LOGIT_BYTES = 128 * 1048576;

export function numberingOf({ options: { shape } }: WasmModel): WordNumbering {
  return new WordNumbering(shape.vocabulary, (words) => paddedLength(shape, words));
}

/** Documents that go through the dense layers at once when scoring: with very many labels their logits are what limits them. */
export function denseRows({ layout, machine }: WasmModel): number {
  const bytes = Math.min(LOGIT_BYTES, (memoryLimit - machine.heapTop) / 4);
  return Math.max(4, Math.min(DENSE_ROWS, Math.floor(bytes / 16 / layout.labels) * 4));
}

/** Lays out and fills the areas of these documents, for a training step where their batch is given, above the parameters. */
export function placeBatch(model: WasmModel, distinct: DistinctWords, trained?: Batch): PlacedBatch {
  const { layout, options, machine } = model;
  const counts: BatchCounts = {
    documents: distinct.documents,
    distinct: distinct.count,
    tokens: distinct.tokens.length,
    labels: trained && trained.labelStarts[trained.size] - trained.labelStarts[0],
    denseRows: denseRows(model),
  };
  requireFit(options, machine.threads, counts);
  const areas = layAreas(layout, options, machine.threads, counts, machine.heapTop);
  machine.reach(areas.end);
  const [size, rows] = [counts.documents, roundUp(counts.documents, 4)];
  machine.integers(areas.tokens, distinct.tokens.length).set(distinct.tokens);
  machine.integers(areas.starts, size + 1).set(distinct.starts);
  machine.integers(areas.ids, distinct.count).set(distinct.ids);
  machine.floats(areas.pooled, rows * layout.pooled).fill(0);
  if (areas.pooledGradient) machine.floats(areas.pooledGradient, rows * layout.pooled).fill(0);
  if (areas.zeros) machine.floats(areas.zeros, layout.dim).fill(0);
  if (areas.wordGradient) machine.floats(areas.wordGradient, roundUp(distinct.count, 4) * layout.dim).fill(0);
  return { size, distinct, areas };
}

/** Writes the true labels of the batch, sorted by label, so that a block of the output layer finds its own. Returns their number. */
export function writePairs({ machine }: WasmModel, batch: Batch, areas: Areas): number {
  const first = batch.labelStarts[0];
  const count = batch.labelStarts[batch.size] - first;
  const keys = new Float64Array(count);
  for (let d = 0; d < batch.size; d++) {
    for (let i = batch.labelStarts[d]; i < batch.labelStarts[d + 1]; i++) {
      keys[i - first] = batch.labels[i] * batch.size + d;
    }
  }
  keys.sort();
  const labels = machine.integers(areas.pairLabels, count);
  const documents = machine.integers(areas.pairDocuments, count);
  keys.forEach((key, i) => {
    labels[i] = Math.floor(key / batch.size);
    documents[i] = key % batch.size;
  });
  return count;
}

/** Writes the streams of the dropout masks of one step. */
export function writeKeys({ options, machine }: WasmModel, { size, distinct, areas }: PlacedBatch, step: number): void {
  const { seed } = options;
  const words = machine.integers(areas.wordKeys, distinct.count);
  for (let u = 0; u < distinct.count; u++) words[u] = key32(seed, Stream.wordDropout, step, distinct.ids[u]);
  const documents = machine.integers(areas.documentKeys, size);
  for (let d = 0; d < size; d++) documents[d] = key32(seed, Stream.hiddenDropout, step, d);
}
