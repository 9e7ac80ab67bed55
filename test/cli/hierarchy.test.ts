import { expect, it } from 'vitest';
import { hierarchyLines, hierarchyOf } from '../../src/cli/inspect/showClusters.ts';
import { sparkline } from '../../src/cli/terminal/text.ts';

it('draws the hierarchy of clusters from the top', () => {
  // clusters 0, 1, 3 (2 is empty): 1 and 3 join first
  const merges = [
    { left: 1, right: 3, distance: 1.5, labels: 5 },
    { left: 0, right: 4, distance: 20, labels: 12 },
  ];
  const labels = new Map([
    [0, 7],
    [1, 2],
    [3, 3],
  ]);
  expect(hierarchyLines(hierarchyOf(merges, 4, labels)!, (cluster) => `name ${cluster}`)).toEqual([
    '12 labels, joined at 20.00',
    '├─ Cluster 0 (7 labels): name 0',
    '└─ 5 labels, joined at 1.50',
    '   ├─ Cluster 1 (2 labels): name 1',
    '   └─ Cluster 3 (3 labels): name 3',
  ]);
  expect(hierarchyOf([], 1, labels)).toBeUndefined();
});

it('draws numbers in eight heights, nothing as a gap', () => {
  expect(sparkline([0, 1, 8, 4, 0.01])).toBe(' ▁█▄▁');
  expect(sparkline([0, 0])).toBe('  ');
  expect(sparkline([])).toBe('');
});
