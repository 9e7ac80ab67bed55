import type { ClusterSummary } from '../../core/explore/clusters/describe.ts';
import type { Marker } from '../../core/explore/words/markers.ts';

/** A cluster with the words that mark it. */
export type DescribedCluster = ClusterSummary & { words: Marker[] };
