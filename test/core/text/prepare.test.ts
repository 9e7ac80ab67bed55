import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { completeConfig } from '../../../src/core/config/layers.ts';
import type { RunConfig } from '../../../src/core/config/runConfig.ts';
import { Cancelled } from '../../../src/core/base/errors.ts';
import { encodeSource, prepareData, type PreparedData } from '../../../src/core/text/prepare.ts';
import type { Corpus } from '../../../src/core/text/corpus.ts';
import type { RunEvent } from '../../../src/core/base/events.ts';
import { jsonLines, put, temporaryFolder, userError } from './helpers.ts';

type Record = Parameters<typeof jsonLines>[0][number];

const trainSet: Record[] = [
  { id: 't1', text: 'the cat sat on the mat', labels: ['pets', 'home'] },
  { id: 't2', text: 'the dog ran', labels: ['pets'] },
  { id: 't3', text: 'stocks fell in 2017', labels: ['money'] },
  { id: 't4', text: 'nothing', labels: [] },
];
const testSet: Record[] = [
  { id: 's1', text: 'the hat fell', labels: ['money', 'clothes'] },
  { id: 's2', text: '', labels: ['pets'] },
];

async function project(overrides: { [S in keyof RunConfig]?: Partial<RunConfig[S]> } = {}): Promise<RunConfig> {
  const folder = await temporaryFolder();
  const train = await put(join(folder, 'train.jsonl'), jsonLines(trainSet));
  const test = await put(join(folder, 'test.jsonl'), jsonLines(testSet));
  const base = completeConfig({ dataset: { train, test } });
  const config: RunConfig = {
    ...base,
    dataset: { ...base.dataset, validationFraction: 0, ...overrides.dataset },
    text: { ...base.text, ...overrides.text },
    embedding: { ...base.embedding, dim: 2, ...overrides.embedding },
    output: { ...base.output, cacheFolder: join(folder, '.xmlcnn'), ...overrides.output },
  };
  return config;
}

function wordsOf({ vocabulary }: Pick<PreparedData, 'vocabulary'>, corpus: Corpus, i: number): string {
  const ids = corpus.words.subarray(corpus.wordStarts[i], corpus.wordStarts[i + 1]);
  return [...ids].map((id) => vocabulary.words[id]).join(' ');
}

function labelsOf({ labels }: Pick<PreparedData, 'labels'>, corpus: Corpus, i: number): string[] {
  const ids = corpus.labels.subarray(corpus.labelStarts[i], corpus.labelStarts[i + 1]);
  return [...ids].map((id) => labels.names[id]);
}

test('files become corpora, with a report', async () => {
  const config = await project({ text: { maxLength: 5 } });
  const data = await prepareData(config);
  const { train, test, report } = data;
  expect(data.fromCache).toBe(false);
  expect(train.ids).toEqual(['t1', 't2', 't3', 't4']);
  expect(wordsOf(data, train, 0)).toBe('the cat sat on the');
  expect(labelsOf(data, train, 0)).toEqual(['home', 'pets']);
  expect(data.validation).toBeUndefined();
  expect(wordsOf(data, test!, 0)).toBe('the <unk> fell');
  expect(labelsOf(data, test!, 0)).toEqual(['money', 'clothes']);
  expect(data.labels.names).toEqual(['home', 'money', 'pets', 'clothes']);
  expect([...data.labels.trainCounts]).toEqual([1, 1, 2, 0]);
  expect(data.vocabulary.words.slice(0, 3)).toEqual(['<pad>', '<unk>', 'the']);
  expect(report.splits.train).toMatchObject({ documents: 4, words: 12, truncated: 1, unlabelled: 1, empty: 0 });
  expect(report.splits.test).toMatchObject({ documents: 2, words: 3, empty: 1, unlabelled: 0 });
  expect(report.unknownRate.test).toBeCloseTo(1 / 3);
  expect(report).toMatchObject({ truncated: 1, skipped: 0, testOnlyLabels: ['clothes'], validationOnlyLabels: [] });
  expect(report.findingCounts).toEqual({ unlabelled: 1, 'empty-document': 1 });
});

