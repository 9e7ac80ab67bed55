import type { Progress } from '../../../core/base/progress.ts';
import type { SplitOrAll } from '../../../core/base/splits.ts';
import type { DatasetSnapshot, DocumentLabel } from '../../../core/explore/inspected.ts';
import type { Host } from '../../host.ts';
import type { AnalysisName } from '../../protocol.ts';
import type { PageState } from './pageState.ts';

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
  /** Does something that may fail; a failure is shown above the content. */
  perform(work: () => Promise<unknown>): void;
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
