import { Cancelled, UserError } from '../../core/base/errors.ts';
import { type OtherRun, ScoredRun, ScoredSingle } from '../../core/predict/scoredRun.ts';
import type { DecisionChoice } from '../../core/metrics/decision.ts';
import type { RunEvent } from '../../core/base/events.ts';
import type { Page } from '../../core/explore/inspectionApi.ts';
import type { LabelEvidence } from '../../core/predict/highlights.ts';
import type {
  ConfusionQuery,
  ConfusionRow,
  LabelCurve,
  Scored,
  ScoredDocument,
  ScoredLabelQuery,
  ScoredLabelRow,
  ScoredQuery,
  ScoredRow,
  ScoredTarget,
} from '../../core/predict/scored.ts';
import type { Call, Handlers } from '../../rpc/call.ts';

/** The predictions of one run for one set of documents or one text; opening again replaces it. */
export interface PredictionsService {
  /** With `evaluate` the scores are computed even where they are stored. Events report reading and evaluating. */
  open: Call<{ folder: string; target: ScoredTarget; evaluate?: boolean; threads?: number }, Scored, RunEvent>;
  documents: Call<ScoredQuery, Page<ScoredRow>>;
  document: Call<{ document: number }, ScoredDocument>;
  /** The same if its text were this one. */
  edited: Call<{ document: number; text: string }, ScoredDocument>;
  /** Compares with another run on the same documents; with none for undefined. Events report reading and evaluating. */
  compareWith: Call<{ folder: string | undefined; threads?: number }, OtherRun | undefined, RunEvent>;
  confusion: Call<ConfusionQuery, Page<ConfusionRow>>;
  labelCurve: Call<{ label: number; threshold: DecisionChoice }, LabelCurve>;
  /** Undefined for a label that the model has no output for. */
  evidence: Call<{ document: number; label: number }, LabelEvidence | undefined>;
  labels: Call<ScoredLabelQuery, Page<ScoredLabelRow>>;
}

/** What this process has opened; opening again replaces it. */
let current: ScoredRun | ScoredSingle | undefined;

function opened(): ScoredRun | ScoredSingle {
  if (!current)
    throw new UserError('not-open', 'The predictions are not open yet', 'Wait for them, or open them again.');
  return current;
}

function openedSet(): ScoredRun {
  const set = opened();
  if (!(set instanceof ScoredRun)) throw new Error('A single text is open.');
  return set;
}

/** The predictions of one run for one set of documents, or one text. */
export const predictions: Handlers<PredictionsService> = {
  async open({ folder, target, evaluate, threads }, { signal, emit }) {
    current = undefined;
    const isSet = target.kind === 'split' || target.kind === 'file';
    const scored = isSet
      ? await ScoredRun.open(folder, target, { evaluate, threads, at: target, signal, onEvent: emit })
      : await ScoredSingle.open(folder, target, signal);
    if (signal.aborted) throw new Cancelled();
    current = scored;
    return scored.overview;
  },
  documents: async (query, { signal }) => openedSet().page(query, signal),
  document: async ({ document }, { signal }) => {
    const scored = opened();
    return scored instanceof ScoredRun ? scored.document(document, signal) : scored.document(signal);
  },
  edited: async ({ document, text }, { signal }) => opened().edited(document, text, signal),
  compareWith: async ({ folder, threads }, { signal, emit }) =>
    openedSet().compareWith(folder, { threads, signal, onEvent: emit }),
  confusion: async (query) => openedSet().confusionPage(query),
  labelCurve: async ({ label, threshold }) => openedSet().labelCurve(label, threshold),
  evidence: async ({ document, label }, { signal }) => {
    const scored = opened();
    return scored instanceof ScoredRun ? scored.evidence(document, label, signal) : scored.evidence(label, signal);
  },
  labels: async (query) => openedSet().labelPage(query),
};
