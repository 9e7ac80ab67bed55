import type { ClusterSummary } from '../../core/explore/clusters/describe.ts';
import type { Marker } from '../../core/explore/words/markers.ts';

/** A cluster with the words that mark it. */
export type DescribedCluster = ClusterSummary & { words: Marker[] };

const TITLE_LABELS = 3;

/** A cluster by its most frequent labels. */
export const titleOf = ({ top }: DescribedCluster): string =>
  top
    .slice(0, TITLE_LABELS)
    .map(({ display, name }) => display ?? name)
    .join(', ');
