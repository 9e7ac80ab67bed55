import { expect, test } from 'vitest';
import { Occupancy, rowDots } from '../../../../src/core/explore/clusters/rowDots.ts';
import { key32, uniformAt } from '../../../../src/core/base/random.ts';
import { sparse } from './dense.ts';

test.each([1, 2, 31, 32, 33, 64, 70])('dot products with %i centroids are the plain ones, to the bit', (k) => {
  const draw = (stream: number, i: number): number => {
    const value = uniformAt(key32(k, stream), i);
    return value < 0.6 ? 0 : value - 0.8;
  };
  const features = 20;
  const rows = [0, 1, 2, 3].map((row) => Array.from({ length: features }, (_, f) => draw(row, f)));
  const centroids = Float64Array.from({ length: features * k }, (_, i) => draw(9, i));
  const occupied = new Occupancy(centroids, k);
  centroids[3 * k + k - 1] = 0.25; // one that comes later
  occupied.mark(3, k - 1);
  const matrix = sparse(rows);
  const dots = new Float64Array(k);
  rows.forEach((values, row) => {
    rowDots(matrix, row, centroids, occupied, dots);
    const expected = new Array<number>(k).fill(0);
    values.forEach((value, f) => expected.forEach((_, c) => (expected[c] += value * centroids[f * k + c])));
    expect([...dots]).toEqual(expected);
  });
});
