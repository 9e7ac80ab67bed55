import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/base/errors.ts';
import { initialEmbedding, openEmbeddings, readEmbeddings } from '../../../src/core/text/embeddings.ts';
import { Vocabulary } from '../../../src/core/text/vocabulary.ts';
import { put, temporaryFolder, userError } from './helpers.ts';

const vocabulary = new Vocabulary(['<pad>', '<unk>', 'cat', 'hat', 'mat'], Float64Array.of(0, 1, 5, 3, 1));

async function read(content: string | Uint8Array, dim = 2) {
  const file = await put(join(await temporaryFolder(), 'vectors.txt'), content);
  return readEmbeddings(openEmbeddings(file, dim), vocabulary);
}

const lines = 'cat 1 2.5\ndog 9 9\nNew York 3 4\nmat -1e-1 .5\n';
const rows = [0, 0, 0, 0, 1, 2.5, 0, 0, Math.fround(-0.1), 0.5];

test.each([
  ['plain', lines],
  ['with counts', `4 2\n${lines}`],
  ['gzip', gzipSync(lines)],
  ['gzip with counts', gzipSync(`4 2\n${lines}`)],
  ['windows lines and trailing blanks', lines.replaceAll('\n', ' \r\n')],
  ['tabs', lines.replaceAll(' ', '\t')],
  ['byte order mark, no last line end', `\ufeff${lines.trimEnd()}`],
])('vectors are read: %s', async (_, content) => {
  const { rows: found, found: mask, report } = await read(content);
  expect([...found]).toEqual(rows);
  expect([...mask]).toEqual([0, 0, 1, 0, 1]);
  expect(report).toMatchObject({ vectors: 4, words: 3, found: 2, counts: {}, findings: [] });
  expect(report.typeCoverage).toBeCloseTo(2 / 3);
  expect(report.tokenCoverage).toBeCloseTo(6 / 10);
});

test('the last D fields are the vector: a phrase is not its first word', async () => {
  const { found } = await read('dog 1 2\ncat hat 3 4\nmat\u00a0cat 5 6\n. . . 7 8\n');
  expect([...found]).toEqual([0, 0, 0, 0, 0]);
});

test('<unk> and <pad> of a file are not rows of the model', async () => {
  const { found } = await read('<unk> 1 2\n<pad> 1 2\ncat 1 2\n');
  expect([...found]).toEqual([0, 0, 1, 0, 0]);
});

test('faults are reported with their lines and left out', async () => {
  const content = Buffer.concat([
    Buffer.from('7 2\ncat 1 2\nhat 1\ncat 8 8\nmat 1 x\ndog 0.1 0.2 0.3\n'),
    Buffer.from([0xff, 0x20, 0x31, 0x20, 0x31, 0x0a]),
    Buffer.from('hat 5 6\n'),
  ]);
  const { rows: found, report } = await read(content);
  expect([...found]).toEqual([0, 0, 0, 0, 1, 2, 5, 6, 0, 0]);
  expect(report.findings.map(({ code, line }) => [code, line])).toEqual([
    ['torn-line', 3],
    ['repeated-word', 4],
    ['torn-line', 5],
    ['wrong-dimension', 6],
    ['undecodable', 7],
    ['wrong-count', 8],
  ]);
  expect(report.counts).toMatchObject({ 'torn-line': 2, 'repeated-word': 1, undecodable: 1 });
});

test('a torn gzip is read as far as it goes, and told', async () => {
  const many = Array.from({ length: 20_000 }, (_, i) => `w${i * 7919} ${i} ${i / 7}\n`).join('');
  const packed = gzipSync(`cat 1 2\n${many}`);
  const { found, report } = await read(packed.subarray(0, packed.length / 2));
  expect(found[2]).toBe(1);
  expect(report.counts).toEqual({ 'torn-line': 1 });
  expect(report.findings[0].line).toBeGreaterThan(1000);
});

