import type { DatasetSnapshot, DocumentLabel, SplitName } from '../../../core/explore/inspected.ts';
import type { Host } from '../../host.ts';
import type { PageState } from './pageState.ts';

/** What the parts of the page share. */
export interface Context {
  readonly host: Host<'dataset'>;
  readonly state: PageState;
  readonly snapshot: DatasetSnapshot;
  /** The split that labels, documents and findings are shown of. */
  readonly split: SplitName;
  /** Keeps the state beyond a reload. */
  save(): void;
  /** Does something that may fail; a failure is shown above the content. */
  perform(work: () => Promise<unknown>): void;
  /** Lists the documents of a label; of all for undefined. */
  showDocuments(label: DocumentLabel | undefined): void;
  readDocument(split: SplitName, document: number): void;
  chooseSplit(split: SplitName): void;
}

/** A tab's content. */
export interface Part {
  readonly element: HTMLElement;
  /** Shows what is new: a snapshot, another split, or that the tab was chosen. */
  update(): void;
}
