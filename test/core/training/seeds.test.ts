import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/core/config/load.ts';
import { exportModel } from '../../../src/core/export/exportModel.ts';
import { loadPredictor } from '../../../src/core/predict/predictor.ts';
import { ScoredRun } from '../../../src/core/predict/scoredRun.ts';
import { evaluateRun } from '../../../src/core/training/evaluateRun.ts';
import { meanDecisions, MeanModel } from '../../../src/core/training/meanModel.ts';
import { readHistory } from '../../../src/core/training/metricsLog.ts';
import { describeRun, listRuns } from '../../../src/core/training/runListing.ts';
import { runPaths } from '../../../src/core/training/runFolder.ts';
import { train } from '../../../src/core/training/trainer.ts';
import { tensorsOf } from './setup.ts';

const topics = { fruit: ['apple', 'pear', 'plum'], metal: ['iron', 'copper', 'zinc'], sea: ['wave', 'reef', 'tide'] };

/** Texts of which most words tell a label; each fifth is said to have another. */
function jsonl(n: number, from: number): string {
  const names = Object.keys(topics) as (keyof typeof topics)[];
  const rows = Array.from({ length: n }, (_, i) => {
    const labels = names.filter((_, l) => (((i + from) % 7) + 1) & (1 << l));
    const words = labels.flatMap((l) => [topics[l][i % 3], topics[l][(i + from) % 3]]);
    const told = i % 5 === 4 ? [names[i % 3]] : labels;
    return JSON.stringify({ id: `d${from + i}`, text: `the ${words.join(' of ')}`, labels: told });
  });
  return rows.join('\n');
}

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-seeds-'));
  await writeFile(join(folder, 'train.jsonl'), jsonl(120, 0));
  await writeFile(join(folder, 'test.jsonl'), jsonl(40, 300));
  file = join(folder, 'small.xmlcnn.json');
  const config = {
    dataset: { train: 'train.jsonl', test: 'test.jsonl', validationFraction: 0.2 },
    text: { maxLength: 20 },
    embedding: { dim: 6 },
    model: { filterSizes: [1, 2], filters: 5, pools: 1, hidden: 4, embeddingDropout: 0.1, hiddenDropout: 0.3 },
    training: { epochs: 4, batchSize: 8, learningRate: 0.02, patience: 0, seed: 7, seeds: 3 },
    evaluation: { k: [1, 2], baselines: false },
    engine: { name: 'wasm', threads: 1 },
    output: { cache: false },
  };
  await writeFile(file, JSON.stringify(config));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(name: string, overrides: string[] = [], options: Partial<Parameters<typeof train>[1]> = {}) {
  const { config } = await loadConfig(file, [`output.name=${name}`, ...overrides]);
  return train(config, { onEvent: () => {}, ...options });
}

