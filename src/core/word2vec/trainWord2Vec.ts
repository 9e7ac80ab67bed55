/** word2vec (Mikolov et al. 2013) with negative sampling, on all threads, to the same vectors whatever their number. */
import { availableParallelism } from 'node:os';
import type { RunConfig } from '../config/runConfig.ts';
import { Machine } from '../engine/wasm/machine.ts';
import { Cancelled, UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { key32, Stream } from '../base/random.ts';
import type { PretrainedRows } from '../text/embeddings.ts';
import { type Corpus, unknownId } from '../text/corpus.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { exampleBatches, keepProbabilities } from './word2vecExamples.ts';
import { Word2VecModel } from './word2vecModel.ts';

/** What the vectors depend on, beside the texts. */
export type Word2VecSettings = Omit<RunConfig['word2vec'], 'normalise'> & { dim: number; seed: number };

/** Progress is reported in words of the texts, of all epochs. */
interface Word2VecOptions extends WorkOptions {
  /** 0, the default, uses all cores. The vectors do not depend on it. */
  threads?: number;
  /** Examples whose steps are taken together; for measurements. */
  roundSize?: number;
}

/** Small enough for vectors that differ from those of single steps no more than two seeds do (bench/RESULTS.md). */
export const defaultRound = 128;

/** Examples after which the learning rate changes, and progress is reported. */
const batchSize = 8192;

/**
 * Vectors of the words that occur at least `minCount` times in the texts.
 *
 * Parallel by rounds: how far some examples are off is computed with the weights as they are; then their steps are taken in the
 * order of the examples, each thread taking some columns of all vectors. A round is so small that its steps hardly differ from
 * those of single examples, and its borders do not depend on threads.
 * Throws `UserError` `no-words`, `out-of-memory`; `Cancelled`.
 */
export async function trainWord2Vec(
  corpus: Pick<Corpus, 'words' | 'wordStarts' | 'size'>,
  vocabulary: Vocabulary,
  settings: Word2VecSettings,
  { threads = 0, signal, onProgress, roundSize = defaultRound }: Word2VecOptions = {},
): Promise<PretrainedRows> {
  const counted = countWords(corpus, vocabulary.size, settings.minCount);
  const machine = new Machine(threads || availableParallelism());
  try {
    const model = new Word2VecModel(machine, counted.counts, { ...settings, batchSize, roundSize });
    const keep = keepProbabilities(counted.counts, settings.sample);
    const total = settings.epochs * corpus.words.length;
    let done = 0;
    for (let epoch = 0; epoch < settings.epochs; epoch++) {
      for (const batch of exampleBatches(corpus, counted.rowOf, keep, settings, epoch, batchSize)) {
        if (signal?.aborted) throw new Cancelled();
        model.learn(batch, rateAt(done / total, settings), key32(settings.seed, Stream.word2vec, 3, epoch, done));
        done += batch.words;
        onProgress?.({ phase: 'word2vec', done, total, unit: 'words' });
        await turn();
      }
    }
    return spread(model, counted.rowOf, settings.dim);
  } finally {
    await machine.dispose();
  }
}

/** Lets signals and messages in. */
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const rateAt = (share: number, { learningRate, finalLearningRate }: Word2VecSettings): number =>
  learningRate - (learningRate - finalLearningRate) * Math.min(1, share);

interface CountedWords {
  /** Occurrences in the texts, of the words that get a vector. */
  counts: number[];
  /** Row of each word id, -1 where it gets none. */
  rowOf: Int32Array;
}

function countWords({ words }: Pick<Corpus, 'words'>, size: number, minCount: number): CountedWords {
  const all = new Float64Array(size);
  for (const word of words) all[word]++;
  const rowOf = new Int32Array(size).fill(-1);
  const counts: number[] = [];
  for (let id = unknownId + 1; id < size; id++)
    if (all[id] >= Math.max(1, minCount)) rowOf[id] = counts.push(all[id]) - 1;
  if (counts.length < 2)
    throw new UserError('no-words', 'There are no words to train vectors of', 'Lower "word2vec.minCount".');
  return { counts, rowOf };
}

/** Rows of the model by word id. */
function spread(model: Word2VecModel, rowOf: Int32Array, dim: number): PretrainedRows {
  const rows = new Float32Array(rowOf.length * dim);
  rowOf.forEach((row, id) => row >= 0 && rows.set(model.vector(row), id * dim));
  return { rows, found: Uint8Array.from(rowOf, (row) => Number(row >= 0)) };
}
