import { describe, expect, test } from 'vitest';
import type { ChosenClusters, ClustersOverview } from '../../../src/core/explore/clusters/clusterApi.ts';
import {
  clusterMapFigure,
  clusterName,
  curveFigure,
  finder,
  namedPoints,
  pointsByCluster,
  treeLines,
  withoutGaps,
  type MapOfLabels,
} from '../../../src/webview/pages/clusters/clusterFigures.ts';
import type { PlotTheme } from '../../../src/webview/plots/theme.ts';
import { restoredState } from '../../../src/webview/pages/clusters/clustersState.ts';

const cluster = (number: number, ...names: string[]) => ({
  cluster: number,
  labels: names.length,
  meanDocuments: 1,
  top: names.map((name, id) => ({ id, name, documents: 1 })),
  rare: { one: 1, atMostTwo: 1, atMostFive: 1 },
  cohesion: 1,
});

test('state that is foreign gives defaults', () => {
  for (const kept of [undefined, null, 3, { tab: 'x', k: 'y', drag: 'z', labelSearch: 4 }])
    expect(restoredState(kept)).toMatchObject({ tab: 'clusters', k: undefined, drag: 'zoom', labelSearch: '' });
  const kept = { tab: 'map', k: 8, drag: 'lasso', path: '/p', mapOf: 2 };
  expect(restoredState(kept)).toMatchObject(kept);
});

test('a cluster is called by its number and most frequent labels', () => {
  expect(clusterName(cluster(3, 'cat', 'dog', 'cow', 'pig'))).toBe('3: cat, dog, cow');
  expect(clusterName(cluster(0, `${'x'.repeat(30)}${'y'.repeat(10)}`), 1)).toBe(
    `0: ${'x'.repeat(14)}…${'y'.repeat(9)}`,
  );
  expect(clusterName(cluster(1, 'http://eurovoc.europa.eu/100141', 'http://a.b/c#fish/'))).toBe('1: 100141, fish');
});

test('a curve leaves out what was not measured, and marks the chosen number', () => {
  const curve = [
    { k: 2, inertia: 9, silhouette: 0.1, largest: 9 },
    { k: 4, inertia: 5, silhouette: undefined, largest: 9 },
    { k: 6, inertia: 4, silhouette: 0.3, largest: 9 },
  ];
  const overview = { curve } as ClustersOverview;
  expect(curveFigure(overview, 'silhouette', 6).traces).toMatchObject([
    { x: [2, 6], y: [0.1, 0.3] },
    { x: [6], y: [0.3] },
  ]);
  expect(curveFigure(overview, 'inertia', 4).traces).toMatchObject([{ x: [2, 4, 6] }, { x: [4], y: [5] }]);
});

describe('the tree', () => {
  test('joins neighbours, and its lines never cross', () => {
    const chosen: ChosenClusters = {
      k: 5, // cluster 1 is empty
      clusters: [cluster(0, 'a'), cluster(2, 'b'), cluster(3, 'c'), cluster(4, 'd')],
      tree: [
        { left: 0, right: 3, distance: 1, labels: 2 },
        { left: 2, right: 4, distance: 2, labels: 2 },
        { left: 5, right: 6, distance: 5, labels: 4 },
      ],
    };
    const { order, lines } = treeLines(chosen);
    expect(order).toEqual([0, 3, 2, 4]);
    expect(lines[0]).toEqual([
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: 1, y: 1 },
      { x: 0, y: 1 },
    ]);
    expect(lines[2].map(({ x, y }) => [x, y])).toEqual([
      [1, 0.5],
      [5, 0.5],
      [5, 2.5],
      [2, 2.5],
    ]);
  });

  test('of one cluster is that cluster', () => {
    expect(treeLines({ k: 1, clusters: [cluster(0, 'a')], tree: [] })).toEqual({ order: [0], lines: [] });
  });
});

test('points of the map by cluster, in the order of the traces', () => {
  const point = (number: number) => ({ id: 0, name: '', documents: 1, cluster: number, x: 0, y: 0 });
  const map: MapOfLabels = { shows: 'labels', points: [2, 0, 2, 1].map(point), of: 4 };
  expect([...pointsByCluster(map)]).toEqual([
    [0, [1]],
    [1, [3]],
    [2, [0, 2]],
  ]);
});

test('the map of clusters has a mark for each, called by its first label, and fades what is not searched', () => {
  const chosen: ChosenClusters = { k: 3, clusters: [cluster(2, 'cat', 'dog'), cluster(0, 'car')], tree: [] };
  const points = [
    { cluster: 0, x: 1, y: 2 },
    { cluster: 2, x: 3, y: 4 },
  ];
  const { traces, description } = clusterMapFigure({ shows: 'clusters', points, of: 9000 }, chosen, 'DOG', 'zoom', '');
  expect(description).toContain('2 clusters of 9,000 labels');
  const theme = { series: () => ({ color: 'red', symbol: 'circle' }) } as unknown as PlotTheme;
  const [marks] = typeof traces === 'function' ? traces(theme) : traces;
  expect(marks).toMatchObject({ x: [1, 3], y: [2, 4], text: ['0: car', '2: cat'] });
  const { size, opacity } = (marks as { marker: { size: number[]; opacity: number[] } }).marker;
  expect(size[1]).toBeGreaterThan(size[0]);
  expect(opacity).toEqual([0.15, 0.85]);
});

test('a search looks at names and ids, whatever the case; an empty one finds all', () => {
  const label = { name: 'E12', display: 'Cats' };
  expect(['', ' ', 'e1', 'CAT', 'dog'].map((search) => finder(search)(label))).toEqual([true, true, true, true, false]);
});

describe('the map', () => {
  const point = (x: number, y: number, documents = 1) => ({ id: x, name: `at ${x}`, documents, cluster: 0, x, y });

  test('gives a group that is far away no more room than it needs', () => {
    const near = Array.from({ length: 21 }, (_, i) => point(i / 2, i / 2));
    const moved = withoutGaps([...near, point(1000, 5)]);
    const length = moved.at(-1)!.x - moved[0].x;
    expect((moved.at(-2)!.x - moved[0].x) / length).toBeGreaterThan(0.8);
    expect(moved.map(({ x }) => x)).toEqual(moved.map(({ x }) => x).toSorted((a, b) => a - b)); // all in their order
    expect(withoutGaps(near)).toEqual(near);
  });

  test('names the most frequent labels, no two in one place', () => {
    const crowd = [point(0, 0, 5), point(0.1, 0, 9), point(10, 10, 1), point(5, 0, 7)];
    expect(namedPoints(crowd).map(({ documents }) => documents)).toEqual([9, 7, 1]);
    expect(namedPoints(crowd, 2)).toHaveLength(2);
  });
});