const seeds = [7, 8, 9];
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe('a run of three seeds', () => {
  let result: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => (result = await run('three')), 60_000);

  it('holds three ordinary runs on the same documents, each with a seed of its own', async () => {
    const { folder: at, summary } = result;
    expect(result.stopped).toBe('finished');
    expect(await readdir(runPaths(at).members)).toEqual(seeds.map((seed) => `seed-${seed}`));
    const members = await Promise.all(seeds.map((seed) => describeRun(runPaths(at).member(seed))));
    expect(members.map(({ status }) => status)).toEqual(['finished', 'finished', 'finished']);
    const names = summary!.baselines.map(({ name }) => name);
    expect(names).toEqual(seeds.map((seed) => `seed ${seed}`));
    expect(summary!.baselines.map(({ metrics }) => metrics)).toEqual(members.map((m) => m.evaluated!.metrics));
    const weights = await Promise.all(seeds.map((s) => tensorsOf(runPaths(runPaths(at).member(s)).checkpoint('best'))));
    expect(weights[0]).not.toEqual(weights[1]);
    // evaluated again by itself, a member finds the documents that it was not trained on
    const again = await evaluateRun(runPaths(at).member(8), { split: 'validation', onEvent: () => {} });
    expect(again.evaluation.metrics['P@1']).toBeCloseTo(members[1].validation!['P@1'], 12);
    expect((await listRuns(join(folder, 'runs'))).map(({ name }) => name)).toContain('three');
    expect(await describeRun(at)).toMatchObject({ status: 'finished', evaluated: { split: 'test' } });
    expect((await readHistory(at)).epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
  });

  it('trains the first as it would be trained alone', async () => {
    const alone = await run('alone', ['training.seeds=1']);
    const member = runPaths(runPaths(result.folder).member(7));
    expect(await tensorsOf(member.checkpoint('best'))).toEqual(
      await tensorsOf(runPaths(alone.folder).checkpoint('best')),
    );
  });

  it('predicts with the mean of their probabilities, and its terms add up', async () => {
    const mean = await loadPredictor(result.folder);
    const members = await Promise.all(seeds.map((seed) => loadPredictor(runPaths(result.folder).member(seed))));
    const text = 'the apple of iron and wave';
    const byId = async (predictor: typeof mean) => {
      const [{ labels }] = await predictor.predict([text], { top: 3 });
      return [0, 1, 2].map((id) => labels.find((label) => label.id === id)!.probability);
    };
    const each = await Promise.all(members.map(byId));
    (await byId(mean)).forEach((p, l) => expect(p).toBeCloseTo((each[0][l] + each[1][l] + each[2][l]) / 3, 6));
    const { labels } = await mean.explain(text, { top: 3 });
    for (const { probability, explanation } of labels) {
      const { contributions, bias, padding, logit } = explanation;
      const sum = contributions.reduce((total, { contribution }) => total + contribution, bias + padding);
      expect(sum).toBeCloseTo(logit, 6);
      expect(probability).toBeCloseTo(sigmoid(logit), 6);
      expect(contributions.some(({ text: ngram }) => ngram.includes('apple'))).toBe(true);
    }
    expect(mean.tunedThreshold).toBe(result.summary!.best.threshold);
    await expect(mean.embed([text])).rejects.toMatchObject({ code: 'no-vectors' });
    for (const predictor of [mean, ...members]) await predictor.dispose();
  });

  it('is evaluated to the same figures again, and stands in Predictions', async () => {
    const { evaluation } = await evaluateRun(result.folder, { onEvent: () => {} });
    expect(evaluation.metrics).toEqual(result.summary!.evaluated!.metrics);
    const phases: string[] = [];
    const scored = await ScoredRun.open(
      result.folder,
      { split: 'test' },
      { onEvent: (event) => void (event.type === 'phase' && phases.push(event.phase)) },
    );
    expect(phases).not.toContain('testing'); // the scores of its own evaluation are believed
    expect((await scored.evidence(0, 0))!.for.length + (await scored.evidence(0, 0))!.against.length).toBeGreaterThan(
      0,
    );
  });

  it('is exported as networks side by side, and as one graph not at all', async () => {
    const { files } = await exportModel(result.folder, { format: 'safetensors' });
    expect(files.filter((name) => name.endsWith('.safetensors'))).toEqual(seeds.map((s) => `seed-${s}.safetensors`));
    const card = await readFile(join(result.folder, 'exports', 'safetensors', 'README.md'), 'utf8');
    expect(card).toContain('the mean of 3 XML-CNN');
    await expect(exportModel(result.folder, { format: 'onnx' })).rejects.toMatchObject({ code: 'no-such-network' });
  });

  it('refuses a mean whose file was changed', async () => {
    const copy = await run('changed', ['training.seeds=2', 'training.epochs=1']);
    const best = runPaths(copy.folder).checkpoint('best');
    const bytes = await readFile(best);
    await writeFile(best, Buffer.from(bytes.toString('latin1').replace('"threshold', '"thresholx'), 'latin1'));
    await expect(loadPredictor(copy.folder)).rejects.toMatchObject({ code: 'malformed-safetensors' });
  });
});

it('goes on where it was interrupted: finished seeds are left, the one in work is taken up', async () => {
  const whole = await run('uncut');
  const abort = new AbortController();
  let epochs = 0;
  const cut = await run('cut', [], {
    signal: abort.signal,
    onEvent: (event) => {
      if (event.type === 'epoch' && ++epochs === 6) abort.abort(); // in the second seed
    },
  });
  expect(cut.stopped).toBe('interrupted');
  expect(await describeRun(cut.folder)).toMatchObject({ status: 'interrupted' });
  await expect(loadPredictor(cut.folder)).rejects.toMatchObject({ code: 'no-checkpoint' });
  const first = runPaths(runPaths(cut.folder).member(7));
  const before = await stat(first.checkpoint('best'));
  const seen: string[] = [];
  const other = run('cut', ['training.learningRate=0.03'], { resume: cut.folder });
  await expect(other).rejects.toMatchObject({ code: 'resume-config-differs' });
  const resumed = await run('cut', [], {
    resume: cut.folder,
    onEvent: (event) => void (event.type === 'epoch' && seen.push(String(event.epoch))),
  });
  expect(resumed.stopped).toBe('finished');
  expect(seen).toEqual(['3', '4', '1', '2', '3', '4']);
  expect((await stat(first.checkpoint('best'))).mtimeMs).toBe(before.mtimeMs);
  expect(resumed.summary!.evaluated).toEqual(whole.summary!.evaluated);
  expect(resumed.summary!.best).toEqual(whole.summary!.best);
}, 60_000);

