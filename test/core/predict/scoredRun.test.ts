import { copyFile, cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { completeConfig } from '../../../src/core/config/layers.ts';
import type { RunConfig } from '../../../src/core/config/runConfig.ts';
import { Cancelled } from '../../../src/core/base/errors.ts';
import type { ScoredLabelQuery, ScoredQuery } from '../../../src/core/predict/scored.ts';
import { ScoredRun, ScoredSingle } from '../../../src/core/predict/scoredRun.ts';
import { splitOfFile } from '../../../src/core/text/drawnSplits.ts';
import { ScoreStore } from '../../../src/core/metrics/scores.ts';
import { prepareData } from '../../../src/core/text/prepare.ts';
import { evaluateRun } from '../../../src/core/training/evaluateRun.ts';
import type { RunEvent } from '../../../src/core/base/events.ts';
import { readRun, runPaths } from '../../../src/core/training/runFolder.ts';
import { trainWith } from '../../../src/core/training/trainer.ts';
import { reference } from '../training/setup.ts';

const topics = ['fish', 'fruit', 'bread', 'wine', 'salt'];

/** Every fourth document has a label that train does not know, every tenth none. */
function documents(count: number, shift: number, extra?: string): string {
  const lines = Array.from({ length: count }, (_, i) => {
    const about = [topics[(i + shift) % 5], ...(i % 3 ? [] : [topics[(i * 2 + shift) % 5]])];
    const labels = i % 10 === 9 ? [] : [...new Set(about)].map((topic) => `about ${topic}`);
    if (extra && i % 4 === 0) labels.push(extra);
    return JSON.stringify({ id: `d${i}`, text: `${about.join(' and ')} number${i % 6} <b>`, labels });
  });
  return `${lines.join('\n')}\n`;
}

let folder: string;
let run: string;
let config: RunConfig;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-scored-'));
  await writeFile(join(folder, 'train.jsonl'), documents(60, 0));
  await writeFile(join(folder, 'test.jsonl'), documents(30, 1, 'unheard of'));
  config = completeConfig({
    dataset: { train: join(folder, 'train.jsonl'), test: join(folder, 'test.jsonl'), validationFraction: 0.2 },
    text: { maxLength: 10 },
    embedding: { dim: 6 },
    model: { filterSizes: [1, 2], filters: 6, pools: 1, hidden: 4, embeddingDropout: 0, hiddenDropout: 0 },
    evaluation: { k: [1, 3] },
    training: { epochs: 6, batchSize: 8, learningRate: 0.03, patience: 0 },
    engine: { name: 'reference' },
    output: { folder: join(folder, 'runs'), name: 'run', cache: false },
  });
  const prepare = { prepare: prepareData, makeEngine: reference };
  run = (await trainWith(config, { onEvent: () => {} }, prepare)).folder;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const query = (changes: Partial<ScoredQuery> = {}): ScoredQuery => ({
  threshold: 0.2,
  order: 'file',
  descending: false,
  offset: 0,
  limit: 10,
  ...changes,
});
const labelQuery = (changes: Partial<ScoredLabelQuery> = {}): ScoredLabelQuery => ({
  threshold: 0.2,
  order: 'name',
  descending: false,
  offset: 0,
  limit: 100,
  ...changes,
});
const phases = (events: RunEvent[]): string[] => events.flatMap((event) => (event.type === 'phase' ? event.phase : []));

async function openTest(options: Parameters<typeof ScoredRun.open>[2] = {}) {
  const events: RunEvent[] = [];
  const scored = await ScoredRun.open(run, { split: 'test' }, { onEvent: (event) => events.push(event), ...options });
  return { scored, events };
}

describe('a split of the dataset', () => {
  it('takes the scores that training has stored, and gives the figures of its evaluation', async () => {
    const { scored, events } = await openTest();
    expect(phases(events)).toEqual(['reading']);
    const { evaluation } = await evaluateRun(run, { onEvent: () => {}, makeEngine: reference });
    const { overview } = scored;
    expect(overview).toMatchObject({ kind: 'set', run: 'run', split: 'test', documents: 30, unlabelled: 3, labels: 6 });
    expect(overview.splits).toEqual(['test', 'validation', 'train']);
    expect(overview.tunedThreshold).toBe(evaluation.tuned?.threshold);
    const at = (threshold: number) => overview.curve.find((point) => point.threshold === threshold)?.metrics;
    expect(evaluation.metrics).toMatchObject({ ...at(0.5), 'P@1': overview.metrics['P@1'] });
    const tuned = Object.entries(at(evaluation.tuned!.threshold)!).map(([name, value]) => [`${name}@tuned`, value]);
    expect(evaluation.metrics).toMatchObject(Object.fromEntries(tuned));
    const rows = scored.labelPage(labelQuery({ threshold: evaluation.tuned!.threshold })).rows;
    expect(rows.map(({ label, f1, support }) => [label, f1, support]).sort()).toEqual(
      evaluation.tuned!.perLabel.map(({ label, f1, support }) => [label, f1, support]).sort(),
    );
    expect(rows.find(({ name }) => name === 'unheard of')).toMatchObject({ f1: 0, support: 8, trainDocuments: 0 });
  });

  it('gives pages of documents with the beginning of their texts', async () => {
    const { scored } = await openTest();
    const { rows, total } = await scored.page(query({ offset: 20, limit: 10 }));
    expect(total).toBe(30);
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, i) => `d${i + 20}`));
    expect(rows[0]).toMatchObject({ document: 20, snippet: 'fruit number2 <b>' });
    expect(rows[0].place.line).toBe(21);
  });

  it('searches texts and ids', async () => {
    const { scored } = await openTest();
    const found = async (search: string) => (await scored.page(query({ search, limit: 30 }))).rows.map(({ id }) => id);
    expect(await found('NUMBER3')).toEqual(['d3', 'd9', 'd15', 'd21', 'd27']);
    expect(await found('d29')).toEqual(['d29']);
    expect(await found('nothing like it')).toEqual([]);
  });

  it('gives a document whole, its labels with what the store says of them', async () => {
    const { scored } = await openTest();
    const { rows } = await scored.page(query({ limit: 30 }));
    for (const row of rows) {
      const { labels, text, words, truncated } = await scored.document(row.document);
      expect(text.startsWith(row.snippet)).toBe(true);
      expect([words > 0, truncated]).toEqual([true, false]);
      const predicted = labels.filter(({ probability = 0 }) => probability > 0.2);
      expect(predicted.filter(({ isTrue }) => isTrue)).toHaveLength(row.hits);
      expect(predicted.filter(({ isTrue }) => !isTrue)).toHaveLength(row.false);
      expect(labels.filter(({ isTrue }) => isTrue)).toHaveLength(row.hits + row.missed);
    }
    const { labels } = await scored.document(0);
    expect(labels.at(-1)).toMatchObject({ name: 'unheard of', isTrue: true, probability: undefined });
  });

  it('predicts for a changed text, with its evidence, until the document is read again', async () => {
    const { scored } = await openTest();
    const own = await scored.document(0);
    const known = ({ labels }: typeof own) =>
      new Map(labels.map(({ name, probability = -1 }) => [name, Number(probability.toFixed(6))]));
    const same = known(await scored.edited(0, own.text));
    for (const [name, probability] of known(own)) expect(same.get(name)).toBe(probability);
    const changed = await scored.edited(0, 'salt and salt');
    expect(changed).toMatchObject({ document: 0, text: 'salt and salt', words: 3 });
    expect(known(changed)).not.toEqual(known(own));
    expect(
      changed.labels
        .filter(({ isTrue }) => isTrue)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(
      own.labels
        .filter(({ isTrue }) => isTrue)
        .map(({ name }) => name)
        .sort(),
    );
    const salt = changed.labels.find(({ name }) => name === 'about salt')!;
    const marked = async () => (await scored.evidence(0, salt.id))!.highlights.map(({ end }) => end);
    expect(Math.max(...(await marked()))).toBeLessThanOrEqual('salt and salt'.length);
    await scored.document(0);
    expect((await scored.evidence(0, salt.id))!.logit).not.toBe(0);
  });

  it('names the labels that are predicted instead of missed ones, and the curve of one', async () => {
    const { scored } = await openTest();
    const { rows, total } = scored.confusionPage({ threshold: 0.2, offset: 0, limit: 3 });
    expect(total).toBeGreaterThan(0);
    for (const { missed, predicted, documents, share } of rows) {
      const states = [{ label: predicted.id, is: 'false' as const, role: 'all' as const }];
      const those = await scored.page(query({ label: missed.id, verdict: 'missed', states }));
      expect(those.total).toBe(documents);
      const all = await scored.page(query({ label: missed.id, verdict: 'missed' }));
      expect(share).toBeCloseTo(documents / all.total, 12);
    }
    const { search } = { search: rows[0].predicted.name.toUpperCase() };
    expect(scored.confusionPage({ threshold: 0.2, search, offset: 0, limit: 1 }).total).toBeLessThanOrEqual(total);
    expect(scored.confusionPage({ threshold: 0.2, search: 'no such label', offset: 0, limit: 1 }).total).toBe(0);
    const { points, name, now } = scored.labelCurve(rows[0].missed.id, 0.2);
    const table = scored.labelPage(labelQuery()).rows;
    expect(table.find(({ label }) => label === rows[0].missed.id)).toMatchObject(now!);
    expect(name).toBe(rows[0].missed.name);
    expect(points.map(({ recall }) => recall)).toEqual(points.map(({ recall }) => recall).sort((a, b) => b - a));
  });

  it('is compared document by document with another run, on the same documents alone', async () => {
    const { scored } = await openTest();
    const { tunedThreshold = 0.5, decidesBy } = scored.overview;
    const threshold = decidesBy === 'one' ? tunedThreshold : decidesBy;
    const totals = async (at: ScoredQuery['threshold']) => {
      const pages = (['better', 'worse', 'level'] as const).map((against) =>
        scored.page(query({ threshold: at, against })),
      );
      return (await Promise.all(pages)).map(({ total }) => total);
    };
    expect(await scored.compareWith(run)).toEqual({ run: 'run', folder: run });
    expect(await totals(threshold)).toEqual([0, 0, 30]);
    const [better, worse, level] = await totals(0.99);
    expect(worse).toBeGreaterThan(0);
    expect(better + worse + level).toBe(30);
    const [row] = (await scored.page(query({ threshold, limit: 1 }))).rows;
    expect(row.otherF1).toBe(row.f1);
    const other = join(folder, 'other-run');
    await cp(run, other, { recursive: true });
    await writeFile(join(folder, 'others.jsonl'), documents(30, 2, 'unheard of'));
    const settings = await readFile(join(other, 'config.json'), 'utf8');
    await writeFile(join(other, 'config.json'), settings.replace('test.jsonl', 'others.jsonl'));
    await expect(scored.compareWith(other)).rejects.toMatchObject({ code: 'other-documents' });
    expect((await scored.page(query({ threshold, against: 'better' }))).total).toBe(30); // compared with none
  });

  it('tells why a label was given', async () => {
    const { scored } = await openTest();
    const { labels, text } = await scored.document(1);
    const best = labels[0];
    const evidence = await scored.evidence(1, best.id);
    expect(1 / (1 + Math.exp(-evidence!.logit))).toBeCloseTo(best.probability!, 6);
    expect(evidence!.highlights.length).toBeGreaterThan(0);
    for (const { start, end } of evidence!.highlights) expect(start < end && end <= text.length).toBe(true);
    const unheard = labels.find(({ probability }) => probability === undefined);
    const [other] = (await scored.page(query({ search: 'd4', limit: 1 }))).rows;
    expect(unheard).toBeUndefined(); // d1 has no label of that kind, d4 has
    const unknown = (await scored.document(other.document)).labels.find(({ probability }) => probability === undefined);
    expect(await scored.evidence(other.document, unknown!.id)).toBeUndefined();
  });

  it('searches, sorts and pages labels', async () => {
    const { scored } = await openTest();
    const names = (changes: Partial<ScoredLabelQuery>) => scored.labelPage(labelQuery(changes));
    expect(names({ search: 'ABOUT' }).total).toBe(5);
    expect(names({ order: 'support', descending: true, limit: 1 }).rows).toHaveLength(1);
    const support = names({ order: 'support', descending: true }).rows.map((row) => row.support);
    expect(support).toEqual([...support].sort((a, b) => b - a));
  });

  it('finds the held-out part of a training file', async () => {
    const scored = await ScoredRun.open(run, { split: 'validation' });
    const prepared = await prepareData(config);
    const { rows, total } = await scored.page(query({ limit: 60 }));
    expect(total).toBe(prepared.validation!.size);
    expect(rows.map(({ id }) => id)).toEqual(prepared.validation!.ids);
    const train = await ScoredRun.open(run, { split: 'train' });
    expect((await train.page(query({ limit: 60 }))).rows.map(({ id }) => id)).toEqual(prepared.train.ids);
    const { evaluation } = await evaluateRun(run, { split: 'train', onEvent: () => {}, makeEngine: reference });
    expect(train.overview.curve[49].metrics.microF1).toBe(evaluation.metrics.microF1);
    expect(splitOfFile(config, { file: config.dataset.train })).toBeUndefined();
    expect(splitOfFile(config, { file: config.dataset.test! })).toBe('test');
    expect(train.overview.selected).toBeUndefined();
  });
});

