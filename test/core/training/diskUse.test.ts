import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diskUse, freeCache, freeCheckpoints } from '../../../src/core/training/diskUse.ts';
import type { RunListing } from '../../../src/core/training/runListing.ts';
import { scratch } from '../data/helpers.ts';

const { folder } = scratch();

function write(path: string, bytes: number): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, 'x'.repeat(bytes));
  return file;
}

const run = (name: string, status: RunListing['status']): RunListing => ({
  ...{ name, folder: join(folder, name), status },
  ...{ epochs: 1, bestEpoch: 1, changed: '2026-12-01T00:00:00Z' },
});

test('what only a resume would read can be freed of ended runs, and nothing where the best one is not there', async () => {
  const best = write('ended/checkpoints/best.safetensors', 10);
  const last = write('ended/checkpoints/last.safetensors', 20);
  const numbered = write('ended/checkpoints/epoch-3.safetensors', 30);
  const torn = write('ended/checkpoints/.last.safetensors.tmp', 5);
  write('bare/checkpoints/last.safetensors', 40);
  write('stopped/checkpoints/best.safetensors', 1);
  write('stopped/checkpoints/last.safetensors', 2);
  const listed = [run('ended', 'damaged'), run('stopped', 'damaged')]; // of damaged runs no config is read
  expect((await diskUse(listed)).runs).toEqual([
    { folder: join(folder, 'ended'), bytes: 65, spare: 0 },
    { folder: join(folder, 'stopped'), bytes: 3, spare: 0 },
  ]);
  await freeCheckpoints(join(folder, 'ended'));
  expect([best, last, numbered, torn].map((file) => existsSync(file))).toEqual([true, false, false, true]);
  await freeCheckpoints(join(folder, 'bare'));
  expect(existsSync(join(folder, 'bare/checkpoints/last.safetensors'))).toBe(true);
});

test('of a cache folder, which can be any, prepared data alone is freed', async () => {
  const prepared = write(`cache/${'0a'.repeat(32)}.prepared`, 7);
  const others = ['notes.txt', `${'0a'.repeat(32)}.jsonl`, 'mine.prepared'].map((name) => write(`cache/${name}`, 1));
  await freeCache(join(folder, 'cache'));
  expect(existsSync(prepared)).toBe(false);
  expect(others.every((file) => existsSync(file))).toBe(true);
  await freeCache(join(folder, 'none'));
});
