import type { MeasuredEngine } from '../src/core/engine/wasm/wasmEngine.ts';
import { createWasmEngine } from '../src/core/engine/wasm/wasmEngine.ts';
import { initialWeights } from '../src/core/model/init.ts';
import { initialEmbedding } from '../src/core/text/embeddings.ts';
import { Vocabulary } from '../src/core/text/vocabulary.ts';
import { makeBatch } from '../src/core/training/batches.ts';
import { scoreCorpus } from '../src/core/training/scoring.ts';
import { batchOf, corpusOf, type Texts } from './batches.ts';
import { time, type Timing } from './measure.ts';
import { optionsOf, type Setting } from './settings.ts';

export interface EngineResult {
  build: string;
  distinct: number;
  step: Timing;
  /** Milliseconds of a step by kernel. */
  kernels: [string, number][];
  documents: number;
  /** Logits of all documents. */
  inference: Timing;
  /** The same, and their probabilities, as evaluation and prediction take them. */
  scoring: Timing;
  single: Timing;
}

/** Measures training, bulk inference and one document at a time with one engine. */
export async function measureEngine(
  setting: Setting,
  texts: Texts,
  threads: number,
  quick: boolean,
): Promise<EngineResult> {
  const options = optionsOf(setting, texts, threads);
  const engine = (await createWasmEngine(options)) as MeasuredEngine;
  const { shape } = options;
  const words = Array.from({ length: shape.vocabulary }, (_, i) => String(i));
  const embedding = initialEmbedding(new Vocabulary(words), shape.dim, 1);
  await engine.writeWeights(initialWeights(shape, { seed: 1, initializer: 'torch', outputBias: 'default', embedding }));
  const batches = Array.from({ length: 8 }, (_, i) =>
    batchOf(texts, i * setting.batch, setting.batch, shape.maxLength),
  );
  const train = (i: number) => engine.trainStep(batches[i % batches.length], 5e-4);
  const step = await time(quick ? 8 : 24, 8, train);
  const { machine } = engine;
  machine.profile = new Map();
  for (let i = 0; i < batches.length; i++) await train(i);
  const kernels = [...machine.profile].map(([name, ms]): [string, number] => [name, ms / batches.length]);
  machine.profile = undefined;
  const corpus = corpusOf(texts, shape.maxLength);
  const all = makeBatch(corpus, 0, corpus.size);
  const nothing = (): void => undefined;
  const runs = quick ? 3 : 6;
  const inference = await time(runs, 1, () => engine.logits(all, nothing));
  const scoring = await time(runs, 1, () => scoreCorpus(engine, corpus, nothing));
  const one = Array.from({ length: 20 }, (_, i) => batchOf(texts, i, 1, shape.maxLength));
  const single = await time(40, 20, (i) => engine.logits(one[i % 20], nothing));
  await engine.dispose();
  return {
    build: engine.build,
    distinct: new Set(batches[0].words).size,
    step,
    kernels: kernels.sort((a, b) => b[1] - a[1]),
    documents: corpus.size,
    inference,
    scoring,
    single,
  };
}
