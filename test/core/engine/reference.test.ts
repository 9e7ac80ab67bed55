import { describe, expect, it } from 'vitest';
import type { Batch, EngineOptions } from '../../../src/core/engine/engine.ts';
import { createReferenceEngine } from '../../../src/core/engine/reference/referenceEngine.ts';
import { crossEntropy } from '../../../src/core/engine/reference/referenceLayers.ts';
import { initialWeights } from '../../../src/core/model/initialWeights.ts';
import { elements, parameters, poolings, type Weights } from '../../../src/core/model/network.ts';
import { bitsAt, dropThreshold, key32, Stream } from '../../../src/core/base/random.ts';
import { expectClose } from './closeTo.ts';
import { parityCases } from './parity.ts';
import { batchOf, Draws, plainOptions, randomDocuments, randomLabels, randomShape } from './randomCases.ts';

// What is left is the rounding of the fixtures' float64 weights to float32.
parityCases(async (options: EngineOptions) => createReferenceEngine(options), 1e-5);

const shape = { ...randomShape(new Draws(2), 'dynamic-max', 6), vocabulary: 12, filterSizes: [2, 3], maxLength: 8 };
const start = initialWeights(shape, { seed: 4, initializer: 'torch', outputBias: 'default' });
const batch = batchOf([[2, 3, 4, 5], [6, 1, 2], []], [[0], [1], []]);

async function steps(options: Partial<EngineOptions>, batches: Batch[] = [batch], weights: Weights = start) {
  const engine = createReferenceEngine({ ...plainOptions(shape), ...options });
  await engine.writeWeights(weights);
  const results = [];
  for (const each of batches) results.push(await engine.trainStep(each, 0.01));
  return { engine, results, weights: await engine.readWeights(), state: await engine.readState() };
}

describe('gradients are the slopes of the loss', () => {
  for (const [i, pooling] of poolings.entries()) {
    for (const hidden of [0, 5]) {
      it(`${pooling}, hidden ${hidden}, with dropout`, async () => {
        const draws = new Draws(40 + i);
        const small = {
          ...randomShape(draws, pooling, hidden),
          dim: 5,
          filters: 3,
          filterSizes: [1, 4],
          pools: 2,
          labels: 7,
        };
        const options = { ...plainOptions(small), embeddingDropout: 0.3, hiddenDropout: 0.3 };
        const data = batchOf(randomDocuments(draws, small, 4), randomLabels(draws, small.labels, 4));
        const weights = initialWeights(small, { seed: 4, initializer: 'torch', outputBias: 'default' });
        const lossAt = async (changed: Weights) => {
          const engine = createReferenceEngine(options);
          await engine.writeWeights(changed);
          return { loss: (await engine.trainStep(data, 0)).loss, engine };
        };
        const { tensors } = await (await lossAt(weights)).engine.readState();
        for (const spec of parameters(small)) {
          const gradient = Array.from(tensors.get(`adam.m/${spec.name}`)!, (m) => m / 0.1);
          const largest = Math.max(...gradient.map(Math.abs));
          for (let n = 0; n < 12; n++) {
            const at = draws.between(spec.name === 'embedding' ? small.dim : 0, elements(spec) - 1);
            const nudged = [1, -1].map((sign) => {
              const values = weights.get(spec.name)!.slice();
              values[at] += sign * 2 ** -15;
              return { values, changed: new Map(weights).set(spec.name, values) };
            });
            const [up, down] = await Promise.all(nudged.map(({ changed }) => lossAt(changed)));
            const slope = (up.loss - down.loss) / (nudged[0].values[at] - nudged[1].values[at]);
            expect(Math.abs(slope - gradient[at]), `${spec.name}[${at}]`).toBeLessThan(1e-3 * largest + 1e-9);
          }
        }
      });
    }
  }
});

describe('dropout', () => {
  it('drops elements of word vectors by seed, step and word, and scales the others', async () => {
    const seed = 77;
    const { results } = await steps({ seed, embeddingDropout: 0.4 }, [batch, batch]);
    // The same by hand for each step: masked vectors, no dropout.
    const engine = createReferenceEngine({ ...plainOptions(shape), seed, embeddingDropout: 0.4 });
    for (const step of [0, 1]) {
      await engine.writeWeights(step === 0 ? start : (await steps({ seed, embeddingDropout: 0.4 })).weights);
      const weights = await engine.readWeights();
      const embedding = weights.get('embedding')!;
      for (let w = 1; w < shape.vocabulary; w++) {
        for (let d = 0; d < shape.dim; d++) {
          const dropped = bitsAt(key32(seed, Stream.wordDropout, step, w), d) < dropThreshold(0.4);
          embedding[w * shape.dim + d] *= dropped ? 0 : 1 / 0.6;
        }
      }
      const plain = (await steps({}, [batch], weights)).results[0].loss;
      expectClose([results[step].loss], [plain], 1e-6, `loss of step ${step}`);
    }
  });

  it('drops hidden units by seed, step and place in the batch, after the ReLU', async () => {
    const { results } = await steps({ seed: 77, hiddenDropout: 0.5 });
    const engine = createReferenceEngine(plainOptions(shape));
    await engine.writeWeights(start);
    const [weight, bias] = [start.get('output.weight')!, start.get('output.bias')!];
    let loss = 0;
    for (let b = 0; b < batch.size; b++) {
      const { hidden } = await engine.activations(batch.words.slice(batch.wordStarts[b], batch.wordStarts[b + 1]));
      const dropped = hidden.map((_, u) =>
        Number(bitsAt(key32(77, Stream.hiddenDropout, 0, b), u) < dropThreshold(0.5)),
      );
      const truth = [...batch.labels.slice(batch.labelStarts[b], batch.labelStarts[b + 1])];
      bias.forEach((x, l) => {
        hidden.forEach((h, u) => (x += dropped[u] ? 0 : 2 * h * weight[l * shape.hidden + u]));
        loss += Math.log(1 + Math.exp(truth.includes(l) ? -x : x)) / (batch.size * shape.labels);
      });
    }
    expectClose([results[0].loss], [loss], 1e-6, 'loss');
  });
});

