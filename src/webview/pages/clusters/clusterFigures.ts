/** The curves over k, the map of labels, the tree of clusters. */
import {
  type ChosenClusters,
  type ClustersOverview,
  type ClusterSummary,
  clusterTitle,
  type DrawnMap,
} from '../../../core/explore/clusters/clusterApi.ts';
import { type Figure, plotText, type PlotTheme, type Trace } from '../../plots/index.ts';
import { amount, count, middleCut } from '../../amounts.ts';
import type { Drag } from './clustersState.ts';
import { t } from '../../l10n.ts';

type Measure = 'inertia' | 'silhouette';

const measureNames: Record<Measure, string> = { inertia: t('inertia'), silhouette: t('silhouette') };

/** A curve over the numbers of clusters, with the chosen one marked. */
export function curveFigure({ curve }: ClustersOverview, measure: Measure, chosen: number | undefined): Figure {
  const points = curve.filter((point) => point[measure] !== undefined);
  const at = points.find(({ k }) => k === chosen);
  const digits = measure === 'inertia' ? ',.0f' : '.3f';
  const hoverText = `${t('{0} clusters: {1}', '%{x}', `%{y:${digits}}`)}<extra></extra>`;
  return {
    traces: [
      {
        type: 'scatter',
        mode: 'lines+markers',
        name: measureNames[measure],
        x: points.map(({ k }) => k),
        y: points.map((point) => point[measure]!),
        hovertemplate: hoverText,
      },
      {
        type: 'scatter',
        mode: 'markers',
        name: t('shown'),
        x: at ? [at.k] : [],
        y: at ? [at[measure]!] : [],
        marker: { size: 14, symbol: 'circle-open', line: { width: 2.5 } },
        hovertemplate: hoverText,
      },
    ],
    description: t(
      'Curve: {0} for {1}.',
      measureNames[measure],
      points.map((point) => `${amount.clusters(point.k)} ${point[measure]!.toPrecision(4)}`).join(', '),
    ),
    layout: {
      xaxis: { title: { text: t('clusters') }, tickvals: points.map(({ k }) => k), fixedrange: true },
      yaxis: { title: { text: measureNames[measure] }, fixedrange: true },
    },
  };
}

/** What a cluster is called, with its number. */
export const clusterName = (summary: ClusterSummary, names = 3): string =>
  `${summary.cluster}: ${clusterTitle(summary, names)}`;

/** Pixels across a point: its area shows the documents. */
const smallest = 5;
const largest = 26;

export type MapOfLabels = Extract<DrawnMap, { shows: 'labels' }>;
type MapOfClusters = Extract<DrawnMap, { shows: 'clusters' }>;

const sizeOf = (share: number): number => smallest + (largest - smallest) * Math.sqrt(share);

/** Whether a label is called like this; all are like nothing. */
export function finder(search: string): (label: { name: string; display?: string }) => boolean {
  const wanted = search.trim().toLowerCase();
  return ({ name, display }) => wanted === '' || [name, display].some((text) => text?.toLowerCase().includes(wanted));
}

/** Indices of a map's points by cluster, in the order of the traces. */
export function pointsByCluster({ points }: MapOfLabels): Map<number, number[]> {
  const byCluster = new Map<number, number[]>();
  points.forEach(({ cluster }, i) => {
    const own = byCluster.get(cluster);
    if (own) own.push(i);
    else byCluster.set(cluster, [i]);
  });
  return new Map([...byCluster].sort(([a], [b]) => a - b));
}

/** A gap may be this share of a map's length. */
const widestGap = 0.12;

/**
 * The points with empty stretches shortened: how far apart groups lie that have nothing in common means nothing, and one far
 * away would leave the others no room.
 */
export function withoutGaps<P extends { x: number; y: number }>(points: readonly P[]): P[] {
  const [x, y] = (['x', 'y'] as const).map((axis) => shortened(points.map((point) => point[axis])));
  return points.map((point, i) => ({ ...point, x: x[i], y: y[i] }));
}

