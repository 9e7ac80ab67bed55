/** Pickles that CPython 2.7 and 3.11 and NumPy wrote (test/fixtures/original), and such as nobody should run. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/base/errors.ts';
import {
  numbersOf,
  PyArray,
  PyBytes,
  PyDict,
  PySet,
  PyText,
  type PyValue,
  stringsOf,
} from '../../../src/core/formats/pythonValues.ts';
import { readPickle } from '../../../src/core/formats/pickle.ts';

const fixture = (name: string): Buffer => readFileSync(`test/fixtures/original/${name}`);
const read = (bytes: Buffer, deepest?: number): PyValue => readPickle(bytes, { file: 'x.p', deepest }).value;

/** Plain JavaScript, for comparing. */
function plain(value: PyValue | undefined): unknown {
  if (value instanceof PyText) return value.toString();
  if (value instanceof PyBytes) return `bytes ${value.bytes.toString('hex')}`;
  if (value instanceof PySet) return { set: value.members.map(plain) };
  if (value instanceof PyDict) return Object.fromEntries([...value].map(([key, inner]) => [String(key), plain(inner)]));
  if (value instanceof PyArray) return value.array && { shape: value.array.shape, values: contents(value) };
  return Array.isArray(value) ? value.map(plain) : value;
}

function contents({ array }: PyArray): unknown {
  if (!array) return undefined;
  if (array.objects) return array.objects.map(plain);
  return stringsOf(array) ?? Array.from(numbersOf(array) ?? []);
}

function refusal(bytes: Buffer, deepest?: number): UserError {
  try {
    read(bytes, deepest);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('real pickles', () => {
  test.each(['py2-p0', 'py2-p1', 'py2-p2', 'py3-p0', 'py3-p1', 'py3-p2', 'py3-p3', 'py3-p4', 'py3-p5'])(
    'a dataset, %s',
    (name) => {
      const [train, tests, vocabulary, categories] = plain(read(fixture(`rcv-${name}.p`))) as unknown[];
      expect(train).toEqual([
        { text: "The wheat harvest didn't fail (again), it's said!", catgy: [0, 2], num: 11 },
        { text: 'Café prices rise: coffee ☕ from 北京', catgy: [1], num: 12 },
        { text: 'Oil, gas & coal\n\tsecond line', catgy: [2, 2, 3], num: 13 },
      ]);
      expect(tests).toEqual([{ text: 'Coffee and wheat', catgy: [0, 1], num: 14 }]);
      expect(vocabulary).toEqual({ wheat: 0, coffee: 1, café: 2 });
      expect(categories).toEqual({ grain: 0, coffee: 1, energy: 2, mining: 3 });
    },
  );

  test.each(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'numpy2-p2', 'numpy2-p5'])('arrays and numbers, %s', (name) => {
    const [arrays, values, others] = plain(read(fixture(`arrays-${name}.pkl`))) as [object, object, unknown[]];
    const grid = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5];
    expect(arrays).toEqual({
      float64: { shape: [2, 3], values: grid },
      'float32 big': { shape: [2, 3], values: grid },
      'int16 fortran': { shape: [2, 3], values: [1, 4, -2, 5, 3, -6] },
      int64: { shape: [2], values: [2 ** 40, -7] },
      bool: { shape: [2], values: [1, 0] },
      float16: { shape: [3], values: [0.5, -65504, 2 ** -24] },
      unicode: { shape: [2], values: ['wheat', 'café'] },
      bytes: { shape: [2], values: ['oil', 'gas'] },
      objects: { shape: [3], values: ['a', null, 3] },
      empty: { shape: [0, 4], values: [] },
    });
    expect(values).toEqual({ scalar: 0.25, integer: -3, text: 'x', set: { set: [1] }, frozen: { set: [2] } });
    expect(others).toEqual([2n ** 70n, -1, -(2n ** 70n), 1.5, true, 'bytes ff00', 'bytes 6162']);
  });

  test('several pickles one after the other', () => {
    const [one, two] = [fixture('rcv-py3-p2.p'), fixture('rcv-py2-p0.p')];
    const both = Buffer.concat([one, two]);
    const first = readPickle(both, { file: 'x.p' });
    expect(first.end).toBe(one.length);
    expect(readPickle(both, { file: 'x.p', start: first.end }).end).toBe(both.length);
  });
});

describe('what is refused', () => {
  test.each<[string, string, string, number]>([
    ['a command', "cos\nsystem\n(S'touch /tmp/owned'\ntR.", 'os.system', 0],
    ['a built-in function', '\x80\x02c__builtin__\neval\nX\x01\0\0\x001\x85R.', '__builtin__.eval', 2],
    ['one by its name on the stack', '\x80\x04\x8c\x02os\x8c\x06system\x93.', 'os.system', 14],
    ['an instance of a class', '(iargparse\nNamespace\n.', 'argparse.Namespace', 1],
    ['an object of an extension', '\x82\x01.', 'extension', 0],
    ['a property of the allow-list itself', 'cconstructor\n\n.', 'constructor', 0],
  ])('%s', (_, program, named, byte) => {
    const error = refusal(Buffer.from(program, 'latin1'));
    expect([error.code, error.place]).toEqual(['refused-pickle', { file: 'x.p', byte }]);
    expect(error.message).toContain(named);
  });

  test('lists within lists beyond the limit, with and without marks', () => {
    const nested = (depth: number): Buffer => Buffer.from(`${']'.repeat(depth)}${'a'.repeat(depth - 1)}.`);
    expect(read(nested(100))).toHaveLength(1);
    expect(refusal(nested(101)).code).toBe('refused-pickle');
    expect(refusal(nested(5), 4).code).toBe('refused-pickle');
    expect(refusal(Buffer.from(`${'('.repeat(1000)}.`)).code).toBe('refused-pickle');
  });

  test('a list that holds itself', () => {
    const value = read(Buffer.from(']q\0h\0a.', 'latin1')) as PyValue[];
    expect(value[0]).toBe(value); // harmless: nothing walks through a pickle without knowing its form
  });

  test('lengths beyond the file', () => {
    for (const program of [
      'X\xff\xff\xff\x7f.',
      '\x8d\xff\xff\xff\xff\xff\xff\xff\xff.',
      'T\xff\xff\xff\xff.',
      '\x8b\xff\xff\xff\x7f.',
    ])
      expect(refusal(Buffer.from(program, 'latin1')).code).toBe('damaged-pickle');
  });

  test('much out of little: empty dicts that take far more memory than the file', () => {
    const dicts = Buffer.alloc(3_000_000, '}');
    const error = refusal(Buffer.concat([dicts, Buffer.from('.')]));
    expect(error.code).toBe('refused-pickle');
    expect(error.message).toContain('memory');
  });

  test('an array whose shape says more than its data', () => {
    const bytes = fixture('arrays-p2.pkl');
    const at = bytes.indexOf(Buffer.from('K\x02K\x03\x86', 'latin1'));
    const grown = Buffer.from(bytes);
    grown[at + 3] = 200;
    expect(refusal(grown).code).toBe('damaged-pickle');
  });

  test('every beginning of a pickle', () => {
    for (const name of ['rcv-py2-p0.p', 'rcv-py2-p2.p', 'rcv-py3-p4.p', 'arrays-p2.pkl', 'arrays-p5.pkl']) {
      const bytes = fixture(name);
      for (let length = 0; length < bytes.length - 1; length++)
        expect(refusal(bytes.subarray(0, length)).code).toMatch(/^(damaged|refused)-pickle$/);
    }
  });
});