test('validation: a file of its own', async () => {
  const config = await project();
  const other: Record[] = [{ id: 'v1', text: 'a dog', labels: ['zoo', 'pets'] }];
  const validation = await put(join(config.dataset.train, '..', 'dev.jsonl'), jsonLines(other));
  const data = await prepareData({ ...config, dataset: { ...config.dataset, validation, validationFraction: 0.5 } });
  expect(data.train.size).toBe(4); // the fraction is not used
  expect(wordsOf(data, data.validation!, 0)).toBe('<unk> dog');
  expect(data.labels.names).toEqual(['home', 'money', 'pets', 'zoo', 'clothes']);
  expect(data.report).toMatchObject({ validationOnlyLabels: ['zoo'], testOnlyLabels: ['clothes'] });
  expect(data.report.unknownRate.validation).toBeCloseTo(0.5);
});

test.each(['random', 'stratified'] as const)('validation: a %s part of train, by seed', async (split) => {
  const records = Array.from({ length: 100 }, (_, i) => ({
    id: `d${i}`,
    text: `common word${i}x`,
    labels: [i % 4 === 0 ? 'quarter' : 'rest', ...(i === 17 ? ['once'] : [])],
  }));
  const config = await project({ dataset: { split, validationFraction: 0.2 }, output: { cache: false } });
  await writeFile(config.dataset.train, jsonLines(records));
  const data = await prepareData(config);
  const { train, validation, vocabulary, labels, report } = data;
  expect([train.size, validation!.size]).toEqual([80, 20]);
  const number = (id: string) => Number(id.slice(1));
  for (const { ids } of [train, validation!]) expect(ids).toEqual([...ids].sort((a, b) => number(a) - number(b)));
  expect(new Set([...train.ids, ...validation!.ids]).size).toBe(100);
  expect(vocabulary.size).toBe(2 + 1 + 80); // held-out words are not counted
  expect(vocabulary.words[2]).toBe('common');
  expect(wordsOf(data, validation!, 0)).toBe('common <unk>');
  expect(report.unknownRate.validation).toBe(0.5);
  const counts = Object.fromEntries(labels.names.map((name, id) => [name, labels.trainCounts[id]]));
  expect(counts.quarter + counts.rest).toBe(80);
  if (split === 'stratified') expect([counts.quarter, counts.rest]).toEqual([20, 60]);
  expect(labels.names).toEqual(
    counts.once
      ? ['once', 'quarter', 'rest', 'clothes', 'money', 'pets']
      : ['quarter', 'rest', 'once', 'clothes', 'money', 'pets'],
  );

  expect((await prepareData(config)).validation!.ids).toEqual(validation!.ids);
  const reseeded = { ...config, training: { ...config.training, seed: 2 } };
  expect((await prepareData(reseeded)).validation!.ids).not.toEqual(validation!.ids);
});

test('pretrained vectors are kept for the vocabulary, and coverage is told', async () => {
  const config = await project();
  const file = await put(join(config.dataset.train, '..', 'v.txt.gz'), gzipSync('the 1 2\nhat 3 4\ncat 5\n'));
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent) => void events.push(event);
  const run = { ...config, embedding: { ...config.embedding, file } };
  const data = await prepareData(run, { onEvent });
  expect([...data.pretrained!.rows.subarray(4, 6)]).toEqual([1, 2]);
  expect(data.pretrained!.found.reduce((sum, hit) => sum + hit)).toBe(1);
  expect(data.report.embeddings).toMatchObject({ found: 1, vectors: 2, counts: { 'torn-line': 1 } });
  const messages = events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
  expect(messages.some((message) => message.includes(`${file}:3: The line has 1 numbers`))).toBe(true);
  expect((await prepareData(run)).pretrained).toEqual(data.pretrained);
});

test('progress in bytes comes to its end, in order', async () => {
  const config = await project({ output: { cache: false } });
  const events: RunEvent[] = [];
  await prepareData(config, { onEvent: (event) => void events.push(event) });
  expect(events[0]).toEqual({ type: 'phase', phase: 'reading' });
  const progress = events.filter((event) => event.type === 'progress');
  const total = (await stat(config.dataset.train)).size + (await stat(config.dataset.test!)).size;
  expect(progress.at(-1)).toMatchObject({ phase: 'reading', unit: 'bytes', done: total, total, secondsLeft: 0 });
  for (let i = 1; i < progress.length; i++) expect(progress[i].done).toBeGreaterThanOrEqual(progress[i - 1].done);
});

