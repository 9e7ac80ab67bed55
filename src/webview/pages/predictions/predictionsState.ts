import type { PageFrame } from '../../ui/index.ts';
import type { DocumentOrder, Judged, JudgedLabel, LabelOrder, Verdict } from '../../../core/predict/judged.ts';
import type { Host } from '../../host.ts';
import type { PredictionsPanelState } from '../../protocol.ts';

export type TabId = 'documents' | 'labels';

/** A label that documents are filtered by. */
export interface ChosenLabel {
  id: number;
  name: string;
}

/** How the documents are ordered: by what, and which come first. */
export interface Order {
  by: DocumentOrder;
  descending: boolean;
}

/** What the page shows; it outlives a reload of the window. Folder and target are there for the host. */
export interface PageState extends Partial<PredictionsPanelState> {
  tab: TabId;
  /** Undefined: the tuned one, else 0.5. */
  threshold?: number;
  order: Order;
  verdict?: Verdict;
  label?: ChosenLabel;
  search: string;
  labelSearch: string;
  labelOrder: { by: LabelOrder; descending: boolean };
  /** The document in the reading view, and the label whose evidence is shown. */
  reading?: number;
  evidenceFor?: number;
}

const documentOrders: readonly DocumentOrder[] = ['file', 'precision', 'ndcg', 'f1', 'probability'];
const labelOrders: readonly LabelOrder[] = ['name', 'precision', 'recall', 'f1', 'support', 'predicted', 'train'];
const verdicts: readonly Verdict[] = ['hit', 'missed', 'false'];

/** The state that was kept, with defaults for what is missing or foreign. */
export function restoredState(kept: unknown): PageState {
  const from = (typeof kept === 'object' && kept !== null ? kept : {}) as Partial<PageState>;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
  return {
    folder: from.folder,
    target: from.target,
    tab: from.tab === 'labels' ? 'labels' : 'documents',
    threshold: number(from.threshold),
    order: {
      by: documentOrders.find((order) => order === from.order?.by) ?? 'file',
      descending: from.order?.descending === true,
    },
    verdict: verdicts.find((verdict) => verdict === from.verdict),
    label: typeof from.label?.id === 'number' ? { id: from.label.id, name: text(from.label.name) } : undefined,
    search: text(from.search),
    labelSearch: text(from.labelSearch),
    labelOrder: {
      by: labelOrders.find((order) => order === from.labelOrder?.by) ?? 'support',
      descending: from.labelOrder?.descending !== false,
    },
    reading: number(from.reading),
    evidenceFor: number(from.evidenceFor),
  };
}

/** What the parts of the page share. */
export interface Context {
  readonly host: Host<'predictions'>;
  readonly state: PageState;
  readonly judged: Judged;
  readonly threshold: number;
  /** Keeps the state beyond a reload. */
  save(): void;
  readonly perform: PageFrame['perform'];
  /** Lists the documents with a verdict on a label; with any verdict for undefined. */
  showDocuments(label: ChosenLabel, verdict: Verdict | undefined): void;
}

/** What a label of a document is worth at a threshold; `predicted` where the true labels are not known. */
export type Standing = Verdict | 'predicted' | 'below';

export function standingOf({ probability = 0, isTrue }: JudgedLabel, threshold: number): Standing {
  const isPredicted = probability > threshold;
  if (isTrue === undefined) return isPredicted ? 'predicted' : 'below';
  if (isTrue) return isPredicted ? 'hit' : 'missed';
  return isPredicted ? 'false' : 'below';
}
