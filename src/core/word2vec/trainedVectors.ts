/** Word vectors trained for a run: made once for a dataset and its settings, then taken from the cache. */
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { progressEvents } from '../base/events.ts';
import type { RunConfig } from '../config/runConfig.ts';
import { buildName, kernelBuild } from '../engine/wasm/machine.ts';
import type { PretrainedRows } from '../text/embeddings.ts';
import { throughCache, type CachedKind } from '../text/cachedData.ts';
import type { PreparedData, PrepareOptions } from '../text/preparedData.ts';
import { trainWord2Vec, type Word2VecSettings } from './trainWord2Vec.ts';

/** Raise it whenever the same texts and settings give other vectors. */
const formatVersion = 2;

/** The data of a run, with vectors trained on its training documents where `embedding.word2vec` asks for them. */
export async function withTrainedVectors(
  config: RunConfig,
  data: PreparedData,
  options: PrepareOptions = {},
): Promise<PreparedData> {
  if (!config.embedding.word2vec) return data;
  const vectors = await trainedVectors(config, data, options);
  return { ...data, pretrained: config.word2vec.normalise ? normalised(vectors, config.embedding.dim) : vectors };
}

/** Vectors of the vocabulary by the settings in `word2vec`, as they were trained. Throws as `trainWord2Vec` does. */
export function trainedVectors(
  config: RunConfig,
  data: PreparedData,
  options: PrepareOptions,
): Promise<PretrainedRows> {
  const { onEvent = () => {} } = options;
  const settings = settingsOf(config);
  return throughCache(config.output, keyOf(settings, data), kind, options, async () => {
    onEvent({ type: 'phase', phase: 'word2vec' });
    const started = performance.now();
    const vectors = await trainWord2Vec(data.train, data.vocabulary, settings, {
      signal: options.signal,
      onProgress: progressEvents(onEvent, 'word2vec'),
      threads: config.engine.threads,
    });
    const seconds = (performance.now() - started) / 1000;
    const rate = (settings.epochs * data.train.words.length) / seconds;
    const message = `Trained word vectors in ${seconds.toFixed(1)} s (${Math.round(rate).toLocaleString('en')} words/s)`;
    onEvent({ type: 'notice', level: 'info', message });
    return vectors;
  });
}

function settingsOf({ word2vec, embedding, training }: RunConfig): Word2VecSettings {
  const { algorithm, window, sample, minCount, negative, negativeExponent, epochs, learningRate, finalLearningRate } =
    word2vec;
  const rates = { learningRate, finalLearningRate };
  const { dim } = embedding;
  return {
    algorithm,
    window,
    sample,
    minCount,
    negative,
    negativeExponent,
    epochs,
    ...rates,
    dim,
    seed: training.seed,
  };
}

const kind: CachedKind<PretrainedRows> = {
  what: 'word vectors',
  toEntry: ({ rows, found }) => ({ meta: null, arrays: { rows, found } }),
  fromEntry: ({ arrays }) => arrays as unknown as PretrainedRows,
};

/** SHA-256 over the settings, the words, and the texts as word ids. */
function keyOf(settings: Word2VecSettings, { train, vocabulary }: PreparedData): string {
  const hash = createHash('sha256');
  const depends = { formatVersion, build: buildName(kernelBuild()), endianness: endianness() };
  hash.update(JSON.stringify(['word2vec', depends, Object.entries(settings).sort(), vocabulary.words]));
  for (const { buffer, byteOffset, byteLength } of [train.wordStarts, train.words])
    for (let at = 0; at < byteLength; at += pieceSize)
      hash.update(new Uint8Array(buffer, byteOffset + at, Math.min(pieceSize, byteLength - at)));
  return hash.digest('hex');
}

/** A hash takes less than 2 GiB at once. */
const pieceSize = 1 << 28;

/** The same vectors with length 1, in place. */
export function normalised({ rows, found }: PretrainedRows, dim: number): PretrainedRows {
  for (let id = 0; id < found.length; id++) {
    const row = rows.subarray(id * dim, (id + 1) * dim);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) for (let i = 0; i < dim; i++) row[i] /= length;
  }
  return { rows, found };
}
