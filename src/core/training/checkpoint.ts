/**
 * Checkpoints: safetensors files with
 *   <parameter>             weights as they are trained                    (names and shapes: model/network.ts)
 *   average/<parameter>     averaged weights, where EMA is on: they score
 *   adam.m/, adam.v/, ema/… optimiser state, as the engine names it
 * They are sealed (see safetensors.ts): one that was changed is refused.
 * In the metadata are `format`, `version`, and as JSON `shape`, `state`, `recipe`; `step`, `seed`, `build`, and the hashes
 * of what the weights and the position in an epoch belong to: `vocabulary`, `labels`, `data`.
 */
import type { Engine, EngineTensor, TensorSource } from '../engine/engine.ts';
import { UserError } from '../base/errors.ts';
import { elements, type NetworkShape, parameters, type Weights } from '../model/network.ts';
import type { RunConfig } from '../config/runConfig.ts';
import { SafetensorsFile, type Tensor } from '../formats/safetensors.ts';
import { type LazyTensor, writeSafetensors } from '../formats/safetensorsWrite.ts';
import { weightsRecipe } from './labelWeights.ts';
import type { TrainingState } from './trainingState.ts';
import { createHash } from 'node:crypto';
import type { Corpus } from '../text/corpus.ts';

const format = 'xmlcnn-checkpoint';
const version = '2';

/** The settings that the bits of a run depend on, by their config keys. */
export type Recipe = Record<string, unknown>;

export function recipeOf(config: RunConfig, shape: NetworkShape): Recipe {
  const { training: t, model: m } = config;
  return {
    ...Object.fromEntries(Object.entries(shape).map(([key, value]) => [`shape.${key}`, value])),
    'model.embeddingDropout': m.embeddingDropout,
    'model.hiddenDropout': m.hiddenDropout,
    'embedding.train': config.embedding.train,
    'training.batchSize': t.batchSize,
    'training.learningRate': t.learningRate,
    'training.warmupSteps': t.warmupSteps,
    'training.schedule': t.schedule,
    // a cosine spans the epochs; with a constant rate a run may be given more of them
    ...(t.schedule === 'cosine' && { 'training.epochs': t.epochs, 'training.finalLearningRate': t.finalLearningRate }),
    'training.weightDecay': t.weightDecay,
    'training.beta1': t.beta1,
    'training.beta2': t.beta2,
    'training.epsilon': t.epsilon,
    'training.embeddingUpdates': t.embeddingUpdates,
    'training.clip': t.clip,
    'training.ema': t.ema,
    'training.loss': t.loss,
    ...weightsRecipe(config),
    'training.monitor': t.monitor,
    'training.seed': t.seed,
    'training.retrainOnAll': t.retrainOnAll,
  };
}

/** What a run's checkpoints have in common. */
export interface RunIdentity {
  seed: number;
  recipe: Recipe;
  /** SHA-256 of the words in order of their ids. */
  vocabulary: string;
  /** SHA-256 of the labels in order of their ids. */
  labels: string;
  /** SHA-256 of the training and validation documents as ids. */
  data: string;
}

export interface CheckpointInfo extends RunIdentity {
  shape: NetworkShape;
  /** What the bits depend on besides the seed: kernels and processor family. */
  build: string;
  /** Updates done by the optimiser. */
  step: number;
  state: TrainingState;
}

/** Writes the engine's present weights and state, one tensor after the other; whole or not at all. Throws `UserError`. */
export async function writeCheckpoint(
  path: string,
  engine: Engine,
  identity: RunIdentity,
  state: TrainingState,
  averaged: boolean,
): Promise<void> {
  const shapes = new Map(parameters(engine.shape).map((spec) => [spec.name, spec]));
  const tensors = new Map<string, LazyTensor>();
  const put = (name: string, { dtype, length, read }: EngineTensor): void => {
    const spec = shapes.get(name.slice(name.indexOf('/') + 1));
    tensors.set(name, { dtype, shape: spec && elements(spec) === length ? spec.shape : [length], read });
  };
  const { weights, average, step, state: optimizer } = engine.tensors();
  for (const [name, tensor] of weights) put(name, tensor);
  if (averaged) for (const [name, tensor] of average) put(`average/${name}`, tensor);
  for (const [name, tensor] of optimizer) put(name, tensor);
  const { build, shape } = engine;
  await writeSafetensors(path, tensors, metadataOf({ ...identity, build, shape, step, state }), { sealed: true });
}

/** Writes weights that no optimiser belongs to: to score with, not to go on from. Throws `UserError`. */
export async function writeWeights(path: string, weights: Weights, info: CheckpointInfo): Promise<void> {
  const tensors = parameters(info.shape).map(({ name, shape }): [string, Tensor] => [
    name,
    { shape, data: weights.get(name) as Float32Array },
  ]);
  await writeSafetensors(path, new Map(tensors), metadataOf(info), { sealed: true });
}

function metadataOf({
  build,
  shape,
  step,
  seed,
  state,
  recipe,
  vocabulary,
  labels,
  data,
}: CheckpointInfo): Record<string, string> {
  return {
    format,
    version,
    build,
    shape: JSON.stringify(shape),
    step: String(step),
    seed: String(seed),
    state: JSON.stringify(state),
    recipe: JSON.stringify(recipe),
    vocabulary,
    labels,
    data,
  };
}

/** What a checkpoint says about itself, without its tensors. Throws `UserError`. */
export const readCheckpointInfo = (path: string): Promise<CheckpointInfo> => withFile(path, async (_, info) => info);