describe('scores that cannot be believed', () => {
  const scores = (name: string): string => runPaths(run).scores(name);

  it.each([
    ['are not there', undefined],
    ['are torn', (bytes: Buffer) => bytes.subarray(0, bytes.length - 9)],
  ])('are computed where they %s', async (_, change) => {
    const file = join(folder, 'other.jsonl');
    await writeFile(file, documents(12, 3));
    await ScoredRun.open(run, { file });
    const bytes = await readFile(scores('other.jsonl'));
    await writeFile(scores('other.jsonl'), change ? change(bytes) : '');
    const events: RunEvent[] = [];
    const scored = await ScoredRun.open(run, { file }, { onEvent: (event) => events.push(event) });
    expect(phases(events)).toContain('testing');
    expect(scored.overview).toMatchObject({ documents: 12, split: undefined, file });
    expect((await readFile(scores('other.jsonl'))).equals(bytes)).toBe(true);
  });

  it('are those of other documents under the same name', async () => {
    const file = join(folder, 'same.jsonl');
    await writeFile(file, documents(12, 3));
    await ScoredRun.open(run, { file });
    await writeFile(file, documents(12, 2));
    await utimes(file, new Date(0), new Date(0)); // the time of the file tells nothing
    const events: RunEvent[] = [];
    const scored = await ScoredRun.open(run, { file }, { onEvent: (event) => events.push(event) });
    expect(phases(events)).toContain('testing');
    expect(scored.overview.stale).toBeUndefined();
  });

  it('are in doubt where the file is newer', async () => {
    const soon = new Date(Date.now() + 60_000);
    const file = join(folder, 'newer.jsonl');
    await writeFile(file, documents(12, 3));
    await ScoredRun.open(run, { file });
    await utimes(file, soon, soon);
    const events: RunEvent[] = [];
    const scored = await ScoredRun.open(run, { file }, { onEvent: (event) => events.push(event) });
    expect(scored.overview.stale).toBe('unverified');
    expect(phases(events)).toEqual(['reading']);
    const again: RunEvent[] = [];
    await ScoredRun.open(run, { file }, { evaluate: true, onEvent: (event) => again.push(event) });
    expect(phases(again)).toContain('testing');
  });
});

