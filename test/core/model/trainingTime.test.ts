import { describe, expect, it } from 'vitest';
import { completeConfig } from '../../../src/core/config/layers.ts';
import { shapeOf } from '../../../src/core/config/size.ts';
import { linearSeconds, networkSeconds, roughTime } from '../../../src/core/model/trainingTime.ts';

const sets = {
  reuters: { documents: 7000, words: 120, labels: 90, labelsPerDocument: 1.2, threads: 2, speed: 1 },
  cooking: { documents: 11_164, words: 9, labels: 735, labelsPerDocument: 2.3, threads: 2, speed: 1 },
  goemotions: { documents: 43_410, words: 13, labels: 28, labelsPerDocument: 1.2, threads: 2, speed: 1 },
  eurlex: { documents: 45_000, words: 700, labels: 4108, labelsPerDocument: 5, threads: 2, speed: 1 },
};

describe('estimates are within a factor of two of what was measured', () => {
  // seconds on two cores with little else to do, of `linear` and of `wide`'s epochs (bench/RESULTS.md)
  it.each([
    ['cooking', 2, 3.7],
    ['eurlex', 1, 303],
  ] as const)('linear on %s, trained %d times', (name, times, measured) => {
    const estimate = times * linearSeconds(sets[name]);
    expect(estimate / measured).toBeGreaterThan(0.5);
    expect(estimate / measured).toBeLessThan(2);
  });

  it.each([
    ['reuters', 30, 359],
    ['cooking', 15, 101],
    ['goemotions', 15, 364],
  ] as const)('wide on %s', (name, epochs, measured) => {
    const { labels } = sets[name];
    const config = completeConfig({ dataset: { train: 'a' }, embedding: { dim: 300 } }, 'wide');
    const shape = shapeOf(config, { labelCount: labels, vocabularySize: 20_000 });
    const estimate = networkSeconds(shape, sets[name], { epochs, batchSize: 64 });
    expect(estimate / measured).toBeGreaterThan(0.5);
    expect(estimate / measured).toBeLessThan(2);
  });
});

it('a machine of twice the speed takes half as long', () => {
  const { eurlex } = sets;
  expect(linearSeconds({ ...eurlex, speed: 2 })).toBeCloseTo(linearSeconds(eurlex) / 2, 6);
});

it.each([
  [0.2, '10 seconds'],
  [41, '50 seconds'],
  [60 * 4.2, '5 minutes'],
  [3600 * 2.1, '3 hours'],
])('%d seconds are about %s', (seconds, text) => expect(roughTime(seconds)).toBe(text));
