import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FromRunner } from '../../src/runner/protocol.ts';
import { isToRunner } from '../../src/runner/protocol.ts';
import { isFromPage } from '../../src/webview/protocol.ts';
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
      type: fc.oneof(fc.constantFrom('call', 'cancel', 'ready', 'result', 'push'), fc.anything()),
      id: fc.oneof(fc.integer(), fc.double(), fc.anything()),
      method: fc.oneof(fc.constantFrom('open', 'constructor', '__proto__', 'toString', 'survey'), fc.anything()),
      params: fc.anything(),
    },
    { requiredKeys: [] },
  ),
);

/** What structured clone carries; it is what both protocols are sent by. */
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
        if (isToRunner(message)) expect(Number.isSafeInteger(known.id)).toBe(true);
        if (isFromPage(message)) expect(['ready', 'call']).toContain(known.type);
      }),
      { numRuns: runs * 10 },
    );
    count(runs * 10);
  });

  it.skipIf(!isBuilt)('never end a runner: it answers the next call', async () => {
    const child = fork(script, ['survey'], { execArgv: [], serialization: 'advanced', stdio: 'pipe' });
    const gone = new Promise((_, reject) => child.on('exit', (code) => reject(new Error(`exit code ${code}`))));
    const answered = (id: number): Promise<FromRunner> =>
      new Promise((resolve) => {
        const listen = (message: FromRunner): void => {
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
