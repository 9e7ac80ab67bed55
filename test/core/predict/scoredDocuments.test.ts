import { expect, it } from 'vitest';
import { Evaluator } from '../../../src/core/metrics/evaluator.ts';
import { ScoreStore } from '../../../src/core/metrics/scores.ts';
import { labelStates, type LabelState, type ScoredQuery } from '../../../src/core/predict/scored.ts';
import { ScoredDocuments, sortLabels } from '../../../src/core/predict/scoredDocuments.ts';
import { randomSet } from '../metrics/naive.ts';

const outputs = 60;
const labelCount = outputs + 1;
const { scores, truth } = randomSet(11, 80, outputs);
const held = truth.map((labels, d) => (d % 10 === 0 ? [] : d % 7 === 0 ? [...labels, outputs] : [...labels]));
const store = new ScoreStore(outputs);
for (const row of scores) store.add(row);

function scored(): ScoredDocuments {
  const starts = new Float64Array(held.length + 1);
  held.forEach((labels, d) => (starts[d + 1] = starts[d] + labels.length));
  const options = { labelCount, trainLabelCounts: new Uint32Array(labelCount).fill(2) };
  return new ScoredDocuments(store, { labels: Int32Array.from(held.flat()), starts }, options);
}

const query = (changes: Partial<ScoredQuery> = {}) =>
  ({ threshold: 0.3, order: 'file', descending: false, ...changes }) as const;
const all = Array.from(scores.keys());
const isPredicted = (d: number, l: number, threshold = 0.3): boolean => l < outputs && scores[d][l] > threshold;

it('tells of each document what an evaluator tells of it alone', () => {
  const set = scored();
  for (const d of all) {
    const evaluator = new Evaluator({ labelCount, ks: [5], threshold: 0.3 });
    evaluator.add(scores[d], held[d]);
    const { metrics, perLabel } = evaluator.result();
    const figures = set.figures(d, { threshold: 0.3 });
    const predicted = perLabel.reduce((sum, label) => sum + label.predicted, 0);
    expect(figures.hits + figures.missed).toBe(held[d].length);
    expect(figures.hits + figures.false).toBe(predicted);
    expect(figures.precision).toBe(held[d].length ? metrics['P@5'] : undefined);
    expect(figures.ndcg).toBe(held[d].length ? metrics['nDCG@5'] : undefined);
    expect(figures.f1).toBe(held[d].length + predicted ? metrics.microF1 : undefined);
  }
});

it('finds the documents with a verdict on a label', () => {
  const set = scored();
  for (const label of [0, 7, 31, outputs]) {
    const has = (d: number): boolean => held[d].includes(label);
    const find = (verdict?: ScoredQuery['verdict']): number[] => [...set.documents(query({ label, verdict }))];
    expect(find('hit')).toEqual(all.filter((d) => has(d) && isPredicted(d, label)));
    expect(find('missed')).toEqual(all.filter((d) => has(d) && !isPredicted(d, label)));
    expect(find('false')).toEqual(all.filter((d) => !has(d) && isPredicted(d, label)));
    expect(find()).toEqual(all.filter((d) => has(d) || isPredicted(d, label)));
  }
  expect([...set.documents(query({ label: outputs, verdict: 'missed' }))]).not.toEqual([]);
});

it('finds the documents with a verdict on any label, among those searched for', () => {
  const set = scored();
  const among = Uint8Array.from(all, (d) => d % 3);
  const labels = Array.from({ length: outputs }, (_, l) => l);
  const isFalse = (d: number): boolean => labels.some((l) => isPredicted(d, l, 0.97) && !held[d].includes(l));
  const found = [...set.documents(query({ verdict: 'false', threshold: 0.97 }), among)];
  expect(found).toEqual(all.filter((d) => d % 3 > 0 && isFalse(d)));
  expect(found.length).toBeGreaterThan(0);
  expect(found.length).toBeLessThan(all.filter((d) => d % 3 > 0).length);
});

it('puts the worst documents first, and those that cannot be scored last', () => {
  const set = scored();
  for (const order of ['precision', 'ndcg', 'f1'] as const)
    for (const descending of [false, true]) {
      const found = [...set.documents(query({ order, descending }))];
      expect([...found].sort((a, b) => a - b)).toEqual(all);
      const values = found.map((d) => set.figures(d, { threshold: 0.3 })[order]);
      const known = values.filter((value) => value !== undefined);
      expect(values.slice(0, known.length)).toEqual([...known].sort((a, b) => (descending ? b - a : a - b)));
    }
});

