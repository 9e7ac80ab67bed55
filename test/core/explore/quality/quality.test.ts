import { describe, expect, test } from 'vitest';
import { alwaysTogether, labelVariants } from '../../../../src/core/explore/quality/labelQuality.ts';
import {
  BINS,
  minhash,
  NearDuplicates,
  SHINGLE,
  similarity,
} from '../../../../src/core/explore/quality/nearDuplicates.ts';
import { QualityCollector, suspicionsIn } from '../../../../src/core/explore/quality/documentQuality.ts';
import { key32, uniformAt } from '../../../../src/core/base/random.ts';
import { defaultTokenizer } from '../../../../src/core/explore/survey.ts';

const tokenizer = await defaultTokenizer();

/** 300 random words of a vocabulary of 5,000, with every `changed`-th word exchanged. */
function words(seed: number, changed = Infinity): Int32Array {
  return Int32Array.from({ length: 300 }, (_, i) => {
    const stream = (i + 1) % changed === 0 ? seed + 1000 : seed;
    return Math.floor(uniformAt(key32(stream), i) * 5000);
  });
}

function jaccard(a: Int32Array, b: Int32Array): number {
  const shingles = (ids: Int32Array): Set<string> =>
    new Set(Array.from({ length: ids.length - SHINGLE + 1 }, (_, i) => ids.slice(i, i + SHINGLE).join(' ')));
  const [left, right] = [shingles(a), shingles(b)];
  const both = [...left].filter((shingle) => right.has(shingle)).length;
  return both / (left.size + right.size - both);
}

function signature(ids: ArrayLike<number>): Uint16Array {
  const filled = new Uint16Array(BINS);
  minhash(ids, filled);
  return filled;
}

describe('MinHash', () => {
  test('estimates the Jaccard similarity without bias, within its stated error', () => {
    for (const changed of [20, 60, 150]) {
      let sum = 0;
      let expected = 0;
      for (let seed = 1; seed <= 40; seed++) {
        const [a, b] = [words(seed), words(seed, changed)];
        sum += similarity(signature(a), signature(b));
        expected += jaccard(a, b);
      }
      const error = Math.sqrt(((expected / 40) * (1 - expected / 40)) / BINS / 40);
      expect(Math.abs(sum - expected) / 40).toBeLessThan(4 * error);
    }
  });

  test('short texts are one shingle: equal or not alike', () => {
    expect(similarity(signature([1, 2]), signature([1, 2]))).toBe(1);
    expect(similarity(signature([1, 2]), signature([2, 1]))).toBeLessThan(0.1);
  });
});

describe('near duplicates', () => {
  test('finds each changed copy once, with the first that it is like, and nothing else', () => {
    const near = new NearDuplicates();
    for (let seed = 1; seed <= 300; seed++) near.add(words(seed));
    for (let seed = 1; seed <= 50; seed++) near.add(words(seed, 150)); // 2 of 300 words: similarity about 0.93
    near.add([]);
    near.add([]);
    const pairs = near.pairs();
    expect(pairs.map(({ first, second }) => [first, second])).toEqual(
      Array.from({ length: 50 }, (_, i) => [i, 300 + i]),
    );
  });
});

describe('quality', () => {
  function reportOf(sets: { text: string; labels: string[] }[][]) {
    const collector = new QualityCollector(tokenizer);
    for (const [set, documents] of sets.entries())
      documents.forEach((document, i) => collector.add(set, { id: `${i}`, line: i + 1, ...document }));
    return collector.result(sets.length);
  }

  test('repeated texts, contradictions, leakage, empty and one-word documents, suspicious characters', () => {
    const long = Array.from(words(7), (id) => `w${id}`);
    const train = [
      { text: 'The same text', labels: ['a'] },
      { text: 'the  SAME text ', labels: ['b'] },
      { text: 'Another text', labels: ['b', 'a'] },
      { text: 'Another text', labels: ['a', 'b'] },
      { text: long.join(' '), labels: ['a'] },
      { text: '', labels: ['a'] },
      { text: 'word', labels: ['a'] },
      { text: 'cafÃ© is broken', labels: ['a'] },
    ];
    const test = [
      { text: 'another TEXT', labels: ['a'] },
      { text: [...long.slice(0, 299), 'changed'].join(' '), labels: ['a'] },
      { text: '...', labels: ['a'] },
    ];
    const report = reportOf([train, test]);
    expect(report.documents).toBe(11);
    expect(report.repeated).toMatchObject({ count: 2, surplus: 3, contradictory: 2 });
    expect(report.repeated.first[0].documents.map(({ set, line }) => [set, line])).toEqual([
      [0, 3],
      [0, 4],
      [1, 1],
    ]);
    expect(report.near.first).toMatchObject([{ first: { set: 0, line: 5 }, second: { set: 1, line: 2 } }]);
    expect(report.leakage).toEqual([{ set: 1, exact: 1, near: 1 }]);
    expect(report.empty).toMatchObject({ count: 2, first: [{ line: 6 }, { set: 1, line: 3 }] });
    expect(report.oneWord).toMatchObject({ count: 1, first: [{ line: 7 }] });
    expect(report.suspicious).toMatchObject({ mojibake: { count: 1, first: [{ line: 8 }] } });
  });
});

test('suspicious characters by kind; ordinary accents are none', () => {
  expect(suspicionsIn('Zürich, naïve, Ãngström, Â, 中文')).toEqual([]);
  expect(suspicionsIn('donâ€™t')).toEqual(['mojibake']);
  expect(suspicionsIn('a\u0000b\uFFFD')).toEqual(['replacement', 'control']);
});

test('labels that look like variants of each other', () => {
  const names = [
    'machine-learning',
    'Machine Learning',
    'machine learnin',
    'Müller',
    'muller',
    'cat',
    'hat',
    'chapter-1',
    'chapter-2',
    'apple pie',
    'aple pie',
    'applf pie',
  ];
  expect(labelVariants(names)).toEqual([
    { first: 0, second: 1, kind: 'spelling' },
    { first: 3, second: 4, kind: 'spelling' },
    { first: 0, second: 2, kind: 'edit' },
    { first: 9, second: 10, kind: 'edit' },
    { first: 9, second: 11, kind: 'edit' },
  ]);
});

test('labels that always occur together', () => {
  const documents = [[0, 2, 1], [2, 0], [0, 2, 1, 3], [1, 2, 0], [0, 2], [4], [5]];
  const incidence = {
    documents: documents.length,
    labels: 6,
    starts: Float64Array.from([0, ...documents.map((_, i) => documents.slice(0, i + 1).flat().length)]),
    labelIds: Int32Array.from(documents.flat()),
  };
  expect(alwaysTogether(incidence)).toEqual([[0, 2]]);
  expect(
    alwaysTogether({ ...incidence, labelIds: incidence.labelIds.map((label) => (label === 5 ? 4 : label)) }),
  ).toEqual([[0, 2]]);
  expect(alwaysTogether(incidence, 6)).toEqual([]);
});
