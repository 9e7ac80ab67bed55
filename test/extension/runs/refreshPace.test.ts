import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RefreshPace } from '../../../src/extension/runs/refreshPace.ts';

let drawn: (string | undefined)[];
let pace: RefreshPace<string>;

beforeEach(() => {
  vi.useFakeTimers();
  drawn = [];
  pace = new RefreshPace((node) => drawn.push(node));
});
afterEach(() => {
  pace.dispose();
  vi.useRealTimers();
});

it('passes on what gathered, each row once', () => {
  for (const node of ['a', 'b', 'a']) pace.change(node);
  expect(drawn).toEqual([]);
  vi.advanceTimersByTime(400);
  expect(drawn).toEqual(['a', 'b']);
});

it('takes all rows for each of them', () => {
  for (const node of ['a', undefined, 'b']) pace.change(node);
  vi.advanceTimersByTime(400);
  expect(drawn).toEqual([undefined]);
});

it('waits until the editor asks for rows, so that changes do not queue up', () => {
  pace.change('a');
  vi.advanceTimersByTime(400);
  for (let epoch = 0; epoch < 10; epoch++) {
    pace.change('a');
    pace.change('b');
    vi.advanceTimersByTime(400);
  }
  expect(drawn).toEqual(['a']);
  pace.answered();
  vi.advanceTimersByTime(400);
  expect(drawn).toEqual(['a', 'a', 'b']);
});

it('does not wait for ever: a hidden view asks for nothing', () => {
  pace.change('a');
  vi.advanceTimersByTime(400);
  pace.change('b');
  vi.advanceTimersByTime(5400);
  expect(drawn).toEqual(['a', 'b']);
});

it('passes on a change after a quiet time as soon as the first one', () => {
  pace.change('a');
  vi.advanceTimersByTime(400);
  pace.answered();
  vi.advanceTimersByTime(10_000);
  pace.change('b');
  vi.advanceTimersByTime(400);
  expect(drawn).toEqual(['a', 'b']);
});

it('passes on nothing once it is disposed of', () => {
  pace.change('a');
  pace.dispose();
  vi.advanceTimersByTime(10_000);
  expect(drawn).toEqual([]);
});
