import { sigmoid } from '../base/logits.ts';
import type { Batch, Engine, OnFeatures, OnLogits, Scorer } from '../engine/engine.ts';
import { key32, permutation, Stream } from '../base/random.ts';
import type { Corpus } from '../text/corpus.ts';
import { setImmediate } from 'node:timers/promises';
import { Cancelled } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';

/** Order of the documents in an epoch (counted from 0), determined by the seed. */
export const epochOrder = (documents: number, seed: number, epoch: number): Uint32Array =>
  permutation(documents, key32(seed, Stream.shuffle, epoch));

/** Documents order[from … to) of a corpus, or documents from … to - 1 where no order is given. `to` may lie past the end. */
export function makeBatch(corpus: Corpus, from: number, to: number, order?: Uint32Array): Batch {
  const size = Math.min(to, corpus.size) - from;
  const rows = order
    ? <A extends Numbers>(values: A, starts: Starts) => gather(values, starts, order.subarray(from, from + size))
    : <A extends Numbers>(values: A, starts: Starts) => range(values, starts, from, from + size);
  const words = rows(corpus.words, corpus.wordStarts);
  const labels = rows(corpus.labels, corpus.labelStarts);
  const values = corpus.values && { values: rows(corpus.values, corpus.wordStarts).values };
  const documents = { size, words: words.values, wordStarts: words.starts, ...values };
  return { ...documents, labels: labels.values, labelStarts: labels.starts };
}

type Numbers = Int32Array | Float32Array;

type Starts = Corpus['wordStarts'] | Corpus['labelStarts'];

/** The documents with most words: no batch of as many takes notably more memory. */
export function longestBatch(corpus: Corpus, size: number): Batch {
  const words = (i: number): number => corpus.wordStarts[i + 1] - corpus.wordStarts[i];
  const longestFirst = Uint32Array.from({ length: corpus.size }, (_, i) => i).sort((a, b) => words(b) - words(a));
  return makeBatch(corpus, 0, size, longestFirst);
}

/** Rows from … end - 1, not copied. */
function range<A extends Numbers>(
  source: A,
  rows: Starts,
  from: number,
  end: number,
): { values: A; starts: Int32Array } {
  const starts = Int32Array.from({ length: end - from + 1 }, (_, i) => rows[from + i] - rows[from]);
  return { values: source.subarray(rows[from], rows[end]) as A, starts };
}

function gather<A extends Numbers>(source: A, rows: Starts, chosen: Uint32Array): { values: A; starts: Int32Array } {
  const starts = new Int32Array(chosen.length + 1);
  chosen.forEach((row, i) => (starts[i + 1] = starts[i] + rows[row + 1] - rows[row]));
  const values = new (source.constructor as new (length: number) => A)(starts[chosen.length]);
  chosen.forEach((row, i) => values.set(source.subarray(rows[row], rows[row + 1]), starts[i]));
  return { values, starts };
}

/**
 * Probabilities of all labels for every document, in order.
 * @param onRow `probabilities` [Y] is overwritten by the next row
 * Throws `Cancelled` within some tenths of a second once the signal is aborted.
 */
export async function scoreCorpus(
  model: Scorer,
  corpus: Corpus,
  onRow: (document: number, probabilities: Float64Array) => void,
  options: WorkOptions = {},
): Promise<void> {
  const row = new Float64Array(model.shape.labels);
  const onLogits = (document: number, logits: Float32Array): void => {
    for (let l = 0; l < row.length; l++) row[l] = logits[l] === -Infinity ? 0 : sigmoid(logits[l]);
    onRow(document, row);
  };
  await logitsOfCorpus(model, corpus, onLogits, options);
}

/**
 * Logits of all labels for every document, in order.
 * @param onRow `logits` [Y] is overwritten by the next row
 * Throws as `scoreCorpus` does.
 */
export const logitsOfCorpus = (
  model: Scorer,
  corpus: Corpus,
  onRow: OnLogits,
  options: WorkOptions = {},
): Promise<void> => model.logits(makeBatch(corpus, 0, corpus.size), onRow, pauses(corpus, options));

/**
 * What the output layer sees of every document, in order.
 * @param onRow `features` [H] or [S] is overwritten by the next row
 * Throws as `scoreCorpus` does.
 */
export const embedCorpus = (
  engine: Engine,
  corpus: Corpus,
  onRow: OnFeatures,
  options: WorkOptions = {},
): Promise<void> => engine.features(makeBatch(corpus, 0, corpus.size), onRow, pauses(corpus, options));

/** What long scoring does between its pieces: an abort, progress, a turn for others. */
export function pauses({ size }: Corpus, { signal, onProgress }: WorkOptions): (done: number) => Promise<void> {
  return async (done) => {
    if (signal?.aborted) throw new Cancelled();
    onProgress?.({ phase: 'scoring', done: Math.floor(done), total: size, unit: 'documents' });
    await setImmediate(); // lets signals and the faces' events through where the engine never waits
  };
}
