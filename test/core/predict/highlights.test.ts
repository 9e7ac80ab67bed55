import { expect, it } from 'vitest';
import { evidenceOf, highlightsOf, signedHighlightsOf } from '../../../src/core/predict/highlights.ts';

const ngram = (start: number, end: number, words: number, contribution: number) => ({
  text: 'x'.repeat(end - start),
  start,
  end,
  words: Array.from({ length: words }, () => 'x'),
  contribution,
});

const contributions = [ngram(0, 4, 1, 2), ngram(2, 8, 2, 2), ngram(10, 14, 1, -6), ngram(12, 14, 1, 2)];

it('adds up what overlapping n-grams say of a stretch', () => {
  expect(signedHighlightsOf({ contributions }, 20)).toEqual([
    { start: 0, end: 2, strength: 2 / 6 },
    { start: 2, end: 4, strength: 3 / 6 },
    { start: 4, end: 8, strength: 1 / 6 },
    { start: 10, end: 12, strength: -1 },
    { start: 12, end: 14, strength: -4 / 6 },
  ]);
});

it('measures what spoke for a label by the strongest of its kind', () => {
  expect(highlightsOf({ contributions }, 20)).toEqual([
    { start: 0, end: 2, strength: 2 / 3 },
    { start: 2, end: 4, strength: 1 },
    { start: 4, end: 8, strength: 1 / 3 },
  ]);
});

it('tells n-grams for and against, each strongest first, and what no word carries', () => {
  const sorted = [ngram(0, 1, 1, 3), ngram(2, 3, 1, 1), ngram(4, 5, 1, -1), ngram(6, 7, 1, -2)];
  const evidence = evidenceOf({ contributions: sorted, padding: 0.5, bias: -2, logit: -0.5 }, 8);
  expect(evidence.for.map(({ contribution }) => contribution)).toEqual([3, 1]);
  expect(evidence.against.map(({ contribution }) => contribution)).toEqual([-2, -1]);
  const sum = [...evidence.for, ...evidence.against].reduce((total, { contribution }) => total + contribution, 0);
  expect(sum + evidence.rest).toBe(evidence.logit);
});
