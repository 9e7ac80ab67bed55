import * as tf from '@tensorflow/tfjs-core';
import { type NetworkShape, paddedLength, pooledPerSize, pooledSize, type Weights } from '../../model/network.ts';
import { type DistinctWords, WordNumbering } from '../wordNumbering.ts';
import {
  type Activations,
  type Batch,
  documentsOf,
  type Engine,
  type EngineOptions,
  type EngineTensors,
  type OnFeatures,
  type OnLogits,
  onlyScores,
  type OptimizerState,
  type StateSource,
  type StepResult,
  type TensorSource,
} from '../engine.ts';
import { floatTensor, readAll, readAverageOf, readStateOf } from '../tensors.ts';
import type { Backend } from './backend.ts';
import { documentsThatFit, requireBatchFits, requireParametersFit } from './limits.ts';
import { DeviceParameters } from './tfjsParameters.ts';
import { type Filters, pool, type Pooled, project, scatterGradient, winnersOf } from './tfjsPooling.ts';
import { meanMatrix, type WindowTable, windowTables } from './windowTable.ts';
import { WordVectors } from './wordVectors.ts';
import type { NativeEngine } from '../engines/folders.ts';
import { openTensorflow } from '../engines/tensorflow.ts';
import { openWebgpu } from '../engines/webgpu.ts';
import { bitsAt, dropThreshold, key32, Stream } from '../../base/random.ts';

/** Most floats of one tensor of convolution outputs, and of one of projections when scoring. */
const PIECE = 2 ** 23;
/** Most documents that are scored at once. */
const SCORED_DOCUMENTS = 256;

/** From the words of a batch to its last layer before the output. */
interface Encoded {
  pooled: tf.Tensor2D; // after the ReLU, without dropout [B, S]
  hidden?: tf.Tensor2D; // after the ReLU, without dropout [B, H]
  top: tf.Tensor2D; // input of the output layer, with dropout
  sizes: Pooled[];
}

/** Project-then-gather XML-CNN as a tensor program: ARCHITECTURE.md, "Engines". */
export class TfjsEngine implements Engine {
  readonly name: string;
  readonly build: string;
  readonly shape: NetworkShape;
  readonly isEmulated: boolean;
  private readonly vectors: WordVectors;
  private readonly device: DeviceParameters;
  private readonly numbering: WordNumbering;
  private step = 0;

  constructor(
    private readonly options: EngineOptions,
    private readonly backend: Backend,
  ) {
    requireParametersFit(options.shape, backend);
    this.name = backend.engine;
    this.build = backend.build;
    this.isEmulated = backend.isEmulated ?? false;
    this.shape = options.shape;
    this.vectors = new WordVectors(options);
    this.device = new DeviceParameters(options);
    this.numbering = new WordNumbering(this.shape.vocabulary, (words) => paddedLength(this.shape, words));
  }

  async reserve(batch: Batch): Promise<void> {
    requireBatchFits(this.shape, this.numbering.of(batch), this.backend);
  }

  async trainStep(batch: Batch, learningRate: number): Promise<StepResult> {
    if (this.options.scoringOnly) throw new Error(onlyScores);
    await this.backend.use();
    const { options, shape } = this;
    const words = this.numbering.of(batch);
    const masks = wordMasks(this.dropoutKey, words.ids, shape.dim, options.embeddingDropout);
    const tables = shape.filterSizes.map((k) => windowTables(shape, k, words, PIECE / shape.filters));
    const x = tf.tensor2d(this.vectors.rows(words.ids, masks), [words.count, shape.dim]);
    const kept: tf.Tensor[] = [x];
    try {
      const outer = tf.tidy(() => this.denseStep(batch, x, words, tables));
      kept.push(...Object.values(outer.gradients), ...outer.winners, outer.loss, outer.pooledGradient);
      const inner = await this.convolutionGradients(x, words, tables, outer);
      kept.push(...Object.values(inner));
      const { embedding, ...filters } = inner;
      const wordGradient = embedding && times((await embedding.data()) as Float32Array, masks);
      wordGradient?.fill(0, 0, shape.dim); // PAD
      const gradients = new Map(Object.entries({ ...outer.gradients, ...filters }));
      const gradientNorm = options.clip > 0 ? await globalNorm(gradients.values(), wordGradient) : undefined;
      const [loss] = await outer.loss.data();
      this.update(words, gradients, wordGradient, learningRate, gradientNorm);
      return gradientNorm === undefined ? { loss } : { loss, gradientNorm };
    } finally {
      tf.dispose(kept);
    }
  }

