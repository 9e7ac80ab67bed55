import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MetricsLog } from '../../../src/core/training/metricsLog.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();

describe('MetricsLog', () => {
  it('appends lines and knows its length', async () => {
    const path = join(await newFolder(), 'metrics.jsonl');
    const log = await MetricsLog.open(path, 0);
    await log.append({ a: 1 });
    await log.append({ b: 'é' });
    await log.sync();
    await log.close();
    const text = await readFile(path);
    expect(text.toString()).toBe('{"a":1}\n{"b":"é"}\n');
    expect(log.bytes).toBe(text.length);
  });

  it('cuts what lies beyond a checkpoint, whole lines and torn ones', async () => {
    const path = join(await newFolder(), 'metrics.jsonl');
    await writeFile(path, '{"a":1}\n{"b":2}\n{"c"');
    const log = await MetricsLog.open(path, 8);
    expect(log.missing).toBe(0);
    await log.append({ d: 4 });
    await log.close();
    expect(await readFile(path, 'utf8')).toBe('{"a":1}\n{"d":4}\n');
  });

  it('tells how much is missing', async () => {
    const path = join(await newFolder(), 'metrics.jsonl');
    await writeFile(path, '{"a":1}\n');
    const log = await MetricsLog.open(path, 20);
    expect([log.missing, log.bytes]).toEqual([12, 8]);
    await log.close();
  });
});
