import { mkdir, readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Cancelled } from '../../../src/core/base/errors.ts';
import type { CacheEntry } from '../../../src/core/text/cacheFolder.ts';
import { PreparedCache } from '../../../src/core/text/cacheFolder.ts';
import { temporaryFolder } from './helpers.ts';

const entry = (fill: number, length = 1000): CacheEntry => ({
  meta: { name: 'ünï', fill },
  arrays: {
    a: new Int32Array(length).fill(fill),
    b: Float64Array.of(0.1, NaN),
    c: new Uint8Array(3).fill(fill),
    d: new Float32Array(0),
  },
});

test('an entry comes back as it went in, and git is told to ignore it', async () => {
  const folder = join(await temporaryFolder(), 'deep', '.xmlcnn');
  const cache = new PreparedCache(folder, 1e6);
  expect(await cache.read('k')).toBeUndefined();
  expect(await cache.write('k', entry(7))).toBe(true);
  expect(await cache.read('k')).toEqual(entry(7));
  expect(await cache.read('other')).toBeUndefined();
  expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
  await cache.write('k', entry(8));
  expect(await cache.read('k')).toEqual(entry(8));
});

test('a torn, damaged or exchanged entry is never used, and goes', async () => {
  const folder = await temporaryFolder();
  const cache = new PreparedCache(folder, 1e6);
  const file = join(folder, 'k.prepared');
  await cache.write('k', entry(7));
  const whole = await readFile(file);
  const bad: Uint8Array[] = [Buffer.alloc(0), Buffer.concat([whole, Buffer.of(0)])];
  for (let size = 1; size < whole.length; size += 97) bad.push(whole.subarray(0, size));
  for (let at = 0; at < whole.length; at += 61) {
    const flipped = Buffer.from(whole);
    flipped[at] ^= 1 << (at % 8);
    bad.push(flipped);
  }
  for (const content of bad) {
    await writeFile(file, content);
    expect(await cache.read('k')).toBe('torn');
    expect(await cache.read('k')).toBeUndefined();
  }
  await writeFile(join(folder, 'wrong.prepared'), whole);
  expect(await cache.read('wrong')).toBe('torn');
});

test('beyond the limit the entries used longest ago go', async () => {
  const folder = await temporaryFolder();
  const cache = new PreparedCache(folder, 13_500); // three entries of about 4.3 kB
  for (const [i, key] of ['a', 'b', 'c'].entries()) {
    await cache.write(key, entry(i));
    await utimes(join(folder, `${key}.prepared`), 1000 + i, 1000 + i);
  }
  expect(await cache.read('a')).toEqual(entry(0)); // used just now
  await mkdir(join(folder, 'unrelated'));
  await writeFile(join(folder, 'notes.txt'), 'x'.repeat(20_000));
  await cache.write('d', entry(4));
  expect((await readdir(folder)).sort()).toEqual([
    '.gitignore',
    'a.prepared',
    'c.prepared',
    'd.prepared',
    'notes.txt',
    'unrelated',
  ]);
  expect(await cache.write('e', entry(5, 5000))).toBe(false);
  expect(await cache.read('e')).toBeUndefined();
  expect(await cache.read('d')).toEqual(entry(4));
});

test('several writers and readers at once leave whole entries', async () => {
  const folder = await temporaryFolder();
  const caches = Array.from({ length: 4 }, () => new PreparedCache(folder, 100_000));
  await Promise.all(
    Array.from({ length: 24 }, async (_, i) => {
      const cache = caches[i % 4];
      const key = `k${i % 3}`;
      await cache.write(key, entry(i % 3, 3000));
      expect(await cache.read(key)).toEqual(entry(i % 3, 3000));
    }),
  );
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('a cancelled write leaves nothing behind', async () => {
  const folder = await temporaryFolder();
  const cache = new PreparedCache(folder, 1e6);
  await expect(cache.write('k', entry(1), AbortSignal.abort())).rejects.toBeInstanceOf(Cancelled);
  expect(await readdir(folder)).toEqual(['.gitignore']);
});
