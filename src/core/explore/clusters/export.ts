import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { csv } from '../../csv.ts';
import { withFileErrors, writeFileAtomic } from '../../files.ts';
import { mat } from '../../sparse/mat.ts';
import { npz } from '../../sparse/npz.ts';
import type { ClusterSummary } from './describe.ts';
import type { LabelClusters } from './explore.ts';
import type { KMeansResult } from './kmeans.ts';

/** What is written of the clusters, by file name. */
export interface ClusterFiles {
  folder: string;
  files: string[];
}

/**
 * Writes a folder: `clusters.json` (curves and clusters), `labels.csv` (label, name, documents, cluster) and the co-occurrence
 * counts as `cooccurrence.npz` (scipy) and `cooccurrence.mat` (MATLAB, Octave; variable `adjacency`). Throws `UserError`.
 */
export async function writeClusters(
  folder: string,
  { incidence, adjacency, scaling, sweep }: LabelClusters,
  k: number,
  result: KMeansResult,
  clusters: readonly (ClusterSummary & { words?: unknown })[],
): Promise<ClusterFiles> {
  await withFileErrors(folder, () => mkdir(folder, { recursive: true }));
  const curve = sweep.points.map((point) => ({
    k: point.k,
    inertia: point.result.inertia,
    silhouette: point.silhouette.value,
    sampledLabels: point.silhouette.sampled,
  }));
  const { suggested, elbow, bestSilhouette, miniBatch } = sweep;
  const report = {
    labels: incidence.labels,
    documents: incidence.documents,
    scaling,
    miniBatch,
    curve,
    suggested,
    elbow,
    bestSilhouette,
    k,
    clusters,
  };
  const contents: Record<string, string | Uint8Array> = {
    'clusters.json': `${JSON.stringify(report, null, 2)}\n`,
    'labels.csv': labelsCsv(incidence, result.assignment),
    'cooccurrence.npz': npz(adjacency),
    'cooccurrence.mat': mat(adjacency, 'adjacency'),
  };
  for (const [name, content] of Object.entries(contents)) await writeFileAtomic(join(folder, name), content);
  return { folder, files: Object.keys(contents) };
}

function labelsCsv({ names, display, counts }: LabelClusters['incidence'], assignment: Int32Array): string {
  const rows = names.map((name, label) => [name, display[label] ?? '', counts[label], assignment[label]]);
  return csv([['label', 'name', 'documents', 'cluster'], ...rows]);
}