describe('update', () => {
  it('scales all gradients by clip / (norm + 1e-6) where the norm exceeds it', async () => {
    const free = await steps({});
    const moments = [...free.state.tensors].filter(([name]) => name.startsWith('adam.m/'));
    const norm = Math.sqrt(moments.reduce((sum, [, m]) => sum + (Math.hypot(...m) / 0.1) ** 2, 0));
    const clipped = await steps({ clip: norm / 4 });
    expectClose([clipped.results[0].gradientNorm!], [norm], 1e-5, 'norm');
    for (const [name, m] of moments)
      expectClose(
        clipped.state.tensors.get(name)!,
        m.map((x) => x / 4),
        1e-4,
        name,
      );
    expect((await steps({ clip: norm * 2 })).weights).toEqual(free.weights);
    expect(free.results[0].gradientNorm).toBeUndefined();
  });

  it('decays weights but neither biases nor word vectors', async () => {
    const [free, decayed] = [await steps({}), await steps({ adam: { ...plainOptions(shape).adam, weightDecay: 0.5 } })];
    for (const [name, weights] of free.weights) {
      const loss = start.get(name)!.map((p) => (name.endsWith('.weight') ? 0.01 * 0.5 * p : 0));
      expectClose(
        decayed.weights.get(name)!,
        weights.map((p, i) => p - loss[i]),
        1e-5,
        name,
      );
    }
  });

  it('averages all weights with decay (1 + t) / (10 + t) at first', async () => {
    const { engine, weights } = await steps({ ema: 0.999 });
    for (const [name, average] of await engine.readAverage()) {
      const expected = weights.get(name)!.map((p, i) => (2 / 11) * start.get(name)![i] + (9 / 11) * p);
      expectClose(average, expected, 1e-6, name);
    }
  });

  it("moves every word of the batch even without a gradient, no other word's row or moments, and never PAD", async () => {
    const { engine, state, weights } = await steps({}, [batchOf([[2, 3, 4, 5]], [[0]])]);
    await engine.writeWeights(new Map(weights).set('output.weight', new Float32Array(shape.labels * shape.hidden)));
    await engine.trainStep(batchOf([[3, 7], []], [[0], []]), 0.01);
    const [after, afterState] = [await engine.readWeights(), await engine.readState()];
    const row = (tensors: ReadonlyMap<string, ArrayLike<number>>, name: string, w: number) =>
      Array.from(tensors.get(name)!).slice(w * shape.dim, (w + 1) * shape.dim);
    const moved = (w: number) => row(after, 'embedding', w).some((x, d) => x !== row(weights, 'embedding', w)[d]);
    expect([0, 1, 2, 3, 4, 5, 6].map(moved)).toEqual([false, false, false, true, false, false, false]);
    expect(row(afterState.tensors, 'adam.m/embedding', 2)).toEqual(row(state.tensors, 'adam.m/embedding', 2));
    expectClose(
      row(afterState.tensors, 'adam.m/embedding', 3),
      row(state.tensors, 'adam.m/embedding', 3).map((m) => m * 0.9),
      1e-6,
      'decayed moment',
    );
    expect(row(after, 'embedding', 0)).toEqual(Array(shape.dim).fill(0));
  });

  it('moves rows by their momentum with dense updates, as PyTorch does, and never PAD', async () => {
    const first = batchOf([[2, 3, 4, 5]], [[0]]);
    const { engine, weights, state } = await steps({ embeddingUpdates: 'dense' }, [first]);
    await engine.trainStep(batchOf([[3, 5], []], [[0], []]), 0.01);
    const [after, afterState] = [await engine.readWeights(), await engine.readState()];
    const row = (tensors: ReadonlyMap<string, ArrayLike<number>>, name: string, w: number) =>
      Array.from(tensors.get(name)!).slice(w * shape.dim, (w + 1) * shape.dim);
    const [m, v] = ['adam.m/embedding', 'adam.v/embedding'].map((name) => row(state.tensors, name, 2));
    const expected = row(weights, 'embedding', 2).map(
      (x, d) => x - (0.01 * 0.9 * m[d]) / (1 - 0.9 ** 2) / (Math.sqrt((0.999 * v[d]) / (1 - 0.999 ** 2)) + 1e-8),
    );
    expectClose(row(after, 'embedding', 2), expected, 1e-6, 'row 2');
    expect(row(after, 'embedding', 2)).not.toEqual(row(weights, 'embedding', 2));
    expectClose(
      row(afterState.tensors, 'adam.m/embedding', 2),
      m.map((x) => 0.9 * x),
      1e-6,
      'moment',
    );
    expect(row(after, 'embedding', 6)).toEqual(row(start, 'embedding', 6));
    expect(row(after, 'embedding', 0)).toEqual(Array(shape.dim).fill(0));
  });

  it('trains the unknown word and leaves frozen word vectors alone', async () => {
    const [trained, frozen] = [await steps({}), await steps({ trainEmbeddings: false })];
    const row = ({ weights }: { weights: Weights }) => weights.get('embedding')!.slice(shape.dim, 2 * shape.dim);
    expect(row(trained)).not.toEqual(start.get('embedding')!.slice(shape.dim, 2 * shape.dim));
    expect(frozen.weights.get('embedding')).toEqual(start.get('embedding'));
    expect([...frozen.state.tensors.keys()].some((name) => name.includes('embedding'))).toBe(false);
  });

  it('sums the loss over documents and labels with bce-sum', async () => {
    const [mean, sum] = [await steps({}), await steps({ loss: 'bce-sum' })];
    expectClose([sum.results[0].loss], [mean.results[0].loss * 3 * shape.labels], 1e-9, 'loss');
  });

  it('multiplies the loss of documents that have a label by its weight, and leaves those that have not', () => {
    const logits = Float64Array.of(0, 2, -1);
    const { loss, gradient } = crossEntropy(logits, [0, 2], 0.5, [4, 100, 0.1]);
    // 4 ln 2 + ln(1 + e^2) + 0.1 ln(1 + e^1), halved; 4 (1/2 - 1), sigmoid(2), 0.1 (sigmoid(-1) - 1), halved
    expect(loss).toBeCloseTo((4 * Math.LN2 + Math.log1p(Math.exp(2)) + 0.1 * Math.log1p(Math.E)) / 2, 12);
    expectClose([...gradient], [-1, 1 / (1 + Math.exp(-2)) / 2, (0.1 * (1 / (1 + Math.E) - 1)) / 2], 1e-12, 'gradient');
    expect(crossEntropy(logits, [0, 2], 0.5, [1, 1, 1])).toEqual(crossEntropy(logits, [0, 2], 0.5));
  });

  it('refuses tensors that do not fit', async () => {
    const engine = createReferenceEngine(plainOptions(shape));
    await expect(engine.writeWeights(new Map(start).set('output.bias', new Float32Array(1)))).rejects.toThrow(
      'output.bias',
    );
    await expect(engine.writeState({ step: 1, tensors: new Map() })).rejects.toThrow('adam.m/embedding');
  });
});

