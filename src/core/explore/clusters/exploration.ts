import { resolve } from 'node:path';
import { type Document, pathOf } from '../../data/document.ts';
import { Cancelled, UserError } from '../../base/errors.ts';
import { writeAtomic, writeFileAtomic } from '../../base/files.ts';
import type { WorkOptions } from '../../base/progress.ts';
import { Pace } from '../../base/pace.ts';
import type { SparseMatrix } from '../../base/sparseMatrix.ts';
import { defaultTokenizer } from '../survey.ts';
import { centroidRows, centroidsOf, describeClusters } from './describeClusters.ts';
import {
  type ChosenClusters,
  type ClusteredLabel,
  type ClusteredLabelPage,
  type ClusteredLabelQuery,
  type ClusterPhase,
  type ClusterSettings,
  type ClustersOverview,
  type ClusterWord,
  type DrawnMap,
  type ExportKind,
  mapLimit,
  type MapOf,
} from './clusterApi.ts';
import type { CountedLabels } from './countLabels.ts';
import { clusterExport } from './clusterExport.ts';
import { countedLabel } from './labelIncidence.ts';
import type { KMeansResult } from './kmeans.ts';
import { layOut, mapLabels } from './labelMap.ts';
import {
  findClusters,
  fingerprintOf,
  keptFileOf,
  saveClusters,
  type SavedClusters,
  savedFileOf,
  type SavedPoint,
} from './savedClusters.ts';
import { scaled } from './scaling.ts';
import { defaultKs, isMiniBatch, largestCluster, mostClusters, suggestion, sweep, usableKs } from './clusterSweep.ts';
import { clusterTree } from './clusterTree.ts';
import { clusterWords } from './clusterWords.ts';

/** By cosine: columns between 0 and 1, as the original program has them, leave most labels in one cluster in large sets. */
export const defaultSettings = (labels: number): ClusterSettings => ({
  ks: defaultKs(labels),
  scaling: 'cosine',
  seed: 1,
  restarts: 3,
});

export interface ExplorationOptions {
  /** Undefined: those of the outcome that is kept beside the dataset, else the defaults. */
  settings?: ClusterSettings;
  /** Does not look for what is kept. */
  again?: boolean;
  /** Keeps the outcome, beside the dataset or where `keptFileOf` says; the default. */
  keep?: boolean;
}

type Clusters = Pick<KMeansResult, 'assignment' | 'centroids' | 'sizes'>;

/** The labels of a dataset file, clustered: curves over k, the clusters of a chosen k, a map, exports. */
export class ClusterExploration {
  private chosen: { k: number; result: Clusters; clusters: ChosenClusters } | undefined;
  /** Nothing had to be computed. */
  private restored = true;
  private notSaved: string | undefined;
  /** The file beside the dataset has this outcome. */
  private isBeside = false;

  private constructor(
    private readonly counted: CountedLabels,
    private readonly matrix: SparseMatrix,
    private readonly saved: SavedClusters,
    private readonly keep: boolean,
  ) {}

  /**
   * Clusters the labels for all ks that are not known from an outcome that is kept beside the dataset, made with the same
   * settings. An abort keeps the ks that were tried.
   */
  static async open(
    counted: CountedLabels,
    { settings, again = false, keep = true }: ExplorationOptions,
    work: WorkOptions<ClusterPhase>,
  ): Promise<ClusterExploration> {
    const { source, incidence, adjacency } = counted;
    const pace = new Pace(work.signal);
    const fingerprint = fingerprintOf(incidence.names, incidence.counts, incidence.documents);
    const found = again ? undefined : await findClusters(source, fingerprint, incidence.labels);
    const kept = found?.saved;
    const wanted = settings ?? kept?.settings ?? defaultSettings(incidence.labels);
    const known = kept && isAlike(kept.settings, wanted) ? kept : { fingerprint, points: [] };
    await pace.rest();
    const matrix = scaled(adjacency, wanted.scaling);
    await pace.rest();
    const exploration = new ClusterExploration(counted, matrix, { ...known, settings: wanted }, keep);
    exploration.isBeside = found?.file === savedFileOf(source) && known === kept;
    await exploration.sweep(work);
    return exploration;
  }

