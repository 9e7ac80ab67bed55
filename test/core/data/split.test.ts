import { describe, expect, test } from 'vitest';
import { readLabelNames } from '../../../src/core/data/labelNames.ts';
import { randomSplit, stratifiedSplit } from '../../../src/core/data/split.ts';
import { bitsAt, uniformAt } from '../../../src/core/base/random.ts';
import { fixtures, scratch, splitPaths, userError } from './helpers.ts';

const { write, folder } = scratch();

function isPartition(split: { train: Uint32Array; held: Uint32Array }, n: number): boolean {
  const ascending = (part: Uint32Array) => part.every((value, i) => i === 0 || part[i - 1] < value);
  const all = [...split.train, ...split.held].sort((a, b) => a - b);
  return ascending(split.train) && ascending(split.held) && all.length === n && all.every((value, i) => value === i);
}

describe('randomSplit', () => {
  test('sizes, determinism, seeds', () => {
    const split = randomSplit(101, 0.2, 3);
    expect(isPartition(split, 101)).toBe(true);
    expect(split.held).toHaveLength(20);
    expect(randomSplit(101, 0.2, 3)).toEqual(split);
    expect(randomSplit(101, 0.2, 4)).not.toEqual(split);
    expect(randomSplit(3, 0.01, 1).held).toHaveLength(1);
    expect(randomSplit(3, 0.99, 1).train).toHaveLength(1);
    expect(randomSplit(3, 0, 1).held).toHaveLength(0);
    expect(randomSplit(0, 0.5, 1).train).toHaveLength(0);
  });
});

describe('stratifiedSplit', () => {
  /** Skewed labels: label l occurs about n / (l + 1) times; some documents have none. */
  const n = 4000;
  const labelCount = 300;
  const labels = Array.from({ length: n }, (_, d) => {
    const count = bitsAt(1, d) % 5;
    const own = Array.from({ length: count }, (_, i) => Math.floor(labelCount * uniformAt(2, d * 8 + i) ** 3));
    return [...new Set(own)].sort((a, b) => a - b);
  });
  const labelsOf = (d: number) => labels[d];
  const countsIn = (part: Uint32Array) => {
    const counts = new Float64Array(labelCount);
    for (const d of part) for (const label of labels[d]) counts[label]++;
    return counts;
  };
  const unevenness = (held: Uint32Array) => {
    const all = countsIn(Uint32Array.from({ length: n }, (_, i) => i));
    const part = countsIn(held);
    return all.reduce((sum, count, l) => sum + (count ? Math.abs(part[l] / count - 0.2) : 0), 0) / labelCount;
  };

  test('keeps the share of each label, far better than chance', () => {
    const split = stratifiedSplit(labelsOf, n, labelCount, 0.2, 1);
    expect(isPartition(split, n)).toBe(true);
    expect(Math.abs(split.held.length - 800)).toBeLessThan(40);
    expect(unevenness(split.held)).toBeLessThan(0.5 * unevenness(randomSplit(n, 0.2, 1).held));
    const all = countsIn(Uint32Array.from({ length: n }, (_, i) => i));
    const held = countsIn(split.held);
    for (let l = 0; l < labelCount; l++)
      expect(Math.abs(held[l] - 0.2 * all[l])).toBeLessThanOrEqual(Math.max(3, 0.06 * all[l]));
  });

  test('one label per document comes out exact; a label with one document stays in train', () => {
    const single = stratifiedSplit((d) => [d < 100 ? d % 10 : 10], 101, 11, 0.2, 5);
    const perLabel = new Array<number>(11).fill(0);
    for (const d of single.held) perLabel[d < 100 ? d % 10 : 10]++;
    expect(perLabel).toEqual([...new Array<number>(10).fill(2), 0]);
  });

  test('the seed decides; documents without labels are shared out, too', () => {
    expect(stratifiedSplit(labelsOf, n, labelCount, 0.2, 7)).toEqual(stratifiedSplit(labelsOf, n, labelCount, 0.2, 7));
    expect(stratifiedSplit(labelsOf, n, labelCount, 0.2, 7)).not.toEqual(
      stratifiedSplit(labelsOf, n, labelCount, 0.2, 8),
    );
    expect(stratifiedSplit(() => [], 50, 0, 0.3, 1).held).toHaveLength(15);
    expect(stratifiedSplit(() => [], 0, 0, 0.3, 1).train).toHaveLength(0);
  });

  test('100,000 documents and 20,000 labels take seconds, not minutes', () => {
    const rows = Array.from({ length: 100_000 }, (_, d) =>
      [0, 1, 2, 3, 4].map((i) => i * 4000 + (bitsAt(9, d * 5 + i) % 4000)),
    );
    const start = performance.now();
    const split = stratifiedSplit((d) => rows[d], rows.length, 20_000, 0.1, 1);
    expect(performance.now() - start).toBeLessThan(8000);
    expect(isPartition(split, rows.length)).toBe(true);
  });
});

