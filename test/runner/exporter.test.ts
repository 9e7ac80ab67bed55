import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Cancelled } from '../../src/core/base/errors.ts';
import { RunnerClient } from '../../src/runner/client.ts';
import { trainedRun } from '../core/export/trained.ts';
import { temporaryFolders } from '../core/training/folder.ts';

const script = 'dist/runner/main.js';
const isBuilt = existsSync(script);
if (!isBuilt) console.log(`skipped: ${script} not found`);

const newFolder = temporaryFolders(afterAll);

describe.skipIf(!isBuilt)('exporter service', () => {
  let run: string;
  let client: RunnerClient<'exporter'> | undefined;
  const start = () => (client = new RunnerClient('exporter', { script, onLog: () => {} }));
  beforeAll(async () => {
    ({ run } = await trainedRun(await newFolder(), { hidden: 0, pools: 3 }));
  });
  afterEach(async () => {
    client?.dispose();
    await client?.exited;
  });

  test('writes a model and tells bytes', async () => {
    const events: { done: number; total: number }[] = [];
    const onEvent = (event: { done: number; total: number }): void => void events.push(event);
    const result = await start().call('export', { run, format: 'onnx' }, { onEvent });
    expect(result.files[0]).toBe('model.onnx');
    expect(events[0].total).toBe(result.bytes);
  });
  test('refuses what a format cannot hold, with the reason', async () => {
    const work = start().call('export', { run, format: 'safetensors' });
    await expect(work).rejects.toMatchObject({ code: 'no-such-network', message: expect.stringContaining('3 chunks') });
  });
  test('can be cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(start().call('export', { run, format: 'tfjs' }, { signal })).rejects.toThrow(Cancelled);
  });
});
