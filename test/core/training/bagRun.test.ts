import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/core/base/events.ts';
import { bitsAt, key32, uniformAt } from '../../../src/core/base/random.ts';
import { createConfigText, factsFrom } from '../../../src/core/config/createConfig.ts';
import { loadConfig } from '../../../src/core/config/load.ts';
import { shownBag } from '../../../src/core/data/bagOfWords.ts';
import { openDataset } from '../../../src/core/data/openDataset.ts';
import { surveyDataset } from '../../../src/core/explore/survey.ts';
import { exportModel } from '../../../src/core/export/exportModel.ts';
import { loadModel } from '../../../src/core/predict/loadedModel.ts';
import { exportPredictions } from '../../../src/core/predict/predictDataset.ts';
import { loadPredictor } from '../../../src/core/predict/predictor.ts';
import { ScoredRun, ScoredSingle } from '../../../src/core/predict/scoredRun.ts';
import { evaluateRun } from '../../../src/core/training/evaluateRun.ts';
import { readLinearCheckpoint } from '../../../src/core/training/linearCheckpoint.ts';
import { runPaths } from '../../../src/core/training/runFolder.ts';
import { train } from '../../../src/core/training/trainer.ts';
import { call } from '../../cli/memoryTerminal.ts';

const labels = 12;
const features = 60;

interface Row {
  own: number[];
  /** By feature. */
  counts: Map<number, number>;
}

/** Feature l goes with label l; the others are common to all. */
function rows(from: number, count: number): Row[] {
  return Array.from({ length: count }, (_, i) => {
    const d = from + i;
    const own = Array.from({ length: labels }, (_, l) => l).filter((l) => uniformAt(key32(l), d) < 0.25);
    const counts = new Map(own.map((l) => [l, 1 + (bitsAt(key32(50, l), d) % 3)]));
    for (let w = 0; w < 8; w++) {
      const feature = labels + (bitsAt(key32(99, d), w) % (features - labels));
      counts.set(feature, (counts.get(feature) ?? 0) + 1);
    }
    return { own, counts };
  });
}

const sets = { train: rows(0, 300), test: rows(300, 120) };
type Set = keyof typeof sets;

const pairsOf = ({ counts }: Row, value: (n: number) => number): string[] =>
  [...counts].sort(([a], [b]) => a - b).map(([f, n]) => `${f}:${value(n)}`);

