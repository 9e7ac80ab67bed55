import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { progressEvents, type RunEvent } from '../../../src/core/base/events.ts';
import { overFiles, Rate, throttled, type Progress } from '../../../src/core/base/progress.ts';

const at = (done: number, more: Partial<Progress> = {}): Progress => ({
  phase: 'reading',
  done,
  total: 100,
  unit: 'bytes',
  ...more,
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('throttled', () => {
  it('passes on ten a second, and the end at once and once', () => {
    const passed: number[] = [];
    const tell = throttled(({ done }) => passed.push(done));
    for (let done = 0; done < 100; done++, vi.advanceTimersByTime(10)) tell(at(done));
    expect(passed).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    tell(at(98));
    passed.length = 0;
    for (const done of [99, 100, 100, 100]) tell(at(done));
    expect(passed).toEqual([100]);
  });

  it('passes on the beginning of each phase, file and pass', () => {
    const passed: Progress[] = [];
    const tell = throttled((progress) => passed.push(progress));
    const told = [at(0), at(0, { file: 'a' }), at(0, { file: 'b' }), at(0, { file: 'b', pass: 2 })];
    for (const progress of [...told, at(1, { file: 'b', pass: 2 })]) tell(progress);
    expect(passed).toEqual(told);
  });

  it('does not take work of unknown length for one that has ended', () => {
    const passed: number[] = [];
    const tell = throttled(({ done }) => passed.push(done));
    for (const done of [1, 2, 3]) tell(at(done, { total: 0 }));
    expect(passed).toEqual([1]);
  });
});

it('progress over several files is that of one', () => {
  const passed: Progress[] = [];
  const tell = overFiles(250, (progress) => passed.push(progress));
  const files: [string, number][] = [
    ['a', 40],
    ['a', 100],
    ['b', 10],
    ['b', 100],
    ['b', 30], // once more, as the validation set of a careless config
    ['b', 100],
  ];
  for (const [file, done] of files) tell(at(done, { file }));
  expect(passed.map(({ done }) => done)).toEqual([40, 100, 110, 200, 230, 250]);
  expect(passed[0]).toEqual({ phase: 'reading', unit: 'bytes', done: 40, total: 250 });
});

it('a rate counts from what was done before, and tells how long the rest takes', () => {
  const rate = new Rate(100);
  expect([rate.perSecond(100), rate.secondsFor(50, 100)]).toEqual([0, 0]);
  vi.advanceTimersByTime(2000);
  expect([rate.perSecond(150), rate.secondsFor(50, 150), rate.secondsFor(-1, 150)]).toEqual([25, 2, 0]);
});

it('events of a run tell how fast a phase is', () => {
  const events: RunEvent[] = [];
  const tell = progressEvents((event) => events.push(event), 'testing');
  vi.advanceTimersByTime(1000);
  tell({ phase: 'scoring', done: 20, total: 100, unit: 'documents' });
  expect(events).toEqual([
    { type: 'progress', phase: 'testing', done: 20, total: 100, unit: 'documents', rate: 20, secondsLeft: 4 },
  ]);
});
