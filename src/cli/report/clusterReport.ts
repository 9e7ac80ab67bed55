import {
  type ClustersOverview,
  clusterTitle,
  type DrawnMap,
  mapLimit,
} from '../../core/explore/clusters/clusterApi.ts';
import { type DescribedCluster, type HierarchyNode, nodeText, suggestionText } from '../inspect/showClusters.ts';
import { counted, grouped, percent } from '../terminal/text.ts';
import { curve } from './curves.ts';
import { escapeHtml, page, section } from './reportPage.ts';

/** What was found of the label clusters; every string may come from data and is escaped. */
interface ClustersInput {
  title: string;
  overview: ClustersOverview;
  /** The number of clusters that is shown. */
  k: number;
  clusters: readonly DescribedCluster[];
  /** Which clusters are near each other; undefined for one cluster. */
  hierarchy?: HierarchyNode;
  map?: DrawnMap;
}

/** The page of label clusters. */
export function renderClusters(input: ClustersInput): string {
  const { labels, documents, pairs } = input.overview;
  const subtitle = `${counted(labels, 'label')} of ${counted(documents, 'document')}, ${counted(pairs, 'pair')} of labels that share one; ${counted(input.k, 'cluster')} shown. ${suggestionText(input.overview)}`;
  return page(input.title, subtitle, [
    section('How many clusters', curves(input)),
    input.map ? section(`Map of the ${input.map.shows}`, mapFigure(input.map, input.clusters)) : '',
    input.hierarchy ? section('Hierarchy', hierarchy(input.hierarchy, input.clusters)) : '',
    section('Clusters', input.clusters.map((cluster) => card(cluster, labels)).join('\n')),
  ]);
}

function curves({ overview: { curve: points, sampled, miniBatch }, k }: ClustersInput): string {
  const line = (name: 'silhouette' | 'inertia', kind: number) => ({
    name,
    kind,
    markers: true,
    points: points.flatMap((point) => (point[name] === undefined ? [] : [{ x: point.k, y: point[name] }])),
  });
  const silhouette = line('silhouette', 1);
  const mark = { x: k, text: `shown: ${k}` };
  const notes = [
    ...(sampled ? [`Silhouettes are of a sample of ${grouped(sampled)} labels.`] : []),
    ...(miniBatch ? ['K-means drew mini-batches; inertia is of all labels.'] : []),
  ];
  return `<div class="columns">${curve('Inertia', 'clusters', 'inertia', [line('inertia', 0)], mark)}${
    silhouette.points.length ? curve('Silhouette', 'clusters', 'silhouette', [silhouette], mark) : ''
  }</div>${notes.map((note) => `<p class="muted">${escapeHtml(note)}</p>`).join('')}`;
}

function hierarchy(root: HierarchyNode, clusters: readonly DescribedCluster[]): string {
  const titles = new Map(clusters.map((cluster) => [cluster.cluster, clusterTitle(cluster)]));
  const swatch = ({ cluster }: HierarchyNode): string =>
    cluster === undefined ? '' : `<span class="swatch" style="background:${colourOf(cluster)}"></span>`;
  const item = (node: HierarchyNode): string =>
    `<li>${swatch(node)}${escapeHtml(nodeText(node, (cluster) => titles.get(cluster) ?? ''))}${
      node.children.length ? `<ul>${node.children.map(item).join('')}</ul>` : ''
    }</li>`;
  return `<p class="muted">Clusters that join early are alike: Ward distances of their centroids.</p><ul class="tree">${item(root)}</ul>`;
}

function card(cluster: DescribedCluster, labels: number): string {
  const { one, atMostTwo, atMostFive } = cluster.rare;
  const top = cluster.top.map(({ display, name, documents }) => `${display ?? name} (${grouped(documents)})`);
  const words = cluster.words.map(({ word }) => word);
  return `<article><h3><span class="swatch" style="background:${colourOf(cluster.cluster)}"></span>${cluster.cluster}: ${escapeHtml(clusterTitle(cluster))}</h3>
<p>${counted(cluster.labels, 'label')} (${percent(cluster.labels / labels)}), ${grouped(cluster.meanDocuments, 1)} documents per label, cohesion ${cluster.cohesion.toFixed(2)}</p>
<p>${escapeHtml(top.join(', '))}</p>
${words.length ? `<p>Words: ${escapeHtml(words.join(', '))}</p>` : ''}
<p class="muted">${grouped(one)} with 1 document, ${grouped(atMostTwo)} with at most 2, ${grouped(atMostFive)} with at most 5</p></article>`;
}