describe('overhang', () => {
  it('lets windows of every size begin at each word', async () => {
    const wide = { ...shape, padding: 'overhang' as const, filterSizes: [3], filters: 1, pools: 1, dim: 1, hidden: 0 };
    const weights = initialWeights(wide, { seed: 1, initializer: 'torch', outputBias: 'default' });
    weights.set(
      'embedding',
      Float32Array.from({ length: wide.vocabulary }, (_, w) => w),
    );
    weights.set('conv3.weight', Float32Array.of(1, -1, -1));
    weights.set('conv3.bias', new Float32Array(1));
    const engine = createReferenceEngine(plainOptions(wide));
    await engine.writeWeights(weights);
    // windows 3 1 5 | 1 5 PAD | 5 PAD PAD
    const { pooled, positions } = await engine.activations(Int32Array.of(3, 1, 5));
    expect([...pooled, ...positions]).toEqual([5, 2]);
    expect([...(await engine.activations(Int32Array.of())).pooled]).toEqual([0]);
  });
});

describe('pooling `seed`', () => {
  it('takes the maximum of neighbours with stride 1 across filters, over every other window', async () => {
    const original = {
      ...shape,
      pooling: 'seed' as const,
      filterSizes: [2],
      filters: 2,
      dim: 1,
      hidden: 0,
      maxLength: 6,
    };
    const weights = initialWeights(original, { seed: 1, initializer: 'torch', outputBias: 'default' });
    weights.set(
      'embedding',
      Float32Array.from({ length: original.vocabulary }, (_, w) => w),
    );
    weights.set('conv2.weight', Float32Array.of(1, 0, 0, 10)); // filter 0 copies the first word, filter 1 ten times the second
    weights.set('conv2.bias', new Float32Array(2));
    const engine = createReferenceEngine(plainOptions(original));
    await engine.writeWeights(weights);
    const { pooled, positions } = await engine.activations(Int32Array.of(5, 1, 3, 2, 4)); // and one PAD
    expect([...pooled]).toEqual([5, 4, 10, 20, 20]); // of 5 3 4 | 10 20 0
    expect([...positions]).toEqual([0, 4, 0, 2, 2]);
  });
});
