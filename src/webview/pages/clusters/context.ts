import type { ChosenClusters, ClustersOverview, ClusterWord } from '../../../core/explore/clusters/clustered.ts';
import type { Host } from '../../host.ts';
import type { ClusterProgressListener } from './work.ts';
import type { PageState } from './pageState.ts';

/** What the parts of the page share. */
export interface Context {
  readonly host: Host<'clusters'>;
  readonly state: PageState;
  readonly overview: ClustersOverview;
  readonly chosen: ChosenClusters;
  /** Size of the dataset's file. */
  readonly bytes: number;
  /** The words that mark each cluster of the chosen k, where they were found. */
  words: ClusterWord[][] | undefined;
  /** Keeps the state beyond a reload. */
  save(): void;
  /** Does something that may fail; a failure is shown above the content, and so is what it returns to say. */
  perform(work: () => Promise<string | undefined | void>): void;
  showLabels(cluster: number | undefined): void;
  showMap(cluster: number | undefined): void;
  listen(work: 'words' | 'map', listener: ClusterProgressListener | undefined): void;
}

/** A tab's content. */
export interface Part {
  readonly element: HTMLElement;
  /** The tab was chosen, or other clusters are shown. */
  update(): void;
}