  private get dropoutKey() {
    return { seed: this.options.seed, step: this.step };
  }

  /** Forward through all layers, and back through the dense ones. */
  private denseStep(batch: Batch, x: tf.Tensor2D, words: DistinctWords, tables: WindowTable[][]) {
    const { device, options, shape } = this;
    const units = shape.hidden || pooledSize(shape);
    const factors = hiddenMasks(this.dropoutKey, batch.size, units, options.hiddenDropout);
    const mask = factors && tf.tensor2d(factors, [batch.size, units]);
    const { pooled, hidden, top, sizes } = this.encode(x, words, tables, { mask, wantsWinners: true });
    const truth = multiHot(batch, shape.labels);
    const logits = this.logitsOf(top);
    const scale = options.loss === 'bce-sum' ? 1 : 1 / (batch.size * shape.labels);
    const weights = options.positiveWeights && weightsOf(truth, options.positiveWeights);
    const loss = tf.mul(crossEntropy(logits, truth, weights), scale);
    const errors = tf.sub<tf.Tensor2D>(tf.sigmoid(logits), truth);
    const dlogits = tf.mul<tf.Tensor2D>(weights ? tf.mul(errors, weights) : errors, scale);
    const gradients: Record<string, tf.Tensor> = denseGradients('output', top, dlogits);
    const dtop = tf.matMul<tf.Tensor2D>(dlogits, device.matrix('output.weight'), false, true);
    let dlast: tf.Tensor2D = mask ? tf.mul(dtop, mask) : dtop;
    if (hidden) {
      const dhidden = tf.mul<tf.Tensor2D>(dlast, tf.step(hidden));
      Object.assign(gradients, denseGradients('hidden', pooled, dhidden));
      dlast = tf.matMul<tf.Tensor2D>(dhidden, device.matrix('hidden.weight'), false, true);
    }
    const pooledGradient = tf.mul<tf.Tensor2D>(dlast, tf.step(pooled));
    return { loss, gradients, pooledGradient, winners: sizes.flatMap(({ winners }) => winners ?? []) };
  }

  /** From words to the input of the output layer. */
  private encode(
    x: tf.Tensor2D,
    words: DistinctWords,
    tables: WindowTable[][],
    { mask, wantsWinners }: { mask?: tf.Tensor2D; wantsWinners: boolean },
  ): Encoded {
    const { device, shape } = this;
    const sizes = shape.filterSizes.map((k, i) => {
      const filters = this.filtersOf(k);
      return tf.tidy(() => pool(project(x, filters), filters, shape, words, tables[i], wantsWinners));
    });
    const pooled = tf.relu(concatColumns(sizes.map(({ values }) => values)));
    if (!shape.hidden) return { pooled, top: mask ? tf.mul(pooled, mask) : pooled, sizes };
    const hidden = tf.relu(
      tf.add<tf.Tensor2D>(tf.matMul(pooled, device.matrix('hidden.weight')), device.vector('hidden.bias')),
    );
    return { pooled, hidden, top: mask ? tf.mul(hidden, mask) : hidden, sizes };
  }

  private logitsOf(top: tf.Tensor2D): tf.Tensor2D {
    return tf.add(tf.matMul(top, this.device.matrix('output.weight')), this.device.vector('output.bias'));
  }

  private filtersOf(k: number): Filters {
    return { k, weight: this.device.matrix(`conv${k}.weight`), bias: this.device.vector(`conv${k}.bias`) };
  }

