import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Batch, Engine, EngineOptions } from '../../../src/core/engine/engine.ts';
import { createReferenceEngine } from '../../../src/core/engine/reference/referenceEngine.ts';
import { initialWeights } from '../../../src/core/model/initialWeights.ts';
import type { NetworkShape, Weights } from '../../../src/core/model/network.ts';
import { parameters, poolings } from '../../../src/core/model/network.ts';
import { afterSteps, expectClose, expectCloseTensors } from './closeTo.ts';
import { batchOf, Draws, plainOptions, randomDocuments, randomLabels, randomShape } from './randomCases.ts';

export type MakeEngine = (options: EngineOptions) => Promise<Engine>;

type Nested = number | Nested[];
type NestedWeights = Record<string, Nested>;
interface TorchCase {
  name?: string;
  config: {
    vocab: number;
    dim: number;
    filterSizes: number[];
    filters: number;
    pools: number;
    hidden: number;
    labels: number;
    pooling?: 'max' | 'average';
  };
  documents: number[][];
  labels: number[][];
  weights: NestedWeights;
  logits: number[][];
  gradients: NestedWeights;
}

const fixture = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8')) as T;

const flat = (nested: Nested): number[] => (typeof nested === 'number' ? [nested] : nested.flatMap(flat));

const tensors = (nested: NestedWeights): Map<string, number[]> =>
  new Map(Object.entries(nested).map(([name, values]) => [name, flat(values)]));

const float32 = (nested: NestedWeights): Weights =>
  new Map([...tensors(nested)].map(([name, values]) => [name, Float32Array.from(values)]));

const shapeOf = ({ config }: TorchCase): NetworkShape => ({
  ...config,
  vocabulary: config.vocab,
  pooling: config.pooling === 'average' ? 'dynamic-average' : 'dynamic-max',
  maxLength: 500,
});

/** Runs `use` on a fresh engine and disposes of it whatever happens. */
async function using<T>(engine: Promise<Engine>, use: (engine: Engine) => Promise<T>): Promise<T> {
  const made = await engine;
  try {
    return await use(made);
  } finally {
    await made.dispose();
  }
}

/** [B, Y] */
async function logitsOf(engine: Engine, batch: Batch): Promise<Float32Array> {
  const { labels } = engine.shape;
  const all = new Float32Array(batch.size * labels);
  await engine.logits(batch, (document, logits) => all.set(logits, document * labels));
  return all;
}

async function featuresOf(engine: Engine, batch: Batch): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  await engine.features(batch, (document, features) => (rows[document] = features.slice()));
  return rows;
}

/** Adam's first moment after the first step is (1 - beta1) times the gradient. */
async function gradientsByAdam(engine: Engine, batch: Batch, beta1: number): Promise<Map<string, number[]>> {
  await engine.trainStep(batch, 1e-3);
  const { tensors } = await engine.readState();
  const moments = [...tensors].filter(([name]) => name.startsWith('adam.m/'));
  return new Map(moments.map(([name, m]) => [name.slice(7), Array.from(m, (value) => value / (1 - beta1))]));
}

/**
 * Registers the tests that every engine must pass: the numbers of `torch_parity.json` and `torch_parity_more.json`
 * (float64 PyTorch), and properties that hold to the last bit. `tolerance` is relative, see `expectClose`. Where a library
 * chooses among programs by the shape of a product, a document's logits hang on its batch in their last bits.
 */
export function parityCases(makeEngine: MakeEngine, tolerance: number, { choosesByShape = false } = {}): void {
  describe('parity with PyTorch', () => torchCases(makeEngine, tolerance));
  describe('to the last bit', () => exactCases(makeEngine, choosesByShape));
  describe('repeated n-grams', () => tieCases(makeEngine, tolerance));
}

