import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/core/config/load.ts';
import { openDataset } from '../../../src/core/data/openDataset.ts';
import type { SourceOptions } from '../../../src/core/data/document.ts';
import { predictDataset, type BulkOptions } from '../../../src/core/predict/predictDataset.ts';
import { loadPredictor, type Predictor } from '../../../src/core/predict/predictor.ts';
import { train } from '../../../src/core/training/trainer.ts';

let folder: string;
let predictor: Predictor;
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
  const { folder: run } = await train(loaded.config, { onEvent: () => {} });
  predictor = await loadPredictor(run);
}, 60_000);

afterAll(async () => {
  await predictor?.dispose();
  await rm(folder, { recursive: true, force: true });
});

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
