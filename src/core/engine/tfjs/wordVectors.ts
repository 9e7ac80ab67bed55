import { type AdamStep, adamUpdate, averageDecay } from '../reference/referenceUpdate.ts';
import type { EngineOptions, EngineTensor, StateSource } from '../engine.ts';
import { MovingAverage, MovingRows } from '../movingRows.ts';
import { floatTensor, integerTensor } from '../tensors.ts';
import { assign } from './tfjsParameters.ts';

/**
 * The embedding and its optimiser state, in the host's memory: a step needs the rows of its batch alone, so that only these
 * travel to the device, whatever the vocabulary's size.
 */
export class WordVectors {
  readonly weights: Float32Array; // [V, D]
  private readonly moments: { m: Float32Array; v: Float32Array } | undefined;
  private readonly shadow: Float32Array | undefined;
  private readonly average: MovingAverage | undefined;
  /** Where updates are dense. */
  private readonly moving: MovingRows | undefined;
  private readonly dim: number;

  constructor(private readonly options: EngineOptions) {
    const { shape, trainEmbeddings, scoringOnly, ema, embeddingUpdates, adam } = options;
    const length = shape.vocabulary * shape.dim;
    this.dim = shape.dim;
    this.weights = new Float32Array(length);
    if (!trainEmbeddings || scoringOnly) return;
    this.moments = { m: new Float32Array(length), v: new Float32Array(length) };
    if (ema > 0) {
      this.shadow = new Float32Array(length);
      this.average = new MovingAverage(ema, shape.vocabulary);
    }
    if (embeddingUpdates === 'dense') this.moving = new MovingRows(shape.vocabulary, adam.beta1);
  }

  /** Vectors of these words, multiplied by `factors` where there are any. [U, D] */
  rows(ids: Int32Array, factors?: Float32Array): Float32Array {
    const { dim, weights } = this;
    const rows = new Float32Array(ids.length * dim);
    ids.forEach((id, u) => rows.set(weights.subarray(id * dim, (id + 1) * dim), u * dim));
    if (factors) for (let i = 0; i < rows.length; i++) rows[i] *= factors[i];
    return rows;
  }

  /**
   * Adam on the rows of step `adam.step`: its batch's, and with dense updates those that still move.
   * @param gradient of the words `ids`; PAD (id 0) stays as it is. [U, D]
   */
  update(ids: Int32Array, gradient: Float32Array, adam: AdamStep): void {
    const { dim, moving, average } = this;
    moving?.wake(ids, adam.step, (row, steps) => this.decayMoments(row, steps));
    const rows = moving?.visit(ids, adam.step) ?? ids;
    const ratios = average?.visit(rows, adam.step);
    const none = new Float32Array(dim);
    rows.forEach((row, u) => {
      if (row === 0) return;
      if (ratios) this.catchUp(this.shadow!, row, ratios[u]);
      this.updateRow(row, u < ids.length ? gradient.subarray(u * dim, (u + 1) * dim) : none, adam);
    });
  }

  private updateRow(row: number, gradient: Float32Array, adam: AdamStep): void {
    const { weights, moments, shadow, dim } = this;
    const of = (tensor: Float32Array): Float32Array => tensor.subarray(row * dim, (row + 1) * dim);
    adamUpdate(of(weights), of(moments!.m), of(moments!.v), gradient, { ...adam, weightDecay: 0 });
    if (shadow) this.catchUp(shadow, row, averageDecay(this.options.ema, adam.step));
  }

  /** Moves a row of the shadow towards its weights; it keeps `ratio` of their distance. */
  private catchUp(shadow: Float32Array, row: number, ratio: number): void {
    if (ratio === 1) return;
    for (let i = row * this.dim; i < (row + 1) * this.dim; i++) {
      shadow[i] = this.weights[i] + (shadow[i] - this.weights[i]) * ratio;
    }
  }

  private decayMoments(row: number, steps: number): void {
    const { m, v } = this.moments!;
    const { beta1, beta2 } = this.options.adam;
    for (let i = row * this.dim; i < (row + 1) * this.dim; i++) {
      m[i] *= beta1 ** steps;
      v[i] *= beta2 ** steps;
    }
  }

  writeWeights(source: Float32Array | undefined): void {
    assign(this.weights, source, 'embedding');
  }

  /** Before the first step, the moving average is the weights. */
  beginAverage(): void {
    this.shadow?.set(this.weights);
  }

  /** The averaged vectors at `step`; the vectors themselves where they do not train. */
  readAverage(step: number): Float32Array {
    const { shadow, average } = this;
    if (!shadow || !average) return this.weights.slice();
    const caughtUp = shadow.slice();
    average.lastStep.forEach((last, row) => this.catchUp(caughtUp, row, average.kept(last, step)));
    return caughtUp;
  }

  state(): Map<string, EngineTensor> {
    const floats = this.stateTensors().map(
      ([name, tensor]) => [name, floatTensor(tensor.length, () => tensor)] as const,
    );
    const state = new Map<string, EngineTensor>(floats);
    if (this.average) state.set('ema.step/embedding', integerTensor(this.average.lastStep));
    if (this.moving) state.set('adam.step/embedding', integerTensor(this.moving.lastUse));
    return state;
  }

  /** Where another engine wrote the state, every row has been averaged and may be moving. */
  async writeState({ step, tensors }: StateSource): Promise<void> {
    for (const [name, tensor] of this.stateTensors()) assign(tensor, await tensors.get(name), name);
    const last = await tensors.get('ema.step/embedding');
    if (last instanceof Int32Array) this.average?.lastStep.set(last);
    else this.average?.lastStep.fill(step);
    const used = await tensors.get('adam.step/embedding');
    if (used instanceof Int32Array) this.moving?.lastUse.set(used);
    else this.moving?.lastUse.fill(step);
  }

  private stateTensors(): [string, Float32Array][] {
    const { moments, shadow } = this;
    return [
      ...(moments
        ? ([
            ['adam.m/embedding', moments.m],
            ['adam.v/embedding', moments.v],
          ] as [string, Float32Array][])
        : []),
      ...(shadow ? ([['ema/embedding', shadow]] as [string, Float32Array][]) : []),
    ];
  }
}
