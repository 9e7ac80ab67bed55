import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { SourceOptions } from '../../../src/core/data/document.ts';
import { Cancelled } from '../../../src/core/base/errors.ts';
import type { DatasetSnapshot } from '../../../src/core/explore/inspectionApi.ts';
import { openInspection } from '../../../src/core/explore/inspection.ts';
import { readRecord } from '../../../src/core/explore/recordText.ts';
import { parquet } from '../../fixtures/recordFiles.ts';
import { fixtures, scratch, sharedTest, userError } from '../data/helpers.ts';

const { write } = scratch();
const never = new AbortController().signal;

async function inspected(path: string, options: SourceOptions = {}) {
  const inspection = await openInspection({ file: path }, options);
  const snapshots: DatasetSnapshot[] = [];
  const last = await inspection.read((snapshot) => snapshots.push(snapshot), never);
  return { inspection, snapshots, last };
}

const record = (id: string, text: string, labels: string[]) => JSON.stringify({ id, text, labels });

function threeSplits(folder: string, pack = false): string {
  const put = (name: string, lines: string[]) => {
    const text = lines.join('\n');
    return write(`${folder}/${name}.jsonl${pack ? '.gz' : ''}`, pack ? gzipSync(text) : text);
  };
  const train = Array.from({ length: 900 }, (_, i) =>
    record(`t${i}`, `${i % 9 === 0 ? 'Straße ' : ''}document ${i} ${'word '.repeat(i % 50)}`, [
      'all',
      ...(i % 10 === 0 ? ['tenth'] : []),
    ]),
  );
  put('dev', [record('d', 'one', ['all', 'dev only'])]);
  put('test', [record('x', 'one', ['all']), '{"text": "torn']);
  write(`${folder}/label_names.tsv`, 'all\tEverything\ntenth\tEvery tenth\n');
  return put('train', train);
}