const SIZE = { width: 1100, height: 760, margin: 24 };
const RADIUS = { least: 2, most: 14 };
const NAMED = 25;

/** A circle of the map. */
interface Mark {
  x: number;
  y: number;
  cluster: number;
  /** What its area stands for. */
  size: number;
  name: string;
  /** Shown when it is pointed at. */
  title: string;
}

function mapFigure(map: DrawnMap, clusters: readonly DescribedCluster[]): string {
  if (map.shows === 'labels') {
    const left = map.of - map.points.length;
    const note = left > 0 ? ` The ${grouped(mapLimit)} most frequent labels; ${grouped(left)} more are left out.` : '';
    const description =
      'Labels that occur with the same others lie near each other; larger circles have more documents, colours are clusters.';
    return figure(marksOfLabels(map.points), 'labels', description, note);
  }
  const note = ` A map of labels takes ${grouped(mapLimit)} at most; there are ${grouped(map.of)}.`;
  const description =
    'Clusters whose labels occur with the same others lie near each other; larger circles have more labels.';
  return figure(marksOfClusters(map.points, clusters), 'clusters', description, note);
}

const marksOfLabels = (points: Extract<DrawnMap, { shows: 'labels' }>['points']): Mark[] =>
  points.map(({ x, y, cluster, documents, name, display }) => ({
    x,
    y,
    cluster,
    size: documents,
    name: display ?? name,
    title: `${display ?? name}: ${counted(documents, 'document')}, cluster ${cluster}`,
  }));

function marksOfClusters(
  points: Extract<DrawnMap, { shows: 'clusters' }>['points'],
  clusters: readonly DescribedCluster[],
): Mark[] {
  const places = new Map(points.map((point) => [point.cluster, point]));
  return clusters.map((cluster) => {
    const { x, y } = places.get(cluster.cluster)!;
    const [{ display, name }] = cluster.top;
    const title = `Cluster ${cluster.cluster} (${counted(cluster.labels, 'label')}): ${clusterTitle(cluster)}`;
    return { x, y, cluster: cluster.cluster, size: cluster.labels, name: display ?? name, title };
  });
}

/** @param marks the largest first */
function figure(marks: readonly Mark[], what: DrawnMap['shows'], description: string, note: string): string {
  const x = fit(
    marks.map((mark) => mark.x),
    SIZE.width,
  );
  const y = fit(
    marks.map((mark) => mark.y),
    SIZE.height,
  );
  const most = marks.reduce((largest, { size }) => Math.max(largest, size), 1);
  const circles = marks.map((mark) => {
    const radius = RADIUS.least + (RADIUS.most - RADIUS.least) * Math.sqrt(mark.size / most);
    return `<circle cx="${x(mark.x)}" cy="${y(mark.y)}" r="${radius.toFixed(1)}" fill="${colourOf(mark.cluster)}" fill-opacity=".6"><title>${escapeHtml(mark.title)}</title></circle>`;
  });
  const named = marks.slice(0, NAMED);
  const names = named.map(
    (mark) =>
      `<text class="name" x="${x(mark.x)}" y="${y(mark.y)}" text-anchor="middle">${escapeHtml(mark.name)}</text>`,
  );
  const areaText =
    what === 'labels'
      ? `The ${named.length} most frequent are named`
      : `The ${named.length} largest are named by their most frequent label`;
  return `<figure><svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-labelledby="map-t map-d">
<title id="map-t">Map of the ${what}</title><desc id="map-d">${description}</desc>
${circles.join('\n')}
${names.join('\n')}
</svg><figcaption>${description}${note} ${areaText}; a circle shows its name when pointed at.</figcaption></figure>`;
}

/** From the values' range to pixels within the margins. */
function fit(values: readonly number[], size: number): (value: number) => string {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const scale = high > low ? (size - 2 * SIZE.margin) / (high - low) : 0;
  return (value) => (high > low ? SIZE.margin + (value - low) * scale : size / 2).toFixed(1);
}

/** Hues by the golden angle: neighbouring numbers never look alike; two lightnesses help beyond that. */
const colourOf = (cluster: number): string =>
  `hsl(${Math.round((cluster * 137.508) % 360)} 65% ${cluster % 2 ? 42 : 55}%)`;
