import { describe, expect, it } from 'vitest';
import { completeConfig } from '../../../src/core/config/layers.ts';
import { presetNames } from '../../../src/core/config/presets.ts';
import { analyse, validateText } from '../../../src/core/config/validate.ts';

const config = (preset: string, rest = '') =>
  analyse(`{ "extends": "${preset}", "dataset": { "train": "a" }, ${rest} }`).config;

describe('presets', () => {
  it.each(presetNames)('%s is valid', (name) => {
    expect(validateText(`{ "extends": "${name}", "dataset": { "train": "a" } }`)).toEqual([]);
  });
  it('libmultilabel: the defaults', () => {
    expect(config('libmultilabel')).toEqual(analyse('{ "dataset": { "train": "a" } }').config);
    const { model, training, embedding, text, dataset, evaluation } = completeConfig({ dataset: { train: 'a' } });
    expect(model).toEqual({
      type: 'xml-cnn',
      filterSizes: [2, 4, 8],
      filters: 256,
      pooling: 'dynamic-max',
      pools: 2,
      hidden: 512,
      embeddingDropout: 0.2,
      hiddenDropout: 0.2,
      initializer: 'kaiming-uniform',
      padding: 'overhang',
      outputBias: 'default',
    });
    expect(training).toMatchObject({
      learningRate: 5e-4,
      batchSize: 64,
      epochs: 50,
      patience: 5,
      monitor: 'P@1',
      ema: 0,
      clip: 0,
      embeddingUpdates: 'lazy',
      schedule: 'constant',
      labelWeights: 'none',
      seed: 1,
      seeds: 1,
      save: true,
      keep: 3,
    });
    expect(embedding).toEqual({ dim: 300, lowercaseFallback: false, missing: 'uniform', train: true, word2vec: false });
    expect(text).toEqual({
      tokenizer: 'unicode',
      lowercase: true,
      keepNumbers: false,
      stopWords: null,
      stem: 'none',
      maxLength: 500,
      vocabularySize: null,
      minCount: 1,
      ngrams: 2,
    });
    expect(dataset).toEqual({
      train: 'a',
      corrections: true,
      validationFraction: 0.2,
      testFraction: 0,
      split: 'random',
      onError: 'stop',
    });
    expect(evaluation).toEqual({
      k: [1, 3, 5],
      propensityA: 0.55,
      propensityB: 1.5,
      thresholds: 'one',
      baselines: true,
    });
  });
  it('paper', () => {
    const paper = config('paper');
    expect(paper.model).toMatchObject({
      filterSizes: [2, 4, 8],
      filters: 128,
      pools: 8,
      hidden: 512,
      embeddingDropout: 0.25,
      hiddenDropout: 0.5,
    });
    expect(paper.training).toMatchObject({ learningRate: 1e-3, batchSize: 128 });
    expect([paper.text.maxLength, paper.embedding.dim]).toEqual([500, 300]);
  });
  it('paper and the original program freeze pretrained vectors, unless asked otherwise', () => {
    for (const name of ['paper', 'seed-rcv1', 'seed-wiki10', 'seed-eurlex']) {
      expect(config(name).embedding.train).toBe(true);
      expect(config(name, '"embedding": { "file": "v.txt" }').embedding.train).toBe(false);
      expect(config(name, '"embedding": { "file": "v.txt", "train": true }').embedding.train).toBe(true);
      expect(config(name, '"embedding": { "file": null }').embedding.train).toBe(true);
    }
    expect(config('wide', '"embedding": { "file": "v.txt" }').embedding.train).toBe(true);
  });
  it('libmultilabel, the defaults and paper start as PyTorch does behind pretrained vectors, unless asked otherwise', () => {
    const alone = (rest = '') => analyse(`{ "dataset": { "train": "a" }, ${rest} }`).config;
    for (const of of [
      alone,
      (rest?: string) => config('libmultilabel', rest),
      (rest?: string) => config('paper', rest),
    ]) {
      expect(of().model.initializer).toBe('kaiming-uniform');
      expect(of('"embedding": { "file": "v.txt" }').model.initializer).toBe('torch');
      const stated = '"embedding": { "file": "v.txt" }, "model": { "initializer": "xavier-uniform" }';
      expect(of(stated).model.initializer).toBe('xavier-uniform');
    }
    expect(config('kim-bce', '"embedding": { "file": "v.txt" }').model.initializer).toBe('kaiming-uniform');
  });
  it('kim-bce', () => {
    expect(config('kim-bce').model).toMatchObject({
      filterSizes: [2, 4, 8],
      filters: 256,
      pools: 1,
      hidden: 0,
      embeddingDropout: 0.2,
      hiddenDropout: 0.4,
    });
    expect(config('kim-bce').training).toMatchObject({ learningRate: 1e-3, batchSize: 64, epochs: 30 });
  });
  it('linear', () => {
    const { model, text, training, linear, dataset } = config('linear');
    expect(model.type).toBe('linear');
    expect(text).toMatchObject({ keepNumbers: true, maxLength: 1_000_000, ngrams: 2, lowercase: true });
    expect(linear).toMatchObject({
      c: 1,
      minWordLength: 1,
      minDocuments: 2,
      maxFeatures: 300_000,
      features: 'auto',
      sublinear: true,
      prune: 0.01,
      tree: 'auto',
      branching: 100,
      leafSize: 100,
      beam: 10,
    });
    expect([training.retrainOnAll, dataset.validationFraction]).toEqual([true, 0.1]);
  });
  it('wide', () => {
    const wide = config('wide');
    expect(wide.model).toMatchObject({
      initializer: 'torch',
      filterSizes: [1, 2, 4, 8],
      filters: 512,
      pools: 1,
      hidden: 0,
      embeddingDropout: 0.2,
      hiddenDropout: 0.5,
      padding: 'overhang',
      outputBias: 'log-odds',
    });
    expect(wide.text).toMatchObject({ maxLength: 1000, vocabularySize: 65_000 });
    expect(wide.training).toMatchObject({
      learningRate: 1e-3,
      warmupSteps: 500,
      schedule: 'cosine',
      finalLearningRate: 0.05,
      ema: 0.999,
      embeddingUpdates: 'dense',
      batchSize: 64,
      epochs: 15,
      monitor: 'P@1+P@5',
      patience: 0,
    });
  });
  it('wider is wide with twice the filters, more dropout, and validation trained on in the end', () => {
    const [wide, wider] = [config('wide'), config('wider')];
    expect(wider).toEqual({
      ...wide,
      model: { ...wide.model, filters: 1024, hiddenDropout: 0.6 },
      training: { ...wide.training, retrainOnAll: true },
    });
  });
  it('best is wide blended with linear', () => {
    const [wide, linear, best] = [config('wide'), config('linear'), config('best')];
    expect(best).toEqual({
      ...wide,
      dataset: linear.dataset,
      text: { ...wide.text, keepNumbers: true },
      model: { ...wide.model, type: 'blend' },
      training: { ...wide.training, retrainOnAll: true },
    });
    expect(best.linear).toEqual(linear.linear);
  });
  it('the original program', () => {
    const original = {
      filterSizes: [2, 4, 8],
      filters: 32,
      pools: 32,
      pooling: 'dynamic-max',
      embeddingDropout: 0,
      hiddenDropout: 0,
    };
    const rcv1 = config('seed-rcv1');
    expect(rcv1.model).toMatchObject({ ...original, hidden: 512 });
    expect(rcv1.training).toMatchObject({
      batchSize: 20,
      learningRate: 1e-3,
      epochs: 100,
      clip: 1000,
      checkpointEvery: 10,
    });
    expect(rcv1.text).toMatchObject({ maxLength: 500, vocabularySize: 30_000 });
    expect(rcv1.embedding.dim).toBe(300);
    const best = { batchSize: 128, epochs: 500, learningRate: 1e-3, clip: 1000, checkpointEvery: 499 };
    for (const [name, maxLength, vocabularySize] of [
      ['seed-wiki10', 5000, 100_000],
      ['seed-eurlex', 10_000, 150_000],
    ] as const) {
      expect(config(name).model).toMatchObject({ ...original, hidden: 1024 });
      expect(config(name).training).toMatchObject(best);
      expect(config(name).text).toMatchObject({ maxLength, vocabularySize });
    }
  });
  it('hands out copies', () => {
    completeConfig({ dataset: { train: 'a' } }, 'wide').model.filterSizes.push(99);
    expect(completeConfig({ dataset: { train: 'a' } }, 'wide').model.filterSizes).toEqual([1, 2, 4, 8]);
    completeConfig({ dataset: { train: 'a' } }).evaluation.k.push(99);
    expect(completeConfig({ dataset: { train: 'a' } }).evaluation.k).toEqual([1, 3, 5]);
  });
});
