import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { chmodSync } from 'node:fs';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { firstInvalidByte, type Line, readLines } from '../../../src/core/formats/bytes.ts';
import { openSource, readAll, scratch, userError } from './helpers.ts';

const { write, folder } = scratch();

async function linesOf(path: string, options?: Parameters<typeof readLines>[1]): Promise<Line[]> {
  const batches: Line[][] = [];
  for await (const batch of readLines(path, options)) batches.push(batch);
  return batches.flat();
}
const record = (text: string) => JSON.stringify({ id: text, text, labels: ['a'] });

describe('lines', () => {
  test('BOM, CRLF and LF, no line end at the end; byte offsets count the BOM', async () => {
    const path = write('ends', '\ufeffé\r\n\nlast');
    expect(await linesOf(path)).toEqual([
      { text: 'é', number: 1, byte: 3, stop: 7, end: '\r\n' },
      { text: '', number: 2, byte: 7, stop: 8, end: '\n' },
      { text: 'last', number: 3, byte: 8, stop: 12, end: '' },
    ]);
  });

  test('lines and characters across the borders of chunks', async () => {
    const texts = Array.from({ length: 400 }, (_, i) => `${i}${'€'.repeat(i * 7)}`);
    for (const path of [write('wide', texts.join('\n')), write('wide.gz', gzipSync(texts.join('\n')))])
      expect((await linesOf(path)).map(({ text }) => text)).toEqual(texts);
  });

  test('gzip of several members, with rubbish behind, told by content', async () => {
    const path = write('members', Buffer.concat([gzipSync('a\nb'), gzipSync('c\nd\n')]));
    expect((await linesOf(path)).map(({ text }) => text)).toEqual(['a', 'bc', 'd']);
    const trailed = write('trailed', Buffer.concat([gzipSync('a\nb\n'), Buffer.alloc(300_000)]));
    expect((await linesOf(trailed)).map(({ text }) => text)).toEqual(['a', 'b']);
  });

  test('a consumer that stops early closes the file', async () => {
    const path = write('early', 'x\n'.repeat(1_000_000));
    for (let i = 0; i < 50; i++) for await (const batch of readLines(path)) if (batch.length) break;
    expect((await linesOf(path)).length).toBe(1_000_000);
  });

  test('an aborted signal ends the reading', async () => {
    const path = write('abort', 'x\n');
    await expect(linesOf(path, { signal: AbortSignal.abort() })).rejects.toThrow('Cancelled');
  });
});

