import type { RunConfig } from '../config/runConfig.ts';
import type { Engine, EngineOptions } from '../engine/engine.ts';
import type { NetworkShape } from '../model/network.ts';
import type { PreparedData } from '../text/prepare.ts';
import type { StoredLabels } from './runFolder.ts';

/** `begun` is the build of the engine that the run was begun with, where it goes on. */
export type EngineFactory = (options: EngineOptions, begun?: string) => Promise<Engine>;

/** The network of a run. */
export function shapeOf({ model, embedding, text }: RunConfig, data: PreparedData, labels: StoredLabels): NetworkShape {
  const { filterSizes, filters, pools, pooling, padding, hidden } = model;
  return {
    vocabulary: data.vocabulary.size,
    dim: embedding.dim,
    filterSizes,
    filters,
    pools,
    pooling,
    padding,
    hidden,
    labels: labels.outputs,
    maxLength: text.maxLength,
  };
}

/** How a run's engine trains. */
export function engineOptions(
  { model, embedding, training: t, engine }: RunConfig,
  shape: NetworkShape,
  positiveWeights?: Float32Array,
): EngineOptions {
  return {
    shape,
    seed: t.seed,
    embeddingDropout: model.embeddingDropout,
    hiddenDropout: model.hiddenDropout,
    trainEmbeddings: embedding.train,
    embeddingUpdates: t.embeddingUpdates,
    loss: t.loss,
    ...(positiveWeights && { positiveWeights }),
    adam: { beta1: t.beta1, beta2: t.beta2, epsilon: t.epsilon, weightDecay: t.weightDecay },
    clip: t.clip,
    ema: t.ema,
    ...(engine.threads > 0 && { threads: engine.threads }),
  };
}

/** The same network where it only scores. */
export const scoringOptions = (config: RunConfig, shape: NetworkShape): EngineOptions => ({
  ...engineOptions(config, shape),
  ema: 0,
  trainEmbeddings: false,
  scoringOnly: true,
});