it('averages what the seeds decide by where they were trained on validation in the end', async () => {
  const { summary, folder: at } = await run('all', ['training.retrainOnAll=true', 'training.seeds=2']);
  const members = await Promise.all([7, 8].map((seed) => describeRun(runPaths(at).member(seed))));
  const mean = (name: string): number => (members[0].validation![name] + members[1].validation![name]) / 2;
  expect(summary!.best.validation!['P@1']).toBeCloseTo(mean('P@1'), 12);
  expect(summary!.best.threshold).toBeGreaterThan(0);
}, 60_000);

it('may be of blends: their evidence is the mean of what both parts of each say', async () => {
  const { folder: at, summary } = await run('blends', ['model.type=blend', 'training.seeds=2', 'training.epochs=2']);
  expect(summary!.baselines.map(({ name }) => name)).toEqual(['seed 7', 'seed 8']);
  const { evaluation } = await evaluateRun(at, { onEvent: () => {} });
  expect(evaluation.metrics).toEqual(summary!.evaluated!.metrics);
  const predictor = await loadPredictor(at);
  const [{ explanation }] = (await predictor.explain('the apple of iron', { top: 1 })).labels;
  const { contributions, bias, padding, logit } = explanation;
  expect(contributions.reduce((sum, { contribution }) => sum + contribution, bias + padding)).toBeCloseTo(logit, 6);
  expect(contributions.some(({ ofLinear }) => ofLinear !== undefined && ofLinear !== 0)).toBe(true);
  await predictor.dispose();
  await expect(exportModel(at, { format: 'safetensors' })).rejects.toMatchObject({ code: 'no-such-network' });
}, 60_000);

it('decisions are averaged by hand', () => {
  const own = (labels: number[], thresholds: number[]) => ({ labels, thresholds });
  const found = meanDecisions([
    { threshold: 0.2, topK: 2, own: own([1, 3], [0.5, 0.6]) },
    { threshold: 0.4, topK: 5, own: own([1], [0.1]) },
  ]);
  expect(found.threshold).toBeCloseTo(0.3, 12);
  expect(found.topK).toBe(4);
  expect(found.own!.labels).toEqual([1, 3]);
  expect(found.own!.thresholds[0]).toBeCloseTo(0.3, 12);
  expect(found.own!.thresholds[1]).toBeCloseTo(0.5, 12); // 0.6 and the common 0.4
  expect(meanDecisions([{ threshold: 0.2 }, {}])).toEqual({});
});

it('scores are the means of probabilities, block by block, however sure the members are', async () => {
  const member = (logit: (d: number) => number) => ({
    shape: { labels: 2 },
    logits: async (batch: { size: number }, onRow: (d: number, row: Float32Array) => void) => {
      for (let d = 0; d < batch.size; d++) onRow(d, Float32Array.of(logit(d), -60));
    },
    dispose: async () => {},
  });
  const mean = new MeanModel([member((d) => d % 3), member(() => 40)]);
  const size = 20_000; // more than a block
  const starts = new Int32Array(size + 1);
  const batch = { size, words: new Int32Array(0), wordStarts: starts, labels: new Int32Array(0), labelStarts: starts };
  const rows: number[][] = [];
  await mean.logits(batch, (d, row) => (rows[d] = [...row]));
  expect(rows).toHaveLength(size);
  for (const d of [0, 1, 2, 16_384, 19_999]) {
    expect(sigmoid(rows[d][0])).toBeCloseTo((sigmoid((d % 16_384) % 3) + 1) / 2, 6); // members count within a block
    expect(rows[d][1]).toBeCloseTo(-60, 4);
  }
});

it('is refused for a linear model, without checkpoints and from other weights', async () => {
  const { config } = await loadConfig(file, ['output.name=no']);
  const trained = (changes: object) => train({ ...config, ...changes }, { onEvent: () => {} });
  const of = (training: object) => ({ training: { ...config.training, ...training } });
  await expect(trained({ model: { ...config.model, type: 'linear' } })).rejects.toMatchObject({ code: 'no-seeds' });
  await expect(trained(of({ save: false }))).rejects.toMatchObject({ code: 'no-seeds' });
  await expect(trained(of({ resumeFrom: folder }))).rejects.toMatchObject({ code: 'no-seeds' });
});
