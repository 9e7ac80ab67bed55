// The forward pass as kernel calls: words, convolution and pooling, dense layers.
import { strideOf } from '../../model/network.ts';
import { dropThreshold } from '../../base/random.ts';
import { forwardBlock, unitsOf, type Areas } from './areas.ts';
import { calls, type Call } from './calls.generated.ts';
import { filterBlock } from './layout.ts';
import type { PlacedBatch, WasmModel } from './placedBatch.ts';

/** Filters first … first + count - 1. */
export interface Slice {
  first: number;
  count: number;
}

/** From words to the input of the output layer, with dropout. */
export function encode(model: WasmModel, batch: PlacedBatch): Call[] {
  const { layout, options } = model;
  const { size, areas } = batch;
  const pooled = [
    gatherWords(model, batch, options.embeddingDropout),
    ...options.shape.filterSizes.flatMap((k, i) => pool(model, batch, k, i)),
  ];
  if (layout.hidden) return [...pooled, ...hiddenLayer(model, areas, 0, size, options.hiddenDropout)];
  if (!options.hiddenDropout) return pooled;
  const dropout = calls.dropout(size, {
    units: layout.pooled,
    rows: areas.pooled,
    stride: layout.pooled * 4,
    keys: areas.documentKeys,
    threshold: dropThreshold(options.hiddenDropout),
    scale: 1 / (1 - options.hiddenDropout),
  });
  return [...pooled, dropout];
}

export function gatherWords(
  { layout, parameters }: WasmModel,
  { distinct, areas }: PlacedBatch,
  dropout: number,
): Call {
  return calls.gatherWords(Math.ceil(distinct.count / 32), {
    distinct: distinct.count,
    dim: layout.dim,
    embedding: parameters.of('embedding').weight,
    ids: areas.ids,
    keys: areas.wordKeys,
    words: areas.words,
    packed: areas.packedWords,
    threshold: dropThreshold(dropout),
    scale: 1 / (1 - dropout),
  });
}

/** Convolution and pooling of one size; of all filters where no slice is given. */
export function pool(model: WasmModel, batch: PlacedBatch, k: number, i: number, slice?: Slice): Call[] {
  const { pooling, filters } = model.options.shape;
  if (pooling === 'dynamic-average') return averageWords(model, batch, k, i);
  if (pooling === 'dynamic-max') return [maximum(model, batch, k, i, slice ?? { first: 0, count: filters })];
  return [allWindows(model, batch, k, i), calls.pairMax(batch.size, neighbours(model, batch.areas, k, i, 'pooled'))];
}

function maximum(model: WasmModel, batch: PlacedBatch, k: number, i: number, { first, count }: Slice): Call {
  const { layout, parameters, options } = model;
  const { areas } = batch;
  const unit = (layout.unitBase[i] + first * options.shape.pools) * 4;
  return calls.convolve(Math.ceil(count / filterBlock(k)), {
    ...windowsOf(model, batch, k),
    filters: count,
    chunks: options.shape.pools,
    relu: 1,
    weight: parameters.of(`conv${k}.weight`).weight + first * k * layout.dim * 4,
    bias: parameters.of(`conv${k}.bias`).weight + first * 4,
    pooled: areas.pooled + unit,
    pooledStride: layout.pooled * 4,
    positions: areas.positions && areas.positions + unit,
  });
}

/** The original program pools neighbouring windows: all are written first. */
function allWindows(model: WasmModel, batch: PlacedBatch, k: number, i: number): Call {
  const { parameters, options } = model;
  const { filters, filterSizes } = options.shape;
  const { activations } = batch.areas;
  return calls.convolve(Math.ceil(filters / filterBlock(k)), {
    ...windowsOf(model, batch, k),
    filters,
    chunks: 0,
    relu: 0,
    weight: parameters.of(`conv${k}.weight`).weight,
    bias: parameters.of(`conv${k}.bias`).weight,
    pooled: activations[i],
    pooledStride: unitsOf(options.shape, k) * 4,
    positions: activations[i + filterSizes.length],
  });
}