describe('findSplits', () => {
  test('siblings by name, whatever their packing', async () => {
    for (const name of ['a/train.jsonl', 'a/dev.jsonl.gz', 'a/test.jsonl', 'a/train_labels.txt', 'a/README.md'])
      write(name, 'x');
    const all = {
      train: `${folder}/a/train.jsonl`,
      validation: `${folder}/a/dev.jsonl.gz`,
      test: `${folder}/a/test.jsonl`,
    };
    expect(await splitPaths(`${folder}/a`)).toEqual(all);
    expect(await splitPaths(`${folder}/a/train.jsonl`)).toEqual(all);
    expect(await splitPaths(`${folder}/a/test.jsonl`)).toEqual(all);
  });

  test('a part in the middle or at the end of the name', async () => {
    for (const name of [
      'b/x.train',
      'b/x.valid',
      'b/y-trn.arff.gz',
      'b/y-tst.arff.gz',
      'b/y.xml',
      'b/trn_raw_texts.txt',
      'b/trn_labels.txt',
    ])
      write(name, 'x');
    expect(await splitPaths(`${folder}/b/x.train`)).toEqual({
      train: `${folder}/b/x.train`,
      validation: `${folder}/b/x.valid`,
    });
    expect(await splitPaths(`${folder}/b/y-trn.arff.gz`)).toEqual({
      train: `${folder}/b/y-trn.arff.gz`,
      test: `${folder}/b/y-tst.arff.gz`,
    });
    const error = await userError(splitPaths(`${folder}/b`));
    expect(error.code).toBe('ambiguous-splits');
    expect(error.message).toContain('x.train');
  });

  test('sub-folders, single files, nothing', async () => {
    for (const name of ['c/train/1.txt', 'c/test/1.txt', 'd/data.csv', 'test-sets/train.csv']) write(name, 'x');
    expect(await splitPaths(`${folder}/c`)).toEqual({ train: `${folder}/c/train`, test: `${folder}/c/test` });
    expect(await splitPaths(`${folder}/c/train`)).toEqual({ train: `${folder}/c/train`, test: `${folder}/c/test` });
    expect(await splitPaths(`${folder}/test-sets`)).toEqual({ train: `${folder}/test-sets/train.csv` });
    expect(await splitPaths(`${folder}/d/data.csv`)).toEqual({ train: `${folder}/d/data.csv` });
    expect((await userError(splitPaths(`${folder}/d`))).code).toBe('no-splits');
    expect((await userError(splitPaths(`${folder}/nope`))).code).toBe('file-not-found');
  });
});

describe('readLabelNames', () => {
  const names = async (name: string, content: string) =>
    Object.fromEntries(await readLabelNames(write(`names/${name}`, content)));
  test('tabs, commas, one a line, JSON lines', async () => {
    expect(await names('t', 'id\tname\nc_1\taviation, civil\nc_2\tfish\n')).toEqual({
      c_1: 'aviation, civil',
      c_2: 'fish',
    });
    expect(await names('c', '1,"salt, fine"\n2,pepper\n')).toEqual({ '1': 'salt, fine', '2': 'pepper' });
    expect(await names('l', '\ufeffjoy\r\nanger\r\n')).toEqual({ '0': 'joy', '1': 'anger' });
    expect(await names('p', 'Paris, France\nRome, Italy\nNew York, United States\n')).toEqual({
      '0': 'Paris, France',
      '1': 'Rome, Italy',
      '2': 'New York, United States',
    });
    expect(Object.fromEntries(await readLabelNames(`${fixtures}/lf/lbl.json`))).toEqual({
      '0': 'Lighting',
      '1': 'Furniture',
      '2': 'Blue things',
    });
  });
  test('errors', async () => {
    expect(await userError(readLabelNames(write('twice', 'a\tx\na\ty\n')))).toMatchObject({
      code: 'repeated-label-id',
      place: { line: 2 },
    });
    expect((await userError(readLabelNames(write('none', '\n')))).code).toBe('empty-file');
    expect((await userError(readLabelNames(write('j', '{"title":"a"}\n{"x":1}\n')))).place.line).toBe(2);
  });
});
