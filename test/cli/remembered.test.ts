import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BulkResult } from '../../src/core/predict/predictDataset.ts';
import { call } from './memoryTerminal.ts';

/** A run of a CSV file whose labels are numbers, in "tags"; what they are called stands beside it. */
let folder: string;
let run: string;
const at = (...names: string[]): string => join(folder, ...names);
const words = ['horse', 'apple'];
const row = (i: number): string => `${i},the ${words[i % 2]} of ${i},"1${i % 2}${i % 4 === 0 ? ';20' : ''}"`;
const rows = (n: number): string => ['id,text,tags', ...Array.from({ length: n }, (_, i) => row(i))].join('\n');

const config = (name: string) => ({
  dataset: { train: 'train.csv', validation: 'dev.csv', test: 'test.csv' },
  embedding: { dim: 6 },
  model: { filterSizes: [1], filters: 8, pools: 1, hidden: 0, embeddingDropout: 0, hiddenDropout: 0 },
  training: { epochs: 12, batchSize: 8, learningRate: 0.05 },
  evaluation: { k: [1], baselines: false },
  engine: { threads: 1 },
  output: { name, cache: false },
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-remembered-'));
  await writeFile(at('train.csv'), rows(24));
  await writeFile(at('dev.csv'), `${rows(8)}\n90,nothing at all,`);
  await writeFile(at('test.csv'), `${rows(9)}\n91,nothing at all,\n92,nor here,`);
  await writeFile(at('run.xmlcnn.json'), JSON.stringify(config('first')));
  const trained = await call(['train', at('run.xmlcnn.json')]);
  expect([trained.code, trained.err]).toEqual([0, expect.any(String)]);
  expect(trained.out).toContain('2 of them have no label and count 0.');
  run = at('runs', 'first');
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('what a run was trained on', () => {
  it('is stored as it was found', async () => {
    const reading = JSON.parse(await readFile(join(run, 'reading.json'), 'utf8')) as object;
    expect(reading).toMatchObject({
      format: 'csv',
      header: true,
      textField: 'text',
      labelField: 'tags',
      labelSeparator: ';',
    });
  });

  it('names the columns of other files, whatever else they hold', async () => {
    await writeFile(at('owner.csv'), 'title,owner,text,id\nan apple,ann,the horse,7\n');
    const { out } = await call(['predict', run, at('owner.csv'), '--dataset', '--json']);
    const { predictions } = JSON.parse(out) as { predictions: { text: string; truth?: string[] }[] };
    expect(predictions).toMatchObject([{ text: 'the horse' }]);
    expect(predictions[0].truth).toBeUndefined();
    const evaluated = await call(['evaluate', run, at('owner.csv')]);
    expect([evaluated.code, evaluated.err]).toEqual([1, expect.stringContaining('no column "tags"')]);
    expect(evaluated.err).toContain('the file has: title, owner, text, id');
    await writeFile(at('textless.csv'), 'title,tags\nan apple,10\n');
    const textless = await call(['predict', run, at('textless.csv'), '-o', at('none.csv')]);
    expect([textless.code, textless.err]).toEqual([1, expect.stringContaining('no column "text"')]);
  });

  it('reads another format by the same names, or by those that are given', async () => {
    const lines = Array.from({ length: 6 }, (_, i) => ({ n: i, text: `the ${words[i % 2]}`, tags: [`1${i % 2}`] }));
    await writeFile(at('same.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
    const other = lines.map(({ text, tags }) => JSON.stringify({ body: text, label: tags }));
    await writeFile(at('other.jsonl'), other.join('\n'));
    const precision = async (...args: string[]): Promise<unknown> => {
      const { out } = await call(['evaluate', run, ...args, '--json']);
      return (JSON.parse(out) as { evaluation: { metrics: Record<string, number> } }).evaluation.metrics['P@1'];
    };
    expect(await precision(at('same.jsonl'))).toBe(1);
    const fastText = lines.map(({ text, tags }) => `__label__${tags[0]} ${text}`);
    await writeFile(at('fast.txt'), fastText.join('\n')); // a format whose fields have no names
    expect(await precision(at('fast.txt'))).toBe(1);
    expect(await precision(at('other.jsonl'), '--text-field', 'body', '--label-field', 'label')).toBe(1);
  });

  it('stands in the file of predictions, which takes every record', async () => {
    const { code, out } = await call([
      'predict',
      run,
      at('test.csv'),
      '--output',
      at('out.csv'),
      '--top',
      '1',
      '--json',
    ]);
    expect([code, JSON.parse(out) as BulkResult]).toEqual([0, expect.objectContaining({ documents: 11, skipped: 0 })]);
    const [head, first] = (await readFile(at('out.csv'), 'utf8')).split('\r\n');
    expect(head).toBe('id,text,tags,predicted_labels,probabilities');
    expect(first).toMatch(/^0,the horse of 0,10;20,(10|20),[\d.]+$/);
    const lines = await call(['predict', run, '--text', 'a horse', '-o', at('out.jsonl')]);
    expect(lines.code).toBe(0);
    expect(JSON.parse(await readFile(at('out.jsonl'), 'utf8'))).toMatchObject({ id: '1', text: 'a horse' });
  });

  it('gets the names of its labels from beside its dataset, also where they came later', async () => {
    const shown = async (): Promise<string> => (await call(['predict', run, '--text', 'the horse'])).out;
    expect(await shown()).not.toContain('Animals');
    await writeFile(at('label_names.tsv'), '10\tAnimals\n11\tFruit\n20\tRare\n');
    expect(await shown()).toContain('Animals');
  });

  it('is told to the config that init writes: the names of labels found beside the data', async () => {
    await mkdir(at('more'));
    for (const name of ['train.csv', 'test.csv']) await writeFile(at('more', name), rows(24));
    await writeFile(at('more', 'label_names.tsv'), '10\tAnimals\n');
    const { code } = await call(['init', at('more'), '-o', at('more.xmlcnn.json')]);
    expect(code).toBe(0);
    expect(await readFile(at('more.xmlcnn.json'), 'utf8')).toContain('"labelNames": "more/label_names.tsv"');
  });

  it('ends in JSON that is whole where a record cannot be read on the way', async () => {
    await writeFile(at('torn.jsonl'), '{"text":"a","tags":[]}\n{"text"');
    const { code, out } = await call(['predict', run, at('torn.jsonl'), '--dataset', '--json']);
    expect([code, JSON.parse(out)]).toEqual([
      1,
      expect.objectContaining({ error: expect.objectContaining({ code: 'torn-line' }) }),
    ]);
  });
});
