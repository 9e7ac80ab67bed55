import { describe, expect, it } from 'vitest';
import { learningRateAt, type Schedule } from '../../../src/core/training/epochs.ts';

const base: Schedule = {
  learningRate: 0.5,
  warmupSteps: 0,
  schedule: 'constant',
  finalLearningRate: 0.1,
  totalSteps: 100,
};

describe('learningRateAt', () => {
  it('is constant without a warm-up', () => {
    expect([0, 1, 99, 5000].map((step) => learningRateAt(step, base))).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  it('rises linearly over the warm-up and takes a whole part at step 0', () => {
    const rates = [0, 1, 2, 3, 4].map((step) => learningRateAt(step, { ...base, warmupSteps: 4 }));
    expect(rates).toEqual([0.125, 0.25, 0.375, 0.5, 0.5]);
  });

  it('falls along a half cosine to the final fraction at the last step', () => {
    const cosine: Schedule = { ...base, schedule: 'cosine', warmupSteps: 20 };
    expect(learningRateAt(19, cosine)).toBe(0.5);
    expect(learningRateAt(59, cosine)).toBeCloseTo(0.5 * (0.1 + 0.9 / 2), 12); // half of the 80 steps after the warm-up
    expect(learningRateAt(99, cosine)).toBeCloseTo(0.05, 12);
    expect(learningRateAt(150, cosine)).toBeCloseTo(0.05, 12);
    const rates = Array.from({ length: 80 }, (_, i) => learningRateAt(20 + i, cosine));
    expect(rates.every((rate, i) => i === 0 || rate < rates[i - 1])).toBe(true);
  });

  it('stays finite where the warm-up is longer than the training', () => {
    const long: Schedule = { ...base, schedule: 'cosine', warmupSteps: 200 };
    expect(learningRateAt(99, long)).toBeCloseTo(0.25, 12);
    expect(learningRateAt(200, long)).toBeCloseTo(0.05, 12);
  });
});
