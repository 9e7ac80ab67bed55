import { expect, it, vi } from 'vitest';
import { JoinedCalls } from '../../../src/extension/base/joinedCalls.ts';
import { callerGone, type CallOptions } from '../../../src/rpc/call.ts';

function asked() {
  const calls = new JoinedCalls<'read'>();
  const started: (CallOptions<number> & { resolve: (value: string) => void; reject: (error: Error) => void })[] = [];
  const start = (options: CallOptions<number>): Promise<string> =>
    new Promise((resolve, reject) => started.push({ ...options, resolve, reject }));
  const join = (key = 'all', { again = false, signal = new AbortController().signal, emit = vi.fn() } = {}) =>
    calls.join('read', { key, again, signal, emit }, start);
  return { calls, started, join };
}

it('asks once, reports to the caller that came last, and keeps what was found', async () => {
  const { calls, started, join } = asked();
  const [first, second] = [vi.fn(), vi.fn()];
  const results = [join('all', { emit: first }), join('all', { emit: second })];
  started[0].onEvent?.(1);
  started[0].resolve('found');
  expect(await Promise.all([...results, join()])).toEqual(['found', 'found', 'found']);
  expect([first.mock.calls, second.mock.calls]).toEqual([[], [[1]]]);
  expect(started).toHaveLength(1);
  expect(calls.names).toEqual(['read']);
});

it('is stopped by its caller, not by the end of the page', () => {
  const { started, join } = asked();
  const [page, user] = [new AbortController(), new AbortController()];
  void join('all', { signal: page.signal });
  void join('all', { signal: user.signal });
  page.abort(callerGone);
  expect(started[0].signal?.aborted).toBe(false);
  user.abort();
  expect(started[0].signal?.aborted).toBe(true);
});

it('asks again for something else, after a failure, and where it is told to', async () => {
  const { started, join, calls } = asked();
  void join('one');
  const other = join('other');
  expect(started.map(({ signal }) => signal?.aborted)).toEqual([true, false]);
  started[1].reject(new Error('lost'));
  await expect(other).rejects.toThrow('lost');
  expect(calls.names).toEqual([]);
  void join('other');
  void join('other', { again: true });
  expect(started).toHaveLength(4);
});
