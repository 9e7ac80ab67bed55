import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unpackTar } from '../../src/core/engine/install/tar.ts';
import { scratch } from '../core/data/helpers.ts';
import { archiveOf } from '../core/engine/install/archive.ts';
import { fuzz } from './fuzz.ts';

const { folder } = scratch();
const whole = archiveOf([
  { name: 'package/package.json', content: '{}' },
  { name: 'package/dist/engine.node', content: 'x'.repeat(3000) },
  { name: 'package/dist/libx.so', link: 'libx.so.2' },
]);

describe('a damaged archive of an engine', () => {
  it.each([
    ['is unpacked or refused', (bytes: Buffer) => bytes, whole],
    ['is unpacked or refused where gzip is whole', (bytes: Buffer) => gzipSync(bytes), gunzipSync(whole)],
  ] as const)(
    '%s, into its folder alone',
    async (_, pack, original) => {
      const archive = join(folder, 'engine.tgz');
      const target = join(folder, 'inner', 'target');
      const told = await fuzz([original], 150, async (bytes) => {
        rmSync(join(folder, 'inner'), { recursive: true, force: true });
        mkdirSync(target, { recursive: true });
        writeFileSync(archive, pack(bytes));
        try {
          await unpackTar(archive, '*/', target);
        } finally {
          expect(readdirSync(join(folder, 'inner'))).toEqual(['target']);
          expect(readdirSync(folder).sort()).toEqual(['engine.tgz', 'inner']);
        }
      });
      expect(existsSync(target)).toBe(true);
      expect(told.refused).toBeGreaterThan(told.read);
    },
    3_600_000,
  );
});
