import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { uniformAt } from '../../../src/core/base/random.ts';
import { completeConfig } from '../../../src/core/config/layers.ts';
import type { RunConfig } from '../../../src/core/config/runConfig.ts';
import { drawnSplits, drawSplits, seenOf, splitOfFile, splitsOf } from '../../../src/core/text/drawnSplits.ts';
import { prepareData } from '../../../src/core/text/prepare.ts';
import { jsonLines, put, temporaryFolder } from './helpers.ts';

/** 600 documents; label l stands in about 40% / (l + 1) of them. */
const labels = Array.from({ length: 600 }, (_, d) =>
  Array.from({ length: 12 }, (_, l) => l).filter((l) => uniformAt(77, d * 12 + l) < 0.4 / (l + 1)),
);
const documents = { size: labels.length, labelNames: { size: 12 }, labelLists: () => (d: number) => labels[d] };
const configOf = (dataset: Partial<RunConfig['dataset']>, seed = 1): RunConfig =>
  completeConfig({ dataset: { train: '/d/all.jsonl', split: 'stratified', ...dataset }, training: { seed } });
const ofSplit = (drawn: Uint8Array, split: (typeof drawnSplits)[number]): number[] =>
  [...drawn.keys()].filter((d) => drawnSplits[drawn[d]] === split);

describe('drawSplits', () => {
  const both = { testFraction: 0.2, validationFraction: 0.25 };
  test.each(['stratified', 'random'] as const)('%s: the same for the same seed, of the sizes asked for', (split) => {
    const drawn = drawSplits(documents, configOf({ ...both, split }));
    expect(drawSplits(documents, configOf({ ...both, split }))).toEqual(drawn);
    expect(drawSplits(documents, configOf({ ...both, split }, 2))).not.toEqual(drawn);
    const [train, validation, test] = drawnSplits.map((name) => ofSplit(drawn, name).length);
    expect(train + validation + test).toBe(600);
    expect(Math.abs(test - 120)).toBeLessThanOrEqual(split === 'random' ? 0 : 12);
    expect(Math.abs(validation - 120)).toBeLessThanOrEqual(split === 'random' ? 0 : 12); // a quarter of the rest
  });

  test('test is drawn first: what is held out for validation does not change it', () => {
    const tests = [0, 0.1, 0.5].map((validationFraction) =>
      ofSplit(drawSplits(documents, configOf({ testFraction: 0.2, validationFraction })), 'test'),
    );
    expect(tests[1]).toEqual(tests[0]);
    expect(tests[2]).toEqual(tests[0]);
  });

  test('each label keeps its share in test', () => {
    const drawn = drawSplits(documents, configOf(both));
    for (let label = 0; label < 12; label++) {
      const having = [...drawn.keys()].filter((d) => labels[d].includes(label));
      const share = having.filter((d) => drawn[d] === 2).length;
      expect(Math.abs(share - 0.2 * having.length)).toBeLessThanOrEqual(Math.max(2, 0.1 * having.length));
    }
  });

  test('without testFraction, validation is as it always was', () => {
    const drawn = drawSplits(documents, configOf({ validationFraction: 0.05, split: 'random' }, 3));
    expect(ofSplit(drawn, 'test')).toEqual([]);
    expect(ofSplit(drawn, 'validation').slice(0, 8)).toEqual([2, 9, 11, 43, 54, 116, 135, 138]);
  });

  test('files that are named hold out nothing, and something is always left to train on', () => {
    const named = { ...both, validation: '/d/v.jsonl', test: '/d/t.jsonl' };
    expect(drawSplits(documents, configOf(named)).every((split) => split === 0)).toBe(true);
    for (const size of [1, 2, 3]) {
      const drawn = drawSplits({ ...documents, size }, configOf({ testFraction: 0.9, validationFraction: 0.9 }));
      expect(ofSplit(drawn, 'train').length).toBe(1);
    }
  });
});

