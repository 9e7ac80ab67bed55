import { describe, expect, it } from 'vitest';
import type { UserError } from '../../../src/core/base/errors.ts';
import type { Batch } from '../../../src/core/engine/engine.ts';
import { WordNumbering } from '../../../src/core/engine/wordNumbering.ts';
import { memoryOf } from '../../../src/core/engine/wasm/fit.ts';
import { createWasmEngine } from '../../../src/core/engine/wasm/wasmEngine.ts';
import { initialWeights } from '../../../src/core/model/initialWeights.ts';
import { agreesWithReference, parityCases } from './parity.ts';
import { batchOf, Draws, plainOptions, randomShape } from './randomCases.ts';

for (const build of ['relaxed-simd', 'simd'] as const) {
  for (const threads of [1, 3]) {
    describe(`WebAssembly engine, ${build}, ${threads} threads`, () => {
      parityCases((options) => createWasmEngine({ ...options, threads }, build), 1e-4);
      agreesWithReference((options) => createWasmEngine({ ...options, threads }, build), 1e-4);
    });
  }
}

describe('memory', () => {
  const shape = { ...randomShape(new Draws(5), 'dynamic-max', 0), dim: 4096, maxLength: 50_000 };
  const words = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 2);

  it('refuses a model that WebAssembly cannot hold, with its sizes and with what fits', async () => {
    const made = createWasmEngine(plainOptions({ ...shape, vocabulary: 100_000 }));
    const error = await made.then(
      () => expect.fail('it was made'),
      (error: unknown) => error as UserError,
    );
    expect(error.code).toBe('model-too-large');
    expect(error.message).toMatch(/^This model needs 4,6\d\d MB .*\(word vectors 100,000 x 4,096: 4,688 MB\)/);
    const vocabulary = Number(/text\.vocabularySize ([\d,]*\d)/.exec(error.remedy)![1].replace(',', ''));
    const fitting = await createWasmEngine(plainOptions({ ...shape, vocabulary: vocabulary + 2 }));
    await fitting.dispose();
  });

  it('refuses an output layer of 670,091 labels, and takes the hidden layer that it proposes', async () => {
    const labels = { ...shape, dim: 300, maxLength: 500, vocabulary: 50_002, labels: 670_091, hidden: 512 };
    const error = await createWasmEngine(plainOptions(labels)).then(
      () => expect.fail('it was made'),
      (error: unknown) => error as UserError,
    );
    expect(error.message).toContain('output layer 670,091 x 512: 3,9');
    const hidden = Number(/model\.hidden (\d+)/.exec(error.remedy)![1]);
    expect(hidden).toBeGreaterThan(400);
    const { parameters, holds } = memoryOf(plainOptions({ ...labels, hidden }));
    expect(holds).toBe(true);
    expect(parameters).toBeGreaterThan(3.8e9);
    expect(memoryOf(plainOptions({ ...labels, hidden: hidden + 32 })).holds).toBe(false);
  });

  it('holds the weights alone of a model that only scores, so that one can be scored that is too large to train', async () => {
    const options = plainOptions({ ...shape, vocabulary: 100_000 });
    expect(memoryOf(options).holds).toBe(false);
    expect(memoryOf({ ...options, scoringOnly: true }).parameters).toBeLessThan(memoryOf(options).parameters / 2.9);
    const engine = await createWasmEngine({ ...options, scoringOnly: true });
    await engine.dispose();
  });

  it('refuses a batch, with its sizes and with the largest that fits, before the first step', async () => {
    const engine = await createWasmEngine(plainOptions({ ...shape, vocabulary: 60_000 }));
    await expect(engine.reserve!(batchOf([words(50_000)]))).rejects.toMatchObject({
      code: 'model-too-large',
      message: expect.stringMatching(/optimiser state and \d,\d{3} MB for a batch/) as string,
      remedy: expect.not.stringContaining('batchSize') as string, // one document cannot be fewer
    });
    const ten = batchOf(Array.from({ length: 10 }, (_, i) => words(50_000).slice(i * 5000, (i + 1) * 5000)));
    const error = await engine.reserve!(ten).catch((error: unknown) => error as UserError);
    const fewer = Number(/training\.batchSize (\d+)/.exec((error as UserError).remedy)![1]);
    expect(fewer).toBeGreaterThan(0);
    await engine.reserve!(
      batchOf(Array.from({ length: fewer }, (_, i) => words(50_000).slice(i * 5000, (i + 1) * 5000))),
    );
    await engine.dispose();
  });
});

