import type { RunConfig } from './runConfig.ts';

/** Sections with some of their keys, as a config file states them. */
export type PartialConfig = { [S in keyof RunConfig]?: Partial<RunConfig[S]> };

export interface Preset {
  description: string;
  source: string;
  values: PartialConfig;
  /** What else holds where `embedding.file` gives pretrained vectors. */
  whenPretrained?: PartialConfig;
}

const frozenWhenPretrained = { embedding: { train: false } } satisfies PartialConfig;

/** Pretrained vectors are several times longer than random ones: behind a hidden layer He's weights make large logits of them, wrong ones. */
const torchWhenPretrained = { model: { initializer: 'torch' } } satisfies PartialConfig;

/** The original program's defaults (code/main.py) on the corrected network; its summed loss, initialisation and frozen pretrained vectors too. */
const originalDefaults = {
  text: { tokenizer: 'kim', keepNumbers: true, maxLength: 500, vocabularySize: 30_000 },
  embedding: { dim: 300 },
  model: {
    filterSizes: [2, 4, 8],
    filters: 32,
    pooling: 'dynamic-max',
    pools: 32,
    hidden: 512,
    embeddingDropout: 0,
    hiddenDropout: 0,
    initializer: 'xavier-uniform',
    padding: 'fit',
  },
  training: {
    epochs: 100,
    batchSize: 20,
    learningRate: 1e-3,
    clip: 1000,
    loss: 'bce-sum',
    patience: 0,
    checkpointEvery: 10,
  },
} satisfies PartialConfig;

const originalBest = (maxLength: number, vocabularySize: number): PartialConfig => ({
  text: { ...originalDefaults.text, maxLength, vocabularySize },
  embedding: originalDefaults.embedding,
  model: { ...originalDefaults.model, hidden: 1024 },
  training: { ...originalDefaults.training, epochs: 500, batchSize: 128, checkpointEvery: 499 },
});

const wide = {
  text: { maxLength: 1000, vocabularySize: 65_000 },
  model: {
    filterSizes: [1, 2, 4, 8],
    filters: 512,
    pools: 1,
    hidden: 0,
    embeddingDropout: 0.2,
    hiddenDropout: 0.5,
    // He's larger weights drown the log-odds at the start: thousands of maxima, none below 0, each times a random weight
    initializer: 'torch',
    outputBias: 'log-odds',
  },
  training: {
    epochs: 15,
    batchSize: 64,
    learningRate: 1e-3,
    warmupSteps: 500,
    schedule: 'cosine',
    finalLearningRate: 0.05,
    ema: 0.999,
    embeddingUpdates: 'dense',
    monitor: 'P@1+P@5',
    patience: 0,
  },
} satisfies PartialConfig;

export const presetNames = [
  'libmultilabel',
  'paper',
  'kim-bce',
  'wide',
  'wider',
  'best',
  'linear',
  'seed-rcv1',
  'seed-wiki10',
  'seed-eurlex',
] as const;
export type PresetName = (typeof presetNames)[number];

export const presets: Readonly<Record<PresetName, Preset>> = {
  libmultilabel: {
    description: "The defaults: LibMultiLabel's EUR-Lex settings.",
    source: 'LibMultiLabel EUR-Lex settings',
    values: {},
    whenPretrained: torchWhenPretrained,
  },
  paper: {
    description: 'XML-CNN as published: 2/4/8 x 128 filters, 8 pooling chunks, hidden layer of 512.',
    source: 'Liu et al. 2017, section 3',
    values: {
      text: { maxLength: 500 },
      embedding: { dim: 300 },
      model: {
        filterSizes: [2, 4, 8],
        filters: 128,
        pools: 8,
        hidden: 512,
        embeddingDropout: 0.25,
        hiddenDropout: 0.5,
        padding: 'fit',
      },
      training: { batchSize: 128, learningRate: 1e-3 },
    },
    whenPretrained: { ...torchWhenPretrained, ...frozenWhenPretrained },
  },
  'kim-bce': {
    description: "Kim-CNN with binary cross-entropy, the case study's better baseline: max-over-time, no hidden layer.",
    source: 'NAACL 2022 case study',
    values: {
      model: {
        filterSizes: [2, 4, 8],
        filters: 256,
        pools: 1,
        hidden: 0,
        embeddingDropout: 0.2,
        hiddenDropout: 0.4,
        padding: 'fit',
      },
      training: { batchSize: 64, learningRate: 1e-3, epochs: 30 },
    },
  },
  wide: {
    description:
      'Nearly the best network: 1/2/4/8 x 512 filters, max-over-time, no hidden layer, cosine schedule, averaged weights.',
    source: 'recipe measured on EURLEX57K',
    values: wide,
  },
  wider: {
    description:
      'The best network measured: wide with 1,024 filters of each size and hidden dropout of 0.6, trained once more on train and validation together; four times its cost.',
    source: 'best network measured on EURLEX57K',
    values: {
      ...wide,
      model: { ...wide.model, filters: 1024, hiddenDropout: 0.6 },
      training: { ...wide.training, retrainOnAll: true },
    },
  },
  best: {
    description:
      'The best recipe measured: a linear model and a network as in wide, scored with the mean of their probabilities that is best on validation; both trained once more on train and validation together.',
    source: 'recipe measured on four sets',
    values: {
      ...wide,
      dataset: { validationFraction: 0.1 },
      text: { ...wide.text, keepNumbers: true },
      model: { ...wide.model, type: 'blend' },
      training: { ...wide.training, retrainOnAll: true },
    },
  },
  linear: {
    description:
      'A support vector machine for each label over TF-IDF of words and word pairs: trained in seconds to minutes, and the strongest single model measured on EURLEX57K, Reuters and cooking.',
    source: 'recipe measured on four sets; LIBLINEAR',
    values: {
      dataset: { validationFraction: 0.1 },
      text: { keepNumbers: true, maxLength: 1_000_000 },
      model: { type: 'linear' },
      training: { retrainOnAll: true, patience: 0 },
    },
  },
  'seed-rcv1': {
    description: "The original program's defaults (RCV1) on the corrected network.",
    source: 'original program: code/main.py',
    values: originalDefaults,
    whenPretrained: frozenWhenPretrained,
  },
  'seed-wiki10': {
    description: "The original program's best settings for Wiki10-31K on the corrected network.",
    source: 'original program: README.md',
    values: originalBest(5000, 100_000),
    whenPretrained: frozenWhenPretrained,
  },
  'seed-eurlex': {
    description: "The original program's best settings for EUR-Lex on the corrected network.",
    source: 'original program: README.md',
    values: originalBest(10_000, 150_000),
    whenPretrained: frozenWhenPretrained,
  },
};

export const isPreset = (name: string): name is PresetName => (presetNames as readonly string[]).includes(name);
