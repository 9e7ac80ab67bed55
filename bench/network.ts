import { createWasmEngine, type MeasuredEngine } from '../src/core/engine/wasm/wasmEngine.ts';
import type { Batch } from '../src/core/engine/engine.ts';
import { initialWeights } from '../src/core/model/initialWeights.ts';
import { initialEmbedding } from '../src/core/text/embeddings.ts';
import { Vocabulary } from '../src/core/text/vocabulary.ts';
import { makeBatch, scoreCorpus } from '../src/core/training/corpusBatches.ts';
import type { Context } from './context.ts';
import { time, type Timing } from './measure.ts';
import { optionsOf, type Setting } from './settings.ts';
import { batchOf, corpusOf, type Texts } from './texts.ts';

/** An engine with the weights that a run starts with. */
export async function startedEngine(setting: Setting, texts: Texts, threads: number): Promise<MeasuredEngine> {
  const options = optionsOf(setting, texts, threads);
  const engine = (await createWasmEngine(options)) as MeasuredEngine;
  const { shape } = options;
  const words = Array.from({ length: shape.vocabulary }, (_, i) => String(i));
  const embedding = initialEmbedding(new Vocabulary(words), shape.dim, 1);
  await engine.writeWeights(initialWeights(shape, { seed: 1, initializer: 'torch', outputBias: 'default', embedding }));
  return engine;
}

export interface Steps {
  step: Timing;
  /** Milliseconds of a step by kernel, each run by itself; the largest first. */
  kernels: [string, number][];
  batches: Batch[];
}

export async function measureSteps(
  engine: MeasuredEngine,
  setting: Setting,
  texts: Texts,
  runs: number,
): Promise<Steps> {
  const batches = Array.from({ length: 8 }, (_, i) =>
    batchOf(texts, i * setting.batch, setting.batch, setting.shape.maxLength),
  );
  const train = (i: number) => engine.trainStep(batches[i % batches.length], 5e-4);
  const step = await time(runs, 8, train);
  const { machine } = engine;
  machine.profile = new Map();
  for (let i = 0; i < batches.length; i++) await train(i);
  const kernels = [...machine.profile].map(([name, ms]): [string, number] => [name, ms / batches.length]);
  machine.profile = undefined;
  return { step, kernels: kernels.sort((a, b) => b[1] - a[1]), batches };
}

export interface Scoring {
  documents: number;
  /** Logits of all documents. */
  logits: Timing;
  /** The same, and their probabilities, as evaluation and prediction take them. */
  probabilities: Timing;
  /** Logits of one document. */
  single: Timing;
}

export async function measureScoring(
  engine: MeasuredEngine,
  setting: Setting,
  texts: Texts,
  { quick }: Context,
): Promise<Scoring> {
  const corpus = corpusOf(texts, setting.shape.maxLength);
  const all = makeBatch(corpus, 0, corpus.size);
  const nothing = (): void => undefined;
  const runs = quick ? 3 : 5;
  const logits = await time(runs, 1, () => engine.logits(all, nothing));
  const probabilities = await time(runs, 1, () => scoreCorpus(engine, corpus, nothing));
  const one = Array.from({ length: 20 }, (_, i) => batchOf(texts, i, 1, setting.shape.maxLength));
  const single = await time(60, 20, (i) => engine.logits(one[i % 20], nothing));
  return { documents: corpus.size, logits, probabilities, single };
}
