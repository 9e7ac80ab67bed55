import { estimateTraining } from '../../../src/core/config/trainingEstimate.ts';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { completeConfig } from '../../../src/core/config/layers.ts';
import { presetNames } from '../../../src/core/config/presets.ts';
import { createConfigText, type DatasetFacts } from '../../../src/core/config/createConfig.ts';
import { analyse, validateText } from '../../../src/core/config/validate.ts';
import { UserError } from '../../../src/core/base/errors.ts';
import { fakeFiles } from './helpers.ts';

const reuters: DatasetFacts = {
  train: 'train.jsonl',
  test: 'test.jsonl',
  documents: 7770,
  labels: 90,
  meanWords: 130,
  p95Words: 373,
  labelsPerDocument: 1.23,
  format: 'jsonl',
};
const eurlex: DatasetFacts = {
  ...reuters,
  validation: 'dev.jsonl',
  documents: 45_000,
  labels: 4108,
  meanWords: 730,
  p95Words: 2400,
  labelsPerDocument: 5.07,
  fields: { textField: ['title', 'text'], labelNames: 'label_names.tsv' },
};
const cooking: DatasetFacts = {
  train: 'cooking.train',
  documents: 12_404,
  labels: 736,
  meanWords: 8.7,
  p95Words: 15,
  labelsPerDocument: 2.31,
  format: 'fasttext',
};
const amazon: DatasetFacts = { ...reuters, documents: 490_000, labels: 670_091, meanWords: 200, p95Words: 600 };
const tiny: DatasetFacts = { ...cooking, documents: 1, labels: 1, meanWords: 0, p95Words: 0, labelsPerDocument: 1 };
const files = fakeFiles(
  Object.fromEntries(
    ['train.jsonl', 'dev.jsonl', 'test.jsonl', 'cooking.train', 'label_names.tsv'].map((name) => [`/d/${name}`, '']),
  ),
);

