import { expect, it } from 'vitest';
import { prune } from '../../../src/core/linear/keptWeights.ts';
import { expectedWeights, requireFit, samplePlaces, sumOverPlaces } from '../../../src/core/linear/modelSize.ts';

it('takes samples from the smallest to the largest', () => {
  expect(samplePlaces(3)).toEqual([0, 1, 2]);
  expect(samplePlaces(1)).toEqual([0]);
  const places = samplePlaces(5000);
  expect([places[0], ...places.slice(-3)]).toEqual([0, 4994, 4998, 4999]);
  expect(places.length).toBeGreaterThan(60);
  for (let i = 1; i < places.length; i++) expect(places[i]).toBeGreaterThan(places[i - 1]);
});

it('sums what changes evenly to the very number', () => {
  const valueAt = (place: number): number => (place < 20 ? 5 : 5 + 3 * (place - 20));
  const all = Array.from({ length: 51 }, (_, place) => valueAt(place)).reduce((a, b) => a + b);
  expect(sumOverPlaces([0, 20, 33, 50], [0, 20, 33, 50].map(valueAt))).toBeCloseTo(all, 9);
  expect(sumOverPlaces([0], [7])).toBe(7);
});

/** Labels with i + 1 weights of 0.25 for the first features, and one of 0.75 for a late feature. */
const outputs = Array.from({ length: 4 }, (_, i) => {
  const weights = new Float32Array(10_000);
  weights.fill(0.25, 0, (i + 1) * 1000).fill(0.75, 9000);
  return [prune({ weights, bias: 0 }, 0.01)];
});
const samples = { places: [0, 1, 2, 3], outputs };

it('knows how many weights other settings would leave', () => {
  expect(expectedWeights(samples)).toBe(14_000);
  expect(expectedWeights(samples, { above: 0.25 })).toBe(4000);
  expect(expectedWeights(samples, { features: 2000 })).toBe(7000);
});

it('refuses what does not fit, and says what would', () => {
  const size = { bytesOfWeight: 1_000, features: 10_000 };
  requireFit(samples, size, 14e6);
  let refused: unknown;
  try {
    requireFit(samples, size, 9.5e6);
  } catch (error) {
    refused = error;
  }
  expect(refused).toMatchObject({
    code: 'model-too-large',
    message: 'The linear model would have about 14,000 weights, which take 14 MB: more than the 10 MB that there are',
    remedy: 'It fits with about linear.prune 0.25 or linear.maxFeatures 3,000.',
  });
});
