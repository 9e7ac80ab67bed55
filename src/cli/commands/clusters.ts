import { basename, resolve } from 'node:path';
import { detectFormat } from '../../core/data/detect.ts';
import { openSource } from '../../core/data/open.ts';
import type { ClusterSummary } from '../../core/explore/clusters/describe.ts';
import { describeClusters } from '../../core/explore/clusters/describe.ts';
import type { ClusterPhase, LabelClusters } from '../../core/explore/clusters/explore.ts';
import { exploreClusters } from '../../core/explore/clusters/explore.ts';
import { writeClusters } from '../../core/explore/clusters/export.ts';
import { scalings } from '../../core/explore/clusters/scaling.ts';
import { defaultKs } from '../../core/explore/clusters/sweep.ts';
import { clusterTree } from '../../core/explore/clusters/tree.ts';
import { clusterWords } from '../../core/explore/clusters/words.ts';
import { mapLabels, type LabelMap } from '../../core/explore/clusters/map.ts';
import { writeFileAtomic } from '../../core/files.ts';
import { usage, type Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { titleOf, type DescribedCluster } from '../inspect/cluster.ts';
import { hierarchyLines, hierarchyOf, type HierarchyNode } from '../inspect/hierarchy.ts';
import { renderClusters } from '../report/clusters.ts';
import { datasetOptions, defaultTokenizer, filesOf, sourceOptions } from '../dataset.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { bar, clip, counted, grouped, percent, sanitise, table } from '../terminal/text.ts';

const NAME_COLUMNS = 28;
const TITLE_COLUMNS = 60;
const SHOWN_LABELS = 5;
const SHOWN_WORDS = 6;

export const clusters: Command = {
  name: 'clusters',
  summary: 'Cluster the labels of a dataset by what they occur with',
  details:
    'Counts which labels share documents, runs k-means for several numbers of clusters, and shows the clusters of one of them. ' +
    'Of a folder with train, validation and test files, the training file is read.',
  positionals: [{ name: 'DATA', description: 'Dataset file (plain or .gz), or a folder' }],
  options: {
    k: { value: 'LIST', description: `Numbers of clusters to try (default ${defaultKs.join(',')})` },
    choose: { value: 'K', description: 'The number of clusters to show (default: the one suggested)' },
    scaling: { value: 'NAME', description: 'min-max (columns, the default) or cosine (rows)' },
    restarts: { value: 'N', description: 'Starts of k-means, the best of which counts (default 3)' },
    seed: { value: 'N', description: 'Seed of the starts (default 1)' },
    output: {
      value: 'DIR',
      description: 'Write clusters.json, labels.csv and the co-occurrence as .npz and .mat here',
    },
    html: { value: 'FILE', description: 'Write curves and clusters as a page that works offline' },
    map: { description: 'With --html: draw a map of the labels, at most the 5,000 most frequent' },
    ...datasetOptions,
  },
  examples: ['xmlcnn clusters data/train.jsonl', 'xmlcnn clusters data --k 10,20,40 --choose 20 --output clusters'],
  async run(args, terminal, signal) {
    const ks = listOf(args);
    const choose = args.whole('choose');
    const html = args.text('html');
    if (args.flag('map') && html === undefined)
      throw usage('clusters', '--map is drawn on a page, and there is no --html');
    const [, file] = (await filesOf(args.positionals[0], false))[0];
    const options = { onError: 'skip' as const, ...sourceOptions(args) };
    const { options: found } = await detectFormat(file, options);
    const source = await openSource(file, { ...options, ...found });
    const explored = await exploreClusters(source, {
      ks: choose === undefined ? ks : [...(ks ?? defaultKs), choose],
      scaling: args.oneOf('scaling', scalings),
      restarts: args.whole('restarts'),
      seed: args.whole('seed', 0),
      signal,
      onProgress: progressOf(terminal),
    });
    terminal.progress.clear();
    const k = choose ?? explored.sweep.suggested;
    const point = explored.sweep.points.find((p) => p.k === k);
    if (!point)
      throw usage(
        'clusters',
        `--choose is ${k}, but there are ${counted(explored.incidence.labels, 'label')} to cluster`,
      );
    const words = await clusterWords(source, await defaultTokenizer(), explored.incidence, point.result, {
      signal,
      onProgress: (bytes) =>
        terminal.progress.update({
          label: 'Finding the words of clusters',
          done: bytes,
          total: source.totalBytes,
          rate: '',
          secondsLeft: 0,
        }),
    });
    terminal.progress.clear();
    const described = describeClusters(explored.incidence, explored.matrix, point.result).map((cluster) => ({
      ...cluster,
      words: words[cluster.cluster],
    }));
    const tree = clusterTree(point.result);
    const hierarchy = hierarchyOf(tree, k, new Map(described.map(({ cluster, labels }) => [cluster, labels])));
    show(explored, k, described, terminal);
    if (hierarchy) showHierarchy(hierarchy, described, terminal);
    const output = args.text('output');
    const written = output && (await writeClusters(resolve(output), explored, k, point.result, described));
    if (written) terminal.print('', `Written into ${sanitise(written.folder)}: ${written.files.join(', ')}`);
    if (html !== undefined) {
      const map = args.flag('map') ? await drawMap(explored, args.whole('seed', 0), terminal, signal) : undefined;
      const title = `Label clusters of ${basename(args.positionals[0])}`;
      await writeFileAtomic(resolve(html), renderClusters({ title, explored, k, clusters: described, hierarchy, map }));
      terminal.print('', `Wrote ${sanitise(html)}`);
    }
    return { json: { ...json(explored, k, described, tree, written || undefined), html } };
  },
};

async function drawMap(
  { matrix, incidence }: LabelClusters,
  seed: number | undefined,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<LabelMap> {
  const onProgress = (done: number, total: number): void =>
    terminal.progress.update({ label: 'Drawing the map', done, total, rate: '', secondsLeft: 0 });
  const map = await mapLabels(
    matrix,
    Int32Array.from({ length: incidence.labels }, (_, label) => label),
    {
      seed,
      signal,
      onProgress,
    },
  );
  terminal.progress.clear();
  return map;
}

function listOf(args: Arguments): number[] | undefined {
  const text = args.text('k');
  if (text === undefined) return undefined;
  const ks = text.split(/[\s,]+/).map((part) => (/^\d+$/.test(part) ? Number(part) : 0));
  if (ks.every((k) => k >= 1)) return ks;
  throw usage('clusters', `--k is "${text}"; it takes whole numbers such as 2,4,8`);
}

const phases: Record<ClusterPhase, string> = {
  reading: 'Reading labels',
  counting: 'Counting co-occurrences',
  clustering: 'Clustering',
};

const progressOf =
  (terminal: Terminal) =>
  (phase: ClusterPhase, done: number, total: number): void =>
    terminal.progress.update({ label: phases[phase], done, total, rate: '', secondsLeft: 0 });

function json(
  explored: LabelClusters,
  k: number,
  clusters: DescribedCluster[],
  tree: unknown,
  written?: unknown,
): object {
  const { incidence, adjacency, scaling, sweep } = explored;
  return {
    labels: incidence.labels,
    documents: incidence.documents,
    pairs: (adjacency.values.length - incidence.labels) / 2,
    scaling,
    miniBatch: sweep.miniBatch,
    curve: sweep.points.map(({ k, result, silhouette }) => ({ k, inertia: result.inertia, silhouette })),
    elbow: sweep.elbow,
    bestSilhouette: sweep.bestSilhouette,
    suggested: sweep.suggested,
    k,
    clusters,
    tree,
    written,
  };
}

function show(explored: LabelClusters, k: number, clusters: DescribedCluster[], terminal: Terminal): void {
  const { incidence, adjacency, sweep } = explored;
  const pairs = (adjacency.values.length - incidence.labels) / 2;
  const { style } = terminal;
  terminal.print(
    style.bold(
      `${counted(incidence.labels, 'label')} of ${counted(incidence.documents, 'document')}, ${counted(pairs, 'pair')} of labels that share one`,
    ),
    '',
    ...curve(explored, k, terminal),
  );
  const sampled = sweep.points[0].silhouette.sampled;
  if (sampled) terminal.print(style.dim(`  Silhouettes are of a sample of ${grouped(sampled)} labels.`));
  if (sweep.miniBatch) terminal.print(style.dim('  K-means drew mini-batches; inertia is of all labels.'));
  for (const cluster of clusters) showCluster(cluster, incidence.labels, terminal);
}

function curve({ sweep }: LabelClusters, chosen: number, terminal: Terminal): string[] {
  const most = Math.max(...sweep.points.map(({ result }) => result.inertia));
  const rows = sweep.points.map(({ k, result, silhouette }) => [
    String(k),
    grouped(result.inertia, 1),
    bar(result.inertia / most, 20),
    Number.isNaN(silhouette.value) ? '-' : silhouette.value.toFixed(3),
    Number.isNaN(silhouette.value) ? '' : bar(Math.max(0, silhouette.value), 20),
    [k === sweep.bestSilhouette && 'largest silhouette', k === sweep.elbow && 'bend', k === chosen && 'shown below']
      .filter(Boolean)
      .join(', '),
  ]);
  const right = { align: 'right' as const };
  const [titles, ...lines] = table(
    [
      { title: 'k', ...right },
      { title: 'inertia', ...right },
      { title: '' },
      { title: 'silhouette', ...right },
      { title: '' },
      { title: '' },
    ],
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
    `${style.bold(`Cluster ${cluster.cluster}`)}: ${counted(cluster.labels, 'label')} (${percent(cluster.labels / labels)}), ` +
      `${grouped(cluster.meanDocuments, 1)} documents per label, cohesion ${cluster.cohesion.toFixed(2)}`,
    `  ${style.dim('labels')}  ${top.join(', ')}`,
    ...(words.length ? [`  ${style.dim('words')}   ${words.join(', ')}`] : []),
    `  ${style.dim('rare')}    ${grouped(one)} with 1 document, ${grouped(atMostTwo)} with at most 2, ${grouped(atMostFive)} with at most 5`,
  );
}

/** Which clusters are near each other. */
function showHierarchy(node: HierarchyNode, clusters: readonly DescribedCluster[], terminal: Terminal): void {
  const titles = new Map(clusters.map((cluster) => [cluster.cluster, titleOf(cluster)]));
  const lines = hierarchyLines(node, (cluster) => clip(sanitise(titles.get(cluster) ?? ''), TITLE_COLUMNS));
  terminal.print(
    '',
    terminal.style.bold('Hierarchy of the clusters (Ward distances of their centroids)'),
    ...lines.map((line) => `  ${line}`),
  );
}
