import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { EngineOptions } from '../../../src/core/engine/engine.ts';
import { registered } from '../../../src/core/engine/tfjs/backend.ts';
import { TfjsEngine } from '../../../src/core/engine/tfjs/engine.ts';
import { initialWeights } from '../../../src/core/model/init.ts';
import { poolings } from '../../../src/core/model/network.ts';
import { agreesWithReference, parityCases } from './parity.ts';
import { batchOf, Draws, plainOptions, randomDocuments, randomLabels, randomShape } from './randomCases.ts';

const makeEngine = async (options: EngineOptions): Promise<TfjsEngine> => {
  const backend = registered('cpu', 'tfjs-cpu', 'tfjs-cpu');
  await backend.use();
  return new TfjsEngine(options, backend);
};

describe('TensorFlow.js engine on its cpu backend', () => {
  parityCases(makeEngine, 1e-4);
  agreesWithReference(makeEngine, 1e-4);

  for (const pooling of poolings) {
    it(`${pooling}: keeps no tensor of a step, a scoring or an explanation`, async () => {
      const draws = new Draws(30);
      const shape = randomShape(draws, pooling, 5);
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
