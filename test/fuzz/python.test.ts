/** Arrays within a zip are changed before it is packed, so that the damage gets as far as their reader. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { Zip } from '../../src/core/formats/zip.ts';
import { numbersOf, stringsOf } from '../../src/core/formats/pythonValues.ts';
import { readNpy } from '../../src/core/formats/npy.ts';
import { readPickle } from '../../src/core/formats/pickle.ts';
import { readTorchCheckpoint, tensorFloats } from '../../src/core/formats/torchCheckpoint.ts';
import { originalNetwork } from '../../src/core/original/originalNetwork.ts';
import { openSource, scratch } from '../core/data/helpers.ts';
import { expectBoth, fuzz } from './fuzz.ts';

const fixtures = 'test/fixtures/original';
const { folder } = scratch();

const named = (...names: string[]): Buffer[] => names.map((name) => readFileSync(`${fixtures}/${name}`));

describe('damaged files are refused, never more', () => {
  test('pickles', async () => {
    const names = [
      'rcv-py2-p0.p',
      'rcv-py2-p2.p',
      'rcv-py3-p0.p',
      'rcv-py3-p4.p',
      'arrays-p0.pkl',
      'arrays-p2.pkl',
      'arrays-p5.pkl',
    ];
    expectBoth(await fuzz(named(...names), 1000, (bytes) => readPickle(bytes, { file: 'x.p' })));
  }, 600_000);

  test('arrays', async () => {
    const files = named(
      'float64.npy',
      'int16-fortran.npy',
      'unicode.npy',
      'objects.npy',
      'vocab-py2.npy',
      'rcv/vocab.npy',
    );
    const read = (bytes: Buffer) => {
      const array = readNpy(bytes, 'x.npy');
      return numbersOf(array) ?? stringsOf(array);
    };
    expectBoth(await fuzz(files, 500, read));
  }, 600_000);

  test('zips', async () => {
    const read = (bytes: Buffer) => {
      const zip = new Zip(bytes, 'x.npz');
      return zip.names.map((name) => zip.read(name)?.length);
    };
    expectBoth(await fuzz(named('rcv/x_train.npz', 'rcv/y_test.npz'), 1000, read));
  }, 600_000);

  test('sparse matrices whose zip is whole and whose arrays are not', async () => {
    const where = join(folder, 'sparse');
    mkdirSync(where);
    for (const name of ['y_train.npz', 'vocab.npy'])
      writeFileSync(join(where, name), readFileSync(`${fixtures}/rcv/${name}`));
    const members = unzipSync(readFileSync(`${fixtures}/rcv/x_train.npz`));
    const path = join(where, 'x_train.npz');
    let round = 0;
    const read = async (bytes: Buffer) => {
      const names = Object.keys(members);
      writeFileSync(path, zipSync({ ...members, [names[round++ % names.length]]: bytes }));
      for await (const document of await openSource(path, { onError: 'skip' })) void document;
    };
    const told = await fuzz(
      Object.values(members).map((bytes) => Buffer.from(bytes)),
      60,
      read,
    );
    expect(told.refused).toBeGreaterThan(50);
  }, 600_000);

  test('checkpoints of PyTorch, legacy and zip', async () => {
    const path = join(folder, 'fuzzed.pt');
    const vocabulary = Array.from({ length: 9 }, (_, i) => `w${i}`);
    const readNetwork = async () => originalNetwork((await readTorchCheckpoint(path)).state, vocabulary, path).shape;
    const readTensors = async () => {
      for (const [name, tensor] of (await readTorchCheckpoint(path)).state)
        if (name !== 'expanded') tensorFloats(tensor, path); // that one is always refused
    };
    const read = (readAll: () => Promise<unknown>) => (bytes: Buffer) => {
      writeFileSync(path, bytes);
      return readAll();
    };
    expectBoth(await fuzz(named('torch/legacy.pt', 'torch/zip.pt'), 500, read(readNetwork)));
    expectBoth(await fuzz(named('torch/tensors-legacy.pt', 'torch/tensors-zip.pt'), 500, read(readTensors)));
  }, 600_000);

  test('the pickle within a checkpoint whose zip is whole', async () => {
    const path = join(folder, 'whole.pt');
    const members = unzipSync(readFileSync(`${fixtures}/torch/tensors-zip.pt`));
    const name = Object.keys(members).find((key) => key.endsWith('data.pkl')) as string;
    const read = async (bytes: Buffer) => {
      writeFileSync(path, zipSync({ ...members, [name]: bytes }, { level: 0 }));
      for (const [name, tensor] of (await readTorchCheckpoint(path)).state)
        if (name !== 'expanded') tensorFloats(tensor, path); // that one is always refused
    };
    // of some ten tensors all have to be read: few changes spare them all
    expectBoth(await fuzz([Buffer.from(members[name])], 1000, read), 1 / 500);
  }, 600_000);

  test('datasets: pickle, dense matrix', async () => {
    const where = join(folder, 'dense');
    mkdirSync(where);
    writeFileSync(join(where, 'y_tr.npy'), readFileSync(`${fixtures}/eurlex/y_tr.npy`));
    for (const [name, file] of [
      ['rcv.p', 'rcv-py3-p4.p'],
      ['rcv.p', 'rcv-py2-p0.p'],
      ['x_tr.npy', 'eurlex/x_tr.npy'],
    ]) {
      const read = async (bytes: Buffer) => {
        writeFileSync(join(where, name), bytes);
        for await (const document of await openSource(join(where, name), { onError: 'skip' })) void document;
      };
      const told = await fuzz(named(file), 300, read);
      expect(told.refused).toBeGreaterThan(20);
    }
  }, 600_000);
});
