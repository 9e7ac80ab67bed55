import {
  accepts,
  array,
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
import { splitNames } from '../../../core/base/splits.ts';
import type { SourceOptions } from '../../../core/data/document.ts';
import type { PageFrame } from '../../ui/index.ts';
import type { SplitOrAll } from '../../../core/base/splits.ts';
import { documentSorts, type TextCondition } from '../../../core/explore/documentFilter.ts';
import type { DatasetSnapshot, DocumentLabel, DocumentQuery } from '../../../core/explore/inspectionApi.ts';
import type { Host } from '../../host.ts';
import { labelRoles } from '../../labelRoles.ts';
import type { AnalysisName, DatasetPanelState } from '../../protocol.ts';
import { wordMeasures, type OtherSet, type QualityKind } from '../../../core/explore/analysis/analysisApi.ts';
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

const scales = ['linear', 'log'] as const satisfies readonly Scale[];
const label = object(part, { name: string(), display: optional(string()) });
const filterLabel = object(part, { name: string(), display: optional(string()), role: oneOf(labelRoles) });
const range = object(part, { from: optional(number()), to: optional(number()) });
const file = { file: string(), part: optional(oneOf(['train', 'test'])) };

const stateSchema = object(part, {
  tab: oneOf(tabIds, orElse('overview')),
  split: optional(oneOf([...splitNames, 'all'])),
  /** Axes of the most frequent labels, and of all by rank. */
  headScale: oneOf(scales, orElse('linear')),
  rankScale: oneOf(scales, orElse('log')),
  overlay: boolean(orElse(true)),
  labelSearch: string(orElse('')),
  /** What the documents that are listed have in their text, in labels, and how many of what. */
  documentSearch: string(orElse('')),
  isPattern: boolean(orElse(false)),
  wholeWord: boolean(orElse(false)),
  matchCase: boolean(orElse(false)),
  labels: array(filterLabel, orElse([]), { minItems: 0, unique: false }),
  words: range,
  labelCount: range,
  documentSort: optional(object(part, { by: oneOf(documentSorts), descending: boolean() })),
  /** Only documents of this cluster are listed. */
  cluster: optional(object(part, { ...file, k: number(), cluster: number() })),
  finding: optional(string()),
  /** The document in the reading view. */
  reading: optional(number()),
  wordsOf: oneOf(['label', 'document'], orElse('label')),
  wordMeasure: oneOf(wordMeasures, orElse('log-odds')),
  wordsLabel: optional(label),
  wordsDocument: optional(number()),
  heatmapSize: oneOf(['15', '30', '50'], orElse('30')),
  heatmapOf: oneOf(['share', 'documents'], orElse('share')),
  neighboursOf: optional(label),
  compareList: oneOf(['moved', 'onlyFirst', 'onlySecond', 'duplicates', 'nearest'], orElse('moved')),
  nearestOf: optional(number()),
});
/** A split of the dataset, or a file. */
const otherSet = union([object(part, { split: oneOf([...splitNames, 'all']) }), object(part, file)]);

/** What the page shows; it outlives a reload of the window. Path and options are there for the host. */
export interface PageState extends Infer<typeof stateSchema>, Partial<DatasetPanelState> {
  qualityKind?: QualityKind;
  against?: OtherSet;
  /** Choices of Read As that were not applied yet; where there are any, its form is open. */
  draft?: SourceOptions;
}
export type FilterLabel = PageState['labels'][number];
export type TabId = PageState['tab'];
export type CompareList = PageState['compareList'];

/** The state that was kept, with defaults for what is missing or foreign. */
export function restoredState(kept: unknown): PageState {
  const from: Partial<PageState> = isRecord(kept) ? kept : {};
  const against = accepts(otherSet, from.against) ? from.against : undefined;
  const draft = isRecord(from.draft) ? from.draft : undefined;
  return { ...from, ...restored(stateSchema, kept), against, draft };
}

/** The text that documents are asked for. */
export const wantedText = ({
  documentSearch: text,
  isPattern,
  wholeWord,
  matchCase,
}: PageState): TextCondition | undefined => (text === '' ? undefined : { text, isPattern, wholeWord, matchCase });

/** All that documents are asked for. */
export function queryOf(state: PageState): Omit<DocumentQuery, 'split' | 'offset' | 'limit'> {
  const { cluster, words, labelCount, documentSort: sort } = state;
  const named = (wanted: FilterLabel['role']): string[] =>
    state.labels.filter(({ role }) => role === wanted).map(({ name }) => name);
  const labels = { all: named('all'), any: named('any'), none: named('none') };
  return { labels, cluster, words, labelCount, text: wantedText(state), sort };
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
  /** Lists the documents that fulfil this, and nothing else is asked of them. */
  filterDocuments(
    filter: Partial<Pick<PageState, 'labels' | 'words' | 'labelCount' | 'documentSearch' | 'cluster'>>,
  ): void;
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
}
