// Scoring without dropout: many documents at once, in pieces of work that others may come between.
import { featureSize, pooledSize, windows } from '../../model/network.ts';
import { memoryLimit } from '../../base/memory.ts';
import type { WordNumbering } from '../wordNumbering.ts';
import { type Activations, type Batch, documentsOf, type OnFeatures, type OnLogits } from '../engine.ts';
import { type Areas, unitsOf } from './areas.ts';
import type { Call } from './calls.generated.ts';
import { gatherWords, hiddenLayer, outputLayer, pool, type Slice } from './forward.ts';
import { filterBlock } from './layout.ts';
import { denseRows, placeBatch, type PlacedBatch, type WasmModel } from './placedBatch.ts';

/** Most documents whose words are projected together, and bytes of their pooled vectors and of their distinct words. */
const PART_DOCUMENTS = 16_384;
const PART_BYTES = 128 * 1048576;
/** Tiles of the convolution in one piece of scoring, for each thread: some tenths of a second. */
const PIECE_TILES = 8;

/** What scoring gives of a document. */
type Scored = 'logits' | 'features';

export async function score(
  model: WasmModel,
  numbering: WordNumbering,
  batch: Batch,
  what: Scored,
  onRow: OnLogits | OnFeatures,
  pause?: (done: number) => Promise<void>,
): Promise<void> {
  const { documents, words } = partLimits(model);
  for (let from = 0; from < batch.size;) {
    const first = from;
    const distinct = numbering.of(documentsOf(batch, from, from + documents), words);
    await scorePart(
      model,
      placeBatch(model, distinct),
      what,
      (d, row) => onRow(first + d, row),
      async (done) => pause?.(first + done),
    );
    from += distinct.documents;
  }
}

/** How many documents and distinct words are scored together: what the memory that is left holds easily. */
function partLimits({ layout, machine, options: { shape } }: WasmModel): { documents: number; words: number } {
  const left = (memoryLimit - machine.heapTop) / 8;
  const bytes = Math.min(PART_BYTES, left);
  const average =
    shape.pooling === 'dynamic-average' ? 2 * shape.pools * Math.max(...shape.filterSizes) * layout.dim : 0;
  const outputs = shape.filterSizes.reduce((sum, k) => sum + unitsOf(shape, k), 0);
  const floats = shape.maxLength + layout.pooled + average + (shape.pooling === 'seed' ? 2 * outputs : 0);
  return {
    documents: Math.max(1, Math.min(PART_DOCUMENTS, Math.floor(bytes / 4 / floats))),
    words: Math.floor(bytes / 8 / layout.dim),
  };
}

/** Projects the words of all documents filter block by filter block, then takes the documents through the dense layers. */
async function scorePart(
  model: WasmModel,
  batch: PlacedBatch,
  what: Scored,
  onRow: OnLogits | OnFeatures,
  pause: (done: number) => Promise<void>,
): Promise<void> {
  const { layout, machine } = model;
  const { filterSizes, filters } = model.options.shape;
  const { size, distinct, areas } = batch;
  // work is counted in multiply-adds; gathering costs about two of them
  const filterWork = (k: number): number => k * (distinct.count * layout.dim + 2 * distinct.tokens.length);
  const rowWork = layout.pooled * layout.hidden + (what === 'logits' ? layout.top * layout.labels : 0);
  const total = filterSizes.reduce((sum, k) => sum + filters * filterWork(k), 0) + size * rowWork;
  const pieces: Piece[] = [{ calls: [gatherWords(model, batch, 0)], work: 0 }];
  for (const [i, k] of filterSizes.entries())
    for (const slice of filterSlices(model, k))
      pieces.push({ calls: pool(model, batch, k, i, slice), work: slice.count * filterWork(k) });
  const together = denseRows(model);
  for (let first = 0; first < size; first += together) {
    const rows = Math.min(together, size - first);
    const take = (): void => {
      const { address, stride, length } = scoredRows(model, what, first, areas);
      const values = machine.floats(address, rows * stride);
      for (let r = 0; r < rows; r++) onRow(first + r, values.subarray(r * stride, r * stride + length));
    };
    pieces.push({ calls: denseCalls(model, areas, what, first, rows), work: rows * rowWork, take });
  }
  await runPieces(model, areas, pieces, (done) => pause((size * done) / total));
}

