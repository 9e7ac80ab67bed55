import { elements, type NetworkShape, parameters, strideOf, type Weights } from '../../model/network.ts';
import {
  type Activations,
  type Batch,
  type Engine,
  type EngineOptions,
  type EngineTensor,
  type EngineTensors,
  type OnFeatures,
  type OnLogits,
  onlyScores,
  type OptimizerState,
  type StateSource,
  type StepResult,
  type TensorSource,
} from '../engine.ts';
import { MovingAverage, MovingRows } from '../movingRows.ts';
import { floatTensor, readAll, readAverageOf, readStateOf } from '../tensors.ts';
import { adamUpdate, averageDecay, clipGradients, updateAverage } from './referenceUpdate.ts';
import { backward, forward, type Trace } from './referenceDocument.ts';
import { crossEntropy, hiddenMask, wordMask } from './referenceLayers.ts';

/**
 * The network in plain TypeScript, one document at a time: slow, readable, and what every other engine is tested
 * against. Arithmetic is float64; weights and optimiser state are stored as float32, so that a run resumed from a file
 * goes on with the same bits. Starts with all weights zero: call `writeWeights` first.
 */
export function createReferenceEngine(options: EngineOptions): Engine {
  return new ReferenceEngine(options);
}

class ReferenceEngine implements Engine {
  readonly name = 'reference';
  readonly build = 'reference';
  readonly shape: NetworkShape;
  private step = 0;
  private readonly weights: Weights;
  private readonly m: Weights;
  private readonly v: Weights;
  /** Shadows of all weights; empty without EMA. */
  private readonly average: Weights;

  constructor(private readonly options: EngineOptions) {
    this.shape = options.shape;
    const all = parameters(options.shape);
    const trains = (name: string): boolean => name !== 'embedding' || options.trainEmbeddings;
    const trained = options.scoringOnly ? [] : all.filter(({ name }) => trains(name));
    const zeros = (specs: typeof all): Weights =>
      new Map(specs.map((spec) => [spec.name, new Float32Array(elements(spec))]));
    this.weights = zeros(all);
    this.m = zeros(trained);
    this.v = zeros(trained);
    this.average = zeros(options.ema > 0 ? all : []);
  }

  async trainStep(batch: Batch, learningRate: number): Promise<StepResult> {
    if (this.options.scoringOnly) throw new Error(onlyScores);
    const gradients = new Map([...this.m].map(([name, { length }]) => [name, new Float64Array(length)]));
    const loss = this.forwardAndBackward(batch, gradients);
    const { clip } = this.options;
    const gradientNorm = clip > 0 ? clipGradients(gradients.values(), clip) : undefined;
    this.step++;
    this.update(gradients, distinctWords(batch), learningRate);
    const decay = averageDecay(this.options.ema, this.step);
    for (const [name, shadow] of this.average) updateAverage(shadow, this.weights.get(name)!, decay);
    return gradientNorm === undefined ? { loss } : { loss, gradientNorm };
  }

  private forwardAndBackward(batch: Batch, gradients: Map<string, Float64Array>): number {
    const { shape, options } = this;
    const { embeddingDropout, hiddenDropout } = options;
    const key = { seed: options.seed, step: this.step };
    const scale = options.loss === 'bce-sum' ? 1 : 1 / (batch.size * shape.labels);
    const words = new Map(distinctWords(batch).map((w) => [w, wordMask(key, w, shape.dim, embeddingDropout)]));
    let total = 0;
    for (let b = 0; b < batch.size; b++) {
      const units = this.weights.get('output.weight')!.length / shape.labels;
      const masks = { words, hidden: hiddenMask(key, b, units, hiddenDropout) };
      const trace = forward(wordsOf(batch, b), this.weights, shape, masks);
      const { loss, gradient } = crossEntropy(trace.logits, labelsOf(batch, b), scale, options.positiveWeights);
      backward(trace, gradient, this.weights, shape, gradients, masks);
      total += loss;
    }
    return total;
  }

  /** Adam on everything; with lazy updates, of the embedding only the rows of this batch's words, whatever their gradient. */
  private update(gradients: Map<string, Float64Array>, words: number[], learningRate: number): void {
    const { beta1, beta2, epsilon, weightDecay } = this.options.adam;
    const adam = { beta1, beta2, epsilon, learningRate, step: this.step };
    for (const [name, gradient] of gradients) {
      const state = [this.weights.get(name)!, this.m.get(name)!, this.v.get(name)!, gradient] as const;
      if (name === 'embedding') {
        const { dim, vocabulary } = this.shape;
        if (this.options.embeddingUpdates === 'dense') words = Array.from({ length: vocabulary }, (_, w) => w);
        for (const w of words) adamUpdate(...state, { ...adam, weightDecay: 0 }, w * dim, (w + 1) * dim);
      } else adamUpdate(...state, { ...adam, weightDecay: name.endsWith('.weight') ? weightDecay : 0 });
    }
  }

  logits(batch: Batch, onRow: OnLogits, pause?: (done: number) => Promise<void>): Promise<void> {
    return this.each(batch, ({ logits }) => logits, onRow, pause);
  }

  features(batch: Batch, onRow: OnFeatures, pause?: (done: number) => Promise<void>): Promise<void> {
    return this.each(batch, ({ last }) => last, onRow, pause);
  }

