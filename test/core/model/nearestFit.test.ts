import { describe, expect, it } from 'vitest';
import { largest, matrices, nearestFits, remediesText } from '../../../src/core/model/nearestFit.ts';
import { parameterCount, type NetworkShape } from '../../../src/core/model/network.ts';

const shape: NetworkShape = {
  vocabulary: 50_002,
  dim: 300,
  filterSizes: [2, 4, 8],
  filters: 256,
  pools: 2,
  pooling: 'dynamic-max',
  hidden: 512,
  labels: 670_091,
  maxLength: 500,
};

describe('the nearest network that fits', () => {
  it('is the largest value of each key with which it does, the smallest change first', () => {
    const most = parameterCount({ ...shape, hidden: 448 });
    const fits = (changed: NetworkShape): boolean => parameterCount(changed) <= most;
    const changes = nearestFits(shape, fits);
    expect(changes[0]).toEqual({ key: 'model.hidden', value: 448 });
    expect(changes.map(({ key }) => key)).not.toContain('model.filters'); // the output layer alone is too large
    const smaller = nearestFits({ ...shape, labels: 1000, hidden: 0 }, (s) => s.vocabulary <= 30_002);
    expect(smaller).toEqual([{ key: 'text.vocabularySize', value: 30_000 }]);
  });

  it('adds a hidden layer where there is none', () => {
    const flat = { ...shape, hidden: 0, pools: 1, filters: 512, filterSizes: [1, 2, 4, 8] };
    const [first] = nearestFits(flat, (s) => parameterCount(s) < 300e6);
    expect(first.key).toBe('model.hidden');
    expect(parameterCount({ ...flat, hidden: first.value })).toBeLessThan(300e6);
    expect(parameterCount({ ...flat, hidden: first.value + 8 })).toBeGreaterThanOrEqual(300e6);
  });

  it('is none where no single change is enough', () => {
    expect(nearestFits(shape, () => false)).toEqual([]);
  });
});

it('finds the largest multiple that holds', () => {
  expect(largest(100, 8, (n) => n <= 50)).toBe(48);
  expect(largest(100, 8, () => true)).toBe(96);
  expect(largest(7, 8, () => true)).toBe(0);
});

it('lists the matrices of a network, largest first', () => {
  expect(matrices(shape).map(({ what, rows, columns }) => `${what} ${rows} x ${columns}`)).toEqual([
    'output layer 670091 x 512',
    'word vectors 50002 x 300',
    'filters 256 x 4200',
    'hidden layer 512 x 1536',
  ]);
});

it('tells changes as keys of a run config', () => {
  expect(
    remediesText([
      { key: 'model.hidden', value: 448 },
      { key: 'text.vocabularySize', value: 20_000 },
    ]),
  ).toBe('model.hidden 448 or text.vocabularySize 20,000');
});
