import { readFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { groupDatasets } from '../../../src/extension/datasets/workspaceDatasets.ts';
import { datasetName } from '../../../src/core/data/datasetFile.ts';
import { shardOf } from '../../../src/core/data/datasetEndings.ts';
import type { PlacedDocument } from '../../../src/core/data/document.ts';
import { filesBeside } from '../../../src/core/data/findSplits.ts';
import { splitParts } from '../../../src/core/data/shards.ts';
import { completeConfig } from '../../../src/core/config/layers.ts';
import { inputFiles } from '../../../src/core/text/cacheKey.ts';
import { readRecord } from '../../../src/core/explore/recordText.ts';
import { openSource, readAll, scratch, splitPaths, userError } from './helpers.ts';

const { write, folder } = scratch();
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => {
    const n = from + i;
    return `${JSON.stringify({ text: `text number ${n}`, labels: [`l${n % 3}`] })}\n`;
  }).join('');

describe('names of splits', () => {
  test.each([
    ['train.jsonl', 'validate.jsonl', 'test.jsonl'],
    ['train.csv', 'valid.csv', 'test.csv'],
    ['train.csv', 'val.csv', 'test.csv'],
    ['Train.csv', 'Validation.csv', 'Test.csv'],
    ['news.train', 'news.dev', 'news.test'],
    ['news-training.tsv', 'news-devel.tsv', 'news-testing.tsv'],
    ['trainset.jsonl', 'devset.jsonl', 'testset.jsonl'],
    ['newsTrain.csv', 'newsDev.csv', 'newsTest.csv'],
    ['train2019.csv', 'development2019.csv', 'test2019.csv'],
    ['2019 train.csv', '2019 val.csv', '2019 test.csv'],
    ['train-00000-of-00002.jsonl', 'validation-00000-of-00001.jsonl', 'test-00000-of-00001.jsonl'],
    ['train.00000-of-00004.jsonl.gz', 'dev.00000-of-00001.jsonl', 'test.00000-of-00003.jsonl.gz'],
    [
      'train-00000-of-00001-0123456789abcdef.csv',
      'valid-00000-of-00001-00112233445566aa.csv',
      'test-00000-of-00001-fedcba9876543210.csv',
    ],
  ])('%s, %s, %s', async (train, validation, testFile) => {
    const at = `${folder}/names/${train}`;
    for (const name of [train, validation, testFile, 'README.md', 'labels.txt'])
      write(`names/${train}/${name}`, name.endsWith('.gz') ? gzipSync(lines(0, 2)) : lines(0, 2));
    const all = { train: `${at}/${train}`, validation: `${at}/${validation}`, test: `${at}/${testFile}` };
    expect(await splitPaths(at)).toEqual(all);
    for (const path of Object.values(all)) expect(await splitPaths(path)).toEqual(all);
  });

  test('words that only look so, and names of objects', async () => {
    for (const name of ['contest.csv', 'strain.csv', 'constructor.csv', 'latest.csv', 'interval.csv'])
      expect(await splitPaths(write(`other/${name}`, 'x'))).toEqual({ train: `${folder}/other/${name}` });
    expect((await userError(splitPaths(`${folder}/other`))).code).toBe('no-splits');
  });

  test('folders: their files have any name', async () => {
    for (const name of ['train/docs.csv', 'devel/docs.csv', 'test/docs.csv', 'test/other.csv'])
      write(`folders/${name}`, 'text,labels\na b,x\n');
    const at = `${folder}/folders`;
    expect(await splitPaths(at)).toEqual({ train: `${at}/train`, validation: `${at}/devel`, test: `${at}/test` });
    expect(await splitPaths(`${at}/train/docs.csv`)).toEqual({
      train: `${at}/train/docs.csv`,
      validation: `${at}/devel/docs.csv`,
      test: `${at}/test/docs.csv`,
    });
    // a folder that is called so by chance
    const alone = write('alone/test/docs.csv', 'text,labels\na b,x\n');
    expect(await splitPaths(alone)).toEqual({ train: alone });
    expect((await readAll(`${at}/train`)).documents).toHaveLength(1);
  });

  test('save_to_disk: a folder for each split, with numbered files', async () => {
    const at = `${folder}/saved`;
    write('saved/dataset_dict.json', '{"splits": ["train", "test"]}');
    for (const split of ['train', 'test']) {
      for (const name of ['state.json', 'dataset_info.json']) write(`saved/${split}/${name}`, '{}');
      write(`saved/${split}/data-00000-of-00002.jsonl`, lines(0, 3));
      write(`saved/${split}/data-00001-of-00002.jsonl`, lines(3, 5));
    }
    expect(await splitPaths(at)).toEqual({ train: `${at}/train`, test: `${at}/test` });
    const { documents, source } = await readAll(`${at}/train`);
    expect(documents.map(({ text }) => text)).toEqual([0, 1, 2, 3, 4].map((n) => `text number ${n}`));
    expect(source.file).toBe(`${at}/train/data-00000-of-00002.jsonl`);
  });

  test('what numbered names are', () => {
    expect(shardOf('train-00001-of-00002.parquet')).toEqual({ plain: 'train.parquet', number: 1, of: 2 });
    expect(shardOf('c4-train.00012-of-01024.json.gz')).toEqual({ plain: 'c4-train.json', number: 12, of: 1024 });
    expect(shardOf('part_3-of-7.csv')).toEqual({ plain: 'part.csv', number: 3, of: 7 });
    expect(shardOf('train-of-thought.csv')).toBeUndefined();
    expect(shardOf('train-2.csv')).toBeUndefined();
    expect(datasetName({ file: '/data/news-train-00000-of-00002.jsonl.gz' })).toBe('news');
    expect(datasetName({ file: '/data/news/train-00000-of-00002.jsonl' })).toBe('news');
  });

  test('in a workspace, numbered files are one entry', () => {
    const paths = [
      'train-00000-of-00002.csv',
      'train-00001-of-00002.csv',
      'test-00000-of-00001.csv',
      'all-0-of-2.csv',
      'all-1-of-2.csv',
    ];
    const found = groupDatasets(paths.map((name) => `/w/${name}`));
    expect(found.map(({ files }) => files.map(({ split, file }) => [split, basename(file)]))).toEqual([
      [['all', 'all-0-of-2.csv']],
      [
        ['train', 'train-00000-of-00002.csv'],
        ['test', 'test-00000-of-00001.csv'],
      ],
    ]);
  });
});

