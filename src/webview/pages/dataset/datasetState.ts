import type { PageFrame } from '../../ui/index.ts';
import type { Progress } from '../../../core/base/progress.ts';
import type { SplitOrAll } from '../../../core/base/splits.ts';
import type { DatasetSnapshot, DocumentLabel } from '../../../core/explore/inspected.ts';
import type { Host } from '../../host.ts';
import type { AnalysisName, DatasetPanelState } from '../../protocol.ts';
import type { OtherSet, QualityKind, WordMeasure } from '../../../core/explore/analysis/analysed.ts';
import type { ClusterFilter } from '../../../core/explore/clusters/clustered.ts';
import type { Scale } from './datasetTraces.ts';

export const tabIds = [
  'overview',
  'labels',
  'documents',
  'words',
  'cooccurrence',
  'quality',
  'comparison',
  'findings',
] as const;
export type TabId = (typeof tabIds)[number];

/** What the page shows; it outlives a reload of the window. Path and options are there for the host. */
export interface PageState extends Partial<DatasetPanelState> {
  tab: TabId;
  split?: SplitOrAll;
  /** Axes of the most frequent labels, and of all by rank. */
  headScale: Scale;
  rankScale: Scale;
  overlay: boolean;
  labelSearch: string;
  documentSearch: string;
  /** Only documents of this label are listed. */
  label?: DocumentLabel;
  /** Only documents of this cluster are listed. */
  cluster?: ClusterFilter;
  finding?: string;
  /** The document in the reading view. */
  reading?: number;
  wordsOf: 'label' | 'document';
  wordMeasure: WordMeasure;
  wordsLabel?: DocumentLabel;
  wordsDocument?: number;
  heatmapSize: '15' | '30' | '50';
  heatmapOf: 'share' | 'documents';
  neighboursOf?: DocumentLabel;
  qualityKind?: QualityKind;
  /** A split of the dataset, or a file. */
  against?: OtherSet;
  compareList: CompareList;
  nearestOf?: number;
}

const compareLists = ['moved', 'onlyFirst', 'onlySecond', 'duplicates', 'nearest'] as const;
export type CompareList = (typeof compareLists)[number];

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
    label: labelOf(from.label),
    cluster: typeof from.cluster?.file === 'string' ? from.cluster : undefined,
    reading: numberOf(from.reading),
    wordsOf: from.wordsOf === 'document' ? 'document' : 'label',
    wordMeasure: from.wordMeasure === 'chi-square' ? 'chi-square' : 'log-odds',
    wordsLabel: labelOf(from.wordsLabel),
    wordsDocument: numberOf(from.wordsDocument),
    heatmapSize: from.heatmapSize === '15' || from.heatmapSize === '50' ? from.heatmapSize : '30',
    heatmapOf: from.heatmapOf === 'documents' ? 'documents' : 'share',
    neighboursOf: labelOf(from.neighboursOf),
    against: otherOf(from.against),
    compareList: compareLists.find((list) => list === from.compareList) ?? 'moved',
    nearestOf: numberOf(from.nearestOf),
  };
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

const labelOf = (label: DocumentLabel | undefined): DocumentLabel | undefined =>
  typeof label?.name === 'string' ? label : undefined;

function otherOf(other: unknown): OtherSet | undefined {
  if (typeof other !== 'object' || other === null) return undefined;
  const known =
    ('file' in other && typeof other.file === 'string') || ('split' in other && typeof other.split === 'string');
  return known ? (other as OtherSet) : undefined;
}

/** What the parts of the page share. */
export interface Context {
  readonly host: Host<'dataset'>;
  readonly state: PageState;
  readonly snapshot: DatasetSnapshot;
  /** The split that labels, documents and findings are shown of. */
  readonly split: SplitOrAll;
  /** Files are still being read. */
  readonly isReading: boolean;
  /** Analyses that were begun since the dataset was read: what they found, or are finding, is there for the asking. */
  readonly analysed: Set<AnalysisName>;
  /** Keeps the state beyond a reload. */
  save(): void;
  readonly perform: PageFrame['perform'];
  /** Lists the documents of a label; of all for undefined. */
  showDocuments(label: DocumentLabel | undefined, search?: string): void;
  /** Shows the words that mark a document, or its nearest in another set. */
  showWords(document: number): void;
  showNearest(document: number): void;
  readDocument(split: SplitOrAll, document: number): void;
  chooseSplit(split: SplitOrAll): void;
}

/** A tab's content. */
export interface Part {
  readonly element: HTMLElement;
  /** Shows what is new: a snapshot, another split, or that the tab was chosen. */
  update(): void;
  /** What the part has asked for goes on. */
  tell?(progress: Progress): void;
}
