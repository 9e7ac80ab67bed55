import { expect, it } from 'vitest';
import {
  bestRows,
  differingSettings,
  findRows,
  runAxis,
  type RunRow,
  runTable,
  sortRows,
} from '../../../src/core/training/runTable.ts';

const dataset = (name: string): RunRow['dataset'] => {
  const on = { key: name, name, place: `/d/${name}.jsonl` };
  return { validation: on, test: on };
};
const row = (name: string, settings: Record<string, unknown>, more: Partial<RunRow> = {}): RunRow => ({
  ...{ name, title: name, folder: `/r/${name}`, status: 'finished', modelType: 'xml-cnn', epochs: 3, bestEpoch: 2 },
  ...{
    changed: '2026-01-01',
    tags: [],
    pinned: false,
    dataset: dataset('news'),
    figures: { validation: {}, test: {} },
  },
  settings: Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, JSON.stringify(value)])),
  ...more,
});
const scored = (name: string, value: number | undefined, more: Partial<RunRow> = {}): RunRow =>
  row(name, {}, { figures: { validation: value === undefined ? {} : { 'P@1': value }, test: {} }, ...more });
const namesOf = (rows: readonly RunRow[]): string[] => rows.map(({ name }) => name);

it('keeps apart the settings that all runs share, and leaves out those that say nothing', () => {
  const rows = [
    row('a', { 'training.seed': 1, 'training.epochs': 5, 'output.name': 'a' }),
    row('b', { 'training.seed': 2, 'training.epochs': 5, 'output.name': 'b' }),
    row('broken', {}, { status: 'damaged' }),
  ];
  const table = runTable(rows);
  expect(table.shared).toEqual({ 'training.epochs': '5' });
  expect(table.rows.map(({ settings }) => settings)).toEqual([{ 'training.seed': '1' }, { 'training.seed': '2' }, {}]);
});

it('names first the settings that all have and that have the most values', () => {
  const rows = [
    row('a', { lr: 1, seed: 1, filters: 8 }),
    row('b', { lr: 2, seed: 1, filters: 8 }),
    row('c', { lr: 3, seed: 2 }),
  ];
  expect(differingSettings(rows)).toEqual(['lr', 'seed', 'filters']);
  expect(differingSettings(rows.slice(0, 2))).toEqual(['lr']);
});

it('sorts numbers as numbers, what has no value last either way, pinned ones first', () => {
  const rows = [row('a', { lr: 0.5 }), row('b', { lr: 0.06 }), row('c', {}), row('d', { lr: 10 }, { pinned: true })];
  const order = { column: 'setting lr', grouped: false } as const;
  expect(namesOf(sortRows(rows, { ...order, descending: false }))).toEqual(['d', 'b', 'a', 'c']);
  expect(namesOf(sortRows(rows, { ...order, descending: true }))).toEqual(['d', 'a', 'b', 'c']);
});

it('keeps the runs of a dataset together, in the order of the first of each', () => {
  const other = { dataset: dataset('laws') };
  const rows = [scored('a', 0.2), scored('b', 0.9, other), scored('c', 0.8), scored('d', 0.1, other)];
  const order = { column: 'validation P@1', descending: true } as const;
  expect(namesOf(sortRows(rows, { ...order, grouped: true }))).toEqual(['b', 'd', 'c', 'a']);
  expect(namesOf(sortRows(rows, { ...order, grouped: false }))).toEqual(['b', 'c', 'a', 'd']);
});

it('finds runs by all of the words, in names, notes, tags and settings, shared ones too', () => {
  const rows = [
    row('a', { 'training.learningRate': 0.01 }, { note: 'with dropout', tags: ['paper'] }),
    row('b', { 'training.learningRate': 0.1 }),
  ];
  const shared = { 'model.type': '"xml-cnn"', 'word2vec.learningRate': '0.012', 'model.dropout': '0' };
  const table = { rows, shared };
  const found = (search: string): string[] => namesOf(findRows(table, search));
  expect(found('')).toEqual(['a', 'b']);
  expect(found('Dropout PAPER')).toEqual(['a']);
  expect(found('learningRate=0.1')).toEqual(['b']);
  expect(found('learningRate=0.01')).toEqual(['a']); // not 0.012, which all have
  expect(found('learningRate=0.010')).toEqual(['a']);
  expect(found('type=xml')).toEqual(['a', 'b']);
  expect(found('paper nothing')).toEqual([]);
});

it('marks the best of each dataset, and none where there is one run or all are equal', () => {
  const laws = { dataset: dataset('laws') };
  const rows = [scored('a', 0.2), scored('b', 0.3), scored('c', 0.9, laws), scored('d', undefined, laws)];
  expect([...bestRows(rows, 'validation', 'P@1')]).toEqual(['/r/b']);
  expect([...bestRows([scored('a', 0.2), scored('b', 0.2)], 'validation', 'P@1')]).toEqual([]);
  expect([...bestRows(rows, 'test', 'P@1')]).toEqual([]);
});

it('places numbers on an axis, on a logarithmic one where they span much, and words in their order', () => {
  const rates = [row('a', { lr: 0.001 }), row('b', { lr: 0.01 }), row('c', { lr: 0.1 }), row('d', {})];
  const axis = runAxis(rates, 'setting lr');
  expect(axis.isLogarithmic).toBe(true);
  expect(rates.map((one) => axis.at(one)?.toFixed(3))).toEqual(['0.000', '0.500', '1.000', undefined]);
  const words = [row('a', { mode: 'x' }), row('b', { mode: 'y' }), row('c', { mode: 'x' })];
  const named = runAxis(words, 'setting mode');
  expect(words.map((one) => named.at(one))).toEqual([0, 1, 0]);
  expect(named.ticks.map(({ text }) => text)).toEqual(['x', 'y']);
});
