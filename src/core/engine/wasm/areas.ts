import { pooledPerSize, windows, type NetworkShape } from '../../model/network.ts';
import type { EngineOptions } from '../engine.ts';
import { filterBlock, roundUp, type Layout } from './layout.ts';

/** Floats of one tile of the flat Adam update. */
export const ADAM_TILE = 32_768;
/** Floats of a slice of the word vectors in the sparse backward pass; src/kernels/sums.ts agrees. */
export const SLICE = 32;
/** Parts of the filters whose winning words are listed one beside the other: fixed, whatever the threads. */
export const PARTS = 8;
/** Most documents that go through the dense layers at once when scoring: their packed inputs stay in the third-level cache. */
export const DENSE_ROWS = 512;

/** How much a batch holds: what its areas depend on. */
export interface BatchCounts {
  documents: number;
  distinct: number;
  /** Words of all documents with the PADs behind them. */
  tokens: number;
  /** True labels of all documents where the batch is trained on; undefined where it is scored. */
  labels?: number;
  /** Documents that go through the dense layers at once when scoring. */
  denseRows: number;
}

/** Addresses of a batch's areas; they lie above the parameters and are laid out again for each batch. */
export interface Areas {
  tokens: number;
  starts: number;
  ids: number;
  wordKeys: number;
  documentKeys: number;
  averageRatios: number;
  updatedRows: number; // dense updates: the embedding's rows that move, the batch's first
  zeros: number;
  words: number; // [distinct, padded to 4][D]
  packedWords: number;
  wordGradient: number;
  pooled: number; // [B, padded to 4][S]
  positions: number;
  pooledGradient: number;
  packedRows: number; // rows of the present layer's input, or of its gradient
  pooledColumns: number;
  hidden: number; // [B, padded to 4][H]
  hiddenGradient: number;
  topColumns: number;
  parts: number; // [groups][B, padded to 4][top]
  losses: number;
  squares: number;
  pairLabels: number;
  pairDocuments: number;
  logits: number;
  winners: number[]; // per size: the words of the windows that pooling picked, by filter and position
  winnerCounts: number[];
  sizeTable: number;
  pairCounts: number; // the same by word
  wordStarts: number;
  pairs: number;
  activations: number[]; // per size: conv outputs (seed) or mean words (average)
  packedMeans: number;
  scratch: number;
  scratchBytes: number;
  end: number;
}

/** Outputs of one size that pooling looks at: pooled units, or all windows for the original program's wiring. */
export const unitsOf = (shape: NetworkShape, k: number): number =>
  shape.pooling === 'seed' ? shape.filters * windows(shape.maxLength, k, 2) : pooledPerSize(shape, k);

/** Units of one tile of a dense layer: their packed weights should stay in the second-level cache. */
export const forwardBlock = (inputs: number): number => Math.min(64, Math.max(8, Math.floor(40_000 / inputs / 8) * 8));

