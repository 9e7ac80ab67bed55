import { describe, expect, it } from 'vitest';
import type { MetricsRun } from '../../../src/webview/protocol.ts';
import { byDataset, selectionAfter } from '../../../src/webview/pages/metrics/metricsState.ts';

const run = (
  folder: string,
  status: MetricsRun['status'] = 'finished',
  name?: string,
): Pick<MetricsRun, 'folder' | 'status' | 'dataset'> => ({
  folder,
  status,
  dataset: name === undefined ? undefined : { key: `/${name}`, name, place: `/${name}/train.jsonl` },
});

describe('the runs shown', () => {
  it('are the newest at first, damaged ones passed over', () => {
    expect(selectionAfter([], [run('c', 'damaged'), run('b'), run('a')], undefined)).toEqual(['b']);
    expect(selectionAfter([], [], undefined)).toEqual([]);
  });

  it('stay as they were chosen, without those that are gone', () => {
    expect(selectionAfter(['a', 'b'], [run('c'), run('b')], new Set(['a', 'b']))).toEqual(['b']);
  });

  it('gain a run that begins while the page watches', () => {
    const runs = [run('c', 'running'), run('a')];
    expect(selectionAfter(['a'], runs, new Set(['a']))).toEqual(['a', 'c']);
    expect(selectionAfter(['a'], runs, new Set(['a', 'c']))).toEqual(['a']);
    expect(selectionAfter(['a'], runs, undefined)).toEqual(['a']);
  });

  it('are of the dataset of the run that begins, and of no other', () => {
    const runs = [
      run('new', 'running', 'cooking'),
      run('old', 'finished', 'cooking'),
      run('eur', 'finished', 'eurlex'),
    ];
    expect(selectionAfter(['old', 'eur'], runs, new Set(['old', 'eur']))).toEqual(['old', 'new']);
    expect(selectionAfter(['old', 'eur'], runs, new Set(['old', 'eur', 'new']))).toEqual(['old', 'eur']);
  });
});

it('runs are listed by dataset, damaged ones last, and datasets of one name by their files', () => {
  const other = { ...run('d', 'finished', 'cooking'), dataset: { key: 'x', name: 'cooking', place: '/x/train.jsonl' } };
  const groups = byDataset([
    run('z', 'damaged'),
    run('a', 'finished', 'eurlex'),
    run('b', 'finished', 'cooking'),
    other,
  ]);
  expect(groups.map(({ name, runs }) => [name, ...runs.map(({ folder }) => folder)])).toEqual([
    ['eurlex', 'a'],
    ['/cooking/train.jsonl', 'b'],
    ['/x/train.jsonl', 'd'],
    [undefined, 'z'],
  ]);
});
