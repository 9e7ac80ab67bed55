/** Against scikit-learn on a real co-occurrence; test/fixtures/clusters/make_cooking.py says how its figures were made. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kMeans } from '../../../../src/core/explore/clusters/kmeans.ts';
import { minMaxColumns } from '../../../../src/core/explore/clusters/scaling.ts';
import { silhouettes } from '../../../../src/core/explore/clusters/silhouette.ts';
import { sparse } from './dense.ts';

interface Fixture {
  labels: number;
  /** Upper triangle, row by row: column, count, column, count, … */
  rows: number[][];
  found: { k: number; inertia: number; silhouette: number; labels: number[] }[];
}

const file = new URL('../../../fixtures/clusters/cooking.json', import.meta.url);
const { labels, rows, found } = JSON.parse(readFileSync(file, 'utf8')) as Fixture;

const adjacency = Array.from({ length: labels }, () => new Array<number>(labels).fill(0));
rows.forEach((row, i) => {
  for (let e = 0; e < row.length; e += 2) adjacency[i][row[e]] = adjacency[row[e]][i] = row[e + 1];
});
const matrix = minMaxColumns(sparse(adjacency));

test.each(found)('k = $k: inertia within 2% of its best of 10 starts', async ({ k, inertia }) => {
  const ours = await kMeans(matrix, { k, restarts: 10 });
  expect(ours.inertia / inertia).toBeLessThan(1.02);
  expect(ours.inertia / inertia).toBeGreaterThan(0.95); // far better would mean that something else is measured
});

test('silhouettes of its assignments are those that it tells', async () => {
  const ours = await silhouettes(
    matrix,
    found.map((one) => Int32Array.from(one.labels)),
  );
  ours.forEach(({ value }, i) => expect(Math.abs(value - found[i].silhouette)).toBeLessThan(1e-6));
});
