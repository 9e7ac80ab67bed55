import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/core/formats/safetensors.ts';
import { SafetensorsFile } from '../../../src/core/formats/safetensors.ts';
import { writeSafetensors } from '../../../src/core/formats/safetensorsWrite.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();

const tensors = new Map<string, Tensor>([
  ['bytes', { shape: [3], data: Uint8Array.of(1, 2, 255) }],
  ['floats', { shape: [2, 2], data: Float32Array.of(1.5, -0, NaN, 1e-40) }],
  ['wide', { shape: [], data: Float64Array.of(Math.PI) }],
  ['ints', { shape: [1, 2], data: Int32Array.of(-1, 2 ** 31 - 1) }],
  ['none', { shape: [0, 7], data: new Float32Array(0) }],
]);

/** A file of these bytes: header as text, then data. */
async function fileOf(header: string, data: Uint8Array = new Uint8Array(0), length = header.length): Promise<string> {
  const path = join(await newFolder(), 'x.safetensors');
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(length));
  await writeFile(path, Buffer.concat([start, Buffer.from(header, 'latin1'), data]));
  return path;
}

const info = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({ dtype, shape, data_offsets: offsets });

describe('safetensors', () => {
  it('gives back what was written, bit for bit, with metadata', async () => {
    const path = join(await newFolder(), 'x.safetensors');
    await writeSafetensors(path, tensors, { format: 'pt', 'ключ "': 'a\nb' });
    const file = await SafetensorsFile.open(path);
    expect(file.metadata).toEqual({ format: 'pt', 'ключ "': 'a\nb' });
    expect([...file.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, { shape, data }] of tensors) {
      const read = await file.read(name);
      expect(read.shape).toEqual(shape);
      expect(read.data.constructor).toBe(data.constructor);
      expect(Buffer.from(read.data.buffer)).toEqual(Buffer.from(data.buffer));
    }
    await file.close();
    expect(await readdir(join(path, '..'))).toEqual(['x.safetensors']);
  });

  it('writes the official layout: little-endian length, JSON, aligned data without gaps', async () => {
    const path = join(await newFolder(), 'x.safetensors');
    await writeSafetensors(path, tensors);
    const bytes = await readFile(path);
    const length = Number(bytes.readBigUInt64LE());
    expect((8 + length) % 8).toBe(0);
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
    expect(header.wide).toEqual({ dtype: 'F64', shape: [], data_offsets: [0, 8] });
    expect(bytes.readDoubleLE(8 + length)).toBe(Math.PI);
    for (const name of ['floats', 'ints']) expect(header[name].data_offsets[0] % 4).toBe(0);
    expect(bytes.length).toBe(8 + length + 8 + 16 + 8 + 3);
  });

  it('reads each tensor when its turn comes, and gives the file that whole tensors give', async () => {
    const folder = await newFolder();
    const [whole, lazy] = ['whole', 'lazy'].map((name) => join(folder, `${name}.safetensors`));
    const shared = new Float32Array(new SharedArrayBuffer(24), 4, 4).fill(0.5); // as an engine's memory is
    const read: string[] = [];
    const tensor = (name: string, values: Float32Array) => ({
      dtype: 'F32' as const,
      shape: [values.length],
      async read() {
        const written = await readdir(folder).then((names) => names.filter((n) => n.includes('lazy')));
        expect(written).toHaveLength(1); // the file has been begun
        read.push(name);
        return values;
      },
    });
    const data = { a: Float32Array.of(1, 2, 3), b: shared };
    const wholeTensors = Object.entries(data).map(([name, values]): [string, Tensor] => [
      name,
      { shape: [values.length], data: values.slice() },
    ]);
    await writeSafetensors(whole, new Map(wholeTensors), { k: 'v' }, { sealed: true });
    const lazyTensors = Object.entries(data).map(([name, values]) => [name, tensor(name, values)] as const);
    await writeSafetensors(lazy, new Map(lazyTensors), { k: 'v' }, { sealed: true });
    expect(read).toEqual(['a', 'b']);
    expect(await readFile(lazy)).toEqual(await readFile(whole));
    const file = await SafetensorsFile.open(lazy);
    expect([file.isSealed, (await file.read('b')).data]).toEqual([true, Float32Array.of(0.5, 0.5, 0.5, 0.5)]);
    await file.close();
  });

  it('leaves the former file where a tensor cannot be read, or has another length', async () => {
    const path = join(await newFolder(), 'x.safetensors');
    await writeSafetensors(path, tensors, {}, { sealed: true });
    const before = await readFile(path);
    const failing = (read: () => Float32Array) => new Map([['a', { dtype: 'F32' as const, shape: [2], read }]]);
    const lost = failing(() => {
      throw new Error('the device is lost');
    });
    await expect(writeSafetensors(path, lost, {}, { sealed: true })).rejects.toThrow('the device is lost');
    const short = failing(() => new Float32Array(1));
    await expect(writeSafetensors(path, short, {}, { sealed: true })).rejects.toThrow('tensor a: 1 numbers for [2]');
    expect(await readFile(path)).toEqual(before);
    expect(await readdir(join(path, '..'))).toEqual(['x.safetensors']);
  });

  it('reads float16 and bfloat16 as float32', async () => {
    const bits = [0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00, 0x3555, 0x3f80, 0xc040, 0x0001, 0x7f7f, 0xff80, 0x3eab];
    const header = JSON.stringify({ half: info([2, 3], [0, 12], 'F16'), brain: info([6], [12, 24], 'BF16') });
    const file = await SafetensorsFile.open(await fileOf(header, new Uint8Array(Uint16Array.from(bits).buffer)));
    const half = Float32Array.of(1, -2, 2 ** -24, 65504, -Infinity, 0.333251953125);
    expect(await file.read('half')).toEqual({ shape: [2, 3], data: half });
    const brain = Float32Array.of(1, -3, 2 ** -133, 2 ** 128 - 2 ** 120, -Infinity, 0.333984375);
    expect(await file.read('brain')).toEqual({ shape: [6], data: brain });
    await file.close();
  });

  it('reads a file written by others: names in any order, trailing spaces', async () => {
    const header = `${JSON.stringify({ b: info([1], [4, 8], 'I32'), a: info([1], [0, 4]) })}   `;
    const path = await fileOf(header, new Uint8Array(Float32Array.of(2, 3).buffer));
    const file = await SafetensorsFile.open(path);
    expect((await file.read('a')).data).toEqual(Float32Array.of(2));
    await file.close();
  });

  it('leaves views of larger buffers right', async () => {
    const path = join(await newFolder(), 'x.safetensors');
    const view = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    await writeSafetensors(path, new Map([['v', { shape: [2], data: view }]]));
    const file = await SafetensorsFile.open(path);
    expect((await file.read('v')).data).toEqual(Float32Array.of(2, 3));
    await expect(file.read('w')).rejects.toMatchObject({ code: 'malformed-safetensors' });
    await file.close();
  });

  const four = new Uint8Array(4);
  const eight = new Uint8Array(8);
  const bad: [why: string, header: string, data?: Uint8Array, length?: number][] = [
    ['a header past the end', '{}', undefined, 3],
    ['a huge header', '{}', undefined, 100_000_001],
    ['a header length beyond any file', '{}', undefined, Number.MAX_SAFE_INTEGER],
    ['no brace at the start', ' {}'],
    ['no JSON', '{"a":'],
    ['bytes that are not UTF-8', '{"\xff": 1}'],
    ['metadata that are not strings', '{"__metadata__":{"a":1}}'],
    ['a tensor that is no object', '{"a":[]}'],
    ['an unknown dtype', JSON.stringify({ a: info([1], [0, 4], 'Q4') }), four],
    ['a dtype of the prototype', JSON.stringify({ a: info([1], [0, 4], 'toString') }), four],
    ['a negative size', JSON.stringify({ a: info([-1], [0, 4]) }), four],
    ['a broken size', JSON.stringify({ a: info([0.5], [0, 2]) }), four],
    ['sizes that overflow', JSON.stringify({ a: info([2 ** 40, 2 ** 40], [0, 4]) }), four],
    ['offsets that do not fit the shape', JSON.stringify({ a: info([2], [0, 4]) }), four],
    ['half an element', JSON.stringify({ a: info([2], [0, 3], 'F16') }), four],
    ['offsets that do not fit the dtype', JSON.stringify({ a: info([1], [0, 4], 'F64') }), four],
    ['offsets out of order', JSON.stringify({ a: info([1], [4, 0]) }), four],
    ['three offsets', JSON.stringify({ a: info([1], [0, 4, 8]) }), four],
    ['offsets past the end', JSON.stringify({ a: info([2], [0, 8]) }), four],
    ['overlapping tensors', JSON.stringify({ a: info([2], [0, 8]), b: info([1], [4, 8]) }), eight],
    ['a gap at the start', JSON.stringify({ a: info([1], [4, 8]) }), eight],
    ['a tail that belongs to nothing', JSON.stringify({ a: info([1], [0, 4]) }), eight],
    [
      'a name given twice',
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
      eight,
    ],
  ];
  it.each(bad)('refuses %s', async (_, header, data, length) => {
    const path = await fileOf(header, data, length);
    await expect(SafetensorsFile.open(path)).rejects.toMatchObject({
      name: 'UserError',
      code: 'malformed-safetensors',
      place: { file: path },
    });
  });

  it('refuses every cut of a file, and an absent one', async () => {
    const folder = await newFolder();
    await writeSafetensors(join(folder, 'x'), tensors);
    const bytes = await readFile(join(folder, 'x'));
    for (let end = 0; end < bytes.length; end += 7) {
      await writeFile(join(folder, 'cut'), bytes.subarray(0, end));
      await expect(SafetensorsFile.open(join(folder, 'cut'))).rejects.toMatchObject({ code: 'malformed-safetensors' });
    }
    await expect(SafetensorsFile.open(join(folder, 'absent'))).rejects.toMatchObject({ code: 'file-not-found' });
  });

  it('refuses to write what does not fit its shape', async () => {
    const path = join(await newFolder(), 'x');
    const wrong = new Map([['a', { shape: [3], data: Float32Array.of(1) }]]);
    await expect(writeSafetensors(path, wrong)).rejects.toBeInstanceOf(RangeError);
  });
});