it('orders equal documents by their most confident error', () => {
  const set = scored();
  const found = [...set.documents(query({ order: 'precision' }))];
  const wrong = (d: number): number => Math.max(...[...scores[d]].filter((_, l) => !held[d].includes(l)));
  const zero = found.filter((d) => set.figures(d, { threshold: 0.3 }).precision === 0);
  expect(zero.length).toBeGreaterThan(2);
  expect(zero).toEqual([...zero].sort((a, b) => wrong(b) - wrong(a)));
});

it('orders by the probability of the label filtered by', () => {
  const set = scored();
  const found = [...set.documents(query({ label: 7, order: 'probability', descending: true }))];
  const values = found.map((d) => set.figures(d, { threshold: 0.3, label: 7 }).probability ?? 0);
  expect(values).toEqual([...values].sort((a, b) => b - a));
  expect(values[0]).toBeGreaterThan(values[values.length - 1]);
});

it('has the tuned threshold among the steps of its curve', () => {
  const curve = scored().curve(0.2345);
  const thresholds = curve.map(({ threshold }) => threshold);
  expect(thresholds).toHaveLength(100);
  expect(thresholds).toEqual([...thresholds].sort((a, b) => a - b));
  expect([thresholds[0], thresholds[99]]).toEqual([0.01, 0.99]);
  expect(thresholds).toEqual(expect.arrayContaining([0.07, 0.2345, 0.29, 0.5, 0.57]));
  expect(scored().curve(0.5)).toHaveLength(99);
  for (const { threshold, metrics } of curve) {
    const evaluator = new Evaluator({ labelCount, ks: [], threshold });
    scores.forEach((row, d) => evaluator.add(row, held[d]));
    const { logLoss, ...expected } = evaluator.metrics();
    expect(metrics).toEqual(expected);
    expect(logLoss).toBeGreaterThan(0);
  }
});

it('sorts labels by figures, and equal ones by name', () => {
  const names = ['label 10', 'label 9', 'Label 1', 'other'];
  const row = (label: number, f1: number, trainDocuments: number) => ({
    label,
    f1,
    trainDocuments,
    precision: 0,
    recall: 0,
    support: label,
    predicted: 0,
  });
  const rows = [row(0, 0.5, 3), row(1, 0.5, 9), row(2, 0.1, 4), row(3, 0.9, 1)];
  const order = (by: Parameters<typeof sortLabels>[1]): number[] =>
    sortLabels([...rows], by, ({ label }) => names[label]).map(({ label }) => label);
  expect(order({ order: 'f1', descending: true })).toEqual([3, 1, 0, 2]);
  expect(order({ order: 'name', descending: false })).toEqual([2, 1, 0, 3]);
  expect(order({ order: 'train', descending: false })).toEqual([3, 0, 2, 1]);
});

it('finds the documents in which several labels are so, or are not', () => {
  const set = scored();
  const has = (d: number, l: number): boolean => held[d].includes(l);
  const is = (d: number, l: number) => ({
    either: has(d, l) || isPredicted(d, l),
    true: has(d, l),
    predicted: isPredicted(d, l),
    hit: has(d, l) && isPredicted(d, l),
    missed: has(d, l) && !isPredicted(d, l),
    false: !has(d, l) && isPredicted(d, l),
  });
  let found = 0;
  for (const one of labelStates)
    for (const other of labelStates) {
      const find = (...states: LabelState[]): number[] => [...set.documents(query({ states }))];
      const [a, b, c] = [7, 31, 12];
      const state = (label: number, role: LabelState['role'], which = one): LabelState => ({ label, role, is: which });
      expect(find(state(a, 'all'), state(b, 'none', other))).toEqual(
        all.filter((d) => is(d, a)[one] && !is(d, b)[other]),
      );
      const anyOf = find(state(a, 'any'), state(b, 'any', other), state(c, 'none', 'true'));
      expect(anyOf).toEqual(all.filter((d) => (is(d, a)[one] || is(d, b)[other]) && !has(d, c)));
      found += anyOf.length;
    }
  expect(found).toBeGreaterThan(0);
});

it('counts which labels are predicted in place of missed ones, as the documents of each pair', () => {
  const set = scored();
  const pairs = set.confusion(0.3);
  expect(pairs.length).toBeGreaterThan(10);
  for (const { missed, predicted, documents } of pairs.slice(0, 30)) {
    const states: LabelState[] = [{ label: predicted, is: 'false', role: 'all' }];
    expect(set.documents(query({ label: missed, verdict: 'missed', states }))).toHaveLength(documents);
  }
});