test('skipped records are counted and shown', async () => {
  const config = await project({ dataset: { onError: 'skip' } });
  await writeFile(config.dataset.train, `{torn\n${jsonLines(trainSet)}`);
  const events: RunEvent[] = [];
  const { report, train } = await prepareData(config, { onEvent: (event) => void events.push(event) });
  expect(train.size).toBe(4);
  expect(report.skipped).toBe(1);
  expect(report.findings[0]).toMatchObject({ file: config.dataset.train, line: 1, skipped: true });
  const warnings = events.filter((event) => event.type === 'notice' && event.level === 'warning');
  expect(warnings[0]).toMatchObject({ message: expect.stringContaining('train.jsonl:1') });

  const stop = { ...config, dataset: { ...config.dataset, onError: 'stop' as const } };
  expect((await userError(prepareData(stop))).place).toMatchObject({ file: config.dataset.train, line: 1 });
});

test('what cannot be trained on is refused with a remedy', async () => {
  const config = await project();
  const { train } = config.dataset;
  const refused = async (content: string, text: Partial<RunConfig['text']> = {}, dataset = {}) => {
    await writeFile(train, content);
    const run = { ...config, text: { ...config.text, ...text }, dataset: { ...config.dataset, ...dataset } };
    const error = await userError(prepareData(run));
    expect(error.remedy).not.toBe('');
    expect(error.place.file).toBe(train);
    return error.code;
  };
  expect(await refused(jsonLines([{ text: 'no labels here', labels: [] }]))).toBe('no-labels');
  expect(await refused(jsonLines([{ text: '1 2 3', labels: ['x'] }]))).toBe('no-words');
  expect(await refused(jsonLines(trainSet), { minCount: 9 })).toBe('no-words');
  expect(
    await refused('{torn\n', {}, { format: 'jsonl', textField: 'text', labelField: 'labels', onError: 'skip' }),
  ).toBe('empty-train');
  expect(await refused('2 3 2\n0 0:1 2:1.5\n1 1:1\n')).toBe('bag-of-words');
});

test('an unchanged second run comes from the cache, the same in all', async () => {
  const config = await project({ dataset: { validationFraction: 0.3 } });
  const first = await prepareData(config);
  const events: RunEvent[] = [];
  const second = await prepareData(config, { onEvent: (event) => void events.push(event) });
  expect(second.fromCache).toBe(true);
  expect({ ...second, fromCache: false }).toEqual(first);
  expect(second.vocabulary.idOf('the')).toBe(first.vocabulary.idOf('the'));
  expect(events.some((event) => event.type === 'notice' && event.message.includes('of test never in train'))).toBe(
    true,
  );
  // what preparing does not depend on does not matter
  const other = { ...config, training: { ...config.training, epochs: 3 }, engine: { ...config.engine, threads: 1 } };
  expect((await prepareData(other)).fromCache).toBe(true);
});

test('the cache is stale when config or files differ in the least', async () => {
  const config = await project();
  const { train } = config.dataset;
  const isCached = async (run: RunConfig = config) => (await prepareData(run)).fromCache;
  expect([await isCached(), await isCached()]).toEqual([false, true]);
  expect(await isCached({ ...config, text: { ...config.text, minCount: 2 } })).toBe(false);
  expect(await isCached({ ...config, training: { ...config.training, seed: 9 } })).toBe(false);
  expect(await isCached()).toBe(true);

  // same size, same time, other content
  const { mtime, atime } = await stat(train);
  const changed = (await readFile(train, 'utf8')).replace('dog', 'cow');
  await writeFile(train, changed);
  await utimes(train, atime, mtime);
  const data = await prepareData(config);
  expect(data.fromCache).toBe(false);
  expect(data.vocabulary.words).toContain('cow');
  expect(data.vocabulary.words).not.toContain('dog');
});

test('companions that are found by name count as well', async () => {
  const folder = await temporaryFolder();
  const train = await put(join(folder, 'trn_raw_texts.txt'), 'a cat\na dog\n');
  const labels = await put(join(folder, 'trn_labels.txt'), 'x\ny\n');
  const base = completeConfig({ dataset: { train, format: 'xmlrepo-raw', validationFraction: 0 } });
  const config = { ...base, output: { ...base.output, cacheFolder: join(folder, '.xmlcnn') } };
  await prepareData(config);
  await writeFile(labels, 'x\nz\n');
  const data = await prepareData(config);
  expect(data.fromCache).toBe(false);
  expect(data.labels.names).toEqual(['x', 'z']);
});

