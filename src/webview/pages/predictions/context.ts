import type { Judged } from '../../../core/predict/judged.ts';
import type { Host } from '../../host.ts';
import type { ChosenLabel, PageState } from './pageState.ts';
import type { Verdict } from '../../../core/predict/judged.ts';

/** What the parts of the page share. */
export interface Context {
  readonly host: Host<'predictions'>;
  readonly state: PageState;
  readonly judged: Judged;
  readonly threshold: number;
  /** Keeps the state beyond a reload. */
  save(): void;
  /** Does something that may fail; a failure is shown above the content. */
  perform(work: () => Promise<unknown>): void;
  /** Lists the documents with a verdict on a label; with any verdict for undefined. */
  showDocuments(label: ChosenLabel, verdict: Verdict | undefined): void;
}
