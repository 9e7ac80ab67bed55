import type { Document, SeekableSource } from '../../data/document.ts';
import { detectFormat } from '../../data/detect.ts';
import { labelNamesFor } from '../../data/labelNamesFile.ts';
import { openSource } from '../../data/open.ts';
import { Cancelled, UserError } from '../../errors.ts';
import { writeAtomic, writeFileAtomic } from '../../files.ts';
import type { SparseMatrix } from '../../sparse/matrix.ts';
import { defaultTokenizer } from '../survey.ts';
import type {
  ChosenClusters,
  ClusteredLabel,
  ClusteredLabelPage,
  ClusteredLabelQuery,
  ClusterProgress,
  ClusterSettings,
  ClustersOverview,
  ClusterTarget,
  ClusterWord,
  DrawnMap,
  ExportKind,
} from './clustered.ts';
import { cooccurrence } from './cooccurrence.ts';
import { describeClusters } from './describe.ts';
import { clusterExport } from './export.ts';
import { kMeans, type KMeansResult } from './kmeans.ts';
import { readIncidence, type LabelIncidence } from './labelIncidence.ts';
import { mapLabels, type LabelMap } from './map.ts';
import {
  fingerprintOf,
  loadClusters,
  saveClusters,
  savedFileOf,
  type SavedClusters,
  type SavedPoint,
} from './saved.ts';
import { scaled } from './scaling.ts';
import { silhouettes } from './silhouette.ts';
import { batchSize, miniBatchAbove, suggestion, usableKs } from './sweep.ts';
import { clusterTree } from './tree.ts';
import { clusterWords } from './words.ts';

export interface ExplorationContext {
  signal: AbortSignal;
  onProgress?: (progress: ClusterProgress) => void;
}

/** Lets messages in: clustering itself never waits for anything. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The labels of a dataset file, clustered: curves over k, the clusters of a chosen k, a map, exports. */
export class ClusterExploration {
  private chosen: { k: number; result: KMeansResult; clusters: ChosenClusters } | undefined;
  private restored = false;
  private notSaved: string | undefined;

  private constructor(
    private readonly source: SeekableSource,
    private readonly incidence: LabelIncidence,
    private readonly adjacency: SparseMatrix,
    private readonly matrix: SparseMatrix,
    private readonly saved: SavedClusters,
  ) {}

  /**
   * Reads the labels, and clusters them unless the outcome is kept beside the dataset (`settings` undefined: by whatever settings).
   * `settings` with `anew` do not look for one. An abort while clustering keeps the ks that were tried.
   * Throws `UserError` `no-labels`, `Cancelled` while reading.
   */
  static async open(
    { path, options }: ClusterTarget,
    settings: ClusterSettings | undefined,
    defaults: ClusterSettings,
    anew: boolean,
    context: ExplorationContext,
  ): Promise<ClusterExploration> {
    const { source, incidence } = await readLabels(path, options, context);
    context.onProgress?.({ phase: 'counting', done: 0, total: 1 });
    await breathe();
    const adjacency = cooccurrence(incidence);
    const fingerprint = fingerprintOf(incidence.names, incidence.counts, incidence.documents);
    const kept = anew ? undefined : await loadClusters(path, fingerprint);
    const isSame = kept && (!settings || sameSettings(kept.settings, settings));
    const saved: SavedClusters = isSame ? kept : { fingerprint, settings: settings ?? defaults, points: [] };
    const matrix = scaled(adjacency, saved.settings.scaling);
    const exploration = new ClusterExploration(source, incidence, adjacency, matrix, saved);
    exploration.restored = isSame === true && exploration.missing().length === 0;
    if (!exploration.restored) await exploration.sweep(context);
    return exploration;
  }

  overview(): ClustersOverview {
    const { saved, incidence, adjacency } = this;
    const { points } = saved;
    const measured = points.map((point) => ({
      k: point.k,
      result: point,
      silhouette: point.silhouette ?? { value: NaN },
    }));
    return {
      file: this.source.path,
      documents: incidence.documents,
      labels: incidence.labels,
      pairs: (adjacency.values.length - incidence.labels) / 2,
      settings: saved.settings,
      curve: points.map(({ k, inertia, silhouette }) => ({
        k,
        inertia,
        silhouette: silhouette && Number.isFinite(silhouette.value) ? silhouette.value : undefined,
      })),
      missing: this.missing(),
      sampled: points[0]?.silhouette?.sampled,
      miniBatch: this.isMiniBatch,
      ...(points.length > 0 && suggestion(measured)),
      savedAs: this.notSaved === undefined && points.length > 0 ? savedFileOf(this.source.path) : undefined,
      restored: this.restored,
      notSaved: this.notSaved,
    };
  }

