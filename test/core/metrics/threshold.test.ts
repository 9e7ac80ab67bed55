import { describe, expect, it } from 'vitest';
import { Evaluator } from '../../../src/core/metrics/evaluator.ts';
import { ThresholdTuner } from '../../../src/core/metrics/threshold.ts';
import { randomSet } from './naive.ts';

function tune(scores: ArrayLike<number>[], truth: ArrayLike<number>[]) {
  const tuner = new ThresholdTuner();
  scores.forEach((s, d) => tuner.add(s, truth[d]));
  return tuner.best();
}

function microF1(scores: ArrayLike<number>[], truth: ArrayLike<number>[], threshold: number, labelCount: number) {
  const evaluator = new Evaluator({ labelCount, ks: [], threshold });
  scores.forEach((s, d) => evaluator.add(s, truth[d]));
  return evaluator.metrics().microF1;
}

describe('threshold tuning', () => {
  it.each([0, 20, 200])('finds the best of all thresholds (%d steps)', (steps) => {
    const { scores, truth } = randomSet(3, 30, 20, steps);
    const best = tune(scores, truth);
    const candidates = [0.01, ...scores.flatMap((s) => [...s])].filter((t) => t >= 0.01);
    const tried = candidates.map((t) => microF1(scores, truth, t, 20));
    expect(best.microF1).toBe(Math.max(...tried));
    expect(microF1(scores, truth, best.threshold, 20)).toBe(best.microF1);
  });

  it('never goes below 0.01, and counts labels out of reach as missed', () => {
    expect(tune([[0.9, 0.009]], [[0, 1, 7]])).toEqual({ threshold: (0.9 + 0.01) / 2, microF1: 0.5 });
    expect(tune([[0.02, 0.009]], [[0]]).threshold).toBeGreaterThanOrEqual(0.01);
  });

  it('separates neighbouring floating-point numbers', () => {
    const above = 0.5 + 2 ** -53;
    const best = tune([[above, 0.5]], [[0]]);
    expect(best.microF1).toBe(1);
    expect(above > best.threshold && !(0.5 > best.threshold)).toBe(true);
  });

  it('stays at 0.5 where nothing can be right', () => {
    expect(tune([[0.9, 0.8]], [[]])).toEqual({ threshold: 0.5, microF1: 0 });
  });
});