describe('a run on a part of a file', () => {
  let paths: { run: string; pickle: string };
  beforeAll(async () => {
    const pickle = join(folder, 'rcv.p');
    await copyFile('test/fixtures/original/rcv-py2-p2.p', pickle);
    const dataset = { train: `${pickle}#train`, test: `${pickle}#test`, validationFraction: 0 };
    const output = { folder: join(folder, 'runs'), name: 'pickle', cache: false };
    const own = completeConfig({ ...config, dataset, output });
    const prepare = { prepare: prepareData, makeEngine: reference };
    paths = { run: (await trainWith(own, { onEvent: () => {} }, prepare)).folder, pickle };
  });

  it('opens, is read again, and is told as the file that it is', async () => {
    const scored = await ScoredRun.open(paths.run, { split: 'test' });
    expect(scored.overview).toMatchObject({ documents: 1, file: paths.pickle, part: 'test', stale: undefined });
    expect((await scored.page(query())).rows.map(({ id, snippet }) => [id, snippet])).toEqual([
      ['14', 'Coffee and wheat'],
    ]);
    expect((await ScoredRun.open(paths.run, { file: paths.pickle, part: 'train' })).overview.documents).toBe(3);
    expect((await readRun(paths.run)).config.dataset.test).toBe(`${paths.pickle}#test`);
  });

  it('is in doubt where the file is newer', async () => {
    await ScoredRun.open(paths.run, { split: 'test' });
    const soon = new Date(Date.now() + 60_000);
    await utimes(paths.pickle, soon, soon);
    expect((await ScoredRun.open(paths.run, { split: 'test' })).overview.stale).toBe('unverified');
  });
});

