import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { csv } from '../../csv.ts';
import { withFileErrors, writeFileAtomic } from '../../files.ts';
import { mat } from '../../sparse/mat.ts';
import { npz } from '../../sparse/npz.ts';
import type { ClusterSummary, ExportKind } from './clustered.ts';
import type { LabelClusters } from './explore.ts';
import type { KMeansResult } from './kmeans.ts';
import type { Measured, Sweep } from './sweep.ts';

/** What is written of the clusters, by file name. */
export interface ClusterFiles {
  folder: string;
  files: string[];
}

/** What there is to write of. */
export type WrittenClusters = Pick<LabelClusters, 'incidence' | 'adjacency' | 'scaling'> & {
  sweep: Omit<Sweep, 'points'> & { points: readonly Measured[] };
};

/**
 * Writes a folder: `clusters.json` (curves and clusters), `labels.csv` (label, name, documents, cluster) and the co-occurrence
 * counts as `cooccurrence.npz` (scipy) and `cooccurrence.mat` (MATLAB, Octave; variable `adjacency`). Throws `UserError`.
 */
export async function writeClusters(
  folder: string,
  explored: WrittenClusters,
  k: number,
  { assignment }: Pick<KMeansResult, 'assignment'>,
  clusters: readonly (ClusterSummary & { words?: unknown })[],
): Promise<ClusterFiles> {
  await withFileErrors(folder, () => mkdir(folder, { recursive: true }));
  const names: Record<ExportKind, string> = {
    json: 'clusters.json',
    csv: 'labels.csv',
    npz: 'cooccurrence.npz',
    mat: 'cooccurrence.mat',
  };
  for (const [kind, name] of Object.entries(names))
    await writeFileAtomic(join(folder, name), clusterExport(kind as ExportKind, explored, k, assignment, clusters));
  return { folder, files: Object.values(names) };
}

/** One of the files of `writeClusters`. */
export function clusterExport(
  kind: ExportKind,
  explored: WrittenClusters,
  k: number,
  assignment: Int32Array,
  clusters: readonly (ClusterSummary & { words?: unknown })[],
): string | Uint8Array {
  switch (kind) {
    case 'csv':
      return labelsCsv(explored.incidence, assignment);
    case 'json':
      return `${JSON.stringify(report(explored, k, clusters), null, 2)}\n`;
    case 'npz':
      return npz(explored.adjacency);
    case 'mat':
      return mat(explored.adjacency, 'adjacency');
  }
}

function report(
  { incidence, scaling, sweep }: WrittenClusters,
  k: number,
  clusters: readonly ClusterSummary[],
): object {
  const curve = sweep.points.map((point) => ({
    k: point.k,
    inertia: point.result.inertia,
    silhouette: point.silhouette.value,
    sampledLabels: point.silhouette.sampled,
  }));
  const { suggested, elbow, bestSilhouette, miniBatch } = sweep;
  const { labels, documents } = incidence;
  return { labels, documents, scaling, miniBatch, curve, suggested, elbow, bestSilhouette, k, clusters };
}

function labelsCsv({ names, display, counts }: LabelClusters['incidence'], assignment: Int32Array): string {
  const rows = names.map((name, label) => [name, display[label] ?? '', counts[label], assignment[label]]);
  return csv([['label', 'name', 'documents', 'cluster'], ...rows]);
}