test('a damaged cache entry is reported and made again', async () => {
  const config = await project();
  const first = await prepareData(config);
  const folder = config.output.cacheFolder!;
  const [name] = (await readdir(folder)).filter((file) => file.endsWith('.prepared'));
  const bytes = await readFile(join(folder, name));
  bytes[bytes.length - 100] ^= 1;
  await writeFile(join(folder, name), bytes);
  const events: RunEvent[] = [];
  const again = await prepareData(config, { onEvent: (event) => void events.push(event) });
  expect(again).toEqual(first);
  expect(events).toContainEqual({ type: 'notice', level: 'warning', message: expect.stringContaining('damaged') });
  expect((await prepareData(config)).fromCache).toBe(true);
});

test('a cache that cannot be used is told, and stops nothing', async () => {
  const warningsOf = async (config: RunConfig) => {
    const events: RunEvent[] = [];
    const data = await prepareData(config, { onEvent: (event) => void events.push(event) });
    expect(data.train.size).toBe(4);
    return events.flatMap((event) => (event.type === 'notice' && event.level === 'warning' ? [event.message] : []));
  };
  const config = await project();
  const blocked = await put(join(config.dataset.train, '..', 'file'), '');
  const inFile = { ...config, output: { ...config.output, cacheFolder: join(blocked, 'cache') } };
  expect(await warningsOf(inFile)).toContainEqual(expect.stringContaining('could not be written'));
  const tiny = { ...config, output: { ...config.output, cacheLimit: 0.0001 } };
  expect(await warningsOf(tiny)).toContainEqual(expect.stringContaining('larger than output.cacheLimit'));
  const off = { ...config, output: { ...config.output, cache: false } };
  await warningsOf(off);
  expect((await prepareData(off)).fromCache).toBe(false);
});

test('a file that changes while it is read is not kept', async () => {
  const config = await project();
  const file = config.dataset.test!;
  const { atime, mtime } = await stat(file);
  const notices: string[] = [];
  const data = await prepareData(config, {
    onEvent: (event) => {
      if (event.type === 'notice') notices.push(event.message);
      if (event.type === 'phase' && event.phase === 'reading')
        writeFileSync(file, jsonLines([...testSet, { id: 's3', text: 'late', labels: [] }]));
    },
  });
  expect(data.test!.size).toBe(3);
  expect(notices).toContainEqual(expect.stringContaining('changed while it was read'));
  await writeFile(file, jsonLines(testSet)); // as it was when its hash was taken
  await utimes(file, atime, mtime);
  expect(await prepareData(config)).toMatchObject({ fromCache: false, test: { size: 2 } });
});

test('preparing can be cancelled at any point', async () => {
  const config = await project();
  await expect(prepareData(config, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(Cancelled);
  const off = { ...config, output: { ...config.output, cache: false } };
  await expect(prepareData(off, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(Cancelled);
  const controller = new AbortController();
  const onEvent = (event: RunEvent) => event.type === 'progress' && event.phase === 'reading' && controller.abort();
  await expect(
    prepareData(config, { signal: controller.signal, onEvent: (event) => void onEvent(event) }),
  ).rejects.toBeInstanceOf(Cancelled);
  expect((await prepareData(config)).fromCache).toBe(false);
});

test('another file is encoded with the ids of a model', async () => {
  const config = await project();
  const { vocabulary, labels } = await prepareData(config);
  const file = await put(
    join(config.dataset.train, '..', 'more.jsonl'),
    jsonLines([{ id: 'm1', text: 'The CAT xyzzy', labels: ['new', 'pets', 'clothes', 'also'] }]),
  );
  const encoded = await encodeSource({ file: file }, vocabulary, labels, { config });
  expect(wordsOf({ vocabulary }, encoded.corpus, 0)).toBe('the cat <unk>');
  expect(encoded.labels.names).toEqual([...labels.names, 'also', 'new']);
  expect(labelsOf(encoded, encoded.corpus, 0)).toEqual(['pets', 'clothes', 'also', 'new']);
  expect(encoded.newLabels).toEqual(['clothes', 'also', 'new']);
  expect(encoded.report).toMatchObject({ documents: 1, words: 3 });
  expect(encoded.report.unknownRate).toBeCloseTo(1 / 3);
  expect((await userError(encodeSource({ file: join(file, 'none') }, vocabulary, labels, { config }))).code).toBe(
    'file-not-found',
  );
});
