import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/core/config/load.ts';
import { createReferenceEngine } from '../../../src/core/engine/reference/referenceEngine.ts';
import type { Engine, EngineOptions } from '../../../src/core/engine/engine.ts';
import { Cancelled, UserError } from '../../../src/core/base/errors.ts';
import type { Predictor } from '../../../src/core/predict/predictor.ts';
import { loadPredictor } from '../../../src/core/predict/predictor.ts';
import { readCheckpointInfo } from '../../../src/core/training/checkpoint.ts';
import { runPaths } from '../../../src/core/training/runFolder.ts';
import { train } from '../../../src/core/training/trainer.ts';

/** Each label has a word of its own; both occur among words that say nothing. */
const topics = { animals: 'horse', fruit: 'apple', ships: 'schooner' };
const filler = ['the', 'old', 'a', 'of', 'in', 'seen', 'never', 'again'];

function documents(): string {
  const entries = Object.entries(topics);
  const rows = Array.from({ length: 48 }, (_, i) => {
    const chosen = entries.filter((_, t) => (i % 7) & (1 << t));
    const words = [...filler.slice(i % 5), ...chosen.map(([, word]) => word), ...filler.slice(0, i % 4)];
    return { id: `d${i}`, text: words.join(' '), labels: chosen.map(([label]) => label) };
  });
  return rows.map((row) => JSON.stringify(row)).join('\n');
}

let folder: string;
let run: string;
let predictor: Predictor;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-predict-'));
  await writeFile(join(folder, 'train.jsonl'), documents());
  await writeFile(join(folder, 'names.tsv'), 'animals\tLiving beings\n');
  const file = join(folder, 'small.xmlcnn.json');
  const config = {
    dataset: { train: 'train.jsonl', labelNames: 'names.tsv' },
    text: { maxLength: 20 },
    embedding: { dim: 8 },
    model: {
      filterSizes: [1, 2],
      filters: 12,
      pools: 1,
      hidden: 10,
      initializer: 'torch',
      padding: 'fit',
      embeddingDropout: 0,
      hiddenDropout: 0,
    },
    training: {
      epochs: 25,
      batchSize: 8,
      learningRate: 0.02,
      patience: 0,
      ema: 0.9,
      monitor: 'loss',
    },
    evaluation: { k: [1], baselines: false },
    engine: { name: 'reference' },
    output: { name: 'small', cache: false },
  };
  await writeFile(file, JSON.stringify(config));
  const loaded = await loadConfig(file);
  const result = await train(loaded.config, { configFile: file, onEvent: () => {} });
  run = result.folder;
  // The run must be enough: prediction works where the dataset is not.
  await rm(join(folder, 'train.jsonl'));
  predictor = await loadPredictor(run);
});

afterAll(async () => {
  await predictor?.dispose();
  await rm(folder, { recursive: true, force: true });
});

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof UserError ? error.code : String(error)),
  );

describe('predict', () => {
  it('ranks the labels of unseen texts by probability', async () => {
    const texts = ['An apple!', 'the HORSE of the old schooner', 'never again'];
    const [apple, both, neither] = await predictor.predict(texts, { top: 3 });
    expect(apple.labels.map(({ name }) => name)[0]).toBe('fruit');
    expect(
      both.labels
        .slice(0, 2)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['animals', 'ships']);
    for (const { labels } of [apple, both, neither]) {
      const probabilities = labels.map(({ probability }) => probability);
      expect(probabilities).toHaveLength(3);
      expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
    }
    expect(apple.labels[0].probability).toBeGreaterThan(0.8);
    expect(neither.labels[0].probability).toBeLessThan(apple.labels[0].probability);
  });

  it('gives labels with the names of people', async () => {
    const [{ labels }] = await predictor.predict(['horse'], { top: 1 });
    expect(labels).toEqual([expect.objectContaining({ id: 0, name: 'animals', display: 'Living beings' })]);
    const [fruit] = await predictor.predict(['apple'], { top: 1 });
    expect(fruit.labels[0].display).toBeUndefined();
  });

  it('leaves out labels at or under the threshold', async () => {
    const [all] = await predictor.predict(['horse schooner'], { top: 3 });
    const threshold = all.labels[1].probability;
    const [above] = await predictor.predict(['horse schooner'], { top: 3, threshold });
    expect(above.labels).toEqual(all.labels.slice(0, 1));
  });

  it('counts words, unknown ones and cut texts', async () => {
    const [some, none, long] = await predictor.predict(['the old zebra', '', 'horse '.repeat(21)]);
    expect(some).toMatchObject({ words: 3, unknownWords: 1, truncated: false });
    expect(none).toMatchObject({ words: 0, unknownWords: 0, truncated: false });
    expect(long).toMatchObject({ words: 20, truncated: true });
  });

  it('gives a text the same bits alone and among others', async () => {
    const texts = ['horse', 'an old apple of the schooner', 'seen again'];
    const together = await predictor.predict(texts);
    for (const [i, text] of texts.entries()) expect((await predictor.predict([text]))[0]).toEqual(together[i]);
    expect(await predictor.predict([])).toEqual([]);
  });

  it('ends when it is cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(predictor.predict(['horse'], { signal })).rejects.toBeInstanceOf(Cancelled);
  });
});

