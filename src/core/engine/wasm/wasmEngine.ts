import { availableParallelism } from 'node:os';
import { featureSize, paddedLength, pooledSize, strideOf, windows, type Weights } from '../../model/network.ts';
import { dropThreshold, key32, Stream } from '../../base/random.ts';
import type {
  Activations,
  Batch,
  Engine,
  EngineOptions,
  EngineTensor,
  EngineTensors,
  OnFeatures,
  OnLogits,
  OptimizerState,
  StateSource,
  StepResult,
  TensorSource,
} from '../engine.ts';
import { onlyScores } from '../engine.ts';
import { WordNumbering, type DistinctWords } from '../distinct.ts';
import { documentsOf } from '../documentsOf.ts';
import {
  ADAM_TILE,
  DENSE_ROWS,
  PARTS,
  SLICE,
  forwardBlock,
  layAreas,
  unitsOf,
  type Areas,
  type BatchCounts,
} from './areas.ts';
import { requireFit } from './fit.ts';
import { filterBlock, layoutOf, parameterBytes, roundUp, type Layout } from './layout.ts';
import { memoryLimit } from '../../base/memory.ts';
import { buildName, Machine, type Call, type KernelBuild } from './machine.ts';
import { MovingAverage } from '../movingAverage.ts';
import { MovingRows } from '../movingRows.ts';
import { floatTensor, integerTensor, readAll, readAverageOf, readStateOf } from '../tensors.ts';
import { Parameters, type Place } from './parameters.ts';

/** Most documents whose words are projected together, and bytes of their pooled vectors and of their distinct words. */
const PART_DOCUMENTS = 16_384;
const PART_BYTES = 128 * 1048576;
/** Bytes of the logits that are held at once when scoring. */
const LOGIT_BYTES = 128 * 1048576;
/** Tiles of the convolution in one piece of scoring, for each thread: some tenths of a second. */
const PIECE_TILES = 8;

/** What scoring gives of a document. */
type Scored = 'logits' | 'features';

/** Project-then-gather XML-CNN on WebAssembly kernels: ARCHITECTURE.md, "Why the engine is fast". */
class WasmEngine implements Engine {
  readonly name = 'wasm';
  readonly build: string;
  private readonly layout: Layout;
  private readonly parameters: Parameters;
  private readonly numbering: WordNumbering;
  private readonly average: MovingAverage | undefined;
  /** Where embeddings are updated densely. */
  private readonly moving: MovingRows | undefined;
  private step = 0;

  constructor(
    private readonly options: EngineOptions,
    readonly machine: Machine,
  ) {
    this.build = buildName(machine.build);
    this.layout = layoutOf(options.shape);
    requireFit(options, machine.threads);
    machine.reach(machine.heapTop + parameterBytes(this.layout, options));
    this.parameters = new Parameters(machine, this.layout, options);
    const { shape } = options;
    this.numbering = new WordNumbering(shape.vocabulary, (words) => paddedLength(shape, words));
    this.average = options.ema ? new MovingAverage(options.ema, shape.vocabulary) : undefined;
    const dense = options.trainEmbeddings && options.embeddingUpdates === 'dense';
    this.moving = dense ? new MovingRows(shape.vocabulary, options.adam.beta1) : undefined;
  }

  get shape() {
    return this.options.shape;
  }

  async reserve(batch: Batch): Promise<void> {
    this.place(this.numbering.of(batch), batch);
  }

  async trainStep(batch: Batch, learningRate: number): Promise<StepResult> {
    const { options, machine } = this;
    if (options.scoringOnly) throw new Error(onlyScores);
    const distinct = this.numbering.of(batch);
    const areas = this.place(distinct, batch);
    const pairs = this.writePairs(batch, areas);
    this.writeKeys(distinct, batch.size, areas);
    const update = this.updateFactors(learningRate);
    const calls = [
      ...this.encode(distinct, areas),
      ...this.outputCalls(batch.size, pairs, areas, update),
      ...this.backwardCalls(batch.size, distinct.count, areas),
    ];
    let gradientNorm: number | undefined;
    if (options.clip) {
      const squares = this.squareCalls(distinct.count, areas);
      this.run([...calls, ...squares.calls], areas);
      gradientNorm = Math.sqrt(machine.doubles(areas.squares, squares.tiles).reduce((sum, x) => sum + x, 0));
      const scale = Math.min(1, options.clip / (gradientNorm + 1e-6));
      this.run(this.updateCalls(distinct, areas, { ...update, gradientScale: scale }), areas);
    } else {
      this.run([...calls, ...this.updateCalls(distinct, areas, update)], areas);
    }
    this.step++;
    return { loss: this.lossOf(batch, areas), gradientNorm };
  }

