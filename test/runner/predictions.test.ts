import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cancelled } from '../../src/core/base/errors.ts';
import type { RunEvent } from '../../src/core/base/events.ts';
import { runPaths } from '../../src/core/training/runFolder.ts';
import { RunnerClient } from '../../src/runner/client.ts';
import { predictions } from '../../src/runner/services/predictions.ts';

const script = resolve('dist/runner/main.js');
const isBuilt = existsSync(script);
if (!isBuilt) console.log('skipped: dist/runner/main.js not found (npm run build makes it)');

const quiet = { signal: new AbortController().signal, emit: () => {} };
const query = { threshold: 0.3, order: 'file' as const, descending: false, offset: 0, limit: 5 };
const target = { kind: 'split', split: 'test' } as const;

it('refuses pages before anything was opened', async () => {
  await expect(predictions.documents(query, quiet)).rejects.toMatchObject({ code: 'not-open' });
});

describe.skipIf(!isBuilt)('in a process of its own', () => {
  let folder = '';
  let run = '';
  let client: RunnerClient<'predictions'>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xmlcnn-predictions-'));
    const line = (i: number): string => JSON.stringify({ text: `alpha${i % 5} beta${i % 3}`, labels: [`l${i % 5}`] });
    const lines = (n: number): string => Array.from({ length: n }, (_, i) => `${line(i)}\n`).join('');
    await writeFile(join(folder, 'train.jsonl'), lines(200));
    await writeFile(join(folder, 'test.jsonl'), lines(40));
    const configFile = join(folder, 'small.xmlcnn.json');
    const config = {
      dataset: { train: 'train.jsonl', test: 'test.jsonl', validationFraction: 0.1 },
      embedding: { dim: 8 },
      model: { filterSizes: [1], filters: 8, pools: 1, hidden: 8 },
      training: { epochs: 2, batchSize: 16, patience: 0 },
      evaluation: { k: [1], baselines: false },
      output: { folder: 'runs', name: 'small' },
    };
    await writeFile(configFile, JSON.stringify(config));
    const trainer = new RunnerClient('training', { script, onLog: () => {} });
    run = (await trainer.call('train', { configFile, overrides: ['engine.threads=1'] })).folder;
    trainer.dispose();
    await trainer.exited;
    client = new RunnerClient('predictions', { script, onLog: () => {} });
  });
  afterAll(async () => {
    client.dispose();
    await client.exited;
    await rm(folder, { recursive: true, force: true });
  });

  it('opens a split, and answers for its documents and labels', async () => {
    const scored = await client.call('open', { folder: run, target });
    expect(scored).toMatchObject({ kind: 'set', documents: 40, split: 'test' });
    expect(await client.call('documents', query)).toMatchObject({
      total: 40,
      rows: [{ document: 0, id: '1' }, {}, {}, {}, {}],
    });
    const { labels } = await client.call('document', { document: 7 });
    expect(labels.filter(({ isTrue }) => isTrue)).toMatchObject([{ name: 'l2' }]);
    expect(await client.call('evidence', { document: 7, label: labels[0].id })).toMatchObject({
      rest: expect.any(Number),
    });
    const page = { threshold: 0.3, order: 'name' as const, descending: false, offset: 3, limit: 1 };
    expect(await client.call('labels', page)).toMatchObject({ total: 5, rows: [{ name: 'l3', support: 8 }] });
  });

  it('tells how far an evaluation is, and stops it', async () => {
    await rm(runPaths(run).scores('test'));
    const stop = new AbortController();
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'phase' && event.phase === 'testing') stop.abort();
    };
    await expect(client.call('open', { folder: run, target }, { signal: stop.signal, onEvent })).rejects.toThrow(
      Cancelled,
    );
    await rm(runPaths(run).scores('test'), { force: true }); // so few documents may be done before the word to stop comes
    const events: RunEvent[] = [];
    await client.call('open', { folder: run, target, threads: 1 }, { onEvent: (event) => events.push(event) });
    expect(events.findLast(({ type }) => type === 'progress')).toMatchObject({
      done: 40,
      total: 40,
      unit: 'documents',
    });
  });

  it('opens a text, and has no pages of documents then', async () => {
    const text = 'alpha1 and more';
    expect(await client.call('open', { folder: run, target: { kind: 'text', text } })).toMatchObject({ kind: 'text' });
    expect(await client.call('document', { document: 0 })).toMatchObject({ text, words: expect.any(Number) });
    await expect(client.call('documents', query)).rejects.toThrow('A single text is open');
  });

  it('says what a run lacks', async () => {
    await rm(runPaths(run).checkpoint('best'));
    await expect(client.call('open', { folder: run, target })).rejects.toMatchObject({ code: 'no-checkpoint' });
  });
});
