import { expect, test } from 'vitest';
import { compareSets, NearestByLabels } from '../../../../src/core/explore/compareSets.ts';
import { labelDistribution } from '../../../../src/core/explore/labelDistribution.ts';
import { documentWords, logOdds, rankWords } from '../../../../src/core/explore/words/markingWords.ts';
import { key32, uniformAt } from '../../../../src/core/base/random.ts';
import { defaultTokenizer } from '../../../../src/core/explore/survey.ts';
import { type WordIndex, WordIndexBuilder } from '../../../../src/core/explore/words/wordIndex.ts';

const markingWords = (index: WordIndex, group: number[]) => rankWords(index, group, 20, logOdds);
const tokenizer = await defaultTokenizer();

function indexOf(texts: readonly string[]) {
  const builder = new WordIndexBuilder(tokenizer);
  texts.forEach((text, i) => builder.add({ id: String(i), line: i + 1, text }));
  return builder.result();
}

test('the index knows the words of each document, how often, and in how many documents', () => {
  const index = indexOf(['a b a', 'b c', 'c c c']);
  expect(index.words).toEqual(['a', 'b', 'c']);
  expect([...index.starts]).toEqual([0, 2, 4, 5]);
  expect([...index.wordIds]).toEqual([0, 1, 1, 2, 2]);
  expect([...index.counts]).toEqual([2, 1, 1, 1, 3]);
  expect([...index.documentFrequency]).toEqual([1, 2, 2]);
  expect([...index.lines]).toEqual([1, 2, 3]);
});

test('a word of the group marks it, more so the surer it is; words of all documents do not', () => {
  const texts = Array.from({ length: 100 }, (_, i) =>
    ['the', i < 20 ? 'fish' : 'meat', i < 20 && i % 2 ? 'sea' : 'land', i === 3 ? 'once' : 'more'].join(' '),
  );
  const found = markingWords(
    indexOf(texts),
    Array.from({ length: 20 }, (_, i) => i),
  );
  expect(found.map(({ word }) => word).slice(0, 2)).toEqual(['fish', 'sea']);
  expect(found[0]).toMatchObject({ inGroup: 20, documents: 20 });
  expect(found.find(({ word }) => word === 'once')!.score).toBeLessThan(2);
  expect(found.map(({ word }) => word)).not.toContain('meat');
  expect(markingWords(indexOf(texts), [])).toEqual([]);
});

test('the log-odds are those of Monroe et al., by hand', () => {
  // 2 documents of 5 in the group; "x" in both of them and in one other; prior 10 x 3/5 = 6
  const [first] = markingWords(indexOf(['x', 'x', 'x', 'y', 'y']), [0, 1]);
  const delta = Math.log((2 + 6) / (2 + 10 - 2 - 6)) - Math.log((1 + 6) / (3 + 10 - 1 - 6));
  expect(first.word).toBe('x');
  expect(first.score).toBeCloseTo(delta / Math.sqrt(1 / 8 + 1 / 4 + 1 / 7 + 1 / 6), 12);
});

test('a word that nearly every document holds marks none, however many there are', () => {
  const texts = Array.from({ length: 2000 }, (_, i) =>
    [i === 1500 ? 'but' : 'the', i < 200 && i % 4 ? 'fish' : 'meat'].join(' '),
  );
  const found = markingWords(
    indexOf(texts),
    Array.from({ length: 200 }, (_, i) => i),
  );
  expect(found[0].word).toBe('fish');
  expect(found.find(({ word }) => word === 'the')?.score ?? 0).toBeLessThan(1);
});

test('the words of a document by TF-IDF', () => {
  const words = documentWords(indexOf(['a a b', 'b c', 'b d']), 0);
  expect(words).toEqual([
    { word: 'a', count: 2, tfidf: 2 * Math.log(3) },
    { word: 'b', count: 1, tfidf: 0 },
  ]);
});

test('the document that shares most labels; of equals the one with fewer labels', () => {
  const sets = [['a', 'b', 'c'], ['a', 'b'], ['c'], []];
  const names = ['a', 'b', 'c'];
  const starts = Float64Array.from([0, 3, 5, 6, 6]);
  const labelIds = Int32Array.from(sets.flat().map((name) => names.indexOf(name)));
  const nearest = new NearestByLabels({ documents: 4, labels: 3, starts, labelIds }, names);
  expect(nearest.find(['a', 'b', 'z'])).toEqual({ document: 1, shared: 2 });
  expect(nearest.find(['c', 'a', 'b', 'a'])).toEqual({ document: 0, shared: 3 });
  expect(nearest.find(['z'])).toBeUndefined();
});

