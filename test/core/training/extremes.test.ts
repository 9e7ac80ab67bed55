import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completeConfig } from '../../../src/core/config/layers.ts';
import type { PartialConfig } from '../../../src/core/config/presets.ts';
import { UserError } from '../../../src/core/base/errors.ts';
import type { RunEvent } from '../../../src/core/base/events.ts';
import { train } from '../../../src/core/training/trainer.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();

interface Line {
  text: string;
  labels: string[];
}

const many = (n: number, line: (i: number) => Line): Line[] => Array.from({ length: n }, (_, i) => line(i));
const topic = (i: number): Line => ({
  text: `word${'abc'[i % 3]} common other${'abcdefg'[i % 7]}`,
  labels: ['abc'[i % 3]],
});

/** Trains on files, from reading to the figures on test. */
async function trainOn(lines: Line[], test: Line[] | undefined, changes: Omit<PartialConfig, 'dataset'> = {}) {
  const folder = await newFolder();
  const write = async (name: string, documents: Line[]): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, documents.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return path;
  };
  const events: RunEvent[] = [];
  const config = completeConfig({
    dataset: {
      train: await write('train.jsonl', lines),
      validationFraction: lines.length > 3 ? 0.25 : 0,
      ...(test && { test: await write('test.jsonl', test) }),
      format: 'jsonl',
      textField: ['text'],
      labelField: 'labels',
    },
    embedding: { dim: 8 },
    model: { filterSizes: [1, 2], filters: 8, pools: 1, hidden: 8 },
    engine: { name: 'wasm', threads: 2 },
    output: { folder, name: 'run' },
    ...changes,
    training: {
      epochs: 4,
      batchSize: 4,
      learningRate: 0.01,
      monitor: lines.length > 3 ? 'P@1' : 'loss',
      ...changes.training,
    },
    evaluation: { k: [1], ...changes.evaluation },
  });
  const result = await train(config, { onEvent: (event) => events.push(event) });
  return { result, events };
}

describe('training at the edges', () => {
  it('learns one label', async () => {
    const lines = many(16, (i) => ({ text: `word${'abc'[i % 3]}`, labels: ['only'] }));
    const { result } = await trainOn(lines, lines);
    expect(result.summary!.evaluated!.metrics).toMatchObject({ 'P@1': 1, microF1: 1, macroF1: 1 });
  });

  it('refuses more ranks than labels before it trains', async () => {
    const lines = many(16, () => ({ text: 'word', labels: ['only'] }));
    await expect(trainOn(lines, lines, { evaluation: { k: [1, 3] } })).rejects.toMatchObject({
      code: 'k-too-large',
      message: /3.*1/,
    });
  });

  it('learns one document', async () => {
    const { result } = await trainOn([topic(0)], [topic(0)], { training: { epochs: 40 } });
    expect(result.summary!.evaluated!.metrics).toMatchObject({ 'P@1': 1, 'PSP@1': 1 });
  });

  it('gives identical documents with different labels the share of each', async () => {
    const lines = many(40, (i) => ({ text: 'the same words', labels: [i % 4 ? 'often' : 'seldom'] }));
    const { result } = await trainOn(lines, lines, { training: { epochs: 40, patience: 0 } });
    const { metrics } = result.summary!.evaluated!;
    expect(metrics['P@1']).toBe(0.75);
    const entropy = -(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75));
    expect(metrics.logLoss).toBeGreaterThan(entropy - 1e-6);
    expect(metrics.logLoss).toBeLessThan(entropy + 0.1);
  });

  it('learns that every document has every label', async () => {
    const lines = many(16, (i) => ({ ...topic(i), labels: ['a', 'b', 'c'] }));
    const { result } = await trainOn(lines, lines, {
      training: { epochs: 40, learningRate: 0.05 },
      evaluation: { k: [1, 3] },
    });
    expect(result.summary!.evaluated!.metrics).toMatchObject({ 'P@1': 1, 'P@3': 1, 'R@3': 1, microF1: 1 });
  });

  it('trains without a test set, and refuses an empty one before it trains', async () => {
    expect((await trainOn(many(16, topic), undefined)).result.summary!.epochs).toBe(4);
    await expect(trainOn(many(16, topic), [])).rejects.toMatchObject({
      code: 'empty-file',
      place: { file: /test\.jsonl$/ },
    });
  });

  it('says that figures on test documents without a label say nothing', async () => {
    const unlabelled = many(5, (i) => ({ ...topic(i), labels: [] }));
    const { result, events } = await trainOn(many(16, topic), unlabelled);
    expect(result.summary!.evaluated!.metrics['P@1']).toBe(0);
    const warnings = events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
    expect(warnings).toContain('No document of test has a label: its figures are 0 and say nothing');
  });

  it.each([10, 1])(
    'ends with figures at the largest rate that a config may set, or stops (%d)',
    async (learningRate) => {
      const ended = await trainOn(many(16, topic), undefined, { training: { learningRate } }).catch((error) => error);
      if (ended instanceof UserError) return expect(ended.code).toBe('training-diverged');
      for (const value of Object.values(ended.result.summary.evaluated.metrics)) expect(value).not.toBeNaN();
    },
  );

  it('learns nothing at a rate near 0', async () => {
    const { events } = await trainOn(many(16, topic), undefined, {
      model: { filterSizes: [1], filters: 4, pools: 1, hidden: 0, embeddingDropout: 0, hiddenDropout: 0 },
      training: { learningRate: 1e-30 },
    });
    const losses = events.flatMap((event) => (event.type === 'epoch' ? [event.trainLoss] : []));
    expect(losses).toHaveLength(4);
    for (const loss of losses) expect(loss).toBeCloseTo(losses[0], 6);
  });

  it('stops where a huge rate makes the loss no number', async () => {
    await expect(trainOn(many(16, topic), undefined, { training: { learningRate: 1e30 } })).rejects.toMatchObject({
      code: 'training-diverged',
      message: /at step \d+ .*kept in .*diverged\.json/,
      remedy: /learningRate/,
    });
  });
});
