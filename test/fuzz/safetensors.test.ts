import { rmSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { UserError } from '../../src/core/base/errors.ts';
import type { Tensor } from '../../src/core/formats/safetensors.ts';
import { SafetensorsFile } from '../../src/core/formats/safetensors.ts';
import { safetensorsPieces } from '../../src/core/formats/safetensorsWrite.ts';
import { Draws } from '../core/engine/randomCases.ts';
import { temporaryFolders } from '../core/training/folder.ts';
import { count, rounds, seed } from './fuzz.ts';

const newFolder = temporaryFolders();

const good = Buffer.concat(
  safetensorsPieces(
    new Map<string, Tensor>([
      ['a', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ['b/c', { shape: [4], data: Int32Array.of(1, 2, 3, 4) }],
      ['d', { shape: [], data: Float64Array.of(7) }],
      ['e', { shape: [3], data: Uint8Array.of(1, 2, 3) }],
    ]),
    { format: 'pt', note: 'ä' },
  ),
);

/** Fragments that headers are made worse with. */
const fragments = [
  ...['{', '}', '[', ']', ',', ':', '"', '\\', '-1', '1e999', '9007199254740993', '4294967296', '0.5', 'null', 'true'],
  ...['{}', '[]', '"F32"', '"F64"', '"BF16"', '"__proto__"', '"constructor"', '"__metadata__"', '"shape":[1]'],
  ...['"data_offsets":[0,0]', '"data_offsets":[0,99999999999]', '\u0000', '\ud800', ' '.repeat(100), '['.repeat(5000)],
];

/** One of many ways in which a file may be torn, changed or hostile. */
function worse(draws: Draws): Buffer {
  const bytes = Buffer.from(good);
  const at = (): number => draws.between(0, bytes.length - 1);
  switch (draws.between(0, 5)) {
    case 0:
      return bytes.subarray(0, draws.between(0, bytes.length));
    case 1:
      for (let n = draws.between(1, 6); n > 0; n--) bytes[at()] = draws.between(0, 255);
      return bytes;
    case 2:
      bytes.writeBigUInt64LE(BigInt(draws.between(0, 2 ** 31 - 1)) * BigInt(draws.between(0, 2 ** 31 - 1)) * 3n);
      return bytes;
    case 3:
      return Buffer.concat([bytes, bytes.subarray(at())]);
    default:
      return withHeader(draws, bytes);
  }
}

/** The header's text changed, its length told truly. */
function withHeader(draws: Draws, bytes: Buffer): Buffer {
  const length = Number(bytes.readBigUInt64LE());
  let header = bytes.toString('utf8', 8, 8 + length);
  for (let n = draws.between(1, 3); n > 0; n--) {
    const from = draws.between(0, header.length);
    const fragment = fragments[draws.between(0, fragments.length - 1)];
    header = header.slice(0, from) + fragment + header.slice(from + draws.between(0, 8));
  }
  const text = Buffer.from(header);
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([start, text, bytes.subarray(8 + length)]);
}

it('refuses or reads whatever stands in a file, and holds no more than the file does', async () => {
  const path = join(await newFolder(), 'x.safetensors');
  const draws = new Draws(seed);
  const outcomes = { read: 0, refused: 0 };
  const all = rounds(4000);
  count(all);
  for (let i = 0; i < all; i++) {
    const bytes = worse(draws);
    await writeFile(path, bytes);
    const { size } = await stat(path);
    try {
      const file = await SafetensorsFile.open(path);
      try {
        let held = 0;
        for (const name of file.tensors.keys()) {
          const { data, shape } = await file.read(name);
          held += data.byteLength;
          expect(shape.reduce((n, s) => n * s, 1)).toBe(data.length);
        }
        expect(held).toBeLessThanOrEqual(size);
      } finally {
        await file.close();
      }
      outcomes.read++;
    } catch (error) {
      if (!(error instanceof UserError)) {
        console.log(JSON.stringify(bytes.toString('latin1')));
        throw error;
      }
      expect(error.code).toBe('malformed-safetensors');
      outcomes.refused++;
    }
  }
  rmSync(path);
  expect(outcomes.read).toBeGreaterThan(10);
  expect(outcomes.refused).toBeGreaterThan(2000);
}, 3_600_000);
