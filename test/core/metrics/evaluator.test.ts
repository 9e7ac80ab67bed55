import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Evaluator } from '../../../src/core/metrics/evaluator.ts';
import { inversePropensity, topK } from '../../../src/core/metrics/ranking.ts';
import { naiveMetrics, randomSet } from './naive.ts';

const ranked = ['P', 'nDCG', 'R', 'RP'];
const propensityScored = ['PSP', 'PSnDCG'];
const atThreshold = ['microP', 'microR', 'microF1', 'macroP', 'macroR', 'macroF1'];

/** Every name an evaluation with these settings computes, in the order of its `metrics`. */
function metricNames(o: { ks: readonly number[]; propensity?: boolean; tuned?: boolean }): string[] {
  const families = o.propensity ? [...ranked, ...propensityScored] : ranked;
  return [
    ...o.ks.flatMap((k) => families.map((family) => `${family}@${k}`)),
    ...atThreshold,
    ...(o.tuned ? atThreshold.map((name) => `${name}@tuned`) : []),
    'logLoss',
  ];
}

interface Parity {
  A: number;
  B: number;
  trainLabelCounts: number[];
  trainDocuments: number;
  truth: number[][];
  scores: number[][];
  inversePropensity: number[];
  metrics: Record<string, number>;
}
const parity = JSON.parse(
  readFileSync(new URL('../../fixtures/metrics_parity.json', import.meta.url), 'utf8'),
) as Parity;
const idsOf = (row: number[]) => row.flatMap((y, l) => (y ? [l] : []));

describe('parity with the fixture', () => {
  const inverse = inversePropensity(parity.trainLabelCounts, parity.trainDocuments, parity.A, parity.B);
  const evaluator = new Evaluator({
    labelCount: 15,
    ks: [1, 3, 5],
    inversePropensity: inverse,
    trainLabelCounts: Uint32Array.from(parity.trainLabelCounts),
  });
  parity.scores.forEach((scores, d) => evaluator.add(scores, idsOf(parity.truth[d])));
  const evaluation = evaluator.result();

  it('has its inverse propensities', () => {
    parity.inversePropensity.forEach((value, l) => expect(Math.abs(inverse[l] - value)).toBeLessThan(1e-9));
  });
  it('has propensities that are at most 1, however few documents there are', () => {
    for (const documents of [1, 2]) expect([...inversePropensity([1, 2], documents)]).toEqual([1, 1]);
    expect(Math.min(...inversePropensity([1, 2, 3], 3))).toBeGreaterThan(1);
  });
  it.each(Object.entries(parity.metrics))('%s', (name, value) => {
    expect(Math.abs(evaluation.metrics[name] - value)).toBeLessThan(1e-9);
  });
  it('counts documents and labels', () => {
    expect(evaluation).toMatchObject({ documents: 12, unlabelledDocuments: 1, testOnlyLabels: 1, threshold: 0.5 });
    expect(evaluation.perLabel).toHaveLength(15);
  });
});

