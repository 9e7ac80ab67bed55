/** From texts to training examples: a word and the words around it. */
import { key32, Stream, uniformAt } from '../base/random.ts';
import type { Corpus } from '../text/corpus.ts';

/** Words of a text that are looked at together; longer ones are cut, as gensim does. */
export const longestSentence = 10_000;

export interface ExampleSettings {
  algorithm: 'cbow' | 'skip-gram';
  window: number;
}

/**
 * Some sentences, ready to learn from. Example i is list[3i … 3i+2]: the place of its word in `tokens`, and the first and end of
 * its context there, the word itself not being part of it.
 */
export interface ExampleBatch {
  tokens: Int32Array;
  tokenCount: number;
  list: Int32Array;
  count: number;
  /** Words of the texts behind it, those left out included. */
  words: number;
}

/** Examples that fit into a batch which `wanted` are enough for. */
export const batchCapacity = (wanted: number, { algorithm, window }: ExampleSettings): number =>
  wanted + longestSentence * (algorithm === 'cbow' ? 1 : 2 * window);

/**
 * The examples of one epoch in batches of at least `wanted`, the texts in their order. What is left out and how far a word sees
 * are drawn by seed, epoch and place of the word, so that they are the same whatever the batches. The arrays are used again.
 * @param rowOf row of each word id, -1 of words without a vector
 * @param keep probability of keeping an occurrence, by row
 */
export function* exampleBatches(
  { words, wordStarts, size }: Pick<Corpus, 'words' | 'wordStarts' | 'size'>,
  rowOf: Int32Array,
  keep: Float64Array,
  settings: ExampleSettings & { seed: number },
  epoch: number,
  wanted: number,
): Generator<ExampleBatch, void> {
  const keepKey = key32(settings.seed, Stream.word2vec, 1, epoch);
  const windowKey = key32(settings.seed, Stream.word2vec, 2, epoch);
  const batch: ExampleBatch = {
    tokens: new Int32Array(wanted + longestSentence),
    tokenCount: 0,
    list: new Int32Array(3 * batchCapacity(wanted, settings)),
    count: 0,
    words: 0,
  };
  for (let text = 0; text < size; text++) {
    for (let from = wordStarts[text]; from < wordStarts[text + 1]; from += longestSentence) {
      const to = Math.min(from + longestSentence, wordStarts[text + 1]);
      const begin = batch.tokenCount;
      let at = begin;
      for (let i = from; i < to; i++) {
        const row = rowOf[words[i]];
        if (row >= 0 && (keep[row] >= 1 || uniformAt(keepKey, i) < keep[row])) batch.tokens[at++] = row;
      }
      batch.words += to - from;
      if (at - begin < 2) continue; // no word has a neighbour
      batch.tokenCount = at;
      for (let place = begin; place < at; place++) {
        const reach = 1 + Math.floor(uniformAt(windowKey, from + place - begin) * settings.window);
        addExamples(batch, settings.algorithm, place, Math.max(begin, place - reach), Math.min(at, place + reach + 1));
      }
      if (batch.count < wanted) continue;
      yield batch;
      batch.tokenCount = batch.count = batch.words = 0;
    }
  }
  if (batch.words > 0) yield batch;
}

/** CBOW foretells a word from the mean of its context, skip-gram from each word of it. */
function addExamples(
  batch: ExampleBatch,
  algorithm: ExampleSettings['algorithm'],
  place: number,
  from: number,
  to: number,
) {
  if (algorithm === 'cbow') return addExample(batch, place, from, to);
  for (let other = from; other < to; other++) if (other !== place) addExample(batch, place, other, other + 1);
}

function addExample(batch: ExampleBatch, place: number, from: number, to: number): void {
  const at = 3 * batch.count++;
  batch.list[at] = place;
  batch.list[at + 1] = from;
  batch.list[at + 2] = to;
}

/** Which words of a text are kept, and which are drawn as negatives (Mikolov et al. 2013, as the original program does it). */

/**
 * Probability of keeping an occurrence of each word, 1 at most. `sample` is the share of all words above which occurrences are
 * left out; 0 keeps all.
 */
export function keepProbabilities(counts: ArrayLike<number>, sample: number): Float64Array {
  const threshold = sample * sumOf(counts);
  return Float64Array.from(counts, (count) =>
    sample > 0 ? Math.min(1, (Math.sqrt(count / threshold) + 1) * (threshold / count)) : 1,
  );
}

/** Walker's alias table (by Vose): row i stands for itself where 32 random bits are below `cuts[i]`, else for `others[i]`. */
export interface AliasTable {
  cuts: Uint32Array;
  others: Int32Array;
}

/** The table by which words are drawn with probabilities proportional to count ^ exponent. */
export function aliasTable(counts: ArrayLike<number>, exponent: number): AliasTable {
  const weights = Float64Array.from(counts, (count) => count ** exponent);
  const scale = weights.length / sumOf(weights);
  const shares = weights.map((weight) => weight * scale); // 1 on average
  const table = { cuts: new Uint32Array(weights.length).fill(0xffffffff), others: new Int32Array(weights.length) };
  const small: number[] = [];
  const large: number[] = [];
  shares.forEach((share, i) => ((table.others[i] = i), (share < 1 ? small : large).push(i)));
  while (small.length && large.length) {
    const [low, high] = [small.pop()!, large.pop()!];
    table.cuts[low] = Math.min(0xffffffff, Math.round(shares[low] * 2 ** 32));
    table.others[low] = high;
    shares[high] -= 1 - shares[low];
    (shares[high] < 1 ? small : large).push(high);
  }
  return table;
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}
