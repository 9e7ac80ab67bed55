import { Decision } from '../../../src/core/metrics/decision.ts';
import { expect, it } from 'vitest';
import { Evaluator } from '../../../src/core/metrics/evaluator.ts';
import { ScoreStore } from '../../../src/core/metrics/scores.ts';
import { ScoresByLabel } from '../../../src/core/metrics/scoresByLabel.ts';
import { ThresholdTuner } from '../../../src/core/metrics/threshold.ts';
import { randomSet } from './naive.ts';

const outputs = 120;
/** Two labels occur in the file only; the model has no output for them. */
const labelCount = outputs + 2;
/** Every ninth label is in neither set, if no document has it. */
const trainLabelCounts = Uint32Array.from({ length: labelCount }, (_, l) => (l >= outputs || l % 9 === 0 ? 0 : l));

it.each([
  ['distinct scores', 0],
  ['ties, some of them at the thresholds', 20],
])('gives the very figures of an evaluator at any threshold: %s', (_, steps) => {
  const { scores, truth } = randomSet(3, 90, outputs, steps);
  const held = truth.map((labels, d) =>
    d % 7 === 0 ? [...labels, outputs + (d % 2)] : d % 5 === 0 ? [] : [...labels],
  );
  const store = new ScoreStore(outputs);
  const tuner = new ThresholdTuner();
  scores.forEach((row, d) => {
    store.add(row);
    tuner.add(row, held[d]);
  });
  const figures = new ScoresByLabel(store, (d) => held[d], { labelCount, trainLabelCounts });
  for (const threshold of [0.01, 0.05, 0.1, 0.35, 0.5, 0.75, 0.99, 1, tuner.best().threshold]) {
    const evaluator = new Evaluator({ labelCount, ks: [], threshold, trainLabelCounts });
    scores.forEach((row, d) => evaluator.add(row, held[d]));
    const { perLabel, metrics } = evaluator.result();
    const { logLoss, ...atThreshold } = metrics;
    expect(logLoss).toBeGreaterThan(0);
    expect(figures.metricsAt(Decision.above(threshold))).toEqual(atThreshold);
    expect(figures.labelsAt(Decision.above(threshold))).toEqual(perLabel);
  }
  expect(figures.metricsAt(Decision.above(0.01)).microR).toBeGreaterThan(
    figures.metricsAt(Decision.above(0.99)).microR,
  );
});

it('knows no score below 0.01', () => {
  const store = new ScoreStore(3);
  store.add([0.5, 0.009, 0.02]);
  const figures = new ScoresByLabel(store, () => [1], { labelCount: 3, trainLabelCounts: new Uint32Array(3).fill(1) });
  expect(figures.labelsAt(Decision.above(0.01)).map(({ predicted }) => predicted)).toEqual([1, 0, 1]);
  expect(() => figures.metricsAt(Decision.above(0.005))).toThrow(RangeError);
});

it('gives the precision-recall curve of a label by hand', () => {
  const store = new ScoreStore(2);
  const truth = [[0], [0], [1], [0], []];
  for (const score of [0.9, 0.4, 0.4, 0.005, 0.2]) store.add([score, 0.5]);
  const figures = new ScoresByLabel(store, (d) => truth[d], {
    labelCount: 2,
    trainLabelCounts: new Uint32Array(2).fill(1),
  });
  expect(figures.curveOf(0).points).toEqual([
    { score: 0.2, precision: 2 / 4, recall: 2 / 3, f1: 4 / 7 },
    { score: 0.4, precision: 2 / 3, recall: 2 / 3, f1: 4 / 6 },
    { score: 0.9, precision: 1, recall: 1 / 3, f1: 2 / 4 },
  ]);
  expect(figures.curveOf(0).best).toMatchObject({ score: 0.4, f1: 4 / 6 });
  expect(figures.curveOf(0, 2).best).toMatchObject({ score: 0.4 }); // one that is not drawn
  expect(figures.curveOf(0, 2).points.map(({ score }) => score)).toEqual([0.2, 0.9]);
});

it('gives the curve of a label that its figures at every threshold give', () => {
  const { scores, truth } = randomSet(5, 90, outputs, 20);
  const store = new ScoreStore(outputs);
  for (const row of scores) store.add(row);
  const figures = new ScoresByLabel(store, (d) => truth[d], { labelCount, trainLabelCounts });
  for (const label of [1, 2, 30]) {
    for (const { score, ...point } of figures.curveOf(label).points) {
      const below = score - 1e-9;
      if (below < 0.01) continue;
      const { precision, recall, f1 } = figures.labelsAt(Decision.above(below)).find((one) => one.label === label)!;
      expect(point).toEqual({ precision, recall, f1 });
    }
  }
});
