import {
  type ClusterPhase,
  type ClustersOverview,
  type ClusterSummary,
  clusterTitle,
  type ClusterWord,
} from '../../core/explore/clusters/clusterApi.ts';
import type { WorkOptions } from '../../core/base/progress.ts';
import type { ClusterExploration } from '../../core/explore/clusters/exploration.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { bar, clip, counted, grouped, percent, sanitise, table } from '../terminal/text.ts';
import { labelText, left, type Look, right } from './look.ts';
import type { Merge } from '../../core/explore/clusters/clusterTree.ts';

/** A cluster with the words that mark it. */
export type DescribedCluster = ClusterSummary & { words: ClusterWord[] };

const NAME_COLUMNS = 28;
const TITLE_COLUMNS = 60;
const SHOWN_LABELS = 5;
const SHOWN_WORDS = 6;
const LISTED_LABELS = 50;
const LISTED_DOCUMENTS = 10;

/** One cluster by itself: its most frequent labels, and its first documents (one pass). Throws `UserError`, `Cancelled`. */
export async function lookAtCluster(
  exploration: ClusterExploration,
  k: number,
  cluster: number,
  context: WorkOptions<ClusterPhase>,
): Promise<Look> {
  const documents = await exploration.documents(k, cluster, LISTED_DOCUMENTS, context);
  const labels = exploration.labelPage({ k, clusters: [cluster], offset: 0, limit: LISTED_LABELS });
  const listed = documents.rows.map(({ id, line, labels }) => ({ id, line, labels }));
  return {
    json: { cluster, labels, documents: { total: documents.total, rows: listed } },
    section: {
      title: `Cluster ${cluster} of ${k}`,
      lines: [`${counted(labels.total, 'label')}; ${counted(documents.total, 'document')} with one of them.`],
      tables: [
        {
          caption: labels.total > LISTED_LABELS ? `Its ${LISTED_LABELS} most frequent labels` : 'Its labels',
          columns: [left('label'), right('documents')],
          rows: labels.rows.map((row) => [labelText(row), grouped(row.documents)]),
        },
        {
          caption: 'Its first documents',
          columns: [right('line'), left('document'), left('its labels of the cluster')],
          rows: listed.map(({ id, line, labels }) => [String(line), id, labels.join(', ')]),
        },
      ],
    },
  };
}

/** The curves over k, and every cluster of the one that is shown. */
export function showClusters(
  overview: ClustersOverview,
  k: number,
  clusters: readonly DescribedCluster[],
  terminal: Terminal,
): void {
  const { labels, documents, pairs, sampled, miniBatch } = overview;
  const { style } = terminal;
  terminal.print(
    style.bold(
      `${counted(labels, 'label')} of ${counted(documents, 'document')}, ${counted(pairs, 'pair')} of labels that share one`,
    ),
    '',
    ...curve(overview, k, terminal),
  );
  if (sampled) terminal.print(style.dim(`  Silhouettes are of a sample of ${grouped(sampled)} labels.`));
  if (miniBatch) terminal.print(style.dim('  K-means drew mini-batches; inertia is of all labels.'));
  terminal.print(`  ${suggestionText(overview)}`);
  for (const cluster of clusters) showCluster(cluster, labels, terminal);
}

/** Which number of clusters is suggested and why, or why none is. */
export function suggestionText({ curve, labels, suggested, evenest, settings }: ClustersOverview): string {
  const { k, largest } = curve.find((point) => point.k === (suggested ?? evenest))!;
  const share = percent(largest / labels);
  if (suggested !== undefined)
    return `Suggested: ${counted(k, 'cluster')}. Of the numbers that leave no cluster over half of the labels, it has the best silhouette; its largest cluster has ${share}.`;
  const other = settings.scaling === 'cosine' ? 'Try other numbers with --k.' : 'Try --scaling cosine.';
  return `None is suggested: with each number of clusters that a reader can take in, over half of the labels are in one; with ${k} the share is smallest, ${share}. ${other}`;
}

