import { describe, expect, test } from 'vitest';
import type { DatasetSnapshot } from '../../../src/core/explore/inspectionApi.ts';
import { openInspection } from '../../../src/core/explore/inspection.ts';
import { amount, bytes, mean, percent } from '../../../src/webview/amounts.ts';
import { type FilterLabel, restoredState } from '../../../src/webview/pages/dataset/datasetState.ts';
import { withRole } from '../../../src/webview/labelRoles.ts';
import {
  axisNames,
  headTraces,
  lengthRange,
  lengthTraces,
  rankTraces,
  valueAxis,
} from '../../../src/webview/pages/dataset/datasetTraces.ts';
import { fixtures } from '../../core/data/helpers.ts';

const snapshotOf = async (name: string): Promise<DatasetSnapshot> => {
  const inspection = await openInspection({ file: `${fixtures}/${name}` });
  return inspection.read(() => {}, new AbortController().signal);
};

test('figures in words', () => {
  expect([0, 999, 1000, 12_345_678].map(bytes)).toEqual(['0 bytes', '999 bytes', '1.0 kB', '12 MB']);
  expect([0, 1.234, 12.34, 1234.5].map(mean)).toEqual(['0', '1.23', '12.3', '1,235']);
  expect([0, 0.00001, 0.0812, 1].map(percent)).toEqual(['0.00%', '< 0.01%', '8.12%', '100.00%']);
  expect([1, 2000].map(amount.lines)).toEqual(['1 line', '2,000 lines']);
});

test('state that is foreign gives defaults', () => {
  const fresh = {
    tab: 'overview',
    headScale: 'linear',
    rankScale: 'log',
    overlay: true,
    labelSearch: '',
    documentSearch: '',
    labels: [],
    words: {},
  };
  for (const kept of [undefined, null, 7, { tab: 'x', labels: [{ name: 'y' }], words: { to: 'a' }, reading: 'z' }])
    expect(restoredState(kept)).toMatchObject(fresh);
  const kept = {
    tab: 'labels',
    path: '/p',
    options: {},
    labels: [{ name: 'l', role: 'none' as const }],
    reading: 4,
    overlay: false,
  };
  expect(restoredState(kept)).toMatchObject(kept);
});

test('"or" of two labels is between both, and the others stay', () => {
  const labels = (...roles: FilterLabel['role'][]) => roles.map((role, i) => ({ name: `l${i}`, role }));
  const roles = (from: FilterLabel[], at: number, role: FilterLabel['role']) =>
    withRole(from, at, role).map((label) => label.role);
  expect(roles(labels('all', 'all'), 1, 'any')).toEqual(['any', 'any']);
  expect(roles(labels('all', 'none', 'all'), 0, 'any')).toEqual(['any', 'none', 'all']);
  expect(roles(labels('any', 'any', 'all'), 2, 'any')).toEqual(['any', 'any', 'any']);
  expect(roles(labels('all', 'all'), 1, 'none')).toEqual(['all', 'none']);
});

describe('traces', () => {
  test('counts of one split, percentages of several', async () => {
    const snapshot = await snapshotOf('recipes.train.jsonl');
    const documents = snapshot.splits.map(({ statistics }) => statistics.documents);
    const [alone] = headTraces(snapshot, false);
    expect(alone).toMatchObject({ y: snapshot.head.map((label) => label.documents[0]) });
    const both = headTraces(snapshot, true);
    expect(both.map(({ name }) => name)).toEqual(['Training', 'Test']);
    expect(both[1]).toMatchObject({ y: snapshot.head.map((label) => (label.documents[1] / documents[1]) * 100) });
    expect(rankTraces(snapshot, true)).toHaveLength(2);
    const sums = lengthTraces(snapshot, true).map((trace) =>
      (trace as { y: number[] }).y.reduce((sum, part) => sum + part, 0),
    );
    for (const sum of sums) expect(sum).toBeCloseTo(100, 9);
  });

  test('bins in words', async () => {
    const [split] = (await snapshotOf('recipes.train.jsonl')).splits;
    const of = (width: number, open: boolean) => ({ ...split, lengths: { width, counts: [1, 2, 3], open } });
    expect(lengthRange(of(1, false), 2)).toBe('2 words');
    expect(lengthRange(of(1000, false), 1)).toBe('1,000 to 1,999 words');
    expect(lengthRange(of(100, true), 2)).toBe('200 or more words');
  });

  test('names on an axis are one line, without what all begin with, and keep both ends', () => {
    const named = (...names: string[]): { name: string }[] => names.map((name) => ({ name }));
    expect(axisNames(named('short\nname', 'x'.repeat(100)), 5)).toEqual(['sh…me', 'xx…xx']);
    const uris = named('http://eurovoc.europa.eu/100163', 'http://eurovoc.europa.eu/2');
    expect(axisNames(uris)).toEqual(['…100163', '…2']);
    expect(axisNames(named('Regulation concerning fish', 'Regulation concerning milk'))).toEqual([
      'Regulatio…ing fish',
      'Regulatio…ing milk',
    ]);
  });

  test('an axis of few documents has no half of one, and one of a logarithm no bare digits', () => {
    expect(valueAxis('linear', [1, 3])).toMatchObject({ type: 'linear', dtick: 1 });
    expect(valueAxis('linear', [1, 3], true)).toEqual({ type: 'linear' });
    expect(valueAxis('log', [1, 3000, 0])).toMatchObject({ type: 'log', tickvals: [1, 10, 100, 1000, 10000] });
    expect(valueAxis('log', [0])).toEqual({ type: 'linear' }); // there is no logarithm to show
  });
});
