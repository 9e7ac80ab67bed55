import { describe, expect, it } from 'vitest';
import { StatisticsCollector } from '../../src/core/explore/statistics.ts';
import { defaultTokenizer } from '../../src/core/explore/survey.ts';

const tokenizer = await defaultTokenizer();
const collect = (documents: [words: string[], labels: string[]][]) => {
  const collector = new StatisticsCollector(tokenizer);
  for (const [words, labels] of documents) collector.add({ text: words.join(' '), labels });
  return collector.result();
};

describe('dataset statistics', () => {
  it('counts words, labels and documents', () => {
    const s = collect([
      [
        ['a', 'b', 'a'],
        ['x', 'y'],
      ],
      [['c'], ['x']],
      [[], []],
      [
        ['a', 'd'],
        ['x', 'é', 'B'],
      ],
    ]);
    expect(s).toEqual({
      documents: 4,
      unlabelled: 1,
      empty: 1,
      words: { mean: 1.5, median: 1.5, p95: 3, max: 3, total: 6 },
      cutOffs: [250, 500, 1000, 5000].map((words) => ({ words, documents: 0, wordsLost: 0 })),
      vocabulary: 4,
      wordsSeenOnce: 3,
      labels: 4,
      labelsPerDocument: { mean: 1.5, median: 1.5, p95: 3, max: 3 },
      script: undefined,
      tokenizer: 'segmenter',
      documentsByLabels: [1, 1, 1, 1],
      density: 0.375,
      documentsPerLabel: { mean: 1.5, median: 1, p95: 3, max: 3 },
      rareLabels: { one: 3, atMostTwo: 3, atMostFive: 4 },
      labelCounts: [
        { name: 'x', documents: 3 },
        { name: 'B', documents: 1 },
        { name: 'y', documents: 1 },
        { name: 'é', documents: 1 },
      ],
    });
  });

  it('agrees with a sorted list on medians and percentiles', () => {
    for (const n of [1, 2, 19, 20, 21, 100]) {
      const lengths = Array.from({ length: n }, (_, i) => (i * 7919) % 37);
      const sorted = lengths.toSorted((a, b) => a - b);
      const { words } = collect(lengths.map((length) => [Array<string>(length).fill('w'), []]));
      expect(words.median).toBe((sorted[(n - 1) >> 1] + sorted[n >> 1]) / 2);
      expect(words.p95).toBe(sorted[Math.ceil(0.95 * n) - 1]);
      expect(words.max).toBe(sorted[n - 1]);
    }
  });

  it('counts what maximum lengths cut off', () => {
    const lengths = [10, 250, 251, 600, 6000];
    const { cutOffs } = collect(lengths.map((length) => [Array<string>(length).fill('w'), []]));
    expect(cutOffs).toEqual([
      { words: 250, documents: 3, wordsLost: 1 + 350 + 5750 },
      { words: 500, documents: 2, wordsLost: 100 + 5500 },
      { words: 1000, documents: 1, wordsLost: 5000 },
      { words: 5000, documents: 1, wordsLost: 1000 },
    ]);
  });

  it('counts documents by their labels, the many ones together', () => {
    const named = (n: number): string[] => Array.from({ length: n }, (_, i) => `l${i}`);
    const { documentsByLabels } = collect([0, 2, 2, 49, 50, 51, 900].map((n) => [[], named(n)]));
    expect(documentsByLabels).toHaveLength(51);
    expect([0, 1, 2, 49, 50].map((n) => documentsByLabels[n])).toEqual([1, 0, 2, 1, 3]);
  });

  it('is all zeros for an empty set', () => {
    const s = collect([]);
    expect([s.documents, s.labels, s.density, s.words.mean, s.words.max]).toEqual([0, 0, 0, 0, 0]);
  });
});
