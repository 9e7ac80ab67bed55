import { describe, expect, it } from 'vitest';
import { isRunName, runNameLike } from '../../../src/core/config/runName.ts';
import { expectFixed, withTrain } from './helpers.ts';

describe('names of runs', () => {
  it.each(['wide', 'wide-2026-11-25T10-00-00', 'Läufe 3', 'a.b', '-x', 'console'])('takes %j', (name) => {
    expect(isRunName(name)).toBe(true);
  });
  it.each([
    ['../other', '-other'],
    ['..', 'run'],
    ['.', 'run'],
    ['', 'run'],
    ['a/b', 'a-b'],
    ['/tmp/x', '-tmp-x'],
    ['C:\\x', 'C--x'],
    ['nul', 'run-nul'],
    ['COM1.txt', 'run-COM1.txt'],
    ['x. ', 'x'],
    ['a\u0000b', 'a-b'],
    ['n'.repeat(300), 'n'.repeat(200)],
  ])('makes of %j %j', (name, nearest) => {
    expect(isRunName(name)).toBe(false);
    expect(runNameLike(name)).toBe(nearest);
    expect(isRunName(nearest)).toBe(true);
  });
  it('is told in a config, with a remedy', () => {
    const config = (name: string): string => withTrain(`"output": { "name": ${JSON.stringify(name)} }`);
    expectFixed(config('../../other'), 'bad-run-name', '"../../other"', config('-..-other'));
  });
});