  logits(batch: Batch, onRow: OnLogits, pause?: (done: number) => Promise<void>): Promise<void> {
    return this.score(batch, 'logits', onRow, pause);
  }

  features(batch: Batch, onRow: OnFeatures, pause?: (done: number) => Promise<void>): Promise<void> {
    return this.score(batch, 'features', onRow, pause);
  }

  private async score(
    batch: Batch,
    what: Scored,
    onRow: OnLogits | OnFeatures,
    pause?: (done: number) => Promise<void>,
  ): Promise<void> {
    const { documents, words } = this.partLimits();
    for (let from = 0; from < batch.size;) {
      const first = from;
      const distinct = this.numbering.of(documentsOf(batch, from, from + documents), words);
      await this.scorePart(
        distinct,
        what,
        (d, row) => onRow(first + d, row),
        async (done) => pause?.(first + done),
      );
      from += distinct.documents;
    }
  }

  async activations(words: Int32Array): Promise<Activations> {
    const batch = {
      size: 1,
      words,
      wordStarts: Int32Array.of(0, words.length),
      labels: new Int32Array(0),
      labelStarts: Int32Array.of(0, 0),
    };
    const { machine, shape } = this;
    const distinct = this.numbering.of(batch);
    const areas = this.place(distinct);
    const pooling = shape.filterSizes.flatMap((k, i) => this.poolCalls(k, i, distinct, areas));
    const dense = [...this.hiddenCalls(0, 1, areas), ...this.logitCalls(0, 1, areas)];
    this.run([this.gatherCall(distinct.count, areas, 0), ...pooling, ...dense], areas);
    const units = pooledSize(shape);
    return {
      pooled: machine.floats(areas.pooled, units).slice(),
      positions: this.positionsOf(areas, units),
      hidden: machine.floats(areas.hidden, shape.hidden).slice(),
      logits: machine.floats(areas.logits, shape.labels).slice(),
    };
  }

  tensors(): EngineTensors {
    const { step, parameters, options } = this;
    const state = parameters.moments();
    if (this.average && options.trainEmbeddings) state.set('ema.step/embedding', integerTensor(this.average.lastStep));
    if (this.moving) state.set('adam.step/embedding', integerTensor(this.moving.lastUse));
    return { step, weights: parameters.weights(), average: this.averageTensors(), state };
  }

  async readWeights(): Promise<Weights> {
    return readAll(this.tensors().weights);
  }

  async writeWeights(weights: TensorSource<Float32Array>): Promise<void> {
    await this.parameters.writeWeights(weights);
    if (this.step === 0) this.parameters.beginAverage();
  }

  async readState(): Promise<OptimizerState> {
    return readStateOf(this.tensors());
  }

  async writeState({ step, tensors }: StateSource): Promise<void> {
    await this.parameters.writeMoments(tensors);
    const last = await tensors.get('ema.step/embedding');
    if (last instanceof Int32Array) this.average?.lastStep.set(last);
    else this.average?.lastStep.fill(step); // another engine's state: every row has been averaged
    const used = await tensors.get('adam.step/embedding');
    if (used instanceof Int32Array) this.moving?.lastUse.set(used);
    else this.moving?.lastUse.fill(step); // another engine's state: every row may be moving
    this.step = step;
  }

  async readAverage(): Promise<Weights> {
    return readAverageOf(this.tensors());
  }

  private averageTensors(): Map<string, EngineTensor<Float32Array>> {
    const { parameters, average, options } = this;
    const places = average ? parameters.all() : [];
    const tensors = places.map(
      (place) => [place.slot.name, parameters.tensor(place, place.average || place.weight)] as const,
    );
    const all = new Map(tensors);
    const embedding = all.get('embedding');
    if (average && embedding && options.trainEmbeddings)
      all.set(
        'embedding',
        floatTensor(embedding.length, () => this.averagedEmbedding(average)),
      );
    return all;
  }

