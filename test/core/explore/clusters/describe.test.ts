import { expect, test } from 'vitest';
import { centroidsOf, describeClusters } from '../../../../src/core/explore/clusters/describeClusters.ts';
import { sparse } from './dense.ts';

test('describes clusters as counted by hand, the largest first, empty ones left out', () => {
  const matrix = sparse([
    [3, 4],
    [1, 0],
    [3, 0],
    [0, 4],
    [2, 0],
  ]);
  const counts = Int32Array.from([9, 6, 2, 1, 1]); // ids are ranks
  const names = ['a', 'b', 'c', 'd', 'e'];
  const display = names.map((name) => (name === 'b' ? 'Bee' : undefined));
  const found = describeClusters(
    { names, display, counts },
    matrix,
    centroidsOf(matrix, Int32Array.from([2, 0, 2, 2, 0]), 3),
  );
  expect(found.map(({ cohesion: _, ...rest }) => rest)).toEqual([
    {
      cluster: 2,
      labels: 3,
      meanDocuments: (9 + 2 + 1) / 3,
      top: [
        { id: 0, name: 'a', display: undefined, documents: 9 },
        { id: 2, name: 'c', display: undefined, documents: 2 },
        { id: 3, name: 'd', display: undefined, documents: 1 },
      ],
      rare: { one: 1, atMostTwo: 2, atMostFive: 2 },
    },
    {
      cluster: 0,
      labels: 2,
      meanDocuments: (6 + 1) / 2,
      top: [
        { id: 1, name: 'b', display: 'Bee', documents: 6 },
        { id: 4, name: 'e', display: undefined, documents: 1 },
      ],
      rare: { one: 1, atMostTwo: 1, atMostFive: 1 },
    },
  ]);
  // cosines with the centroid (2, 8/3): 1, 0.6 and 0.8; those of the other point along one axis
  expect(found[0].cohesion).toBeCloseTo((1 + 0.6 + 0.8) / 3, 12);
  expect(found[1].cohesion).toBeCloseTo(1, 12);
});
