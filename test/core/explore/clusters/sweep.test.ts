import { expect, test } from 'vitest';
import {
  defaultKs,
  mostClusters,
  originalKs,
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

const point = (k: number, inertia: number, largest: number, silhouette?: number) => ({
  k,
  inertia,
  largest,
  silhouette,
});

test('suggests the largest silhouette among the numbers without a lump, else the bend, else the first', () => {
  expect(suggestion([], 100)).toEqual({});
  expect(suggestion([point(2, 9, 50)], 100)).toMatchObject({ suggested: 2, bestSilhouette: undefined });
  const bent = [point(2, 100, 50), point(4, 20, 50), point(6, 15, 50), point(8, 10, 50)];
  expect(suggestion(bent, 100)).toEqual({ bestSilhouette: undefined, elbow: 4, suggested: 4 });
  const measured = [point(2, 100, 98, 0.5), point(4, 20, 50, 0.2), point(6, 15, 40, 0.1), point(30, 1, 10, 0.4)];
  expect(suggestion(measured, 100)).toMatchObject({ bestSilhouette: 2, suggested: 4 });
});

test('suggests nothing where every number has a lump, and names the one with the smallest', () => {
  const lumps = [point(2, 100, 98, 0.5), point(4, 20, 80, 0.2), point(6, 15, 60, 0.1), point(30, 1, 40, 0.4)];
  expect(suggestion(lumps, 100)).toEqual({ bestSilhouette: 2, elbow: 4, evenest: 6 });
  expect(suggestion([point(2, 1, 1)], 2)).toMatchObject({ suggested: 2 });
});

test('the numbers to try reach the square root of the labels, and all of them where these are few', () => {
  expect(defaultKs(3)).toEqual([2, 3]);
  expect(defaultKs(58)).toEqual([2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 21, 24, 27, 30]);
  expect(defaultKs(735)).toEqual(originalKs);
  expect(defaultKs(4108)).toEqual([...originalKs, 36, 43, 52, 62, 65]);
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
