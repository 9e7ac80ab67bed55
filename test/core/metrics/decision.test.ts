import { describe, expect, it } from 'vitest';
import { bitsAt, key32 } from '../../../src/core/base/random.ts';
import { Decision, decisionOf } from '../../../src/core/metrics/decision.ts';
import { Evaluator } from '../../../src/core/metrics/evaluator.ts';
import { ScoreStore, evaluateStore } from '../../../src/core/metrics/scores.ts';
import { ScoresByLabel } from '../../../src/core/metrics/scoresByLabel.ts';
import { DecisionTuner, ThresholdTuner } from '../../../src/core/metrics/threshold.ts';
import { randomSet } from './naive.ts';

/** As the tuner deals documents out. */
const halfOf = (document: number): number => bitsAt(key32(0x68616c66), document) & 1;

interface Document {
  scores: number[];
  truth: number[];
}

function tuned(documents: Document[]) {
  const labels = Int32Array.from(documents.flatMap(({ truth }) => truth));
  const labelStarts = new Uint32Array(documents.length + 1);
  documents.forEach(({ truth }, d) => (labelStarts[d + 1] = labelStarts[d] + truth.length));
  const tuner = new DecisionTuner({ labels, labelStarts }, documents[0].scores.length);
  documents.forEach(({ scores, truth }, d) => tuner.add(d, scores, truth));
  return tuner.best();
}

/** Label 0 is frequent and well scored, so that the common threshold is about 0.5; label 1 is as `of` says. */
const beside = (count: number, of: (d: number) => [score: number, isTrue: boolean]): Document[] =>
  Array.from({ length: count }, (_, d) => {
    const [score, isTrue] = of(d);
    return { scores: [d % 2 ? 0.9 : 0.4, score], truth: [...(d % 2 ? [0] : []), ...(isTrue ? [1] : [])] };
  });

describe('thresholds per label', () => {
  it('are found for a label whose scores are all low', () => {
    const { threshold, own } = tuned(beside(400, (d) => (d % 10 === 3 ? [0.2, true] : [0.05, false])));
    expect(threshold).toBeGreaterThan(0.2);
    expect(own.labels).toEqual([1]);
    expect(own.thresholds[0]).toBeGreaterThanOrEqual(0.05);
    expect(own.thresholds[0]).toBeLessThan(0.2);
  });

  it('are not given to a label for which the common one is as good', () => {
    expect(tuned(beside(400, (d) => (d % 10 === 3 ? [0.9, true] : [0.05, false]))).own).toEqual({
      labels: [],
      thresholds: [],
    });
  });

  it('are not given to a label with fewer than two documents in a half', () => {
    const holders = [0, 1].map((half) => Array.from({ length: 400 }, (_, d) => d).filter((d) => halfOf(d) === half));
    const rare = new Set([...holders[0].slice(0, 5), holders[1][0]]);
    expect(tuned(beside(400, (d) => (rare.has(d) ? [0.2, true] : [0.05, false]))).own.labels).toEqual([]);
    for (const d of holders[1].slice(1, 4)) rare.add(d);
    expect(tuned(beside(400, (d) => (rare.has(d) ? [0.2, true] : [0.05, false]))).own.labels).toEqual([1]);
  });

  it('are not given where what one half of validation says is worse on the other', () => {
    // 0.2 tells the label in one half; in the other it tells its absence, and 0.9 tells the label
    const of = (d: number): [number, boolean] => {
      const isTrue = d % 10 === 3;
      if (halfOf(d) === 0) return isTrue ? [0.2, true] : [0.05, false];
      return isTrue ? [0.9, true] : [0.2, false];
    };
    expect(tuned(beside(400, of)).own.labels).toEqual([]);
  });

  it('are not given below an F1 of 0.1', () => {
    // 4 of 400 documents, scored as 96 others are: precision 0.04, F1 0.077
    const of =
      (share: number) =>
      (d: number): [number, boolean] => [d % 4 === 0 ? 0.2 : 0.05, d % share === 0];
    expect(tuned(beside(400, of(100))).own.labels).toEqual([]);
    expect(tuned(beside(400, of(20))).own.labels).toEqual([1]); // precision 0.2, F1 0.33
  });

  it('have no worse an F1 than the common one on the documents they were tuned on, and lie between scores', () => {
    const { scores, truth } = randomSet(5, 400, 12);
    // a label's scores are pressed together, each in its own way
    const documents = scores.map((row, d) => ({
      scores: Array.from(row, (p, l) => p * (0.3 + 0.05 * l)),
      truth: [...truth[d]],
    }));
    const { threshold, own, topK } = tuned(documents);
    expect(own.labels.length).toBeGreaterThan(0);
    const evaluator = new Evaluator({ labelCount: 12, ks: [], tunedThreshold: threshold, own, topK });
    documents.forEach((document) => evaluator.add(document.scores, document.truth));
    const metrics = evaluator.metrics();
    expect(metrics['macroF1@per-label']).toBeGreaterThan(metrics['macroF1@tuned']);
    const plain = new ThresholdTuner();
    documents.forEach((document) => plain.add(document.scores, document.truth));
    expect(threshold).toBe(plain.best().threshold);
  });
});