function torchCases(makeEngine: MakeEngine, tolerance: number): void {
  const five = fixture<TorchCase & { losses: number[]; weightsAfter5Adam: NestedWeights }>('torch_parity.json');
  const more = fixture<{ cases: (TorchCase & { loss: number })[] }>('torch_parity_more.json').cases;

  for (const expected of [{ ...five, name: 'paper form', loss: five.losses[0] }, ...more]) {
    it(`${expected.name}: logits, loss and every gradient`, () => {
      const options = plainOptions(shapeOf(expected));
      return using(makeEngine(options), async (engine) => {
        await engine.writeWeights(float32(expected.weights));
        const batch = batchOf(expected.documents, expected.labels);
        expectClose(await logitsOf(engine, batch), expected.logits.flat(), tolerance, 'logits');
        const loss = await using(makeEngine(options), async (other) => {
          await other.writeWeights(float32(expected.weights));
          return (await other.trainStep(batch, 1e-3)).loss;
        });
        expectClose([loss], [expected.loss], tolerance, 'loss');
        const gradients = await gradientsByAdam(engine, batch, options.adam.beta1);
        expectCloseTensors(gradients, tensors(expected.gradients), tolerance, 'gradient of');
      });
    });
  }

  it('paper form: losses of 5 Adam steps and the weights after them', () =>
    using(makeEngine(plainOptions(shapeOf(five))), async (engine) => {
      await engine.writeWeights(float32(five.weights));
      const batch = batchOf(five.documents, five.labels);
      const losses: number[] = [];
      for (let step = 0; step < 5; step++) losses.push((await engine.trainStep(batch, 0.01)).loss);
      expectClose(losses, five.losses, tolerance, 'losses');
      // The fixture's Adam is dense: rows of words that its 4 documents lack have no gradient there, and stay as well.
      expectCloseTensors(await engine.readWeights(), tensors(five.weightsAfter5Adam), tolerance, 'weights', afterSteps);
    }));
}

function exactCases(makeEngine: MakeEngine, choosesByShape: boolean): void {
  const expectSame = (actual: Float32Array, expected: Float32Array, what: string): void =>
    choosesByShape ? expectClose(actual, expected, 1e-5, what) : expect(actual, what).toEqual(expected);
  for (const pooling of poolings) {
    it(`${pooling}: a document's logits do not depend on its batch`, () => {
      const draws = new Draws(5);
      const shape = { ...randomShape(draws, pooling, 13), filterSizes: [3, 5, 2], filters: 11, dim: 21, labels: 37 };
      const documents = randomDocuments(draws, shape, 9);
      return using(makeEngine(plainOptions(shape)), async (engine) => {
        await engine.writeWeights(initialWeights(shape, { seed: 3, initializer: 'torch', outputBias: 'default' }));
        const together = await logitsOf(engine, batchOf(documents));
        const reversed = await logitsOf(engine, batchOf([...documents].reverse()));
        const rows = (logits: Float32Array, b: number) => logits.slice(b * shape.labels, (b + 1) * shape.labels);
        for (const [b, document] of documents.entries()) {
          const alone = await logitsOf(engine, batchOf([document]));
          expectSame(alone, rows(together, b), `document ${b} alone`);
          expectSame(rows(reversed, documents.length - 1 - b), alone, `document ${b} in another order`);
        }
      });
    });
  }

  it.each(['lazy', 'dense'] as const)(
    "goes on with the same bits from another engine's weights and state, %s",
    async (embeddingUpdates) => {
      const draws = new Draws(8);
      const shape = randomShape(draws, 'dynamic-max', 13);
      const options = {
        ...plainOptions(shape),
        embeddingDropout: 0.3,
        hiddenDropout: 0.4,
        ema: 0.99,
        clip: 0.5,
        embeddingUpdates,
      };
      const batches = Array.from({ length: 5 }, () =>
        batchOf(randomDocuments(draws, shape, 6), randomLabels(draws, shape.labels, 6)),
      );
      await using(makeEngine(options), async (through) => {
        await through.writeWeights(initialWeights(shape, { seed: 3, initializer: 'torch', outputBias: 'default' }));
        for (const batch of batches.slice(0, 2)) await through.trainStep(batch, 0.01);
        const [weights, state] = [await through.readWeights(), await through.readState()];
        await using(makeEngine(options), async (resumed) => {
          await resumed.writeWeights(weights);
          await resumed.writeState(state);
          for (const batch of batches.slice(2)) {
            expect(await resumed.trainStep(batch, 0.01)).toEqual(await through.trainStep(batch, 0.01));
          }
          expect(await resumed.readWeights()).toEqual(await through.readWeights());
          expect(await resumed.readState()).toEqual(await through.readState());
          expect(await resumed.readAverage()).toEqual(await through.readAverage());
        });
      });
    },
  );

  it('gives the same logits where it is for scoring only, keeps no moments then, and takes no step', () => {
    const draws = new Draws(10);
    const shape = randomShape(draws, 'dynamic-max', 13);
    const weights = initialWeights(shape, { seed: 3, initializer: 'torch', outputBias: 'default' });
    const batch = batchOf(randomDocuments(draws, shape, 4), randomLabels(draws, shape.labels, 4));
    return using(makeEngine({ ...plainOptions(shape), scoringOnly: true }), async (engine) => {
      await engine.writeWeights(weights);
      await using(makeEngine(plainOptions(shape)), async (other) => {
        await other.writeWeights(weights);
        expect(await logitsOf(engine, batch)).toEqual(await logitsOf(other, batch));
        expect((await other.readState()).tensors).not.toEqual(new Map());
      });
      expect(await engine.readWeights()).toEqual(weights);
      expect((await engine.readState()).tensors).toEqual(new Map());
      await expect(engine.trainStep(batch, 0.01)).rejects.toThrow('scoring only');
    });
  });

  it('starts the average at the first weights and keeps it while weights are swapped out and in again', () => {
    const draws = new Draws(9);
    const shape = randomShape(draws, 'dynamic-max', 0);
    const batch = batchOf(randomDocuments(draws, shape, 4), randomLabels(draws, shape.labels, 4));
    return using(makeEngine({ ...plainOptions(shape), ema: 0.99 }), async (engine) => {
      await engine.writeWeights(initialWeights(shape, { seed: 3, initializer: 'torch', outputBias: 'default' }));
      expectCloseTensors(await engine.readAverage(), await engine.readWeights(), 0, 'average');
      await engine.trainStep(batch, 0.01);
      const [weights, average] = [await engine.readWeights(), await engine.readAverage()];
      expect(average).not.toEqual(weights);
      await engine.writeWeights(average);
      await logitsOf(engine, batch);
      await engine.writeWeights(weights);
      expect(await engine.readAverage()).toEqual(average);
      expect(await engine.readWeights()).toEqual(weights);
    });
  });
}