  overview(): ClustersOverview {
    const { saved, matrix } = this;
    const { source, incidence, adjacency } = this.counted;
    const { points } = saved;
    const curve = points.map(({ silhouette, ...point }) => ({
      k: point.k,
      inertia: point.inertia,
      silhouette: silhouette && Number.isFinite(silhouette.value) ? silhouette.value : undefined,
      largest: largestCluster(point),
    }));
    return {
      file: pathOf(source),
      documents: incidence.documents,
      labels: incidence.labels,
      pairs: (adjacency.values.length - incidence.labels) / 2,
      settings: saved.settings,
      curve,
      missing: this.missing(),
      unmeasured: points.some(({ silhouette }) => !silhouette),
      mostClusters: mostClusters(incidence.labels),
      sampled: points[0]?.silhouette?.sampled,
      miniBatch: isMiniBatch(matrix),
      ...suggestion(curve, incidence.labels),
      savedAs: this.isBeside ? savedFileOf(source) : undefined,
      restored: this.restored,
      notSaved: this.notSaved,
    };
  }

  clusters(k: number): ChosenClusters {
    return this.choose(k).clusters;
  }

  labelPage({ k, clusters, search, among, offset, limit }: ClusteredLabelQuery): ClusteredLabelPage {
    const { assignment } = this.point(k);
    const wanted = search?.toLowerCase() ?? '';
    const { names, display, labels } = this.counted.incidence;
    const own = clusters && new Set(clusters);
    const found: number[] = [];
    for (let i = 0; i < (among?.length ?? labels); i++) {
      const label = among ? among[i] : i;
      if (own && !own.has(assignment[label])) continue;
      if (wanted === '' || [names[label], display[label]].some((text) => text?.toLowerCase().includes(wanted)))
        found.push(label);
    }
    const rows = found.slice(offset, offset + limit).map((label) => this.label(label, assignment));
    return { rows, total: found.length };
  }

  /** The words that mark each cluster: one more pass, unless they are kept. Throws `Cancelled`. */
  async words(k: number, work: WorkOptions<ClusterPhase>): Promise<ClusterWord[][]> {
    const point = this.point(k);
    if (point.words) return point.words;
    const { source, incidence } = this.counted;
    point.words = await clusterWords(source, await defaultTokenizer(), incidence, this.choose(k).result, work);
    await this.save();
    return point.words;
  }

  /** A map of labels, or of clusters where all labels are wanted and they are too many. Throws `Cancelled`. */
  async map(k: number, of: MapOf, work: WorkOptions<ClusterPhase>): Promise<DrawnMap> {
    const { assignment } = this.point(k);
    if (of === 'all' && assignment.length > mapLimit) return this.mapOfClusters(k, work);
    const labels = Array.from(assignment.keys()).filter((label) => typeof of === 'string' || assignment[label] === of);
    const map =
      (typeof of === 'string' && this.saved.map) ||
      (await mapLabels(this.matrix, labels, { ...work, seed: this.saved.settings.seed }));
    if (typeof of === 'string' && !this.saved.map) {
      this.saved.map = map;
      await this.save();
    }
    const points = Array.from(map.labels, (label, i) => ({
      ...this.label(label, assignment),
      x: map.x[i],
      y: map.y[i],
    }));
    return { shows: 'labels', points, of: labels.length };
  }

  private async mapOfClusters(k: number, work: WorkOptions<ClusterPhase>): Promise<DrawnMap> {
    const { clusters, matrix } = centroidRows(this.choose(k).result);
    const { x, y } = await layOut(matrix, { ...work, seed: this.saved.settings.seed });
    return {
      shows: 'clusters',
      points: clusters.map((cluster, i) => ({ cluster, x: x[i], y: y[i] })),
      of: this.counted.incidence.labels,
    };
  }

  /** Writes one file. Throws `UserError`. */
  async export(k: number, kind: ExportKind, file: string): Promise<void> {
    const { assignment, words } = this.point(k);
    const clusters = this.clusters(k).clusters.map((one) => ({ ...one, words: words?.[one.cluster] }));
    const written = { ...this.counted, overview: this.overview(), k, assignment, clusters };
    await writeFileAtomic(file, clusterExport(kind, written));
  }

