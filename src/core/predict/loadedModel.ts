import {
  type ExplainedLabel,
  type ExplainOptions,
  loadPredictor,
  type PredictedLabel,
  type Prediction,
  type PredictOptions,
  type Predictor,
} from './predictor.ts';
import { Cancelled } from '../base/errors.ts';
import type { DecisionKind } from '../base/metrics.ts';
import { type Content, shownContent } from '../data/bagOfWords.ts';
import { evidenceOf } from './highlights.ts';
import type { LabelEvidence } from './highlights.ts';
import type { ScoredDocument } from './scored.ts';

export interface ModelOptions {
  /** Default: best. Averaged weights where the run keeps them. */
  checkpoint?: 'best' | 'last';
  /** Threads of the engine; as the run's config says where absent. */
  threads?: number;
}

export interface ModelLabel {
  /** As it stands in the data. */
  name: string;
  /** What it is called where its name is an id. */
  display?: string;
  /** Training documents that have it. */
  trainDocuments: number;
  /** From which probability on it is predicted; absent where the run predicts the k best. */
  threshold?: number;
}

/**
 * Opens a run folder for use in a program. Dataset and word vectors need not be there.
 * Throws `UserError` (`run-not-found`, `damaged-run`, `no-checkpoint`, `checkpoint-differs`, those of checkpoints).
 */
export async function loadModel(folder: string, options: ModelOptions = {}): Promise<Model> {
  return new Model(await loadPredictor(folder, options));
}

/** A trained model: text in, labels out. Calls may overlap; they are answered one after another. */
export class Model {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly predictor: Predictor) {}

  /** By the model's outputs. */
  get labels(): ModelLabel[] {
    const { names, display, trainCounts, outputs } = this.predictor.labels;
    const { decision } = this.predictor;
    return names.slice(0, outputs).map((name, id) => ({
      name,
      display: display[id] ?? undefined,
      trainDocuments: trainCounts[id],
      ...(decision.kind !== 'top-k' && { threshold: decision.thresholdOf(id) }),
    }));
  }

  /** From which probability on a label is predicted: tuned on validation, else 0.5. */
  get threshold(): number {
    return this.predictor.tunedThreshold ?? 0.5;
  }

  /** How the run's config decides which labels are predicted: what \`threshold: 'tuned'\` of \`predict\` stands for. */
  get decision(): DecisionKind {
    return this.predictor.decision.kind;
  }

  /** Numbers in a vector of `embed`. */
  get embeddingSize(): number {
    return this.predictor.embedding.size;
  }

  /** The best labels of each text, in order. Many texts at once are faster than one after another. */
  predict(texts: readonly string[], options: PredictOptions & { signal?: AbortSignal } = {}): Promise<Prediction[]> {
    return this.inTurn(() => this.predictor.predict(texts, options));
  }

  /** One text's labels, each with the n-grams that carried it. */
  explain(text: string, options: ExplainOptions = {}): Promise<Prediction<ExplainedLabel>> {
    return this.inTurn(() => this.predictor.explain(text, options));
  }

  /** Texts as vectors, in order: the hidden layer, or the pooled vector of a model without one. */
  embed(texts: readonly string[], options: { signal?: AbortSignal } = {}): Promise<Float32Array[]> {
    return this.inTurn(() => this.predictor.embed(texts, options));
  }

  /** Ends its threads. The model cannot be used after that. */
  dispose(): Promise<void> {
    return this.inTurn(() => this.predictor.dispose());
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => {});
    return turn;
  }
}

/** Longest text that is shown, in UTF-16 units; models read some hundred words. */
const longestText = 200_000;

/** A model reading texts one at a time: an engine does one thing at once. */
export class TextReader {
  private last: Promise<unknown> = Promise.resolve();

  constructor(readonly predictor: Predictor) {}

  /** The labels named and the `top` best, and what the model read of the text. */
  read(text: Content, top: number, also: readonly string[], signal?: AbortSignal): Promise<Prediction> {
    return this.inTurn(() => this.predictor.explain(text, { top, also }), signal);
  }

  /** Labels and scores of some texts. */
  predict(texts: readonly Content[], top: number, signal?: AbortSignal): Promise<Prediction[]> {
    return this.inTurn(() => this.predictor.predict(texts, { top, signal }), signal);
  }

  /** Undefined for a label that the model has no output for. */
  async evidence(text: Content, label: string, signal?: AbortSignal): Promise<LabelEvidence | undefined> {
    const { labels } = await this.inTurn(() => this.predictor.explain(text, { top: 0, also: [label] }), signal);
    const found = labels.find(({ name }) => name === label);
    return found && evidenceOf(found.explanation, Math.min(shownContent(text).length, longestText));
  }

  private inTurn<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn = this.last.then(() => {
      if (signal?.aborted) throw new Cancelled();
      return work();
    });
    this.last = turn.catch(() => {});
    return turn;
  }
}

/** A text as it is shown, with what the model read of it. */
export function shownDocument(
  content: Content,
  { words, unknownWords, truncated }: Prediction<PredictedLabel>,
): Pick<ScoredDocument, 'text' | 'omitted' | 'words' | 'unknownWords' | 'truncated'> {
  const text = shownContent(content);
  const shown = text.slice(0, longestText);
  return { text: shown, omitted: text.length - shown.length, words, unknownWords, truncated };
}
