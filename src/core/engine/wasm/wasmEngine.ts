import { availableParallelism } from 'node:os';
import type { NetworkShape, Weights } from '../../model/network.ts';
import type { WordNumbering } from '../wordNumbering.ts';
import {
  onlyScores,
  type Activations,
  type Batch,
  type Engine,
  type EngineOptions,
  type EngineTensor,
  type EngineTensors,
  type OnFeatures,
  type OnLogits,
  type OptimizerState,
  type StateSource,
  type StepResult,
  type TensorSource,
} from '../engine.ts';
import { floatTensor, integerTensor, readAll, readAverageOf, readStateOf } from '../tensors.ts';
import type { Areas } from './areas.ts';
import { backwardCalls, outputCalls } from './backward.ts';
import { requireFit } from './fit.ts';
import { encode } from './forward.ts';
import { layoutOf, parameterBytes } from './layout.ts';
import { buildName, Machine, type KernelBuild } from './machine.ts';
import { Parameters } from './wasmParameters.ts';
import { numberingOf, placeBatch, writeKeys, writePairs, type WasmModel } from './placedBatch.ts';
import { averagedEmbedding, Updates } from './update.ts';
import { activationsOf, score } from './wasmScoring.ts';

function placed(machine: Machine, values: Float32Array | undefined): number {
  if (!values) return 0;
  const address = machine.allocate(values.length * 4);
  machine.floats(address, values.length).set(values);
  return address;
}

/** Project-then-gather XML-CNN on WebAssembly kernels: ARCHITECTURE.md, "Why the engine is fast". */
class WasmEngine implements Engine {
  readonly name = 'wasm';
  readonly build: string;
  private readonly model: WasmModel;
  private readonly numbering: WordNumbering;
  private readonly updates: Updates;
  private step = 0;

  constructor(
    private readonly options: EngineOptions,
    readonly machine: Machine,
  ) {
    this.build = buildName(machine.build);
    const layout = layoutOf(options.shape);
    requireFit(options, machine.threads);
    machine.reach(machine.heapTop + parameterBytes(layout, options));
    const parameters = new Parameters(machine, layout, options);
    this.model = { options, layout, machine, parameters, positiveWeights: placed(machine, options.positiveWeights) };
    this.numbering = numberingOf(this.model);
    this.updates = new Updates(this.model);
  }

  get shape(): NetworkShape {
    return this.options.shape;
  }

  async reserve(batch: Batch): Promise<void> {
    placeBatch(this.model, this.numbering.of(batch), batch);
  }

  async trainStep(batch: Batch, learningRate: number): Promise<StepResult> {
    const { options, machine, model, updates } = this;
    if (options.scoringOnly) throw new Error(onlyScores);
    const placed = placeBatch(model, this.numbering.of(batch), batch);
    const { areas } = placed;
    const pairs = writePairs(model, batch, areas);
    writeKeys(model, placed, this.step);
    const step = this.step + 1;
    const factors = updates.factors(learningRate, step);
    const gradients = [
      ...encode(model, placed),
      ...outputCalls(model, placed, pairs, factors),
      ...backwardCalls(model, placed),
    ];
    let gradientNorm: number | undefined;
    if (options.clip) {
      const squares = updates.squares(placed);
      machine.run([...gradients, ...squares.calls], areas);
      gradientNorm = Math.sqrt(machine.doubles(areas.squares, squares.tiles).reduce((sum, x) => sum + x, 0));
      const scale = Math.min(1, options.clip / (gradientNorm + 1e-6));
      machine.run(updates.calls(placed, factors, step, scale), areas);
    } else {
      machine.run([...gradients, ...updates.calls(placed, factors, step, 1)], areas);
    }
    this.step = step;
    return { loss: this.lossOf(batch, areas), gradientNorm };
  }

  private lossOf(batch: Batch, areas: Areas): number {
    const sum = this.machine.doubles(areas.losses, this.model.layout.groups).reduce((total, x) => total + x, 0);
    return this.options.loss === 'bce-sum' ? sum : sum / (batch.size * this.shape.labels);
  }

  logits(batch: Batch, onRow: OnLogits, pause?: (done: number) => Promise<void>): Promise<void> {
    return score(this.model, this.numbering, batch, 'logits', onRow, pause);
  }

  features(batch: Batch, onRow: OnFeatures, pause?: (done: number) => Promise<void>): Promise<void> {
    return score(this.model, this.numbering, batch, 'features', onRow, pause);
  }

  async activations(words: Int32Array): Promise<Activations> {
    return activationsOf(this.model, this.numbering, words);
  }

  tensors(): EngineTensors {
    const { step, options, updates } = this;
    const { parameters } = this.model;
    const state = parameters.moments();
    if (updates.average && options.trainEmbeddings)
      state.set('ema.step/embedding', integerTensor(updates.average.lastStep));
    if (updates.moving) state.set('adam.step/embedding', integerTensor(updates.moving.lastUse));
    return { step, weights: parameters.weights(), average: this.averageTensors(), state };
  }

  async readWeights(): Promise<Weights> {
    return readAll(this.tensors().weights);
  }

  async writeWeights(weights: TensorSource<Float32Array>): Promise<void> {
    const { parameters } = this.model;
    await parameters.writeWeights(weights);
    if (this.step === 0) parameters.beginAverage();
  }

  async readState(): Promise<OptimizerState> {
    return readStateOf(this.tensors());
  }

  async writeState({ step, tensors }: StateSource): Promise<void> {
    const { average, moving } = this.updates;
    await this.model.parameters.writeMoments(tensors);
    const last = await tensors.get('ema.step/embedding');
    if (last instanceof Int32Array) average?.lastStep.set(last);
    else average?.lastStep.fill(step); // another engine's state: every row has been averaged
    const used = await tensors.get('adam.step/embedding');
    if (used instanceof Int32Array) moving?.lastUse.set(used);
    else moving?.lastUse.fill(step); // another engine's state: every row may be moving
    this.step = step;
  }

  async readAverage(): Promise<Weights> {
    return readAverageOf(this.tensors());
  }

  private averageTensors(): Map<string, EngineTensor<Float32Array>> {
    const { options, model } = this;
    const { parameters } = model;
    const { average } = this.updates;
    const places = average ? parameters.all() : [];
    const all = new Map(
      places.map((place) => [place.slot.name, parameters.tensor(place, place.average || place.weight)]),
    );
    const embedding = all.get('embedding');
    if (average && embedding && options.trainEmbeddings) {
      const averaged = (): Float32Array => averagedEmbedding(model, average, this.step);
      all.set('embedding', floatTensor(embedding.length, averaged));
    }
    return all;
  }

  async dispose(): Promise<void> {
    await this.machine.dispose();
  }
}

/**
 * The engine everyone gets: own WebAssembly kernels, all cores, no native code.
 * @throws UserError `model-too-large` where weights and optimiser state exceed WebAssembly's 4 GiB.
 */
export async function createWasmEngine(options: EngineOptions, build?: KernelBuild['name']): Promise<Engine> {
  const machine = new Machine(options.threads || availableParallelism(), build, options.isBeside);
  try {
    return new WasmEngine(options, machine);
  } catch (error) {
    await machine.dispose();
    throw error;
  }
}

/** The engine with its machine in reach, for measurements. */
export type MeasuredEngine = Engine & { machine: Machine };
