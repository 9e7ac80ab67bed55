import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeVectors } from '../../src/core/data/vectors/probeVectors.ts';
import { call } from './memoryTerminal.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
const noCache = ['--set', 'output.cache=false'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-word2vec-'));
  const rows = ['the cat sat on the mat', 'the dog sat on the cat'].map((text) => ({ text, labels: ['x'] }));
  await writeFile(at('train.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const config = {
    dataset: { train: 'train.jsonl', validationFraction: 0 },
    embedding: { dim: 6 },
    output: { cache: false },
  };
  await writeFile(at('run.xmlcnn.json'), JSON.stringify(config));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('word2vec', () => {
  it('writes binary vectors, or text by the name, and tells what it did', async () => {
    const { out } = await call(['word2vec', at('train.jsonl'), '-o', at('v.bin'), '--dim', '5', ...noCache]);
    expect(out).toContain('6 vectors of 5 numbers, binary');
    expect(probeVectors(at('v.bin'))).toMatchObject({ form: 'binary', dim: 5, count: 6 });
    const told = await call([
      'word2vec',
      folder,
      '-o',
      at('v.vec'),
      '--dim',
      '4',
      '--min-count',
      '2',
      '--json',
      ...noCache,
    ]);
    expect(told.json()).toMatchObject({ form: 'text', vectors: 4, dim: 4, words: 12, settings: { minCount: 2 } });
    expect(await readFile(at('v.vec'), 'utf8')).toMatch(/^4 4\nthe -?\d/);
  });
  it('takes the settings of a run config', async () => {
    const { code } = await call(['word2vec', at('run.xmlcnn.json'), '-o', at('c.bin'), '--threads', '1']);
    expect(code).toBe(0);
    expect(probeVectors(at('c.bin')).dim).toBe(6);
  });
  it('trains a model from its own vectors', async () => {
    const args = [
      '--set',
      'embedding.word2vec=true',
      '--set',
      'training.epochs=1',
      '--set',
      `output.folder=${at('runs')}`,
    ];
    const small = [
      '--set',
      'model.filters=2',
      '--set',
      'model.filterSizes=[1]',
      '--set',
      'evaluation.k=[1]',
      '--set',
      'model.pools=1',
    ];
    const { code, err } = await call(['train', at('run.xmlcnn.json'), ...args, ...small]);
    expect([code, err]).toEqual([0, expect.stringContaining('Trained word vectors')]);
  });
  it('needs a place to write to, and right values', async () => {
    expect((await call(['word2vec', at('train.jsonl')])).code).toBe(1);
    const wrong = await call(['word2vec', at('train.jsonl'), '-o', at('x.bin'), '--window', '0', ...noCache]);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('word2vec.window')]);
  });
});