  private async each(
    batch: Batch,
    of: (trace: Trace) => Float64Array,
    onRow: OnLogits | OnFeatures,
    pause?: (done: number) => Promise<void>,
  ): Promise<void> {
    for (let b = 0; b < batch.size; b++) {
      onRow(b, Float32Array.from(of(forward(wordsOf(batch, b), this.weights, this.shape))));
      await pause?.(b + 1);
    }
  }

  async activations(words: Int32Array): Promise<Activations> {
    const trace = forward(words, this.weights, this.shape);
    return {
      pooled: Float32Array.from(trace.pooled),
      positions: firstWords(trace, this.shape),
      hidden: Float32Array.from(trace.hidden),
      logits: Float32Array.from(trace.logits),
    };
  }

  tensors(): EngineTensors {
    const { step, weights, average } = this;
    return { step, weights: stored(weights), average: stored(average), state: stored(new Map(this.stateTensors())) };
  }

  async readWeights(): Promise<Weights> {
    return readAll(this.tensors().weights);
  }

  async writeWeights(weights: TensorSource<Float32Array>): Promise<void> {
    await assign(this.weights, weights);
    // The average starts at the initial weights; later writes (swapping the average in and out) leave it alone.
    if (this.step === 0) for (const [name, shadow] of this.average) shadow.set(this.weights.get(name)!);
  }

  async readState(): Promise<OptimizerState> {
    return readStateOf(this.tensors());
  }

  async writeState({ step, tensors }: StateSource): Promise<void> {
    await assign(new Map(this.stateTensors()), tensors);
    this.step = step;
    await this.catchUp(tensors);
  }

  /** Other engines leave rows of the embedding behind until their word returns, and record when they last moved. */
  private async catchUp(tensors: TensorSource): Promise<void> {
    const { step } = this;
    const { shape, ema, adam } = this.options;
    const everyRow = Int32Array.from({ length: shape.vocabulary }, (_, row) => row);
    const inRow = (row: number, change: (i: number) => void): void => {
      for (let i = row * shape.dim; i < (row + 1) * shape.dim; i++) change(i);
    };
    const averaged = await tensors.get('ema.step/embedding');
    const [shadow, weights] = [this.average.get('embedding'), this.weights.get('embedding')!];
    if (shadow && averaged) {
      const average = new MovingAverage(ema, shape.vocabulary);
      everyRow.forEach((row) => {
        const ratio = average.kept(averaged[row], step);
        inRow(row, (i) => (shadow[i] = weights[i] + (shadow[i] - weights[i]) * ratio));
      });
    }
    const used = await tensors.get('adam.step/embedding');
    const [m, v] = [this.m.get('embedding'), this.v.get('embedding')];
    if (!used || !m || !v) return;
    const moving = new MovingRows(shape.vocabulary, adam.beta1);
    moving.lastUse.set(used);
    moving.wake(everyRow, step + 1, (row, steps) =>
      inRow(row, (i) => {
        m[i] *= adam.beta1 ** steps;
        v[i] *= adam.beta2 ** steps;
      }),
    );
  }

  private stateTensors(): [string, Float32Array][] {
    const named = (prefix: string, tensors: Weights): [string, Float32Array][] =>
      [...tensors].map(([name, tensor]) => [`${prefix}/${name}`, tensor]);
    return [...named('adam.m', this.m), ...named('adam.v', this.v), ...named('ema', this.average)];
  }

  async readAverage(): Promise<Weights> {
    return readAverageOf(this.tensors());
  }

  async dispose(): Promise<void> {}
}

const wordsOf = ({ words, wordStarts }: Batch, b: number): Int32Array =>
  words.subarray(wordStarts[b], wordStarts[b + 1]);

const labelsOf = ({ labels, labelStarts }: Batch, b: number): Int32Array =>
  labels.subarray(labelStarts[b], labelStarts[b + 1]);

/** Without PAD, whose vector is never dropped or updated. */
const distinctWords = (batch: Batch): number[] =>
  [...new Set(batch.words.subarray(batch.wordStarts[0], batch.wordStarts[batch.size]))].filter((word) => word !== 0);

/** First word of the window behind each pooled unit; -1 for averages. */
function firstWords({ sizes }: Trace, shape: NetworkShape): Int32Array {
  const positions = sizes.map(({ outputs, winners }) => {
    const n = outputs / shape.filters;
    return Array.from(winners, (winner) => (winner < 0 ? -1 : (winner % n) * strideOf(shape)));
  });
  return Int32Array.from(positions.flat());
}

const stored = (tensors: Weights): Map<string, EngineTensor<Float32Array>> =>
  new Map([...tensors].map(([name, tensor]) => [name, floatTensor(tensor.length, () => tensor)]));

/** Overwrites every target tensor; a missing one or one of another length is an error. */
async function assign(targets: Weights, sources: TensorSource<ArrayLike<number>>): Promise<void> {
  for (const [name, target] of targets) {
    const source = await sources.get(name);
    if (source?.length !== target.length) {
      throw new RangeError(`tensor ${name} has ${source?.length ?? 'no'} numbers, ${target.length} are needed`);
    }
    target.set(source);
  }
}
