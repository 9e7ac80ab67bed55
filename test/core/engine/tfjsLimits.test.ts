import '@tensorflow/tfjs-backend-cpu';
import { expect, it } from 'vitest';
import type { EngineOptions } from '../../../src/core/engine/engine.ts';
import { createReferenceEngine } from '../../../src/core/engine/reference/referenceEngine.ts';
import { registered } from '../../../src/core/engine/tfjs/backend.ts';
import { TfjsEngine } from '../../../src/core/engine/tfjs/tfjsEngine.ts';
import { initialWeights } from '../../../src/core/model/initialWeights.ts';
import { expectClose } from './closeTo.ts';
import { batchOf, Draws, plainOptions, randomDocuments, randomLabels, randomShape } from './randomCases.ts';

const draws = new Draws(70);
const shape = { ...randomShape(draws, 'dynamic-max', 6), vocabulary: 300, filters: 10, pools: 2, labels: 50 };

/** An engine on a device whose buffers hold so many floats. */
async function engineWith(floats: number, options: EngineOptions = plainOptions(shape)): Promise<TfjsEngine> {
  const backend = { ...registered('cpu', 'webgpu', 'some adapter'), largestBuffer: 4 * floats };
  await backend.use();
  return new TfjsEngine(options, backend);
}

it('refuses a network that the buffers of a graphics card cannot hold, with its sizes and a remedy', async () => {
  const large = plainOptions({ ...shape, hidden: 512, labels: 670_091 });
  await expect(engineWith(2 ** 25, large)).rejects.toMatchObject({
    code: 'model-too-large',
    message: 'The numbers of output.weight, 670,091 x 512, need 1,309 MB in one buffer; some adapter gives 128 MB',
    remedy: expect.stringContaining('Use the engine wasm'),
  });
});

it.each([
  ['many labels', { labels: 1000 }, 100, /logits of a batch, 100 x 1,000/],
  [
    'many words',
    { vocabulary: 9000, filterSizes: [8], filters: 30 },
    8,
    /projections of the words of a batch, \d+ x 240/,
  ],
  ['averages', { vocabulary: 9000, pooling: 'dynamic-average' as const }, 60, /weights of the averages, 120 x/],
])('refuses a batch that they cannot hold: %s', async (_, changes, size, message) => {
  const changed = { ...shape, filterSizes: [2], ...changes };
  const engine = await engineWith(30_000, plainOptions(changed));
  const documents = Array.from({ length: size }, () =>
    Array.from({ length: 16 }, () => draws.between(1, changed.vocabulary - 1)),
  );
  const refused = engine.reserve(batchOf(documents));
  await expect(refused).rejects.toMatchObject({ code: 'model-too-large', message: expect.stringMatching(message) });
  await expect(refused).rejects.toMatchObject({ remedy: expect.stringContaining('training.batchSize') });
  await engine.reserve(batchOf(documents.slice(0, 1)));
  await engine.dispose();
});

it('scores fewer documents at once where their logits would not fit', async () => {
  const many = { ...shape, filterSizes: [2], filters: 2, pools: 1, hidden: 0 };
  const options = plainOptions(many);
  const [engine, reference] = [await engineWith(3 * many.labels, options), createReferenceEngine(options)];
  const weights = initialWeights(many, { seed: 3, initializer: 'torch', outputBias: 'default' });
  const batch = batchOf(randomDocuments(draws, shape, 10), randomLabels(draws, shape.labels, 10));
  const rows = async (one: Pick<TfjsEngine, 'writeWeights' | 'logits'>): Promise<[number[], number[]]> => {
    const [all, pauses]: [number[], number[]] = [[], []];
    await one.writeWeights(weights);
    await one.logits(
      batch,
      (_, logits) => all.push(...logits),
      async (done) => void pauses.push(done),
    );
    return [all, pauses];
  };
  const [[found, pauses], [expected]] = [await rows(engine), await rows(reference)];
  expect(pauses).toEqual([3, 6, 9, 10]);
  expectClose(found, expected, 1e-4, 'logits');
  await engine.dispose();
});