function shortened(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const steps = order.map((i, rank) => (rank === 0 ? 0 : values[i] - values[order[rank - 1]]));
  const length = steps.reduce((sum, step) => sum + step, 0);
  const most = steps.filter((step) => step <= widestGap * length).reduce((sum, step) => sum + step, 0);
  if (most === 0) return [...values]; // all far from each other
  const moved = [...values];
  let at = values[order[0]];
  order.forEach((i, rank) => {
    const step = steps[rank];
    at += step > widestGap * length ? widestGap * most : step;
    moved[i] = at;
  });
  return moved;
}

/** The most frequent labels that have room for their names: one to a place. */
export function namedPoints(points: MapOfLabels['points'], most = 24): MapOfLabels['points'] {
  const [width, height] = (['x', 'y'] as const).map(
    (axis) => Math.max(...points.map((p) => p[axis])) - Math.min(...points.map((p) => p[axis])) || 1,
  );
  const chosen: MapOfLabels['points'] = [];
  for (const point of points.toSorted((a, b) => b.documents - a.documents)) {
    const isFree = chosen.every(
      ({ x, y }) => Math.abs(x - point.x) / width > 0.14 || Math.abs(y - point.y) / height > 0.05,
    );
    if (isFree && chosen.push(point) === most) break;
  }
  return chosen;
}

/** Labels in a plane: colour and symbol show the cluster, size the documents; each cluster's number stands in its middle. */
export function mapFigure(map: MapOfLabels, search: string, drag: Drag, revision: string): Figure {
  const points = withoutGaps(map.points);
  const most = points.reduce((max, { documents }) => Math.max(max, documents), 1);
  const groups = pointsByCluster(map);
  const isFound = finder(search);
  const names = namedPoints(points.filter(isFound));
  const traces = (theme: PlotTheme): Trace[] => [
    ...[...groups].map(([cluster, indices]): Trace => {
      const { color, symbol } = theme.series(cluster);
      const own = indices.map((i) => points[i]);
      return {
        type: 'scatter',
        mode: 'markers',
        name: t('cluster {0}', cluster),
        x: own.map(({ x }) => x),
        y: own.map(({ y }) => y),
        marker: {
          color,
          symbol,
          size: own.map(({ documents }) => sizeOf(documents / most)),
          opacity: own.map((point) => (isFound(point) ? 0.75 : 0.08)),
          line: { color: theme.background, width: 0.5 },
        } as object,
        customdata: own.map(({ name, display, documents }) =>
          t('{0}: {1}, cluster {2}', display ?? name, amount.documents(documents), cluster),
        ),
        hovertemplate: '%{customdata}<extra></extra>',
      };
    }),
    {
      type: 'scatter',
      mode: 'text+markers', // which cannot be seen, and hold the names above those that can
      marker: { size: names.map(({ documents }) => sizeOf(documents / most)), opacity: 0 } as object,
      x: names.map(({ x }) => x),
      y: names.map(({ y }) => y),
      text: names.map(({ name, display }) => middleCut(display ?? name, 22)),
      textposition: 'top center',
      textfont: { color: theme.foreground, size: theme.fontSize },
      hoverinfo: 'skip',
      cliponaxis: false,
    } as Trace,
  ];
  const axis = { visible: false };
  return {
    traces,
    description: t(
      'Map of {0} labels: those that occur with the same others lie near each other. The tab Labels lists them.',
      count(points.length),
    ),
    layout: (theme) => ({
      dragmode: drag,
      uirevision: revision,
      xaxis: axis,
      yaxis: axis,
      hovermode: 'closest',
      annotations: [...groups].map(([cluster, indices]) => ({
        x: median(indices.map((i) => points[i].x)),
        y: median(indices.map((i) => points[i].y)),
        text: String(cluster),
        showarrow: false,
        captureevents: false,
        font: { size: theme.fontSize + 3, color: theme.foreground },
        bgcolor: theme.background,
        opacity: 0.85,
        borderpad: 1,
      })),
    }),
  };
}

/** Clusters that are called by their most frequent label on the map. */
const named = 40;

