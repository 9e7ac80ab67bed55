import type { DocumentLabel, SplitName } from '../../../core/explore/inspected.ts';
import type { DatasetPanelState } from '../../protocol.ts';
import type { Scale } from './traces.ts';

export const tabIds = ['overview', 'labels', 'documents', 'findings'] as const;
export type TabId = (typeof tabIds)[number];

/** What the page shows; it outlives a reload of the window. Path and options are there for the host. */
export interface PageState extends Partial<DatasetPanelState> {
  tab: TabId;
  split?: SplitName;
  /** Axes of the most frequent labels, and of all by rank. */
  headScale: Scale;
  rankScale: Scale;
  overlay: boolean;
  labelSearch: string;
  documentSearch: string;
  /** Only documents of this label are listed. */
  label?: DocumentLabel;
  finding?: string;
  /** The document in the reading view. */
  reading?: number;
}

/** The state that was kept, with defaults for what is missing or foreign. */
export function restoredState(kept: unknown): PageState {
  const from = (typeof kept === 'object' && kept !== null ? kept : {}) as Partial<PageState>;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    ...from,
    tab: tabIds.find((id) => id === from.tab) ?? 'overview',
    headScale: from.headScale === 'log' ? 'log' : 'linear',
    rankScale: from.rankScale === 'linear' ? 'linear' : 'log',
    overlay: from.overlay !== false,
    labelSearch: text(from.labelSearch),
    documentSearch: text(from.documentSearch),
    label: typeof from.label?.name === 'string' ? from.label : undefined,
    reading: typeof from.reading === 'number' ? from.reading : undefined,
  };
}