  clusters(k: number): ChosenClusters {
    return this.choose(k).clusters;
  }

  labelPage({ k, cluster, search, among, offset, limit }: ClusteredLabelQuery): ClusteredLabelPage {
    const { assignment } = this.point(k);
    const wanted = search?.toLowerCase() ?? '';
    const { names, display, labels } = this.incidence;
    const all = among ?? Array.from({ length: labels }, (_, label) => label);
    const found = all.filter(
      (label) =>
        (cluster === undefined || assignment[label] === cluster) &&
        (wanted === '' || [names[label], display[label]].some((text) => text?.toLowerCase().includes(wanted))),
    );
    const rows = found.slice(offset, offset + limit).map((label) => this.label(label, assignment));
    return { rows, total: found.length };
  }

  /** The words that mark each cluster: one more pass, unless they are kept. Throws `Cancelled`. */
  async words(k: number, { signal, onProgress }: ExplorationContext): Promise<ClusterWord[][]> {
    const point = this.point(k);
    if (point.words) return point.words;
    const total = this.source.totalBytes;
    point.words = await clusterWords(this.source, await defaultTokenizer(), this.incidence, this.choose(k).result, {
      signal,
      onProgress: (done) => onProgress?.({ phase: 'words', done, total }),
    });
    await this.save();
    return point.words;
  }

  /** A map of the most frequent labels, or of those of a cluster. Throws `Cancelled`. */
  async map(k: number, cluster: number | undefined, { signal, onProgress }: ExplorationContext): Promise<DrawnMap> {
    const { assignment } = this.point(k);
    const labels = Array.from(assignment.keys()).filter(
      (label) => cluster === undefined || assignment[label] === cluster,
    );
    const map = (cluster === undefined && this.saved.map) || (await this.draw(labels, signal, onProgress));
    if (cluster === undefined && !this.saved.map) {
      this.saved.map = map;
      await this.save();
    }
    const points = Array.from(map.labels, (label, i) => ({
      ...this.label(label, assignment),
      x: map.x[i],
      y: map.y[i],
    }));
    return { points, of: labels.length };
  }

  /** Writes one file. Throws `UserError`. */
  async export(k: number, kind: ExportKind, file: string): Promise<void> {
    const point = this.point(k);
    const { incidence, adjacency, saved } = this;
    const points = saved.points.map((p) => ({ k: p.k, result: p, silhouette: p.silhouette ?? { value: NaN } }));
    const explored = {
      incidence,
      adjacency,
      scaling: saved.settings.scaling,
      sweep: { points, miniBatch: this.isMiniBatch, ...suggestion(points) },
    };
    const clusters = this.clusters(k).clusters.map((one) => ({ ...one, words: point.words?.[one.cluster] }));
    await writeFileAtomic(file, clusterExport(kind, explored, k, point.assignment, clusters));
  }

  /**
   * Writes the documents that have a label of the cluster as JSON lines, with those labels alone; returns how many.
   * Throws `UserError` (`bag-of-words` where there are no texts) and `Cancelled`.
   */
  async writeSubset(k: number, cluster: number, file: string, { signal }: ExplorationContext): Promise<number> {
    if (this.source.bagOfWords)
      throw new UserError('bag-of-words', 'A bag of words has no texts to write', 'Choose a dataset with texts.', {
        file: this.source.path,
      });
    const { assignment } = this.point(k);
    const { names } = this.incidence;
    const own = new Set(names.filter((_, label) => assignment[label] === cluster));
    let written = 0;
    await writeAtomic(file, async (write) => {
      for await (const document of this.source) {
        if (signal.aborted) throw new Cancelled();
        const line = subsetLine(document, own);
        if (line === undefined) continue;
        await write(line);
        written++;
      }
    });
    return written;
  }

  private get isMiniBatch(): boolean {
    return this.matrix.rows > miniBatchAbove;
  }

  private missing(): number[] {
    const tried = new Set(this.saved.points.filter(({ silhouette }) => silhouette).map(({ k }) => k));
    return usableKs(this.saved.settings.ks, this.matrix.rows).filter((k) => !tried.has(k));
  }

