import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completeConfig } from '../../../src/core/config/layers.ts';
import type { PartialConfig } from '../../../src/core/config/presets.ts';
import { ScoreStore } from '../../../src/core/metrics/scores.ts';
import { bitsAt } from '../../../src/core/base/random.ts';
import { prepareData } from '../../../src/core/text/prepare.ts';
import { evaluateRun } from '../../../src/core/training/evaluateRun.ts';
import type { RunEvent } from '../../../src/core/base/events.ts';
import { runPaths } from '../../../src/core/training/runFolder.ts';
import { listRuns } from '../../../src/core/training/runListing.ts';
import { trainWith } from '../../../src/core/training/trainer.ts';
import { temporaryFolders } from './folder.ts';
import { altered, makeConfig, reference, run } from './setup.ts';

const newFolder = temporaryFolders();

const words = ['fish', 'fruit', 'bread', 'wine', 'salt'];

/** Documents that name what they are about; `extra` labels a few of them with something train does not know. */
function documents(count: number, seed: number, extra?: string): string {
  const lines = Array.from({ length: count }, (_, i) => {
    const topic = words[bitsAt(seed, i) % words.length];
    const noise = Array.from({ length: 4 }, (_, w) => `filler${bitsAt(seed, 1000 + 7 * i + w) % 9}x`);
    const labels = [`about ${topic}`, ...(extra && i % 4 === 0 ? [extra] : [])];
    return JSON.stringify({ id: `d${i}`, text: [topic, ...noise].join(' '), labels });
  });
  return `${lines.join('\n')}\n`;
}

async function trainedRun(training: PartialConfig['training'] = {}, changes: PartialConfig = {}) {
  const folder = await newFolder();
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const config = completeConfig({
    text: { maxLength: 10 },
    embedding: { dim: 6 },
    model: { filterSizes: [1, 2], filters: 6, pools: 1, hidden: 0, embeddingDropout: 0, hiddenDropout: 0 },
    evaluation: { k: [1, 3] },
    engine: { name: 'reference' },
    output: { folder: join(folder, 'runs'), name: 'run', cache: false },
    ...changes,
    dataset: {
      train: await file('train.jsonl', documents(60, 1)),
      test: await file('test.jsonl', documents(20, 2, 'unheard of')),
      ...changes.dataset,
    },
    training: { epochs: 5, batchSize: 8, learningRate: 0.05, ema: 0.8, patience: 0, ...training },
  });
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent): void => void events.push(event);
  const result = await trainWith(config, { onEvent }, { prepare: prepareData, makeEngine: reference });
  return { folder, config, result, events, file };
}

const quiet = { onEvent: () => {}, makeEngine: reference };

