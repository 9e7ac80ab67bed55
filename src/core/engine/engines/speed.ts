import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { makeFolder, writeFileAtomic } from '../../base/files.ts';
import { number, object, parseJson, part, string } from '../../base/schema.ts';
import { type Machine, networkSeconds } from '../../model/trainingTime.ts';
import { createWasmEngine } from '../wasm/wasmEngine.ts';
import { enginesFolder } from './folders.ts';
import { initialWeights } from '../../model/initialWeights.ts';
import { bitsAt, key32, uniformAt } from '../../base/random.ts';
import type { Batch, Engine, EngineOptions } from '../engine.ts';

/** A network small enough to be timed within a second or two, even in plain TypeScript. */
export const sampleOptions: EngineOptions = {
  shape: {
    vocabulary: 5000,
    dim: 100,
    filterSizes: [2, 4, 8],
    filters: 64,
    pools: 2,
    pooling: 'dynamic-max',
    hidden: 128,
    labels: 500,
    maxLength: 150,
  },
  seed: 1,
  embeddingDropout: 0.2,
  hiddenDropout: 0.2,
  trainEmbeddings: true,
  loss: 'bce-mean',
  adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  clip: 0,
  ema: 0,
};

/** Milliseconds that are spent on timed steps at least. */
const SPENT = 500;

/** Documents per second that an engine trains, the best of some steps. The engine is of no other use afterwards. */
export async function trainingSpeed(engine: Engine, documents = 32): Promise<number> {
  const batch = sampleBatch(engine, documents);
  await engine.writeWeights(initialWeights(engine.shape, { seed: 1, initializer: 'torch', outputBias: 'default' }));
  await engine.trainStep(batch, 1e-4); // compiles
  let [best, spent] = [Infinity, 0];
  for (let steps = 0; steps < 2 || spent < SPENT; steps++) {
    const begin = performance.now();
    await engine.trainStep(batch, 1e-4);
    const taken = performance.now() - begin;
    spent += taken;
    best = Math.min(best, taken);
  }
  return (documents * 1000) / best;
}

/** Texts of up to 200 words whose frequencies fall as in texts, with five labels each. */
function sampleBatch({ shape }: Engine, size: number): Batch {
  const [length, labelsEach] = [Math.min(shape.maxLength, 200), Math.min(5, shape.labels)];
  const key = key32(1, 2);
  const words = Int32Array.from(
    { length: size * length },
    (_, i) => 1 + Math.floor((shape.vocabulary - 1) * uniformAt(key, i) ** 3),
  );
  const labels = Int32Array.from({ length: size * labelsEach }, (_, i) => {
    const width = Math.floor(shape.labels / labelsEach);
    return (i % labelsEach) * width + (bitsAt(key, i) % width);
  });
  const starts = (each: number): Int32Array => Int32Array.from({ length: size + 1 }, (_, i) => i * each);
  return { size, words, wordStarts: starts(length), labels, labelStarts: starts(labelsEach) };
}

/** Where the speed of this machine is kept: `XMLCNN_MACHINE`, else beside the engines that were installed. */
const machineFile = (env = process.env): string =>
  env.XMLCNN_MACHINE ?? join(dirname(enginesFolder(env)), 'machine.json');

const kept = object(part, { made: string(), speed: number() });

/**
 * This machine, its speed measured in about a second, once for each processor and build of the kernels. One thread is measured, which
 * what else the machine does slows least; beside much else the outcome holds for this time alone.
 */
export async function thisMachine(file = machineFile(), isBusy = isLoaded()): Promise<Machine> {
  const threads = availableParallelism();
  const engine = await createWasmEngine({ ...sampleOptions, threads: 1 });
  try {
    const made = `${cpus()[0]?.model ?? ''}, ${engine.build}`;
    const known = parseJson(await readFile(file, 'utf8').catch(() => ''), kept); // one that is not there is made
    if (known?.made === made && known.speed > 0) return { threads, speed: known.speed };
    const speed = (await trainingSpeed(engine)) * secondsOfSample();
    if (!isBusy) await keep(file, `${JSON.stringify({ made, speed })}\n`);
    return { threads, speed };
  } finally {
    await engine.dispose();
  }
}

/** More processes want to compute than the machine has processors. */
const isLoaded = (): boolean => loadavg()[0] > 1.5 * availableParallelism();

/** Of a document of the sample on one thread, by the rates that estimates are made with. */
function secondsOfSample(): number {
  const { shape } = sampleOptions;
  const work = { documents: 1, words: shape.maxLength, threads: 1, speed: 1 };
  return networkSeconds(shape, work, { epochs: 1, batchSize: 32 });
}

/** Where nothing can be written, it is measured again the next time. */
async function keep(file: string, text: string): Promise<void> {
  try {
    await makeFolder(dirname(file));
    await writeFileAtomic(file, text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
