import {
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
  type Infer,
} from '../../../core/base/schema.ts';
import type { PageFrame } from '../../ui/index.ts';
import {
  labelStates,
  type DocumentOrder,
  type Scored,
  type ScoredLabel,
  type LabelOrder,
  type TunedWay,
  type Verdict,
} from '../../../core/predict/scored.ts';
import type { Host } from '../../host.ts';
import { labelRoles } from '../../labelRoles.ts';
import type { PredictionsPanelState } from '../../protocol.ts';

const verdicts = ['hit', 'missed', 'false'] as const satisfies readonly Verdict[];
const documentOrders = ['file', 'precision', 'ndcg', 'f1', 'probability'] as const satisfies readonly DocumentOrder[];
const labelOrders = [
  'name',
  'precision',
  'recall',
  'f1',
  'support',
  'predicted',
  'train',
] as const satisfies readonly LabelOrder[];

const stateSchema = object(part, {
  tab: oneOf(['documents', 'labels', 'confusion'], orElse('documents')),
  /** Undefined: the tuned one, else 0.5. */
  threshold: optional(number()),
  /** A way to decide that the run has tuned besides one threshold; it counts before `threshold`. */
  way: optional(oneOf(['per-label', 'top-k'])),
  /** How the documents are ordered: by what, and which come first. */
  order: object(part, { by: oneOf(documentOrders, orElse('file')), descending: boolean(orElse(false)) }),
  verdict: optional(oneOf(verdicts)),
  /** A label that documents are filtered by. */
  label: optional(object(part, { id: number(), name: string() })),
  /** Labels that documents are asked for besides. */
  states: array(
    object(part, { label: number(), name: string(), is: oneOf(labelStates), role: oneOf(labelRoles) }),
    orElse([]),
    {
      minItems: 0,
      unique: false,
    },
  ),
  /** Against the run that this one is compared with. */
  against: optional(oneOf(['better', 'worse', 'level'])),
  search: string(orElse('')),
  confusionSearch: string(orElse('')),
  labelSearch: string(orElse('')),
  labelOrder: object(part, { by: oneOf(labelOrders, orElse('support')), descending: boolean(orElse(true)) }),
  /** The document in the reading view, and the label whose evidence is shown. */
  reading: optional(number()),
  evidenceFor: optional(number()),
});

/** What the page shows; it outlives a reload of the window. Folder and target are there for the host. */
export type PageState = Infer<typeof stateSchema> & Partial<PredictionsPanelState>;
export type TabId = PageState['tab'];
export type ChosenLabel = NonNullable<PageState['label']>;
export type ChosenState = PageState['states'][number];
export type Order = PageState['order'];

/** The state that was kept, with defaults for what is missing or foreign. */
export function restoredState(kept: unknown): PageState {
  const { folder, target } = (isRecord(kept) ? kept : {}) as Partial<PredictionsPanelState>;
  return { folder, target, ...restored(stateSchema, kept) };
}

/** What the parts of the page share. */
export interface Context {
  readonly host: Host<'predictions'>;
  readonly state: PageState;
  readonly scored: Scored;
  readonly threshold: Chosen;
  /** Keeps the state beyond a reload. */
  save(): void;
  readonly perform: PageFrame['perform'];
  /** Lists the documents with a verdict on a label, with any verdict for undefined; and so with other labels. */
  showDocuments(label: ChosenLabel, verdict: Verdict | undefined, states?: ChosenState[]): void;
}

/** How labels are decided on: above a threshold, or in a way that the run has tuned. */
export type Chosen = number | TunedWay['kind'];

export const usualThreshold = 0.5;

/** What the page begins with, and what was chosen on it as far as this run has it. */
export function chosenOf(state: Pick<PageState, 'threshold' | 'way'>, scored: Tuned): Chosen {
  const { tunedThreshold = usualThreshold, ways, decidesBy } = scored;
  const has = (kind: TunedWay['kind'] | undefined): kind is TunedWay['kind'] => ways.some((way) => way.kind === kind);
  if (has(state.way)) return state.way;
  if (state.threshold !== undefined) return state.threshold;
  return decidesBy !== 'one' && has(decidesBy) ? decidesBy : tunedThreshold;
}

type Tuned = Pick<Scored, 'tunedThreshold' | 'ways' | 'decidesBy'>;

/** The probability above which a label of a document is predicted; by its rank where the k best are: below or above all. */
export function cutOf(label: ScoredLabel, rank: number, chosen: Chosen, { tunedThreshold, ways }: Tuned): number {
  if (typeof chosen === 'number') return chosen;
  if (chosen === 'per-label') return label.threshold ?? tunedThreshold ?? usualThreshold;
  const k = ways.find(({ kind }) => kind === chosen)?.count ?? 0;
  return rank < k && label.probability !== undefined ? -1 : Infinity;
}

/** What a label of a document is worth at a threshold; `predicted` where the true labels are not known. */
export type Standing = Verdict | 'predicted' | 'below';

export function standingOf({ probability = 0, isTrue }: ScoredLabel, threshold: number): Standing {
  const isPredicted = probability > threshold;
  if (isTrue === undefined) return isPredicted ? 'predicted' : 'below';
  if (isTrue) return isPredicted ? 'hit' : 'missed';
  return isPredicted ? 'false' : 'below';
}
