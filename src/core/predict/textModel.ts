import { UserError } from '../base/errors.ts';
import type { Engine, OnFeatures, Scorer } from '../engine/engine.ts';
import type { LinearScorer } from '../linear/linearModel.ts';
import { featureSize, type Weights } from '../model/network.ts';
import type { Corpus } from '../text/corpus.ts';
import type { WorkOptions } from '../base/progress.ts';
import { blendedLogit } from '../metrics/blendWeights.ts';
import type { BlendModel } from '../training/blendModel.ts';
import { MeanLogits, MeanModel } from '../training/meanModel.ts';
import { sigmoid } from '../base/logits.ts';
import { embedCorpus } from '../training/corpusBatches.ts';
import {
  type Contribution,
  contributionOf,
  explainer,
  type Explanation,
  type ReadText,
  sortedContributions,
} from './explain.ts';

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

  constructor(private readonly model: LinearScorer) {
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
    const { words, values } = document;
    const logits = new Float32Array(this.shape.labels);
    const none = new Int32Array(0);
    const batch = {
      size: 1,
      words,
      values,
      wordStarts: Int32Array.of(0, words.length),
      labels: none,
      labelStarts: none,
    };
    await this.model.logits(batch, (_, row) => logits.set(row));
    const explain = (label: number): Explanation => {
      const { parts, bias } = this.model.partsOf(words, label, values);
      const contributions = parts.map((part) => contributionOf(document, part.from, part.end, part.contribution));
      // a label tree has no logit for labels that it did not look at, but a way to them
      const sum = parts.reduce((total, { contribution }) => total + contribution, bias);
      const logit = logits[label] === -Infinity ? sum : logits[label];
      return { contributions: sortedContributions(contributions), padding: 0, bias, logit };
    };
    return { logits, explain };
  }

  dispose(): Promise<void> {
    return this.model.dispose();
  }
}

/**
 * The parts of a blend side by side. A label's logit is that of the mean probability. Its terms are those of both parts, each times
 * its part's weight; what the mean of probabilities gives besides the mean of logits goes into the bias, so that all add up.
 */
export class BlendTextModel implements TextModel {
  readonly logits: TextModel['logits'];
  private readonly linear: LinearTextModel;
  private readonly network: NetworkModel;

  constructor(private readonly model: BlendModel) {
    this.logits = (...args) => model.logits(...args);
    this.linear = new LinearTextModel(model.linear);
    this.network = new NetworkModel(model.network);
  }

  get shape() {
    return this.model.shape;
  }

  /** Of the network. */
  get embedding(): TextModel['embedding'] {
    return this.network.embedding;
  }

  embed(corpus: Corpus, onRow: OnFeatures, options: WorkOptions): Promise<void> {
    return this.network.embed(this.model.cut(corpus), onRow, options);
  }

  async explained(document: ReadText): Promise<{ logits: Float32Array; explain: (label: number) => Explanation }> {
    const { weights } = this.model;
    const { words } = this.model.cut({ ...document, size: 1, wordStarts: Int32Array.of(0, document.words.length) });
    const linear = await this.linear.explained(document);
    const network = await this.network.explained({ ...document, spans: document.spans.slice(0, words.length), words });
    const logits = linear.logits.map((logit, l) => blendedLogit(logit, network.logits[l], weights[l]));
    const explain = (label: number): Explanation =>
      blended(
        { ...linear.explain(label), probability: sigmoid(linear.logits[label]) },
        { ...network.explain(label), probability: sigmoid(network.logits[label]) },
        weights[label],
        logits[label],
      );
    return { logits, explain };
  }

  dispose(): Promise<void> {
    return this.model.dispose();
  }
}

/** A part's probability is that which was averaged: 0 for a label that a tree did not look at, whatever its way there comes to. */
type ExplainedPart = Explanation & { probability: number };

function blended(linear: ExplainedPart, network: ExplainedPart, weight: number, logit: number): Explanation {
  const marked = (of: Explanation, isLinear: boolean): Explanation => ({
    ...of,
    contributions: of.contributions.map((term) => ({ ...term, ofLinear: isLinear ? term.contribution : 0 })),
  });
  const shares = [
    [marked(linear, true), weight],
    [marked(network, false), 1 - weight],
  ] as const;
  const parts = [
    { name: 'linear' as const, weight, logit: linear.logit, probability: linear.probability },
    { name: 'network' as const, weight: 1 - weight, logit: network.logit, probability: network.probability },
  ];
  return { ...mixed(shares, logit), parts };
}

/** Terms of several models, each times its model's share; the bias takes what makes all add up to the logit. */
function mixed(shares: readonly (readonly [Explanation, number])[], logit: number): Explanation {
  const merged = new Map<string, Contribution>();
  let padding = 0;
  for (const [part, share] of shares) {
    padding += share * part.padding;
    for (const term of share > 0 ? part.contributions : []) {
      const place = `${term.start} ${term.end}`;
      const { contribution: before = 0, ofLinear: linear = 0 } = merged.get(place) ?? {};
      const ofLinear = term.ofLinear === undefined ? {} : { ofLinear: linear + share * term.ofLinear };
      merged.set(place, { ...term, contribution: before + share * term.contribution, ...ofLinear });
    }
  }
  const contributions = sortedContributions([...merged.values()]);
  const bias = logit - padding - contributions.reduce((sum, { contribution }) => sum + contribution, 0);
  return { contributions, padding, bias, logit };
}

/** Several runs of one config: a label's logit is that of the mean probability, its terms are the mean of theirs. */
export class MeanTextModel implements TextModel {
  readonly logits: TextModel['logits'];
  private readonly mean: MeanModel;

  constructor(private readonly members: readonly TextModel[]) {
    this.mean = new MeanModel(members);
    this.logits = (...args) => this.mean.logits(...args);
  }

  get shape() {
    return this.mean.shape;
  }

  get embedding(): never {
    throw noMeanVectors();
  }

  embed(): Promise<void> {
    return Promise.reject(noMeanVectors());
  }

  async explained(document: ReadText): Promise<{ logits: Float32Array; explain: (label: number) => Explanation }> {
    const mean = new MeanLogits(this.shape.labels);
    const found: Awaited<ReturnType<TextModel['explained']>>[] = [];
    for (const member of this.members) found.push(await member.explained(document));
    for (const { logits: own } of found) mean.add(0, own);
    const logits = new Float32Array(this.shape.labels);
    mean.read(0, logits);
    const explain = (label: number): Explanation =>
      mixed(
        found.map((own) => [own.explain(label), 1 / found.length]),
        logits[label],
      );
    return { logits, explain };
  }

  dispose(): Promise<void> {
    return this.mean.dispose();
  }
}

const noMeanVectors = (): UserError =>
  new UserError(
    'no-vectors',
    'The mean of several seeds has no vectors of its own: each of its networks has others',
    'Use one of the runs in its "members".',
  );

const noVectors = (): UserError =>
  new UserError(
    'no-vectors',
    'A linear model has no vectors of texts: it goes from words to labels in one step',
    'Use a run that trained a network.',
  );
