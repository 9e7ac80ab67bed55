import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isLocked, takeLock } from '../../../src/core/training/lock.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();
const newPath = async (): Promise<string> => join(await newFolder(), 'lock');
const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

describe('takeLock', () => {
  it('lets one in, and the next after it', async () => {
    const path = await newPath();
    const release = await takeLock(path);
    expect(JSON.parse(await readFile(path, 'utf8')).pid).toBe(process.pid);
    expect(await isLocked(path)).toBe(true);
    await expect(takeLock(path)).rejects.toMatchObject({ code: 'run-locked', place: { file: path } });
    await release();
    expect(await isLocked(path)).toBe(false);
    await (
      await takeLock(path)
    )();
  });

  it('lets one of many in', async () => {
    const path = await newPath();
    await writeFile(path, JSON.stringify({ pid: deadPid(), host: hostname() }));
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(path)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(join(path, '..'))).toEqual(['lock']);
  });

  it("is kept out by another living process's lock, not by a dead one's", async () => {
    const path = await newPath();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    await writeFile(path, JSON.stringify({ pid: child.pid, host: hostname() }));
    await expect(takeLock(path)).rejects.toMatchObject({ code: 'run-locked' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (
      await takeLock(path)
    )();
  });

  it('takes over where the pid now belongs to another process', async () => {
    const path = await newPath();
    await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname() })); // not held by this process
    await (
      await takeLock(path)
    )();
    if (process.platform !== 'linux') return;
    await writeFile(path, JSON.stringify({ pid: process.ppid, host: hostname(), started: '1' }));
    await (
      await takeLock(path)
    )();
  });

  it('knows its own machine by another name, and no other by any clock', async () => {
    const path = await newPath();
    const release = await takeLock(path);
    const mine = JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
    await release();
    const renamed = { ...mine, host: `not-${hostname()}` };
    await writeFile(path, JSON.stringify({ ...renamed, pid: deadPid() }));
    await utimes(path, 0, 2 ** 32); // written in what is now the future
    if (mine.boot !== undefined) await (await takeLock(path))();
    const living = { ...renamed, pid: process.ppid, started: undefined };
    for (const owner of [living, { ...living, boot: 'another' }, { ...living, pids: 'of a container' }]) {
      await writeFile(path, JSON.stringify(owner));
      await expect(takeLock(path)).rejects.toMatchObject({ code: 'run-locked' });
    }
    await writeFile(path, JSON.stringify({ ...renamed, pid: deadPid(), pids: 'of a container' }));
    await expect(takeLock(path)).rejects.toThrow(`Process`);
  });

  it('takes over a torn lock, and leaves that of another machine', async () => {
    const path = await newPath();
    await writeFile(path, '');
    await (
      await takeLock(path)
    )();
    await writeFile(path, JSON.stringify({ pid: deadPid(), host: `not-${hostname()}` }));
    await expect(takeLock(path)).rejects.toMatchObject({ code: 'run-locked' });
  });
});
