import { describe, expect, it } from 'vitest';
import { half, halfBits, halves } from '../../../src/core/formats/halfFloats.ts';
import { Features } from '../../../src/core/linear/features.ts';
import { forEachWeight, labelsIn, type LabelWeights, prune } from '../../../src/core/linear/keptWeights.ts';
import { LinearModel, type ScoringOptions } from '../../../src/core/linear/linearModel.ts';
import { SlopeFitter, usualSlope } from '../../../src/core/linear/slope.ts';
import { key32, uniformAt } from '../../../src/core/base/random.ts';

it('writes every binary16 as itself, and others as the nearest', () => {
  const all = Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) => !Number.isNaN(half(bits)));
  expect(all.filter((bits) => halfBits(half(bits)) !== bits)).toEqual([]);
  expect(Number.isNaN(half(halfBits(NaN)))).toBe(true);
  for (let i = 0; i < 2000; i++) {
    const value = Math.fround((uniformAt(1, i) - 0.5) * 10 ** Math.floor(uniformAt(2, i) * 12 - 8));
    const bits = halfBits(value);
    const error = Math.abs(half(bits) - value);
    for (const other of [bits - 1, bits + 1]) expect(Math.abs(half(other) - value) < error).toBe(false);
  }
  expect(halfBits(2049)).toBe(halfBits(2048)); // halfway: to the even one
  expect(halfBits(2051)).toBe(halfBits(2052));
  expect(halves()).toEqual(Float32Array.from({ length: 65_536 }, (_, bits) => half(bits)));
  expect([half(halfBits(65519)), half(halfBits(65520)), half(halfBits(-1e9))]).toEqual([65504, Infinity, -Infinity]);
});

const weightsOf = (label: LabelWeights): [number, number][] => {
  const found: [number, number][] = [];
  forEachWeight(label, (...weight) => found.push(weight));
  return found;
};

it('leaves out weights of at most the limit', () => {
  const weights = Float32Array.of(0, 0.5, -0.25, 0.1, -0.75);
  const kept = prune({ weights, bias: 0.3 }, 0.25);
  expect(kept).toEqual({
    bias: 0.3,
    steps: Uint16Array.of(2, 3),
    weights: Uint16Array.of(halfBits(0.5), halfBits(-0.75)),
  });
  expect(weightsOf(kept)).toEqual([
    [1, 0.5],
    [4, -0.75],
  ]);
  expect(weightsOf(prune({ weights, bias: 0 }, 0))).toHaveLength(4);
});

it('keeps weights that lie far apart', () => {
  const weights = new Float32Array(400_000);
  const places = [65_534, 65_535, 131_070, 131_071, 399_999];
  for (const place of places) weights[place] = 0.5;
  const kept = prune({ weights, bias: 0 }, 0.01);
  expect(weightsOf(kept)).toEqual(places.map((place) => [place, 0.5]));
  expect([...kept.steps]).toEqual([65_535, 1, 65_535, 1, 65_535, 65_535, 65_535, 65_535, 6788]);
});

it('reads labels that fit together, and no others', () => {
  const whole = {
    starts: Int32Array.of(0, 2, 3),
    steps: Uint16Array.of(2, 2, 5),
    features: new Int32Array(0),
    weights: Uint16Array.from([1, 1, -1], halfBits),
    bias: Float32Array.of(0.5, 0.25),
  };
  const read = (given: Partial<typeof whole>, features = 5) =>
    labelsIn((name) => ({ ...whole, ...given })[name.slice('label.'.length) as keyof typeof whole], features);
  const rows = [
    [
      [1, 1],
      [3, 1],
    ],
    [[4, -1]],
  ];
  expect(read({})!.map(weightsOf)).toEqual(rows);
  // as version 1 has them
  const old = { steps: new Uint16Array(0), features: Int32Array.of(1, 3, 4) };
  expect(read(old)!.map(weightsOf)).toEqual(rows);
  const far = read({ ...old, features: Int32Array.of(1, 300_000, 4) }, 300_001)!;
  expect(weightsOf(far[0])).toEqual([
    [1, 1],
    [300_000, 1],
  ]);
  for (const given of [
    { starts: Int32Array.of(0, 2) },
    { starts: Int32Array.of(0, 3, 2) },
    { steps: Uint16Array.of(2, 0, 5) },
    { weights: Uint16Array.of(1) },
    { ...old, features: Int32Array.of(3, 3, 4) },
    { ...old, features: Int32Array.of(3, 2, 4) },
  ])
    expect(read(given), JSON.stringify(given)).toBeUndefined();
  expect(read({}, 4)).toBeUndefined(); // a weight of no feature
  expect(read({ ...old, features: Int32Array.of(3, 2, 4) }, 100_000)).toBeUndefined();
});

