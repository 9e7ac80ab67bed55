import { describe, expect, test } from 'vitest';
import { lengthBins, StatisticsCollector } from '../../../src/core/explore/statistics.ts';
import { rankCurve } from '../../../src/core/explore/labelDistribution.ts';
import { defaultTokenizer } from '../../../src/core/explore/survey.ts';

const tokenizer = await defaultTokenizer();

function collected(lengths: number[]): StatisticsCollector {
  const collector = new StatisticsCollector(tokenizer);
  for (const length of lengths) collector.add({ text: 'w '.repeat(length), labels: [] });
  return collector;
}

describe('document lengths', () => {
  test.each([
    [0, 0, { width: 1, bins: 1 }],
    [30, 33, { width: 1, bins: 34 }],
    [41, 60, { width: 2, bins: 31 }],
    [3300, 90_000, { width: 100, bins: 35 }],
    [4000, 4001, { width: 100, bins: 41 }],
  ])('bins for %i words, %i at most', (usual, longest, bins) => {
    expect(lengthBins(usual, longest)).toEqual(bins);
  });

  test('every document is in one bin; the last is open for the longest', () => {
    const lengths = collected([0, 1, 9, 10, 11, 25, 4000]).lengths({ width: 10, bins: 3 });
    expect(lengths).toEqual({ width: 10, counts: [3, 2, 2], open: true });
    expect(collected([0, 29]).lengths({ width: 10, bins: 3 })).toEqual({ width: 10, counts: [1, 0, 1], open: false });
    expect(collected([]).lengths({ width: 1, bins: 1 })).toEqual({ width: 1, counts: [0], open: false });
  });

  test('percentiles by nearest rank', () => {
    const collector = collected(Array.from({ length: 200 }, (_, i) => i + 1));
    expect([0, 0.5, 0.99, 1].map((share) => collector.wordsAt(share))).toEqual([1, 100, 198, 200]);
  });
});

describe('rank curve', () => {
  test('keeps the head, first and last, and few points between', () => {
    const counts = Array.from({ length: 100_000 }, (_, i) => 200_000 - i);
    const curve = rankCurve(counts);
    expect(curve.slice(0, 50).map(([rank]) => rank)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(curve.at(-1)).toEqual([100_000, 100_001]);
    expect(curve.length).toBeLessThan(200);
    for (const [rank, documents] of curve) expect(documents).toBe(counts[rank - 1]);
    for (let i = 1; i < curve.length; i++) expect(curve[i][0]).toBeGreaterThan(curve[i - 1][0]);
  });

  test('of no labels, and of one', () => {
    expect(rankCurve([])).toEqual([]);
    expect(rankCurve([7])).toEqual([[1, 7]]);
  });
});