  /** Back through pooling and projections: gradients of filters, biases and, where they train, of the words' vectors. */
  private async convolutionGradients(
    x: tf.Tensor2D,
    words: DistinctWords,
    tables: WindowTable[][],
    { winners, pooledGradient }: { winners: tf.Tensor[]; pooledGradient: tf.Tensor2D },
  ): Promise<Record<string, tf.Tensor>> {
    const { shape } = this;
    const isAverage = shape.pooling === 'dynamic-average';
    const gradient = isAverage ? [] : await pooledGradient.data();
    const numbers = await Promise.all(winners.map((tensor) => tensor.data()));
    return tf.tidy(() => {
      const all: Record<string, tf.Tensor> = {};
      let base = 0;
      for (const [i, k] of shape.filterSizes.entries()) {
        const units = pooledPerSize(shape, k);
        const found = isAverage
          ? this.averageGradient(tf.slice2d(pooledGradient, [0, base], [-1, units]), words, tables[i], k)
          : this.maximaGradient(numbers[i], gradient, { base, units }, words, tables[i], k);
        base += units;
        all[`conv${k}.bias`] = found.bias;
        all[`conv${k}.weight`] = tf.matMul(x, found.projections, true);
        if (!this.options.trainEmbeddings) continue;
        const part = tf.matMul(found.projections, this.device.matrix(`conv${k}.weight`), false, true);
        all.embedding = all.embedding ? tf.add(all.embedding, part) : part;
      }
      return all;
    });
  }

  private maximaGradient(
    winners: ArrayLike<number>,
    gradient: ArrayLike<number>,
    place: { base: number; units: number },
    words: DistinctWords,
    tables: WindowTable[],
    k: number,
  ): { projections: tf.Tensor2D; bias: tf.Tensor1D } {
    const { filters } = this.shape;
    const target = { projections: new Float32Array(words.count * k * filters), bias: new Float32Array(filters) };
    const stride = pooledSize(this.shape);
    scatterGradient(winnersOf(winners, tables, this.shape), gradient, { stride, ...place }, words, k, target);
    return {
      projections: tf.tensor2d(target.projections, [words.count, k * filters]),
      bias: tf.tensor1d(target.bias),
    };
  }

  private averageGradient(
    gradient: tf.Tensor2D,
    words: DistinctWords,
    tables: WindowTable[],
    k: number,
  ): { projections: tf.Tensor2D; bias: tf.Tensor1D } {
    const { filters, pools } = this.shape;
    const documents = gradient.shape[0];
    const rows = tf.reshape(tf.transpose(tf.reshape(gradient, [documents, filters, pools]), [0, 2, 1]), [-1, filters]);
    const means = tf.tensor2d(meanMatrix(tables, words, k), [documents * pools, words.count * k]);
    return {
      projections: tf.reshape(tf.matMul(means, rows, true), [words.count, k * filters]),
      bias: tf.sum(rows, 0),
    };
  }

  private update(
    words: DistinctWords,
    gradients: ReadonlyMap<string, tf.Tensor>,
    wordGradient: Float32Array | undefined,
    learningRate: number,
    norm: number | undefined,
  ): void {
    const { adam, clip } = this.options;
    const scale = norm === undefined ? 1 : Math.min(1, clip / (norm + 1e-6));
    const step = ++this.step;
    this.device.update(gradients, { learningRate, step, scale });
    if (!wordGradient) return;
    if (scale < 1) wordGradient.forEach((g, i) => (wordGradient[i] = g * scale));
    this.vectors.update(words.ids, wordGradient, { ...adam, weightDecay: 0, learningRate, step });
  }

  logits(batch: Batch, onRow: OnLogits, pause?: (done: number) => Promise<void>): Promise<void> {
    return this.score(batch, (top) => this.logitsOf(top), onRow, pause);
  }

  features(batch: Batch, onRow: OnFeatures, pause?: (done: number) => Promise<void>): Promise<void> {
    return this.score(batch, (top) => top, onRow, pause);
  }

  private async score(
    batch: Batch,
    of: (top: tf.Tensor2D) => tf.Tensor2D,
    onRow: OnLogits | OnFeatures,
    pause?: (done: number) => Promise<void>,
  ): Promise<void> {
    await this.backend.use();
    const { shape } = this;
    const limit = PIECE / (Math.max(...shape.filterSizes) * shape.filters);
    const most = documentsThatFit(shape, this.backend, SCORED_DOCUMENTS);
    for (let from = 0; from < batch.size;) {
      const words = this.numbering.of(documentsOf(batch, from, from + most), limit);
      const rows = tf.tidy(() => of(this.encodePlainly(words, false).top));
      const [size, values] = [rows.shape[1], (await rows.data()) as Float32Array];
      rows.dispose();
      for (let d = 0; d < words.documents; d++) onRow(from + d, values.slice(d * size, (d + 1) * size));
      from += words.documents;
      await pause?.(from);
    }
  }

