import type { EngineOptions } from '../src/core/engine/engine.ts';
import type { NetworkShape } from '../src/core/model/network.ts';
import type { Texts } from './texts.ts';

export interface Setting {
  /** A preset's name, and whether its word vectors are trained. */
  name: string;
  batch: number;
  shape: Omit<NetworkShape, 'vocabulary' | 'labels'>;
  trainEmbeddings: boolean;
  embeddingUpdates: 'lazy' | 'dense';
  ema: number;
  /** Arguments of the PyTorch peer for the same network. */
  torch?: string[];
}

type Preset = Omit<Setting, 'trainEmbeddings'>;

const base = { dim: 300, pooling: 'dynamic-max' as const, maxLength: 500, filterSizes: [2, 4, 8], hidden: 512 };

const presets: Preset[] = [
  {
    name: 'libmultilabel',
    batch: 64,
    shape: { ...base, filters: 256, pools: 2, padding: 'overhang' },
    embeddingUpdates: 'lazy',
    ema: 0,
    torch: ['--batch', '64', '--filters', '256', '--pools', '2'],
  },
  {
    name: 'paper',
    batch: 128,
    shape: { ...base, filters: 128, pools: 8 },
    embeddingUpdates: 'lazy',
    ema: 0,
    torch: ['--batch', '128', '--filters', '128', '--pools', '8'],
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
    embeddingUpdates: 'dense',
    ema: 0.999,
  },
];

/** Each preset with word vectors that are trained, and frozen. */
export const settings: Setting[] = presets.flatMap((preset) =>
  [true, false].map((trainEmbeddings) => ({
    ...preset,
    name: `${preset.name}, ${trainEmbeddings ? 'trained' : 'frozen'}`,
    trainEmbeddings,
    torch: preset.torch && [...preset.torch, ...(trainEmbeddings ? ['--train-embeddings'] : [])],
  })),
);

/** The defaults of the product. */
export const [libmultilabel] = settings;

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
