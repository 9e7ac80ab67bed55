import { existsSync } from 'node:fs';
import { copyFile, stat } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/core/config/load.ts';
import { Cancelled } from '../../src/core/base/errors.ts';
import { train } from '../../src/core/training/trainer.ts';
import { runPaths } from '../../src/core/training/runFolder.ts';
import { RunnerClient } from '../../src/runner/client.ts';
import type { ModelFile } from '../../src/runner/services/predictor.ts';
import { predictor } from '../../src/runner/services/predictor.ts';
import { scratch, userError } from '../core/data/helpers.ts';

const { folder, write } = scratch();
const context = { signal: new AbortController().signal, emit: () => {} };
const script = 'dist/runner/main.js';

const topics = { animals: 'horse', fruit: 'apple', ships: 'schooner' };
let model: ModelFile;

beforeAll(async () => {
  const entries = Object.entries(topics);
  const rows = Array.from({ length: 60 }, (_, i) => {
    const chosen = entries.filter((_, t) => (i % 7) & (1 << t));
    const text = ['the old', ...chosen.map(([, word]) => word), 'of the sea'].join(' ');
    return JSON.stringify({ id: i, text, labels: chosen.map(([name]) => name) });
  });
  write('train.jsonl', rows.join('\n'));
  write('names.tsv', 'animals\tLiving beings\n');
  const config = {
    dataset: { train: 'train.jsonl', labelNames: 'names.tsv', validationFraction: 0.2 },
    text: { maxLength: 20 },
    embedding: { dim: 8 },
    model: { filterSizes: [1, 2], filters: 12, pools: 1, hidden: 10, embeddingDropout: 0, hiddenDropout: 0 },
    training: { epochs: 40, batchSize: 8, learningRate: 0.02, patience: 0 },
    evaluation: { k: [1], baselines: false },
    engine: { name: 'reference' },
    output: { name: 'small', cache: false },
  };
  const file = write('small.xmlcnn.json', JSON.stringify(config));
  const result = await train((await loadConfig(file)).config, { configFile: file, onEvent: () => {} });
  model = { folder: result.folder, stamp: '1' };
});

describe('predictor service', () => {
  it('gives the likeliest labels and the true ones, with their words', async () => {
    const text = 'A schooner, of old.';
    const truth = ['animals', 'cars'];
    const { labels, unknown, words } = await predictor.explain({ model, text, top: 1, truth }, context);
    expect(labels.map(({ name }) => name)).toEqual(['ships', 'animals']);
    expect(labels.map(({ isPredicted }) => isPredicted)).toEqual([true, false]);
    expect(labels[1].display).toBe('Living beings');
    expect(unknown).toEqual([{ name: 'cars', display: undefined }]);
    expect(words).toBe(4);
    const strongest = labels[0].highlights.find(({ strength }) => strength === 1);
    expect(text.slice(strongest?.start, strongest?.end)).toContain('schooner');
    expect(labels[0].ngrams[0].text).toContain('schooner');
    for (const { text: ngram, peak } of labels[0].ngrams) expect(ngram).toContain(peak);
    expect(labels[0].ngrams[0].peak).toMatch(/^(?:A )?schooner(?:, of)?$/);
    for (const { contribution } of labels[0].ngrams) expect(contribution).toBeGreaterThan(0);
  });

  it('begins nothing that was cancelled before its turn', async () => {
    const cancelled = { ...context, signal: AbortSignal.abort() };
    const first = predictor.explain({ model, text: 'horse', top: 1, truth: [] }, context);
    const second = predictor.explain({ model, text: 'apple', top: 1, truth: [] }, cancelled);
    const third = predictor.explain({ model, text: 'apple', top: 1, truth: [] }, context);
    await expect(second).rejects.toBeInstanceOf(Cancelled);
    expect((await first).labels[0].name).toBe('animals');
    expect((await third).labels[0].name).toBe('fruit');
  });

  it('says what is wrong with a run, and goes on with another', async () => {
    const missing = { folder: `${folder}/none`, stamp: '' };
    expect((await userError(predictor.open(missing, context))).code).toBe('run-not-found');
    expect((await predictor.explain({ model, text: 'horse', top: 1, truth: [] }, context)).labels).toHaveLength(1);
  });

  it('reads the weights again where the checkpoint is another', async () => {
    const { checkpoint } = runPaths(model.folder);
    const ask = (stamp: string) =>
      predictor.explain({ model: { ...model, stamp }, text: 'horse', top: 3, truth: [] }, context);
    const before = await ask('1');
    await copyFile(checkpoint('best'), `${folder}/best`);
    write('small.broken', 'no checkpoint');
    await copyFile(`${folder}/small.broken`, checkpoint('best'));
    expect(await ask('1')).toEqual(before);
    expect((await userError(ask('2'))).code).toBeTruthy();
    await copyFile(`${folder}/best`, checkpoint('best'));
    expect(await ask('3')).toEqual(before);
  });

  it.skipIf(!existsSync(script))('answers in a process of its own, several calls at once', async () => {
    const client = new RunnerClient('predictor', { script, onLog: () => {} });
    try {
      const { mtimeMs } = await stat(runPaths(model.folder).checkpoint('best'));
      const now = { ...model, stamp: String(mtimeMs) };
      const words = Object.values(topics);
      const all = words.map((text) => client.call('explain', { model: now, text, top: 1, truth: [] }));
      expect((await Promise.all(all)).map(({ labels }) => labels[0].name)).toEqual(Object.keys(topics));
    } finally {
      client.dispose();
      await client.exited;
    }
  });
});