describe('a linear model', () => {
  const [wordCount, labelCount, size] = [400, 70, 700];
  const words = ['', '?', ...Array.from({ length: wordCount }, (_, w) => `w${w}`)];
  const ngrams = Int32Array.from({ length: 2 * wordCount }, (_, i) => (i % 2 ? 0 : i / 2 + 2));
  const idf = Float32Array.from({ length: wordCount }, (_, f) => 1 + uniformAt(key32(1), f));
  const features = new Features(words, ngrams, idf, { minWordLength: 1, sublinear: true });
  // the first features have weights for most labels, the last for few
  const labels = Array.from({ length: labelCount }, (_, l) => {
    const weights = new Float32Array(wordCount);
    for (let f = 0; f < wordCount; f++)
      if (uniformAt(key32(2, l), f) < 4 / (4 + f)) weights[f] = 2 * uniformAt(key32(3, l), f) - 1;
    return prune({ weights, bias: uniformAt(key32(4), l) - 1 }, 0.01);
  });
  const documents = Array.from({ length: size }, (_, d) =>
    Int32Array.from({ length: d % 23 }, (_, i) => 1 + Math.floor((wordCount + 1) ** uniformAt(key32(5, d), i))),
  );
  const none = new Int32Array(0);
  const batchOf = (rows: readonly Int32Array[]) => {
    const wordStarts = new Int32Array(rows.length + 1);
    rows.forEach((row, i) => (wordStarts[i + 1] = wordStarts[i] + row.length));
    return {
      size: rows.length,
      words: Int32Array.from(rows.flatMap((row) => [...row])),
      wordStarts,
      labels: none,
      labelStarts: none,
    };
  };
  const scored = async (rows: readonly Int32Array[], options: ScoringOptions) => {
    const model = new LinearModel(features, labels, 2.5, options);
    const found: Float32Array[] = [];
    await model.logits(batchOf(rows), (d, logits) => (found[d] = logits.slice()));
    await model.dispose();
    return found;
  };

  it('scores as a plain sum of its weights', async () => {
    const found = await scored(documents, { threads: 2 });
    const { starts, indices, values } = await features.matrix(batchOf(documents) as never);
    const plain = labels.map((label) => {
      const weights = new Float64Array(wordCount);
      forEachWeight(label, (f, weight) => (weights[f] = weight));
      return { weights, bias: label.bias };
    });
    expect(found).toHaveLength(size);
    found.forEach((logits, d) =>
      plain.forEach(({ weights, bias }, l) => {
        let sum = bias;
        for (let e = starts[d]; e < starts[d + 1]; e++) sum += weights[indices[e]] * values[e];
        if (Math.abs(logits[l] - 2.5 * sum) > 1e-5) expect.fail(`document ${d}, label ${l}`);
      }),
    );
  });

  it('gives the same bits with any number of threads, in any company', async () => {
    const expected = await scored(documents, { threads: 1 });
    for (const options of [{ threads: 3 }, { threads: 2, isBulk: true }, { threads: 1, isBulk: true }])
      expect(await scored(documents, options)).toEqual(expected);
    expect(await scored([documents[50]], { threads: 2 })).toEqual([expected[50]]);
    expect(await scored([], { threads: 2 })).toEqual([]);
  });

  it('takes every score apart', async () => {
    const model = new LinearModel(features, labels, 2.5, { threads: 1 });
    const [document] = documents.slice(22);
    const [logits] = await scored([document], { threads: 1 });
    labels.forEach((_, l) => {
      const { parts, bias } = model.partsOf(document, l);
      expect(parts.reduce((sum, part) => sum + part.contribution, bias)).toBeCloseTo(logits[l], 5);
    });
    expect(model.parameters).toBe(labels.reduce((sum, label) => sum + 1 + weightsOf(label).length, 0));
    await model.dispose();
  });

  it('ends with what a pause or a row throws, and can go on after that', async () => {
    const model = new LinearModel(features, labels, 1, { threads: 2, isBulk: true });
    const stop = new Error('stop');
    const ends = model.logits(
      batchOf(documents),
      () => {},
      (done) => (done < size ? Promise.reject(stop) : Promise.resolve()),
    );
    await expect(ends).rejects.toBe(stop);
    let rows = 0;
    await model.logits(batchOf(documents), () => rows++);
    expect(rows).toBe(size);
    await model.dispose();
  });
});

it('finds the slope that scores were made with', () => {
  for (const slope of [0.5, 3, 12]) {
    const fitter = new SlopeFitter();
    for (let i = 0; i < 20_000; i++) {
      const z = 4 * uniformAt(key32(5), i) - 2;
      fitter.add([z], uniformAt(key32(6), i) < 1 / (1 + Math.exp(-slope * z)) ? [0] : []);
    }
    expect(fitter.best() / slope).toBeGreaterThan(0.94);
    expect(fitter.best() / slope).toBeLessThan(1.06);
  }
  const none = new SlopeFitter();
  none.add([1, 2], []);
  none.add([1, 2], [7]);
  expect(none.best()).toBe(usualSlope);
});