  /** Without dropout. */
  private encodePlainly(words: DistinctWords, wantsWinners: boolean): Encoded & { tables: WindowTable[][] } {
    const { shape } = this;
    const tables = shape.filterSizes.map((k) => windowTables(shape, k, words, PIECE / shape.filters));
    const x = tf.tensor2d(this.vectors.rows(words.ids), [words.count, shape.dim]);
    return { ...this.encode(x, words, tables, { wantsWinners }), tables };
  }

  async activations(words: Int32Array): Promise<Activations> {
    await this.backend.use();
    const none = new Int32Array(0);
    const batch = {
      size: 1,
      words,
      wordStarts: Int32Array.of(0, words.length),
      labels: none,
      labelStarts: Int32Array.of(0, 0),
    };
    const distinct = this.numbering.of(batch);
    const tables: WindowTable[][] = [];
    const found = tf.tidy(() => {
      const encoded = this.encodePlainly(distinct, true);
      tables.push(...encoded.tables);
      const { pooled, hidden, top, sizes } = encoded;
      return {
        pooled,
        logits: this.logitsOf(top),
        ...(hidden && { hidden }),
        winners: sizes.flatMap((s) => s.winners ?? []),
      };
    });
    const floats = async (tensor?: tf.Tensor): Promise<Float32Array> => Float32Array.from((await tensor?.data()) ?? []);
    const winners = await Promise.all(found.winners.map((tensor) => tensor.data()));
    const activations = {
      pooled: await floats(found.pooled),
      positions: this.positionsOf(winners, tables),
      hidden: await floats(found.hidden),
      logits: await floats(found.logits),
    };
    tf.dispose(found as tf.TensorContainer);
    return activations;
  }

  private positionsOf(winners: ArrayLike<number>[], tables: WindowTable[][]): Int32Array {
    const { shape } = this;
    if (shape.pooling === 'dynamic-average') return new Int32Array(pooledSize(shape)).fill(-1);
    return Int32Array.from(winners.flatMap((numbers, i) => [...winnersOf(numbers, tables[i], shape).starts]));
  }

  tensors(): EngineTensors {
    const { vectors, device, step } = this;
    const { length } = vectors.weights;
    const weights = new Map([['embedding', floatTensor(length, () => vectors.weights)], ...device.weights()]);
    const average = device.averages();
    if (this.options.ema > 0)
      average.set(
        'embedding',
        floatTensor(length, () => vectors.readAverage(step)),
      );
    return { step, weights, average, state: new Map([...vectors.state(), ...device.states()]) };
  }

  async readWeights(): Promise<Weights> {
    await this.backend.use();
    return readAll(this.tensors().weights);
  }

  async writeWeights(weights: TensorSource<Float32Array>): Promise<void> {
    await this.backend.use();
    this.vectors.writeWeights(await weights.get('embedding'));
    await this.device.writeWeights(this.onBackend(weights));
    if (this.step > 0) return;
    this.vectors.beginAverage();
    this.device.beginAverage();
  }

  async readState(): Promise<OptimizerState> {
    await this.backend.use();
    return readStateOf(this.tensors());
  }

  async writeState(state: StateSource): Promise<void> {
    await this.backend.use();
    await this.vectors.writeState(state);
    await this.device.writeState(this.onBackend(state.tensors));
    this.step = state.step;
  }

  /** While a tensor is awaited, another engine may have taken its backend. */
  private onBackend<T>(tensors: TensorSource<T>): TensorSource<T> {
    return {
      get: async (name) => {
        const tensor = await tensors.get(name);
        await this.backend.use();
        return tensor;
      },
    };
  }

  async readAverage(): Promise<Weights> {
    await this.backend.use();
    return readAverageOf(this.tensors());
  }

