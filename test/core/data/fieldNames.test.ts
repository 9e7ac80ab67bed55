import { describe, expect, test } from 'vitest';
import { fieldNames } from '../../../src/core/data/fieldNames.ts';
import { scratch, userError } from './helpers.ts';

const { folder, write } = scratch();

describe('fieldNames', () => {
  test('of JSON lines, whatever they are called, with a value each', async () => {
    const path = write('a.jsonl', '{"x":null,"y":["a"]}\n{"x":"first","z":3}\n');
    expect(await fieldNames(path)).toEqual([
      { name: 'x', example: 'first' },
      { name: 'y', example: 'a' },
      { name: 'z', example: '3' },
    ]);
  });
  test('of tables: the header, or column numbers where there is none', async () => {
    const path = write('a.csv', 'title,who\n"a, b",\nc,d\n');
    expect(await fieldNames(path)).toEqual([
      { name: 'title', example: 'a, b' },
      { name: 'who', example: 'd' },
    ]);
    expect((await fieldNames(path, { header: false })).map(({ name }) => name)).toEqual([0, 1]);
  });
  test('where the fields cannot be told apart, that is where they are asked for', async () => {
    const path = write('b.csv', 'label,p,q\nx,y,z\n');
    expect((await fieldNames(path)).map(({ name }) => name)).toEqual(['label', 'p', 'q']);
  });
  test('none, for formats without fields', async () => {
    expect(await fieldNames(write('a.txt', '__label__a text\n'))).toEqual([]);
    write('texts/a.txt', 'some text');
    expect(await fieldNames(`${folder}/texts`)).toEqual([]);
  });
  test('fails where there is nothing to read', async () => {
    expect((await userError(fieldNames('no-such-file'))).code).toBe('file-not-found');
  });
});