describe('evaluateRun', () => {
  it('gives the figures of the run on its test split, and stores them with the scores', async () => {
    const { result } = await trainedRun();
    const evaluated = await evaluateRun(result.folder, { ...quiet, baselines: true });
    expect(evaluated.split).toBe('test');
    expect(evaluated.evaluation.metrics).toEqual(result.summary!.evaluated!.metrics);
    expect(evaluated.evaluation.metrics['P@1']).toBeGreaterThan(0.6);
    expect(evaluated.evaluation.testOnlyLabels).toBe(1);
    expect(evaluated.evaluation.perLabel).toHaveLength(6);
    expect(evaluated.labels).toEqual([...words.map((word) => `about ${word}`).sort(), 'unheard of']);
    expect(evaluated.baselines).toEqual(result.summary!.baselines);
    expect(evaluated.evaluation.tuned!.threshold).toBe(result.summary!.best.threshold);
    expect(JSON.parse(await readFile(evaluated.evaluationFile, 'utf8'))).toEqual(evaluated.evaluation);
    const store = ScoreStore.load(await readFile(evaluated.scoresFile));
    expect([store.size, store.outputs]).toEqual([20, 5]);
  });

  it('finds the held-out documents again, and those trained on', async () => {
    const { result } = await trainedRun();
    const validation = await evaluateRun(result.folder, { ...quiet, split: 'validation' });
    expect(validation.evaluation.documents).toBe(12);
    const best = result.summary!.best.validation!;
    for (const [name, value] of Object.entries(best)) expect(validation.evaluation.metrics[name], name).toBe(value);
    const train = await evaluateRun(result.folder, { ...quiet, split: 'train' });
    expect(train.evaluation.documents).toBe(48);
  });

  it('evaluates a file of its own, with labels the run has never seen', async () => {
    const { result, file } = await trainedRun();
    const data = await file('other data.jsonl', documents(12, 3, 'brand new'));
    const events: RunEvent[] = [];
    const other = await evaluateRun(result.folder, {
      ...quiet,
      data: { file: data },
      onEvent: (event) => events.push(event),
    });
    expect(other.split).toBe('other-data.jsonl');
    expect(other.labels.at(-1)).toBe('brand new');
    expect(other.evaluation).toMatchObject({ documents: 12, testOnlyLabels: 1 });
    expect(other.evaluation.metrics['R@3']).toBeLessThan(1);
    expect(events.at(-1)).toMatchObject({ type: 'evaluated', split: 'other-data.jsonl' });
  });

  it('uses the labels of train and validation where the run retrained on all', async () => {
    const { result } = await trainedRun({ retrainOnAll: true, epochs: 3 });
    expect(result.summary!.retrainedEpochs).toBe(result.bestEpoch);
    const evaluated = await evaluateRun(result.folder, quiet);
    expect(evaluated.evaluation.metrics).toEqual(result.summary!.evaluated!.metrics);
  });

  it('says what it cannot do', async () => {
    const { result, folder, config } = await trainedRun({ epochs: 1 }, { evaluation: { k: [1], baselines: false } });
    await expect(evaluateRun(folder, quiet)).rejects.toMatchObject({ code: 'run-not-found' });
    const changed = documents(60, 1).replaceAll('bread', 'toast');
    await writeFile(config.dataset.train, changed);
    await expect(evaluateRun(result.folder, { ...quiet, split: 'validation' })).rejects.toMatchObject({
      code: 'data-differs',
    });
    expect((await evaluateRun(result.folder, quiet)).evaluation.documents).toBe(20); // needs the test file only
    const signal = AbortSignal.abort();
    await expect(evaluateRun(result.folder, { ...quiet, signal })).rejects.toMatchObject({ name: 'Cancelled' });
    const untested = await trainedRun({ epochs: 1, save: false }, { dataset: { train: config.dataset.train } });
    await expect(evaluateRun(untested.result.folder, quiet)).rejects.toMatchObject({ code: 'no-best-checkpoint' });
  });
});

describe('listRuns', () => {
  it('lists nothing where there is nothing', async () => {
    const folder = await newFolder();
    expect(await listRuns(join(folder, 'none'))).toEqual([]);
    await mkdir(join(folder, 'no run'));
    expect(await listRuns(folder)).toEqual([]);
  });

  it('tells running, interrupted and damaged runs apart', async () => {
    const folder = await newFolder();
    const controller = new AbortController();
    let running: unknown;
    const makeEngine = altered((engine) => ({
      async trainStep(batch, rate) {
        const { step } = await engine.readState();
        if (step === 5) running = await listRuns(folder);
        if (step === 11) controller.abort();
        return engine.trainStep(batch, rate);
      },
    }));
    const { result } = await run(makeConfig(folder), { makeEngine, signal: controller.signal });
    expect(running).toMatchObject([{ name: 'run', status: 'running', epochs: 1, bestEpoch: 1 }]);
    expect(await listRuns(folder)).toMatchObject([{ name: 'run', status: 'interrupted', epochs: 2 }]);
    await writeFile(runPaths(result.folder).checkpoint('last'), 'torn');
    expect(await listRuns(folder)).toMatchObject([{ name: 'run', status: 'damaged', problem: /safetensors/ }]);
  });
});
