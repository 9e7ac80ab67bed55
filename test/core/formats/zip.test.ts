import { unzipSync, zipSync } from 'fflate';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readTorchCheckpoint } from '../../../src/core/formats/torchCheckpoint.ts';
import { crc32, zipEntries } from '../../../src/core/formats/zip.ts';
import { readAll, userError } from '../data/helpers.ts';

const fixtures = 'test/fixtures/original';
const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-zip-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('CRC-32 by the known answers, whole or part after part', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  expect(crc32(Buffer.alloc(0))).toBe(0);
  expect(crc32(Buffer.from('56789'), crc32(Buffer.from('1234')))).toBe(0xcbf43926);
});

/** Turns one bit of a file in a zip that stores it as it is, `back` bytes before its end. */
function withFlippedBit(zip: Uint8Array, name: string, back: number): Buffer {
  const bytes = Buffer.from(zip);
  const entry = zipEntries('x', bytes.length, (from, length) => bytes.subarray(from, from + length)).find(
    (one) => one.name === name,
  )!;
  expect(entry.method).toBe('stored');
  bytes[entry.to - back] ^= 1;
  return bytes;
}

describe('a flipped bit, which leaves the form whole and changes a number', () => {
  test('in an array of a .npz', async () => {
    for (const name of ['y_train.npz', 'vocab_inv.npy']) copyFileSync(`${fixtures}/rcv/${name}`, join(folder, name));
    const stored = zipSync(unzipSync(readFileSync(`${fixtures}/rcv/x_train.npz`)), { level: 0 });
    const file = join(folder, 'x_train.npz');
    writeFileSync(file, stored);
    expect((await readAll(file)).documents.length).toBeGreaterThan(0);
    writeFileSync(file, withFlippedBit(stored, 'data.npy', 8));
    expect(await userError(readAll(file))).toMatchObject({
      code: 'zip-damaged',
      message: '"data.npy" in the zip is damaged',
    });
  });

  test('in a storage of a checkpoint', async () => {
    const whole = readFileSync(`${fixtures}/torch/tensors-zip.pt`);
    const file = join(folder, 'model.pt');
    writeFileSync(file, whole);
    expect((await readTorchCheckpoint(file)).state.size).toBeGreaterThan(0);
    writeFileSync(file, withFlippedBit(whole, 'tensors-zip/data/0', 96));
    expect((await userError(readTorchCheckpoint(file))).code).toBe('zip-damaged');
  });
});
