import { chmodSync, readFileSync, readdirSync, symlinkSync, utimesSync, existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/base/errors.ts';
import { fileError, folderSize, writeAtomic, writeFileAtomic } from '../../../src/core/base/files.ts';
import { scratch, userError } from './helpers.ts';

const { write, folder } = scratch();

describe('the size of a folder', () => {
  test('is that of all files below it, hidden ones too, without what links lead to', async () => {
    write('sized/a', 'x'.repeat(10));
    write('sized/.hidden/deep/b', 'é');
    write('elsewhere/large', 'x'.repeat(1000));
    symlinkSync(`${folder}/elsewhere`, `${folder}/sized/folder`);
    symlinkSync(`${folder}/elsewhere/large`, `${folder}/sized/file`);
    symlinkSync(`${folder}/sized`, `${folder}/sized/.hidden/circle`);
    expect(await folderSize(`${folder}/sized`)).toBe(12);
  });

  test('is 0 of what is not there', async () => expect(await folderSize(`${folder}/nowhere`)).toBe(0));
});

describe('atomic writes', () => {
  test('writes text and bytes, replaces, leaves nothing else behind', async () => {
    const path = `${folder}/out/a`;
    write('out/keep', 'x');
    await writeFileAtomic(path, 'first é');
    await writeFileAtomic(path, Uint8Array.of(1, 2, 3));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    await writeAtomic(path, async (put) => {
      await put('one ');
      await put(Buffer.from('two'));
      expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    });
    expect(readFileSync(path, 'utf8')).toBe('one two');
    expect(readdirSync(`${folder}/out`)).toEqual(['a', 'keep']);
  });

  test('a producer that fails leaves the old file', async () => {
    const path = write('old/a', 'old');
    const failing = writeAtomic(path, async (put) => {
      await put('new');
      throw new Error('boom');
    });
    await expect(failing).rejects.toThrow('boom');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(`${folder}/old`)).toEqual(['a']);
  });

  test('many writers of one file at a time: one of them wins whole', async () => {
    const path = write('race/a', '');
    const contents = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000));
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    expect(contents).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(`${folder}/race`)).toEqual(['a']);
  });

  test('what a killed writer left is swept, what a live one writes is not', async () => {
    const dead = write('sweep/.a.999999999-0123abcd.tmp', 'x');
    const fresh = write('sweep/.a.999999998-0123abcd.tmp', 'x');
    const other = write('sweep/.b.999999999-0123abcd.tmp', 'x');
    const ahead = write('sweep/.a.999999997-0123abcd.tmp', 'x');
    const live = write(`sweep/.a.${process.ppid}-0123abcd.tmp`, 'x');
    for (const file of [dead, other, live]) utimesSync(file, 1, 1);
    utimesSync(ahead, Date.now() / 1000 + 1e6, Date.now() / 1000 + 1e6); // the clock was put back since
    await writeFileAtomic(`${folder}/sweep/a`, 'x');
    expect([dead, ahead, fresh, other, live].map((file) => existsSync(file))).toEqual([false, false, true, true, true]);
  });

  test('faults of the file system are the user’s to mend', async () => {
    expect((await userError(writeFileAtomic(`${folder}/no/such/a`, 'x'))).code).toBe('folder-gone');
    write('taken/a/b', 'x');
    const error = await userError(writeFileAtomic(`${folder}/taken/a`, 'x'));
    expect(error.code).toBe('is-a-directory');
    expect(error.place.file).toBe(`${folder}/taken/a`);
    expect(readdirSync(`${folder}/taken`)).toEqual(['a']);
    if (process.getuid?.() === 0) return console.log('skipped: root may write everywhere');
    write('locked/a', 'x');
    chmodSync(`${folder}/locked`, 0o500);
    expect((await userError(writeFileAtomic(`${folder}/locked/a`, 'y'))).code).toBe('no-permission');
    chmodSync(`${folder}/locked`, 0o700);
  });

  test('error codes', () => {
    const codeOf = (code: string) => {
      const error = fileError(Object.assign(new Error(code), { code }), 'f');
      return error instanceof UserError ? error.code : undefined;
    };
    expect(['ENOSPC', 'EACCES', 'EROFS', 'ENOENT', 'EISDIR', 'EIO', 'EMFILE'].map(codeOf)).toEqual([
      'disk-full',
      'no-permission',
      'read-only',
      'file-not-found',
      'is-a-directory',
      'disk-failed',
      undefined,
    ]);
  });
});