describe('inspection', () => {
  test('splits are read as the training file is, unlabelled ones by their own content', async () => {
    const rows = (n: number, labels: (i: number) => string) =>
      Array.from({ length: n }, (_, i) => `"a sentence about thing ${i}, and more",${labels(i)}`);
    const several = rows(60, (i) => ['sea;wind', 'wind', 'sea', 'sun;sea'][i % 4]);
    const train = write('alike/train.csv', ['text,labels', ...several].join('\n'));
    write('alike/dev.csv', ['text,labels', ...rows(4, () => 'sun;sea')].join('\n')); // shows no separator by itself
    write('alike/test.csv', ['text,source', ...rows(4, (i) => `page ${i}`)].join('\n'));
    const { last } = await inspected(train);
    expect(last.splits.map(({ split, failure, statistics }) => [split, failure, statistics.documents])).toEqual([
      ['train', undefined, 60],
      ['validation', undefined, 4],
      ['test', undefined, 4],
    ]);
    expect(last.splits[1].statistics.labels).toBe(2);
    expect(last.splits[1].options.labelSeparator).toBe(';');
  });

  test('how a file is read, with the key of each part, and what the figures say against it', async () => {
    const rows = Array.from(
      { length: 20 },
      (_, i) => `${i},some words of text ${i},plants;${i % 2 ? 'trees' : 'herbs'}`,
    );
    const { snapshots, last } = await inspected(write('read-as.csv', ['id,body,tags', ...rows].join('\n')));
    const [{ readAs }] = last.splits;
    expect(readAs.parts.map(({ option, text }) => [option, text])).toEqual([
      ['textField', 'text from "body"'],
      ['labelField', 'labels from "tags"'],
      ['idField', 'id from "id"'],
      ['labelSeparator', 'split at ";"'],
      ['header', 'header'],
    ]);
    expect(readAs.line).toBe(readAs.parts.map(({ text }) => text).join('; '));
    const everywhere = { option: 'labelField', text: 'every document has the label "plants"' };
    expect(readAs.doubts.map(({ option }) => option)).toEqual(['labelSeparator', 'labelField']);
    expect(readAs.doubts[1]).toEqual(everywhere);
    expect(snapshots[0].splits[0].readAs.doubts).not.toContainEqual(everywhere); // of a part of the file nothing is said
  });

  test('a pickle: both splits, pages, search, and single documents', async () => {
    const { inspection, last } = await inspected('test/fixtures/original/rcv-py2-p2.p');
    expect(last.splits.map(({ split, statistics, format }) => [split, statistics.documents, format])).toEqual([
      ['train', 3, 'pickle'],
      ['test', 1, 'pickle'],
    ]);
    expect(last.head[0]).toMatchObject({ name: '2', display: 'energy' });
    const page = await inspection.documentPage({ split: 'train', offset: 1, limit: 2 });
    expect(page.rows.map(({ id, snippet }) => [id, snippet.slice(0, 4)])).toEqual([
      ['12', 'Café'],
      ['13', 'Oil,'],
    ]);
    const found = await inspection.documentPage({ split: 'train', text: { text: 'COAL' }, offset: 0, limit: 2 });
    expect(found.rows.map(({ id }) => id)).toEqual(['13']);
    const { file, part } = last.splits[1];
    const [{ place }] = (await inspection.documentPage({ split: 'test', offset: 0, limit: 1 })).rows;
    expect(await readRecord({ file, part, place, raw: true })).toMatchObject({ id: '14', text: 'Coffee and wheat' });
    const features = await inspected('test/fixtures/original/eurlex/x_tr.npy');
    const [first] = (await features.inspection.documentPage({ split: 'train', offset: 0, limit: 1 })).rows;
    expect(first.snippet).toBe('wheat:0.5 eec:no:2');
  });

  test('figures of all splits, the file asked for first', async () => {
    const { last, snapshots } = await inspected(threeSplits('figures').replace('train', 'test'));
    expect(last.splits.map(({ split, state, statistics }) => [split, state, statistics.documents])).toEqual([
      ['test', 'done', 1],
      ['train', 'done', 900],
      ['validation', 'done', 1],
    ]);
    expect(last.splits[0].findings).toEqual({ 'torn-line': 1 });
    expect(last.splits[0].skipped).toBe(1);
    expect(last.labels).toBe(3);
    expect(last.unseenInTrain).toBe(1);
    expect(last.head[0]).toEqual({ name: 'all', display: 'Everything', documents: [1, 900, 1] });
    expect(last.splits[1].ranks).toEqual([
      [1, 900],
      [2, 90],
    ]);
    expect(last.splits.map(({ lengths }) => lengths.width)).toEqual([2, 2, 2]);
    expect(last.splits.map(({ lengths }) => lengths.counts.reduce((sum, n) => sum + n))).toEqual([1, 900, 1]);
    expect(snapshots[0].splits.map(({ state }) => state)).toEqual(['reading', 'waiting', 'waiting']);
  });

  test('labels: sort, search by id and by name, pages', async () => {
    const { inspection } = await inspected(threeSplits('labels'));
    const page = (query: object) =>
      inspection.labelPage({ split: 'train', sort: 'train', descending: true, offset: 0, limit: 10, ...query });
    const names = (query: object) => page(query).rows.map(({ name }) => name);
    expect(names({})).toEqual(['all', 'tenth', 'dev only']);
    expect(names({ descending: false })).toEqual(['dev only', 'tenth', 'all']);
    expect(names({ sort: 'name', descending: false })).toEqual(['all', 'dev only', 'tenth']);
    expect(names({ sort: 'display', descending: false })).toEqual(['tenth', 'all', 'dev only']);
    expect(names({ search: 'EVERY TENTH' })).toEqual(['tenth']);
    expect(names({ search: 'only' })).toEqual(['dev only']);
    expect(names({ ownOnly: true })).toEqual(['all', 'tenth']);
    expect(names({ ownOnly: true, search: 'only' })).toEqual([]);
    expect(page({ offset: 1, limit: 1 })).toMatchObject({ total: 3, rows: [{ name: 'tenth', share: 0.1 }] });
    expect(page({}).rows[1].examples.map(({ document, place }) => [document, place.line])).toEqual([
      [0, 1],
      [10, 11],
      [20, 21],
    ]);
  });

  test.each([
    ['plain', false],
    ['packed', true],
  ])('documents: pages, a label, search with and without it (%s)', async (name, pack) => {
    const { inspection } = await inspected(threeSplits(`documents-${name}`, pack));
    const page = (query: object) => inspection.documentPage({ split: 'train', offset: 0, limit: 5, ...query });
    const ids = async (query: object) => (await page(query)).rows.map(({ id }) => id);
    expect(await ids({ offset: 897 })).toEqual(['t897', 't898', 't899']);
    expect(await page({ labels: { all: ['tenth'] }, offset: 88 })).toMatchObject({
      total: 90,
      rows: [{ id: 't880' }, { id: 't890' }],
    });
    const searched = await page({ text: { text: 'STRASSE' } });
    expect(searched).toEqual({ rows: [], total: 0, unsearched: 0 });
    expect(await ids({ text: { text: 'sTRAßE' } })).toEqual(['t0', 't9', 't18', 't27', 't36']);
    expect(await page({ text: { text: 'straße' }, offset: 95 })).toMatchObject({
      total: 100,
      unsearched: 0,
      rows: [{ id: 't855' }, { id: 't864' }, { id: 't873' }, { id: 't882' }, { id: 't891' }],
    });
    expect(await ids({ text: { text: 'straße' }, labels: { all: ['tenth'] } })).toEqual([
      't0',
      't90',
      't180',
      't270',
      't360',
    ]);
    expect(await ids({ text: { text: 'T77' }, labels: { all: ['tenth'] } })).toEqual(['t770']);
    expect(await page({ labels: { all: ['unheard of'] } })).toEqual({ rows: [], total: 0, unsearched: 0 });
    const [row] = (await page({ offset: 10, limit: 1 })).rows;
    expect(row.labels).toEqual([
      { name: 'all', display: 'Everything' },
      { name: 'tenth', display: 'Every tenth' },
    ]);
  });

  test('a page is full before all documents are searched', async () => {
    const { inspection } = await inspected(threeSplits('early'));
    const page = await inspection.documentPage({ split: 'train', text: { text: 'document' }, offset: 0, limit: 5 });
    expect(page.rows).toHaveLength(5);
    expect(page.unsearched).toBeGreaterThan(0);
  });

  test('a search that is stopped goes on where it was', async () => {
    const { inspection } = await inspected(threeSplits('stopped'));
    const query = { split: 'train' as const, text: { text: 'document 899' }, offset: 0, limit: 5 };
    const stop = new AbortController();
    stop.abort();
    await expect(inspection.documentPage(query, stop.signal)).rejects.toBeInstanceOf(Cancelled);
    expect((await inspection.documentPage(query, never)).rows.map(({ id }) => id)).toEqual(['t899']);
  });

  test('long texts come in pieces; a bag of words shows its features', async () => {
    const text = 'abcdefghi '.repeat(12_000);
    const { inspection } = await inspected(write('long.jsonl', `${record('1', text, ['l'])}\n`));
    const pieces: string[] = [];
    for (let offset = 0; offset < text.length;) {
      const piece = await inspection.documentText({ split: 'all', document: 0, offset });
      expect(piece.length).toBe(text.length);
      pieces.push(piece.text);
      offset += piece.text.length;
    }
    expect(pieces.join('')).toBe(text);
    expect(pieces.length).toBe(3);

    const words = await inspected(`${fixtures}/bow.txt`);
    const page = await words.inspection.documentPage({ split: 'all', offset: 0, limit: 1 });
    expect(page.rows[0].snippet).toMatch(/^\d+:[\d.]+( \d+:[\d.]+)*$/);
    expect(words.last.splits[0].bagOfWords).toBe(true);
  });

  test('findings by kind, with those of which no line was kept', async () => {
    const lines = Array.from({ length: 1200 }, (_, i) => record(`n${i}`, 'text', []));
    const { inspection } = await inspected(write('unlabelled.jsonl', [...lines, '{'].join('\n')));
    expect(inspection.findingPage({ split: 'all', offset: 990, limit: 50 })).toMatchObject({
      total: 1000,
      notKept: 201,
    });
    expect(inspection.findingPage({ split: 'all', code: 'unlabelled', offset: 0, limit: 1 }).rows[0].line).toBe(1);
    expect(inspection.findingPage({ split: 'all', code: 'torn-line', offset: 0, limit: 1 })).toEqual({
      rows: [],
      total: 0,
      notKept: 1,
    });
  });

  test('cancelling keeps what was read', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => record(`n${i}`, 'a text of some words', ['l']));
    const inspection = await openInspection({ file: write('cancelled.jsonl', lines.join('\n')) });
    const stop = new AbortController();
    const last = await inspection.read(
      ({ splits }) => splits[0].statistics.documents > 0 && stop.abort(),
      stop.signal,
      () => 0,
    );
    const [{ state, statistics }] = last.splits;
    expect(state).toBe('cancelled');
    expect(statistics.documents).toBeGreaterThan(0);
    expect(statistics.documents).toBeLessThan(20_000);
    const page = await inspection.documentPage({ split: 'all', offset: 0, limit: 1 });
    expect(page).toMatchObject({ total: statistics.documents, rows: [{ id: 'n0' }] });
  });

  test('an empty file and one that is not there', async () => {
    const { last } = await inspected(write('empty.jsonl', ''));
    expect(last.splits[0]).toMatchObject({ state: 'failed', failure: { code: 'empty-file' } });
    expect((await userError(openInspection({ file: '/nowhere/at all.jsonl' }))).code).toBe('file-not-found');
  });

  test('a format that is said goes before the content', async () => {
    const path = write('said.txt', '__label__a one\ttwo\n__label__b three\tfour\n');
    const { last } = await inspected(path, { format: 'libmultilabel' });
    expect(last.splits[0]).toMatchObject({ format: 'libmultilabel', statistics: { documents: 2 } });
    expect((await inspected(path)).last.splits[0].format).toBe('fasttext');
  });

  test('Latin-1 read as UTF-8 tells the lines; read as it is found to be it has none', async () => {
    const path = write('latin.train', Buffer.from('__label__caf\xe9 cr\xe8me\n__label__tea milk\n', 'latin1'));
    const { last, inspection } = await inspected(path, { encoding: 'utf-8' });
    expect([last.splits[0].statistics.documents, last.splits[0].findings]).toEqual([1, { undecodable: 1 }]);
    expect(inspection.findingPage({ split: 'all', offset: 0, limit: 5 }).rows[0]).toMatchObject({
      line: 1,
      skipped: true,
    });
    const latin = await inspected(path);
    expect(latin.last.head.map(({ name }) => name)).toEqual(['café', 'tea']);
    expect(latin.last.splits[0].findings).toEqual({});
  });
});

