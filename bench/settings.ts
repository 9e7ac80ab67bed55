import type { EngineOptions } from '../src/core/engine/engine.ts';
import type { NetworkShape } from '../src/core/model/network.ts';
import type { Texts } from './batches.ts';

export interface Setting {
  name: string;
  batch: number;
  shape: Omit<NetworkShape, 'vocabulary' | 'labels'>;
  trainEmbeddings: boolean;
  embeddingUpdates: 'lazy' | 'dense';
  ema: number;
  /** Arguments of the PyTorch peer for the same network. */
  torch?: string[];
}

const base = { dim: 300, pooling: 'dynamic-max' as const, maxLength: 500, filterSizes: [2, 4, 8], hidden: 512 };
const paper = ['--batch', '128', '--filters', '128', '--pools', '8'];

export const settings: Setting[] = [
  {
    name: 'libmultilabel',
    batch: 64,
    shape: { ...base, filters: 256, pools: 2, padding: 'overhang' },
    trainEmbeddings: true,
    embeddingUpdates: 'lazy',
    ema: 0,
    torch: ['--batch', '64', '--filters', '256', '--pools', '2', '--train-embeddings'],
  },
  {
    name: 'paper, frozen',
    batch: 128,
    shape: { ...base, filters: 128, pools: 8 },
    trainEmbeddings: false,
    embeddingUpdates: 'lazy',
    ema: 0,
    torch: paper,
  },
  {
    name: 'paper, trained',
    batch: 128,
    shape: { ...base, filters: 128, pools: 8 },
    trainEmbeddings: true,
    embeddingUpdates: 'lazy',
    ema: 0,
    torch: [...paper, '--train-embeddings'],
  },
  {
    name: 'wide',
    batch: 64,
    shape: {
      ...base,
      filterSizes: [1, 2, 4, 8],
      filters: 512,
      pools: 1,
      hidden: 0,
      maxLength: 1000,
      padding: 'overhang',
    },
    trainEmbeddings: true,
    embeddingUpdates: 'dense',
    ema: 0.999,
  },
];

export const optionsOf = (setting: Setting, texts: Texts, threads: number): EngineOptions => ({
  shape: { ...setting.shape, vocabulary: texts.vocabulary, labels: texts.labelCount },
  seed: 1,
  embeddingDropout: 0.2,
  hiddenDropout: 0.2,
  trainEmbeddings: setting.trainEmbeddings,
  embeddingUpdates: setting.embeddingUpdates,
  loss: 'bce-mean',
  adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  clip: 0,
  ema: setting.ema,
  threads,
});
