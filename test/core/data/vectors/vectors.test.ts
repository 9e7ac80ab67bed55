import { zipSync } from 'fflate';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import { vectorHead } from '../../../../src/core/data/vectors/vectorHead.ts';
import { probeVectors, type VectorChoice } from '../../../../src/core/data/vectors/probeVectors.ts';
import { readVectors } from '../../../../src/core/data/vectors/readVectors.ts';
import type { VectorFinding } from '../../../../src/core/data/vectors/vectorHead.ts';
import { UserError } from '../../../../src/core/base/errors.ts';
import { bitsAt } from '../../../../src/core/base/random.ts';
import { put, temporaryFolder } from '../../text/helpers.ts';
import { binaryOf, textOf, zipOf, type Vectors } from './files.ts';

const vectors: Vectors = [
  ['the', [0.125, -1.5, 3]],
  ['wörd', [1, 2, 0.5]],
  ['of', [-0.25, 8, 0]],
];

async function fileOf(content: string | Uint8Array): Promise<string> {
  return put(join(await temporaryFolder(), 'vectors'), content);
}

async function read(content: string | Uint8Array, choice?: VectorChoice) {
  const file = await fileOf(content);
  const probed = probeVectors(file, choice);
  const found: [string, number[]][] = [];
  const findings: VectorFinding[] = [];
  let progress = 0;
  const count = await readVectors(
    probed,
    {
      wants: () => true,
      take: (word, vector) => found.push([word, [...vector]]),
      note: (finding) => findings.push(finding),
    },
    { onProgress: ({ done }) => (progress = done) },
  );
  return { probed, found, findings, count, progress };
}

const header = `${vectors.length} 3\n`;
const binary = binaryOf(vectors);
const forms: [string, 'text' | 'binary', string | Uint8Array][] = [
  ['GloVe', 'text', textOf(vectors)],
  ['fastText .vec', 'text', header + textOf(vectors).replaceAll('\n', ' \n')],
  ['word2vec binary as gensim writes it', 'binary', binary],
  ['word2vec binary of the original program', 'binary', binaryOf(vectors, { newlines: true })],
  [
    'text with a byte order mark and Windows lines',
    'text',
    `\ufeff${header}${textOf(vectors)}`.replaceAll('\n', '\r\n'),
  ],
];

describe('word vectors are told apart by content and read', () => {
  for (const [name, form, content] of forms) {
    const bytes = Buffer.from(content as string);
    const packings: [string, Buffer][] = [
      ['plain', bytes],
      ['gzip', gzipSync(bytes)],
      ['zip', zipOf({ 'v.any': bytes })],
      ['stored zip', zipOf({ 'v.any': bytes }, { stored: true, comment: 'PK\u0005\u0006 said a comment' })],
      ['ZIP64', zipOf({ 'v.any': bytes }, { wide: true })],
      ['zip of another maker', Buffer.from(zipSync({ 'folder/v.any': bytes }))],
    ];
    for (const [packing, packed] of packings)
      it(`${name}, ${packing}`, async () => {
        const { probed, found, findings, count, progress } = await read(packed);
        expect(probed).toMatchObject({ form, dim: 3 });
        expect([found, findings, count]).toEqual([vectors, [], 3]);
        expect(progress).toBe(probed.bytes);
      });
  }

  it('reads over the borders of chunks', async () => {
    const many: Vectors = Array.from({ length: 3000 }, (_, i) => [
      `word${i * 7919}`,
      Array.from({ length: 100 }, (_, j) => Math.fround((bitsAt(i, j) - 2 ** 31) / 2 ** 30)),
    ]);
    for (const content of [textOf(many), binaryOf(many), gzipSync(binaryOf(many))]) {
      const { found, findings } = await read(content);
      expect(found).toEqual(many);
      expect(findings).toEqual([]);
    }
  });
});

