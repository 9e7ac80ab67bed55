import type { NetworkShape, Weights } from '../model/network.ts';

/** What does not change during a run. */
export interface EngineOptions {
  shape: NetworkShape;
  seed: number;
  /** Probability that an element of a word vector is dropped; one mask per distinct word and batch. */
  embeddingDropout: number;
  /** Probability that a hidden unit (a pooled unit where there is no hidden layer) is dropped. */
  hiddenDropout: number;
  trainEmbeddings: boolean;
  /**
   * `lazy` (the default): Adam moves the rows of the batch's words only. `dense`: every row, as PyTorch does, so that a
   * word's momentum moves it on after its batch.
   */
  embeddingUpdates?: 'lazy' | 'dense';
  loss: 'bce-mean' | 'bce-sum';
  /** What the loss of a document that has the label is multiplied by; all are 1 where absent. [Y] */
  positiveWeights?: Float32Array;
  adam: { beta1: number; beta2: number; epsilon: number; weightDecay: number };
  /** Global gradient norm, or 0 for none. */
  clip: number;
  /** Final decay of the exponential moving average of the weights (EMA), or 0 for none: decay_t = min(ema, (1+t)/(10+t)). */
  ema: number;
  /** Worker threads, the calling one included; the result does not depend on it. */
  threads?: number;
  /** Many documents are scored while the calling thread reads and writes others: the engine works on threads of its own. */
  isBeside?: boolean;
  /** No training step is asked of it, so that it keeps no optimiser state: a third of the memory, or less. */
  scoringOnly?: boolean;
}

/** Why an engine that was made for scoring refuses a training step. */
export const onlyScores = 'this engine was made for scoring only';

/** A batch of B documents: word ids in compressed rows, label ids likewise. */
export interface Batch {
  size: number;
  words: Int32Array;
  wordStarts: Int32Array; // [B + 1]
  /** Bags of words: the value of each entry of `words`. */
  values?: Float32Array;
  labels: Int32Array;
  labelStarts: Int32Array; // [B + 1]
}

export interface StepResult {
  /** Loss of this batch before the update. */
  loss: number;
  /** Global gradient norm before clipping; only where `clip` is set. */
  gradientNorm?: number;
}

/** Tensors by name, given when asked for, so that a large model need not be in memory twice; a map is one of them. */
export interface TensorSource<T = Float32Array | Int32Array> {
  get(name: string): T | undefined | Promise<T | undefined>;
}

/** A tensor of an engine that stays where it is until it is read. */
export interface EngineTensor<T = Float32Array | Int32Array> {
  dtype: 'F32' | 'I32';
  length: number;
  /** May be a view of the engine's own memory: good until the engine is called again, and not to be written to. */
  read(): T | Promise<T>;
}

/** What `readWeights`, `readAverage` and `readState` give, tensor by tensor. */
export interface EngineTensors {
  weights: Map<string, EngineTensor<Float32Array>>;
  /** Empty where `ema` is 0. */
  average: Map<string, EngineTensor<Float32Array>>;
  step: number;
  state: Map<string, EngineTensor>;
}

/** An `OptimizerState` whose tensors are given when asked for. */
export interface StateSource {
  step: number;
  tensors: TensorSource;
}

/** Everything a bit-exact resume needs, besides the weights. */
export interface OptimizerState {
  /** Steps done, t. */
  step: number;
  /** `adam.m/<name>`, `adam.v/<name>`, `ema/<name>`, and engine-specific tensors such as `ema.step/embedding`. */
  tensors: Map<string, Float32Array | Int32Array>;
}

export type OnLogits = (document: number, logits: Float32Array) => void;
export type OnFeatures = (document: number, features: Float32Array) => void;

/** A model that gives documents a logit for each label. All calls are serial: one must settle before the next begins. */
export interface Scorer {
  readonly shape: { readonly labels: number };
  /**
   * Logits of the batch's documents, in order, without dropout. A batch may hold a whole corpus: engines share work among as
   * many documents as fit into memory, and a document's logits never depend on the others.
   * @param onRow `logits` [Y] is overwritten by the next row
   * @param pause awaited between pieces of work of some tenths of a second; `done` is the share of the work done, in
   *   documents. What it throws ends the call.
   */
  logits(batch: Batch, onRow: OnLogits, pause?: (done: number) => Promise<void>): Promise<void>;
  dispose(): Promise<void>;
}

/** The network on some hardware. All calls are serial: one must settle before the next begins. */
export interface Engine extends Scorer {
  readonly name: string;
  /** What the bits of a result depend on besides the seed: kernel build and processor family. */
  readonly build: string;
  readonly shape: NetworkShape;
  /** A graphics adapter that computes on the processor: right, but never a choice for its speed. */
  readonly isEmulated?: boolean;
  /** Takes the memory that a training step on this batch needs, or refuses it: a `UserError` with the sizes. */
  reserve?(batch: Batch): Promise<void>;
  /** One forward, backward and Adam update with this learning rate. */
  trainStep(batch: Batch, learningRate: number): Promise<StepResult>;
  /**
   * What the output layer sees of the batch's documents, as `logits` gives logits: the hidden layer after ReLU, or the pooled
   * vector where there is none.
   * @param onRow `features` [H] or [S] is overwritten by the next row
   */
  features(batch: Batch, onRow: OnFeatures, pause?: (done: number) => Promise<void>): Promise<void>;
  /** Activations behind one document's logits, for explanations. */
  activations(words: Int32Array): Promise<Activations>;
  /** For checkpoints. */
  tensors(): EngineTensors;
  readWeights(): Promise<Weights>;
  /** Asks for one tensor after the other, and takes it before the next. */
  writeWeights(weights: TensorSource<Float32Array>): Promise<void>;
  readState(): Promise<OptimizerState>;
  writeState(state: StateSource): Promise<void>;
  /** Averaged weights (EMA) at the present step; fails where `ema` is 0. */
  readAverage(): Promise<Weights>;
}

/** What pooling picked in one document. */
export interface Activations {
  /** Pooled vector after ReLU, order size, filter, chunk. [S] */
  pooled: Float32Array;
  /** First window of each pooled unit's maximum, in words from the document's start; -1 for average pooling. [S] */
  positions: Int32Array;
  /** Hidden layer after ReLU, or empty. [H] */
  hidden: Float32Array;
  /** [Y] */
  logits: Float32Array;
}

/** A batch in blocks of which no more than `most` scores, and 16,384 documents, are kept at a time. */
export function* blocksOf(batch: Batch, labels: number, most: number): Generator<{ from: number; block: Batch }> {
  const size = Math.max(1, Math.min(16_384, Math.floor(most / labels)));
  for (let from = 0; from < batch.size; from += size) yield { from, block: documentsOf(batch, from, from + size) };
}

/** Documents from … to - 1 of a batch, without their labels; shares its arrays. */
export function documentsOf({ size, words, values, wordStarts }: Batch, from: number, to: number): Batch {
  const end = Math.min(size, to);
  const none = new Int32Array(0);
  const starts = wordStarts.subarray(from, end + 1);
  return { size: end - from, words, values, wordStarts: starts, labels: none, labelStarts: none };
}