const windowsOf = ({ layout, options }: WasmModel, { size, distinct, areas }: PlacedBatch, k: number) => ({
  k,
  dim: layout.dim,
  documents: size,
  wordPanels: Math.ceil(distinct.count / 4),
  step: strideOf(options.shape),
  packedWords: areas.packedWords,
  tokens: areas.tokens,
  starts: areas.starts,
});

/** All windows of one size beside the units that pooling makes of their neighbours, or beside these units' gradient. */
export function neighbours(model: WasmModel, areas: Areas, k: number, i: number, of: 'pooled' | 'pooledGradient') {
  const { layout, options } = model;
  const units = unitsOf(options.shape, k);
  return {
    units,
    activation: areas.activations[i],
    activationStride: units * 4,
    pooled: areas[of] + layout.unitBase[i] * 4,
    pooledStride: layout.pooled * 4,
  };
}

function averageWords({ layout, parameters, options }: WasmModel, batch: PlacedBatch, k: number, i: number): Call[] {
  const { filters, pools: chunks } = options.shape;
  const { size, areas } = batch;
  const rows = size * chunks;
  const average = {
    k,
    dim: layout.dim,
    filters,
    chunks,
    documents: size,
    words: areas.words,
    tokens: areas.tokens,
    starts: areas.starts,
    means: areas.activations[i],
    packedMeans: areas.packedMeans,
    weight: parameters.of(`conv${k}.weight`).weight,
    bias: parameters.of(`conv${k}.bias`).weight,
    pooled: areas.pooled + layout.unitBase[i] * 4,
    pooledStride: layout.pooled * 4,
  };
  return [
    calls.averageMeans(size, average),
    packRows(rows, k * layout.dim, areas.activations[i], areas.packedMeans),
    calls.averageForward(Math.ceil(filters / 8), average),
  ];
}

/** Pooled vectors of documents first … first + rows - 1 to the hidden layer. */
export function hiddenLayer(model: WasmModel, areas: Areas, first: number, rows: number, dropout: number): Call[] {
  const { pooled, hidden } = model.layout;
  const layer = {
    name: 'hidden',
    inputs: pooled,
    units: hidden,
    output: areas.hidden,
    stride: hidden,
    dropout,
  } as const;
  return denseLayer(model, areas, rows, areas.pooled + first * pooled * 4, layer);
}

/** What the output layer sees, at `source`, to the logits. */
export function outputLayer(model: WasmModel, areas: Areas, source: number, rows: number): Call[] {
  const { layout, options } = model;
  const { labels } = options.shape;
  const layer = { inputs: layout.top, units: labels, output: areas.logits, stride: layout.labels, dropout: 0 };
  return denseLayer(model, areas, rows, source, { name: 'output', ...layer });
}

interface DenseLayer {
  name: 'hidden' | 'output';
  inputs: number;
  units: number;
  output: number;
  /** Floats of a row of the output. */
  stride: number;
  dropout: number;
}

function denseLayer(model: WasmModel, areas: Areas, rows: number, source: number, layer: DenseLayer): Call[] {
  const { name, inputs, units, output, stride, dropout } = layer;
  const block = forwardBlock(inputs);
  return [
    packRows(rows, inputs, source, areas.packedRows),
    calls.forward(Math.ceil(units / block), {
      documents: rows,
      inputs,
      units,
      block,
      packedInput: areas.packedRows,
      weight: model.parameters.of(`${name}.weight`).weight,
      bias: model.parameters.of(`${name}.bias`).weight,
      output,
      outputStride: stride * 4,
      relu: name === 'hidden' ? 1 : 0,
      keys: areas.documentKeys,
      threshold: dropThreshold(dropout),
      scale: 1 / (1 - dropout),
    }),
  ];
}

/** Rows of k floats to panels. */
export const packRows = (rows: number, k: number, source: number, target: number): Call =>
  calls.packRows(Math.ceil(rows / 4), { rows, k, source, stride: k * 4, target });