describe('createConfigText', () => {
  it.each(presetNames)('builds on the preset %s where it is asked for, and is valid', (preset) => {
    for (const facts of [reuters, eurlex, cooking]) {
      const text = createConfigText(facts, preset);
      const options = { file: '/d/x.xmlcnn.json', checkFiles: true, files, facts: { labelCount: facts.labels } };
      const { config, diagnostics } = analyse(text, options);
      expect(diagnostics).toEqual([]);
      expect(parse(text)).toMatchObject({ extends: preset });
      if (preset === 'paper' || preset.startsWith('seed-'))
        expect(config.training).toEqual(completeConfig({ dataset: { train: 'a' } }, preset).training);
    }
  });

  it.each([
    ['Reuters', reuters],
    ['EURLEX57K', eurlex],
    ['cooking', cooking],
    ['Amazon-670K', amazon],
    ['one document', tiny],
    ['many words, few labels', { ...reuters, documents: 2_000_000 }],
    ['three labels', { ...reuters, labels: 3 }],
    ['three million labels', { ...amazon, labels: 3_000_000 }],
  ])('%s: valid, with a reason for every choice', (_, facts) => {
    const text = createConfigText(facts, undefined, { threads: 2, speed: 1 });
    const options = { file: '/d/x.xmlcnn.json', checkFiles: true, files, facts: { labelCount: facts.labels } };
    expect(validateText(text, options)).toEqual([]);
    const ofNetworks = /"extends": "linear"/.test(text) ? [] : ['maxLength', 'epochs'];
    for (const key of ['extends', ...ofNetworks, 'k', 'format'])
      expect(text).toMatch(new RegExp(`// .+\\n *"${key}": `));
  });
  const resolved = (facts: DatasetFacts) =>
    analyse(createConfigText(facts, undefined, { threads: 2, speed: 1 })).config;
  it('takes both kinds of models where the network takes minutes, and says what that costs', () => {
    expect(createConfigText(reuters, undefined, { threads: 2, speed: 1 })).toMatch(
      /best: .*about \d+ minutes on this machine.*"linear" alone takes about \d+ seconds/,
    );
    expect(resolved(reuters)).toMatchObject({
      dataset: {
        train: 'train.jsonl',
        test: 'test.jsonl',
        validationFraction: 0.1,
        split: 'stratified',
        format: 'jsonl',
      },
      text: { maxLength: 400 },
      model: { type: 'blend', filters: 512 },
      training: { epochs: 30 },
      evaluation: { k: [1, 3, 5] },
    });
    expect(resolved(cooking).text.maxLength).toBe(20);
  });
  it('tells how long it takes on this machine, an epoch and in all', () => {
    const slow = { threads: 2, speed: 0.5 };
    expect(createConfigText(eurlex, 'wide', slow)).toMatch(
      /Training takes about \d+ hours on this machine, \d+ minutes per epoch\./,
    );
    expect(createConfigText(eurlex, 'linear', slow)).toMatch(/Training takes about \d+ minutes on this machine\.\n/);
    const seconds = (speed: number): number =>
      estimateTraining(resolved(eurlex), { ...eurlex }, { threads: 2, speed }).seconds;
    expect(seconds(0.5)).toBeCloseTo(4 * seconds(2));
  });
  it('an epoch takes as long as in the last run, where there is one', () => {
    const { config } = analyse(createConfigText(eurlex, 'wide'));
    const { epochSeconds, seconds } = estimateTraining(config, eurlex, { threads: 2, speed: 1 }, 100);
    expect([epochSeconds, seconds]).toEqual([100, 1500]);
  });
  it('several seeds take as many times as long', () => {
    const { config } = analyse(createConfigText(eurlex, 'wide'));
    const thrice = { ...config, training: { ...config.training, seeds: 3 } };
    const [one, three] = [config, thrice].map((asked) => estimateTraining(asked, eurlex, { threads: 2, speed: 1 }));
    expect(three).toEqual({ seconds: 3 * one.seconds, epochSeconds: one.epochSeconds });
  });
  it('holds out a share for test, too, where a file stands alone', () => {
    expect(resolved(cooking).dataset).toMatchObject({ validationFraction: 0.1, testFraction: 0.1 });
    const text = createConfigText(cooking);
    expect(text).toMatch(/about 1,240 documents.*drawn by training\.seed/);
    expect(text).toMatch(/10% of the others \(about 1,116 documents\) chooses the best epoch/);
    for (const facts of [reuters, eurlex, { ...cooking, validation: 'dev.jsonl' }])
      expect(resolved(facts).dataset.testFraction).toBe(0);
  });
  it('takes the linear model alone where a network takes hours', () => {
    expect(resolved(eurlex)).toMatchObject({
      dataset: { validation: 'dev.jsonl', textField: ['title', 'text'], labelNames: 'label_names.tsv' },
      model: { type: 'linear' },
    });
    expect(createConfigText(eurlex, undefined, { threads: 2, speed: 1 })).toMatch(
      /linear: about \d+ minutes on this machine.*"best".*would take about \d+ (hours|minutes)/,
    );
    expect(createConfigText(eurlex, 'wide')).toMatch(/"maxLength": 1000,[^]*"epochs": 15,/);
    expect(resolved({ ...reuters, documents: 2_000_000 }).model.type).toBe('linear');
  });
  it('takes a label tree where there are very many labels', () => {
    expect(resolved(amazon).model.type).toBe('linear');
    expect(createConfigText(amazon)).toContain('670,091 labels, by a label tree');
    expect(analyse(createConfigText(amazon, 'libmultilabel')).config.model.hidden).toBe(128);
  });
  it('suits few labels and few documents', () => {
    expect(resolved({ ...reuters, labels: 4 })).toMatchObject({
      evaluation: { k: [1, 3] },
      training: { monitor: 'P@1' },
    });
    expect(resolved({ ...reuters, documents: 500 })).toMatchObject({
      dataset: { validationFraction: 0.2 },
      training: { batchSize: 16, warmupSteps: 75 },
    });
  });
  it('retrains on all only where something is held out', () => {
    for (const documents of [1, 4, 6]) expect(resolved({ ...cooking, documents }).training.retrainOnAll).toBe(false);
    expect(resolved({ ...cooking, documents: 9 }).training.retrainOnAll).toBe(true);
  });
  it('lets words of one document count in a set of few', () => {
    expect(resolved({ ...cooking, documents: 9 }).linear.minDocuments).toBe(1);
    expect(resolved(cooking).linear.minDocuments).toBe(2);
  });
  it('quotes whatever a file name holds', () => {
    const train = 'a"b\\c\n/* */ // d.txt';
    const text = createConfigText({ ...cooking, train });
    expect((parse(text) as { dataset: { train: string } }).dataset.train).toBe(train);
    expect(validateText(text)).toEqual([]);
  });
  it('proposes a linear model for bags of words, which no network takes', () => {
    const bags: DatasetFacts = { ...reuters, format: 'arff' };
    expect(resolved(bags).model.type).toBe('linear');
    expect(createConfigText(bags)).toContain('features per document');
    const refused = expect.objectContaining({
      code: 'bag-of-words',
      remedy: expect.stringContaining('"linear"') as string,
    });
    expect(() => createConfigText(bags, 'wide')).toThrow(refused as Error);
  });
  it.each([
    [{ ...reuters, labels: 0 }, 'no-labels'],
    [{ ...reuters, documents: 0 }, 'no-documents'],
  ] as [DatasetFacts, string][])('refuses what cannot be learnt from', (facts, code) => {
    expect(() => createConfigText(facts)).toThrow(UserError);
    expect(() => createConfigText(facts)).toThrow(expect.objectContaining({ code }) as Error);
  });
});