function tieCases(makeEngine: MakeEngine, tolerance: number): void {
  const phrase = [3, 4, 5, 6, 7];
  const repeated = [...phrase, ...phrase, ...phrase];
  const shape: NetworkShape = {
    vocabulary: 9,
    dim: 5,
    filterSizes: [1, 2, 4],
    filters: 6,
    pools: 1,
    pooling: 'dynamic-max',
    hidden: 0,
    labels: 5,
    maxLength: 20,
  };
  const start = initialWeights(shape, { seed: 6, initializer: 'torch', outputBias: 'default' });

  it('are found at their first window', () =>
    using(makeEngine(plainOptions(shape)), async (engine) => {
      await engine.writeWeights(start);
      const { positions } = await engine.activations(Int32Array.from(repeated));
      expect(positions.every((position) => position >= 0 && position < phrase.length)).toBe(true);
      // A document of one word is one long tie.
      const same = await engine.activations(Int32Array.from({ length: 9 }, () => 4));
      expect([...same.positions]).toEqual(Array(18).fill(0));
    }));

  it('give the gradient of one window, not of all', () =>
    using(makeEngine(plainOptions(shape)), async (engine) => {
      await engine.writeWeights(start);
      const gradients = await gradientsByAdam(engine, batchOf([repeated], [[1, 3]]), 0.9);
      // One repetition and the windows that span two of them: the same maxima, each of them once.
      const once = await using(makeEngine(plainOptions(shape)), async (other) => {
        await other.writeWeights(start);
        return gradientsByAdam(other, batchOf([[...phrase, ...phrase.slice(0, 3)]], [[1, 3]]), 0.9);
      });
      expect(Math.max(...gradients.get('conv2.weight')!.map(Math.abs))).toBeGreaterThan(0);
      expectCloseTensors(gradients, once, tolerance, 'gradient of');
    }));
}

