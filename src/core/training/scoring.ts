import { setImmediate } from 'node:timers/promises';
import { Cancelled } from '../errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { Corpus } from '../text/corpus.ts';
import { makeBatch } from './batches.ts';

export interface ScoreOptions {
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

/** A large batch shares its word projections among many documents. */
const maxDocuments = 1024;
/** Logits of a batch, at most: 64 MB. */
const maxLogits = 1 << 24;

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Probabilities of all labels for every document, in order.
 * @param onRow `probabilities` [Y] is overwritten by the next row
 * Throws `Cancelled` between batches once the signal is aborted.
 */
export async function scoreCorpus(
  engine: Engine,
  corpus: Corpus,
  onRow: (document: number, probabilities: Float64Array) => void,
  { signal, onProgress }: ScoreOptions = {},
): Promise<void> {
  const { labels } = engine.shape;
  const size = Math.max(1, Math.min(maxDocuments, Math.floor(maxLogits / labels)));
  const row = new Float64Array(labels);
  for (let from = 0; from < corpus.size; from += size) {
    if (signal?.aborted) throw new Cancelled();
    const batch = makeBatch(corpus, from, from + size);
    const logits = await engine.logits(batch);
    for (let b = 0; b < batch.size; b++) {
      for (let l = 0; l < labels; l++) row[l] = sigmoid(logits[b * labels + l]);
      onRow(from + b, row);
    }
    onProgress?.(from + batch.size, corpus.size);
    await setImmediate(); // lets signals and the faces' events through where the engine never waits
  }
}

/** Label ids of a document. */
export const labelsOf = (corpus: Corpus, document: number): Int32Array =>
  corpus.labels.subarray(corpus.labelStarts[document], corpus.labelStarts[document + 1]);
