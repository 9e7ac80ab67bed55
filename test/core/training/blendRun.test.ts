import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/core/base/events.ts';
import { bitsAt, key32, uniformAt } from '../../../src/core/base/random.ts';
import { loadConfig } from '../../../src/core/config/load.ts';
import { SafetensorsFile } from '../../../src/core/formats/safetensors.ts';
import { exportModel } from '../../../src/core/export/exportModel.ts';
import { loadPredictor } from '../../../src/core/predict/predictor.ts';
import { ScoredRun } from '../../../src/core/predict/scoredRun.ts';
import { readBlendInfo } from '../../../src/core/training/blendModel.ts';
import { evaluateRun } from '../../../src/core/training/evaluateRun.ts';
import { readHistory } from '../../../src/core/training/metricsLog.ts';
import { runPaths } from '../../../src/core/training/runFolder.ts';
import { describeRun } from '../../../src/core/training/runListing.ts';
import { train } from '../../../src/core/training/trainer.ts';

const labels = 12;

/** Most labels go with a word, two with nothing; one word more lies behind what the network reads. */
function documents(from: number, count: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const d = from + i;
    const own = Array.from({ length: labels }, (_, l) => l).filter((l) => uniformAt(key32(l), d) < 0.35);
    const filler = Array.from({ length: 5 }, (_, w) => `common${bitsAt(key32(99, d), w) % 40}`);
    const words = own.flatMap((l) => (l < labels - 2 ? [`word${l}`] : []));
    const late = own.includes(0) ? ['end'] : [];
    return { id: `d${d}`, text: [...words, ...filler, ...late].join(' '), labels: own.map((l) => `label${l}`) };
  });
  return rows.map((row) => JSON.stringify(row)).join('\n');
}

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-blend-'));
  await writeFile(join(folder, 'train.jsonl'), documents(0, 400));
  await writeFile(join(folder, 'test.jsonl'), documents(400, 100));
  file = join(folder, 'small.xmlcnn.json');
  const config = {
    dataset: { train: 'train.jsonl', test: 'test.jsonl', validationFraction: 0.2 },
    text: { maxLength: 8, vocabularySize: 40 },
    embedding: { dim: 16 },
    model: { type: 'blend', filterSizes: [1, 2], filters: 8, pools: 1, hidden: 0 },
    training: { epochs: 3, batchSize: 16, learningRate: 0.01, retrainOnAll: true, monitor: 'P@1+P@3', patience: 0 },
    evaluation: { baselines: false, k: [1, 3] },
    output: { cache: false },
  };
  await writeFile(file, JSON.stringify(config));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(name: string, overrides: string[] = [], options: Partial<Parameters<typeof train>[1]> = {}) {
  const { config } = await loadConfig(file, [`output.name=${name}`, 'engine.threads=2', ...overrides]);
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent): void => {
    events.push(event);
    options.onEvent?.(event);
  };
  const result = await train(config, { ...options, onEvent });
  return { result, events, paths: runPaths(result.folder) };
}

type Finished = Awaited<ReturnType<typeof run>>;

/** Every tensor that scores, as bytes. */
async function tensorsOf({ paths }: Finished): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  for (const name of ['best', 'linear', 'blend'])
    await SafetensorsFile.use(paths.checkpoint(name), async (opened) => {
      for (const tensor of opened.tensors.keys()) found.set(`${name} ${tensor}`, (await opened.read(tensor)).data);
    });
  return found;
}