describe('a zip with several files', () => {
  const glove = (dim: number) =>
    textOf(vectors.map(([word]) => [word, Array.from({ length: dim }, (_, i) => i + 0.5)]));
  const zip = zipOf({ 'g.2d.txt': glove(2), 'README.md': 'of 3 vectors', 'a/g.4d.txt': glove(4), '__MACOSX/g': 'x' });
  const failure = async (choice: VectorChoice, content: Uint8Array = zip): Promise<UserError> => {
    const file = await fileOf(content);
    try {
      probeVectors(file, choice);
    } catch (error) {
      if (error instanceof UserError) return error;
      throw error;
    }
    throw new Error('nothing was thrown');
  };

  it('is chosen from by dimension, by name or by path', async () => {
    expect((await read(zip, { dim: 4 })).found[0]).toEqual(['the', [0.5, 1.5, 2.5, 3.5]]);
    expect((await read(zip, { dim: 4, entry: 'g.2d.txt' })).probed).toMatchObject({ dim: 2 });
    expect((await read(zip, { entry: 'a/g.4d.txt' })).count).toBe(3);
    expect((await read(zip, { entry: 'g.4d.txt' })).count).toBe(3);
  });
  it('names its files where none is the one', async () => {
    const error = await failure({ dim: 3 });
    expect(error.code).toBe('embedding-entry');
    expect(error.message).toContain('g.2d.txt (2), a/g.4d.txt (4)');
    expect(error.remedy).toContain('"embedding.entry"');
    expect((await failure({ entry: 'g.9d.txt' })).message).toContain('README.md');
    expect((await failure({ dim: 2 }, zipOf({ a: glove(2), b: glove(2) }))).message).toContain('2 with vectors of 2');
    expect((await failure({}, zipOf({ a: 'prose' }))).code).toBe('embedding-unreadable');
    expect((await failure({ entry: 'a' }, Buffer.from(glove(2)))).code).toBe('embedding-entry');
  });
});

test.each([true, false])('a zip whose data does not have its checksum is told, stored %s', async (stored) => {
  const packed = zipOf({ v: textOf(vectors) }, { stored });
  const good = await read(packed);
  expect(good.findings).toEqual([]);
  if (stored) packed[packed.indexOf('0.5') + 2] ^= 1;
  else packed[packed.indexOf('PK\u0001\u0002', 0, 'latin1') + 16] ^= 1; // the checksum itself
  const { findings, count } = await read(packed);
  expect(count).toBe(3);
  expect(findings.map(({ code, message }) => [code, message])).toEqual([
    ['torn-line', expect.stringContaining('checksum')],
  ]);
});

test('damage to binary vectors is told with its record', async () => {
  const twice: Vectors = [...vectors, ['nan', [NaN, 0, 0]]];
  expect((await read(binaryOf(twice, { header: '9 3\n' }))).findings.map(({ code, line }) => [code, line])).toEqual([
    ['torn-line', 4],
    ['wrong-count', 4],
  ]);
  const torn = await read(binary.subarray(0, binary.length - 3));
  expect(torn.count).toBe(2);
  expect(torn.findings.map(({ code, line }) => [code, line])).toEqual([
    ['torn-line', 3],
    ['wrong-count', 3],
  ]);
  const bad = Buffer.concat([
    Buffer.from('2 3\n'),
    Buffer.from([0xff, 32]),
    Buffer.alloc(12),
    Buffer.from('b '),
    Buffer.alloc(12),
  ]);
  expect((await read(bad)).findings[0]).toMatchObject({ code: 'undecodable', line: 1 });
  const packed = gzipSync(binaryOf(Array.from({ length: 9000 }, (_, i) => [`w${bitsAt(1, i)}`, [bitsAt(2, i), 1, 2]])));
  const cut = await read(packed.subarray(0, packed.length / 2));
  expect(cut.count).toBeGreaterThan(1000);
  expect(cut.findings).toMatchObject([{ code: 'torn-line', line: cut.count + 1 }]);
});

test('files of other kinds are refused with what to do', async () => {
  const refused = async (content: string | Uint8Array): Promise<string[]> => {
    try {
      await read(content);
    } catch (error) {
      if (error instanceof UserError) return [error.code, error.remedy];
      throw error;
    }
    return [];
  };
  expect(await refused(Buffer.from([0xba, 0x16, 0x4f, 0x2f, 12, 0, 0, 0]))).toEqual([
    'embedding-unreadable',
    expect.stringContaining('.vec'),
  ]);
  expect((await refused(Buffer.from([0x80, 4, 0x95])))[1]).toContain('save_word2vec_format');
  expect((await refused('once upon a time\n'))[0]).toBe('embedding-unreadable');
  expect((await refused('\n \n'))[0]).toBe('embedding-empty');
  expect((await refused(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1])))[0]).toBe('unknown-compression');
  expect((await refused(Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9])))[0]).toBe('embedding-unreadable');
});

test('a first line that asks for much gets nothing', () => {
  const head = (line: string) => vectorHead(Buffer.concat([Buffer.from(`${line}\nthe `), Buffer.alloc(64)]), true);
  expect(head('3000000 300000000')).toBeUndefined();
  expect(head('99999999999999999999 3')).toMatchObject({ form: 'text', dim: 1 });
  expect(head('3000000 300')).toMatchObject({ form: 'binary', dim: 300, count: 3_000_000 });
});
