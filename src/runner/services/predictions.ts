import { Cancelled, UserError } from '../../core/base/errors.ts';
import { JudgedRun, JudgedSingle } from '../../core/predict/judgedRun.ts';
import type { RunEvent } from '../../core/base/events.ts';
import type { Page } from '../../core/explore/inspectionApi.ts';
import type { LabelEvidence } from '../../core/predict/highlights.ts';
import type {
  Judged,
  JudgedDocument,
  JudgedLabelQuery,
  JudgedLabelRow,
  JudgedQuery,
  JudgedRow,
  JudgedTarget,
} from '../../core/predict/judged.ts';
import type { Call, Handlers } from '../../rpc/call.ts';

/** The predictions of one run for one set of documents or one text; opening again replaces it. */
export interface PredictionsService {
  /** With `evaluate` the scores are computed even where they are stored. Events report reading and evaluating. */
  open: Call<{ folder: string; target: JudgedTarget; evaluate?: boolean; threads?: number }, Judged, RunEvent>;
  documents: Call<JudgedQuery, Page<JudgedRow>>;
  document: Call<{ document: number }, JudgedDocument>;
  /** Undefined for a label that the model has no output for. */
  evidence: Call<{ document: number; label: number }, LabelEvidence | undefined>;
  labels: Call<JudgedLabelQuery, Page<JudgedLabelRow>>;
}

/** What this process has opened; opening again replaces it. */
let current: JudgedRun | JudgedSingle | undefined;

function opened(): JudgedRun | JudgedSingle {
  if (!current)
    throw new UserError('not-open', 'The predictions are not open yet', 'Wait for them, or open them again.');
  return current;
}

function openedSet(): JudgedRun {
  const set = opened();
  if (!(set instanceof JudgedRun)) throw new Error('A single text is open.');
  return set;
}

/** The predictions of one run for one set of documents, or one text. */
export const predictions: Handlers<PredictionsService> = {
  async open({ folder, target, evaluate, threads }, { signal, emit }) {
    current = undefined;
    const isSet = target.kind === 'split' || target.kind === 'file';
    const judged = isSet
      ? await JudgedRun.open(folder, target, { evaluate, threads, at: target, signal, onEvent: emit })
      : await JudgedSingle.open(folder, target, signal);
    if (signal.aborted) throw new Cancelled();
    current = judged;
    return judged.overview;
  },
  documents: async (query, { signal }) => openedSet().page(query, signal),
  document: async ({ document }, { signal }) => {
    const judged = opened();
    return judged instanceof JudgedRun ? judged.document(document, signal) : judged.document(signal);
  },
  evidence: async ({ document, label }, { signal }) => {
    const judged = opened();
    return judged instanceof JudgedRun ? judged.evidence(document, label, signal) : judged.evidence(label, signal);
  },
  labels: async (query) => openedSet().labelPage(query),
};
