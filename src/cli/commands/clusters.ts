import { datasetFile } from '../../core/data/datasetFile.ts';
import { basename, join, resolve } from 'node:path';
import {
  type ClusterPhase,
  type ClustersOverview,
  type DrawnMap,
  exportKinds,
  mapLimit,
  type MapOf,
} from '../../core/explore/clusters/clusterApi.ts';
import { countLabels } from '../../core/explore/clusters/countLabels.ts';
import { ClusterExploration, defaultSettings } from '../../core/explore/clusters/exploration.ts';
import { exportNames } from '../../core/explore/clusters/clusterExport.ts';
import { scalings } from '../../core/explore/clusters/scaling.ts';
import { originalKs, refuseImpossible } from '../../core/explore/clusters/clusterSweep.ts';
import { Cancelled } from '../../core/base/errors.ts';
import type { OnProgress, WorkOptions } from '../../core/base/progress.ts';
import { makeFolder, writeFileAtomic } from '../../core/base/files.ts';
import { type Arguments, type Command, usage } from '../command.ts';
import { datasetOptions, filesOf, sourceOptions } from '../dataset.ts';
import {
  type DescribedCluster,
  hierarchyOf,
  lookAtCluster,
  showClusters,
  showHierarchy,
} from '../inspect/showClusters.ts';
import { type Look, showSection } from '../inspect/look.ts';
import { renderClusters } from '../report/clusterReport.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, grouped, sanitise } from '../terminal/text.ts';

export const clusters: Command = {
  name: 'clusters',
  summary: 'Cluster the labels of a dataset by what they occur with',
  details:
    'Counts which labels share documents, runs k-means for several numbers of clusters, and shows the clusters of one of them. ' +
    'Of a folder with train, validation and test files, the training file is read. The outcome is kept beside the dataset, where ' +
    'the editor finds it, too.',
  positionals: [{ name: 'DATA', description: 'Dataset file (plain or .gz), or a folder' }],
  options: {
    k: {
      value: 'LIST',
      description: `Numbers of clusters to try (default ${originalKs.join(',')}, and up to the square root of the labels)`,
    },
    choose: {
      value: 'K',
      description: 'The number of clusters to show (default: the one suggested, else the most even)',
    },
    scaling: { value: 'NAME', description: 'cosine (rows, the default) or min-max (columns, as the original program)' },
    restarts: { value: 'N', description: 'Starts of k-means, the best of which counts (default 3)' },
    seed: { value: 'N', description: 'Seed of the starts (default 1)' },
    cluster: { value: 'N', description: 'Show one cluster by itself: its labels and its documents' },
    subset: {
      value: 'FILE',
      description: 'With --cluster: write its documents, with its labels alone, as a dataset (JSON lines)',
    },
    output: {
      value: 'DIR',
      description: 'Write clusters.json, labels.csv and the co-occurrence as .npz and .mat here',
    },
    html: { value: 'FILE', description: 'Write curves and clusters as a page that works offline' },
    map: {
      description: `With --html: draw a map of the labels; of the clusters where there are more than ${grouped(mapLimit)}`,
    },
    'map-of': {
      value: 'WHAT',
      description: `The same of the ${grouped(mapLimit)} most frequent labels (head), or of a cluster's, by its number`,
    },
    'no-save': { description: 'Keep nothing beside the dataset, and use nothing that is kept there' },
    ...datasetOptions,
  },
  examples: [
    'xmlcnn clusters data/train.jsonl',
    'xmlcnn clusters data --k 10,20,40 --choose 20 --output clusters',
    'xmlcnn clusters data --choose 20 --cluster 3 --subset cluster-3.jsonl',
  ],
  async run(args, terminal, signal) {
    const context = { signal, onProgress: progressOf(terminal) };
    const wanted = wantedOf(args);
    const exploration = await explore(args, context);
    const overview = exploration.overview();
    const k = wanted.choose ?? overview.suggested ?? overview.evenest!;
    const words = await exploration.words(k, context);
    terminal.progress.clear();
    const { clusters: summaries, tree } = exploration.clusters(k);
    const described = summaries.map((cluster) => ({ ...cluster, words: words[cluster.cluster] }));
    const hierarchy = hierarchyOf(tree, k, new Map(described.map(({ cluster, labels }) => [cluster, labels])));
    const cluster =
      wanted.cluster === undefined ? undefined : await lookAtCluster(exploration, k, wanted.cluster, context);
    if (cluster) showSection(cluster.section, terminal);
    else showClusters(overview, k, described, terminal);
    if (hierarchy && !cluster) showHierarchy(hierarchy, described, terminal);
    const subset = await writeSubset(exploration, k, wanted, context);
    const written = await writeAll(exploration, k, args.text('output'));
    const html = args.text('html');
    if (html !== undefined) {
      const map = wanted.map === undefined ? undefined : await exploration.map(k, wanted.map, context);
      terminal.progress.clear();
      const title = `Label clusters of ${basename(args.positionals[0])}`;
      const page = renderClusters({ title, overview, k, clusters: described, hierarchy, map });
      await writeFileAtomic(resolve(html), page);
      if (map) tellMap(map, terminal);
    }
    tellFiles({ overview, subset, written, html }, terminal);
    return { json: json({ overview, k, described, tree, cluster, subset, written, html }) };
  },
};