  /** How many documents have a label of the cluster, and the first of them with those labels alone: one pass. Throws `UserError`, `Cancelled`. */
  async documents(
    k: number,
    cluster: number,
    most: number,
    { signal }: WorkOptions<ClusterPhase>,
  ): Promise<{ rows: Document[]; total: number }> {
    const rows: Document[] = [];
    let total = 0;
    for await (const document of this.documentsOf(k, cluster, signal)) if (total++ < most) rows.push(document);
    return { rows, total };
  }

  /**
   * Writes the documents that have a label of the cluster as JSON lines, with those labels alone; returns how many.
   * Throws `UserError` (`bag-of-words` where there are no texts) and `Cancelled`.
   */
  async writeSubset(k: number, cluster: number, file: string, { signal }: WorkOptions<ClusterPhase>): Promise<number> {
    const { source } = this.counted;
    if (source.bagOfWords)
      throw new UserError('bag-of-words', 'A bag of words has no texts to write', 'Choose a dataset with texts.', {
        file: source.file,
      });
    if (resolve(file) === resolve(source.file))
      throw new UserError(
        'same-file',
        'A dataset cannot take the place of the one it is read from',
        'Name another file.',
        {
          file,
        },
      );
    let written = 0;
    await writeAtomic(file, async (write) => {
      for await (const { id, text, labels } of this.documentsOf(k, cluster, signal)) {
        await write(`${JSON.stringify({ id, text, labels })}\n`);
        written++;
      }
    });
    return written;
  }

  private async *documentsOf(k: number, cluster: number, signal?: AbortSignal): AsyncGenerator<Document> {
    const { assignment } = this.point(k);
    const { source, incidence } = this.counted;
    const own = new Set(incidence.names.filter((_, label) => assignment[label] === cluster));
    if (own.size === 0)
      throw new UserError('no-such-cluster', `There is no cluster ${cluster} of ${k}`, 'Choose one that is listed.');
    for await (const document of source) {
      if (signal?.aborted) throw new Cancelled();
      const labels = document.labels.filter((label) => own.has(label));
      if (labels.length > 0) yield { ...document, labels };
    }
  }

  private missing(): number[] {
    const tried = new Set(this.saved.points.map(({ k }) => k));
    return usableKs(this.saved.settings.ks, this.matrix.rows).filter((k) => !tried.has(k));
  }

  /** Tries every k that is missing, and measures what is not measured. */
  private async sweep({ signal, onProgress }: WorkOptions<ClusterPhase>): Promise<void> {
    const { saved, matrix } = this;
    const known = saved.points;
    saved.points = await sweep(matrix, {
      ...saved.settings,
      known,
      signal,
      onProgress: (progress) => {
        this.restored = false;
        onProgress?.(progress);
      },
    });
    if (saved.points.length > 0 && !this.restored) await this.save();
  }

  private async save(): Promise<void> {
    if (!this.keep) return;
    try {
      await saveClusters(this.counted.source, this.saved);
      this.notSaved = undefined;
      this.isBeside = keptFileOf(this.counted.source) === savedFileOf(this.counted.source);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.notSaved = error.describe();
      this.isBeside = false;
    }
  }

  /** Writes the file beside the dataset; its path. Throws `UserError`. */
  async saveBeside(): Promise<string> {
    const { source } = this.counted;
    await saveClusters(source, this.saved, savedFileOf(source));
    this.isBeside = true;
    return savedFileOf(source);
  }

  private point(k: number): SavedPoint {
    const found = this.saved.points.find((point) => point.k === k);
    if (found) return found;
    throw new UserError('no-such-k', `There are no ${k} clusters here`, 'Choose a number of clusters that was tried.');
  }

  private choose(k: number): NonNullable<typeof this.chosen> {
    if (this.chosen?.k === k) return this.chosen;
    const result = centroidsOf(this.matrix, this.point(k).assignment, k);
    const clusters = describeClusters(this.counted.incidence, this.matrix, result);
    return (this.chosen = { k, result, clusters: { k, clusters, tree: clusterTree(result) } });
  }

  private label(id: number, assignment: Int32Array): ClusteredLabel {
    return { id, ...countedLabel(this.counted.incidence, id), cluster: assignment[id] };
  }
}

/** Whether points of the one can stand for points of the other. */
function isAlike(a: ClusterSettings, b: ClusterSettings): boolean {
  return a.scaling === b.scaling && a.seed === b.seed && a.restarts === b.restarts;
}
