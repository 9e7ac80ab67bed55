import { beforeAll, describe, expect, test } from 'vitest';
import { kMeans, type KMeansResult } from '../../../../src/core/explore/clusters/kmeans.ts';
import { silhouettes } from '../../../../src/core/explore/clusters/silhouette.ts';
import { Cancelled } from '../../../../src/core/base/errors.ts';
import { key32, uniformAt } from '../../../../src/core/base/random.ts';
import { sparse, squared } from './dense.ts';

/** Blobs around `k` corners of a hypercube, some entries 0. */
function blobs(rows: number, k: number, spread: number): number[][] {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: 10 }, (_, f) => {
      const noise = uniformAt(key32(11, i), f);
      return noise < 0.3 ? 0 : ((((i % k) + 1) * (f + 3)) % 7) + spread * noise;
    }),
  );
}

describe('k-means', () => {
  const rows = blobs(300, 4, 0.5);
  let result: KMeansResult;
  beforeAll(async () => {
    result = await kMeans(sparse(rows), { k: 4, seed: 3 });
  });

  test('assigns every row to the nearest mean, and the means are the means', () => {
    const means = Array.from({ length: 4 }, (_, c) => {
      const members = rows.filter((_, i) => result.assignment[i] === c);
      expect(members.length).toBe(result.sizes[c]);
      return rows[0].map((_, f) => members.reduce((sum, row) => sum + row[f], 0) / members.length);
    });
    means.forEach((mean, c) => mean.forEach((value, f) => expect(result.centroids[f * 4 + c]).toBeCloseTo(value, 10)));
    let inertia = 0;
    rows.forEach((row, i) => {
      const distances = means.map((mean) => squared(row, mean));
      expect(distances[result.assignment[i]]).toBeCloseTo(Math.min(...distances), 9);
      inertia += Math.min(...distances);
    });
    expect(result.inertia).toBeCloseTo(inertia, 6);
  });

  test('the same seed gives the same clusters; more restarts are never worse', async () => {
    const again = await kMeans(sparse(rows), { k: 4, seed: 3 });
    expect(again).toEqual(result);
    const more = await kMeans(sparse(rows), { k: 4, seed: 3, restarts: 10 });
    expect(more.inertia).toBeLessThanOrEqual(result.inertia);
  });

  test('as many clusters as distinct rows have no inertia, nor do more of them', async () => {
    const repeated = [
      [1, 0],
      [1, 0],
      [0, 2],
      [0, 2],
      [5, 5],
    ];
    const found = await kMeans(sparse(repeated), { k: 3 });
    expect(found.inertia).toBeCloseTo(0, 12);
    const all = await kMeans(sparse(repeated), { k: 5 });
    expect(all.inertia).toBeCloseTo(0, 12);
    expect(all.sizes.reduce((sum, size) => sum + size)).toBe(5);
  });

  test('mini-batches come near the exact result', async () => {
    const batches = await kMeans(sparse(rows), { k: 4, seed: 3, batchSize: 60 });
    expect(batches.inertia / result.inertia).toBeCloseTo(1, 1);
  });

  test('refuses more clusters than rows, and obeys a cancelled signal', async () => {
    await expect(kMeans(sparse(rows), { k: 301 })).rejects.toThrow(RangeError);
    await expect(kMeans(sparse(rows), { k: 3, signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
  });

  test.each([undefined, 4000])('is stopped within an iteration (batches of %s rows)', async (batchSize) => {
    const many = sparse(blobs(20_000, 7, 2));
    const stop = new AbortController();
    const iterations: number[] = [];
    const onIteration = (restart: number, iteration: number): void => {
      iterations.push(restart * 1000 + iteration);
      setImmediate(() => stop.abort()); // what is due in the event loop must have its turn
    };
    const job = kMeans(many, { k: 7, restarts: 1000, batchSize, signal: stop.signal, onIteration });
    await expect(job).rejects.toThrow(Cancelled);
    expect(iterations.length).toBeLessThan(100);
  });
});

describe('silhouette', () => {
  const rows = blobs(90, 3, 2);
  const assignment = Int32Array.from(rows, (_, i) => (i === 0 ? 3 : i % 3));

  test('is the mean over rows by its definition, a row alone counting 0', async () => {
    const own = rows.map((row, i) => {
      const to = (c: number): number[] =>
        rows.flatMap((other, j) => (j !== i && assignment[j] === c ? [Math.sqrt(squared(row, other))] : []));
      const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
      const within = to(assignment[i]);
      if (within.length === 0) return 0;
      const a = mean(within);
      const b = Math.min(...[0, 1, 2, 3].filter((c) => c !== assignment[i]).map((c) => mean(to(c))));
      return (b - a) / Math.max(a, b);
    });
    const expected = own.reduce((sum, value) => sum + value, 0) / rows.length;
    const [found, single] = await silhouettes(sparse(rows), [assignment, new Int32Array(rows.length)]);
    expect(found.value).toBeCloseTo(expected, 9);
    expect(found.sampled).toBeUndefined();
    expect(single.value).toBeNaN();
  });

  test('above the limit a sample is measured, and it says so', async () => {
    const [found] = await silhouettes(sparse(rows), [assignment], { limit: 60 });
    expect(found.sampled).toBe(60);
    expect(found.value).toBeGreaterThan(-1);
  });
});
