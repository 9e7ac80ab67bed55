// Adam, clipping and the moving average as kernel calls, with what a step leaves behind for the next.
import { dropThreshold } from '../../base/random.ts';
import { MovingAverage, MovingRows } from '../movingRows.ts';
import { ADAM_TILE } from './areas.ts';
import { type Call, calls } from './calls.generated.ts';
import type { Place } from './wasmParameters.ts';
import type { PlacedBatch, WasmModel } from './placedBatch.ts';

/** Adam's numbers at one step; `rate` and `decay` hold the learning rate. */
export interface AdamFactors {
  rate: number;
  beta1: number;
  beta2: number;
  correction2: number;
  epsilon: number;
  decay: number;
  averageStep: number;
}

export class Updates {
  readonly average: MovingAverage | undefined;
  /** Where embeddings are updated densely. */
  readonly moving: MovingRows | undefined;

  constructor(private readonly model: WasmModel) {
    const { ema, shape, trainEmbeddings, embeddingUpdates, adam } = model.options;
    this.average = ema ? new MovingAverage(ema, shape.vocabulary) : undefined;
    const isDense = trainEmbeddings && embeddingUpdates === 'dense';
    this.moving = isDense ? new MovingRows(shape.vocabulary, adam.beta1) : undefined;
  }

  /** @param step counted from 1 */
  factors(learningRate: number, step: number): AdamFactors {
    const { beta1, beta2, epsilon, weightDecay } = this.model.options.adam;
    return {
      rate: learningRate / (1 - beta1 ** step),
      beta1,
      beta2,
      correction2: 1 / Math.sqrt(1 - beta2 ** step),
      epsilon,
      decay: learningRate * weightDecay,
      averageStep: this.average?.stepAt(step) ?? 0,
    };
  }

  /** Squares of all gradients, added up by tile. */
  squares(batch: PlacedBatch): { calls: Call[]; tiles: number } {
    const { areas, distinct } = batch;
    let tiles = 0;
    const list = this.flat().map(({ slot: { live: count }, gradient }) => {
      const squares = areas.squares + tiles * 8;
      const own = Math.ceil(count / ADAM_TILE);
      tiles += own;
      return calls.sumSquares(own, { count, tile: ADAM_TILE, gradient, squares });
    });
    if (this.model.options.trainEmbeddings) {
      // the mask was applied already: without dropout it adds up squares only
      list.push(wordMask(this.model, batch, areas.squares + tiles * 8, 0));
      tiles += Math.ceil(distinct.count / 32);
    }
    return { calls: list, tiles };
  }

  calls(batch: PlacedBatch, factors: AdamFactors, step: number, gradientScale: number): Call[] {
    const list = this.flat().map(({ slot, weight, m, v, gradient, average }) => {
      const tiles = Math.ceil(slot.live / ADAM_TILE);
      const place = { count: slot.live, tile: ADAM_TILE, weight, m, v, gradient, average };
      return calls.adam(tiles, { ...place, ...factors, decay: slot.decays ? factors.decay : 0, gradientScale });
    });
    if (this.model.options.trainEmbeddings) list.push(this.words(batch, factors, step, gradientScale));
    return list;
  }

  /** Parameters whose whole gradient is in memory. */
  private flat(): Place[] {
    const { parameters, options } = this.model;
    const fused = ['output.weight', 'output.bias'];
    return parameters.all().filter((place) => place.gradient && (options.clip || !fused.includes(place.slot.name)));
  }

  private words({ distinct, areas }: PlacedBatch, factors: AdamFactors, step: number, gradientScale: number): Call {
    const { moving } = this;
    const { machine, layout, parameters } = this.model;
    moving?.wake(distinct.ids, step, (row, steps) => this.decayMoments(row, steps));
    const rows = moving?.visit(distinct.ids, step) ?? distinct.ids;
    if (moving) machine.integers(areas.updatedRows, rows.length).set(rows);
    if (this.average) machine.floats(areas.averageRatios, rows.length).set(this.average.visit(rows, step));
    const { weight, m, v, average } = parameters.of('embedding');
    return calls.wordUpdate(Math.ceil(rows.length / 32), {
      rows: rows.length,
      dim: layout.dim,
      ids: moving ? areas.updatedRows : areas.ids,
      gradient: areas.wordGradient,
      embedding: weight,
      m,
      v,
      average,
      averageRatio: areas.averageRatios,
      withGradient: distinct.count,
      zeros: areas.zeros,
      ...factors,
      gradientScale,
    });
  }

  private decayMoments(row: number, steps: number): void {
    const { machine, layout, parameters, options } = this.model;
    const { m, v } = parameters.of('embedding');
    const { beta1, beta2 } = options.adam;
    for (const [moment, beta] of [
      [m, beta1],
      [v, beta2],
    ] as const) {
      const factor = beta ** steps;
      const values = machine.floats(moment + row * layout.dim * 4, layout.dim);
      for (let i = 0; i < layout.dim; i++) values[i] *= factor;
    }
  }
}

/** The gradient of the words back through their dropout; its squares, tile by tile, to an address unless that is 0. */
export function wordMask({ layout }: WasmModel, batch: PlacedBatch, squares: number, dropout: number): Call {
  const { distinct, areas } = batch;
  return calls.wordMask(Math.ceil(distinct.count / 32), {
    distinct: distinct.count,
    dim: layout.dim,
    keys: areas.wordKeys,
    gradient: areas.wordGradient,
    squares,
    threshold: dropThreshold(dropout),
    scale: 1 / (1 - dropout),
  });
}

/** Rows that did not move lately are averaged up to the present step, without touching the state. */
export function averagedEmbedding(
  { options, layout, parameters }: WasmModel,
  average: MovingAverage,
  step: number,
): Float32Array {
  const { dim, vocabulary } = options.shape;
  const place = parameters.of('embedding');
  const weights = parameters.padded(place, place.weight);
  const shadow = parameters.read(place, place.average || place.weight);
  for (let row = 0; row < vocabulary; row++) {
    const ratio = average.kept(average.lastStep[row], step);
    if (ratio === 1) continue;
    for (let d = 0; d < dim; d++) {
      const w = weights[row * layout.dim + d];
      shadow[row * dim + d] = w + (shadow[row * dim + d] - w) * ratio;
    }
  }
  return shadow;
}
