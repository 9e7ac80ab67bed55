import { describe, expect, it } from 'vitest';
import { createReferenceEngine } from '../../../src/core/engine/reference/referenceEngine.ts';
import { initialWeights } from '../../../src/core/model/initialWeights.ts';
import type { NetworkShape } from '../../../src/core/model/network.ts';
import { poolings } from '../../../src/core/model/network.ts';
import type { ExplainedDocument } from '../../../src/core/predict/explain.ts';
import { explainer, unitSlopes } from '../../../src/core/predict/explain.ts';
import { Draws, plainOptions, randomDocuments, randomShape } from '../engine/randomCases.ts';

/** Word id n becomes `w<n>`, words are separated by two spaces. */
function spell(words: number[]) {
  const text = words.map((w) => `w${w}`).join('  ');
  let at = 0;
  const spans = words.map((w) => {
    const start = text.indexOf(`w${w}`, at);
    at = start + `w${w}`.length;
    return { word: `w${w}`, start, end: at };
  });
  return { text, spans };
}

async function explain(shape: NetworkShape, words: number[], weights = randomWeights(shape)) {
  const engine = createReferenceEngine(plainOptions(shape));
  await engine.writeWeights(weights);
  const ids = Int32Array.from(words);
  const document: ExplainedDocument = { ...spell(words), words: ids, activations: await engine.activations(ids) };
  return { document, weights, of: explainer(document, weights, shape) };
}

const randomWeights = (shape: NetworkShape) =>
  initialWeights(shape, { seed: 9, initializer: 'kaiming-uniform', outputBias: 'default' });

describe('the contributions and the bias are the logit', () => {
  for (const pooling of poolings) {
    for (const hidden of [0, 13]) {
      it(`${pooling}, hidden ${hidden}`, async () => {
        for (let seed = 0; seed < 4; seed++) {
          const draws = new Draws(seed);
          const shape = randomShape(draws, pooling, hidden);
          for (const words of randomDocuments(draws, shape, 5)) {
            const { document, weights, of } = await explain(shape, words);
            for (let label = 0; label < shape.labels; label++) {
              const { contributions, padding, bias, logit } = of(label);
              const total = contributions.reduce((sum, { contribution }) => sum + contribution, bias + padding);
              expect(Math.abs(total - logit)).toBeLessThan(1e-4);
              const { slopes } = unitSlopes(document.activations, weights, label);
              const units = slopes.reduce((sum, slope, u) => sum + slope * document.activations.pooled[u], bias);
              expect(Math.abs(units - logit)).toBeLessThan(1e-4);
              expect(logit).toBe(document.activations.logits[label]);
            }
          }
        }
      });
    }
  }
});

it('gives the bias terms of the hidden units that are on', async () => {
  const shape = randomShape(new Draws(3), 'dynamic-max', 13);
  const { document, weights, of } = await explain(shape, [1, 2, 3, 4, 5]);
  const { hidden } = document.activations;
  expect(hidden.some((h) => h > 0) && hidden.some((h) => h === 0)).toBe(true);
  const [w2, b1, b2] = ['output.weight', 'hidden.bias', 'output.bias'].map((name) => weights.get(name)!);
  const expected = hidden.reduce((sum, h, i) => sum + (h > 0 ? w2[2 * 13 + i] * b1[i] : 0), b2[2]);
  expect(of(2).bias).toBeCloseTo(expected, 6);
});

