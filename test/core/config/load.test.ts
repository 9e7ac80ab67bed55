import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeFiles } from '../../../src/core/config/fileAccess.ts';
import { loadConfig } from '../../../src/core/config/load.ts';
import { monitorable, parseMonitor } from '../../../src/core/config/monitor.ts';
import { parseOverrides } from '../../../src/core/config/overrides.ts';
import { editDistance, nearest } from '../../../src/core/config/spelling.ts';
import { vectorHead } from '../../../src/core/data/vectors/vectorHead.ts';
import { binaryOf, zipOf } from '../data/vectors/files.ts';
import { UserError } from '../../../src/core/base/errors.ts';

let folder: string;
const put = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
const failure = async (name: string, overrides: string[] = []): Promise<UserError> => {
  const error: unknown = await loadConfig(join(folder, name), overrides).then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof UserError)) throw error ?? new Error('nothing thrown');
  return error;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xmlcnn-config-'));
  mkdirSync(join(folder, 'data'));
  mkdirSync(join(folder, 'bases'));
  put('data/train.txt', '__label__a b\n');
  put('data/v.txt.gz', gzipSync('400000 3\nthe 0.1 -2e-3 .5\n'));
  put(
    'bases/data.json',
    '{ "extends": "kim-bce", "dataset": { "train": "../data/train.txt" }, "training": { "epochs": 7, "seed": 3 } }',
  );
  put('run.xmlcnn.json', '\uFEFF{ "extends": "bases/data.json", "training": { "epochs": 9, }, /* c */ }');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('loadConfig', () => {
  it('follows a chain, resolves paths against the file that states them', async () => {
    const { config, diagnostics, file } = await loadConfig(join(folder, 'run.xmlcnn.json'));
    expect(diagnostics).toEqual([]);
    expect(file).toBe(join(folder, 'run.xmlcnn.json'));
    expect(config.dataset.train).toBe(join(folder, 'data', 'train.txt'));
    expect(config.model.hidden).toBe(0);
    expect(config.training).toMatchObject({ epochs: 9, seed: 3, learningRate: 1e-3 });
    expect(config.output).toMatchObject({ folder: join(folder, 'runs'), cacheFolder: join(folder, '.xmlcnn') });
    expect('extends' in config).toBe(false);
  });
  it('lets --set win, also over extends, its paths counted from the working directory', async () => {
    const set = [
      'training.epochs=2',
      'model.filterSizes=[3]',
      'output.name=2024',
      'extends=paper',
      'output.folder=r',
      'dataset.train=package.json',
    ];
    const { config } = await loadConfig(join(folder, 'run.xmlcnn.json'), set);
    expect(config.training).toMatchObject({ epochs: 2, batchSize: 128, seed: 1 });
    expect(config.model).toMatchObject({ filterSizes: [3], filters: 128 });
    expect(config.output).toMatchObject({ name: '2024', folder: resolve('r') });
  });
  it('lists all errors with their places', async () => {
    put('wrong.json', '{\n  "dataset": { "train": "data/trian.txt" },\n  "model": { "filtres": 3 }\n}');
    const error = await failure('wrong.json');
    expect(error.code).toBe('invalid-config');
    expect(error.place).toEqual({ file: join(folder, 'wrong.json'), line: 2, column: 25 });
    expect(error.message).toContain('Did you mean data/train.txt?');
    expect(error.message).toContain('wrong.json:3:14: There is no key "filtres" in model. Did you mean "filters"?');
  });
  it('gives warnings back', async () => {
    put('same.json', '{ "dataset": { "train": "data/train.txt", "test": "data/train.txt" } }');
    const { diagnostics } = await loadConfig(join(folder, 'same.json'));
    expect(diagnostics.map((d) => d.code)).toEqual(['same-file']);
  });
  it('reads the dimension of packed vectors', async () => {
    put('vectors.json', '{ "extends": "bases/data.json", "embedding": { "file": "data/v.txt.gz" } }');
    expect((await failure('vectors.json')).message).toContain('have 3 dimensions');
    const { config } = await loadConfig(join(folder, 'vectors.json'), ['embedding.dim=3']);
    expect(config.embedding.file).toBe(join(folder, 'data', 'v.txt.gz'));
  });
  it('refuses what is no config', async () => {
    put('latin.json', new Uint8Array([0x7b, 0xe9, 0x7d]));
    expect((await failure('latin.json')).code).toBe('undecodable');
    expect(await failure('absent.json')).toMatchObject({
      code: 'config-not-found',
      message: 'There is no such config',
    });
    expect((await failure('data')).code).toBe('config-not-found');
  });
  it.each([
    ['training.epochs=many', 'bad-override', 'training.epochs'],
    ['training.epochs', 'bad-override', 'training.epochs'],
    ['=3', 'bad-override', '=3'],
    ['model.pooling=maximum', 'bad-override', 'model.pooling'],
    ['training.epoch=3', 'unknown-key', 'training.epoch'],
    ['__proto__.x=3', 'unknown-key', '__proto__.x'],
    ['model.pools=600', 'invalid-config', 'model.pools'],
  ])('names the key of a wrong --set %s', async (set, code, key) => {
    const error = await failure('run.xmlcnn.json', [set]);
    expect(error.code).toBe(code);
    expect(error.message).toContain(key);
  });
  it('proposes the key that was meant', async () => {
    expect((await failure('run.xmlcnn.json', ['training.epoch=3'])).remedy).toBe('Did you mean training.epochs?');
    expect((await failure('run.xmlcnn.json', ['filters=3'])).remedy).toBe('Did you mean model.filters?');
    expect((await failure('run.xmlcnn.json', ['batch_size=3'])).remedy).toBe('Did you mean training.batchSize?');
  });
});

