import {
  boolean,
  isRecord,
  number,
  object,
  oneOf,
  orElse,
  part,
  restored,
  type Infer,
} from '../../../core/base/schema.ts';
import { reviewKinds } from '../../../core/predict/reviewApi.ts';
import type { ReviewPanelState } from '../../protocol.ts';

const stateSchema = object(part, {
  kind: oneOf(['all', ...reviewKinds], orElse('all')),
  withDecided: boolean(orElse(false)),
  /** Place in the queue. */
  at: number(orElse(0)),
});

/** What the page shows; it outlives a reload of the window. Path, options and run are there for the host. */
type PageState = Infer<typeof stateSchema> & Partial<ReviewPanelState>;

/** The state that was kept, with defaults for what is missing or foreign. */
export const restoredState = (kept: unknown): PageState => ({
  ...(isRecord(kept) ? kept : {}),
  ...restored(stateSchema, kept),
});
