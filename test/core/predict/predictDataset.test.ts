import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/core/config/load.ts';
import { openDataset } from '../../../src/core/data/openDataset.ts';
import type { ColumnedDocument, SourceOptions } from '../../../src/core/data/document.ts';
import { exportPredictions, predictDataset, type BulkOptions } from '../../../src/core/predict/predictDataset.ts';
import { loadPredictor, type Predictor } from '../../../src/core/predict/predictor.ts';
import { xlsx, parquet } from '../../fixtures/recordFiles.ts';
import { sixDigits } from '../../../src/core/predict/predictionRows.ts';
import { RunDocuments } from '../../../src/core/predict/runDocuments.ts';
import type { Split } from '../../../src/core/base/splits.ts';
import { readRun, type StoredRun } from '../../../src/core/training/runFolder.ts';
import { train } from '../../../src/core/training/trainer.ts';

let folder: string;
let predictor: Predictor;
let run: StoredRun;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-bulk-'));
  const rows = Array.from({ length: 24 }, (_, i) => ({
    text: i % 2 ? `an apple of ${i}` : `a horse of ${i}`,
    labels: [i % 2 ? 'fruit|food' : '7'],
  }));
  await writeFile(at('train.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  await writeFile(at('names.tsv'), '7\tAnimals\n');
  const config = {
    dataset: { train: 'train.jsonl', labelNames: 'names.tsv' },
    embedding: { dim: 6 },
    model: { filterSizes: [1, 2], filters: 6, pools: 1, hidden: 0, padding: 'fit' },
    training: { epochs: 12, batchSize: 8, learningRate: 0.05, patience: 0, monitor: 'loss' },
    evaluation: { k: [1], baselines: false },
    engine: { name: 'reference' },
    output: { name: 'run', cache: false },
  };
  await writeFile(at('c.xmlcnn.json'), JSON.stringify(config));
  const loaded = await loadConfig(at('c.xmlcnn.json'));
  const { folder: runFolder } = await train(loaded.config, { onEvent: () => {} });
  predictor = await loadPredictor(runFolder);
  run = await readRun(runFolder);
}, 60_000);

