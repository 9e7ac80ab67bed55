import type { LabelClusters } from '../../core/explore/clusters/explore.ts';
import type { LabelMap } from '../../core/explore/clusters/map.ts';
import { mapLimit } from '../../core/explore/clusters/map.ts';
import { titleOf, type DescribedCluster } from '../inspect/cluster.ts';
import { nodeText, type HierarchyNode } from '../inspect/hierarchy.ts';
import { counted, grouped, percent } from '../terminal/text.ts';
import { curve } from './curves.ts';
import { escapeHtml } from './escape.ts';
import { page, section } from './page.ts';

/** What was found of the label clusters; every string may come from data and is escaped. */
export interface ClustersInput {
  title: string;
  explored: LabelClusters;
  /** The number of clusters that is shown. */
  k: number;
  clusters: readonly DescribedCluster[];
  /** Which clusters are near each other; undefined for one cluster. */
  hierarchy?: HierarchyNode;
  map?: LabelMap;
}

/** The page of label clusters. */
export function renderClusters(input: ClustersInput): string {
  const { incidence, adjacency, sweep } = input.explored;
  const pairs = (adjacency.values.length - incidence.labels) / 2;
  const subtitle = `${counted(incidence.labels, 'label')} of ${counted(incidence.documents, 'document')}, ${counted(pairs, 'pair')} of labels that share one; ${counted(input.k, 'cluster')} shown, ${sweep.suggested} suggested.`;
  return page(input.title, subtitle, [
    section('How many clusters', curves(input)),
    input.map ? section('Map of the labels', labelMap(input, input.map)) : '',
    input.hierarchy ? section('Hierarchy', hierarchy(input.hierarchy, input.clusters)) : '',
    section('Clusters', input.clusters.map((cluster) => card(cluster, incidence.labels)).join('\n')),
  ]);
}

function curves({ explored: { sweep }, k }: ClustersInput): string {
  const line = (name: string, values: number[], kind: number) => ({
    name,
    kind,
    markers: true,
    points: sweep.points.map((point, i) => ({ x: point.k, y: values[i] })).filter(({ y }) => Number.isFinite(y)),
  });
  const silhouette = line(
    'silhouette',
    sweep.points.map((point) => point.silhouette.value),
    1,
  );
  const inertia = line(
    'inertia',
    sweep.points.map((point) => point.result.inertia),
    0,
  );
  const mark = { x: k, text: `shown: ${k}` };
  const sampled = sweep.points[0].silhouette.sampled;
  const notes = [
    ...(sampled ? [`Silhouettes are of a sample of ${grouped(sampled)} labels.`] : []),
    ...(sweep.miniBatch ? ['K-means drew mini-batches; inertia is of all labels.'] : []),
  ];
  return `<div class="columns">${curve('Inertia', 'clusters', 'inertia', [inertia], mark)}${
    silhouette.points.length ? curve('Silhouette', 'clusters', 'silhouette', [silhouette], mark) : ''
  }</div>${notes.map((note) => `<p class="muted">${escapeHtml(note)}</p>`).join('')}`;
}

function hierarchy(root: HierarchyNode, clusters: readonly DescribedCluster[]): string {
  const titles = new Map(clusters.map((cluster) => [cluster.cluster, titleOf(cluster)]));
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
  return `<article><h3><span class="swatch" style="background:${colourOf(cluster.cluster)}"></span>Cluster ${cluster.cluster}</h3>
<p>${counted(cluster.labels, 'label')} (${percent(cluster.labels / labels)}), ${grouped(cluster.meanDocuments, 1)} documents per label, cohesion ${cluster.cohesion.toFixed(2)}</p>
<p>${escapeHtml(top.join(', '))}</p>
${words.length ? `<p>Words: ${escapeHtml(words.join(', '))}</p>` : ''}
<p class="muted">${grouped(one)} with 1 document, ${grouped(atMostTwo)} with at most 2, ${grouped(atMostFive)} with at most 5</p></article>`;
}

const SIZE = { width: 1100, height: 760, margin: 24 };
const RADIUS = { least: 2, most: 14 };
const NAMED = 25;

/** Labels near each other occur with the same others; a circle's area tells how often. The most frequent are named. */
function labelMap({ explored, k }: ClustersInput, map: LabelMap): string {
  const { incidence, sweep } = explored;
  const assignment = sweep.points.find((point) => point.k === k)!.result.assignment;
  const x = fit(map.x, SIZE.width);
  const y = fit(map.y, SIZE.height);
  const most = map.labels.reduce((largest, label) => Math.max(largest, incidence.counts[label]), 1);
  const nameOf = (label: number): string => incidence.display[label] ?? incidence.names[label];
  const circles = Array.from(map.labels, (label, i) => {
    const radius = RADIUS.least + (RADIUS.most - RADIUS.least) * Math.sqrt(incidence.counts[label] / most);
    const title = `${nameOf(label)}: ${counted(incidence.counts[label], 'document')}, cluster ${assignment[label]}`;
    return `<circle cx="${x(map.x[i])}" cy="${y(map.y[i])}" r="${radius.toFixed(1)}" fill="${colourOf(assignment[label])}" fill-opacity=".6"><title>${escapeHtml(title)}</title></circle>`;
  });
  const names = Array.from(
    map.labels.subarray(0, NAMED),
    (label, i) =>
      `<text class="name" x="${x(map.x[i])}" y="${y(map.y[i])}" text-anchor="middle">${escapeHtml(nameOf(label))}</text>`,
  );
  const description = `Labels that occur with the same others lie near each other; larger circles have more documents, colours are clusters.`;
  const left = incidence.labels - map.labels.length;
  const note = left > 0 ? ` The ${grouped(mapLimit)} most frequent labels; ${grouped(left)} more are left out.` : '';
  return `<figure><svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-labelledby="map-t map-d">
<title id="map-t">Map of the labels</title><desc id="map-d">${description}</desc>
${circles.join('\n')}
${names.join('\n')}
</svg><figcaption>${description}${note} The ${Math.min(NAMED, map.labels.length)} most frequent are named; a circle tells its name when pointed at.</figcaption></figure>`;
}

/** From the values' range to pixels within the margins. */
function fit(values: Float32Array, size: number): (value: number) => string {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const scale = high > low ? (size - 2 * SIZE.margin) / (high - low) : 0;
  return (value) => (high > low ? SIZE.margin + (value - low) * scale : size / 2).toFixed(1);
}

/** Hues by the golden angle: neighbouring numbers never look alike; two lightnesses help beyond that. */
const colourOf = (cluster: number): string =>
  `hsl(${Math.round((cluster * 137.508) % 360)} 65% ${cluster % 2 ? 42 : 55}%)`;