/**
 * Registers tests that compare an engine with the reference engine on small random networks of every kind, with
 * dropout, clipping, averaging and weight decay: losses and gradient norms of 3 steps, then weights, moments, averages,
 * logits and activations.
 */
export function agreesWithReference(makeEngine: MakeEngine, tolerance: number, cases = 18): void {
  describe('agrees with the reference engine', () => {
    it('where rows of the embedding move on without their word, come to rest and return', () =>
      using(makeEngine(returning), (engine) =>
        using(Promise.resolve(createReferenceEngine(returning)), (reference) =>
          compareReturn(engine, reference, tolerance),
        ),
      ));
    for (let i = 0; i < cases; i++) {
      const { options, batches } = randomTraining(i);
      const { pooling, hidden, dim, filterSizes, filters, pools, labels } = options.shape;
      const title = `${pooling}, D ${dim}, sizes ${filterSizes.join('/')} x ${filters}, p ${pools}, H ${hidden}, Y ${labels}, B ${batches[0].size}`;
      it(`${i}: ${title}`, () =>
        using(makeEngine(options), (engine) =>
          using(Promise.resolve(createReferenceEngine(options)), (reference) =>
            compareTraining(engine, reference, batches, tolerance),
          ),
        ));
    }
  });
}

/** Dense updates under a momentum that is forgotten within 34 steps. */
const returning: EngineOptions = {
  ...plainOptions({ ...randomShape(new Draws(70), 'dynamic-max', 5), vocabulary: 12, maxLength: 8 }),
  embeddingUpdates: 'dense',
  adam: { beta1: 0.5, beta2: 0.98, epsilon: 1e-4, weightDecay: 0 },
  ema: 0.9,
};

/** Words 2 and 3 occur at the first step and the last, 50 steps later, word 4 somewhat oftener, 5 to 7 always. */
async function compareReturn(engine: Engine, reference: Engine, tolerance: number): Promise<void> {
  const start = initialWeights(reference.shape, { seed: 3, initializer: 'torch', outputBias: 'default' });
  for (const one of [engine, reference]) {
    await one.writeWeights(start);
    for (let step = 0; step <= 50; step++) {
      const rare = step % 50 === 0 ? [2, 3, 4] : step % 9 === 0 ? [4] : [];
      await one.trainStep(
        batchOf(
          [
            [...rare, 5, 6, 7],
            [7, 5],
          ],
          [[0], []],
        ),
        1e-3,
      );
    }
  }
  const [actual, expected] = [await engine.readWeights(), await reference.readWeights()];
  expectClose(actual.get('embedding')!, expected.get('embedding')!, tolerance, 'embedding', afterSteps);
  const moved = (w: number) => {
    const { dim } = reference.shape;
    return expected
      .get('embedding')!
      .subarray(w * dim, (w + 1) * dim)
      .some((x, d) => x !== start.get('embedding')![w * dim + d]);
  };
  expect([0, 1, 2, 3, 4, 8].map(moved)).toEqual([false, false, true, true, true, false]);
  const [state, expectedState] = [await engine.readState(), await reference.readState()];
  for (const name of ['adam.m/embedding', 'adam.v/embedding'])
    expectClose(state.tensors.get(name)!, expectedState.tensors.get(name)!, tolerance, name, afterSteps);
  expectCloseTensors(await engine.readAverage(), await reference.readAverage(), tolerance, 'average', afterSteps);
}

