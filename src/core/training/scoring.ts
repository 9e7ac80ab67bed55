import { setImmediate } from 'node:timers/promises';
import { Cancelled } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { Engine, OnFeatures } from '../engine/engine.ts';
import type { Corpus } from '../text/corpus.ts';
import { makeBatch } from './batches.ts';

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Probabilities of all labels for every document, in order.
 * @param onRow `probabilities` [Y] is overwritten by the next row
 * Throws `Cancelled` within some tenths of a second once the signal is aborted.
 */
export async function scoreCorpus(
  engine: Engine,
  corpus: Corpus,
  onRow: (document: number, probabilities: Float64Array) => void,
  options: WorkOptions = {},
): Promise<void> {
  const row = new Float64Array(engine.shape.labels);
  const onLogits = (document: number, logits: Float32Array): void => {
    for (let l = 0; l < row.length; l++) row[l] = sigmoid(logits[l]);
    onRow(document, row);
  };
  await engine.logits(makeBatch(corpus, 0, corpus.size), onLogits, pauses(corpus, options));
}

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

function pauses({ size }: Corpus, { signal, onProgress }: WorkOptions): (done: number) => Promise<void> {
  return async (done) => {
    if (signal?.aborted) throw new Cancelled();
    onProgress?.({ phase: 'scoring', done: Math.floor(done), total: size, unit: 'documents' });
    await setImmediate(); // lets signals and the faces' events through where the engine never waits
  };
}

/** Label ids of a document. */
export const labelsOf = (corpus: Corpus, document: number): Int32Array =>
  corpus.labels.subarray(corpus.labelStarts[document], corpus.labelStarts[document + 1]);