test('the splits of a run, and what figures on them are worth', () => {
  const drawn = configOf({ testFraction: 0.1, validationFraction: 0 });
  expect(splitsOf(drawn)).toEqual(['test', 'train']);
  expect(splitOfFile(drawn, { file: '/d/all.jsonl' })).toBeUndefined();
  expect(splitOfFile(configOf({ validationFraction: 0 }), { file: '/d/all.jsonl' })).toBe('train');
  expect(seenOf(drawn, 'validation')).toBe('chose-epoch');
  expect(seenOf(drawn, 'train')).toBe('trained-on');
  expect(seenOf(drawn, 'test')).toBeUndefined();
  const all = completeConfig({ dataset: { train: 'a' }, training: { retrainOnAll: true } });
  expect(seenOf(all, 'validation')).toBe('trained-on');
});

describe('prepareData', () => {
  async function prepared(dataset: Partial<RunConfig['dataset']>) {
    const folder = await temporaryFolder();
    const records = labels.map((own, d) => ({
      id: `d${d}`,
      text: `shared word${d}x`,
      labels: [...own.map((l) => `label ${l}`), ...(d % 50 === 7 ? [`once ${d}`] : [])],
    }));
    const train = await put(join(folder, 'all.jsonl'), jsonLines(records));
    const validation = join(folder, 'dev.jsonl');
    await writeFile(validation, jsonLines([{ id: 'v', text: 'shared', labels: ['label 0', 'zoo'] }]));
    const named = dataset.validation === undefined ? {} : { validation };
    return prepareData(
      completeConfig({
        dataset: { train, split: 'random', ...dataset, ...named }, // chance may leave a label to test alone
        output: { cacheFolder: join(folder, '.xmlcnn') },
      }),
    );
  }
  const number = (id: string): number => Number(id.slice(1));

  test.each([{ validationFraction: 0.25 }, { validation: 'dev.jsonl' }])(
    'documents of test teach nothing: neither words nor labels nor counts (%o)',
    async (dataset) => {
      const { train, test, vocabulary, labels: names, report } = await prepared({ testFraction: 0.2, ...dataset });
      const known = new Set(train.ids);
      expect(test!.ids.some((id) => known.has(id))).toBe(false);
      for (const id of test!.ids) expect(vocabulary.idOf(`word${number(id)}x`)).toBe(1);
      for (const id of train.ids) expect(vocabulary.idOf(`word${number(id)}x`)).toBeGreaterThan(1);
      // labels that test alone has come last, so that no output is made for them
      const testOnly = report.testOnlyLabels;
      expect(testOnly.length).toBeGreaterThan(0);
      const last = names.names.slice(-testOnly.filter((name) => !report.validationOnlyLabels.includes(name)).length);
      expect(last.every((name) => testOnly.includes(name))).toBe(true);
      expect(testOnly.every((name) => names.trainCounts[names.idOf(name)] === 0)).toBe(true);
      // each document of test bears its own labels
      for (let d = 0; d < test!.size; d++) {
        const ids = test!.labels.subarray(test!.labelStarts[d], test!.labelStarts[d + 1]);
        expect([...ids]).toEqual([...ids].sort((a, b) => a - b));
        const own = [...ids].map((id) => names.names[id]).filter((name) => name.startsWith('label'));
        expect(own.sort()).toEqual(labels[number(test!.ids[d])].map((l) => `label ${l}`).sort());
      }
      expect(report.splits.test).toMatchObject({ documents: test!.size });
    },
  );

  test('the cache knows the fraction', async () => {
    const folder = await temporaryFolder();
    const train = await put(
      join(folder, 'all.jsonl'),
      jsonLines(labels.map((_, d) => ({ id: `d${d}`, text: 'a', labels: ['x'] }))),
    );
    const output = { cacheFolder: join(folder, '.xmlcnn') };
    const prepare = (testFraction: number) => prepareData(completeConfig({ dataset: { train, testFraction }, output }));
    expect((await prepare(0)).test).toBeUndefined();
    const drawn = await prepare(0.1);
    expect([drawn.fromCache, drawn.test?.size]).toEqual([false, 60]);
    const again = await prepare(0.1);
    expect(again.fromCache).toBe(true);
    expect(again.test).toEqual(drawn.test);
  });
});
