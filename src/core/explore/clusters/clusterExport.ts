import { csv } from '../../base/csv.ts';
import { mat, npz } from '../../formats/sparseFiles.ts';
import type { SparseMatrix } from '../../base/sparseMatrix.ts';
import type { ClustersOverview, ClusterSummary, ClusterWord, ExportKind } from './clusterApi.ts';
import type { LabelIncidence } from './labelIncidence.ts';

/** What there is to write of. */
export interface WrittenClusters {
  incidence: LabelIncidence;
  adjacency: SparseMatrix;
  overview: ClustersOverview;
  /** The number of clusters that is written. */
  k: number;
  assignment: Int32Array;
  clusters: readonly (ClusterSummary & { words?: ClusterWord[] })[];
}

/** Names of the files where all are written into a folder. */
export const exportNames: Record<ExportKind, string> = {
  json: 'clusters.json',
  csv: 'labels.csv',
  npz: 'cooccurrence.npz',
  mat: 'cooccurrence.mat',
};

/**
 * JSON: curves and clusters. CSV: label, name, documents, cluster. The co-occurrence counts for scipy (.npz) and for MATLAB and
 * Octave (.mat; variable `adjacency`).
 */
export function clusterExport(kind: ExportKind, written: WrittenClusters): string | Uint8Array {
  switch (kind) {
    case 'csv':
      return labelsCsv(written);
    case 'json':
      return `${JSON.stringify(report(written), null, 2)}\n`;
    case 'npz':
      return npz(written.adjacency);
    case 'mat':
      return mat(written.adjacency, 'adjacency');
  }
}

function report({ overview, k, clusters }: WrittenClusters): object {
  const { labels, documents, settings, miniBatch, sampled, suggested, evenest, elbow, bestSilhouette } = overview;
  const curve = overview.curve.map((point) => ({ ...point, sampledLabels: sampled }));
  const { scaling } = settings;
  return { labels, documents, scaling, miniBatch, curve, suggested, evenest, elbow, bestSilhouette, k, clusters };
}

function labelsCsv({ incidence: { names, display, counts }, assignment }: WrittenClusters): string {
  const rows = names.map((name, label) => [name, display[label] ?? '', counts[label], assignment[label]]);
  return csv([['label', 'name', 'documents', 'cluster'], ...rows]);
}
