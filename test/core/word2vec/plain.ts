/** word2vec once more, in plain TypeScript: one example after the other, or in rounds, with the same random numbers. */
import { bitsAt, key32, Stream, uniformAt } from '../../../src/core/base/random.ts';
import type { Corpus } from '../../../src/core/text/corpus.ts';
import {
  aliasTable,
  type AliasTable,
  type ExampleBatch,
  exampleBatches,
  keepProbabilities,
} from '../../../src/core/word2vec/word2vecExamples.ts';
import type { Word2VecSettings } from '../../../src/core/word2vec/trainWord2Vec.ts';

export interface PlainWeights {
  /** [words][D] */
  input: Float64Array[];
  output: Float64Array[];
}

/** Word of each target of an example: its own, then those drawn; one drawn by chance that is its own counts for nothing. */
export function targetsOf(word: number, example: number, negative: number, key: number, { cuts, others }: AliasTable) {
  const targets = [word];
  for (let n = 1; n <= negative; n++) {
    const index = (example * (1 + negative) + n) * 2;
    const row = Math.floor((bitsAt(key, index) / 2 ** 32) * cuts.length);
    const drawn = bitsAt(key, index + 1) < cuts[row] ? row : others[row];
    if (drawn !== word) targets.push(drawn);
  }
  return targets;
}

export interface PlainExample {
  context: number[];
  /** The first is right, the others wrong. */
  targets: number[];
}

export function plainExamples(
  { tokens, list }: Pick<ExampleBatch, 'tokens' | 'list'>,
  first: number,
  count: number,
  negative: number,
  key: number,
  table: AliasTable,
): PlainExample[] {
  return Array.from({ length: count }, (_, e) => {
    const [place, from, to] = list.subarray(3 * (first + e), 3 * (first + e) + 3);
    const context = Array.from({ length: to - from }, (_, i) => from + i).filter((other) => other !== place);
    return {
      context: context.map((other) => tokens[other]),
      targets: targetsOf(tokens[place], first + e, negative, key, table),
    };
  });
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

export function hiddenOf({ input }: PlainWeights, { context }: PlainExample): Float64Array {
  const hidden = new Float64Array(input[0].length);
  for (const word of context) for (let i = 0; i < hidden.length; i++) hidden[i] += input[word][i] / context.length;
  return hidden;
}

/** -log of the probability that negative sampling gives an example, which training lowers. */
export function lossOf(weights: PlainWeights, example: PlainExample): number {
  const hidden = hiddenOf(weights, example);
  return example.targets.reduce((sum, target, n) => {
    const logit = dot(hidden, weights.output[target]);
    return sum - Math.log(sigmoid(n === 0 ? logit : -logit));
  }, 0);
}

/**
 * The gains of some examples with the weights as they are, then their steps one after the other. A context word gets the whole step,
 * as in gensim.
 */
export function plainRound(weights: PlainWeights, examples: PlainExample[], rate: number): void {
  const found = examples.map((example) => {
    const hidden = hiddenOf(weights, example);
    const gains = example.targets.map((target, n) => {
      const logit = dot(hidden, weights.output[target]);
      return Math.abs(logit) >= 6 ? 0 : (Number(n === 0) - sigmoid(logit)) * rate;
    });
    return { hidden, gains };
  });
  found.forEach(({ hidden, gains }, e) => {
    const { context, targets } = examples[e];
    const error = new Float64Array(hidden.length);
    targets.forEach((target, n) => {
      addTo(error, weights.output[target], gains[n]);
      addTo(weights.output[target], hidden, gains[n]);
    });
    for (const word of context) addTo(weights.input[word], error, 1);
  });
}

function addTo(row: Float64Array, step: Float64Array, gain: number): void {
  for (let i = 0; i < row.length; i++) row[i] += gain * step[i];
}

/** Trains on words numbered 0 … counts.length-1. A round of 1 is stochastic gradient descent as the original program does it. */
export function trainPlain(
  corpus: Pick<Corpus, 'words' | 'wordStarts' | 'size'>,
  counts: number[],
  settings: Word2VecSettings,
  { rowOf, roundSize = 1, batchSize = 8192 }: { rowOf: Int32Array; roundSize?: number; batchSize?: number },
): PlainWeights {
  const { dim, seed, negative, epochs, learningRate, finalLearningRate } = settings;
  const input = counts.map((_, row) => {
    const key = key32(seed, Stream.word2vec, 0, row);
    return Float64Array.from({ length: dim }, (_, column) => Math.fround((uniformAt(key, column) * 2 - 1) / dim));
  });
  const weights: PlainWeights = { input, output: counts.map(() => new Float64Array(dim)) };
  const table = aliasTable(counts, settings.negativeExponent);
  const keep = keepProbabilities(counts, settings.sample);
  const total = epochs * corpus.words.length;
  let done = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const batch of exampleBatches(corpus, rowOf, keep, settings, epoch, batchSize)) {
      const rate = learningRate - (learningRate - finalLearningRate) * (done / total);
      const key = key32(seed, Stream.word2vec, 3, epoch, done);
      for (let first = 0; first < batch.count; first += roundSize) {
        const size = Math.min(roundSize, batch.count - first);
        plainRound(weights, plainExamples(batch, first, size, negative, key, table), rate);
      }
      done += batch.words;
    }
  }
  return weights;
}