function curve(
  { curve, labels, bestSilhouette, elbow, suggested }: ClustersOverview,
  chosen: number,
  terminal: Terminal,
): string[] {
  const most = Math.max(...curve.map(({ inertia }) => inertia));
  const rows = curve.map(({ k, inertia, silhouette, largest }) => [
    String(k),
    grouped(inertia, 1),
    bar(inertia / most, 20),
    silhouette === undefined ? '-' : silhouette.toFixed(3),
    silhouette === undefined ? '' : bar(Math.max(0, silhouette), 20),
    percent(largest / labels),
    [
      k === suggested && 'suggested',
      k === bestSilhouette && 'largest silhouette',
      k === elbow && 'bend',
      k === chosen && 'shown below',
    ]
      .filter(Boolean)
      .join(', '),
  ]);
  const [titles, ...lines] = table(
    [right('k'), right('inertia'), left(''), right('silhouette'), left(''), right('largest cluster'), left('')],
    rows,
  );
  return [`  ${terminal.style.dim(titles)}`, ...lines.map((line) => `  ${line}`)];
}

function showCluster(cluster: DescribedCluster, labels: number, terminal: Terminal): void {
  const { style } = terminal;
  const name = ({ display, name }: ClusterSummary['top'][number]): string =>
    clip(sanitise(display ?? name), NAME_COLUMNS);
  const top = cluster.top.slice(0, SHOWN_LABELS).map((label) => `${name(label)} (${grouped(label.documents)})`);
  const words = cluster.words.slice(0, SHOWN_WORDS).map(({ word }) => sanitise(word));
  const { one, atMostTwo, atMostFive } = cluster.rare;
  terminal.print(
    '',
    `${style.bold(`Cluster ${cluster.cluster}: ${clip(sanitise(clusterTitle(cluster)), TITLE_COLUMNS)}`)}`,
    `  ${counted(cluster.labels, 'label')} (${percent(cluster.labels / labels)}), ` +
      `${grouped(cluster.meanDocuments, 1)} documents per label, cohesion ${cluster.cohesion.toFixed(2)}`,
    `  ${style.dim('labels')}  ${top.join(', ')}`,
    ...(words.length ? [`  ${style.dim('words')}   ${words.join(', ')}`] : []),
    `  ${style.dim('rare')}    ${grouped(one)} with 1 document, ${grouped(atMostTwo)} with at most 2, ${grouped(atMostFive)} with at most 5`,
  );
}

/** Which clusters are near each other. */
export function showHierarchy(node: HierarchyNode, clusters: readonly DescribedCluster[], terminal: Terminal): void {
  const titles = new Map(clusters.map((cluster) => [cluster.cluster, clusterTitle(cluster)]));
  const lines = hierarchyLines(node, (cluster) => clip(sanitise(titles.get(cluster) ?? ''), TITLE_COLUMNS));
  terminal.print(
    '',
    terminal.style.bold('Hierarchy of the clusters (Ward distances of their centroids)'),
    ...lines.map((line) => `  ${line}`),
  );
}

/** A node of the hierarchy of clusters: a cluster, or two nodes that were joined. */
export interface HierarchyNode {
  /** Of a cluster. */
  cluster?: number;
  /** Ward distance at which the two joined. */
  distance?: number;
  labels: number;
  children: HierarchyNode[];
}

/** The merges as a tree from the top; `labels` of each cluster by its number. Undefined where there is nothing to join. */
export function hierarchyOf(
  merges: readonly Merge[],
  k: number,
  labels: ReadonlyMap<number, number>,
): HierarchyNode | undefined {
  const node = (id: number): HierarchyNode => {
    if (id < k) return { cluster: id, labels: labels.get(id) ?? 0, children: [] };
    const merge = merges[id - k];
    return { distance: merge.distance, labels: merge.labels, children: [node(merge.left), node(merge.right)] };
  };
  return merges.length ? node(k + merges.length - 1) : undefined;
}

/** What a node is called; `titleOf` says what is in a cluster. */
export const nodeText = ({ cluster, distance, labels }: HierarchyNode, titleOf: (cluster: number) => string): string =>
  cluster === undefined
    ? `${counted(labels, 'label')}, joined at ${distance!.toFixed(2)}`
    : `Cluster ${cluster} (${counted(labels, 'label')}): ${titleOf(cluster)}`;

/** The tree as lines for a terminal. */
export function hierarchyLines(node: HierarchyNode, titleOf: (cluster: number) => string): string[] {
  const below = node.children.flatMap((child, i) => {
    const isLast = i === node.children.length - 1;
    const [first, ...rest] = hierarchyLines(child, titleOf);
    return [`${isLast ? '└─' : '├─'} ${first}`, ...rest.map((line) => `${isLast ? '  ' : '│ '} ${line}`)];
  });
  return [nodeText(node, titleOf), ...below];
}