describe('a blend', () => {
  let whole: Finished;
  beforeAll(async () => (whole = await run('whole')), 120_000);

  it('ends with a summary of both parts and the blend', async () => {
    const { summary } = whole.result;
    expect(whole.result.stopped).toBe('finished');
    expect(summary).toMatchObject({ labels, epochs: 3, retrainedEpochs: summary!.best.epoch });
    expect(summary!.documents).toEqual({ train: 320, validation: 80, test: 100 });
    expect(summary!.baselines.map(({ name }) => name)).toEqual(['linear-part', 'network-part']);
    expect(summary!.best.threshold).toBeGreaterThan(0);
    const [linear, network] = summary!.baselines.map(({ metrics }) => metrics);
    expect(Object.keys(linear)).toEqual(Object.keys(summary!.evaluated!.metrics));
    expect(linear['P@1']).not.toBe(network['P@1']);
    expect(summary!.evaluated!.metrics['P@1']).toBeGreaterThan(0.8);
    const { epochs } = await readHistory(whole.result.folder);
    expect(epochs.filter(({ phase }) => phase === 'training')).toHaveLength(3);
    const lines = (await readFile(whole.paths.metrics, 'utf8')).trim().split('\n');
    const types = lines.map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types.filter((type) => type === 'linear-epoch')).toHaveLength(2);
    expect(await describeRun(whole.result.folder)).toMatchObject({ status: 'finished', evaluated: { split: 'test' } });
  });

  it('says which part is at work', () => {
    const phases = whole.events.flatMap((e) => (e.type === 'phase' ? [e.phase] : []));
    const trained = phases.filter((phase) => ['linear', 'training', 'retraining'].includes(phase));
    expect(trained.filter((phase, i) => phase !== trained[i - 1])).toEqual([
      'linear',
      'training',
      'linear',
      'retraining',
    ]);
    expect(whole.events.some((e) => e.type === 'progress' && e.phase === 'linear' && e.unit === 'labels')).toBe(true);
    expect(whole.events.some((e) => e.type === 'notice' && /Weights: .*linear.*network/.test(e.message))).toBe(true);
  });

  it('gives its network the first words of documents alone, and the most frequent', async () => {
    await SafetensorsFile.use(whole.paths.checkpoint('best'), async ({ tensors, metadata }) => {
      expect(tensors.get('embedding')!.shape).toEqual([42, 16]);
      expect(JSON.parse(metadata.shape)).toMatchObject({ maxLength: 8, vocabulary: 42 });
    });
    expect((await readFile(whole.paths.vocabulary, 'utf8')).split('\n').length).toBeGreaterThan(50);
    const { info } = { info: await readBlendInfo(whole.paths.checkpoint('blend')) };
    expect(info.weights).toHaveLength(labels);
    expect(info.parts.linear.validation!['P@1']).toBeGreaterThan(0);
  });

  it('is evaluated to the same figures again', async () => {
    const { evaluation, modelType, baselines } = await evaluateRun(whole.result.folder, { onEvent: () => {} });
    expect(modelType).toBe('blend');
    expect(evaluation.metrics).toEqual(whole.result.summary!.evaluated!.metrics);
    expect(baselines).toEqual(whole.result.summary!.baselines);
  });

  it('predicts, and takes its predictions apart', async () => {
    const predictor = await loadPredictor(whole.result.folder);
    const text = 'Word3 common1, common2 common3 word1 common4 common5 unseen common7 word5 end';
    const [{ labels: found, words, unknownWords, truncated }] = await predictor.predict([text], { top: labels });
    expect(found.slice(0, 4).map(({ name }) => name)).toEqual(expect.arrayContaining(['label3', 'label1']));
    expect([words, unknownWords, truncated]).toEqual([11, 1, false]);
    const explained = await predictor.explain(text, { top: labels });
    expect(explained.labels).toHaveLength(labels);
    const { weights } = await readBlendInfo(whole.paths.checkpoint('blend'));
    for (const { id, explanation, probability } of explained.labels) {
      const { contributions, bias, padding, logit, parts } = explanation;
      const sum = contributions.reduce((total, { contribution }) => total + contribution, bias + padding);
      expect(sum).toBeCloseTo(logit, 4);
      expect(probability).toBeCloseTo(1 / (1 + Math.exp(-logit)), 6);
      expect(probability).toBeCloseTo(found.find((label) => label.id === id)!.probability, 6);
      expect(parts!.map(({ weight }) => weight)).toEqual([weights[id], 1 - weights[id]]);
      expect(parts!.reduce((mean, part) => mean + part.weight * part.probability, 0)).toBeCloseTo(probability, 6);
      const places = contributions.map(({ start, end }) => `${start} ${end}`);
      expect(new Set(places).size).toBe(places.length);
    }
    expect((await predictor.embed([text]))[0]).toHaveLength(predictor.embedding.size);
    await predictor.dispose();
  });

  it('gives a label that a tree does not look at the probability 0 of its linear part', async () => {
    const tree = ['linear.tree=always', 'linear.branching=2', 'linear.leafSize=2', 'linear.beam=1'];
    const { result } = await run('tree', [...tree, 'training.epochs=1', 'training.retrainOnAll=false']);
    const predictor = await loadPredictor(result.folder);
    const { labels: all } = await predictor.explain('word1 word2 common3', { top: labels });
    await predictor.dispose();
    const linear = all.map(({ explanation }) => explanation.parts![0]);
    expect(linear.filter(({ probability }) => probability === 0).length).toBeGreaterThan(0);
    for (const { probability, explanation } of all)
      expect(explanation.parts!.reduce((mean, part) => mean + part.weight * part.probability, 0)).toBeCloseTo(
        probability,
        6,
      );
  });

  it('stands in Predictions with its stored scores and its evidence', async () => {
    const scored = await ScoredRun.open(whole.result.folder, { split: 'test' }, { onEvent: () => {} });
    const { documents, metrics, tunedThreshold } = scored.overview;
    expect([documents, tunedThreshold]).toEqual([100, whole.result.summary!.best.threshold]);
    expect(metrics['P@1']).toBeCloseTo(whole.result.summary!.evaluated!.metrics['P@1'], 10);
    const shown = await scored.document(0);
    expect((await scored.evidence(0, shown.labels[0].id))!.for.length).toBeGreaterThan(0);
  });

  it('is exported part by part, with a card of both', async () => {
    for (const format of ['onnx', 'tfjs'] as const)
      await expect(exportModel(whole.result.folder, { format })).rejects.toMatchObject({ code: 'no-such-network' });
    const { files, folder: to } = await exportModel(whole.result.folder, { format: 'safetensors' });
    const parts = ['model.safetensors', 'linear.safetensors', 'blend.safetensors'];
    expect(files).toEqual([...parts, 'vocabulary.txt', 'labels.json', 'config.json', 'README.md']);
    for (const name of ['linear', 'blend']) {
      const [written, own] = [join(to, `${name}.safetensors`), whole.paths.checkpoint(name)];
      expect((await readFile(written)).equals(await readFile(own))).toBe(true);
    }
    await SafetensorsFile.use(join(to, 'model.safetensors'), async ({ tensors }) => {
      expect(tensors.get('embedding.embedding.weight')!.shape).toEqual([42, 16]);
    });
    const card = await readFile(join(to, 'README.md'), 'utf8');
    for (const said of [
      'a blend of a linear support vector machine for each label and XML-CNN',
      'Linear model: Features',
      'Network: Filters',
      'Its linear model',
      'their first 8 words',
      'the 42 words that stand first',
    ])
      expect(card).toContain(said);
    expect(card).not.toMatch(/undefined|NaN|linear-part/);
  });

  const moments: Record<string, (events: RunEvent[]) => boolean> = {
    'the linear part': (events) => events.at(-1)!.type === 'checkpoint' && !events.some((e) => e.type === 'step'),
    'the network': (events) => events.filter((e) => e.type === 'epoch').length === 2,
    'the weights': (events) => events.filter((e) => e.type === 'phase' && e.phase === 'validating').length === 5,
    'the second linear part': (events) =>
      events.filter((e) => e.type === 'epoch').length === 3 && events.at(-1)!.type === 'phase' && ofLinear(events, 2),
    'the second network': (events) => events.filter((e) => e.type === 'phase' && e.phase === 'retraining').length === 1,
  };
  const ofLinear = (events: RunEvent[], count: number): boolean =>
    events.filter((e) => e.type === 'phase' && e.phase === 'linear').length >= count;

  it.each(Object.keys(moments))(
    'goes on to the same bits after an end in %s',
    async (moment) => {
      const stop = new AbortController();
      const seen: RunEvent[] = [];
      const onEvent = (event: RunEvent): void => {
        seen.push(event);
        if (moments[moment](seen)) stop.abort();
      };
      const name = moment.replaceAll(' ', '-');
      const part = await run(name, [], { onEvent, signal: stop.signal, checkpointSeconds: 0 });
      expect(stop.signal.aborted).toBe(true);
      expect(part.result.stopped).toBe('interrupted');
      expect(await describeRun(part.result.folder)).toMatchObject({ status: 'interrupted' });
      const again = await run(name, [], { resume: part.result.folder });
      expect(again.result.stopped).toBe('finished');
      expect(again.result.summary!.evaluated).toEqual(whole.result.summary!.evaluated);
      expect(again.result.summary!.best).toEqual(whole.result.summary!.best);
      expect(await tensorsOf(again)).toEqual(await tensorsOf(whole));
      const points = (await readHistory(again.result.folder)).points.map(({ phase, step }) => `${phase} ${step}`);
      expect(points).toEqual((await readHistory(whole.result.folder)).points.map((p) => `${p.phase} ${p.step}`));
    },
    120_000,
  );

  it('refuses another recipe, and another run to begin with', async () => {
    const stop = new AbortController();
    const onEvent = (event: RunEvent): void => void (event.type === 'epoch' && stop.abort());
    const part = await run('recipe', [], { onEvent, signal: stop.signal });
    const otherwise = run('recipe', ['linear.c=2'], { resume: part.result.folder });
    await expect(otherwise).rejects.toMatchObject({ code: 'resume-config-differs' });
    const from = run('from', [`training.resumeFrom=${whole.result.folder}`]);
    await expect(from).rejects.toMatchObject({ code: 'no-such-start' });
  });

  it('refuses parts that were changed, are missing, or belong to another run', async () => {
    const { paths } = await run('changed', ['training.retrainOnAll=false']);
    const file = paths.checkpoint('blend');
    const own = await readFile(file);
    const changed = Buffer.from(own);
    changed[changed.length - 3] ^= 1;
    await writeFile(file, changed);
    await expect(loadPredictor(paths.folder)).rejects.toMatchObject({ code: 'malformed-safetensors' });
    await writeFile(file, await readFile(paths.checkpoint('linear')));
    await expect(loadPredictor(paths.folder)).rejects.toMatchObject({ code: 'not-a-checkpoint' });
    await writeFile(file, own);
    await rm(paths.checkpoint('linear'));
    for (const use of [loadPredictor(paths.folder), evaluateRun(paths.folder, { onEvent: () => {} })])
      await expect(use).rejects.toMatchObject({ code: 'no-checkpoint' });
    await writeFile(paths.vocabulary, `${await readFile(paths.vocabulary, 'utf8')}more\n`);
    await writeFile(paths.checkpoint('linear'), await readFile(whole.paths.checkpoint('linear')));
    await expect(loadPredictor(paths.folder)).rejects.toMatchObject({ code: 'checkpoint-differs' });
  });

  it('trains without checkpoints, and without validation', async () => {
    const overrides = ['training.save=false', 'training.retrainOnAll=false', 'dataset.validationFraction=0'];
    const { result, events } = await run('bare', overrides);
    expect(result.summary!.best).toEqual({ epoch: 3 });
    expect(events.some((e) => e.type === 'notice' && /one half each/.test(e.message))).toBe(true);
    expect(result.summary!.evaluated!.metrics['P@1']).toBeGreaterThan(0.7);
  });
});
