import { expect, test } from 'vitest';
import { outcomeDoubts } from '../../../src/core/explore/outcome.ts';

/** Figures of documents with these labels, and of their words. */
function doubts(labelsOf: readonly (readonly string[])[], words = 12) {
  const counts = new Map<string, number>();
  for (const label of labelsOf.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
  const numbers = labelsOf.map(({ length }) => length);
  const max = Math.max(...numbers);
  return outcomeDoubts({
    documents: labelsOf.length,
    words: { mean: words, median: words, p95: words, max: words, total: words * labelsOf.length },
    labels: counts.size,
    labelsPerDocument: { mean: max, median: max, p95: max, max },
    labelCounts: [...counts].map(([name, documents]) => ({ name, documents })),
  }).map(({ option }) => option);
}

const documents = Array.from({ length: 20 }, (_, i) => i);
const names = ['sea', 'land', 'air'];

test('labels of a small set, one or several a document, raise no doubt', () => {
  expect(doubts(documents.map((i) => [names[i % 3]]))).toEqual([]);
  expect(doubts(documents.map((i) => names.filter((_, n) => n !== i % 4)).filter((l) => l.length < 3))).toEqual([]);
  expect(doubts(documents.map((i) => [['New York', 'New Orleans', 'Los Angeles'][i % 3]]))).toEqual([]);
});

test('one label a document, made of parts of others', () => {
  const joined = ['sea land', 'land air', 'sea air', 'air'];
  expect(doubts(documents.map((i) => [joined[i % 4]]))).toEqual(['labelSeparator']);
});

test('a label that every document has', () => {
  expect(doubts(documents.map((i) => ['all', names[i % 3]]))).toEqual(['labelField']);
});

test('as many labels as documents', () => {
  expect(doubts(documents.map((i) => [`case-${i}`]))).toEqual(['labelField']);
});

test('one word a document', () => {
  expect(doubts(documents.map((i) => [names[i % 3]]), 1)).toEqual(['textField']); // prettier-ignore
});

test('a handful of documents tells nothing', () => {
  expect(doubts([['a'], ['b']], 1)).toEqual([]);
});
