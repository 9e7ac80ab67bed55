import { describe, expect, it } from 'vitest';
import { Evaluator } from '../../../src/core/metrics/evaluator.ts';
import { inversePropensity, topK } from '../../../src/core/metrics/ranking.ts';
import { evaluateStore, ScoreStore } from '../../../src/core/metrics/scores.ts';
import { ThresholdTuner } from '../../../src/core/metrics/threshold.ts';
import { randomSet } from './naive.ts';

function stored(scores: ArrayLike<number>[]): ScoreStore {
  const store = new ScoreStore(scores[0].length);
  scores.forEach((s) => store.add(s));
  return store;
}

describe.each([
  ['distinct scores', 0, 1],
  ['scores that float32 cannot tell apart', 0, 1e-12],
  ['ties', 40, 1],
])('score store, %s', (_, steps, spread) => {
  // every fifth document has scores below 0.01 only, so that the top 20 has to be kept
  const set = randomSet(5, 50, 300, steps);
  const squeeze = (p: number) => (spread === 1 ? p : p > 0.2 ? 0.5 + (p - 0.5) * spread : p * spread);
  const scores = set.scores.map((s, d) => Float64Array.from(s, (p) => (d % 5 === 0 ? p / 128 : squeeze(p))));
  const { truth } = set;
  const store = stored(scores);

  it('keeps all above 0.01 and the top 20, best first', () => {
    scores.forEach((s, d) => {
      const row = store.row(d);
      const above = s.filter((p) => p > 0.01).length;
      expect([...row.labels]).toEqual([...topK(s, Math.max(20, above))]);
      expect([...row.scores]).toEqual([...row.labels].map((l) => s[l]));
    });
    expect(store.row(0).labels).toHaveLength(20);
    expect(store.row(1).labels.length).toBeGreaterThan(20);
  });

  it('gives the figures of the evaluator after a round trip through bytes', () => {
    const loaded = ScoreStore.load(store.save());
    expect([loaded.size, loaded.outputs, loaded.entries]).toEqual([50, 300, store.entries]);
    const options = {
      labelCount: 302,
      ks: [1, 5, 20],
      inversePropensity: inversePropensity(new Uint32Array(302).fill(7), 200),
      trainLabelCounts: new Uint32Array(301).fill(7),
      tunedThreshold: 0.01,
    };
    const withUnknown = truth.map((t) => [...t, 301]);
    const evaluator = new Evaluator(options);
    scores.forEach((s, d) => evaluator.add(s, withUnknown[d]));
    const { logLoss, ...metrics } = evaluator.metrics();
    expect(logLoss).toBeGreaterThan(0);
    expect(evaluateStore(loaded, (d) => withUnknown[d], options)).toEqual({ ...evaluator.result(), metrics });
  });

  it('tunes the same threshold', () => {
    const [whole, sparse] = [new ThresholdTuner(), new ThresholdTuner()];
    scores.forEach((s, d) => {
      whole.add(s, truth[d]);
      sparse.addSparse(store.row(d).labels, store.row(d).scores, truth[d]);
    });
    expect(sparse.best()).toEqual(whole.best());
  });
});

describe('score files', () => {
  const { scores } = randomSet(6, 9, 40);
  const bytes = stored(scores).save();

  it('can be added to after loading, also from an unaligned view', () => {
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const loaded = ScoreStore.load(shifted.subarray(3));
    loaded.add(scores[4]);
    expect(loaded.size).toBe(10);
    expect(loaded.row(9)).toEqual(stored(scores).row(4));
    expect(loaded.row(8)).toEqual(stored(scores).row(8));
  });
  it('loads from a Buffer', () => expect(ScoreStore.load(Buffer.from(bytes)).size).toBe(9));
  it('holds no documents as well', () => expect(ScoreStore.load(new ScoreStore(7).save()).size).toBe(0));
  it('has fewer than 20 scores a row where there are fewer labels', () => {
    expect([...stored([[0.001, 0.5, 0.002]]).row(0).labels]).toEqual([1, 2, 0]);
  });
  it.each([0, 9, 13, 30, 100, -1])('refuses a changed byte %d', (at) => {
    const changed = bytes.slice();
    changed[at < 0 ? bytes.length + at : at] ^= 4;
    expect(() => ScoreStore.load(changed, 'x.scores')).toThrow(
      expect.objectContaining({ code: 'damaged-scores', place: { file: 'x.scores' } }),
    );
  });
  it.each([0, 5, 55, 57, 400])('refuses a file torn after %d bytes', (length) => {
    expect(() => ScoreStore.load(bytes.subarray(0, length))).toThrow(
      expect.objectContaining({ code: 'damaged-scores' }),
    );
  });
  it('refuses figures that need scores it has not', () => {
    const store = stored(scores);
    const evaluate = (o: { ks: number[]; threshold?: number }) => () =>
      evaluateStore(store, () => [1], { labelCount: 40, ...o });
    expect(evaluate({ ks: [21] })).toThrow(expect.objectContaining({ code: 'scores-not-kept' }));
    expect(evaluate({ ks: [1], threshold: 0.005 })).toThrow(expect.objectContaining({ code: 'scores-not-kept' }));
  });
});
