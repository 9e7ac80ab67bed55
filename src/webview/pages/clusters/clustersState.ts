import {
  boolean,
  isRecord,
  number,
  object,
  oneOf,
  optional,
  orElse,
  part,
  restored,
  string,
  union,
  type Infer,
} from '../../../core/base/schema.ts';
import type { PageFrame } from '../../ui/index.ts';
import type { ChosenClusters, ClustersOverview, ClusterWord } from '../../../core/explore/clusters/clusterApi.ts';
import type { Host } from '../../host.ts';
import type { ClustersPanelState } from '../../protocol.ts';

export const tabIds = ['clusters', 'map', 'hierarchy', 'labels'] as const;
export type TabId = (typeof tabIds)[number];

const stateSchema = object(part, {
  tab: oneOf(tabIds, orElse('clusters')),
  /** The number of clusters that is shown; the suggested one where it is not among those tried. */
  k: optional(number()),
  drag: oneOf(['zoom', 'pan', 'lasso'], orElse('zoom')),
  /** The map shows the labels of this cluster, or the most frequent ones, alone. */
  mapOf: optional(union([number(), oneOf(['head'])])),
  labelsOf: optional(number()),
  /** Whether the curves are unfolded: at first they are, until a number of clusters or a tab is chosen. */
  curvesOpen: boolean(orElse(true)),
  labelSearch: string(orElse('')),
});

/** What the page shows; it outlives a reload of the window. Path, options and settings are there for the host. */
export type PageState = Infer<typeof stateSchema> & Partial<ClustersPanelState>;
export type Drag = PageState['drag'];

/** The state that was kept, with defaults for what is missing or foreign. */
export const restoredState = (kept: unknown): PageState => ({
  ...(isRecord(kept) ? kept : {}),
  ...restored(stateSchema, kept),
});

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
}

/** A tab's content. */
export interface Part {
  readonly element: HTMLElement;
  /** The tab was chosen, or other clusters are shown. */
  update(): void;
}
