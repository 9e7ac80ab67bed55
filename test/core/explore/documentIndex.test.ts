import { describe, expect, test } from 'vitest';
import { DocumentIndex, LabelTable } from '../../../src/core/explore/documentIndex.ts';

const place = (i: number) => ({ number: i + 1, line: i + 1, byte: i * 5000, stop: i * 5000 + 4999 });

describe('document index', () => {
  test('gives back places beyond 32 bits, words and labels', () => {
    const index = new DocumentIndex();
    const far = { number: 3, line: 7, byte: 2 ** 40 + 1, stop: 2 ** 40 + 9 };
    index.add(place(0), 11, ['a', 'b']);
    index.add(place(1), 0, []);
    index.add(far, 3, ['c', 'b']);
    expect(index.place(2)).toEqual(far);
    expect([0, 1, 2].map((i) => index.words(i))).toEqual([11, 0, 3]);
    const names = (i: number) => index.labelsOf(i).map((label) => index.labels.names[label]);
    expect([0, 1, 2].map(names)).toEqual([['a', 'b'], [], ['c', 'b']]);
  });

  test('documents of a label, and examples', () => {
    const labels = new LabelTable();
    const index = new DocumentIndex(labels);
    for (let i = 0; i < 3000; i++) index.add(place(i), 1, [`all`, ...(i % 7 === 3 ? ['some'] : [])]);
    const some = labels.find('some') as number;
    const expected = Array.from({ length: 3000 }, (_, i) => i).filter((i) => i % 7 === 3);
    expect(index.documentsOf(some)).toEqual(expected);
    expect(index.documentsOf(some, 4)).toEqual(expected.slice(0, 4));
    expect(index.countOf(some)).toBe(expected.length);
    expect(index.examplesOf([some]).get(some)).toEqual([3, 10, 17]);
  });

  test('a label of another split has no documents here', () => {
    const labels = new LabelTable();
    const [one, other] = [new DocumentIndex(labels), new DocumentIndex(labels)];
    other.add(place(0), 1, ['x', 'y']);
    one.add(place(0), 1, ['x']);
    expect(one.countOf(labels.find('y') as number)).toBe(0);
    expect(one.documentsOf(labels.find('y') as number)).toEqual([]);
    expect(one.examplesOf([1])).toEqual(new Map([[1, []]]));
  });

  test('a million documents with five labels each take less than 100 MB', () => {
    const index = new DocumentIndex();
    const labels = Array.from({ length: 5 }, (_, i) => `label ${i}`);
    for (let i = 0; i < 1_000_000; i++) index.add(place(i), 100, labels);
    expect(index.byteLength).toBeLessThan(100e6);
    expect(index.place(999_999).byte).toBe(999_999 * 5000);
  });
});
