import { Cancelled } from '../../core/base/errors.ts';
import type { Contribution, Explanation } from '../../core/predict/explain.ts';
import { highlightsOf } from '../../core/predict/highlights.ts';
import type { ExplainedLabel } from '../../core/predict/predictor.ts';
import { loadPredictor, type Predictor } from '../../core/predict/predictor.ts';
import type { Highlight } from '../../core/predict/highlights.ts';
import type { PredictedLabel } from '../../core/predict/predictor.ts';
import type { Call, Handlers } from '../../rpc/call.ts';

/** A run's best weights. */
export interface ModelFile {
  folder: string;
  /** Distinguishes one state of the file from another: where it differs, the weights are read again. */
  stamp: string;
}

export interface ModelInfo {
  /** What is to be said once of the model as it is used here. */
  warning?: string;
}

export interface EvidencedLabel extends PredictedLabel {
  /** As the run decides: tuned on validation, else above 0.5. */
  isPredicted: boolean;
  /** The n-grams that spoke for it most, without overlaps, the strongest first, with what they added to the logit. */
  ngrams: {
    text: string;
    /** The words of it that n-grams agree on most: those that make the difference. */
    peak: string;
    contribution: number;
  }[];
  /** Offsets point into the text. */
  highlights: Highlight[];
}

export interface ExplainedText {
  /** Probability descending. */
  labels: EvidencedLabel[];
  /** True labels that the model has no output for. */
  unknown: { name: string; display?: string }[];
  words: number;
  unknownWords: number;
  truncated: boolean;
}

/** Holds one model; calls are answered one after another, and those cancelled before their turn are not begun. */
export interface PredictorService {
  open: Call<ModelFile, ModelInfo>;
  /** `truth`: names of the text's own labels, which are given whatever their probability. */
  explain: Call<{ model: ModelFile; text: string; top: number; truth: readonly string[] }, ExplainedText>;
}

/** One: a hover must not take the cores from a training. */
const threads = 1;
/** N-grams shown of a label. */
const mostNgrams = 5;

/** The model that this process holds. */
let cached: { key: string; predictor: Predictor } | undefined;
let last: Promise<unknown> = Promise.resolve();

/** An engine does one thing at a time. */
function inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const turn = last.then(() => {
    if (signal.aborted) throw new Cancelled();
    return work();
  });
  last = turn.catch(() => {});
  return turn;
}

async function load({ folder, stamp }: ModelFile): Promise<Predictor> {
  const key = JSON.stringify([folder, stamp]);
  if (cached?.key === key) return cached.predictor;
  const before = cached?.predictor;
  cached = undefined;
  await before?.dispose();
  const predictor = await loadPredictor(folder, { threads });
  cached = { key, predictor };
  return predictor;
}

export const predictor: Handlers<PredictorService> = {
  open: (model, { signal }) =>
    inTurn(signal, async () => {
      const { warning } = await load(model);
      return { warning };
    }),
  explain: ({ model, text, top, truth }, { signal }) =>
    inTurn(signal, async () => {
      const loaded = await load(model);
      const { decision } = loaded;
      const ranked = Number.isFinite(decision.k) ? Math.max(top, decision.k) : top; // so that each place is the label's rank
      const { labels, ...counts } = await loaded.explain(text, { top: ranked, also: truth });
      const known = new Set(labels.map(({ name }) => name));
      const unknown = truth
        .filter((name) => !known.has(name))
        .map((name) => ({ name, display: displayOf(loaded, name) }));
      const evidenced = labels.map((label, i): EvidencedLabel => ({
        ...evidenceOf(label, text),
        isPredicted: decision.takes(label.id, label.probability, i),
      }));
      return { labels: evidenced, unknown, ...counts };
    }),
};

/** Labels that occur in other splits only have names, too. */
function displayOf({ labels }: Predictor, name: string): string | undefined {
  return labels.display[labels.names.indexOf(name)] ?? undefined;
}

function evidenceOf({ explanation, ...label }: ExplainedLabel, text: string): Omit<EvidencedLabel, 'isPredicted'> {
  const highlights = highlightsOf(explanation, text.length);
  const ngrams = strongest(explanation).map((ngram) => ({
    text: ngram.text,
    peak: peakOf(ngram, highlights, text),
    contribution: ngram.contribution,
  }));
  return { ...label, ngrams, highlights };
}

/** The strongest stretch of an n-gram, without the spaces and signs at its ends. */
function peakOf({ start, end, text: ngram }: Contribution, highlights: readonly Highlight[], text: string): string {
  const inside = highlights.filter((part) => part.start < end && part.end > start);
  const peak = inside.reduce((best, part) => (part.strength > best.strength ? part : best), {
    start,
    end,
    strength: 0,
  });
  const part = text.slice(Math.max(start, peak.start), Math.min(end, peak.end));
  return /[\p{L}\p{N}](?:.*[\p{L}\p{N}\p{M}])?/su.exec(part)?.[0] ?? ngram;
}

/** The n-grams that spoke for a label most; of those that overlap the strongest, for they say the same. */
function strongest({ contributions }: Explanation): Contribution[] {
  const chosen: Contribution[] = [];
  for (const candidate of contributions) {
    if (!(candidate.contribution > 0) || chosen.length === mostNgrams) break;
    if (chosen.every(({ start, end }) => candidate.end <= start || candidate.start >= end)) chosen.push(candidate);
  }
  return chosen;
}