test('files that may stand in for a split, the likeliest first', async () => {
  for (const name of [
    'train.csv',
    'test.csv',
    'test.csv.gz',
    'test_labelled.csv',
    'b-train.csv',
    'b-test.csv',
    'dev.csv',
  ])
    write(`beside/${name}`, 'x');
  const beside = await filesBeside({ file: `${folder}/beside/train.csv` }, 'test');
  expect(beside.map(({ file }) => basename(file))).toEqual(['test.csv', 'test.csv.gz', 'test_labelled.csv']);
});

describe('a split in several files', () => {
  const names = (of: number): string[] => Array.from({ length: of }, (_, i) => `train-0000${i}-of-0000${of}.jsonl`);
  /** 0 … 9, with a line that cannot be read at the end of the first file, and an empty file between. */
  function threeFiles(at: string, pack: (text: string) => string | Uint8Array = (text) => text, ending = ''): string[] {
    const parts = [`${lines(0, 4)}{"text": \n`, '', lines(4, 7), lines(7, 10)];
    return names(4).map((name, i) => write(`${at}/${name}${ending}`, i === 1 ? '' : pack(parts[i])));
  }

  test.each([
    ['plain', (text: string) => text, ''],
    ['packed', (text: string) => gzipSync(text), '.gz'],
  ] as const)('%s: is read in order, and again from any place', async (name, pack, ending) => {
    const files = threeFiles(name, pack, ending);
    for (const named of [files[0], files[2]]) {
      const source = await openSource(named, { onError: 'skip' });
      expect(source.file).toBe(files[0]);
      const all: PlacedDocument[] = [];
      for await (const batch of source.placed()) all.push(...batch);
      expect(all.map(({ document }) => document.text)).toEqual(
        Array.from({ length: 10 }, (_, n) => `text number ${n}`),
      );
      expect(new Set(all.map(({ document }) => document.id)).size).toBe(10);
      expect(source.findings.counts).toEqual({ 'malformed-record': 1 });
      expect(source.findings.first[0]).toMatchObject({ file: files[0], line: 5 });
      expect(source.bytesRead).toBe(source.totalBytes);
      expect(source.totalBytes).toBe(files.reduce((sum, file) => sum + readFileSync(file).length, 0));
      expect(all[4].place).toMatchObject({ line: 1, file: files[2] });
      expect(all[0].place.file).toBeUndefined();
      // alone, over the ends of files, and without the file being told, as an index has them
      const withoutFile = all.map(({ place: { number, line, byte, stop } }) => ({ number, line, byte, stop }));
      const ranges = [
        [0, 0],
        [2, 5],
        [6, 6],
        [7, 9],
      ];
      for (const places of [all.map(({ place }) => place), withoutFile]) {
        const batches: PlacedDocument[][] = [];
        for await (const batch of source.again(ranges.map(([a, b]) => ({ first: places[a], last: places[b] }))))
          batches.push(batch);
        expect(batches).toEqual(ranges.map(([a, b]) => all.slice(a, b + 1)));
      }
      // a place that was told of another reading
      const fresh = await openSource(named, { onError: 'skip' });
      for await (const batch of fresh.again([{ first: all[8].place, last: all[8].place }]))
        expect(batch[0].document.text).toBe('text number 8');
    }
  });

  test('records are found by their line in the file that is named', async () => {
    const files = threeFiles('lines');
    expect(await readRecord({ file: files[3], line: 2 })).toMatchObject({ text: 'text number 8', file: files[3] });
    expect(await readRecord({ file: files[0], line: 2 })).toMatchObject({ text: 'text number 1', file: files[0] });
    const { place } = await readRecord({ file: files[2], line: 1 });
    const raw = await readRecord({ file: files[0], place, raw: true });
    expect(raw.text).toBe(lines(4, 5).trimEnd());
  });

  test('all of them count for what is kept of a dataset, and none may change between two readings', async () => {
    const files = threeFiles('changed');
    const config = completeConfig({ dataset: { train: files[0] } });
    const inputs = (await inputFiles(config)).map(({ path }) => path);
    for (const i of [0, 2, 3]) expect(inputs).toContain(files[i]);
    const source = await openSource(files[0], { onError: 'skip' });
    const all: PlacedDocument[] = [];
    for await (const batch of source.placed()) all.push(...batch);
    utimesSync(files[3], 1, 1);
    const { place } = all[9];
    const reading = async () => {
      for await (const batch of source.again([{ first: place, last: place }])) expect(batch).toBeUndefined();
    };
    expect((await userError(reading())).code).toBe('file-changed');
  });

  test('tables: each has its header, and columns are those of the first', async () => {
    write('table/train-0-of-2.csv', 'id,text,tags\n1,one two,a;b\n2,three four,b\n');
    write('table/train-1-of-2.csv', 'text,id,tags\nfive six,3,a\n');
    const { documents } = await readAll(`${folder}/table/train-0-of-2.csv`, {
      textField: 'text',
      labelField: 'tags',
      labelSeparator: ';',
    });
    expect(documents.map(({ text, labels }) => [text, labels.join()])).toEqual([
      ['one two', 'a,b'],
      ['three four', 'b'],
      ['five six', 'a'],
    ]);
  });

  test('a file that is not there is told, and what is there is read', async () => {
    const files = threeFiles('missing');
    rmSync(files[2]);
    const { documents, source } = await readAll(files[3], { onError: 'skip' });
    expect(documents).toHaveLength(7);
    expect(source.findings.counts['missing-file']).toBe(1);
    expect((await splitParts(files[0])).missing).toBe(1);
    // one file of one is whole
    renameSync(files[3], `${folder}/missing/test-00000-of-00001.jsonl`);
    expect((await readAll(`${folder}/missing/test-00000-of-00001.jsonl`)).source.findings.counts).toEqual({});
  });
});

test('a split that dataset_dict.json lists and that is not there is reported', async () => {
  const lines = '{"text":"one two","labels":["a"]}\n{"text":"three","labels":["b"]}\n';
  write('listed/train/data.jsonl', lines);
  write('listed/test/data.jsonl', lines);
  const file = write('listed/dataset_dict.json', '{"splits": ["train", "test", "validation"]}');
  expect(await userError(splitPaths(dirname(file)))).toMatchObject({ code: 'missing-split', place: { file } });
  write('listed/dataset_dict.json', '{"splits": ["train", "test"]}');
  expect(Object.keys(await splitPaths(dirname(file))).sort()).toEqual(['test', 'train']);
});
