// The backward pass as kernel calls, from the loss to the gradients of filters and words.
import { windows } from '../../model/network.ts';
import { PARTS, SLICE, unitsOf, type Areas } from './areas.ts';
import { calls, records, type Call } from './calls.generated.ts';
import { neighbours, packRows } from './forward.ts';
import { roundUp } from './layout.ts';
import type { PlacedBatch, WasmModel } from './placedBatch.ts';
import { wordMask, type AdamFactors } from './update.ts';

/** Logits, loss and gradients of the output layer, with its update where gradients are not clipped. */
export function outputCalls(model: WasmModel, batch: PlacedBatch, pairs: number, factors: AdamFactors): Call[] {
  const { layout, options, parameters } = model;
  const { size, areas } = batch;
  const { labels } = options.shape;
  const top = layout.hidden ? areas.hidden : areas.pooled;
  const weight = parameters.of('output.weight');
  const bias = parameters.of('output.bias');
  return [
    packRows(size, layout.top, top, areas.packedRows),
    packColumns(size, layout.top, top, areas.topColumns),
    calls.output(layout.groups, {
      documents: size,
      inputs: layout.top,
      labels,
      block: layout.block,
      groups: layout.groups,
      pairs,
      fused: options.clip ? 0 : 1,
      packedRows: areas.packedRows,
      packedColumns: areas.topColumns,
      weight: weight.weight,
      bias: bias.weight,
      pairLabels: areas.pairLabels,
      pairDocuments: areas.pairDocuments,
      inputGradients: areas.parts,
      losses: areas.losses,
      gradient: weight.gradient,
      biasGradient: bias.gradient,
      m: weight.m,
      v: weight.v,
      average: weight.average,
      biasM: bias.m,
      biasV: bias.v,
      biasAverage: bias.average,
      lossScale: options.loss === 'bce-sum' ? 1 : 1 / (size * labels),
      positiveWeights: model.positiveWeights,
      ...factors,
    }),
    calls.gateSum(size, {
      inputs: layout.top,
      parts: layout.groups,
      partBytes: roundUp(size, 4) * layout.top * 4,
      part: areas.parts,
      value: top,
      target: layout.hidden ? areas.hiddenGradient : areas.pooledGradient,
      scale: 1 / (1 - options.hiddenDropout),
    }),
  ];
}

/** From the gradient of what the output layer saw to those of all other parameters. */
export function backwardCalls(model: WasmModel, batch: PlacedBatch): Call[] {
  const { layout, options } = model;
  const { filterSizes, pooling } = options.shape;
  return [
    ...(layout.hidden ? hiddenGradients(model, batch) : []),
    ...filterSizes.flatMap((k, i) =>
      pooling === 'dynamic-average' ? averageGradients(model, batch, k, i) : winnerGradients(model, batch, k, i),
    ),
    ...(options.trainEmbeddings && pooling !== 'dynamic-average' ? wordGradients(model, batch) : []),
    ...(options.trainEmbeddings ? [wordMask(model, batch, 0, options.embeddingDropout)] : []),
  ];
}

function hiddenGradients({ layout, options, parameters }: WasmModel, { size, areas }: PlacedBatch): Call[] {
  const { hidden } = options.shape;
  const weight = parameters.of('hidden.weight');
  return [
    packRows(size, layout.hidden, areas.hiddenGradient, areas.packedRows),
    packColumns(size, layout.pooled, areas.pooled, areas.pooledColumns),
    calls.inputGradient(Math.ceil(layout.pooled / 64), {
      documents: size,
      inputs: layout.pooled,
      units: layout.hidden,
      packedGradient: areas.packedRows,
      weight: weight.weight,
      value: areas.pooled,
      target: areas.pooledGradient,
    }),
    calls.weightGradient(Math.ceil(hidden / 32), {
      documents: size,
      inputs: layout.pooled,
      units: hidden,
      gradient: areas.hiddenGradient,
      gradientStride: layout.hidden * 4,
      packedInput: areas.pooledColumns,
      target: weight.gradient,
      biasTarget: parameters.of('hidden.bias').gradient,
    }),
  ];
}

