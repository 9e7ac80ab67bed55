import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRequest, isResponse, type Call, type Response } from '../../src/rpc/call.ts';
import { RpcClient } from '../../src/rpc/rpcClient.ts';
import { RpcServer } from '../../src/rpc/rpcServer.ts';
import { count, rounds } from './fuzz.ts';

const script = 'dist/runner/main.js';
const isBuilt = existsSync(script);
if (!isBuilt) console.log(`skipped: ${script} not found (npm run build makes it)`);

const runs = rounds(300);

/** Anything, and things that look like a message. */
const messages = fc.oneof(
  fc.anything(),
  fc.record(
    {
      type: fc.oneof(fc.constantFrom('call', 'cancel', 'event', 'result', 'error', 'ready'), fc.anything()),
      id: fc.oneof(fc.integer(), fc.double(), fc.anything()),
      method: fc.oneof(fc.constantFrom('open', 'constructor', '__proto__', 'toString', 'survey'), fc.anything()),
      params: fc.anything(),
      error: fc.anything(),
    },
    { requiredKeys: [] },
  ),
);

/** What structured clone, and so a channel, carries. */
const isCloneable = (value: unknown): boolean => {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
};

describe('messages', () => {
  it('are told from what is none, without an exception', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const known = message as Record<string, unknown>;
        if (isRequest(message) || isResponse(message)) expect(Number.isSafeInteger(known.id)).toBe(true);
      }),
      { numRuns: runs * 10 },
    );
    count(runs * 10);
  });

  it('call no method but those that are there, and settle no call that was not made', async () => {
    const called: unknown[] = [];
    const answers: Response[] = [];
    const server = new RpcServer<{ open: Call<unknown, void> }>(
      { open: (params) => void called.push(params) },
      (answer) => answers.push(answer),
    );
    const client = new RpcClient(() => {});
    const sent = fc.sample(messages, { numRuns: runs, seed: 2 });
    for (const message of sent) for (const end of [server, client]) end.receive(message);
    await server.end();
    count(runs);
    const calls = sent.filter((message) => isRequest(message) && message.type === 'call');
    expect(answers.length).toBe(calls.length);
    expect(called.length).toBe(calls.filter((message) => (message as { method: string }).method === 'open').length);
    for (const answer of answers) expect(answer.type === 'result' || answer.type === 'error').toBe(true);
  });

  it.skipIf(!isBuilt)('never end a runner: it answers the next call', async () => {
    const child = fork(script, ['survey'], { execArgv: [], serialization: 'advanced', stdio: 'pipe' });
    const gone = new Promise((_, reject) => child.on('exit', (code) => reject(new Error(`exit code ${code}`))));
    const answered = (id: number): Promise<Response> =>
      new Promise((resolve) => {
        const listen = (message: Response): void => {
          if (message.id !== id || message.type === 'event') return;
          child.off('message', listen);
          resolve(message);
        };
        child.on('message', listen);
      });
    try {
      for (const message of fc.sample(messages, { numRuns: runs, seed: 1 }))
        if (isCloneable(message) && message !== undefined) child.send(message as never);
      count(runs);
      const call = answered(424242);
      child.send({ type: 'call', id: 424242, method: 'survey', params: { file: '/no/such/file', options: {} } });
      expect(await Promise.race([call, gone])).toMatchObject({ type: 'error', error: { kind: 'user' } });
    } finally {
      gone.catch(() => {});
      child.kill();
    }
  });
});
