import type { PageFrame } from '../../ui/index.ts';
import type { OnProgress } from '../../../core/base/progress.ts';
import type {
  ChosenClusters,
  ClusterPhase,
  ClustersOverview,
  ClusterWord,
} from '../../../core/explore/clusters/clustered.ts';
import type { Host } from '../../host.ts';
import type { ClustersPanelState } from '../../protocol.ts';

export const tabIds = ['clusters', 'map', 'hierarchy', 'labels'] as const;
export type TabId = (typeof tabIds)[number];
export type Drag = 'zoom' | 'pan' | 'lasso';

/** What the page shows; it outlives a reload of the window. Path, options and settings are there for the host. */
export interface PageState extends Partial<ClustersPanelState> {
  tab: TabId;
  /** The number of clusters that is shown; the suggested one where it is not among those tried. */
  k?: number;
  drag: Drag;
  /** The map shows the labels of this cluster, or the most frequent ones, alone. */
  mapOf?: number | 'head';
  labelsOf?: number;
  labelSearch: string;
}

/** The state that was kept, with defaults for what is missing or foreign. */
export function restoredState(kept: unknown): PageState {
  const from = (typeof kept === 'object' && kept !== null ? kept : {}) as Partial<PageState>;
  const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
  return {
    ...from,
    tab: tabIds.find((id) => id === from.tab) ?? 'clusters',
    k: number(from.k),
    drag: from.drag === 'pan' || from.drag === 'lasso' ? from.drag : 'zoom',
    mapOf: from.mapOf === 'head' ? 'head' : number(from.mapOf),
    labelsOf: number(from.labelsOf),
    labelSearch: typeof from.labelSearch === 'string' ? from.labelSearch : '',
  };
}

export type ClusterProgressListener = OnProgress<ClusterPhase>;

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
  readonly perform: PageFrame['perform'];
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