describe('against definitions written out', () => {
  const { scores, truth } = randomSet(1, 60, 90, 50);
  const inverse = inversePropensity(
    Array.from({ length: 90 }, (_, l) => l * 2),
    400,
  );

  it('computes every metric at both thresholds', () => {
    const evaluator = new Evaluator({
      labelCount: 90,
      ks: [1, 5, 20],
      inversePropensity: inverse,
      tunedThreshold: 0.12,
    });
    scores.forEach((s, d) => evaluator.add(s, truth[d]));
    const metrics = evaluator.metrics();
    const naive = naiveMetrics(scores, truth, { labelCount: 90, ks: [1, 5, 20], inverse, threshold: 0.5 });
    const tuned = naiveMetrics(scores, truth, { labelCount: 90, ks: [], inverse, threshold: 0.12 });
    for (const [name, value] of Object.entries(naive))
      expect(Math.abs(metrics[name] - value), name).toBeLessThan(1e-12);
    for (const name of ['microP', 'microR', 'microF1', 'macroP', 'macroR', 'macroF1'])
      expect(Math.abs(metrics[`${name}@tuned`] - tuned[name]), name).toBeLessThan(1e-12);
    expect(tuned.microF1).not.toBe(naive.microF1);
    expect(Object.keys(metrics).sort()).toEqual(metricNames({ ks: [1, 5, 20], propensity: true, tuned: true }).sort());
  });

  it('has nDCG@1 = P@1 where every document has a label', () => {
    const evaluator = new Evaluator({ labelCount: 90, ks: [1] });
    scores.forEach((s, d) => truth[d].length > 0 && evaluator.add(s, truth[d]));
    expect(evaluator.metrics()['nDCG@1']).toBeCloseTo(evaluator.metrics()['P@1'], 14);
  });

  it('works on thresholds alone', () => {
    const evaluator = new Evaluator({ labelCount: 90, ks: [], threshold: 0.3 });
    scores.forEach((s, d) => evaluator.add(s, truth[d]));
    const naive = naiveMetrics(scores, truth, { labelCount: 90, ks: [], inverse, threshold: 0.3 });
    expect(evaluator.metrics().microF1).toBeCloseTo(naive.microF1, 14);
  });
});

describe('log loss', () => {
  const logLoss = (rows: ArrayLike<number>[], truth: number[][], labelCount = rows[0].length) => {
    const evaluator = new Evaluator({ labelCount, ks: [1] });
    rows.forEach((row, d) => evaluator.add(row, truth[d]));
    return evaluator.metrics().logLoss;
  };
  const exact = (p: number) => -Math.log1p(-Math.min(1 - 1e-7, Math.max(1e-7, p)));

  it.each([0, 1e-9, 1e-7, 3.3e-7, 1e-5, 9.99e-4, 1e-3, 0.1, 0.5, 0.999, 1])(
    'is right to 1e-9 for 5,000 times p = %d',
    (p) => {
      const value = logLoss([new Float64Array(5000).fill(p)], [[]]);
      expect(Math.abs(value / exact(p) - 1)).toBeLessThan(1e-9);
    },
  );
  it('clips certain mistakes and certain hits', () => {
    expect(logLoss([[0, 1]], [[0]])).toBeCloseTo(-Math.log(1e-7), 8);
    expect(Math.abs(logLoss([[1, 0]], [[0]]) / 1e-7 - 1)).toBeLessThan(1e-6);
  });
  it('does not lose a small loss among large ones', () => {
    const rows = [Float64Array.from([1 - 1e-6, 1 - 1e-6, 1 - 1e-6, 1e-6, 1e-6])];
    expect(Math.abs(logLoss(rows, [[0, 1, 2]]) / -Math.log1p(-1e-6) - 1)).toBeLessThan(1e-9);
  });
  it('counts labels without an output as probability 0', () => {
    expect(logLoss([[0.25]], [[1]], 3)).toBeCloseTo((-Math.log(0.75) - Math.log(1e-7)) / 2, 12);
  });
  it('shows a NaN', () => expect(logLoss([[0.1, NaN]], [[0]])).toBeNaN());
});