  /** Tries every k that is missing, then measures them all. An abort ends it after the present k. */
  private async sweep({ signal, onProgress }: ExplorationContext): Promise<void> {
    const { saved, matrix } = this;
    const { ks, restarts, seed } = saved.settings;
    const all = usableKs(ks, matrix.rows);
    const tried = new Set(saved.points.map(({ k }) => k));
    for (const [i, k] of all.entries()) {
      onProgress?.({ phase: 'clustering', done: i, total: all.length });
      await breathe();
      if (signal.aborted) break;
      if (tried.has(k)) continue;
      const { assignment, inertia } = kMeans(matrix, { k, restarts, seed, ...(this.isMiniBatch && { batchSize }) });
      saved.points.push({ k, inertia, assignment });
    }
    if (saved.points.length === 0) return;
    saved.points.sort((a, b) => a.k - b.k);
    onProgress?.({ phase: 'measuring', done: 0, total: 1 });
    await breathe();
    const measured = silhouettes(
      matrix,
      saved.points.map(({ assignment }) => assignment),
      { seed },
    );
    measured.forEach((silhouette, i) => (saved.points[i].silhouette = silhouette));
    await this.save();
  }

  private async save(): Promise<void> {
    try {
      await saveClusters(this.source.path, this.saved);
      this.notSaved = undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.notSaved = error.describe();
    }
  }

  private point(k: number): SavedPoint {
    const found = this.saved.points.find((point) => point.k === k);
    if (found) return found;
    throw new UserError('no-such-k', `There are no ${k} clusters here`, 'Choose a number of clusters that was tried.');
  }

  private choose(k: number): NonNullable<typeof this.chosen> {
    if (this.chosen?.k === k) return this.chosen;
    const result = resultOf(this.matrix, this.point(k), k);
    const clusters = describeClusters(this.incidence, this.matrix, result);
    return (this.chosen = { k, result, clusters: { k, clusters, tree: clusterTree(result) } });
  }

  private label(id: number, assignment: Int32Array): ClusteredLabel {
    const { names, display, counts } = this.incidence;
    return { id, name: names[id], display: display[id], documents: counts[id], cluster: assignment[id] };
  }

  private draw(
    labels: readonly number[],
    signal: AbortSignal,
    onProgress: ExplorationContext['onProgress'],
  ): Promise<LabelMap> {
    return mapLabels(this.matrix, labels, {
      seed: this.saved.settings.seed,
      signal,
      onProgress: (done, total) => onProgress?.({ phase: 'drawing', done, total }),
    });
  }
}

/** A document with the labels of a cluster alone, as a line; undefined for one that has none of them. */
function subsetLine({ id, text, labels }: Document, own: ReadonlySet<string>): string | undefined {
  const kept = labels.filter((label) => own.has(label));
  return kept.length ? `${JSON.stringify({ id, text, labels: kept })}\n` : undefined;
}

async function readLabels(
  path: string,
  options: ClusterTarget['options'],
  { signal, onProgress }: ExplorationContext,
): Promise<{ source: SeekableSource; incidence: LabelIncidence }> {
  const { options: found } = await detectFormat(path, options);
  const source = await openSource(path, { ...options, ...found, onError: 'skip' });
  const incidence = await readIncidence(source, {
    signal,
    onProgress: (done) => onProgress?.({ phase: 'reading', done, total: source.totalBytes }),
  });
  if (incidence.labels < 2)
    throw new UserError(
      'no-labels',
      `The dataset has ${incidence.labels === 1 ? 'one label' : 'no labels'}, and clusters need at least two`,
      'Name the field that holds the labels.',
      { file: path },
    );
  const { map } = await labelNamesFor(path, options);
  const displayOf = (name: string): string | undefined => map.get(name) ?? source.labelNames.get(name);
  const display = incidence.names.map((name) => (displayOf(name) === name ? undefined : displayOf(name)));
  return { source, incidence: { ...incidence, display } };
}

/** What k-means found, of its assignment alone. */
function resultOf(matrix: SparseMatrix, { assignment, inertia }: SavedPoint, k: number): KMeansResult {
  const { rows, columns, starts, indices, values } = matrix;
  const centroids = new Float64Array(columns * k);
  const sizes = new Int32Array(k);
  for (let row = 0; row < rows; row++) {
    const cluster = assignment[row];
    sizes[cluster]++;
    for (let e = starts[row]; e < starts[row + 1]; e++) centroids[indices[e] * k + cluster] += values[e];
  }
  for (let i = 0; i < centroids.length; i++) if (centroids[i] !== 0) centroids[i] /= sizes[i % k];
  return { assignment, centroids, inertia, iterations: 0, sizes };
}

function sameSettings(a: ClusterSettings, b: ClusterSettings): boolean {
  return a.scaling === b.scaling && a.seed === b.seed && a.restarts === b.restarts && a.ks.join() === b.ks.join();
}