describe('the k best', () => {
  it('are as many as give the best micro-F1', () => {
    const two = (d: number): Document => ({ scores: [0.9, 0.8, 0.7, 0.001], truth: d === 0 ? [0, 1, 2] : [0, 1] });
    // k = 1: F1 2*10/(10+21); 2: 2*20/(20+21); 3: 2*21/(30+21)
    expect(tuned(Array.from({ length: 10 }, (_, d) => two(d))).topK).toBe(2);
    expect(tuned([{ scores: [0.9, 0.8], truth: [] }]).topK).toBe(1);
  });
});

describe('a decision', () => {
  const own = { labels: [1, 4], thresholds: [0.2, 0.7] };
  const taken = (decision: Decision): number[] =>
    [0.6, 0.3, 0.5, 0.4, 0.65]
      .map((p, label) => ({ p, label }))
      .sort((a, b) => b.p - a.p)
      .flatMap(({ p, label }, rank) => (decision.takes(label, p, rank) ? [label] : []))
      .sort();

  it('takes what lies above a threshold, above the own ones, or the k best', () => {
    expect(taken(Decision.above(0.4))).toEqual([0, 2, 4]); // above it, not at it
    expect(taken(Decision.perLabel(0.5, own))).toEqual([0, 1]);
    expect(taken(Decision.best(3))).toEqual([0, 2, 4]);
    expect(taken(Decision.best(1))).toEqual([4]);
  });

  it('is the one that the config names, and the common threshold where that was not tuned', () => {
    const evaluation = { thresholds: 'per-label' as const };
    expect(decisionOf('tuned', { threshold: 0.3, own, topK: 2 }, evaluation)?.thresholdOf(4)).toBe(0.7);
    expect(decisionOf('tuned', { threshold: 0.3 }, evaluation)).toMatchObject({ kind: 'one', threshold: 0.3 });
    expect(decisionOf('tuned', {}, evaluation)).toBeUndefined();
    expect(decisionOf('per-label', { threshold: 0.3 }, evaluation)).toBeUndefined();
    expect(decisionOf('top-k', { threshold: 0.3 }, evaluation)).toBeUndefined();
    expect(decisionOf('top-k', { topK: 2 }, { thresholds: 'one', topK: 5 })?.k).toBe(5);
    expect(decisionOf(0.25, {}, evaluation)).toMatchObject({ kind: 'one', threshold: 0.25 });
  });
});

it('figures by every way to decide are those of counting by hand, from all scores and from kept ones', () => {
  const { scores, truth } = randomSet(8, 60, 30);
  const own = { labels: [2, 3, 17], thresholds: [0.05, 0.6, 0.9] };
  const options = { labelCount: 30, ks: [1], tunedThreshold: 0.4, own, topK: 4, asked: Decision.above(0.3) };
  const evaluator = new Evaluator(options);
  const store = new ScoreStore(30);
  scores.forEach((row, d) => {
    evaluator.add(row, truth[d]);
    store.add(row);
  });
  const { metrics, asked } = evaluator.result();
  const f1 = (isPredicted: (d: number, l: number) => boolean): number => {
    let [both, predicted, held] = [0, 0, 0];
    scores.forEach((row, d) =>
      row.forEach((_, l) => {
        const [p, t] = [isPredicted(d, l), Array.from(truth[d]).includes(l)];
        if (p && t) both++;
        if (p) predicted++;
        if (t) held++;
      }),
    );
    return (2 * both) / (predicted + held);
  };
  const cuts = new Map(own.labels.map((label, i) => [label, own.thresholds[i]]));
  const ranked = scores.map((row) =>
    Array.from(row, (_, l) => l)
      .sort((a, b) => row[b] - row[a] || a - b)
      .slice(0, 4),
  );
  expect(metrics['microF1@per-label']).toBeCloseTo(
    f1((d, l) => scores[d][l] > (cuts.get(l) ?? 0.4)),
    12,
  );
  expect(metrics['microF1@top-k']).toBeCloseTo(
    f1((d, l) => ranked[d].includes(l)),
    12,
  );
  expect(metrics['microF1@0.3']).toBeCloseTo(
    f1((d, l) => scores[d][l] > 0.3),
    12,
  );
  expect(asked!.threshold).toBe(0.3);
  const { logLoss, ...others } = metrics;
  expect(logLoss).toBeGreaterThan(0);
  expect(evaluateStore(store, (d) => truth[d], options).metrics).toEqual(others);
  const byLabel = new ScoresByLabel(store, (d) => truth[d], {
    labelCount: 30,
    trainLabelCounts: new Uint32Array(30).fill(1),
  });
  for (const [suffix, decision] of [
    ['@per-label', Decision.perLabel(0.4, own)],
    ['@top-k', Decision.best(4)],
  ] as const) {
    const found = byLabel.metricsAt(decision);
    for (const name of ['microF1', 'macroF1', 'microP', 'macroR'])
      expect(found[name]).toBeCloseTo(metrics[name + suffix], 12);
  }
});
