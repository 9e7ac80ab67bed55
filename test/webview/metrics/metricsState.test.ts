import { describe, expect, it } from 'vitest';
import { selectionAfter } from '../../../src/webview/pages/metrics/metricsState.ts';

const run = (folder: string, status = 'finished'): { folder: string; status: string } => ({ folder, status });

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
});
