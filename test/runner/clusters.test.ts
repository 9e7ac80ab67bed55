import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { Progress } from '../../src/core/base/progress.ts';
import { defaultKs } from '../../src/core/explore/clusters/clusterSweep.ts';
import { RunnerClient } from '../../src/runner/client.ts';
import { clusters } from '../../src/runner/services/clusters.ts';
import { scratch, userError } from '../core/data/helpers.ts';

const { write } = scratch();
const script = 'dist/runner/main.js';
const never = new AbortController().signal;

describe('clusters service', () => {
  test('clusters before anything was opened are refused', async () => {
    expect((await userError(clusters.clusters({ k: 2 }, { signal: never, emit: () => {} }))).code).toBe(
      'not-clustered',
    );
  });

  const isBuilt = existsSync(script);
  if (!isBuilt) console.log(`skipped: ${script} not found`);
  describe.skipIf(!isBuilt)('in a process of its own', () => {
    let client: RunnerClient<'clusters'> | undefined;
    const start = () => (client = new RunnerClient('clusters', { script, onLog: () => {} }));
    afterEach(async () => {
      client?.dispose();
      await client?.exited;
    });

    test('keeps nothing beside the dataset where it is told not to, as in a workspace that is not trusted', async () => {
      const line = (i: number) => JSON.stringify({ text: `word${i % 7}`, labels: [`a${i % 6}`, `b${i % 10}`] });
      const path = write('few.jsonl', Array.from({ length: 60 }, (_, i) => line(i)).join('\n'));
      const runner = start();
      const asked = { target: { file: path, options: {} } };
      expect((await runner.call('open', { ...asked, keep: false })).savedAs).toBeUndefined();
      expect(existsSync(`${path}.clusters.json`)).toBe(false);
      await runner.call('open', asked);
      expect(existsSync(`${path}.clusters.json`)).toBe(true);
    });

    test('tells how far it is, pages, and heeds a cancel while it clusters', async () => {
      const line = (i: number) =>
        JSON.stringify({ text: `word${i % 7}`, labels: [`l${i % 40}`, `l${(i * 7) % 40}`, `m${i % 9}`] });
      const path = write('data.jsonl', Array.from({ length: 3000 }, (_, i) => line(i)).join('\n'));
      const runner = start();
      const target = { file: path, options: {} };
      const stop = new AbortController();
      const partial = await runner.call(
        'open',
        { target },
        {
          signal: stop.signal,
          onEvent: ({ phase, done }: Progress) => phase === 'clustering' && done === 0 && stop.abort(),
        },
      );
      const all = defaultKs(49).length;
      expect(partial.curve.length).toBeLessThan(all);
      expect(partial.missing.length).toBe(all - partial.curve.length);
      const phases = new Set<string>();
      const whole = await runner.call('open', { target }, { onEvent: ({ phase }) => phases.add(phase) });
      expect(phases).toContain('measuring');
      expect(whole.missing).toEqual([]);
      const { clusters: found } = await runner.call('clusters', { k: 4 });
      expect(found.reduce((sum, { labels }) => sum + labels, 0)).toBe(whole.labels);
      expect((await runner.call('labels', { k: 4, offset: 5, limit: 10 })).rows).toHaveLength(10);
      expect(await runner.call('words', { k: 4 })).toHaveLength(4);
    });
  });
});