describe('one record', () => {
  test('by place, by line, by id; as text and as it stands in the file', async () => {
    const path = write('rows.csv', 'id,text,labels\n1,"first\nsecond",x|y\n2,third,z\n');
    const byLine = await readRecord({ file: path, line: 3 });
    expect(byLine).toMatchObject({ id: '1', text: 'first\nsecond', labels: [{ name: 'x' }, { name: 'y' }] });
    expect(await readRecord({ file: path, place: byLine.place })).toEqual(byLine);
    expect(await readRecord({ file: path, id: '2' })).toMatchObject({ text: 'third', place: { line: 4 } });
    expect((await readRecord({ file: path, place: byLine.place, raw: true })).text).toBe('1,"first\nsecond",x|y');
    expect((await userError(readRecord({ file: path, id: '3' }))).code).toBe('no-such-record');
  });

  test('a line that is no record, as it stands', async () => {
    const path = write('lines.jsonl.gz', gzipSync(Buffer.from('{"text":"a"}\n{"text": caf\xe9\n', 'latin1')));
    expect(await readRecord({ file: path, line: 2, raw: true })).toMatchObject({
      text: '{"text": café',
      place: { byte: 13 },
    });
    expect((await userError(readRecord({ file: path, line: 3, raw: true }))).code).toBe('no-such-record');
  });

  test('with the names of its label ids', async () => {
    const path = threeSplits('record-names');
    expect((await readRecord({ file: path, line: 1 })).labels[1]).toEqual({ name: 'tenth', display: 'Every tenth' });
  });

  test('of files without lines of their own, and of JSON, its fields', async () => {
    const parquetFile = write('train.parquet', Buffer.from(parquet, 'base64'));
    const place = { number: 2, line: 0, byte: 0, stop: 0 };
    expect(await readRecord({ file: parquetFile, place })).toMatchObject({ text: 'two hills and a road' });
    const raw = await readRecord({ file: parquetFile, place, raw: true });
    expect(JSON.parse(raw.text)).toMatchObject({ text: 'two hills and a road' });
    const rows = [1, 2, 3].map((n) => ({ text: `some words of document ${n}`, labels: ['a'], source: { page: n } }));
    const json = write('rows.json', JSON.stringify(rows));
    const { inspection } = await inspected(json);
    const { place: second } = (await inspection.documentPage({ split: 'all', offset: 1, limit: 1 })).rows[0];
    expect(await readRecord({ file: json, place: second })).toMatchObject({ text: 'some words of document 2' });
    expect(JSON.parse((await readRecord({ file: json, place: second, raw: true })).text)).toEqual(rows[1]);
    expect((await readRecord({ file: json, line: 1, number: 3 })).text).toBe('some words of document 3');
  });

  test('of a folder the file of its own; of a raw pair with its labels', async () => {
    expect(await readRecord({ file: `${fixtures}/notes`, id: 'b' })).toMatchObject({
      id: 'b',
      file: `${fixtures}/notes/b.txt`,
    });
    const { inspection } = await inspected(`${fixtures}/pair_raw_texts.txt`);
    const { rows } = await inspection.documentPage({ split: 'all', offset: 1, limit: 1 });
    expect(rows[0].labels.length).toBeGreaterThan(0);
    const again = await readRecord({ file: `${fixtures}/pair_raw_texts.txt`, place: rows[0].place });
    expect(again.labels.map(({ name }) => name)).toEqual(rows[0].labels.map(({ name }) => name));
  });
});

sharedTest('delicious, packed bag of words', 'delicious-xmlrepo/train.txt.gz', async (path) => {
  const { last, inspection } = await inspected(path);
  expect(last.splits.map(({ statistics: { documents, labels } }) => [documents, labels])).toEqual([
    [12_920, 983],
    [3_185, 983],
  ]);
  const page = await inspection.documentPage({ split: 'train', offset: 12_919, limit: 5 });
  expect(page.rows.map(({ id }) => id)).toEqual(['12920']);
});