function averageGradients(model: WasmModel, { size, areas }: PlacedBatch, k: number, i: number): Call[] {
  const { layout, options, parameters } = model;
  const { filters, filterSizes, pools } = options.shape;
  const weight = parameters.of(`conv${k}.weight`);
  const gradients = {
    k,
    dim: layout.dim,
    filters,
    chunks: pools,
    documents: size,
    tokens: areas.tokens,
    starts: areas.starts,
    means: areas.activations[i],
    weight: weight.weight,
    gradient: areas.pooledGradient + layout.unitBase[i] * 4,
    gradientStride: layout.pooled * 4,
    meanGradients: areas.activations[i + filterSizes.length],
    weightGradient: weight.gradient,
    biasGradient: parameters.of(`conv${k}.bias`).gradient,
    wordGradient: areas.wordGradient,
  };
  const filterGradient = calls.averageWeightGradient(filters, gradients);
  if (!options.trainEmbeddings) return [filterGradient];
  return [filterGradient, calls.averageMeanGradient(size, gradients), calls.averageWordGradient(1, gradients)];
}

/** Gradients of the filters of one size, from the windows that pooling picked. */
function winnerGradients(model: WasmModel, { size, distinct, areas }: PlacedBatch, k: number, i: number): Call[] {
  const { layout, options, parameters } = model;
  const { filters, pooling } = options.shape;
  const { chunks, ...units } = winningUnits(model, areas, k, i);
  const lists = { winners: areas.winners[i], counts: areas.winnerCounts[i] };
  const collected = [
    calls.collectWinners(Math.ceil(filters / 16), {
      k,
      distinct: distinct.count,
      filters,
      chunks,
      documents: size,
      tokens: areas.tokens,
      starts: areas.starts,
      ...units,
      ...lists,
    }),
    calls.convolutionGradient(Math.ceil(layout.dim / SLICE), {
      k,
      dim: layout.dim,
      filters,
      units: size * chunks,
      distinct: distinct.count,
      words: areas.words,
      ...lists,
      weightGradient: parameters.of(`conv${k}.weight`).gradient,
      biasGradient: parameters.of(`conv${k}.bias`).gradient,
    }),
  ];
  if (pooling === 'dynamic-max') return collected;
  return [calls.pairMaxGradient(size, neighbours(model, areas, k, i, 'pooledGradient')), ...collected];
}

/** Where the gradient of one size's units and the places of their windows are. */
function winningUnits({ layout, options: { shape } }: WasmModel, areas: Areas, k: number, i: number) {
  const unit = layout.unitBase[i] * 4;
  if (shape.pooling === 'dynamic-max') {
    const gradient = areas.pooledGradient + unit;
    return { chunks: shape.pools, gradient, gradientStride: layout.pooled * 4, positions: areas.positions + unit };
  }
  const chunks = windows(shape.maxLength, k, 2);
  const positions = areas.activations[i + shape.filterSizes.length];
  return { chunks, gradient: areas.activations[i], gradientStride: unitsOf(shape, k) * 4, positions };
}

/** Gradients of the words of the windows that pooling picked. */
function wordGradients(model: WasmModel, { size, distinct, areas }: PlacedBatch): Call[] {
  const { layout, options, parameters, machine } = model;
  const { filterSizes, filters } = options.shape;
  const rows = filterSizes.map((k, i) =>
    records.SizeEntry({
      k,
      filters,
      units: size * winningUnits(model, areas, k, i).chunks,
      rowBytes: layout.dim * 4,
      winners: areas.winners[i],
      counts: areas.winnerCounts[i],
      weight: parameters.of(`conv${k}.weight`).weight,
    }),
  );
  const table = rows.flat();
  machine.integers(areas.sizeTable, table.length).set(table);
  const lists = {
    distinct: distinct.count,
    sizes: filterSizes.length,
    table: areas.sizeTable,
    wordStarts: areas.wordStarts,
    pairs: areas.pairs,
  };
  const places = { ...lists, parts: PARTS, counts: areas.pairCounts };
  return [
    calls.countWinningWords(PARTS, places),
    calls.placeWinningWords(1, places),
    calls.listWinningWords(PARTS, places),
    calls.wordGradient(Math.ceil(layout.dim / SLICE), {
      ...lists,
      dim: layout.dim,
      wordGradient: areas.wordGradient,
    }),
  ];
}

const packColumns = (rows: number, columns: number, source: number, target: number): Call =>
  calls.packColumns(Math.ceil(columns / 64), { k: rows, source, stride: columns * 4, target });