describe('decoding', () => {
  const bad = Buffer.concat([
    Buffer.from(`${record('ä')}\n`),
    Buffer.from('{"text":"caf'),
    Buffer.from([0xe9]),
    Buffer.from('"}\n'),
  ]);
  const at = Buffer.byteLength(`${record('ä')}\n{"text":"caf`);

  test('invalid UTF-8 is told with line and byte, or skipped, or read as Latin-1', async () => {
    const path = write('latin.jsonl', bad);
    const error = await userError(readAll(path));
    expect(error).toMatchObject({ code: 'undecodable', place: { file: path, line: 2, byte: at } });
    expect(error.describe()).toContain('0xE9');
    const { documents, source } = await readAll(path, { onError: 'skip' });
    expect(documents.map(({ id }) => id)).toEqual(['ä']);
    expect(source.findings.first).toMatchObject([{ code: 'undecodable', line: 2, byte: at, skipped: true }]);
    expect((await readAll(path, { encoding: 'latin1' })).documents[1].text).toBe('café');
  });

  test('the same within .gz counts unpacked bytes', async () => {
    expect((await userError(readAll(write('latin.gz', gzipSync(bad))))).place).toMatchObject({ line: 2, byte: at });
  });

  test('every kind of ill-formed sequence', () => {
    for (const [bytes, index] of [
      [[0x61, 0x80], 1],
      [[0xc0, 0xaf], 0],
      [[0xe0, 0x80, 0x80], 0],
      [[0xed, 0xa0, 0x80], 0],
      [[0xf0, 0x80, 0x80, 0x80], 0],
      [[0xf4, 0x90, 0x80, 0x80], 0],
      [[0xf5, 0x80, 0x80, 0x80], 0],
      [[0xc3, 0xa9, 0xe2, 0x82], 2],
      [[0xf0, 0x9f, 0x98, 0x80, 0xc3], 4],
      [[0xf0, 0x9f, 0x98, 0x80], -1],
    ] as [number[], number][])
      expect(firstInvalidByte(Uint8Array.from(bytes))).toBe(index);
  });

  test('foreign compression is told by name', async () => {
    const xz = write('a.xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1]));
    expect(await userError(openSource(xz))).toMatchObject({
      code: 'unknown-compression',
      message: expect.stringContaining('xz'),
    });
  });
});

describe('torn and missing files', () => {
  const lines = Array.from({ length: 3000 }, (_, i) => record(`document ${i} ${Math.sin(i)}`));

  test('a torn last line', async () => {
    const path = write('torn.jsonl', `${lines.slice(0, 2).join('\n')}\n{"id":"x","te`);
    expect(await userError(readAll(path))).toMatchObject({ code: 'torn-line', place: { line: 3 } });
    const { documents, source } = await readAll(path, { onError: 'skip' });
    expect([documents.length, source.findings.counts]).toEqual([2, { 'torn-line': 1 }]);
  });

  test('a malformed line in the middle', async () => {
    const path = write(
      'middle.jsonl',
      `${lines[0]}\n{"text": oops}\n[1]\n{"id":"z"}\n{"text":["a",1]}\n{"text":"t","labels":[true]}\n${lines[1]}\n`,
    );
    const error = await userError(readAll(path));
    expect(error).toMatchObject({ code: 'malformed-record', place: { line: 2, byte: lines[0].length + 1 } });
    expect(error.describe()).toContain(`${path}:2`);
    const { documents, source } = await readAll(path, { onError: 'skip' });
    expect(documents.map(({ line }) => line)).toEqual([1, 7]);
    expect(source.findings.counts).toEqual({ 'malformed-record': 5 });
    expect(source.findings.skipped).toBe(5);
  });

  test('a truncated .gz: told with the line; skip reads what is whole', async () => {
    const packed = gzipSync(lines.join('\n'));
    const path = write('torn.gz', packed.subarray(0, packed.length >> 1));
    const error = await userError(readAll(path));
    expect(error.code).toBe('torn-line');
    const { documents, source } = await readAll(path, { onError: 'skip' });
    expect(documents.length).toBeGreaterThan(1000);
    expect(documents.length).toBe((error.place.line as number) - 1);
    expect(source.findings.counts).toEqual({ 'torn-line': 1 });
  });

  test('damaged gzip data', async () => {
    const packed = gzipSync(lines.join('\n'));
    packed[packed.length - 6] ^= 0xff; // the checksum
    expect((await userError(readAll(write('crc.gz', packed)))).message).toContain('damaged');
    const noGzip = write('raw.gz', Buffer.concat([Buffer.from([0x1f, 0x8b, 9]), deflateRawSync('x')]));
    expect((await userError(readAll(noGzip))).code).toBe('torn-line');
  });

  test('empty, missing, folder, unreadable', async () => {
    for (const content of ['', '\n \n', '\ufeff', gzipSync('')])
      expect((await userError(openSource(write('empty', content)))).code).toBe('empty-file');
    expect((await userError(openSource(`${folder}/nope`))).code).toBe('file-not-found');
    expect((await userError(openSource(folder, { format: 'jsonl' }))).code).toBe('is-a-directory');
    if (process.getuid?.() === 0) return console.log('skipped: root may read every file');
    const path = write('locked', 'x');
    chmodSync(path, 0);
    expect((await userError(openSource(path))).code).toBe('no-permission');
  });
});

describe('findings', () => {
  test('repeated ids and labels, empty and unlabelled documents are noted and kept', async () => {
    const path = write(
      'doubts.jsonl',
      '{"id":"a","text":"x","labels":["l","m","l"]}\n{"id":"a","text":" ","labels":[]}\n',
    );
    const { documents, source } = await readAll(path);
    expect(documents[0].labels).toEqual(['l', 'm']);
    expect(documents).toHaveLength(2);
    expect(source.findings.counts).toEqual({
      'repeated-label': 1,
      'repeated-id': 1,
      'empty-document': 1,
      unlabelled: 1,
    });
    expect(source.findings.skipped).toBe(0);
    expect(source.findings.first.every(({ skipped, file }) => !skipped && file === path)).toBe(true);
  });

  test('the first 1,000 are kept, all are counted, each pass counts anew; many ids do not collide', async () => {
    const many = Array.from({ length: 120_000 }, (_, i) => `{"id":"${i.toString(36)}","text":"x"}`);
    const { source } = await readAll(
      write('many.jsonl', `${many.join('\n')}\n{"id":"${(7).toString(36)}","text":"x"}`),
    );
    expect(source.findings.counts).toEqual({ unlabelled: 120_001, 'repeated-id': 1 });
    expect(source.findings.first).toHaveLength(1000);
    let again = 0;
    for await (const { line } of source) again = line;
    expect([again, source.findings.counts.unlabelled]).toEqual([120_001, 120_001]);
  });
});

test('memory stays constant while ids and labels are kept', async () => {
  const text = 'some words of a long document '.repeat(1000);
  const path = write(
    'big.txt',
    Array.from({ length: 3000 }, (_, i) => `__label__a-rather-long-label-name-${i} ${text}`).join('\n'),
  );
  const source = await openSource(path);
  const kept: string[] = [];
  const before = heapInUse();
  for await (const { labels } of source) kept.push(...labels);
  expect(source.totalBytes).toBeGreaterThan(85e6);
  expect(kept).toHaveLength(3000);
  // labels that kept their lines alive would hold the whole file
  expect(heapInUse() - before).toBeLessThan(20e6);
});

/** Bytes of live objects, after a full collection. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