function randomTraining(i: number): { options: EngineOptions; batches: Batch[] } {
  const draws = new Draws(100 + i);
  const shape = randomShape(draws, poolings[i % 3], i % 2 ? 13 : 0);
  if (i % 4 > 1) shape.padding = 'overhang';
  const size = draws.between(1, 9);
  const options: EngineOptions = {
    ...plainOptions(shape),
    seed: i,
    embeddingDropout: i % 4 === 3 ? 0 : 0.3,
    hiddenDropout: i % 5 === 4 ? 0 : 0.4,
    trainEmbeddings: i % 6 !== 5,
    loss: i % 7 === 6 ? 'bce-sum' : 'bce-mean',
    adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: i % 3 === 1 ? 0 : 1 },
    // Every third case clips nearly always, every third nearly never.
    clip: [0.02, 100, 0][i % 3 === 0 ? 0 : (i + Math.floor(i / 3)) % 3],
    ema: i % 4 === 0 ? 0 : 0.999,
    embeddingUpdates: i % 2 ? 'lazy' : 'dense',
    ...(i % 3 === 2 && {
      positiveWeights: Float32Array.from({ length: shape.labels }, () => draws.between(1, 40) / 10),
    }),
  };
  const batches = Array.from({ length: 3 }, () =>
    batchOf(randomDocuments(draws, shape, size), randomLabels(draws, shape.labels, size)),
  );
  return { options, batches };
}

/** At a small learning rate: a large one makes rounding errors grow from step to step. */
async function compareTraining(engine: Engine, reference: Engine, batches: Batch[], tolerance: number): Promise<void> {
  const { shape } = reference;
  const start = initialWeights(shape, { seed: 3, initializer: 'torch', outputBias: 'default' });
  await engine.writeWeights(start);
  await reference.writeWeights(start);
  expect(await engine.readWeights()).toEqual(start);
  await compareActivations(engine, reference, batches[0], tolerance);
  for (const [step, batch] of batches.entries()) {
    const [actual, expected] = [await engine.trainStep(batch, 1e-3), await reference.trainStep(batch, 1e-3)];
    expectClose([actual.loss], [expected.loss], tolerance, `loss of step ${step}`);
    expect(actual.gradientNorm === undefined).toBe(expected.gradientNorm === undefined);
    if (actual.gradientNorm !== undefined && expected.gradientNorm !== undefined) {
      expectClose([actual.gradientNorm], [expected.gradientNorm], tolerance, `gradient norm of step ${step}`);
    }
  }
  // A bias of one filter, say, may be all its tensor and have come close to zero by steps of 1e-3.
  expectCloseTensors(await engine.readWeights(), await reference.readWeights(), tolerance, 'weights', afterSteps, 0.01);
  const [state, expectedState] = [await engine.readState(), await reference.readState()];
  expect(state.step).toBe(batches.length);
  for (const { name } of parameters(shape)) {
    for (const moment of [`adam.m/${name}`, `adam.v/${name}`]) {
      const expected = expectedState.tensors.get(moment);
      if (expected) expectClose(state.tensors.get(moment)!, expected, tolerance, moment, afterSteps);
      else expect(state.tensors.has(moment), `${moment} of untrained weights`).toBe(false);
    }
  }
  if (await keepsAverage(reference)) {
    expectCloseTensors(
      await engine.readAverage(),
      await reference.readAverage(),
      tolerance,
      'average',
      afterSteps,
      0.01,
    );
  } else await expect(engine.readAverage()).rejects.toThrow();
}

const keepsAverage = (engine: Engine): Promise<boolean> =>
  engine.readAverage().then(
    () => true,
    () => false,
  );

async function compareActivations(engine: Engine, reference: Engine, batch: Batch, tolerance: number): Promise<void> {
  const expected = await logitsOf(reference, batch);
  expectClose(await logitsOf(engine, batch), expected, tolerance, 'logits');
  const features = await featuresOf(engine, batch);
  for (let b = 0; b < batch.size; b++) {
    const words = batch.words.slice(batch.wordStarts[b], batch.wordStarts[b + 1]);
    const [actual, expected] = [await engine.activations(words), await reference.activations(words)];
    expectClose(actual.pooled, expected.pooled, tolerance, 'pooled');
    expectClose(actual.hidden, expected.hidden, tolerance, 'hidden');
    expectClose(actual.logits, expected.logits, tolerance, 'logits of activations');
    expect([...actual.positions]).toEqual([...expected.positions]);
    expectClose(features[b], expected.hidden.length ? expected.hidden : expected.pooled, tolerance, 'features');
  }
}