/** The same documents in each format that holds bags of words; the real values are halves of the counts. */
const written = {
  libsvm: (set: Row[]) => set.map((row) => [row.own.join(','), ...pairsOf(row, (n) => n)].join(' ')).join('\n'),
  'xmlrepo-sparse': (set: Row[]) =>
    [`${set.length} ${features} ${labels}`, ...set.map((row) => [row.own.join(','), ...pairsOf(row, (n) => n / 2)].join(' '))].join('\n'),
  arff: (set: Row[]) =>
    [
      `@relation 'bags: -C ${labels}'`,
      ...Array.from({ length: labels }, (_, l) => `@attribute l${l} {0,1}`),
      ...Array.from({ length: features }, (_, f) => `@attribute word${f} numeric`),
      '@data',
      ...set.map(({ own, counts }) => {
        const cells = [...own.map((l) => [l, 1]), ...[...counts].map(([f, n]) => [labels + f, n])];
        return `{${cells.sort(([a], [b]) => a - b).map(([at, value]) => `${at} ${value}`).join(', ')}}`;
      }),
    ].join('\n'),
  jsonl: (set: Row[]) =>
    set.map(({ own, counts }) => {
      const text = [...counts].flatMap(([f, n]) => Array<string>(n).fill(`word${f}`)).join(' ');
      return JSON.stringify({ text, labels: own.map((l) => `l${l}`) });
    }).join('\n'),
}; // prettier-ignore
type Format = keyof typeof written;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-bags-'));
  for (const [format, write] of Object.entries(written))
    for (const [set, documents] of Object.entries(sets))
      await writeFile(fileOf(format as Format, set as Set), `${write(documents)}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const fileOf = (format: Format, set: Set): string =>
  join(folder, `${format}-${set}.${format === 'arff' ? 'arff' : 'txt'}`);

async function run(
  name: string,
  format: Format,
  overrides: string[] = [],
  options: Partial<Parameters<typeof train>[1]> = {},
) {
  const file = join(folder, `${name}.xmlcnn.json`);
  const dataset = { train: fileOf(format, 'train'), test: fileOf(format, 'test'), validationFraction: 0.2 };
  const output = { cache: false, name, folder: join(folder, 'runs') };
  await writeFile(file, JSON.stringify({ extends: 'linear', dataset, output, engine: { threads: 1 } }));
  const { config, diagnostics } = await loadConfig(file, overrides);
  const notices: string[] = [];
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'notice') notices.push(event.message);
    options.onEvent?.(event);
  };
  const result = await train(config, { ...options, onEvent });
  return { result, notices, diagnostics, paths: runPaths(result.folder) };
}

describe('a linear run on bags of words', () => {
  let arff: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => (arff = await run('arff', 'arff')), 60_000);

  it('takes counts as the words of a text, to the same figures', async () => {
    expect(arff.notices).toContainEqual(expect.stringContaining('counts, weighed by TF-IDF'));
    const texts = await run('texts', 'jsonl', ['text.ngrams=1']);
    const { metrics } = arff.result.summary!.evaluated!;
    expect(metrics['P@1']).toBeGreaterThan(0.9);
    for (const name of ['P@1', 'P@5', 'PSP@3', 'logLoss'])
      expect(metrics[name]).toBeCloseTo(texts.result.summary!.evaluated!.metrics[name], 3);
    const names = arff.result.summary!.baselines.map(({ name }) => name);
    expect(names).toEqual(['label-frequency', 'tfidf-knn']);
  });

  it('takes real values as given, or scaled, and says so', async () => {
    const given = await run('given', 'xmlrepo-sparse');
    expect(given.notices).toContainEqual(expect.stringContaining('taken as given ("linear.features", as found'));
    const { info, ngrams, idf } = await readLinearCheckpoint(given.paths.checkpoint('best'));
    expect(info.settings).toEqual({ minWordLength: 1, sublinear: false, values: 'as-given' });
    expect([ngrams.length, new Set(idf)]).toEqual([idf.length, new Set([1])]);
    const scaled = await run('scaled', 'xmlrepo-sparse', ['linear.features=unit-length']);
    expect(scaled.notices).toContainEqual(expect.stringContaining('scaled to length 1 ("linear.features", as stated)'));
    const [a, b] = [given, scaled].map(({ result }) => result.summary!.evaluated!.metrics);
    expect(a['P@1']).toBeGreaterThan(0.9);
    expect(b['P@1']).toBeGreaterThan(0.9);
    expect(a.logLoss).not.toBeCloseTo(b.logLoss, 4);
  });

  it('keeps no more features than are wanted', async () => {
    const few = await run('few', 'libsvm', ['linear.maxFeatures=20', 'linear.minDocuments=30']);
    const { idf } = await readLinearCheckpoint(few.paths.checkpoint('best'));
    expect(idf.length).toBe(20);
    const none = run('none', 'libsvm', ['linear.minDocuments=1000']);
    await expect(none).rejects.toMatchObject({ code: 'no-words', remedy: 'Set "linear.minDocuments" lower.' });
  });

  it('goes on to the same weights after an end', async () => {
    const stop = new AbortController();
    const onEvent = ({ type }: RunEvent): void => void (type === 'checkpoint' && stop.abort());
    const part = await run('part', 'arff', [], { onEvent, signal: stop.signal, checkpointSeconds: 0 });
    expect(part.result.stopped).toBe('interrupted');
    const whole = await run('part', 'arff', [], { resume: part.result.folder });
    const [one, two] = await Promise.all(
      [arff, whole].map(({ paths }) => readLinearCheckpoint(paths.checkpoint('best'))),
    );
    expect(one.labels).toEqual(two.labels);
    await writeFile(fileOf('arff', 'train'), written.arff(sets.train).replace(/ 3([,}])/, ' 2$1'));
    const other = run('part', 'arff', [], { resume: part.result.folder });
    await expect(other).rejects.toMatchObject({ code: 'resume-data-differs' });
    await writeFile(fileOf('arff', 'train'), written.arff(sets.train));
  });

  it('is evaluated again, and predicts other files by the names of their features', async () => {
    const { evaluation } = await evaluateRun(arff.result.folder, { onEvent: () => {} });
    expect(evaluation.metrics).toEqual(arff.result.summary!.evaluated!.metrics);
    // features in another order, and no labels
    const lines = written
      .arff(sets.test)
      .split('\n')
      .filter((line) => !line.startsWith('@attribute l'));
    const words = lines.filter((line) => line.startsWith('@attribute')).reverse();
    const data = sets.test.map(
      ({ counts }) => `{${[...counts].map(([f, n]) => `${features - 1 - f} ${n}`).join(',')}}`,
    );
    const turned = join(folder, 'turned.arff');
    await writeFile(turned, ['@relation turned', ...words, '@attribute l0 {0,1}', '@data', ...data].join('\n'));
    const predictor = await loadPredictor(arff.result.folder);
    const output = join(folder, 'turned.jsonl');
    const given = { labelColumns: ['l0'] };
    expect(await exportPredictions(predictor, { file: turned }, output, { top: 1, given })).toMatchObject({
      documents: 120,
    });
    const found = (await readFile(output, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { predicted_labels: string[] });
    expect(Object.keys(found[0])).toEqual(['id', 'labels', 'predicted_labels', 'probabilities']);
    const hits = found.filter(({ predicted_labels: [label] }, d) => sets.test[d].own.includes(Number(label.slice(1))));
    expect(hits.length / 120).toBeCloseTo(evaluation.metrics['P@1'], 10);
    await predictor.dispose();
  });

  it('takes its predictions apart by feature', async () => {
    const { source } = await openDataset({ file: fileOf('arff', 'test') });
    const bags = [];
    for await (const { features: bag } of source) bags.push(bag!);
    const d = sets.test.findIndex(({ own }) => own.includes(3));
    const predictor = await loadPredictor(arff.result.folder);
    const { labels: explained, words, unknownWords } = await predictor.explain(bags[d], { top: labels });
    expect([words, unknownWords]).toEqual([sets.test[d].counts.size, 0]);
    for (const { explanation } of explained) {
      const { contributions, bias, logit } = explanation;
      expect(contributions.reduce((sum, { contribution }) => sum + contribution, bias)).toBeCloseTo(logit, 4);
    }
    const { contributions } = explained.find(({ name }) => name === 'l3')!.explanation;
    expect(contributions[0]).toMatchObject({ text: 'word3', words: ['word3'] });
    expect(shownBag(bags[d]).text.slice(contributions[0].start)).toMatch(/^word3:/);
    await predictor.dispose();
  });

  it('is used from the command line', async () => {
    const { folder: place } = arff.result;
    const predict = ['predict', place, fileOf('arff', 'test'), '--dataset', '--top', '1', '--explain'];
    const { code, out } = await call([...predict, '--json']);
    expect(code).toBe(0);
    const { predictions } = JSON.parse(out) as { predictions: { text: string; truth: string[] }[] };
    expect(predictions).toHaveLength(120);
    const d = sets.test.findIndex(({ own }) => own.includes(3));
    expect(predictions[d].truth).toContain('l3');
    expect(predictions[d].text).toMatch(/\bword3:[123]\b/);
    expect((await call(predict)).out).toMatch(/for +"word\d+" \+/);
    const typed = await call(['predict', place, '--text', 'word3']);
    expect([typed.code, typed.err]).toEqual([
      1,
      expect.stringContaining('it reads features with values, and no texts'),
    ]);
  });

  it('stands in Predictions, features in place of a text', async () => {
    const scored = await ScoredRun.open(arff.result.folder, { split: 'test' });
    const d = sets.test.findIndex(({ own }) => own.includes(3));
    const { text, labels: shown } = await scored.document(d);
    expect(text).toMatch(/\bword3:[123]\b/);
    const evidence = await scored.evidence(d, shown.find(({ name }) => name === 'l3')!.id);
    expect(evidence!.for[0].text).toBe('word3');
    const { start, end } = evidence!.highlights.find(({ strength }) => strength === 1)!;
    expect(text.slice(start, end)).toBe('word3');
    const page = { offset: 0, limit: 120, order: 'file', descending: false, threshold: 0.5, search: 'word3:' } as const;
    expect((await scored.page(page)).total).toBe(sets.test.filter(({ counts }) => counts.has(3)).length);
    const single = { kind: 'record', file: fileOf('arff', 'test'), number: d + 1, line: 0 } as const;
    expect((await (await ScoredSingle.open(arff.result.folder, single)).document()).text).toBe(text);
  });

  it('refuses texts, and other features', async () => {
    const model = await loadModel(arff.result.folder);
    await expect(model.predict(['word3 word4'])).rejects.toMatchObject({ code: 'no-texts' });
    await expect(model.explain('word3')).rejects.toMatchObject({ code: 'no-texts' });
    await model.dispose();
    const onEvent = (): void => {};
    for (const [format, said] of [
      ['libsvm', /knows no feature of this file/],
      ['jsonl', /holds texts/],
    ] as const) {
      const data = { file: fileOf(format, 'test') };
      const other = evaluateRun(arff.result.folder, { data, reading: { format }, onEvent });
      await expect(other).rejects.toMatchObject({
        code: 'other-features',
        message: expect.stringMatching(said) as string,
      });
    }
    const numbered = await run('numbered', 'libsvm');
    const data = { file: fileOf('xmlrepo-sparse', 'test') };
    const other = evaluateRun(numbered.result.folder, { data, reading: { format: 'xmlrepo-sparse' }, onEvent });
    await expect(other).rejects.toMatchObject({ code: 'other-features' });
    for (const test of [fileOf('jsonl', 'test'), fileOf('libsvm', 'test')])
      await expect(run('mixed', 'arff', [`dataset.test=${test}`])).rejects.toMatchObject({ code: 'other-features' });
  });

  it('is exported with a card that speaks of features', async () => {
    const { folder: to } = await exportModel(arff.result.folder, { format: 'safetensors' });
    const card = await readFile(join(to, 'README.md'), 'utf8');
    expect(card).toContain('of a bag of words, in at least 2 training documents');
    expect(card).not.toMatch(/tokenizer|sequences|undefined|NaN/);
  });

  it('is what init proposes', async () => {
    const facts = await surveyDataset({ file: fileOf('arff', 'train') }, {}, {});
    const text = createConfigText(factsFrom(folder, facts));
    const file = join(folder, 'proposed.xmlcnn.json');
    await writeFile(file, text);
    const { config, diagnostics } = await loadConfig(file);
    expect(diagnostics).toEqual([]);
    expect([config.model.type, config.dataset.format]).toEqual(['linear', 'arff']);
    expect(() => createConfigText(facts, 'wide')).toThrow(/bags of words/);
  });
});
