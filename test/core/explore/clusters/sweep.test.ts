import { expect, test } from 'vitest';
import {
  mostClusters,
  refuseImpossible,
  suggestion,
  sweep,
  usableKs,
} from '../../../../src/core/explore/clusters/clusterSweep.ts';
import { sparse } from './dense.ts';

const options = { scaling: 'min-max', seed: 1, restarts: 2 } as const;
const rows = Array.from({ length: 40 }, (_, i) => [
  i % 4 === 0 ? 1 : 0,
  i % 4 === 1 ? 1 : 0,
  i % 4 === 2 ? 1 : 0.01 * i,
]);

test('numbers of clusters that cannot be made are left out, or refused where they were asked for', () => {
  expect(usableKs([8, 2, 2, 1e9, 41, 40], 40)).toEqual([2, 8, 40]);
  expect(usableKs([50], 40)).toEqual([1]);
  expect([40, 4108, 670_091].map(mostClusters)).toEqual([40, 500, 100]);
  expect(() => refuseImpossible([2, 40], 40)).not.toThrow();
  expect(() => refuseImpossible([2, 1e9], 40)).toThrow('1000000000 clusters cannot be made of 40 labels');
  expect(() => refuseImpossible([501], 4108)).toThrow('501 clusters');
});

test('suggests the largest silhouette, else the bend, else the first', () => {
  const point = (k: number, inertia: number, value?: number) => ({
    k,
    inertia,
    ...(value !== undefined && { silhouette: { value } }),
  });
  expect(suggestion([])).toEqual({});
  expect(suggestion([point(2, 9)])).toMatchObject({ suggested: 2, bestSilhouette: undefined });
  const bent = [point(2, 100), point(4, 20), point(6, 15), point(8, 10)];
  expect(suggestion(bent)).toEqual({ bestSilhouette: undefined, elbow: 4, suggested: 4 });
  const measured = [point(2, 100, NaN), point(4, 20, 0.2), point(6, 15, 0.3)];
  expect(suggestion(measured)).toMatchObject({ bestSilhouette: 6, suggested: 6 });
});

test('an abort within a number of clusters keeps those before it, unmeasured; with them known the rest is the same', async () => {
  const matrix = sparse(rows);
  const whole = await sweep(matrix, { ...options, ks: [2, 4, 6] });
  expect(whole.map(({ k, silhouette }) => [k, silhouette !== undefined])).toEqual([
    [2, true],
    [4, true],
    [6, true],
  ]);
  const stop = new AbortController();
  const stopped = await sweep(matrix, {
    ...options,
    ks: [2, 4, 6],
    signal: stop.signal,
    onProgress: ({ done }) => done === 1 && stop.abort(),
  });
  expect(stopped.map(({ k, silhouette }) => [k, silhouette])).toEqual([[2, undefined]]);
  expect(await sweep(matrix, { ...options, ks: [2, 4, 6], known: stopped })).toEqual(whole);
});