/** Puts a checkpoint's weights and optimiser state into an engine of its shape. Throws `UserError`. */
export function restoreEngine(path: string, engine: Engine): Promise<CheckpointInfo> {
  return withFile(path, async (file, info) => {
    // weights first: an engine may start its average from weights that are written at step 0
    await engine.writeWeights(parametersIn(file, engine.shape, ''));
    await engine.writeState({ step: info.step, tensors: stateIn(file) });
    return info;
  });
}

/** The weights that score: the averaged ones where there are any. Reads nothing else of the file. Throws `UserError`. */
export function readScoringWeights(path: string): Promise<{ info: CheckpointInfo; weights: Weights }> {
  return withFile(path, async (file, info) => {
    const source = scoringWeightsIn(file, info.shape);
    const weights: Weights = new Map();
    for (const { name } of parameters(info.shape)) weights.set(name, await source.get(name));
    return { info, weights };
  });
}

/** Puts the weights that score into an engine of the checkpoint's shape, one tensor after the other. Throws `UserError`. */
export function restoreScoringWeights(path: string, engine: Engine): Promise<CheckpointInfo> {
  return withFile(path, async (file, info) => {
    await engine.writeWeights(scoringWeightsIn(file, engine.shape));
    return info;
  });
}

const scoringWeightsIn = (file: SafetensorsFile, shape: NetworkShape): Parameters =>
  parametersIn(file, shape, file.tensors.has('average/embedding') ? 'average/' : '');

/** A file has every parameter, or it is refused. */
interface Parameters extends TensorSource<Float32Array> {
  get(name: string): Promise<Float32Array>;
}

function parametersIn(file: SafetensorsFile, shape: NetworkShape, prefix: string): Parameters {
  const shapes = new Map(parameters(shape).map((spec) => [spec.name, spec.shape]));
  return {
    async get(name) {
      const tensor = await file.read(prefix + name);
      if (tensor.data instanceof Float32Array && String(tensor.shape) === String(shapes.get(name))) return tensor.data;
      throw new UserError(
        'checkpoint-shape',
        `Tensor "${prefix}${name}" has shape [${tensor.shape}] where the network has [${shapes.get(name)}]`,
        'Use a checkpoint of the same network.',
        { file: file.path },
      );
    },
  };
}

/** What an engine asks for and the file lacks may be another engine's way: it decides. */
const stateIn = (file: SafetensorsFile): TensorSource => ({
  async get(name) {
    if (!file.tensors.has(name)) return undefined;
    const { data } = await file.read(name);
    if (!(data instanceof Float32Array || data instanceof Int32Array)) throw notACheckpoint(file.path);
    return data;
  },
});

const withFile = <T>(path: string, work: (file: SafetensorsFile, info: CheckpointInfo) => Promise<T>): Promise<T> =>
  SafetensorsFile.use(path, (file) => work(file, parseInfo(file)));

function parseInfo({ path, metadata: m, isSealed }: SafetensorsFile): CheckpointInfo {
  if (m.format !== format || (m.version === version && !isSealed)) throw notACheckpoint(path);
  if (m.version !== version)
    throw new UserError(
      'checkpoint-version',
      `The checkpoint has version ${m.version}, this program reads version ${version}`,
      'Use the program that wrote it.',
      { file: path },
    );
  const { build, vocabulary, labels, data } = m;
  try {
    const [shape, state, recipe] = [m.shape, m.state, m.recipe].map((json) => JSON.parse(json));
    return { build, vocabulary, labels, data, shape, state, recipe, step: Number(m.step), seed: Number(m.seed) };
  } catch (error) {
    if (error instanceof SyntaxError) throw notACheckpoint(path);
    throw error;
  }
}

const notACheckpoint = (file: string): UserError =>
  new UserError('not-a-checkpoint', 'This file is not a checkpoint of this program', 'Name another file.', { file });

/** SHA-256 of a list of strings. */
const hashOfNames = (names: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(names)).digest('hex');

type NamesIdentity = Pick<RunIdentity, 'vocabulary' | 'labels'>;

interface NamedLabels {
  names: readonly string[];
  /** The first of them, which have an output. */
  outputs: number;
}

/** What ids belong to: the words, and the labels that have an output. */
export const identityOfNames = (words: readonly string[], { names, outputs }: NamedLabels): NamesIdentity => ({
  vocabulary: hashOfNames(words),
  labels: hashOfNames(names.slice(0, outputs)),
});

/** Ids in a file mean these words and labels only if it was made with them. */
export function belongsTo(info: NamesIdentity, words: readonly string[], labels: NamedLabels): boolean {
  const own = identityOfNames(words, labels);
  return info.vocabulary === own.vocabulary && info.labels === own.labels;
}

export const checkpointDiffers = (file: string, message: string): UserError =>
  new UserError('checkpoint-differs', message, 'Put the files of the run back together, or train again.', { file });

/** SHA-256 of the word ids and label ids of corpora. */
export function hashOfCorpora(corpora: readonly (Corpus | undefined)[]): string {
  const hash = createHash('sha256');
  for (const corpus of corpora) {
    if (!corpus) hash.update('none');
    else for (const part of [corpus.wordStarts, corpus.words, corpus.labelStarts, corpus.labels]) update(hash, part);
    if (corpus?.values) update(hash, corpus.values);
  }
  return hash.digest('hex');
}

function update(
  hash: ReturnType<typeof createHash>,
  array: Int32Array | Uint32Array | Float32Array | Float64Array,
): void {
  hash.update(`${array.length} `);
  const piece = 1 << 28; // a hash takes less than 2 GiB at once
  for (let at = 0; at < array.byteLength; at += piece)
    hash.update(new Uint8Array(array.buffer, array.byteOffset + at, Math.min(piece, array.byteLength - at)));
}