  async dispose(): Promise<void> {
    await this.backend.use();
    this.device.dispose();
    await this.backend.release();
  }
}

/** Gradients of a layer y = x W + b. */
function denseGradients(name: string, x: tf.Tensor2D, dy: tf.Tensor2D): Record<string, tf.Tensor> {
  return { [`${name}.weight`]: tf.matMul(x, dy, true), [`${name}.bias`]: tf.sum(dy, 0) };
}

/** Sum over all labels of max(x, 0) - x y + log(1 + exp(-|x|)). */
function crossEntropy(logits: tf.Tensor2D, truth: tf.Tensor2D, weights?: tf.Tensor2D): tf.Scalar {
  const soft = tf.log1p(tf.exp(tf.neg(tf.abs(logits))));
  const losses = tf.add(tf.sub(tf.relu(logits), tf.mul(logits, truth)), soft);
  return tf.sum(weights ? tf.mul(losses, weights) : losses);
}

/** 1 where the label is not true, its weight where it is. [B, Y] */
const weightsOf = (truth: tf.Tensor2D, positiveWeights: Float32Array): tf.Tensor2D =>
  tf.add(tf.mul(truth, tf.sub(tf.tensor1d(positiveWeights), 1)), 1);

function multiHot({ size, labels, labelStarts }: Batch, count: number): tf.Tensor2D {
  const truth = new Float32Array(size * count);
  for (let d = 0; d < size; d++) {
    for (let i = labelStarts[d]; i < labelStarts[d + 1]; i++) truth[d * count + labels[i]] = 1;
  }
  return tf.tensor2d(truth, [size, count]);
}

const concatColumns = (parts: tf.Tensor2D[]): tf.Tensor2D => (parts.length === 1 ? parts[0] : tf.concat(parts, 1));

/** Euclidean norm of all gradients together. */
async function globalNorm(gradients: Iterable<tf.Tensor>, words: Float32Array | undefined): Promise<number> {
  let sum = 0;
  for (const gradient of gradients) {
    const square = tf.tidy(() => tf.sum(tf.square(gradient)));
    sum += (await square.data())[0];
    square.dispose();
  }
  for (const g of words ?? []) sum += g * g;
  return Math.sqrt(sum);
}

/** Elementwise product in an array of its own, or a copy without factors. */
function times(values: Float32Array, factors: Float32Array | undefined): Float32Array {
  return factors ? values.map((value, i) => value * factors[i]) : values.slice();
}

/** The network on native TensorFlow or on a GPU. Throws `EngineUnavailable`. */
export async function createTfjsEngine(name: NativeEngine, options: EngineOptions): Promise<Engine> {
  const backend = name === 'tensorflow' ? await openTensorflow() : await openWebgpu();
  try {
    return new TfjsEngine(options, backend);
  } catch (error) {
    await backend.release();
    throw error;
  }
}

/** Dropout of one training step. `step` counts the steps done before it. */
interface DropoutKey {
  seed: number;
  step: number;
}

/** Factors for the vectors of distinct words: 0 where dropped, else 1 / (1 - rate). [U, D], or nothing without dropout. */
function wordMasks({ seed, step }: DropoutKey, ids: Int32Array, dim: number, rate: number): Masks {
  return masks(ids.length, dim, rate, (u) => key32(seed, Stream.wordDropout, step, ids[u]));
}

/** Factors for the hidden units (pooled units without a hidden layer) of a batch. [B, units], or nothing without dropout. */
function hiddenMasks({ seed, step }: DropoutKey, size: number, units: number, rate: number): Masks {
  return masks(size, units, rate, (b) => key32(seed, Stream.hiddenDropout, step, b));
}

type Masks = Float32Array | undefined;

function masks(rows: number, columns: number, rate: number, keyOf: (row: number) => number): Masks {
  if (rate === 0) return undefined;
  const threshold = dropThreshold(rate);
  const factors = new Float32Array(rows * columns).fill(1 / (1 - rate));
  for (let row = 0; row < rows; row++) {
    const key = keyOf(row);
    for (let i = 0; i < columns; i++) if (bitsAt(key, i) < threshold) factors[row * columns + i] = 0;
  }
  return factors;
}