describe('parseOverrides', () => {
  it('takes JSON, plain text, text with =, null and whole sections', () => {
    const values = parseOverrides([
      'training.monitor=P@1+P@5',
      'dataset.labelSeparator==',
      'embedding.file=null',
      'text={"maxLength":9}',
      'text.minCount=2',
    ]);
    expect(values).toEqual({
      training: { monitor: 'P@1+P@5' },
      dataset: { labelSeparator: '=' },
      embedding: { file: null },
      text: { maxLength: 9, minCount: 2 },
    });
  });
});

describe('vectorDim', () => {
  const dimension = (text: string, whole = true) => vectorHead(Buffer.from(text), whole)?.dim;
  it('reads files with and without a first line of counts, and words with blanks or numbers', () => {
    expect(dimension('the 0.1 0.2\nof 1 -2\n')).toBe(2);
    expect(dimension('10 2\nthe 0.1 0.2\n')).toBe(2);
    expect(dimension('. . . 0.1 0.2\nat b@c.d 1 2\n1 2 3 4\n')).toBe(2);
    expect(dimension('1999 0.5 0.5\n')).toBe(2);
    expect(dimension('the 0.1 0.2\r\n')).toBe(2);
  });
  it('does not count a line that is cut', () => {
    expect(dimension('the 0.1 0.2 0.3\nof 0.1', false)).toBe(3);
  });
  it('knows no dimension where there are no vectors', () => {
    for (const text of ['', 'once upon a time', '\u0000\u0001']) expect(dimension(text)).toBeUndefined();
  });
  it('knows binary vectors and those in a zip', () => {
    put('v.bin', binaryOf([['the', [1, 2, 3]]]));
    put('v.zip', zipOf({ 'a.txt': 'the 1 2\n', 'b.txt': 'the 1 2 3 4\n' }));
    expect(nodeFiles.vectorDim(join(folder, 'v.bin'), 300)).toBe(3);
    expect(nodeFiles.vectorDim(join(folder, 'v.zip'), 4)).toBe(4);
    expect(nodeFiles.vectorDim(join(folder, 'v.zip'), 300, 'a.txt')).toBe(2);
    expect(nodeFiles.vectorDim(join(folder, 'v.zip'), 300)).toMatchObject({ code: 'embedding-entry' });
  });
  it('reads only the beginning of large files', () => {
    put('large.txt', `the 0.1 0.2\n${'x'.repeat(300_000)}`);
    expect(nodeFiles.vectorDim(join(folder, 'large.txt'), 300)).toBe(2);
    expect(nodeFiles.vectorDim(join(folder, 'none.txt'), 300)).toMatchObject({ code: 'file-not-found' });
  });
});

describe('parseMonitor', () => {
  it('gives metric names and the direction', () => {
    expect(parseMonitor('P@1 + P@5')).toEqual({ terms: ['P@1', 'P@5'], minimise: false });
    expect(parseMonitor('loss')).toEqual({ terms: ['logLoss'], minimise: true });
    expect(monitorable([2])).toContain('PSnDCG@2');
  });
});

describe('spelling', () => {
  it('counts inserts, deletions, replacements and swaps', () => {
    expect(editDistance('train', 'trian')).toBe(1);
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
  });
  it('finds the nearest, or none', () => {
    expect(nearest('batch_size', ['batchSize', 'beta1'])).toBe('batchSize');
    expect(nearest('zzzz', ['batchSize', 'beta1'])).toBeUndefined();
    expect(nearest('x'.repeat(1000), ['batchSize'])).toBeUndefined();
  });
});