/** Addresses of a batch's areas, from `top` on. */
export function layAreas(
  layout: Layout,
  options: EngineOptions,
  threads: number,
  counts: BatchCounts,
  top: number,
): Areas {
  const { shape } = layout;
  const { documents: size, distinct } = counts;
  const training = counts.labels !== undefined;
  const take = (floats: number): number => {
    const address = top;
    top += roundUp(floats * 4 + 128, 64); // whole vectors may be read past an end
    return address;
  };
  const when = (wanted: boolean, floats: number): number => (wanted ? take(floats) : 0);
  const rows = roundUp(size, 4);
  const denseRows = training ? rows : Math.min(rows, counts.denseRows);
  const wordRows = roundUp(distinct, 4);
  const max = shape.pooling === 'dynamic-max';
  const average = shape.pooling === 'dynamic-average';
  const words = training && options.trainEmbeddings && !average;
  const pairs = counts.labels ?? 0;
  const moving = options.trainEmbeddings && options.embeddingUpdates === 'dense';
  const meanRows = roundUp(size * shape.pools, 4);
  const perSize = (k: number): number => (average ? meanRows * k * layout.dim : size * unitsOf(shape, k));
  const flatTiles = layout.slots.reduce((sum, slot) => sum + Math.ceil(slot.floats / ADAM_TILE), 0);
  const areas: Areas = {
    tokens: take(counts.tokens),
    starts: take(size + 1),
    ids: take(distinct),
    wordKeys: take(distinct),
    documentKeys: take(size),
    averageRatios: when(training && options.ema > 0, moving ? shape.vocabulary : distinct),
    updatedRows: when(training && moving, shape.vocabulary),
    zeros: when(training && options.trainEmbeddings, layout.dim),
    words: take(wordRows * layout.dim),
    packedWords: take(wordRows * layout.dim),
    wordGradient: when(training && options.trainEmbeddings, wordRows * layout.dim),
    pooled: take(rows * layout.pooled),
    positions: when(max && (training || size === 1), rows * layout.pooled),
    pooledGradient: when(training, rows * layout.pooled),
    packedRows: take(denseRows * Math.max(layout.pooled, layout.top)),
    pooledColumns: when(training && layout.hidden > 0, size * layout.pooled),
    hidden: take(denseRows * layout.hidden),
    hiddenGradient: when(training, rows * layout.hidden),
    topColumns: when(training, size * layout.top),
    parts: when(training, layout.groups * rows * layout.top),
    losses: when(training, layout.groups * 2),
    squares: when(training, (flatTiles + Math.ceil(distinct / 32)) * 2),
    pairLabels: take(pairs),
    pairDocuments: take(pairs),
    logits: when(!training, denseRows * layout.labels),
    winners: shape.filterSizes.map((k) => when(training && !average, 2 * k * size * unitsOf(shape, k))),
    winnerCounts: shape.filterSizes.map((k) => when(training && !average, shape.filters * k)),
    sizeTable: when(words, 7 * shape.filterSizes.length),
    pairCounts: when(words, PARTS * distinct),
    wordStarts: when(words, distinct + 1),
    pairs: when(
      words,
      shape.filterSizes.reduce((sum, k) => sum + 2 * k * size * unitsOf(shape, k), 0),
    ),
    activations: max ? [] : shape.filterSizes.map((k) => take(perSize(k))),
    packedMeans: when(average, meanRows * Math.max(...shape.filterSizes) * layout.dim),
    scratch: 0,
    scratchBytes: scratchBytes(layout, denseRows, wordRows, meanRows),
    end: 0,
  };
  // seed: positions of the windows; average: gradients of the mean words
  if (!max) areas.activations.push(...shape.filterSizes.map((k) => take(perSize(k))));
  areas.scratch = top;
  areas.end = top + threads * areas.scratchBytes;
  return areas;
}

/** What the hungriest kernel needs for itself on each thread. */
function scratchBytes(layout: Layout, rows: number, wordRows: number, meanRows: number): number {
  const { shape } = layout;
  const widest = Math.max(...shape.filterSizes.map((k) => roundUp(k * filterBlock(k), 8)));
  const longest = Math.max(...shape.filterSizes);
  const floats = Math.max(
    shape.pooling === 'dynamic-average' ? 8 * longest * layout.dim + meanRows * 8 : widest * (layout.dim + wordRows),
    forwardBlock(layout.pooled) * layout.pooled,
    forwardBlock(layout.top) * layout.top,
    64 * Math.max(layout.hidden, 8),
    32 * rows,
    SLICE * wordRows + 4, // sums of the words that won, and a list of them; then slices of the words
    SLICE * shape.filters * shape.filterSizes.reduce((sum, k) => sum + k, 0),
    2 * layout.block * layout.top + 2 * rows * layout.block,
  );
  return roundUp(floats * 4 + 256, 64);
}