afterAll(async () => {
  await predictor?.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function written(name: string, content: string | Buffer): Promise<string> {
  await writeFile(at(name), content);
  return at(name);
}

async function predicted(
  name: string,
  content: string | Buffer,
  output: string,
  options: BulkOptions & { source?: SourceOptions } = {},
) {
  await writeFile(at(name), content);
  const opened = await openDataset({ file: at(name) }, options.source);
  const result = await predictDataset(predictor, opened, at(output), { top: 1, ...options });
  return { result, text: await readFile(at(output), 'utf8') };
}

describe('predictions in a file', () => {
  it('keep the columns of a CSV file as they are, lines and quotes in cells too', async () => {
    const input = 'id,text,labels,note\r\n001,a horse,7,"a ""b""\nc"\r\n1,"apple, apple",7,=1+1\r\n';
    const { result, text } = await predicted('in.csv', input, 'out.csv');
    const [head, ...rows] = text.split('\r\n');
    expect(head).toBe('id,text,labels,note,predicted_labels,predicted_names,probabilities');
    expect(rows[0]).toMatch(/^001,a horse,7,"a ""b""\nc",7,Animals,[\d.]+$/);
    expect(rows[1]).toMatch(/^1,"apple, apple",7,=1\+1,fruit\|food,fruit\|food,[\d.]+$/);
    expect(result).toMatchObject({ documents: 2, separator: ';', skipped: 0 });
  });

  it('keep the digits of JSON lines and what else they hold, packed ones too', async () => {
    const line = '{"id": 9007199254740993, "text": "a horse", "labels": ["7"], "more": {"a": [1.0]}}';
    const { text } = await predicted('in.jsonl.gz', gzipSync(`${line}\n\n${line}`), 'out.jsonl', { threshold: 0.01 });
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1].startsWith(`${line.slice(0, -1)},"predicted_labels":["7"],"predicted_names":["Animals"],`)).toBe(
      true,
    );
    expect(JSON.parse(lines[0])).toMatchObject({ more: { a: [1] }, predicted_labels: ['7'] });
  });

  it('go from one format into the other', async () => {
    const { text } = await predicted('in.csv', 'text,labels\na horse,7\n', 'out.jsonl');
    expect(JSON.parse(text)).toMatchObject({ text: 'a horse', labels: '7', predicted_labels: ['7'] });
    const records = [
      { text: 'a horse', labels: ['7'], n: 1 },
      { text: 'an apple', labels: [], more: { x: 'y' } },
    ];
    const both = await predicted('in.jsonl', records.map((r) => JSON.stringify(r)).join('\n'), 'out.csv');
    expect(both.text.split('\r\n')[0]).toBe('text,labels,n,more,predicted_labels,predicted_names,probabilities');
    expect(both.text.split('\r\n')[2]).toMatch(/^an apple,\[\],,"\{""x"":""y""\}",fruit/);
  });

  const rows = [
    { key: 1, text: 'a “horse” of Zoë', labels: ['7'], more: { a: [1, null] } },
    { key: 2, text: 'an apple', labels: [], more: null },
  ];
  const table = 'key;text;labels;note\r1;"a horse\rof Zoë";7;\r2;an apple;7;last\r';
  const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le');
  const added = 'predicted_labels,predicted_names,probabilities';
  it.each([
    ['cr.csv', table, {}],
    ['cr-utf16.csv', utf16(table), {}],
    ['cr-1252.csv', Buffer.from(table, 'latin1'), { encoding: 'windows-1252' as const }],
  ])('keep columns and characters of %s', async (name, content, source) => {
    const { text } = await predicted(name, content, 'kept.csv', { source });
    const lines = text.split('\r\n');
    expect(lines[0]).toBe(`key,text,labels,note,${added}`);
    expect(lines[1]).toMatch(/^1,"a horse\rof Zoë",7,,7,Animals,[\d.]+$/);
    expect(lines[2]).toMatch(/^2,an apple,7,last,/);
    expect(lines.slice(3)).toEqual(['']);
  });

  it.each([
    ['pretty.json', JSON.stringify({ data: rows }, null, 2)],
    [
      'columns.json',
      JSON.stringify(
        Object.fromEntries(['key', 'text', 'labels', 'more'].map((c) => [c, { ...rows.map((r) => r[c as 'key']) }])),
      ),
    ],
    ['utf16.jsonl', utf16(rows.map((row) => JSON.stringify(row)).join('\n'))],
    ['python.jsonl', rows.map((row) => JSON.stringify(row).replaceAll('null', 'None')).join('\n')],
  ])('keep the fields of %s, nested ones as JSON', async (name, content) => {
    const { text } = await predicted(name, content, 'kept.csv');
    const lines = text.split('\r\n');
    expect(lines[0]).toBe(`key,text,labels,more,${added}`);
    expect(lines[1]).toMatch(/^1,a “horse” of Zoë,"\[""7""\]","\{""a"":\[1,null\]\}",7,Animals,/);
    expect(lines[2]).toMatch(/^2,an apple,\[\],,/);
    const { text: json } = await predicted(name, content, 'kept.jsonl');
    expect(
      json
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject(rows);
  });

  it('keep the columns of Parquet, Arrow and Excel, and of folders of JSON the names of their files', async () => {
    const head = async (name: string, content: string | Buffer): Promise<string[]> =>
      (await predicted(name, content, 'kept.csv')).text.split('\r\n').slice(0, 2);
    const arrow = tableToIPC(tableFromArrays({ n: [7.5, 1], text: ['a horse', 'an apple'], labels: ['7', '7'] }));
    expect(await head('a.arrow', Buffer.from(arrow))).toEqual([
      `n,text,labels,${added}`,
      expect.stringMatching(/^7\.5,a horse,7,/),
    ]);
    expect(await head('p.parquet', Buffer.from(parquet, 'base64'))).toEqual([
      `text,labels,${added}`,
      expect.stringMatching(/^one boat in the bay,"\[""a"",""b""\]",/),
    ]);
    const sheet = await openDataset({ file: await written('x.xlsx', Buffer.from(xlsx, 'base64')) });
    const [first] = await sheet.source
      .columned()
      [Symbol.asyncIterator]()
      .next()
      .then(({ value }) => value as ColumnedDocument[]);
    expect((await head('x.xlsx', Buffer.from(xlsx, 'base64')))[1].startsWith(first.columns.values.join(','))).toBe(
      true,
    );
    await mkdir(at('many'), { recursive: true });
    await written('many/one.json', JSON.stringify({ text: 'a horse', labels: ['7'], lang: 'en' }));
    await written('many/two.json', JSON.stringify({ text: 'an apple', labels: ['7'], lang: 'en' }));
    const many = await openDataset({ file: at('many') });
    await predictDataset(predictor, many, at('many.csv'), { top: 1 });
    expect(await readFile(at('many.csv'), 'utf8')).toMatch(
      /^id,text,labels,lang,[^]*\r\none,a horse,"\[""7""\]",en,7,Animals,[\d.]+\r\ntwo,/,
    );
  });

  it('keep columns of one name', async () => {
    const input = 'text,labels,n,n\na horse,7,1,2\nan apple,7,3,4\n';
    const { text } = await predicted('twice.csv', input, 'kept.csv', { source: { format: 'csv', header: true } });
    expect(text.split('\r\n')[1]).toMatch(/^a horse,7,1,2,/);
    const json = await predicted('twice.csv', input, 'kept.jsonl', { source: { format: 'csv', header: true } });
    expect(JSON.parse(json.text.split('\n')[0])).toMatchObject({ n: '1', n_2: '2' });
  });

  it('have the evidence where it is asked for, and new names where theirs are taken', async () => {
    const input = '{"text":"a horse","labels":["7"],"predicted_labels":["old"]}';
    const { result, text } = await predicted('in.jsonl', input, 'out.jsonl', { explain: true });
    expect(result.added).toEqual(['predicted_labels_2', 'predicted_names', 'probabilities', 'evidence']);
    const { evidence, predicted_labels } = JSON.parse(text) as {
      evidence: { for: { text: string }[] }[];
      predicted_labels: string[];
    };
    expect(predicted_labels).toEqual(['old']);
    expect(evidence[0].for[0].text).toContain('horse');
  });

  it('hold a split that is drawn, each document of the file in one of them', async () => {
    const texts = async (split: Split): Promise<string[]> => {
      await exportPredictions(predictor, { split }, at(`of-${split}.jsonl`));
      const lines = (await readFile(at(`of-${split}.jsonl`), 'utf8')).trimEnd().split('\n');
      return lines.map((line) => (JSON.parse(line) as { text: string }).text);
    };
    const [kept, held] = [await texts('train'), await texts('validation')];
    expect(held.length).toBeGreaterThan(1);
    const all = (await readFile(at('train.jsonl'), 'utf8')).split('\n');
    expect([...kept, ...held].sort()).toEqual(all.map((line) => (JSON.parse(line) as { text: string }).text).sort());
    const scored = await RunDocuments.open(run, { split: 'validation' }, {});
    const read = await scored.read(held.map((_, i) => i));
    expect(read.map(({ document }) => document.text)).toEqual(held);
    await expect(exportPredictions(predictor, { split: 'test' }, at('x.csv'))).rejects.toMatchObject({
      code: 'no-such-split',
    });
    await expect(exportPredictions(predictor, { split: 'train' }, at('train.jsonl'))).rejects.toMatchObject({
      code: 'output-is-input',
    });
  });

  it('have all labels above a threshold, as many as there are', async () => {
    const input = 'text,labels\na horse,7\n';
    const found = async (options: BulkOptions): Promise<[string, number][]> => {
      const { text } = await predicted('in.csv', input, 'out.jsonl', options);
      const { predicted_labels, probabilities } = JSON.parse(text) as Record<string, unknown[]>;
      return (predicted_labels as string[]).map((label, i) => [label, probabilities[i] as number]);
    };
    const both = await found({ top: 2 });
    expect(both).toHaveLength(2);
    expect(both[0][1]).toBeGreaterThan(both[1][1]);
    const between = (both[0][1] + both[1][1]) / 2;
    expect(await found({ top: 1000, threshold: between })).toEqual(both.slice(0, 1));
    expect(await found({ top: 1000, threshold: both[1][1] - 1e-4 })).toEqual(both);
    expect(await found({ top: 1000, threshold: both[0][1] + 1e-4 })).toEqual([]);
  });

  it('have probabilities of six digits, as arithmetic has them', () => {
    const values = [
      0, 1, 0.1, 0.5, 0.0999999996, 0.09999995, 0.12345650000001, 0.1234565, 0.01, 0.001, 1e-5, 1e-7, 1.5,
    ];
    for (let i = 0; i < 20_000; i++) values.push(1 / (1 + Math.exp(((i * 7919) % 30_011) / 1000 - 6)));
    for (const p of values) expect(sixDigits(p), String(p)).toBe(String(Number(p.toPrecision(6))));
  });

  it('leave nothing behind where reading fails or is cancelled, nor replace their input', async () => {
    await expect(predicted('bad.jsonl', '{"text":"a","labels":[]}\n{"text"', 'bad.csv')).rejects.toMatchObject({
      code: 'torn-line',
    });
    const signal = AbortSignal.abort();
    await expect(predicted('in.csv', 'text,labels\na horse,7\n', 'none.csv', { signal })).rejects.toThrow();
    await expect(predicted('in.csv', 'text,labels\na horse,7\n', 'in.csv')).rejects.toMatchObject({
      code: 'output-is-input',
    });
    await expect(predicted('in.csv', 'text,labels\na horse,7\n', 'out.parquet')).rejects.toMatchObject({
      code: 'unknown-ending',
    });
    expect((await readdir(folder)).filter((name) => /^(bad\.csv|none|\.)/.test(name))).toEqual([]);
  });
});
