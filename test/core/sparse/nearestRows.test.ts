import { expect, test } from 'vitest';
import { key32, uniformAt } from '../../../src/core/base/random.ts';
import { nearestRows } from '../../../src/core/explore/clusters/labelMap.ts';
import { squared } from '../explore/clusters/dense.ts';

test('the nearest other rows, by all pairs; of equals the first', async () => {
  const rows = Array.from({ length: 60 }, (_, i) =>
    Array.from({ length: 3 }, (_, f) => Math.round(6 * uniformAt(key32(3, i % 50), f))),
  );
  const { indices, distances } = await nearestRows(Float64Array.from(rows.flat()), 3, 7);
  rows.forEach((row, i) => {
    const others = rows
      .map((other, j) => ({ j, distance: Math.sqrt(squared(row, other)) }))
      .filter(({ j }) => j !== i)
      .sort((a, b) => a.distance - b.distance || a.j - b.j)
      .slice(0, 7);
    expect(indices[i]).toEqual(others.map(({ j }) => j));
    expect(distances[i]).toEqual(others.map(({ distance }) => distance));
  });
});
