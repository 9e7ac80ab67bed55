import { describe, expect, it, test } from 'vitest';
import { completeConfig } from '../../../src/core/config/layers.ts';
import { Cancelled } from '../../../src/core/base/errors.ts';
import { bitsAt } from '../../../src/core/base/random.ts';
import type { Corpus } from '../../../src/core/text/corpus.ts';
import { Vocabulary } from '../../../src/core/text/vocabulary.ts';
import { aliasTable, exampleBatches, keepProbabilities } from '../../../src/core/word2vec/word2vecExamples.ts';
import { trainWord2Vec, type Word2VecSettings } from '../../../src/core/word2vec/trainWord2Vec.ts';
import { userError } from '../text/helpers.ts';
import { hiddenOf, lossOf, type PlainExample, plainRound, type PlainWeights, trainPlain } from './plain.ts';

const { word2vec } = completeConfig({ dataset: { train: 'x' } });
const settings: Word2VecSettings = { ...word2vec, dim: 10, seed: 1 };

const corpusOf = (texts: number[][]): Pick<Corpus, 'words' | 'wordStarts' | 'size'> => {
  const wordStarts = new Float64Array(texts.length + 1);
  texts.forEach((text, i) => (wordStarts[i + 1] = wordStarts[i] + text.length));
  return { words: Int32Array.from(texts.flat()), wordStarts, size: texts.length };
};
const vocabularyOf = (words: number): Vocabulary =>
  new Vocabulary(['<pad>', '<unk>', ...Array.from({ length: words }, (_, i) => `w${i}`)]);

/** Texts over so many words, small numbers the most frequent; ids begin at 2, and 1 is unknown. */
const texts = (count: number, words: number): number[][] =>
  Array.from({ length: count }, (_, t) =>
    Array.from(
      { length: 1 + (bitsAt(3, t) % 40) },
      (_, i) => 1 + Math.floor((bitsAt(t, i) / 2 ** 32) ** 2 * (words + 1)),
    ),
  );

describe('against the plain computation', () => {
  const words = 30;
  const corpus = corpusOf(texts(60, words));
  const counts = Array.from({ length: words }, (_, row) => corpus.words.filter((id) => id === row + 2).length);
  const rowOf = Int32Array.from({ length: words + 2 }, (_, id) => id - 2).fill(-1, 0, 2);
  for (const algorithm of ['cbow', 'skip-gram'] as const)
    for (const [roundSize, dim] of [
      [1, 10],
      [7, 33],
      [128, 300],
    ])
      it(`${algorithm} in rounds of ${roundSize}, ${dim} numbers`, async () => {
        const own = { ...settings, algorithm, dim, epochs: 2, sample: 0.05 };
        const { rows, found } = await trainWord2Vec(corpus, vocabularyOf(words), own, { threads: 1, roundSize });
        const { input } = trainPlain(corpus, counts, own, { rowOf, roundSize });
        expect([...found]).toEqual([0, 0, ...counts.map(() => 1)]);
        const moved = input.flatMap((row) => [...row]);
        moved.forEach((value, i) => expect(Math.abs(rows[2 * dim + i] - value)).toBeLessThan(2e-5));
        expect(Math.max(...moved.map(Math.abs))).toBeGreaterThan(1.5 / dim); // has left its beginning
      });
});

test('a step goes down the slope of the loss', () => {
  const draw = (key: number, scale: number) =>
    Array.from({ length: 5 }, (_, row) =>
      Float64Array.from({ length: 4 }, (_, i) => (bitsAt(key + row, i) / 2 ** 31 - 1) * scale),
    );
  const before = (): PlainWeights => ({ input: draw(1, 1), output: draw(100, 1) });
  const example: PlainExample = { context: [0, 1, 3], targets: [2, 4, 3] };
  const rate = 1e-3;
  const after = before();
  plainRound(after, [example], rate);
  const slope = (matrix: 'input' | 'output', row: number, column: number): number => {
    const [up, down] = [before(), before()];
    up[matrix][row][column] += 1e-5;
    down[matrix][row][column] -= 1e-5;
    return (lossOf(up, example) - lossOf(down, example)) / 2e-5;
  };
  const weights = before();
  for (let row = 0; row < 5; row++)
    for (let column = 0; column < 4; column++) {
      const step = (matrix: 'input' | 'output') => (after[matrix][row][column] - weights[matrix][row][column]) / rate;
      expect(step('output')).toBeCloseTo(-slope('output', row, column), 6);
      // each context word gets the whole step of their mean, not its share: as the original program
      expect(step('input')).toBeCloseTo(-slope('input', row, column) * example.context.length, 6);
    }
  expect(hiddenOf(weights, example)[0]).toBeCloseTo(
    (weights.input[0][0] + weights.input[1][0] + weights.input[3][0]) / 3,
  );
});

test('the same vectors with one thread, two and three, and others for another seed', async () => {
  const corpus = corpusOf(texts(300, 200));
  for (const algorithm of ['cbow', 'skip-gram'] as const) {
    const train = async (threads: number, seed = 1) =>
      (await trainWord2Vec(corpus, vocabularyOf(200), { ...settings, algorithm, dim: 100, seed }, { threads })).rows;
    const one = await train(1);
    expect(await train(2)).toEqual(one);
    expect(await train(3)).toEqual(one);
    expect(await train(1, 2)).not.toEqual(one);
  }
});

