import { setImmediate } from 'node:timers/promises';
import { UserError } from '../base/errors.ts';
import { withRoom } from '../base/growing.ts';
import { preparedText } from '../config/preparedText.ts';
import type { RunConfig } from '../config/runConfig.ts';
import { type Content, shownBag } from '../data/bagOfWords.ts';
import { createEngine } from '../engine/createEngine.ts';
import type { Engine, EngineOptions } from '../engine/engine.ts';
import { Decision, type DecisionChoice, decisionOf, notTuned, type TunedDecisions } from '../metrics/decision.ts';
import { TopList } from '../metrics/ranking.ts';
import { BagNumbers } from '../text/bagNumbers.ts';
import { type Corpus, unknownId } from '../text/corpus.ts';
import { readsBags } from '../text/readSplit.ts';
import { createTokenizer, type WordScanner } from '../text/tokenizer.ts';
import { versionWarning } from '../text/segmenter.ts';
import { WordNumbers } from '../text/wordNumbers.ts';
import { Vocabulary } from '../text/vocabulary.ts';
import { restoreScoringWeights } from '../training/checkpoint.ts';
import { scoringOptions } from '../training/engineOptions.ts';
import { isMean, readMeanInfo, readMember } from '../training/meanModel.ts';
import { findModel } from '../training/readModel.ts';
import { findBlend, openBlend } from '../training/blendModel.ts';
import { readLinearModel } from '../training/readLinearModel.ts';
import { readRun, type StoredLabels, type StoredRun } from '../training/runFolder.ts';
import type { SourceOptions } from '../data/document.ts';
import type { WorkOptions } from '../base/progress.ts';
import { sigmoid } from '../base/logits.ts';
import { logitsOfCorpus } from '../training/corpusBatches.ts';
import type { Explanation, ReadText } from './explain.ts';
import { BlendTextModel, LinearTextModel, MeanTextModel, NetworkModel, type TextModel } from './textModel.ts';

interface PredictorOptions {
  /** Default: best. Averaged weights where the run keeps them. */
  checkpoint?: 'best' | 'last';
  /** Threads of the engine; as the config says where absent. */
  threads?: number;
  /** Many documents are predicted while others are read and written: `Predictor.predict` leaves this thread free. */
  isBulk?: boolean;
  /** Makes the engine; by the name in the config where absent. */
  makeEngine?: (options: EngineOptions) => Promise<Engine>;
}

export interface PredictOptions {
  /** Labels given at most. Default 5. */
  top?: number;
  /** Gives the labels that are predicted so; those with a greater probability where it is a number. */
  threshold?: DecisionChoice;
}

export interface ExplainOptions extends PredictOptions {
  /** Names of labels that are given whatever their probability; those that the model does not know are passed over. */
  also?: readonly string[];
}

export interface PredictedLabel {
  /** Index of the model's output. */
  id: number;
  name: string;
  /** What the label is called where its name is an id. */
  display?: string;
  probability: number;
}

export interface Prediction<L extends PredictedLabel = PredictedLabel> {
  /** Probability descending, then id ascending. */
  labels: L[];
  /** Words that the model saw. */
  words: number;
  /** Words among them that are not in the vocabulary. */
  unknownWords: number;
  /** Whether words beyond the model's length were cut. */
  truncated: boolean;
}

export interface ExplainedLabel extends PredictedLabel {
  explanation: Explanation;
}

/**
 * Opens a run for prediction. Reads the run folder alone: dataset and word vectors need not be there any more.
 * Throws `UserError` (`run-not-found`, `damaged-run`, `no-checkpoint`, `checkpoint-differs`, those of checkpoints).
 */
export async function loadPredictor(folder: string, options: PredictorOptions = {}): Promise<Predictor> {
  const run = await readRun(folder);
  const tokenizer = await createTokenizer(run.config.text);
  const { model, tuned } = await (isMean(run.config) ? openMean(run, options) : openModel(run, options));
  return new Predictor(run, tuned, tokenizer, model);
}

interface OpenedModel {
  model: TextModel;
  tuned?: TunedDecisions;
}

