import type { ExplainOptions, ExplainedLabel, Predictor, PredictOptions, Prediction } from './predictor.ts';
import { loadPredictor } from './predictor.ts';

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
    return names
      .slice(0, outputs)
      .map((name, id) => ({ name, display: display[id] ?? undefined, trainDocuments: trainCounts[id] }));
  }

  /** From which probability on a label is predicted: tuned on validation, else 0.5. */
  get threshold(): number {
    return this.predictor.tunedThreshold ?? 0.5;
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
