import { pooledPerSize, pooledSize, type NetworkShape } from '../../model/network.ts';
import type { EngineOptions } from '../engine.ts';

export const roundUp = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;

/** One parameter in the engine's memory: rows padded so that kernels need no edge cases; padding stays zero. */
export interface Slot {
  name: string;
  /** Floats of the padded tensor. */
  floats: number;
  /** Floats that updates go over: rows past these hold nothing, and their gradient is not defined. */
  live: number;
  decays: boolean;
  rows: number;
  /** Real and padded floats of a row. */
  columns: number;
  stride: number;
  /** Window positions of a filter. */
  k: number;
}

/** Padded sizes and the list of parameters. */
export interface Layout {
  shape: NetworkShape;
  dim: number;
  pooled: number;
  hidden: number;
  /** Inputs of the output layer. */
  top: number;
  /** Labels of one block of the output layer, and the number of groups of blocks (fixed, whatever the threads). */
  block: number;
  groups: number;
  labels: number;
  slots: Slot[];
  /** First unit of each filter size in the pooled vector. */
  unitBase: number[];
}

/** Filters of one tile of the convolution; src/kernels/convolution.ts agrees. */
export const filterBlock = (k: number): number => (k <= 2 ? 16 : k <= 4 ? 8 : 4);

/** Bytes of the output layer's block that should stay in the second-level cache. */
const BLOCK_FLOATS = 40_000;
const GROUPS = 8;

export function layoutOf(shape: NetworkShape): Layout {
  const dim = roundUp(shape.dim, 16);
  const pooled = roundUp(pooledSize(shape), 8);
  const hidden = roundUp(shape.hidden, 8);
  const top = hidden || pooled;
  const block = Math.min(roundUp(shape.labels, 8), Math.max(16, Math.floor(BLOCK_FLOATS / top / 16) * 16));
  const groups = Math.min(GROUPS, Math.ceil(shape.labels / block));
  const labels = roundUp(shape.labels, block);
  const { filters } = shape;
  const matrix = (name: string, rows: number, padded: number, columns: number, stride: number): Slot => ({
    name,
    floats: padded * stride,
    live: Math.min(padded, roundUp(rows, 8)) * stride,
    decays: name !== 'embedding',
    rows,
    columns,
    stride,
    k: 1,
  });
  const vector = (name: string, columns: number, floats: number): Slot => ({
    name,
    floats,
    live: floats,
    decays: false,
    rows: 1,
    columns,
    stride: floats,
    k: 1,
  });
  const slots = [
    matrix('embedding', shape.vocabulary, shape.vocabulary, shape.dim, dim),
    ...shape.filterSizes.flatMap((k): Slot[] => [
      {
        ...matrix(`conv${k}.weight`, filters, filters, shape.dim, dim),
        floats: filters * k * dim,
        live: filters * k * dim,
        k,
      },
      vector(`conv${k}.bias`, filters, roundUp(filters, 64)),
    ]),
    ...(hidden
      ? [
          matrix('hidden.weight', shape.hidden, roundUp(hidden, 32), pooledSize(shape), pooled),
          vector('hidden.bias', shape.hidden, roundUp(hidden, 32)),
        ]
      : []),
    matrix('output.weight', shape.labels, labels, shape.hidden || pooledSize(shape), top),
    vector('output.bias', shape.labels, labels),
  ];
  let base = 0;
  const unitBase = shape.filterSizes.map((k) => (base += pooledPerSize(shape, k)) - pooledPerSize(shape, k));
  return { shape, dim, pooled, hidden, top, block, groups, labels, slots, unitBase };
}

/** From the canonical tensor (see `parameters`) to the padded one. */
export function pad(slot: Slot, canonical: Float32Array, padded: Float32Array): void {
  eachRow(slot, (from, to, step) => {
    for (let i = 0; i < slot.columns; i++) padded[to + i] = canonical[from + i * step];
  });
}

/** And back. */
export function unpad(slot: Slot, padded: Float32Array, canonical: Float32Array): void {
  eachRow(slot, (from, to, step) => {
    for (let i = 0; i < slot.columns; i++) canonical[from + i * step] = padded[to + i];
  });
}

/** Calls back with the places of each padded row: first element in the canonical tensor, in the padded one, canonical step. */
function eachRow(slot: Slot, row: (canonical: number, padded: number, step: number) => void): void {
  const { rows, columns, stride, k } = slot;
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < k; j++) row(r * columns * k + j, (r * k + j) * stride, k); // canonical [r][column][j]
  }
}

/** Floats of the canonical tensor. */
export const canonicalFloats = (slot: Slot): number => slot.rows * slot.columns * slot.k;

/** Whether the engine updates this parameter. */
export const trains = (slot: Slot, options: EngineOptions): boolean =>
  !options.scoringOnly && (slot.name !== 'embedding' || options.trainEmbeddings);

/** Bytes of weights, moments, moving averages and whole gradients. */
export function parameterBytes(layout: Layout, options: EngineOptions): number {
  return layout.slots.reduce((sum, slot) => {
    let copies = 1;
    if (trains(slot, options)) {
      copies += 2 + (options.ema ? 1 : 0);
      if (hasGradient(slot, options)) copies++;
    }
    return sum + roundUp(slot.floats * 4 * copies, 64) + 320;
  }, 0);
}

/** The output layer's gradient lives block by block unless clipping must see it whole; words' is the batch's own. */
export function hasGradient(slot: Slot, options: EngineOptions): boolean {
  if (slot.name === 'embedding') return false;
  return slot.name !== 'output.weight' || options.clip > 0;
}