test('the nearest by labels is that of a scan of all documents', () => {
  const names = Array.from({ length: 25 }, (_, i) => `l${i}`);
  const drawn = (key: number): string[] => names.filter((_, i) => uniformAt(key32(17, key), i) < 0.6 / (i + 1) + 0.05);
  const sets = Array.from({ length: 300 }, (_, d) => drawn(d));
  const starts = Float64Array.from(sets.reduce((ends, set) => [...ends, ends.at(-1)! + set.length], [0]));
  const labelIds = Int32Array.from(sets.flat().map((name) => names.indexOf(name)));
  const nearest = new NearestByLabels({ documents: sets.length, labels: names.length, starts, labelIds }, names);
  for (let query = 1000; query < 1200; query++) {
    const labels = drawn(query);
    const shared = sets.map((set) => set.filter((name) => labels.includes(name)).length);
    const [best] = [...sets.keys()].sort((a, b) => shared[b] - shared[a] || sets[a].length - sets[b].length || a - b);
    const expected = shared[best] ? { document: best, shared: shared[best] } : undefined;
    expect(nearest.find(labels)).toEqual(expected);
  }
});

test('two sets: overlaps, labels of one alone, labels whose share moved', () => {
  const first = {
    documents: 100,
    labels: new Map([
      ['a', 50],
      ['b', 10],
      ['gone', 5],
    ]),
    words: new Map([['w', 1]]),
  };
  const second = {
    documents: 50,
    labels: new Map([
      ['a', 25],
      ['b', 25],
      ['new', 1],
    ]),
    words: new Map([
      ['w', 1],
      ['v', 1],
    ]),
  };
  const found = compareSets(first, second);
  expect(found.labels).toEqual({ first: 3, second: 3, both: 2, jaccard: 0.5 });
  expect(found.words).toEqual({ first: 1, second: 2, both: 1, jaccard: 0.5 });
  expect(found.onlyFirst).toEqual([{ name: 'gone', documents: 5 }]);
  expect(found.onlySecond).toEqual([{ name: 'new', documents: 1 }]);
  const pooled = 35 / 150;
  expect(found.moved[0]).toMatchObject({ name: 'b', first: 10, second: 25 });
  expect(found.moved[0].z).toBeCloseTo(0.4 / Math.sqrt(pooled * (1 - pooled) * (1 / 100 + 1 / 50)), 12);
  expect(found.moved.at(-1)).toMatchObject({ name: 'a', z: 0 });
});

test('the spread of labels: entropy, shares of the top, a power law', () => {
  const even = labelDistribution([5, 5, 5, 5]);
  expect(even).toMatchObject({ entropy: 2, evenness: 1, topShare: { onePercent: 0.25, tenPercent: 0.25 } });
  const zipf = labelDistribution(Array.from({ length: 1000 }, (_, i) => 1e6 / (i + 1)));
  expect(zipf.powerLaw!.slope).toBeCloseTo(-1, 9);
  expect(zipf.powerLaw!.r2).toBeCloseTo(1, 9);
  expect(zipf.parts.reduce((sum, { labels }) => sum + labels, 0)).toBe(1000);
  expect(zipf.parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  expect(labelDistribution([])).toMatchObject({ entropy: 0, evenness: 0 });
});

test('the spread of labels, by hand', () => {
  const repeated = (documents: number, labels: number): number[] => Array<number>(labels).fill(documents);
  const { topShare, parts } = labelDistribution([100, 60, ...repeated(10, 18), ...repeated(1, 180)]); // 520 in all
  expect(topShare).toEqual({ onePercent: 160 / 520, tenPercent: 340 / 520 }); // of 200 labels the first 2, the first 20
  expect(parts).toEqual([
    { name: 'head', labels: 2 + 10, share: 0.5 },
    { name: 'middle', labels: 8 + 128, share: 208 / 520 },
    { name: 'tail', labels: 52, share: 0.1 },
  ]);
  const { entropy, evenness, powerLaw } = labelDistribution([8, 4, 2]);
  expect(entropy).toBeCloseTo((8 * Math.log2(14 / 8) + 4 * Math.log2(14 / 4) + 2 * Math.log2(7)) / 14, 12);
  expect(evenness).toBeCloseTo(entropy / Math.log2(3), 12);
  // least squares through (0, ln 8), (ln 2, ln 4), (ln 3, ln 2)
  const spread = Math.log(2) ** 2 + Math.log(3) ** 2 - Math.log(6) ** 2 / 3;
  expect(powerLaw!.slope).toBeCloseTo((-Math.log(2) * Math.log(3)) / spread, 12);
  expect(powerLaw!.r2).toBeCloseTo(Math.log(3) ** 2 / (2 * spread), 12);
});