describe('windows', () => {
  it('point at their words, come once each, and the greatest contribution first', async () => {
    for (const pooling of poolings) {
      const draws = new Draws(21);
      const shape = { ...randomShape(draws, pooling, 13), filterSizes: [1, 3] };
      const { document, of } = await explain(shape, randomDocuments(draws, shape, 1)[0]);
      const { contributions } = of(0);
      expect(contributions.length).toBeGreaterThan(2);
      for (const { text, start, end, words } of contributions) {
        expect(document.text.slice(start, end)).toBe(text);
        expect(text.split('  ')).toEqual(words);
        expect([document.spans[0].start, ...document.spans.map((span) => span.start)]).toContain(start);
        expect(words.length).toBeLessThanOrEqual(3);
      }
      expect(new Set(contributions.map(({ start, end }) => `${start}-${end}`)).size).toBe(contributions.length);
      const amounts = contributions.map(({ contribution }) => contribution);
      expect(amounts).toEqual([...amounts].sort((a, b) => b - a));
    }
  });

  /** Words are one-hot vectors, filter 0 likes word 2 then 3, filter 1 likes word 5 first; label 0 wants both. */
  const shape: NetworkShape = {
    vocabulary: 6,
    dim: 6,
    filterSizes: [2],
    filters: 2,
    pools: 1,
    pooling: 'dynamic-max',
    hidden: 0,
    labels: 1,
    maxLength: 6,
  };
  const weights = new Map([
    ['embedding', Float32Array.from({ length: 36 }, (_, i) => (i >= 6 && i % 7 === 0 ? 1 : 0))],
    // [filter, word, position]
    ['conv2.weight', Float32Array.of(0, 0, 0, 0, 2, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0)],
    ['conv2.bias', Float32Array.of(0.5, 0)],
    ['output.weight', Float32Array.of(1, -2)],
    ['output.bias', Float32Array.of(0.25)],
  ]);

  it('names the n-grams that carried a label', async () => {
    const { contributions, bias, padding, logit } = (await explain(shape, [1, 2, 3, 5, 1, 2, 3], weights)).of(0);
    expect(contributions).toEqual([
      { text: 'w2  w3', start: 4, end: 10, words: ['w2', 'w3'], contribution: 5.5 },
      { text: 'w5  w1', start: 12, end: 18, words: ['w5', 'w1'], contribution: -14 },
    ]);
    expect([bias, padding, logit]).toEqual([0.25, 0, 0.25 + 5.5 - 14]);
  });

  it('sums filters that picked the same window', async () => {
    const both = new Map(weights).set('conv2.weight', weights.get('conv2.weight')!.slice());
    both.get('conv2.weight')![12 + 4] = 10; // filter 1 now likes word 2 first
    const { contributions } = (await explain(shape, [1, 2, 3], both)).of(0);
    expect(contributions).toEqual([{ text: 'w2  w3', start: 4, end: 10, words: ['w2', 'w3'], contribution: 5.5 - 20 }]);
  });

  it('end at the last word of a short document, and keep what padding gave apart', async () => {
    const short = (await explain(shape, [5], weights)).of(0);
    expect(short.contributions.map(({ text, contribution }) => [text, contribution])).toEqual([['w5', 0.5 - 14]]);
    const empty = (await explain(shape, [], weights)).of(0);
    expect([empty.contributions, empty.padding, empty.logit]).toEqual([[], 0.5, 0.75]);
  });

  it('have their share of an average', async () => {
    const average = { ...shape, pooling: 'dynamic-average' as const };
    const { contributions } = (await explain(average, [2, 3, 5, 1], weights)).of(0);
    // Filter 0: (5.5 + 0.5 + 0.5) / 3; filter 1: (0 + 0 + 7) / 3.
    expect(contributions.map(({ text }) => text)).toEqual(['w2  w3', 'w3  w5', 'w5  w1']);
    [5.5 / 3, 0.5 / 3, 0.5 / 3 - 14 / 3].forEach((amount, i) =>
      expect(contributions[i].contribution).toBeCloseTo(amount, 6),
    );
  });

  it('follow the stride and the filter borders of seed pooling', async () => {
    const seed = { ...shape, pooling: 'seed' as const };
    // Windows 1 2 | 3 5 | 2 3: filter 0 gives .5 .5 5.5, filter 1 gives 0 0 0; units .5 5.5 5.5 0 0.
    const wide = new Map(weights).set('output.weight', Float32Array.of(1, 1, 1, 1, 1));
    const { contributions, logit } = (await explain(seed, [1, 2, 3, 5, 2, 3], wide)).of(0);
    expect(contributions.map(({ text, contribution }) => [text, contribution])).toEqual([
      ['w2  w3', 11],
      ['w1  w2', 0.5],
    ]);
    expect(logit).toBe(11.75);
  });
});