test('vectors of another length are an error that names theirs', async () => {
  for (const content of ['cat 1 2 3\n', 'cat 1 2 3\ndog 1 2 3\n', '9 3\ncat 1 2 3\n']) {
    const error = await userError(read(content));
    expect([error.code, error.place.line]).toEqual(['embedding-dimension', 1]);
    expect(error.remedy).toContain('"embedding.dim" to 3');
  }
  expect((await userError(read('cat 1\n'))).remedy).toContain('to 1');
  expect((await userError(read(''))).code).toBe('embedding-empty');
  expect(() => openEmbeddings('/nowhere/at/all', 2)).toThrow(expect.objectContaining({ code: 'file-not-found' }));
});

test('reading can be cancelled', async () => {
  const file = await put(join(await temporaryFolder(), 'v.txt'), lines);
  const reading = readEmbeddings(openEmbeddings(file, 2), vocabulary, { signal: AbortSignal.abort() });
  await expect(reading).rejects.toBeInstanceOf(Cancelled);
});

test('random vectors: uniform in [-0.25, 0.25), a row by seed and number alone', () => {
  const values = initialEmbedding(vocabulary, 4000, 1);
  expect(values.subarray(0, 4000).every((value) => value === 0)).toBe(true);
  const drawn = values.subarray(4000);
  expect(drawn.every((value) => value >= -0.25 && value < 0.25)).toBe(true);
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length;
  expect(Math.abs(mean)).toBeLessThan(0.005);
  expect(variance).toBeCloseTo(1 / 48, 3);

  const longer = new Vocabulary([...vocabulary.words, 'bat']);
  expect(initialEmbedding(longer, 4000, 1).subarray(0, values.length)).toEqual(values);
  expect(initialEmbedding(vocabulary, 4000, 2).subarray(4000, 4010)).not.toEqual(values.subarray(4000, 4010));
  expect(values.subarray(4000, 4010)).not.toEqual(values.subarray(8000, 8010));
});

test('pretrained rows replace random ones, the others stay as they are', async () => {
  const pretrained = await read(lines);
  const random = initialEmbedding(vocabulary, 2, 1);
  const values = initialEmbedding(vocabulary, 2, 1, pretrained);
  expect([...values]).toEqual([...random.subarray(0, 4), 1, 2.5, ...random.subarray(6, 8), Math.fround(-0.1), 0.5]);
});

test('missing words may start at the mean of those found', async () => {
  const pretrained = await read(lines);
  const values = initialEmbedding(vocabulary, 2, 1, pretrained, 'mean');
  const mean = [(1 - 0.1) / 2, (2.5 + 0.5) / 2].map(Math.fround);
  expect([...values]).toEqual([0, 0, ...mean, 1, 2.5, ...mean, Math.fround(-0.1), 0.5]);
  const none = { rows: new Float32Array(10), found: new Uint8Array(5) };
  expect(initialEmbedding(vocabulary, 2, 1, none, 'mean')).toEqual(initialEmbedding(vocabulary, 2, 1));
});

test('a word that is lacking may take the vector of its lower-case form', async () => {
  const cased = new Vocabulary(['<pad>', '<unk>', 'Cat', 'cat', 'CAT', 'Hat'], Float64Array.of(0, 0, 4, 3, 2, 1));
  const file = await put(join(await temporaryFolder(), 'v.txt'), 'cat 1 2\nCAT 3 4\ncat 5 6\nhats 7 8\n');
  const open = () => openEmbeddings(file, 2);
  const plain = await readEmbeddings(open(), cased);
  expect([...plain.found]).toEqual([0, 0, 0, 1, 1, 0]);
  const { rows: found, report } = await readEmbeddings(open(), cased, { lowercaseFallback: true });
  expect([...found]).toEqual([0, 0, 0, 0, 1, 2, 1, 2, 3, 4, 0, 0]);
  expect(report).toMatchObject({ found: 3, foundInLowerCase: 1, counts: { 'repeated-word': 1 } });
  expect(report.tokenCoverage).toBeCloseTo(0.9);
});
