import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { initialWeights } from '../../../src/core/model/initialWeights.ts';
import { poolings } from '../../../src/core/model/network.ts';
import { agreesWithReference, parityCases } from './parity.ts';
import { batchOf, Draws, plainOptions, randomDocuments, randomLabels, randomShape } from './randomCases.ts';
import { testedBackends } from './tfjsBackends.ts';

// a graphics adapter in software compiles its programs for seconds
vi.setConfig({ testTimeout: 600_000 });

for (const { name, backend, makeEngine } of await testedBackends()) {
  describe(`TensorFlow.js engine on ${backend.build}`, () => {
    afterAll(() => backend.release());
    parityCases(makeEngine, 1e-4, { choosesByShape: name !== 'cpu' });
    agreesWithReference(makeEngine, 1e-4);

    for (const pooling of poolings) {
      it(`${pooling}: keeps no tensor of a step, a scoring or an explanation`, async () => {
        const draws = new Draws(30);
        const shape = randomShape(draws, pooling, 5);
        await backend.use();
        const before = tf.memory().numTensors;
        const engine = await makeEngine({ ...plainOptions(shape), embeddingDropout: 0.2, clip: 1, ema: 0.9 });
        await engine.writeWeights(initialWeights(shape, { seed: 3, initializer: 'torch', outputBias: 'default' }));
        const held = tf.memory().numTensors;
        for (let step = 0; step < 5; step++) {
          const batch = batchOf(randomDocuments(draws, shape, 4), randomLabels(draws, shape.labels, 4));
          await engine.trainStep(batch, 0.01);
          await engine.logits(batch, () => undefined);
          await engine.activations(batch.words.slice(0, 3));
          await engine.writeWeights(await engine.readAverage());
          await engine.writeState(await engine.readState());
          expect(tf.memory().numTensors, `after step ${step}`).toBe(held);
        }
        await engine.dispose();
        expect(tf.memory().numTensors).toBe(before);
      });
    }
  });
}
