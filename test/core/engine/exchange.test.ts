import '@tensorflow/tfjs-backend-cpu';
import { describe, it } from 'vitest';
import type { Engine, EngineOptions } from '../../../src/core/engine/engine.ts';
import { createReferenceEngine } from '../../../src/core/engine/reference/referenceEngine.ts';
import { registered } from '../../../src/core/engine/tfjs/backend.ts';
import { TfjsEngine } from '../../../src/core/engine/tfjs/tfjsEngine.ts';
import { createWasmEngine } from '../../../src/core/engine/wasm/wasmEngine.ts';
import { initialWeights } from '../../../src/core/model/initialWeights.ts';
import { afterSteps, expectClose, expectCloseTensors } from './closeTo.ts';
import { batchOf, Draws, plainOptions, randomDocuments, randomLabels, randomShape } from './randomCases.ts';

const engines: Record<string, (options: EngineOptions) => Promise<Engine>> = {
  reference: async (options) => createReferenceEngine(options),
  wasm: (options) => createWasmEngine({ ...options, threads: 1 }),
  tfjs: async (options) => {
    const backend = registered('cpu', 'tfjs-cpu', 'tfjs-cpu');
    await backend.use();
    return new TfjsEngine(options, backend);
  },
};

describe("an engine goes on from another's weights and state", () => {
  for (const embeddingUpdates of ['lazy', 'dense'] as const) {
    for (const [from, makeFirst] of Object.entries(engines)) {
      for (const [to, makeSecond] of Object.entries(engines)) {
        if (from === to) continue;
        it(`${from} to ${to}, ${embeddingUpdates} updates`, () => compare(makeFirst, makeSecond, embeddingUpdates));
      }
    }
  }
});

it('gives the same losses for 20 steps without dropout, on every engine', async () => {
  const draws = new Draws(92);
  const shape = { ...randomShape(draws, 'dynamic-max', 6), dim: 8, filters: 9, labels: 12 };
  const options = { ...plainOptions(shape), embeddingUpdates: 'dense' as const };
  const start = initialWeights(shape, { seed: 3, initializer: 'torch', outputBias: 'default' });
  const batches = Array.from({ length: 20 }, () =>
    batchOf(randomDocuments(draws, shape, 4), randomLabels(draws, shape.labels, 4)),
  );
  const losses = async (make: (options: EngineOptions) => Promise<Engine>): Promise<number[]> => {
    const engine = await make(options);
    await engine.writeWeights(start);
    const all: number[] = [];
    for (const batch of batches) all.push((await engine.trainStep(batch, 1e-3)).loss);
    await engine.dispose();
    return all;
  };
  const expected = await losses(engines.reference);
  for (const [name, make] of Object.entries(engines)) expectClose(await losses(make), expected, 1e-3, name, 1);
});

/** 40 steps on the one, in which rows come to rest and lag behind, then 6 steps on both. */
async function compare(
  makeFirst: (options: EngineOptions) => Promise<Engine>,
  makeSecond: (options: EngineOptions) => Promise<Engine>,
  embeddingUpdates: 'lazy' | 'dense',
): Promise<void> {
  const draws = new Draws(91);
  const shape = { ...randomShape(draws, 'dynamic-max', 6), vocabulary: 20, dim: 8, filters: 9, labels: 12 };
  const options: EngineOptions = {
    ...plainOptions(shape),
    embeddingDropout: 0.2,
    hiddenDropout: 0.2,
    embeddingUpdates,
    adam: { beta1: 0.5, beta2: 0.98, epsilon: 1e-4, weightDecay: 0.1 },
    ema: 0.95,
    clip: 1,
  };
  const batch = (first: number, last: number) =>
    batchOf(
      Array.from({ length: 3 }, () => Array.from({ length: 6 }, () => draws.between(first, last))),
      randomLabels(draws, shape.labels, 3),
    );
  const [first, second] = [await makeFirst(options), await makeSecond(options)];
  try {
    await first.writeWeights(initialWeights(shape, { seed: 3, initializer: 'torch', outputBias: 'default' }));
    await first.trainStep(batchOf(randomDocuments(draws, shape, 5), randomLabels(draws, shape.labels, 5)), 1e-3);
    for (let step = 1; step < 40; step++) await first.trainStep(batch(10, 19), 1e-3);
    await second.writeWeights(await first.readWeights());
    await second.writeState(await first.readState());
    expectCloseTensors(
      await second.readAverage(),
      await first.readAverage(),
      1e-4,
      'average at once',
      afterSteps,
      0.01,
    );
    for (let step = 0; step < 6; step++) {
      const next = batch(1, 12);
      const [expected, actual] = [await first.trainStep(next, 1e-3), await second.trainStep(next, 1e-3)];
      expectClose([actual.loss], [expected.loss], 1e-4, `loss ${step}`);
    }
    expectCloseTensors(await second.readWeights(), await first.readWeights(), 2e-4, 'weights', afterSteps, 0.01);
    expectCloseTensors(await second.readAverage(), await first.readAverage(), 2e-4, 'average', afterSteps, 0.01);
  } finally {
    await first.dispose();
    await second.dispose();
  }
}