describe('rules', () => {
  it('breaks ties by label index', () => {
    expect([...topK([0.2, 0.9, 0.2, 0.9, 0.1, 0.2], 4)]).toEqual([1, 3, 0, 2]);
    expect([...topK(new Float32Array(5), 3)]).toEqual([0, 1, 2]);
    expect([...topK([0.3, 0.1], 5)]).toEqual([0, 1]);
    const evaluator = new Evaluator({ labelCount: 3, ks: [1] });
    evaluator.add([0.7, 0.7, 0.7], [1]);
    evaluator.add([0.7, 0.7, 0.7], [0]);
    expect(evaluator.metrics()['P@1']).toBe(0.5);
  });

  it('divides P@k by k also where a document has fewer labels', () => {
    const evaluator = new Evaluator({ labelCount: 5, ks: [5] });
    evaluator.add([0.9, 0.1, 0.1, 0.1, 0.1], [0]);
    expect(evaluator.metrics()).toMatchObject({ 'P@5': 0.2, 'R@5': 1, 'RP@5': 1 });
  });

  it('keeps documents without labels in the mean', () => {
    const evaluator = new Evaluator({ labelCount: 2, ks: [1] });
    evaluator.add([0.9, 0.1], [0]);
    evaluator.add([0.9, 0.1], []);
    expect(evaluator.result()).toMatchObject({ documents: 2, unlabelledDocuments: 1 });
    expect(evaluator.metrics()).toMatchObject({ 'P@1': 0.5, 'nDCG@1': 0.5, 'R@1': 0.5, 'RP@1': 0.5, microP: 0.5 });
  });

  it('counts labels that occur only in test as misses', () => {
    const evaluator = new Evaluator({ labelCount: 4, ks: [1], trainLabelCounts: Uint32Array.of(9, 3) });
    evaluator.add([0.9, 0.1], [0, 2]);
    const { metrics, testOnlyLabels, perLabel } = evaluator.result();
    expect(testOnlyLabels).toBe(1);
    expect(metrics['R@1']).toBe(0.5);
    expect(metrics.microR).toBe(0.5);
    expect(metrics.macroF1).toBeCloseTo(1 / 3, 14); // label 3 is neither in train nor here
    expect(perLabel.map((l) => l.label)).toEqual([0, 1, 2]);
  });

  it('refuses k above the number of labels, naming both', () => {
    const refused = expect(() => new Evaluator({ labelCount: 4, ks: [1, 5] }));
    refused.toThrow(
      expect.objectContaining({ name: 'UserError', code: 'k-too-large', message: expect.stringMatching(/5.*4/) }),
    );
    expect(() => new Evaluator({ labelCount: 4, ks: [1.5] })).toThrow(expect.objectContaining({ code: 'bad-k' }));
  });

  it('refuses to judge nothing, and impossible label ids', () => {
    const evaluator = new Evaluator({ labelCount: 2, ks: [1] });
    expect(() => evaluator.result()).toThrow(expect.objectContaining({ code: 'no-documents' }));
    expect(() => evaluator.add([0.1, 0.2], [2])).toThrow(RangeError);
    expect(() => evaluator.add([0.1, 0.2, 0.3], [])).toThrow(RangeError);
  });
});

describe('labels and bands', () => {
  const evaluator = new Evaluator({
    labelCount: 5,
    ks: [1],
    tunedThreshold: 0.05,
    trainLabelCounts: Uint32Array.of(1, 5, 50, 51, 0),
  });
  evaluator.add([0.6, 0.1, 0.9, 0.2, 0], [0, 2, 4]);
  evaluator.add([0.6, 0.7, 0.0, 0.2, 0], [1, 3]);
  const { perLabel, bands, tuned } = evaluator.result();

  it('gives precision, recall, F1 and support of a label', () => {
    expect(perLabel[0]).toEqual({ label: 0, precision: 0.5, recall: 1, f1: 2 / 3, support: 1, predicted: 2 });
    expect(perLabel[3]).toEqual({ label: 3, precision: 0, recall: 0, f1: 0, support: 1, predicted: 0 });
  });
  it('groups labels by training documents, labels unknown to train apart', () => {
    expect(bands.map((b) => [b.name, b.labels, b.support, b.predicted])).toEqual([
      ['1-5', 2, 2, 3],
      ['6-50', 1, 1, 1],
      ['>50', 1, 1, 0],
      ['0', 1, 1, 0],
    ]);
    expect(bands[0]).toMatchObject({ precision: 2 / 3, recall: 1, f1: 0.8, macroPrecision: 0.75, macroRecall: 1 });
    expect(bands[0].macroF1).toBeCloseTo(5 / 6, 14);
  });
  it('gives the same at the tuned threshold', () => {
    expect(tuned).toMatchObject({ threshold: 0.05 });
    expect(tuned?.perLabel[3]).toMatchObject({ precision: 0.5, recall: 1, predicted: 2 });
    expect(tuned?.bands[2]).toMatchObject({ name: '>50', predicted: 2, precision: 0.5 });
  });
});