/** What runs without a pause, and what is taken of it before the next. */
interface Piece {
  calls: Call[];
  work: number;
  take?: () => void;
}

/** Where the calling thread has other work, a piece is begun before the pause behind the one before it. */
async function runPieces(
  { machine }: WasmModel,
  areas: Areas,
  pieces: readonly Piece[],
  pause: (done: number) => Promise<void>,
): Promise<void> {
  let done = 0;
  let running: Promise<void> | undefined;
  for (const [i, { calls, work, take }] of pieces.entries()) {
    await (running ?? machine.runBeside(calls, areas));
    take?.();
    running = machine.isBeside && i + 1 < pieces.length ? machine.runBeside(pieces[i + 1].calls, areas) : undefined;
    running?.catch(() => {}); // it is thrown where it is awaited
    done += work;
    try {
      await pause(done);
    } catch (error) {
      await running; // the memory is its own until then
      throw error;
    }
  }
}

/** Filters of a size that are scored in one piece. Only maximum pooling computes its filters one by one. */
function filterSlices({ options, machine }: WasmModel, k: number): Slice[] {
  const { filters, pooling } = options.shape;
  const count = pooling === 'dynamic-max' ? PIECE_TILES * machine.threads * filterBlock(k) : filters;
  return Array.from({ length: Math.ceil(filters / count) }, (_, i) => ({
    first: i * count,
    count: Math.min(count, filters - i * count),
  }));
}

/** Takes the pooled vectors of documents first … first + rows - 1 to what is asked of them. */
function denseCalls(model: WasmModel, areas: Areas, what: Scored, first: number, rows: number): Call[] {
  const hidden = model.layout.hidden ? hiddenLayer(model, areas, first, rows, 0) : [];
  const features = scoredRows(model, 'features', first, areas).address;
  const output = what === 'logits' ? outputLayer(model, areas, features, rows) : [];
  return [...hidden, ...output];
}

interface ScoredRows {
  address: number;
  stride: number;
  length: number;
}

/** Where rows of a result lie, from document `first` on; the hidden layer and the logits hold the present rows only. */
function scoredRows({ layout, options: { shape } }: WasmModel, what: Scored, first: number, areas: Areas): ScoredRows {
  if (what === 'logits') return { address: areas.logits, stride: layout.labels, length: shape.labels };
  if (layout.hidden) return { address: areas.hidden, stride: layout.hidden, length: shape.hidden };
  return { address: areas.pooled + first * layout.pooled * 4, stride: layout.pooled, length: featureSize(shape) };
}

/** What the network computes of one document. */
export function activationsOf(model: WasmModel, numbering: WordNumbering, words: Int32Array): Activations {
  const { machine, options } = model;
  const { shape } = options;
  const none = new Int32Array(0);
  const document = {
    size: 1,
    words,
    wordStarts: Int32Array.of(0, words.length),
    labels: none,
    labelStarts: Int32Array.of(0, 0),
  };
  const batch = placeBatch(model, numbering.of(document));
  const { areas } = batch;
  const pooling = shape.filterSizes.flatMap((k, i) => pool(model, batch, k, i));
  machine.run([gatherWords(model, batch, 0), ...pooling], areas);
  machine.run(denseCalls(model, areas, 'logits', 0, 1), areas);
  const units = pooledSize(shape);
  return {
    pooled: machine.floats(areas.pooled, units).slice(),
    positions: positionsOf(model, areas, units),
    hidden: machine.floats(areas.hidden, shape.hidden).slice(),
    logits: machine.floats(areas.logits, shape.labels).slice(),
  };
}

function positionsOf({ machine, layout, options: { shape } }: WasmModel, areas: Areas, units: number): Int32Array {
  if (shape.pooling === 'dynamic-average') return new Int32Array(units).fill(-1);
  if (shape.pooling === 'dynamic-max') return machine.integers(areas.positions, units).slice();
  const positions = new Int32Array(units);
  shape.filterSizes.forEach((k, i) => {
    const n = windows(shape.maxLength, k, 2);
    const outputs = machine.floats(areas.activations[i], shape.filters * n);
    for (let u = 0; u < shape.filters * n - 1; u++) {
      const winner = outputs[u] >= outputs[u + 1] ? u : u + 1;
      positions[layout.unitBase[i] + u] = (winner % n) * 2;
    }
  });
  return positions;
}