/** All seeds of a run at once: each text goes through every one. */
async function openMean(run: StoredRun, options: PredictorOptions): Promise<OpenedModel> {
  const { seeds, best } = await readMeanInfo(run);
  const members: TextModel[] = [];
  try {
    for (const seed of seeds) members.push((await openModel(await readMember(run, seed), options)).model);
    return { model: new MeanTextModel(members), tuned: best };
  } catch (error) {
    for (const member of members) await member.dispose();
    throw error;
  }
}

async function openModel(run: StoredRun, options: PredictorOptions): Promise<OpenedModel> {
  const { checkpoint = 'best', threads, makeEngine, isBulk } = options;
  const { config } = run;
  const linear = { ...(threads !== undefined && { threads }), isBulk };
  if (config.model.type === 'linear') {
    const { model, info } = await readLinearModel(run, checkpoint, linear);
    return { model: new LinearTextModel(model), tuned: info.state.best };
  }
  const blend = config.model.type === 'blend' ? await findBlend(run, checkpoint) : undefined;
  const { file, info } = blend?.network ?? (await findModel(run, checkpoint));
  const scoring = { ...scoringOptions(config, info.shape), isBeside: isBulk };
  // a single text is scored sooner than a native engine is loaded
  const name = config.engine.name === 'reference' ? 'reference' : 'wasm';
  const make = makeEngine ?? ((o: EngineOptions) => createEngine(name, o));
  const engine = await make(threads === undefined ? scoring : { ...scoring, threads });
  try {
    // a run that is still trained may have another best epoch by now: what is reported of it goes with the weights
    const restored = await restoreScoringWeights(file, engine);
    if (!blend) return { model: new NetworkModel(engine), tuned: restored.state.best };
    const model = new BlendTextModel(await openBlend(run, engine, blend.info, linear));
    return { model, tuned: blend.info.best };
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}

/** A trained model and its text pipeline. Calls are serial: one must settle before the next begins. */
export class Predictor {
  readonly vocabulary: Vocabulary;
  private readonly numbers: WordNumbers;
  private readonly bags: BagNumbers;
  /** Whether it was trained on bags of words. */
  readonly readsBags: boolean;
  readonly config: RunConfig;
  readonly labels: StoredLabels;
  /** How the training file was read. */
  readonly reading?: SourceOptions;
  private own?: Map<number, number>;

  constructor(
    { config, labels, reading, words }: Pick<StoredRun, 'config' | 'labels' | 'reading' | 'words'>,
    private readonly tuned: TunedDecisions = {},
    private readonly tokenizer: WordScanner,
    private readonly model: TextModel,
  ) {
    this.vocabulary = new Vocabulary(words);
    this.config = config;
    this.labels = labels;
    this.reading = reading;
    const wordId = (word: string): number => this.vocabulary.idOf(word);
    this.numbers = new WordNumbers(tokenizer, wordId);
    this.bags = new BagNumbers(wordId);
    this.readsBags = readsBags(this);
  }

  get words(): readonly string[] {
    return this.vocabulary.words;
  }

  /** Tuned on validation, where the run has one. */
  get tunedThreshold(): number | undefined {
    return this.tuned.threshold;
  }

  /** How the run decides which labels it predicts; a threshold of 0.5 where nothing was tuned. */
  get decision(): Decision {
    return decisionOf('tuned', this.tuned, this.config.evaluation) ?? Decision.above(usualThreshold);
  }

  /** Throws `UserError` `no-tuned-threshold`. */
  decisionOf(choice: DecisionChoice): Decision {
    const decision = decisionOf(choice, this.tuned, this.config.evaluation);
    if (!decision) throw notTuned(choice);
    return decision;
  }

  /** What was tuned besides one threshold: labels with a threshold of their own, and how many labels are best predicted. */
  get ways(): { kind: 'per-label' | 'top-k'; count: number }[] {
    const { tuned, config } = this;
    const k = config.evaluation.topK ?? tuned.topK;
    return [
      ...(tuned.own ? [{ kind: 'per-label' as const, count: tuned.own.labels.length }] : []),
      ...(k === undefined ? [] : [{ kind: 'top-k' as const, count: k }]),
    ];
  }

  /** Undefined for a label that keeps the common one. */
  ownThreshold(label: number): number | undefined {
    this.own ??= new Map(this.tuned.own?.labels.map((own, i) => [own, this.tuned.own!.thresholds[i]]));
    return this.own.get(label);
  }

  private asked({ threshold }: PredictOptions): Decision {
    return threshold === undefined ? all : this.decisionOf(threshold);
  }

  /** Said once to whoever uses the model: its words may be cut otherwise here than where it was trained. */
  get warning(): string | undefined {
    return versionWarning(this.config.text.segmenterVersion);
  }

  /**
   * Predictions for texts, in order.
   * Throws `Cancelled` once the signal is aborted.
   */
  async predict(texts: readonly Content[], options: PredictOptions & WorkOptions = {}): Promise<Prediction[]> {
    return this.predictEncoded(await this.encodeAll(texts), options);
  }

  /** The same for texts that were encoded before. */
  async predictEncoded(
    { corpus, truncated }: EncodedTexts,
    options: PredictOptions & WorkOptions = {},
  ): Promise<Prediction[]> {
    const predictions: Prediction[] = [];
    const wordsOf = (i: number): Int32Array => corpus.words.subarray(corpus.wordStarts[i], corpus.wordStarts[i + 1]);
    const best = new TopList(Math.min(options.top ?? defaultTop, this.model.shape.labels));
    const decision = this.asked(options);
    const onRow = (i: number, logits: Float32Array): void => {
      findBest(logits, best, decision.floor);
      const labels = this.listed(best, decision);
      predictions[i] = { labels, ...countsOf({ words: wordsOf(i), truncated: truncated[i] === 1 }) };
    };
    await logitsOfCorpus(this.model, corpus, onRow, options);
    return predictions;
  }

  /**
   * One text's prediction, each label with the n-grams that carried it; offsets point into `text`, of a bag of words into
   * `shownContent`.
   */
  async explain(content: Content, options: ExplainOptions = {}): Promise<Prediction<ExplainedLabel>> {
    const document = this.encode(content);
    const { logits, explain } = await this.model.explained(document);
    const best = new TopList(Math.min(options.top ?? defaultTop, logits.length));
    const decision = this.asked(options);
    findBest(logits, best, decision.floor);
    const chosen = this.withNamed(this.listed(best, decision), logits, options.also);
    return { labels: chosen.map((label) => ({ ...label, explanation: explain(label.id) })), ...countsOf(document) };
  }

  /** The layer that `embed` gives, and its size, H or S. */
  get embedding(): { layer: 'hidden' | 'pooled'; size: number } {
    return this.model.embedding;
  }

  /**
   * Texts as vectors, in order: what the output layer sees of each, which is the hidden layer, or the pooled vector where
   * there is none. Throws `Cancelled` once the signal is aborted.
   */
  async embed(texts: readonly string[], options: WorkOptions = {}): Promise<Float32Array[]> {
    const { corpus } = await this.encodeAll(texts);
    const vectors: Float32Array[] = [];
    await this.model.embed(corpus, (i, features) => (vectors[i] = features.slice()), options);
    return vectors;
  }

  dispose(): Promise<void> {
    return this.model.dispose();
  }

  private get maxLength(): number {
    return preparedText(this.config).maxLength;
  }

  /** Texts as the ids of their words; others have their turn in between. Throws `UserError` `no-texts`. */
  async encodeAll(texts: readonly Content[]): Promise<EncodedTexts> {
    let words = new Int32Array(texts.length * usualLength);
    let values = new Float32Array(this.readsBags ? words.length : 0);
    const wordStarts = new Float64Array(texts.length + 1);
    const truncated = new Uint8Array(texts.length);
    for (let i = 0; i < texts.length; i++) {
      const read = this.numbersOf(texts[i]);
      const end = (wordStarts[i + 1] = wordStarts[i] + read.words.length);
      words = withRoom(words, end);
      words.set(read.words, wordStarts[i]);
      if (read.values) (values = withRoom(values, end)).set(read.values, wordStarts[i]);
      truncated[i] = Number(read.truncated);
      if ((i + 1) % encodedAtOnce === 0) await setImmediate();
    }
    const end = wordStarts[texts.length];
    const corpus = corpusOf(words.subarray(0, end), wordStarts);
    return { corpus: this.readsBags ? { ...corpus, values: values.subarray(0, end) } : corpus, truncated };
  }

  /** Until the next call. */
  private numbersOf(content: Content): Numbered {
    if ((typeof content === 'string') === this.readsBags) throw otherContent(this.readsBags);
    if (typeof content !== 'string') return { ...this.bags.of(content), truncated: false };
    const found = this.numbers.of(content, this.maxLength + 1); // one more shows whether it is cut
    return { words: found.subarray(0, this.maxLength), truncated: found.length > this.maxLength };
  }

  private encode(content: Content): ReadText & Numbered {
    if (typeof content !== 'string') return { ...this.numbersOf(content), ...shownBag(content) };
    if (this.readsBags) throw otherContent(true);
    const spans = this.tokenizer.spans(content);
    const kept = spans.slice(0, this.maxLength);
    const words = Int32Array.from(kept, ({ word }) => this.vocabulary.idOf(word));
    return { text: content, spans: kept, words, truncated: spans.length > kept.length };
  }

  private listed({ ids, scores, size }: TopList, decision: Decision): PredictedLabel[] {
    const labels: PredictedLabel[] = [];
    for (let i = 0; i < size && decision.reaches(scores[i], i); i++)
      if (decision.takes(ids[i], scores[i], i)) labels.push(this.label(ids[i], scores[i]));
    return labels;
  }

  private withNamed(chosen: PredictedLabel[], logits: Float32Array, names: readonly string[] = []): PredictedLabel[] {
    const known = new Set(chosen.map(({ id }) => id));
    const wanted = new Set(names);
    if (wanted.size === 0) return chosen;
    const added = this.labels.names
      .slice(0, logits.length)
      .flatMap((name, id) => (wanted.has(name) && !known.has(id) ? [this.label(id, sigmoid(logits[id]))] : []));
    return [...chosen, ...added].sort((a, b) => b.probability - a.probability || a.id - b.id);
  }

  private label(id: number, probability: number): PredictedLabel {
    const { names, display } = this.labels;
    return { id, name: names[id], display: display[id] ?? undefined, probability };
  }
}

const defaultTop = 5;
const usualThreshold = 0.5;
/** Every label, whatever its probability. */
const all = Decision.above(-1);

/** Wide enough for what rounding makes of a logit. */
const margin = 1e-3;

/** The labels of the highest probabilities, which are computed only of those that come into question. */
function findBest(logits: Float32Array, best: TopList, threshold: number): void {
  best.clear();
  const { capacity, ids } = best;
  if (capacity === 0) return;
  const under = threshold > 0 ? Math.log(threshold / (1 - threshold)) - margin : -Infinity;
  let least = -Infinity;
  for (let l = 0; l < logits.length; l++) {
    if (logits[l] < under || (!(logits[l] > least) && best.size === capacity)) continue;
    best.offer(l, sigmoid(logits[l]));
    if (best.size === capacity) least = logits[ids[capacity - 1]];
  }
}

/** Texts encoded without a pause. */
const encodedAtOnce = 256;
/** Words of a text that there is room for at first. */
const usualLength = 32;

/** Texts as the ids of their words. */
export interface EncodedTexts {
  corpus: Corpus;
  /** 1 for those that lost words to the model's length. */
  truncated: Uint8Array;
}

interface Numbered {
  words: Int32Array;
  /** Of a bag of words. */
  values?: Float32Array;
  truncated: boolean;
}

const otherContent = (readsBags: boolean): UserError =>
  readsBags
    ? new UserError(
        'no-texts',
        'This run was trained on bags of words: it reads features with values, and no texts',
        'Give it a file of bags of words as its dataset is (xmlcnn predict RUN FILE --dataset).',
      )
    : new UserError(
        'bag-of-words',
        'This run was trained on texts, and a bag of words has none',
        'Give it texts, or use a run that was trained on bags of words.',
      );

function unknownIn(words: Int32Array): number {
  let unknown = 0;
  for (const id of words) if (id === unknownId) unknown++;
  return unknown;
}

const countsOf = ({ words, truncated }: Numbered) => ({
  words: words.length,
  unknownWords: unknownIn(words),
  truncated,
});

/** Without labels. */
const corpusOf = (words: Int32Array, wordStarts: Float64Array): Corpus => ({
  size: wordStarts.length - 1,
  words,
  wordStarts,
  labels: new Int32Array(0),
  labelStarts: new Uint32Array(wordStarts.length),
  ids: [],
});
