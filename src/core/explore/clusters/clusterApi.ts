/** What an exploration of label clusters shows; plain data that crosses process borders. */
import type { DatasetFile, SourceOptions } from '../../data/document.ts';
import type { Page } from '../inspectionApi.ts';
import type { Scaling } from './scaling.ts';

export interface ClusterSettings {
  /** Numbers of clusters to try. */
  ks: number[];
  scaling: Scaling;
  seed: number;
  /** Starts of k-means, of which the best counts. */
  restarts: number;
}

export interface ClusterTarget extends DatasetFile {
  options: SourceOptions;
}

/** What is done for clusters; `clustering` counts numbers of clusters. */
export type ClusterPhase = 'reading' | 'counting' | 'clustering' | 'measuring' | 'words' | 'drawing';

export interface CurvePoint {
  k: number;
  inertia: number;
  /** Undefined where it is not defined, or was not measured yet. */
  silhouette?: number;
  /** Labels in the largest cluster. */
  largest: number;
}

export interface ClustersOverview {
  file: string;
  documents: number;
  labels: number;
  /** Pairs of labels that share a document. */
  pairs: number;
  settings: ClusterSettings;
  curve: CurvePoint[];
  /** Numbers of clusters that were asked for and not tried, for the work was stopped. */
  missing: number[];
  /** Whether the work was stopped before silhouettes were measured. */
  unmeasured: boolean;
  /** The largest number of clusters that these labels can be put into. */
  mostClusters: number;
  /** Labels that silhouettes are measured on, where not on all. */
  sampled?: number;
  miniBatch: boolean;
  /** Undefined where every number that a reader can use has a cluster of over half of the labels: `evenest` then has the smallest. */
  suggested?: number;
  evenest?: number;
  bestSilhouette?: number;
  elbow?: number;
  /** The file beside the dataset that keeps the outcome; `restored` where it was read from there. */
  savedAs?: string;
  restored: boolean;
  /** Why the outcome could not be saved. */
  notSaved?: string;
}

export interface ClusterLabel {
  id: number;
  name: string;
  display?: string;
  documents: number;
}

/** One cluster of labels, as the original program's `fiddle_clusters.py` prints it, and how tight it is. */
export interface ClusterSummary {
  cluster: number;
  labels: number;
  /** Mean documents per label. */
  meanDocuments: number;
  /** The most frequent labels. */
  top: ClusterLabel[];
  /** Labels with exactly one document, with at most two, with at most five. */
  rare: { one: number; atMostTwo: number; atMostFive: number };
  /** Mean cosine of the labels' rows with the centroid: 1 where all rows point one way. */
  cohesion: number;
}

/** What a cluster is called: its most frequent labels; of a URI, what stands after the last slash or hash. */
export const clusterTitle = ({ top }: Pick<ClusterSummary, 'top'>, names = 3): string =>
  top
    .slice(0, names)
    .map(({ name, display }) => short(display ?? name))
    .join(', ');

function short(label: string): string {
  const name = /^[a-z][a-z\d+.-]*:\/\/.*[/#]([^/#]+)[/#]?$/i.exec(label)?.[1] ?? label;
  return name.length > 24 ? `${name.slice(0, 14)}…${name.slice(-9)}` : name;
}

/** A step of the hierarchy: two nodes become one. Nodes 0 … k - 1 are the clusters, k + i is what step i made. */
export interface Merge {
  left: number;
  right: number;
  /** Ward distance of the two: how much joining them adds to the inertia, as a square root. */
  distance: number;
  /** Labels beneath. */
  labels: number;
}

/** The clusters for one k. */
export interface ChosenClusters {
  k: number;
  clusters: ClusterSummary[];
  tree: Merge[];
}

export interface ClusterWord {
  word: string;
  inGroup: number;
  documents: number;
  z: number;
}

export interface ClusteredLabel extends ClusterLabel {
  cluster: number;
}

export interface ClusteredLabelQuery {
  k: number;
  /** Only those of these clusters. */
  clusters?: number[];
  search?: string;
  /** Only these labels. */
  among?: number[];
  offset: number;
  limit: number;
}

export type ClusteredLabelPage = Page<ClusteredLabel>;

/** Labels on a map at most. */
export const mapLimit = 5000;

/** What to draw: all labels, or all clusters where that are too many; the most frequent labels; the labels of a cluster. */
export type MapOf = 'all' | 'head' | number;

/** A map of labels (of a cluster with more than `mapLimit` the most frequent), or of clusters by their centroids. */
export type DrawnMap =
  | { shows: 'labels'; points: (ClusteredLabel & Point)[]; of: number }
  | { shows: 'clusters'; points: ({ cluster: number } & Point)[]; of: number };

/** A place in the plane, without a unit. */
export interface Point {
  x: number;
  y: number;
}

export const exportKinds = ['csv', 'json', 'npz', 'mat'] as const;
export type ExportKind = (typeof exportKinds)[number];
