import { describe, expect, test, vi } from 'vitest';
import { Cancelled, UserError } from '../../src/core/base/errors.ts';
import type { Progress } from '../../src/core/base/progress.ts';
import { callerGone, type Call, type Handlers, type Response } from '../../src/rpc/call.ts';
import { RpcClient } from '../../src/rpc/rpcClient.ts';
import { RpcServer } from '../../src/rpc/rpcServer.ts';

interface Api {
  add: Call<{ a: number; b: number }, number>;
  count: Call<{ to: number }, number, number>;
  fail: Call<'user' | 'cancelled' | 'fault', void>;
  /** Returns what it has when it is cancelled. */
  wait: Call<void, string>;
}

const handlers: Handlers<Api> = {
  add: ({ a, b }) => a + b,
  count: async ({ to }, { emit }) => {
    for (let i = 1; i <= to; i++) emit(i);
    return to;
  },
  fail: (how) => {
    if (how === 'cancelled') throw new Cancelled();
    if (how === 'fault') throw new TypeError('no such thing');
    throw new UserError('too-big', 'It is too big', 'Make it smaller.', { file: '/data', line: 3 });
  },
  wait: (_, { signal }) =>
    new Promise((resolve) =>
      signal.addEventListener('abort', () => resolve(signal.reason === callerGone ? 'gone' : 'part')),
    ),
};

/** Both ends of a channel that clones messages, as IPC and postMessage do. */
function connected() {
  const onError = vi.fn();
  const server: RpcServer<Api> = new RpcServer(
    handlers,
    (message) => queueMicrotask(() => client.receive(structuredClone(message))),
    { onError },
  );
  const client = new RpcClient<Api>((message) => queueMicrotask(() => server.receive(structuredClone(message))));
  return { client, server, onError };
}

describe('a call', () => {
  test('has a result, and events before it', async () => {
    const { client } = connected();
    const events: number[] = [];
    const counted = client.call('count', { to: 3 }, { onEvent: (n) => events.push(n) });
    expect(await client.call('add', { a: 1, b: 2 })).toBe(3);
    expect(await counted).toBe(3);
    expect(events).toEqual([1, 2, 3]);
  });

  test('throws what the method throws', async () => {
    const { client, onError } = connected();
    const user = await client.call('fail', 'user').catch((error: unknown) => error);
    expect(user).toBeInstanceOf(UserError);
    expect(user).toMatchObject({ code: 'too-big', remedy: 'Make it smaller.', place: { file: '/data', line: 3 } });
    await expect(client.call('fail', 'cancelled')).rejects.toBeInstanceOf(Cancelled);
    await expect(client.call('fail', 'fault')).rejects.toThrow('no such thing');
    expect(onError.mock.calls.map(([method]) => method as string)).toEqual(['fail', 'fail', 'fail']);
  });

  test('that is cancelled settles with what there is, also where it was cancelled before it began', async () => {
    const { client } = connected();
    const stop = new AbortController();
    const waiting = client.call('wait', undefined, { signal: stop.signal });
    setTimeout(() => stop.abort());
    expect(await waiting).toBe('part');
    expect(await client.call('wait', undefined, { signal: stop.signal })).toBe('part');
  });

  test('of a method that is not there is refused, be it one of every object', async () => {
    const { client } = connected();
    for (const method of ['toString', 'constructor', '__proto__', 'none'])
      await expect(client.call(method as 'add', { a: 1, b: 1 })).rejects.toThrow(`No method ${method}`);
  });

  test('whose result cannot be sent fails, and does not stay open', async () => {
    type Odd = { f: Call<void, unknown> };
    const server: RpcServer<Odd> = new RpcServer<Odd>({ f: () => () => {} }, (message) =>
      client.receive(structuredClone(message)),
    );
    const client = new RpcClient<Odd>((message) => server.receive(message));
    await expect(client.call('f', undefined)).rejects.toThrow(/could not be cloned/);
  });
});

describe('a channel that ends', () => {
  test('rejects the calls in flight', async () => {
    const { client } = connected();
    const waiting = client.call('wait', undefined);
    client.end(new UserError('runner-crashed', 'It is gone', 'Try again.'));
    await expect(waiting).rejects.toMatchObject({ code: 'runner-crashed' });
  });

  test('aborts what runs for a caller that is gone, waits for it, and takes no more', async () => {
    const { client, server } = connected();
    const waiting = client.call('wait', undefined);
    await Promise.resolve();
    await server.end();
    expect(await waiting).toBe('gone');
    const late = vi.fn();
    void client.call('add', { a: 1, b: 1 }).then(late);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(late).not.toHaveBeenCalled();
  });
});

test('events of progress come ten times a second at most, others all', async () => {
  const reporting: Handlers<{ read: Call<void, void, Progress | string> }> = {
    read: (_, { emit }) => {
      for (let done = 0; done <= 1000; done++) emit({ phase: 'reading', done, total: 1000, unit: 'bytes' });
      for (const word of ['a', 'b', 'c']) emit(word);
    },
  };
  const posted: Response[] = [];
  const server = new RpcServer(reporting, (message) => posted.push(message));
  server.receive({ type: 'call', id: 1, method: 'read' });
  await server.end();
  const events = posted.flatMap((message) => (message.type === 'event' ? [message.event] : []));
  expect(events.slice(-3)).toEqual(['a', 'b', 'c']);
  expect(events.slice(0, -3).map((event) => (event as Progress).done)).toEqual(expect.arrayContaining([0, 1000]));
  expect(events.length).toBeLessThan(20);
});

test('methods without a handler are forwarded, where there is somebody who answers them', async () => {
  const forwarded = vi.fn((method: string, params: unknown) => [method, params]);
  const { call } = own(forwarded);
  expect(await call('add', 3)).toBe(4);
  expect(await call('other', 3)).toEqual(['other', 3]);
  expect(forwarded).toHaveBeenCalledTimes(1);

  function own(forward: (method: string, params: unknown) => unknown) {
    const server: RpcServer<{ add: Call<number, number> }> = new RpcServer(
      { add: (n) => n + 1 },
      (message) => client.receive(message),
      { forward },
    );
    const client = new RpcClient<Record<string, Call<unknown, unknown>>>((message) => server.receive(message));
    return { call: (method: string, params: unknown) => client.call(method, params) };
  }
});