/** Clusters in a plane, called by their most frequent label: colour and symbol show which, size how many labels. */
export function clusterMapFigure(
  { points: drawn, of }: MapOfClusters,
  { clusters }: ChosenClusters,
  search: string,
  drag: Drag,
  revision: string,
): Figure {
  const points = withoutGaps(drawn);
  const summaries = points.map(({ cluster }) => clusters.find((one) => one.cluster === cluster)!);
  const most = summaries.reduce((max, { labels }) => Math.max(max, labels), 1);
  const isFound = finder(search);
  const largestOnes = new Set(clusters.slice(0, named));
  const traces = (theme: PlotTheme): Trace[] => [
    {
      type: 'scatter',
      mode: 'text+markers',
      name: t('clusters'),
      x: points.map(({ x }) => x),
      y: points.map(({ y }) => y),
      text: summaries.map((one) => (largestOnes.has(one) ? clusterName(one, 1) : String(one.cluster))),
      textposition: 'top center',
      textfont: { color: theme.foreground, size: theme.fontSize },
      marker: {
        color: points.map(({ cluster }) => theme.series(cluster).color),
        symbol: points.map(({ cluster }) => theme.series(cluster).symbol),
        size: summaries.map(({ labels }) => 2 * sizeOf(labels / most)),
        opacity: summaries.map(({ top }) => (top.some(isFound) ? 0.85 : 0.15)),
        line: { color: theme.foreground, width: 1 },
      } as object,
      customdata: summaries.map((one) =>
        t('{0}: {1}, {2} documents per label', clusterName(one), amount.labels(one.labels), count(one.meanDocuments)),
      ),
      hovertemplate: '%{customdata}<extra></extra>',
      cliponaxis: false,
    } as Trace,
  ];
  const axis = { visible: false };
  return {
    traces,
    description: t(
      'Map of {0} of {1}: those whose labels occur with the same others lie near each other. The tab Clusters describes them.',
      amount.clusters(points.length),
      amount.labels(of),
    ),
    layout: { dragmode: drag, uirevision: revision, xaxis: axis, yaxis: axis, hovermode: 'closest' },
  };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

interface Node {
  x: number;
  y: number;
}

/** Brackets of the tree, and the order of its leaves from below. */
export function treeLines({ clusters, tree, k }: ChosenClusters): { order: number[]; lines: Node[][] } {
  const leaves = (node: number): number[] =>
    node < k ? [node] : [...leaves(tree[node - k].left), ...leaves(tree[node - k].right)];
  const order = tree.length ? leaves(k + tree.length - 1) : clusters.map(({ cluster }) => cluster);
  const places = new Map<number, Node>(order.map((cluster, y) => [cluster, { x: 0, y }]));
  const lines = tree.map(({ left, right, distance }, i) => {
    const [a, b] = [places.get(left)!, places.get(right)!];
    places.set(k + i, { x: distance, y: (a.y + b.y) / 2 });
    return [a, { x: distance, y: a.y }, { x: distance, y: b.y }, b];
  });
  return { order, lines };
}

/** The clusters as a tree: the further right two are joined, the less alike they are. */
export function treeFigure(chosen: ChosenClusters): Figure {
  const { clusters } = chosen;
  const { order, lines } = treeLines(chosen);
  const furthest = Math.max(0, ...chosen.tree.map(({ distance }) => distance));
  const summary = (cluster: number): ClusterSummary => clusters.find((one) => one.cluster === cluster)!;
  return {
    traces: (theme) =>
      lines.map((line): Trace => ({
        type: 'scatter',
        mode: 'lines',
        x: line.map(({ x }) => x),
        y: line.map(({ y }) => y),
        line: { color: theme.foreground, dash: 'solid', width: theme.isHighContrast ? 2 : 1.5 },
        hovertemplate: `${t('joined at {0}', '%{x:.2f}')}<extra></extra>`,
      })),
    description: t(
      'Tree of {0} by Ward’s method. From below: {1}.',
      amount.clusters(clusters.length),
      order.map((cluster) => clusterName(summary(cluster), 1)).join('; '),
    ),
    layout: {
      xaxis: { title: { text: t('distance (Ward)') }, range: [0, furthest * 1.03 || 1], fixedrange: true },
      yaxis: {
        range: [-0.6, order.length - 0.4],
        tickmode: 'array',
        tickvals: order.map((_, i) => i),
        ticktext: order.map((cluster) =>
          plotText(`${clusterName(summary(cluster))} (${count(summary(cluster).labels)})`),
        ),
        showgrid: false,
        zeroline: false,
        fixedrange: true,
      },
    },
  };
}
