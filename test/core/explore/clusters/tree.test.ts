import { expect, test } from 'vitest';
import { centroidRows } from '../../../../src/core/explore/clusters/describeClusters.ts';
import { clusterTree } from '../../../../src/core/explore/clusters/clusterTree.ts';
import { key32, uniformAt } from '../../../../src/core/base/random.ts';
import { dense, squared } from './dense.ts';

const k = 7;
const features = 9;
/** Cluster 4 is empty. */
const sizes = Int32Array.from([3, 1, 12, 5, 0, 2, 8]);
const means = Array.from({ length: k }, (_, c) =>
  Array.from({ length: features }, (_, f) => {
    const value = uniformAt(key32(9, c), f);
    return sizes[c] === 0 || value < 0.4 ? 0 : value;
  }),
);
const centroids = Float64Array.from({ length: features * k }, (_, i) => means[i % k][Math.floor(i / k)]);

test('joins, again and again, the two whose joining adds least to the inertia', () => {
  const nodes = new Map(means.flatMap((mean, c) => (sizes[c] ? [[c, { mean, size: sizes[c] }] as const] : [])));
  const expected: { left: number; right: number; distance: number; labels: number }[] = [];
  while (nodes.size > 1) {
    let best = { left: -1, right: -1, distance: Infinity };
    for (const [left, a] of nodes)
      for (const [right, b] of nodes) {
        const distance = Math.sqrt((squared(a.mean, b.mean) * a.size * b.size) / (a.size + b.size));
        if (left < right && distance < best.distance) best = { left, right, distance };
      }
    const [a, b] = [nodes.get(best.left)!, nodes.get(best.right)!];
    const size = a.size + b.size;
    nodes.delete(best.left);
    nodes.delete(best.right);
    nodes.set(k + expected.length, { mean: a.mean.map((x, f) => (x * a.size + b.mean[f] * b.size) / size), size });
    expected.push({ ...best, labels: size });
  }
  const found = clusterTree({ centroids, sizes });
  expect(found).toHaveLength(5);
  found.forEach(({ left, right, distance, labels }, i) => {
    expect([left, right].sort((a, b) => a - b)).toEqual([expected[i].left, expected[i].right]);
    expect(distance).toBeCloseTo(expected[i].distance, 12);
    expect(labels).toBe(expected[i].labels);
  });
});

test('centroids as sparse rows, empty clusters left out', () => {
  const { clusters, matrix } = centroidRows({ centroids, sizes });
  expect(clusters).toEqual([0, 1, 2, 3, 5, 6]);
  expect(dense(matrix)).toEqual(clusters.map((c) => means[c]));
});
