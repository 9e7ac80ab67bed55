import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { DatasetSnapshot } from '../../src/core/explore/inspectionApi.ts';
import { RunnerClient } from '../../src/runner/client.ts';
import { dataset } from '../../src/runner/services/dataset.ts';
import { fixtures, scratch, userError } from '../core/data/helpers.ts';

const { write } = scratch();
const script = 'dist/runner/main.js';
const never = new AbortController().signal;

describe('dataset service', () => {
  test('pages before anything was opened are refused', async () => {
    const query = { split: 'all' as const, sort: 'name' as const, descending: false, offset: 0, limit: 1 };
    expect((await userError(dataset.labels(query, { signal: never, emit: () => {} }))).code).toBe('not-read');
  });

  const isBuilt = existsSync(script);
  if (!isBuilt) console.log(`skipped: ${script} not found`);
  describe.skipIf(!isBuilt)('in a process of its own', () => {
    let client: RunnerClient<'dataset'> | undefined;
    const start = () => (client = new RunnerClient('dataset', { script, onLog: () => {} }));
    afterEach(async () => {
      client?.dispose();
      await client?.exited;
    });

    test('opens, tells, pages', async () => {
      const runner = start();
      const events: DatasetSnapshot[] = [];
      const path = `${fixtures}/recipes.train.jsonl`;
      const last = await runner.call('open', { file: path, options: {} }, { onEvent: (event) => events.push(event) });
      expect(events[0].splits.map(({ split, state }) => [split, state])).toEqual([
        ['train', 'waiting'],
        ['test', 'waiting'],
      ]);
      expect(last.splits.map(({ state }) => state)).toEqual(['done', 'done']);
      const page = await runner.call('documents', { split: 'train', offset: 0, limit: 2 });
      expect(page.total).toBe(last.splits[0].statistics.documents);
      const text = await runner.call('document', { split: 'train', document: 1, offset: 0 });
      expect(text.id).toBe(page.rows[1].id);
      const record = await runner.call('record', { file: path, place: text.place });
      expect(record.text).toBe(text.text);
    });

    test('answers pages while it reads, and cancels', async () => {
      const line = JSON.stringify({ text: 'some words of a text '.repeat(20), labels: ['l'] });
      const path = write('large.jsonl', `${line}\n`.repeat(200_000));
      const runner = start();
      const stop = new AbortController();
      let paged: Promise<number> | undefined;
      const onEvent = ({ splits }: DatasetSnapshot) => {
        if (paged || splits[0].statistics.documents === 0) return;
        paged = runner.call('documents', { split: 'all', offset: 0, limit: 3 }).then(({ rows }) => {
          stop.abort();
          return rows.length;
        });
      };
      const last = await runner.call('open', { file: path, options: {} }, { signal: stop.signal, onEvent });
      expect(await paged).toBe(3);
      expect(last.splits[0].state).toBe('cancelled');
      expect(last.splits[0].statistics.documents).toBeLessThan(200_000);
    });
  });
});