interface Wanted {
  choose?: number;
  cluster?: number;
  subset?: string;
  map?: MapOf;
}

function wantedOf(args: Arguments): Wanted {
  const [cluster, subset] = [args.whole('cluster', 0), args.text('subset')];
  if (subset !== undefined && cluster === undefined)
    throw usage('clusters', '--subset is of one cluster, and there is no --cluster');
  const of = args.text('map-of');
  const map = of === undefined ? (args.flag('map') ? 'all' : undefined) : of === 'head' ? of : args.whole('map-of', 0);
  if (map !== undefined && args.text('html') === undefined)
    throw usage('clusters', 'A map is drawn on a page, and there is no --html');
  return { choose: args.whole('choose'), cluster, subset, map };
}

/** Throws `UserError`, and `Cancelled` once what was found is kept. */
async function explore(args: Arguments, context: WorkOptions<ClusterPhase>): Promise<ClusterExploration> {
  const [{ file, part }] = await filesOf(datasetFile(args.positionals[0]));
  const [ks, choose] = [listOf(args), args.whole('choose')];
  const counted = await countLabels({ file, part, options: sourceOptions(args) }, context);
  const chosen = choose === undefined ? [] : [choose];
  refuseImpossible([...(ks ?? []), ...chosen], counted.incidence.labels);
  const otherwise = defaultSettings(counted.incidence.labels);
  const settings = {
    ks: [...(ks ?? otherwise.ks), ...chosen],
    scaling: args.oneOf('scaling', scalings) ?? otherwise.scaling,
    restarts: args.whole('restarts') ?? otherwise.restarts,
    seed: args.whole('seed', 0) ?? otherwise.seed,
  };
  const alone = args.flag('no-save');
  const exploration = await ClusterExploration.open(counted, { settings, again: alone, keep: !alone }, context);
  if (context.signal?.aborted) throw new Cancelled();
  return exploration;
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
  measuring: 'Measuring silhouettes',
  words: 'Finding the words of clusters',
  drawing: 'Drawing the map',
};

const progressOf = (terminal: Terminal): OnProgress<ClusterPhase> =>
  terminal.progress.follow(({ phase }) => phases[phase as ClusterPhase]);

interface Subset {
  file: string;
  documents: number;
}

async function writeSubset(
  exploration: ClusterExploration,
  k: number,
  { cluster, subset }: Wanted,
  context: WorkOptions<ClusterPhase>,
): Promise<Subset | undefined> {
  if (cluster === undefined || subset === undefined) return undefined;
  return { file: subset, documents: await exploration.writeSubset(k, cluster, resolve(subset), context) };
}

interface Written {
  folder: string;
  files: string[];
}

async function writeAll(exploration: ClusterExploration, k: number, output?: string): Promise<Written | undefined> {
  if (output === undefined) return undefined;
  const folder = resolve(output);
  await makeFolder(folder);
  for (const kind of exportKinds) await exploration.export(k, kind, join(folder, exportNames[kind]));
  return { folder, files: exportKinds.map((kind) => exportNames[kind]) };
}

function tellMap({ shows, points, of }: DrawnMap, terminal: Terminal): void {
  if (shows === 'clusters')
    terminal.print(
      '',
      `The map shows ${counted(points.length, 'cluster')}: a map of labels takes ${grouped(mapLimit)} at most, and there are ${grouped(of)}.`,
      'With --map-of head, or the number of a cluster, it shows labels.',
    );
  else if (points.length < of)
    terminal.print('', `The map shows the ${grouped(points.length)} most frequent of ${grouped(of)} labels.`);
}

interface Files {
  overview: ClustersOverview;
  subset?: Subset;
  written?: Written;
  html?: string;
}

function tellFiles({ overview, subset, written, html }: Files, terminal: Terminal): void {
  const { savedAs, restored, notSaved } = overview;
  const kept = savedAs && `${restored ? 'Read from' : 'Kept in'} ${sanitise(savedAs)}`;
  const lines = [
    subset && `Wrote ${counted(subset.documents, 'document')} into ${sanitise(subset.file)}`,
    written && `Written into ${sanitise(written.folder)}: ${written.files.join(', ')}`,
    html !== undefined && `Wrote ${sanitise(html)}`,
    kept,
  ].filter((line): line is string => Boolean(line));
  if (lines.length > 0) terminal.print('', ...lines);
  if (notSaved) terminal.log(`The clusters could not be saved with the dataset: ${sanitise(notSaved)}`);
}

interface Found extends Files {
  k: number;
  described: DescribedCluster[];
  tree: unknown;
  cluster?: Look;
}

const json = ({ overview, k, described, tree, cluster, subset, written, html }: Found): object => ({
  ...overview,
  k,
  clusters: described,
  tree,
  cluster: cluster?.json,
  subset,
  written,
  html,
});