describe('a set in numbered files, a share of which is drawn for test', () => {
  it('is evaluated on the documents that were drawn, wherever they stand', async () => {
    const at = (i: number): string => join(folder, `own-0000${i}-of-00002.jsonl`);
    await writeFile(at(0), documents(40, 0));
    await writeFile(at(1), documents(40, 2).replaceAll('"d', '"e'));
    const own = completeConfig({
      ...config,
      dataset: { train: at(0), validationFraction: 0.2, testFraction: 0.25 },
      output: { folder: join(folder, 'runs'), name: 'drawn', cache: false },
    });
    const trained = await trainWith(own, { onEvent: () => {} }, { prepare: prepareData, makeEngine: reference });
    const prepared = await prepareData(own);
    expect(trained.summary).toMatchObject({
      documents: { train: 48, validation: 12, test: 20 },
      evaluated: { split: 'test', documents: 20 },
    });
    const scored = await ScoredRun.open(trained.folder, { split: 'test' });
    const { rows } = await scored.page(query({ limit: 30 }));
    expect(rows.map(({ id }) => id)).toEqual(prepared.test!.ids);
    expect(new Set(rows.map(({ id }) => id[0]))).toEqual(new Set(['d', 'e']));
    const { evaluation, seen } = await evaluateRun(trained.folder, { onEvent: () => {}, makeEngine: reference });
    expect(evaluation.metrics).toEqual(trained.summary!.evaluated!.metrics);
    expect(seen).toBeUndefined();
    const held = await evaluateRun(trained.folder, { split: 'validation', onEvent: () => {}, makeEngine: reference });
    expect(held).toMatchObject({ seen: 'chose-epoch', evaluation: { documents: 12 } });
    // a line of the second file
    const there = await ScoredRun.open(trained.folder, { file: at(1) }, { at: { line: 3 } });
    expect(there.overview.selected).toBe(42);
  });
});

