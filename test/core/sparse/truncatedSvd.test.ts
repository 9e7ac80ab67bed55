import { expect, test } from 'vitest';
import { key32, uniformAt } from '../../../src/core/base/random.ts';
import { truncatedSvd } from '../../../src/core/explore/clusters/truncatedSvd.ts';
import { sparse } from '../explore/clusters/dense.ts';

const random = (rows: number, columns: number, seed: number): number[][] =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => {
      const value = uniformAt(key32(seed, i), j);
      return value < 0.6 ? 0 : value;
    }),
  );
const gram = (rows: number[][]): number[][] => rows.map((a) => rows.map((b) => a.reduce((s, x, i) => s + x * b[i], 0)));
const asRows = ({ d, values }: { d: number; values: Float64Array }): number[][] =>
  Array.from({ length: values.length / d }, (_, i) => [...values.subarray(i * d, (i + 1) * d)]);

test('all dimensions keep every inner product', async () => {
  const matrix = random(20, 8, 1);
  const reduced = asRows(await truncatedSvd(sparse(matrix), 50));
  expect(reduced[0].length).toBe(8);
  gram(matrix).forEach((row, i) => row.forEach((value, j) => expect(gram(reduced)[i][j]).toBeCloseTo(value, 9)));
});

test('a matrix of rank 3 is whole in 3 dimensions, strongest first', async () => {
  const [left, right] = [random(40, 3, 2), random(3, 30, 3)];
  const product = left.map((row) => right[0].map((_, j) => row.reduce((s, x, k) => s + x * right[k][j], 0)));
  const reduced = asRows(await truncatedSvd(sparse(product), 3));
  gram(product).forEach((row, i) => row.forEach((value, j) => expect(gram(reduced)[i][j]).toBeCloseTo(value, 8)));
  const strength = [0, 1, 2].map((c) => reduced.reduce((s, row) => s + row[c] ** 2, 0));
  expect(strength).toEqual([...strength].sort((a, b) => b - a));
});

test('each further direction is weaker than the one before, and together they are the whole', async () => {
  const matrix = random(60, 12, 4).map((row) => row.map((value, j) => value * 0.6 ** j));
  const kept = async (d: number): Promise<number> =>
    asRows(await truncatedSvd(sparse(matrix), d)).reduce((s, row) => s + row.reduce((t, x) => t + x * x, 0), 0);
  const sums = await Promise.all(Array.from({ length: 12 }, (_, i) => kept(i + 1)));
  const gains = sums.map((sum, i) => sum - (sums[i - 1] ?? 0));
  expect(gains).toEqual([...gains].sort((a, b) => b - a));
  expect(sums[11]).toBeCloseTo(
    matrix.flat().reduce((s, x) => s + x * x, 0),
    8,
  );
});