describe('explain', () => {
  it('names the words that carried each label, with their places in the text', async () => {
    const text = 'Never in the old,  old sea:\n“Schooner” — of horse(s).';
    const { labels } = await predictor.explain(text, { top: 2 });
    expect(labels.map(({ name }) => name).sort()).toEqual(['animals', 'ships']);
    for (const { name, explanation } of labels) {
      const [first] = explanation.contributions;
      expect(first.words).toContain(topics[name as keyof typeof topics]);
      expect(first.contribution).toBeGreaterThan(0);
      for (const { start, end, words, text: slice } of explanation.contributions) {
        expect(text.slice(start, end)).toBe(slice);
        expect(slice.toLowerCase().startsWith(words[0]) && slice.toLowerCase().endsWith(words.at(-1)!)).toBe(true);
      }
    }
  });

  it('explains labels that are asked for by name, however improbable, in their place', async () => {
    const { labels: all } = await predictor.explain('an apple', { top: 3 });
    const last = all[2].name;
    const { labels } = await predictor.explain('an apple', { top: 1, also: [last, all[0].name, 'no such label'] });
    expect(labels).toEqual([all[0], all[2]]);
  });

  it('takes apart the probabilities that predict gives', async () => {
    for (const text of ['the horse of an apple again', 'apple', '']) {
      const [plain] = await predictor.predict([text], { top: 3 });
      const { labels, ...counts } = await predictor.explain(text, { top: 3 });
      expect(counts).toEqual({ words: plain.words, unknownWords: plain.unknownWords, truncated: plain.truncated });
      expect(labels.map(({ id }) => id)).toEqual(plain.labels.map(({ id }) => id));
      labels.forEach(({ probability, explanation: { contributions, bias, padding, logit } }, i) => {
        expect(probability).toBeCloseTo(plain.labels[i].probability, 6);
        const total = contributions.reduce((sum, { contribution }) => sum + contribution, bias + padding);
        expect(Math.abs(total - logit)).toBeLessThan(1e-4);
        expect(1 / (1 + Math.exp(-logit))).toBeCloseTo(probability, 9);
      });
    }
  });

  it('looks at the words that the model saw only', async () => {
    const text = `${'the '.repeat(20)}horse`;
    const { truncated, labels } = await predictor.explain(text, { top: 1 });
    expect(truncated).toBe(true);
    expect(labels[0].explanation.contributions.every(({ end }) => end <= 80)).toBe(true);
  });
});

describe('loadPredictor', () => {
  it('takes the last checkpoint when asked, and passes threads to the engine', async () => {
    const seen: EngineOptions[] = [];
    const makeEngine = async (options: EngineOptions): Promise<Engine> => {
      seen.push(options);
      return createReferenceEngine(options);
    };
    const copy = join(folder, 'without-best');
    await cp(run, copy, { recursive: true });
    await rm(runPaths(copy).checkpoint('best'));
    const last = await loadPredictor(copy, { checkpoint: 'last', threads: 3, makeEngine });
    expect(seen).toEqual([expect.objectContaining({ threads: 3, ema: 0, trainEmbeddings: false })]);
    expect((await last.predict(['apple']))[0].labels[0].name).toBe('fruit');
    await last.dispose();
  });

  it('tells of the threshold tuned on validation', async () => {
    const { state } = await readCheckpointInfo(runPaths(run).checkpoint('best'));
    expect(predictor.tunedThreshold).toBeGreaterThan(0);
    expect(predictor.tunedThreshold).toBe(state.best!.threshold);
  });

  it('refuses folders and checkpoints that do not fit', async () => {
    expect(await codeOf(loadPredictor(folder))).toBe('run-not-found');
    const best = join(run, 'checkpoints', 'best.safetensors');
    await copyFile(best, `${best}.kept`);
    try {
      await rm(best);
      expect(await codeOf(loadPredictor(run))).toBe('no-checkpoint');
      await writeFile(best, 'torn');
      expect(await codeOf(loadPredictor(run))).toBe('malformed-safetensors');
    } finally {
      await copyFile(`${best}.kept`, best);
    }
    const file = join(run, 'vocabulary.txt');
    const words = await readFile(file, 'utf8');
    try {
      await writeFile(file, words.replace('horse\n', 'house\n'));
      expect(await codeOf(loadPredictor(run))).toBe('checkpoint-differs');
    } finally {
      await writeFile(file, words);
    }
  });
});
