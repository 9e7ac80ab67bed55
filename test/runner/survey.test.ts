import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Cancelled } from '../../src/core/base/errors.ts';
import { RunnerClient } from '../../src/runner/client.ts';
import { fixtures } from '../core/data/helpers.ts';

const script = 'dist/runner/main.js';
const isBuilt = existsSync(script);
if (!isBuilt) console.log(`skipped: ${script} not found`);

describe.skipIf(!isBuilt)('survey service', () => {
  let client: RunnerClient<'survey'> | undefined;
  const start = () => (client = new RunnerClient('survey', { script, onLog: () => {} }));
  afterEach(async () => {
    client?.dispose();
    await client?.exited;
  });
  const path = resolve(fixtures, 'recipes.train.jsonl');

  test('surveys a dataset', async () => {
    const facts = await start().call('survey', { file: path, options: {} });
    expect(facts).toMatchObject({ train: path, format: 'jsonl', fields: {} });
  });
  test('can be cancelled', async () => {
    await expect(start().call('survey', { file: path, options: {} }, { signal: AbortSignal.abort() })).rejects.toThrow(
      Cancelled,
    );
  });
});