test('words that occur together come near each other', async () => {
  // two topics of ten words, never mixed
  const topics = Array.from({ length: 400 }, (_, t) =>
    Array.from({ length: 20 }, (_, i) => 2 + (t % 2) * 10 + (bitsAt(t, i) % 10)),
  );
  const dim = 20;
  const own = { ...settings, dim, sample: 0, epochs: 10 };
  const { rows } = await trainWord2Vec(corpusOf(topics), vocabularyOf(20), own, { threads: 2 });
  const vector = (word: number) => rows.subarray((word + 2) * dim, (word + 3) * dim);
  const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const cosine = (a: number, b: number) =>
    product(vector(a), vector(b)) / Math.sqrt(product(vector(a), vector(a)) * product(vector(b), vector(b)));
  let [within, across] = [1, -1];
  for (let a = 0; a < 20; a++)
    for (let b = 0; b < a; b++)
      if (a % 20 < 10 === b < 10) within = Math.min(within, cosine(a, b));
      else across = Math.max(across, cosine(a, b));
  expect(within).toBeGreaterThan(across);
});

describe('examples', () => {
  const rowOf = Int32Array.of(-1, -1, 0, 1, 2, 3);
  const all = (sentences: number[][], own = settings, keep = new Float64Array(4).fill(1)) => {
    const found: { word: number; context: number[] }[] = [];
    for (const { tokens, list, count } of exampleBatches(corpusOf(sentences), rowOf, keep, own, 0, 1000))
      for (let e = 0; e < count; e++) {
        const [place, from, to] = list.subarray(3 * e, 3 * e + 3);
        const context = [...tokens.subarray(from, to)].filter((_, i) => from + i !== place);
        found.push({ word: tokens[place], context });
      }
    return found;
  };
  it('are words with those around them, unknown ones left out, texts apart', () => {
    const own = { ...settings, window: 1 };
    expect(all([[2, 1, 3, 4], [5], [5, 2]], own)).toEqual([
      { word: 0, context: [1] },
      { word: 1, context: [0, 2] },
      { word: 2, context: [1] },
      { word: 3, context: [0] },
      { word: 0, context: [3] },
    ]);
    expect(all([[2, 3]], { ...own, algorithm: 'skip-gram' })).toEqual([
      { word: 0, context: [1] },
      { word: 1, context: [0] },
    ]);
  });
  it('see one word as often as two, three … up to the window', () => {
    const long = [Array.from({ length: 9000 }, () => 2)];
    const reach = all(long, { ...settings, window: 4 })
      .slice(10, -10)
      .map(({ context }) => context.length / 2);
    for (const n of [1, 2, 3, 4]) expect(reach.filter((r) => r === n).length / reach.length).toBeCloseTo(1 / 4, 1);
  });
  it('leave out occurrences by their probability', () => {
    const long = [Array.from({ length: 9000 }, (_, i) => 2 + (i % 2))];
    const words = all(long, settings, Float64Array.of(0.2, 1, 1, 1)).map(({ word }) => word);
    expect(words.filter((word) => word === 0).length / 4500).toBeCloseTo(0.2, 1);
    expect(words.filter((word) => word === 1).length).toBe(4500);
  });
  it('of texts longer than a sentence may be are cut, none lost', () => {
    expect(all([Array.from({ length: 25_000 }, () => 2)])).toHaveLength(25_000);
  });
});

test('frequent words are left out by the formula of the original program', () => {
  const counts = [1000, 100, 1];
  const threshold = 0.01 * 1101;
  const keep = keepProbabilities(counts, 0.01);
  expect(keep[0]).toBeCloseTo(Math.sqrt(threshold / 1000) + threshold / 1000, 10);
  expect(keep[2]).toBe(1);
  expect([...keepProbabilities(counts, 0)]).toEqual([1, 1, 1]);
});

test('negatives are drawn by count to the power', () => {
  const counts = [1, 16, 81, 10_000, 3];
  const { cuts, others } = aliasTable(counts, 0.75);
  const shares = counts.map(() => 0);
  for (let row = 0; row < counts.length; row++) {
    const own = cuts[row] / 2 ** 32;
    shares[row] += own / counts.length;
    shares[others[row]] += (1 - own) / counts.length;
  }
  const total = counts.reduce((sum, count) => sum + count ** 0.75, 0);
  counts.forEach((count, row) => expect(shares[row]).toBeCloseTo(count ** 0.75 / total, 6));
});

test('rare words get no vector; training can be cancelled; nothing to train on is told', async () => {
  const corpus = corpusOf([[2, 2, 3, 4, 4, 4]]);
  const { rows, found } = await trainWord2Vec(corpus, vocabularyOf(3), { ...settings, minCount: 2 }, { threads: 1 });
  expect([...found]).toEqual([0, 0, 1, 0, 1]);
  expect(rows.subarray(30, 40).every((value) => value === 0)).toBe(true);
  const cancelled = trainWord2Vec(corpus, vocabularyOf(3), settings, { signal: AbortSignal.abort() });
  await expect(cancelled).rejects.toBeInstanceOf(Cancelled);
  expect(await userError(trainWord2Vec(corpus, vocabularyOf(3), { ...settings, minCount: 9 }))).toMatchObject({
    code: 'no-words',
  });
});