  /** Rows that did not move lately are averaged up to the present step, without touching the state. */
  private averagedEmbedding(average: MovingAverage): Float32Array {
    const { dim, vocabulary } = this.shape;
    const place = this.parameters.of('embedding');
    const weights = this.parameters.padded(place, place.weight);
    const shadow = this.parameters.read(place, place.average || place.weight);
    for (let row = 0; row < vocabulary; row++) {
      const ratio = average.kept(average.lastStep[row], this.step);
      if (ratio === 1) continue;
      for (let d = 0; d < dim; d++) {
        const w = weights[row * this.layout.dim + d];
        shadow[row * dim + d] = w + (shadow[row * dim + d] - w) * ratio;
      }
    }
    return shadow;
  }

  async dispose(): Promise<void> {
    await this.machine.dispose();
  }

  private run(calls: Call[], areas: Areas): void {
    this.machine.run(calls, areas.scratch, areas.scratchBytes);
  }

  // ---- scoring ------------------------------------------------------------------------------------------------------

  /** How many documents and distinct words are scored together: what the memory that is left holds easily. */
  private partLimits(): { documents: number; words: number } {
    const { layout, shape } = this;
    const left = (memoryLimit - this.machine.heapTop) / 8;
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

  /** Documents that go through the dense layers at once when scoring: with very many labels their logits are what limits them. */
  private denseRows(): number {
    const bytes = Math.min(LOGIT_BYTES, (memoryLimit - this.machine.heapTop) / 4);
    return Math.max(4, Math.min(DENSE_ROWS, Math.floor(bytes / 16 / this.layout.labels) * 4));
  }

  /** Projects the words of all documents filter block by filter block, then takes the documents through the dense layers. */
  private async scorePart(
    distinct: DistinctWords,
    what: Scored,
    onRow: OnLogits | OnFeatures,
    pause: (done: number) => Promise<void>,
  ): Promise<void> {
    const { layout, shape } = this;
    const { documents, count, tokens } = distinct;
    const areas = this.place(distinct);
    // work is counted in multiply-adds; gathering costs about two of them
    const filterWork = (k: number): number => k * (count * layout.dim + 2 * tokens.length);
    const rowWork = layout.pooled * layout.hidden + (what === 'logits' ? layout.top * layout.labels : 0);
    const convolutions = shape.filterSizes.reduce((sum, k) => sum + shape.filters * filterWork(k), 0);
    const total = convolutions + documents * rowWork;
    let done = 0;
    const finish = async (work: number): Promise<void> => {
      done += work;
      await pause((documents * done) / total);
    };
    this.run([this.gatherCall(count, areas, 0)], areas);
    for (const [i, k] of shape.filterSizes.entries()) {
      for (const filters of this.filterSlices(k)) {
        this.run(this.poolCalls(k, i, distinct, areas, filters), areas);
        await finish(filters.count * filterWork(k));
      }
    }
    const together = this.denseRows();
    for (let first = 0; first < documents; first += together) {
      const rows = Math.min(together, documents - first);
      const calls = this.hiddenCalls(first, rows, areas);
      this.run(what === 'logits' ? [...calls, ...this.logitCalls(first, rows, areas)] : calls, areas);
      const { address, stride, length } = this.scoredRows(what, first, areas);
      const values = this.machine.floats(address, rows * stride);
      for (let r = 0; r < rows; r++) onRow(first + r, values.subarray(r * stride, r * stride + length));
      await finish(rows * rowWork);
    }
  }

  /** Filters of a size that are scored in one piece. Only maximum pooling computes its filters one by one. */
  private filterSlices(k: number): Slice[] {
    const { filters, pooling } = this.shape;
    const count = pooling === 'dynamic-max' ? PIECE_TILES * this.machine.threads * filterBlock(k) : filters;
    return Array.from({ length: Math.ceil(filters / count) }, (_, i) => ({
      first: i * count,
      count: Math.min(count, filters - i * count),
    }));
  }

  /** Pooled vectors of documents first … first + rows - 1 to the hidden layer, where there is one. */
  private hiddenCalls(first: number, rows: number, areas: Areas): Call[] {
    const { layout } = this;
    if (!layout.hidden) return [];
    return [
      this.packRows(rows, layout.pooled, areas.pooled + first * layout.pooled * 4, areas),
      this.forwardCall(rows, areas, 'hidden', areas.hidden, layout.hidden, false),
    ];
  }

  /** What the output layer sees of the same documents to their logits. */
  private logitCalls(first: number, rows: number, areas: Areas): Call[] {
    const { layout } = this;
    return [
      this.packRows(rows, layout.top, this.scoredRows('features', first, areas).address, areas),
      this.forwardCall(rows, areas, 'output', areas.logits, layout.labels, false),
    ];
  }

  /** Where rows of a result lie, from document `first` on; the hidden layer and the logits hold the present rows only. */
  private scoredRows(what: Scored, first: number, areas: Areas): { address: number; stride: number; length: number } {
    const { layout, shape } = this;
    if (what === 'logits') return { address: areas.logits, stride: layout.labels, length: shape.labels };
    if (layout.hidden) return { address: areas.hidden, stride: layout.hidden, length: shape.hidden };
    return { address: areas.pooled + first * layout.pooled * 4, stride: layout.pooled, length: featureSize(shape) };
  }

  // ---- forward ------------------------------------------------------------------------------------------------------

  /** From words to the input of the output layer, with dropout. */
  private encode(distinct: DistinctWords, areas: Areas): Call[] {
    const { layout, options } = this;
    const size = distinct.documents;
    const calls = [
      this.gatherCall(distinct.count, areas, options.embeddingDropout),
      ...this.shape.filterSizes.flatMap((k, i) => this.poolCalls(k, i, distinct, areas)),
    ];
    if (layout.hidden) {
      calls.push(this.packRows(size, layout.pooled, areas.pooled, areas));
      calls.push(this.forwardCall(size, areas, 'hidden', areas.hidden, layout.hidden, true));
    } else if (options.hiddenDropout) {
      calls.push({
        kernel: 'dropout',
        tiles: size,
        integers: [
          layout.pooled,
          areas.pooled,
          layout.pooled * 4,
          areas.documentKeys,
          dropThreshold(options.hiddenDropout),
        ],
        floats: [1 / (1 - options.hiddenDropout)],
      });
    }
    return calls;
  }

  private gatherCall(distinct: number, areas: Areas, dropout: number): Call {
    return {
      kernel: 'gatherWords',
      tiles: Math.ceil(distinct / 32),
      integers: [distinct, this.layout.dim, this.parameters.of('embedding').weight, areas.ids, areas.wordKeys, areas.words,
        areas.packedWords, dropThreshold(dropout)], // prettier-ignore
      floats: [1 / (1 - dropout)],
    };
  }

  /** Convolution and pooling of one size; of all filters where no slice is given. */
  private poolCalls(k: number, i: number, distinct: DistinctWords, areas: Areas, slice?: Slice): Call[] {
    const { shape, layout } = this;
    const size = distinct.documents;
    if (shape.pooling === 'dynamic-average') {
      const rows = size * shape.pools;
      const integers = this.averageArguments(k, i, size, areas);
      return [
        { kernel: 'averageMeans', tiles: size, integers },
        { kernel: 'packRows', tiles: Math.ceil(rows / 4),
          integers: [rows, k * layout.dim, areas.activations[i], k * layout.dim * 4, areas.packedMeans] }, // prettier-ignore
        { kernel: 'averageForward', tiles: Math.ceil(shape.filters / 8), integers },
      ];
    }
    const { first, count } = slice ?? { first: 0, count: shape.filters };
    const seed = shape.pooling === 'seed';
    const unit = (layout.unitBase[i] + first * shape.pools) * 4;
    const outputs = unitsOf(shape, k) * 4;
    const conv = this.parameters.of(`conv${k}.weight`).weight + first * k * layout.dim * 4;
    const bias = this.parameters.of(`conv${k}.bias`).weight + first * 4;
    const positions = seed
      ? areas.activations[i + shape.filterSizes.length]
      : areas.positions && areas.positions + unit;
    const convolve: Call = {
      kernel: 'convolve',
      tiles: Math.ceil(count / filterBlock(k)),
      integers: [k, layout.dim, count, seed ? 0 : shape.pools, size, Math.ceil(distinct.count / 4), strideOf(shape),
        seed ? 0 : 1, areas.packedWords, conv, bias, areas.tokens, areas.starts,
        seed ? areas.activations[i] : areas.pooled + unit, seed ? outputs : layout.pooled * 4, positions], // prettier-ignore
    };
    return seed ? [convolve, this.pairCall('pairMax', k, i, size, areas, areas.pooled)] : [convolve];
  }

  private pairCall(
    kernel: 'pairMax' | 'pairMaxGradient',
    k: number,
    i: number,
    size: number,
    areas: Areas,
    pooled: number,
  ): Call {
    const units = unitsOf(this.shape, k);
    const { unitBase, pooled: stride } = this.layout;
    return {
      kernel,
      tiles: size,
      integers: [units, areas.activations[i], units * 4, pooled + unitBase[i] * 4, stride * 4],
    };
  }

  private averageArguments(k: number, i: number, size: number, areas: Areas): number[] {
    const { shape, layout } = this;
    const weight = this.parameters.of(`conv${k}.weight`);
    const bias = this.parameters.of(`conv${k}.bias`);
    const unit = layout.unitBase[i] * 4;
    return [k, layout.dim, shape.filters, shape.pools, size, areas.words, areas.tokens, areas.starts, areas.activations[i],
      areas.packedMeans, weight.weight, bias.weight, areas.pooled + unit, layout.pooled * 4, areas.pooledGradient + unit,
      areas.activations[i + shape.filterSizes.length] ?? 0, weight.gradient, bias.gradient, areas.wordGradient]; // prettier-ignore
  }

  private packRows(rows: number, k: number, source: number, areas: Areas): Call {
    return { kernel: 'packRows', tiles: Math.ceil(rows / 4), integers: [rows, k, source, k * 4, areas.packedRows] };
  }

  private packColumns(rows: number, columns: number, source: number, target: number): Call {
    return { kernel: 'packColumns', tiles: Math.ceil(columns / 64), integers: [rows, source, columns * 4, target] };
  }

  private forwardCall(
    size: number,
    areas: Areas,
    name: 'hidden' | 'output',
    output: number,
    units: number,
    training: boolean,
  ): Call {
    const { layout, options } = this;
    const hidden = name === 'hidden';
    const inputs = hidden ? layout.pooled : layout.top;
    const rate = hidden && training ? options.hiddenDropout : 0;
    const block = forwardBlock(inputs);
    return {
      kernel: 'forward',
      tiles: Math.ceil(units / block),
      integers: [size, inputs, hidden ? units : this.shape.labels, block, areas.packedRows,
        this.parameters.of(`${name}.weight`).weight, this.parameters.of(`${name}.bias`).weight, output, units * 4,
        hidden ? 1 : 0, areas.documentKeys, dropThreshold(rate)], // prettier-ignore
      floats: [1 / (1 - rate)],
    };
  }

  // ---- backward -----------------------------------------------------------------------------------------------------

  private outputCalls(size: number, pairs: number, areas: Areas, update: UpdateFactors): Call[] {
    const { layout, options } = this;
    const top = layout.hidden ? areas.hidden : areas.pooled;
    const weight = this.parameters.of('output.weight');
    const bias = this.parameters.of('output.bias');
    const rows = roundUp(size, 4);
    return [
      this.packRows(size, layout.top, top, areas),
      this.packColumns(size, layout.top, top, areas.topColumns),
      {
        kernel: 'output',
        tiles: layout.groups,
        integers: [size, layout.top, this.shape.labels, layout.block, layout.groups, pairs, options.clip ? 0 : 1,
          areas.packedRows, areas.topColumns, weight.weight, bias.weight, areas.pairLabels, areas.pairDocuments, areas.parts,
          areas.losses, weight.gradient, bias.gradient, weight.m, weight.v, weight.average, bias.m, bias.v, bias.average], // prettier-ignore
        floats: [options.loss === 'bce-sum' ? 1 : 1 / (size * this.shape.labels), update.rate, update.beta1, update.beta2,
          update.correction2, update.epsilon, update.decay, update.averageStep], // prettier-ignore
      },
      {
        kernel: 'gateSum',
        tiles: size,
        integers: [layout.top, layout.groups, rows * layout.top * 4, areas.parts, top,
          layout.hidden ? areas.hiddenGradient : areas.pooledGradient], // prettier-ignore
        floats: [1 / (1 - options.hiddenDropout)],
      },
    ];
  }

  private backwardCalls(size: number, distinct: number, areas: Areas): Call[] {
    const { layout, shape, options } = this;
    const calls: Call[] = [];
    if (layout.hidden) {
      const weight = this.parameters.of('hidden.weight');
      calls.push(this.packRows(size, layout.hidden, areas.hiddenGradient, areas));
      calls.push(this.packColumns(size, layout.pooled, areas.pooled, areas.pooledColumns));
      calls.push({
        kernel: 'inputGradient',
        tiles: Math.ceil(layout.pooled / 64),
        integers: [
          size,
          layout.pooled,
          layout.hidden,
          areas.packedRows,
          weight.weight,
          areas.pooled,
          areas.pooledGradient,
        ],
      });
      calls.push({
        kernel: 'weightGradient',
        tiles: Math.ceil(shape.hidden / 32),
        integers: [size, layout.pooled, shape.hidden, areas.hiddenGradient, layout.hidden * 4, areas.pooledColumns,
          weight.gradient, this.parameters.of('hidden.bias').gradient], // prettier-ignore
      });
    }
    shape.filterSizes.forEach((k, i) => calls.push(...this.convolutionGradients(k, i, size, distinct, areas)));
    if (options.trainEmbeddings && shape.pooling !== 'dynamic-average') {
      calls.push(...this.wordGradients(size, distinct, areas));
    }
    if (options.trainEmbeddings) {
      calls.push({ kernel: 'wordMask', tiles: Math.ceil(distinct / 32), integers: this.wordArguments(distinct, areas),
        floats: this.wordFloats(noUpdate) }); // prettier-ignore
    }
    return calls;
  }

  private convolutionGradients(k: number, i: number, size: number, distinct: number, areas: Areas): Call[] {
    const { layout, shape, options } = this;
    if (shape.pooling === 'dynamic-average') {
      const integers = this.averageArguments(k, i, size, areas);
      const calls: Call[] = [{ kernel: 'averageWeightGradient', tiles: shape.filters, integers }];
      if (!options.trainEmbeddings) return calls;
      calls.push({ kernel: 'averageMeanGradient', tiles: size, integers });
      return [...calls, { kernel: 'averageWordGradient', tiles: 1, integers }];
    }
    const { chunks, gradient, stride, positions } = this.winningUnits(k, i, areas);
    const weight = this.parameters.of(`conv${k}.weight`);
    const bias = this.parameters.of(`conv${k}.bias`);
    const winners = [areas.winners[i], areas.winnerCounts[i]];
    return [
      ...(shape.pooling === 'seed' ? [this.pairCall('pairMaxGradient', k, i, size, areas, areas.pooledGradient)] : []),
      {
        kernel: 'collectWinners',
        tiles: Math.ceil(shape.filters / 16),
        integers: [k, distinct, shape.filters, chunks, size, areas.tokens, areas.starts, gradient, stride, positions,
          ...winners], // prettier-ignore
      },
      {
        kernel: 'convolutionGradient',
        tiles: Math.ceil(layout.dim / SLICE),
        integers: [
          k,
          layout.dim,
          shape.filters,
          size * chunks,
          distinct,
          areas.words,
          ...winners,
          weight.gradient,
          bias.gradient,
        ],
      },
    ];
  }

  /** Where the gradient of one size's units and the places of their windows are. */
  private winningUnits(k: number, i: number, areas: Areas) {
    const { layout, shape } = this;
    const unit = layout.unitBase[i] * 4;
    if (shape.pooling === 'seed') {
      const chunks = windows(shape.maxLength, k, 2);
      const positions = areas.activations[i + shape.filterSizes.length];
      return { chunks, gradient: areas.activations[i], stride: unitsOf(shape, k) * 4, positions };
    }
    const gradient = areas.pooledGradient + unit;
    return { chunks: shape.pools, gradient, stride: layout.pooled * 4, positions: areas.positions + unit };
  }

  private wordGradients(size: number, distinct: number, areas: Areas): Call[] {
    const { layout, shape, machine } = this;
    const table = shape.filterSizes.flatMap((k, i) => {
      const { weight } = this.parameters.of(`conv${k}.weight`);
      const units = size * this.winningUnits(k, i, areas).chunks;
      return [k, shape.filters, units, layout.dim * 4, areas.winners[i], areas.winnerCounts[i], weight];
    });
    machine.integers(areas.sizeTable, table.length).set(table.map((x) => x | 0));
    const integers = [distinct, PARTS, shape.filterSizes.length, areas.sizeTable, areas.pairCounts, areas.wordStarts, areas.pairs]; // prettier-ignore
    return [
      { kernel: 'countWinningWords', tiles: PARTS, integers },
      { kernel: 'placeWinningWords', tiles: 1, integers },
      { kernel: 'listWinningWords', tiles: PARTS, integers },
      {
        kernel: 'wordGradient',
        tiles: Math.ceil(layout.dim / SLICE),
        integers: [distinct, layout.dim, shape.filterSizes.length, areas.sizeTable, areas.wordStarts, areas.pairs, areas.wordGradient], // prettier-ignore
      },
    ];
  }

  // ---- update -------------------------------------------------------------------------------------------------------

  private updateFactors(learningRate: number): UpdateFactors {
    const { beta1, beta2, epsilon, weightDecay } = this.options.adam;
    const t = this.step + 1;
    return {
      rate: learningRate / (1 - beta1 ** t),
      beta1,
      beta2,
      correction2: 1 / Math.sqrt(1 - beta2 ** t),
      epsilon,
      decay: learningRate * weightDecay,
      averageStep: this.average?.stepAt(t) ?? 0,
      gradientScale: 1,
    };
  }

  /** Parameters whose whole gradient is in memory. */
  private flat(): Place[] {
    const fused = ['output.weight', 'output.bias'];
    return this.parameters
      .all()
      .filter((place) => place.gradient && (this.options.clip || !fused.includes(place.slot.name)));
  }

  private squareCalls(distinct: number, areas: Areas): { calls: Call[]; tiles: number } {
    let tiles = 0;
    const calls: Call[] = this.flat().map((place) => {
      const { live: floats } = place.slot;
      const first = tiles;
      tiles += Math.ceil(floats / ADAM_TILE);
      return {
        kernel: 'sumSquares',
        tiles: tiles - first,
        integers: [floats, ADAM_TILE, place.weight, 0, 0, place.gradient, 0, areas.squares + first * 8],
      };
    });
    if (this.options.trainEmbeddings) {
      const count = Math.ceil(distinct / 32);
      // the mask was applied already: threshold 0 adds up squares only
      const integers = this.wordArguments(distinct, areas, areas.squares + tiles * 8).fill(0, -1);
      calls.push({ kernel: 'wordMask', tiles: count, integers, floats: this.wordFloats(noUpdate) });
      tiles += count;
    }
    return { calls, tiles };
  }

  private updateCalls(distinct: DistinctWords, areas: Areas, update: UpdateFactors): Call[] {
    const calls: Call[] = this.flat().map((place) => ({
      kernel: 'adam',
      tiles: Math.ceil(place.slot.live / ADAM_TILE),
      integers: [place.slot.live, ADAM_TILE, place.weight, place.m, place.v, place.gradient, place.average, 0],
      floats: [update.rate, update.beta1, update.beta2, update.correction2, update.epsilon,
        place.slot.decays ? update.decay : 0, update.averageStep, update.gradientScale], // prettier-ignore
    }));
    if (this.options.trainEmbeddings) calls.push(this.wordUpdateCall(distinct, areas, update));
    return calls;
  }

  private wordUpdateCall(distinct: DistinctWords, areas: Areas, update: UpdateFactors): Call {
    const { machine, moving } = this;
    const t = this.step + 1;
    moving?.wake(distinct.ids, t, (row, steps) => this.decayMoments(row, steps));
    const rows = moving?.visit(distinct.ids, t) ?? distinct.ids;
    if (moving) machine.integers(areas.updatedRows, rows.length).set(rows);
    if (this.average) machine.floats(areas.averageRatios, rows.length).set(this.average.visit(rows, t));
    const integers = this.wordArguments(distinct.count, areas);
    if (moving) [integers[0], integers[2]] = [rows.length, areas.updatedRows];
    return { kernel: 'wordUpdate', tiles: Math.ceil(rows.length / 32), integers, floats: this.wordFloats(update) };
  }

  private decayMoments(row: number, steps: number): void {
    const { m, v } = this.parameters.of('embedding');
    const { beta1, beta2 } = this.options.adam;
    const { dim } = this.layout;
    for (const [moment, beta] of [
      [m, beta1],
      [v, beta2],
    ] as const) {
      const factor = beta ** steps;
      const values = this.machine.floats(moment + row * dim * 4, dim);
      for (let i = 0; i < dim; i++) values[i] *= factor;
    }
  }

  private wordArguments(distinct: number, areas: Areas, squares = 0): number[] {
    const place = this.parameters.of('embedding');
    return [distinct, this.layout.dim, areas.ids, areas.wordKeys, areas.wordGradient, place.weight, place.m, place.v,
      place.average, areas.averageRatios, distinct, areas.zeros, squares, dropThreshold(this.options.embeddingDropout)]; // prettier-ignore
  }

  private wordFloats(update: UpdateFactors): number[] {
    return [1 / (1 - this.options.embeddingDropout), update.rate, update.beta1, update.beta2, update.correction2,
      update.epsilon, 0, update.averageStep, update.gradientScale]; // prettier-ignore
  }

  private lossOf(batch: Batch, areas: Areas): number {
    const sum = this.machine.doubles(areas.losses, this.layout.groups).reduce((total, x) => total + x, 0);
    return this.options.loss === 'bce-sum' ? sum : sum / (batch.size * this.shape.labels);
  }

  // ---- memory of a batch --------------------------------------------------------------------------------------------

  /** The true labels of the batch, sorted by label, so that a block of the output layer finds its own. */
  private writePairs(batch: Batch, areas: Areas): number {
    const first = batch.labelStarts[0];
    const count = batch.labelStarts[batch.size] - first;
    const keys = new Float64Array(count);
    for (let d = 0; d < batch.size; d++) {
      for (let i = batch.labelStarts[d]; i < batch.labelStarts[d + 1]; i++) {
        keys[i - first] = batch.labels[i] * batch.size + d;
      }
    }
    keys.sort();
    const labels = this.machine.integers(areas.pairLabels, count);
    const documents = this.machine.integers(areas.pairDocuments, count);
    keys.forEach((key, i) => {
      labels[i] = Math.floor(key / batch.size);
      documents[i] = key % batch.size;
    });
    return count;
  }

  private writeKeys(distinct: DistinctWords, size: number, areas: Areas): void {
    const { seed } = this.options;
    const words = this.machine.integers(areas.wordKeys, distinct.count);
    for (let u = 0; u < distinct.count; u++) words[u] = key32(seed, Stream.wordDropout, this.step, distinct.ids[u]);
    const documents = this.machine.integers(areas.documentKeys, size);
    for (let d = 0; d < size; d++) documents[d] = key32(seed, Stream.hiddenDropout, this.step, d);
  }

  private positionsOf(areas: Areas, units: number): Int32Array {
    const { machine, shape, layout } = this;
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

  /** Lays out and fills the areas of these documents, for a training step where their batch is given, above the parameters. */
  private place(distinct: DistinctWords, trained?: Batch): Areas {
    const { layout, options, machine } = this;
    const counts: BatchCounts = {
      documents: distinct.documents,
      distinct: distinct.count,
      tokens: distinct.tokens.length,
      labels: trained && trained.labelStarts[trained.size] - trained.labelStarts[0],
      denseRows: this.denseRows(),
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
    return areas;
  }
}

/** Filters first … first + count - 1. */
interface Slice {
  first: number;
  count: number;
}

interface UpdateFactors {
  rate: number;
  beta1: number;
  beta2: number;
  correction2: number;
  epsilon: number;
  decay: number;
  averageStep: number;
  gradientScale: number;
}

const noUpdate: UpdateFactors = {
  rate: 0,
  beta1: 0,
  beta2: 0,
  correction2: 0,
  epsilon: 0,
  decay: 0,
  averageStep: 0,
  gradientScale: 1,
};

/**
 * The engine everyone gets: own WebAssembly kernels, all cores, no native code.
 * @throws UserError `model-too-large` where weights and optimiser state exceed WebAssembly's 4 GiB.
 */
export async function createWasmEngine(options: EngineOptions, build?: KernelBuild['name']): Promise<Engine> {
  const machine = new Machine(options.threads || availableParallelism(), build);
  try {
    return new WasmEngine(options, machine);
  } catch (error) {
    await machine.dispose();
    throw error;
  }
}

/** The engine with its machine in reach, for measurements. */
export type MeasuredEngine = Engine & { machine: Machine };