describe('scoring a corpus', () => {
  const draws = new Draws(21);
  const shape = { ...randomShape(draws, 'dynamic-max', 7), filterSizes: [2, 6], filters: 70, dim: 5, labels: 3 };
  const size = 17_000; // more than are projected together
  const starts = Int32Array.from({ length: size + 1 }, (_, i) => 2 * i);
  const words = Int32Array.from({ length: 2 * size }, () => draws.between(1, shape.vocabulary - 1));
  const corpus: Batch = { size, words, wordStarts: starts, labels: words, labelStarts: starts };

  const engineFor = async (threads: number, isBeside = false) => {
    const engine = await createWasmEngine({ ...plainOptions(shape), threads, isBeside });
    await engine.writeWeights(initialWeights(shape, { seed: 3, initializer: 'torch', outputBias: 'default' }));
    return engine;
  };

  it('gives each document, in order, the bits that it gets alone', async () => {
    const engine = await engineFor(2);
    const rows: Float32Array[] = [];
    const done: number[] = [];
    await engine.logits(
      corpus,
      (document, logits) => expect(rows.push(logits.slice())).toBe(document + 1),
      async (n) => void done.push(n),
    );
    for (const d of [0, 1, 511, 512, 16_383, 16_384, size - 1]) {
      const alone = batchOf([[...words.subarray(2 * d, 2 * d + 2)]]);
      await engine.logits(alone, (_, logits) => expect(logits.slice(), `document ${d}`).toEqual(rows[d]));
    }
    await engine.features(corpus, (document, features) => {
      if (document % 999 === 0 || document === size - 1) rows[document] = features.slice();
    });
    for (const d of [0, 999, 16_983, size - 1]) {
      const { hidden } = await engine.activations(words.subarray(2 * d, 2 * d + 2));
      expect(rows[d], `features of document ${d}`).toEqual(hidden);
    }
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done[done.length - 1]).toBeCloseTo(size, 6);
    expect(done.length).toBeGreaterThan(size / 512);
    await engine.dispose();
  });

  it('gives the same bits on threads of its own, while the calling thread goes on', async () => {
    const scored = async (threads: number, isBeside: boolean): Promise<Float32Array> => {
      const engine = await engineFor(threads, isBeside);
      const rows = new Float32Array(size * shape.labels);
      await engine.logits(corpus, (d, logits) => rows.set(logits, d * shape.labels));
      const { logits } = await engine.activations(words.subarray(0, 2));
      expect(logits).toEqual(rows.slice(0, shape.labels));
      await engine.dispose();
      return rows;
    };
    const expected = await scored(2, false);
    for (const threads of [1, 2, 3])
      expect(Buffer.from((await scored(threads, true)).buffer).equals(Buffer.from(expected.buffer))).toBe(true);
  });

  it.each([
    ['', 1, false],
    [', on threads of its own', 3, true],
  ])('ends with what a pause throws, and can go on after that%s', async (_, threads, isBeside) => {
    const engine = await engineFor(threads, isBeside);
    const stop = engine.logits(
      corpus,
      () => expect.fail('no row is done'),
      () => Promise.reject(new Error('enough')),
    );
    await expect(stop).rejects.toThrow('enough');
    let rows = 0;
    await engine.logits(batchOf([[1], [2]]), () => rows++);
    expect(rows).toBe(2);
    await engine.dispose();
  });

  it('takes no more documents together than their distinct words allow', () => {
    const numbering = new WordNumbering(20, (length) => Math.max(3, length));
    const batch = batchOf([[5, 6, 5, 7], [6], [8, 9], [10]]);
    const some = numbering.of(batch, 5);
    expect(some.documents).toBe(3);
    expect([...some.ids]).toEqual([0, 5, 6, 7, 8, 9]);
    expect([...some.starts]).toEqual([0, 4, 7, 10]);
    expect([...some.tokens]).toEqual([1, 2, 1, 3, 2, 0, 0, 4, 5, 0]);
    expect(numbering.of(batch, 1).documents).toBe(1);
    expect(numbering.of(batch).documents).toBe(4);
  });
});