it('does not take a fault of its own for scores that are damaged', async () => {
  await openTest();
  const load = vi.spyOn(ScoreStore, 'load').mockImplementationOnce(() => {
    throw new TypeError('a fault');
  });
  await expect(openTest()).rejects.toThrow(TypeError);
  load.mockRestore();
});

it('refuses to go on once cancelled, and says what is not there', async () => {
  await expect(openTest({ signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
  await expect(ScoredRun.open(join(folder, 'nowhere'), { split: 'test' })).rejects.toThrow(/not a run folder/);
  await expect(ScoredRun.open(run, { file: join(folder, 'none.jsonl') })).rejects.toMatchObject({
    code: 'file-not-found',
  });
});

it('selects the document at a line', async () => {
  expect((await openTest({ at: { line: 17 } })).scored.overview.selected).toBe(16);
});

describe('one text', () => {
  it('predicts labels without a truth', async () => {
    const single = await ScoredSingle.open(run, { kind: 'text', text: 'fish and wine' });
    const { labels, id } = await single.document();
    expect(id).toBeUndefined();
    expect(labels).toHaveLength(5);
    expect(labels.every(({ isTrue }) => isTrue === undefined)).toBe(true);
    expect((await single.evidence(labels[0].id))!.highlights.length).toBeGreaterThan(0);
  });

  it('calls labels that the model does not know by the names beside the file', async () => {
    await mkdir(join(folder, 'named'));
    const file = join(folder, 'named', 'later.jsonl');
    await writeFile(file, documents(8, 1, '718'));
    await writeFile(join(folder, 'named', 'label_names.tsv'), '718\tnever heard of\n719\tnor of\n');
    const single = await ScoredSingle.open(run, { kind: 'record', file, line: 5 });
    const { labels } = await single.document();
    expect(labels.find(({ name }) => name === '718')?.display).toBe('never heard of');
  });

  it('shows a record of a file with its own labels', async () => {
    const file = join(folder, 'test.jsonl');
    const single = await ScoredSingle.open(run, { kind: 'record', file, line: 5 });
    const numbered = await ScoredSingle.open(run, { kind: 'record', file, line: 0, number: 5 });
    expect(numbered.overview).toMatchObject({ line: 5, number: 5 });
    expect((await numbered.document()).id).toBe('d4');
    expect(single.overview).toMatchObject({ kind: 'text', file, line: 5 });
    const { labels, id, text } = await single.document();
    expect([id, text]).toEqual(['d4', 'fish number4 <b>']);
    expect(labels.filter(({ isTrue }) => isTrue).map(({ name }) => name)).toEqual(['about fish', 'unheard of']);
    const unheard = labels.find(({ name }) => name === 'unheard of')!;
    expect([unheard.probability, await single.evidence(unheard.id)]).toEqual([undefined, undefined]);
  });
});
