import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/core/base/events.ts';
import { bitsAt, key32, uniformAt } from '../../../src/core/base/random.ts';
import { loadConfig } from '../../../src/core/config/load.ts';
import { exportModel } from '../../../src/core/export/exportModel.ts';
import { writeSafetensors } from '../../../src/core/formats/safetensorsWrite.ts';
import { loadModel } from '../../../src/core/predict/loadedModel.ts';
import { ScoredRun } from '../../../src/core/predict/scoredRun.ts';
import { loadPredictor } from '../../../src/core/predict/predictor.ts';
import { evaluateRun } from '../../../src/core/training/evaluateRun.ts';
import { readLinearCheckpoint } from '../../../src/core/training/linearCheckpoint.ts';
import { readHistory } from '../../../src/core/training/metricsLog.ts';
import { runPaths } from '../../../src/core/training/runFolder.ts';
import { describeRun } from '../../../src/core/training/runListing.ts';
import type { RunResult } from '../../../src/core/training/runSummary.ts';
import { train } from '../../../src/core/training/trainer.ts';

const labels = 80;

/** Texts of common words, and of words that go with their labels, a pair among them that is a label's in this order alone. */
function documents(from: number, count: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const d = from + i;
    const own = Array.from({ length: labels }, (_, l) => l).filter((l) => uniformAt(key32(l), d) < 0.3 * 0.95 ** l);
    const filler = Array.from({ length: 6 }, (_, w) => `common${bitsAt(key32(99, d), w) % 40}`);
    const words = own.flatMap((l) => [`word${l}`, ...(l % 7 === 0 ? ['red', 'flag'] : [])]);
    const wrong = d % 3 === 0 ? ['flag', 'red'] : [];
    return { id: `d${d}`, text: [...filler, ...words, ...wrong].join(' '), labels: own.map((l) => `label${l}`) };
  });
  return rows.map((row) => JSON.stringify(row)).join('\n');
}

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-linear-'));
  await writeFile(join(folder, 'train.jsonl'), documents(0, 700));
  await writeFile(join(folder, 'test.jsonl'), documents(700, 200));
  file = join(folder, 'small.xmlcnn.json');
  const config = {
    extends: 'linear',
    dataset: { train: 'train.jsonl', test: 'test.jsonl' },
    evaluation: { baselines: false },
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

const solvedIn = async (result: RunResult) =>
  (await readLinearCheckpoint(runPaths(result.folder).checkpoint('best'))).labels;

describe('a linear run', () => {
  let whole: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => (whole = await run('whole')), 60_000);

  it('ends with a summary, a history and a model of all documents', async () => {
    const { result, events } = whole;
    const { summary } = result;
    expect(result.stopped).toBe('finished');
    expect(summary).toMatchObject({ labels, retrainedEpochs: 1, engine: { name: 'linear' } });
    expect(summary!.documents).toEqual({ train: 630, validation: 70, test: 200 });
    expect(summary!.evaluated!.metrics['P@1']).toBeGreaterThan(0.9);
    expect(summary!.best.validation!['P@1']).toBeGreaterThan(0.85);
    expect(summary!.best.threshold).toBeGreaterThan(0);
    const { epochs, points } = await readHistory(result.folder);
    expect(epochs.map(({ phase }) => phase)).toEqual(['training', 'retraining']);
    expect(points.length).toBeGreaterThan(2);
    expect(points.at(-1)).toMatchObject({ phase: 'retraining', step: labels, loss: epochs[1].trainLoss });
    expect(events.some((e) => e.type === 'notice' && /weights: \d+ MB/.test(e.message))).toBe(true);
    expect(await describeRun(result.folder)).toMatchObject({ status: 'finished', evaluated: { split: 'test' } });
  });

  it('is evaluated to the same figures again, by engines not at all', async () => {
    const { evaluation, modelType } = await evaluateRun(whole.result.folder, { onEvent: () => {} });
    expect(modelType).toBe('linear');
    expect(evaluation.metrics).toEqual(whole.result.summary!.evaluated!.metrics);
    const makeEngine = (): never => expect.fail('an engine was made');
    const asked = evaluateRun(whole.result.folder, { onEvent: () => {}, makeEngine });
    await expect(asked).rejects.toMatchObject({ code: 'no-engine' });
  });

  it('predicts, and takes its predictions apart exactly', async () => {
    const predictor = await loadPredictor(whole.result.folder);
    const text = 'Word3, of the RED flag; word0 red flag? common1 unseen word3';
    const [{ labels: found, words, unknownWords, truncated }] = await predictor.predict([text]);
    expect(found.slice(0, 2).map(({ name }) => name)).toEqual(['label0', 'label3']);
    expect([words, unknownWords, truncated]).toEqual([11, 3, false]);
    const explained = await predictor.explain(text, { top: labels });
    expect(explained.labels).toHaveLength(labels);
    for (const { explanation, probability } of explained.labels) {
      const { contributions, bias, padding, logit } = explanation;
      const sum = contributions.reduce((total, { contribution }) => total + contribution, bias + padding);
      expect(sum).toBeCloseTo(logit, 4);
      expect(probability).toBeCloseTo(1 / (1 + Math.exp(-logit)), 6);
    }
    const { contributions } = explained.labels.find(({ name }) => name === 'label0')!.explanation;
    expect(contributions[0]).toMatchObject({ text: 'word0', words: ['word0'], start: 24, end: 29 });
    const pairs = contributions.filter(({ words: pair }) => pair.join(' ') === 'red flag');
    expect(pairs.map(({ text: shown }) => shown)).toEqual(['RED flag', 'red flag']);
    expect(pairs[0].contribution).toBe(pairs[1].contribution);
    expect(pairs[0].contribution).toBeGreaterThan(0);
    expect(predictor.tunedThreshold).toBe(whole.result.summary!.best.threshold);
    await predictor.dispose();
  });

  it('stands in Predictions with its stored scores and its evidence', async () => {
    const phases: string[] = [];
    const onEvent = (event: RunEvent): void => void (event.type === 'phase' && phases.push(event.phase));
    const scored = await ScoredRun.open(whole.result.folder, { split: 'test' }, { onEvent });
    expect(phases).not.toContain('testing'); // the scores of the run's own evaluation are believed
    const { documents, metrics, tunedThreshold } = scored.overview;
    expect([documents, tunedThreshold]).toEqual([200, whole.result.summary!.best.threshold]);
    expect(metrics['P@1']).toBeCloseTo(whole.result.summary!.evaluated!.metrics['P@1'], 10);
    const shown = await scored.document(0);
    const own = shown.labels.find(({ isTrue }) => isTrue)!;
    const evidence = await scored.evidence(0, own.id);
    const strongest = evidence!.for[0];
    expect(strongest.text).toBe(own.name.replace('label', 'word'));
  });

  it('decides as its config says, with figures of every way side by side', async () => {
    const { result } = await run('decided', ['evaluation.thresholds=per-label', 'evaluation.topK=2']);
    const { best, decision, evaluated } = result.summary!;
    expect(decision).toMatchObject({ thresholds: 'per-label', topK: 2 });
    const predictor = await loadPredictor(result.folder);
    expect(predictor.decision.kind).toBe('per-label');
    expect(predictor.decision.threshold).toBe(best.threshold);
    expect(predictor.ways).toEqual([
      { kind: 'per-label', count: decision!.ownThresholds },
      { kind: 'top-k', count: 2 },
    ]);
    const text = 'word0 word1 word2 word3 word4';
    const [all] = await predictor.predict([text], { top: labels });
    for (const kind of ['tuned', 'one', 'per-label', 'top-k', 0.2] as const) {
      const [found] = await predictor.predict([text], { top: labels, threshold: kind });
      const taken = all.labels.filter(({ id, probability }, i) => predictor.decisionOf(kind).takes(id, probability, i));
      expect(found.labels).toEqual(taken);
    }
    await predictor.dispose();
    const own = await evaluateRun(result.folder, { threshold: 'per-label', onEvent: () => {} });
    expect(own.evaluation.metrics).toEqual(evaluated!.metrics); // nothing that was not there
    const scored = await ScoredRun.open(result.folder, { split: 'test' });
    const { ways, decidesBy } = scored.overview;
    expect(decidesBy).toBe('per-label');
    for (const { kind, metrics } of ways)
      expect(metrics!.microF1).toBeCloseTo(evaluated!.metrics[`microF1@${kind}`], 12);
    const query = { threshold: 'per-label', order: 'name', descending: false, offset: 0, limit: labels } as const;
    const shown = scored.labelPage(query).rows.map(({ label, predicted }) => [label, predicted]);
    const counted = own.evaluation.asked!.perLabel.map(({ label, predicted }) => [label, predicted]);
    expect(shown.sort(([a], [b]) => a - b)).toEqual(counted);
  }, 30_000);

  it('does not promise what only networks do', async () => {
    const model = await loadModel(whole.result.folder);
    await expect(model.embed(['red flag'])).rejects.toMatchObject({ code: 'no-vectors' });
    expect(() => model.embeddingSize).toThrow(/no vectors/);
    await model.dispose();
    for (const format of ['onnx', 'tfjs'] as const)
      await expect(exportModel(whole.result.folder, { format })).rejects.toMatchObject({ code: 'no-such-network' });
    const from = run('from', [`training.resumeFrom=${whole.result.folder}`]);
    await expect(from).rejects.toMatchObject({ code: 'no-such-start' });
  });

  it('is exported as it is, with a card', async () => {
    const { files, folder: to } = await exportModel(whole.result.folder, { format: 'safetensors' });
    expect(files).toEqual(['model.safetensors', 'vocabulary.txt', 'labels.json', 'config.json', 'README.md']);
    const [model, best] = [join(to, 'model.safetensors'), whole.paths.checkpoint('best')];
    expect((await readFile(model)).equals(await readFile(best))).toBe(true);
    const card = await readFile(join(to, 'README.md'), 'utf8');
    const { parameters } = whole.result.summary!;
    for (const said of [
      'a linear support vector machine for each label',
      `${parameters.toLocaleString('en')}, those of at most 0.01 left out`,
      'Documents are read whole',
      '| Validation | On test |',
    ])
      expect(card).toContain(said);
    expect(card).not.toMatch(/epoch|Word vectors|undefined|NaN/);
  });

  it('has the same weights with other threads', async () => {
    const one = await run('one', ['engine.threads=1']);
    expect(await solvedIn(one.result)).toEqual(await solvedIn(whole.result));
  });

  it.each(['training', 'retraining'] as const)('goes on to the same weights after an end in %s', async (phase) => {
    const stop = new AbortController();
    let isPhase = false;
    let rounds = 0;
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'phase') isPhase = event.phase === phase;
      // a label takes some rounds, and a checkpoint is written after each of them
      if (event.type === 'checkpoint' && isPhase && ++rounds === 4) stop.abort();
    };
    const part = await run(phase, [], { onEvent, signal: stop.signal, checkpointSeconds: 0 });
    expect(part.result.stopped).toBe('interrupted');
    expect(part.result.summary).toBeUndefined();
    const { labels: solved, info } = await readLinearCheckpoint(part.paths.checkpoint('last'));
    const left = solved.filter((label) => label === undefined).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(labels);
    expect(info.state).toMatchObject({ phase, batch: labels - left });
    expect(await describeRun(part.result.folder)).toMatchObject({ status: 'interrupted' });
    const predicting = loadPredictor(part.result.folder, { checkpoint: 'last' });
    await expect(predicting).rejects.toMatchObject({ code: 'no-checkpoint' });
    const otherwise = run(phase, ['linear.c=2'], { resume: part.result.folder });
    await expect(otherwise).rejects.toMatchObject({ code: 'resume-config-differs' });

    const { result } = await run(phase, [], { resume: part.result.folder });
    expect(result.summary!.evaluated).toEqual(whole.result.summary!.evaluated);
    expect(result.summary!.best).toEqual(whole.result.summary!.best);
    expect(await solvedIn(result)).toEqual(await solvedIn(whole.result));
    const steps = (await readHistory(result.folder)).points.map((p) => [p.phase, p.step]);
    expect(new Set(steps.map(String)).size).toBe(steps.length);
  });

  it('trains a label tree, goes on with it, and uses it as any', async () => {
    const tree = ['linear.tree=always', 'linear.branching=5', 'linear.leafSize=10', 'linear.beam=4'];
    const { result, events, paths } = await run('tree', tree);
    expect(
      events.some(
        (e) => e.type === 'notice' && /80 labels are put into a tree .*: \d+ nodes, [2-9] deep/.test(e.message),
      ),
    ).toBe(true);
    expect(result.summary!.evaluated!.metrics['P@1']).toBeGreaterThan(0.85);
    expect(result.summary!.labels).toBe(labels);
    const { evaluation } = await evaluateRun(result.folder, { onEvent: () => {} });
    expect(evaluation.metrics).toEqual(result.summary!.evaluated!.metrics);
    const predictor = await loadPredictor(result.folder);
    const text = 'word3 red flag word0 common1';
    const { labels: explained } = await predictor.explain(text, { top: 80 });
    expect(
      explained
        .slice(0, 2)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['label0', 'label3']);
    for (const { explanation, probability } of explained) {
      const sum = explanation.contributions.reduce((total, { contribution }) => total + contribution, explanation.bias);
      expect(sum).toBeCloseTo(explanation.logit, 4);
      expect(probability === 0 || Math.abs(probability - 1 / (1 + Math.exp(-explanation.logit))) < 1e-4).toBe(true);
    }
    expect(explained.at(-1)!.probability).toBe(0);
    await predictor.dispose();
    const stop = new AbortController();
    let rounds = 0;
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'checkpoint' && ++rounds === 9) stop.abort();
    };
    const part = await run('tree-part', tree, { onEvent, signal: stop.signal, checkpointSeconds: 0 });
    expect(part.result.stopped).toBe('interrupted');
    const resumed = await run('tree-part', tree, { resume: part.result.folder });
    expect(await readLinearCheckpoint(resumed.paths.checkpoint('best'))).toMatchObject({
      tree: (await readLinearCheckpoint(paths.checkpoint('best'))).tree,
      labels: await solvedIn(result),
    });
  });

  it('says how large the model will be', () => {
    const said = whole.events.flatMap((e) =>
      e.type === 'notice' && /will have some/.test(e.message) ? [e.message] : [],
    );
    expect(said).toHaveLength(2);
    const about = Number(/some ([\d,]+) weights/.exec(said[1])![1].replaceAll(',', ''));
    expect(about / whole.result.summary!.parameters).toBeGreaterThan(0.9);
    expect(about / whole.result.summary!.parameters).toBeLessThan(1.1);
  });

  it('refuses a model that was changed, or another run’s', async () => {
    const { paths } = await run('changed', ['training.retrainOnAll=false']);
    const best = paths.checkpoint('best');
    const bytes = await readFile(best);
    bytes[bytes.length - 100] ^= 1;
    await writeFile(best, bytes);
    await expect(loadPredictor(paths.folder)).rejects.toMatchObject({ code: 'malformed-safetensors' });
    await writeFile(best, await readFile(whole.paths.checkpoint('best')));
    await writeFile(paths.vocabulary, `${await readFile(paths.vocabulary, 'utf8')}more\n`);
    await expect(loadPredictor(paths.folder)).rejects.toMatchObject({ code: 'checkpoint-differs' });
  });

  it('does without validation documents, and says so', async () => {
    const { result, events } = await run('without', ['dataset.validationFraction=0', 'training.retrainOnAll=false']);
    expect(result.summary!.best).toEqual({ epoch: 1 });
    expect(events.some((e) => e.type === 'notice' && /sigmoid\(3 z\)/.test(e.message))).toBe(true);
    expect(result.summary!.evaluated!.metrics['P@1']).toBeGreaterThan(0.9);
  });

  it('keeps fewer weights the higher the limit, and all at 0', async () => {
    const count = async (prune: number) =>
      (await run(`p${prune}`, [`linear.prune=${prune}`])).result.summary!.parameters;
    const [all, some, few] = [await count(0), await count(0.01), await count(0.2)];
    expect(all).toBeGreaterThan(some);
    expect(some).toBeGreaterThan(2 * few);
  });
});

it('refuses a checkpoint of a version to come, and files that are none', async () => {
  const path = join(folder, 'other.safetensors');
  const written = async (metadata: Record<string, string>): Promise<unknown> => {
    await writeSafetensors(path, new Map(), metadata, { sealed: true });
    return readLinearCheckpoint(path);
  };
  const version = written({ format: 'xmlcnn-linear', version: '3' });
  await expect(version).rejects.toMatchObject({ code: 'checkpoint-version', remedy: 'Use the program that wrote it.' });
  await expect(written({ format: 'pt' })).rejects.toMatchObject({ code: 'not-a-checkpoint' });
  await expect(written({ format: 'xmlcnn-linear', version: '1' })).rejects.toMatchObject({ code: 'not-a-checkpoint' });
});
