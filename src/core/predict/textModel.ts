import { UserError } from '../base/errors.ts';
import type { Engine, OnFeatures, Scorer } from '../engine/engine.ts';
import type { LinearModel } from '../linear/linearModel.ts';
import { featureSize, type Weights } from '../model/network.ts';
import type { Corpus } from '../text/corpus.ts';
import type { WorkOptions } from '../base/progress.ts';
import { embedCorpus } from '../training/corpusBatches.ts';
import { contributionOf, explainer, type Explanation, type ReadText, sortedContributions } from './explain.ts';

/** What a predictor asks of a model, whatever its kind. */
export interface TextModel extends Scorer {
  /** The layer that `embed` gives, and its size. Throws `UserError` `no-vectors`. */
  readonly embedding: { layer: 'hidden' | 'pooled'; size: number };
  /** Throws `UserError` `no-vectors`, `Cancelled`. */
  embed(corpus: Corpus, onRow: OnFeatures, options: WorkOptions): Promise<void>;
  /** A text's logits, and what takes each of them apart. */
  explained(document: ReadText): Promise<{ logits: Float32Array; explain: (label: number) => Explanation }>;
}

export class NetworkModel implements TextModel {
  readonly logits: TextModel['logits'];
  private weights?: Promise<Weights>;

  constructor(private readonly engine: Engine) {
    this.logits = (...args) => engine.logits(...args);
  }

  get shape() {
    return this.engine.shape;
  }

  get embedding(): { layer: 'hidden' | 'pooled'; size: number } {
    return { layer: this.shape.hidden ? 'hidden' : 'pooled', size: featureSize(this.shape) };
  }

  embed(corpus: Corpus, onRow: OnFeatures, options: WorkOptions): Promise<void> {
    return embedCorpus(this.engine, corpus, onRow, options);
  }

  async explained(document: ReadText): Promise<{ logits: Float32Array; explain: (label: number) => Explanation }> {
    const activations = await this.engine.activations(document.words);
    this.weights ??= this.engine.readWeights();
    const explain = explainer({ ...document, activations }, await this.weights, this.shape);
    return { logits: activations.logits, explain };
  }

  dispose(): Promise<void> {
    return this.engine.dispose();
  }
}

/** Exact: the terms of a text and the bias add up to the logit. */
export class LinearTextModel implements TextModel {
  readonly logits: TextModel['logits'];

  constructor(private readonly model: LinearModel) {
    this.logits = (...args) => model.logits(...args);
  }

  get shape() {
    return this.model.shape;
  }

  get embedding(): never {
    throw noVectors();
  }

  embed(): Promise<void> {
    return Promise.reject(noVectors());
  }

  async explained(document: ReadText): Promise<{ logits: Float32Array; explain: (label: number) => Explanation }> {
    const { words } = document;
    const logits = new Float32Array(this.shape.labels);
    const none = new Int32Array(0);
    const batch = { size: 1, words, wordStarts: Int32Array.of(0, words.length), labels: none, labelStarts: none };
    await this.model.logits(batch, (_, row) => logits.set(row));
    const explain = (label: number): Explanation => {
      const { parts, bias } = this.model.partsOf(words, label);
      const contributions = parts.map((part) => contributionOf(document, part.from, part.end, part.contribution));
      return { contributions: sortedContributions(contributions), padding: 0, bias, logit: logits[label] };
    };
    return { logits, explain };
  }

  dispose(): Promise<void> {
    return this.model.dispose();
  }
}

const noVectors = (): UserError =>
  new UserError(
    'no-vectors',
    'A linear model has no vectors of texts: it goes from words to labels in one step',
    'Use a run that trained a network.',
  );
