import { UserError } from '../../core/base/errors.ts';
import type { RunEvent } from '../../core/base/events.ts';
import { type CopyOptions, type CorrectedCopy, writeCorrectedCopy } from '../../core/data/corrections/correctedCopy.ts';
import type { DatasetFile, SourceOptions } from '../../core/data/document.ts';
import type { Page } from '../../core/explore/inspectionApi.ts';
import type { LabelEvidence } from '../../core/predict/highlights.ts';
import { Review } from '../../core/predict/review.ts';
import type {
  CountedName,
  ReviewDecision,
  ReviewDocument,
  ReviewItem,
  ReviewOverview,
  ReviewQuery,
  ReviewTarget,
} from '../../core/predict/reviewApi.ts';
import type { Call, Handlers } from '../../rpc/call.ts';

/** Goes through the labels of one dataset; opening again replaces it. */
export interface ReviewService {
  open: Call<ReviewTarget, ReviewOverview, RunEvent>;
  queue: Call<ReviewQuery, Page<ReviewItem>>;
  document: Call<{ document: number }, ReviewDocument>;
  /** Undefined for a label that the model does not have. */
  evidence: Call<{ document: number; label: number }, LabelEvidence | undefined>;
  labels: Call<void, CountedName[]>;
  /** Keeps a decision; with the labels that there are, that they are right. */
  decide: Call<ReviewDecision, ReviewOverview>;
  undo: Call<void, { document?: number; overview: ReviewOverview } | undefined>;
  /** From now on decisions are kept in this file. */
  keepIn: Call<{ file: string }, ReviewOverview>;
  /** Needs no `open`. */
  writeCopy: Call<
    { dataset: DatasetFile; options: SourceOptions; target: string } & Pick<CopyOptions, 'form'>,
    CorrectedCopy
  >;
}

/** What this process has opened. */
let current: Review | undefined;

function opened(): Review {
  if (current) return current;
  throw new UserError('not-open', 'The review is not open yet', 'Wait for it, or open it again.');
}

export const review: Handlers<ReviewService> = {
  async open(target, { signal, emit }) {
    current = undefined;
    current = await Review.open(target, { signal, onEvent: emit });
    return current.overview;
  },
  queue: async (query) => opened().page(query),
  document: async ({ document }, { signal }) => opened().document(document, signal),
  evidence: async ({ document, label }, { signal }) => opened().evidence(document, label, signal),
  labels: async () => opened().labels(),
  decide: async (decision) => opened().decide(decision),
  undo: async () => opened().undo(),
  keepIn: async ({ file }) => opened().keepIn(file),
  writeCopy: async ({ dataset, options, target, form }, { signal }) =>
    writeCorrectedCopy(dataset, options, target, { ...(form && { form }), signal }),
};
