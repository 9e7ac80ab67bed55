import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/base/errors.ts';
import type { RunEvent } from '../../src/core/base/events.ts';
import { runPaths } from '../../src/core/training/runFolder.ts';
import { RunnerClient } from '../../src/runner/client.ts';
import { tensorsOf } from '../core/training/setup.ts';
import { canMount, fill, mountFolder, mountFolderReadOnly, mountReadOnly, mountSmall, unmount } from './disk.ts';
import { type Kind, kindsOnDisk, outcome, stateOf, writeConfig, writeData, type Outcome } from './tinyRun.ts';

const cli = resolve('dist/cli.js');
const script = resolve('dist/runner/main.js');
const isBuilt = existsSync(cli);
if (!isBuilt) console.log('skipped: dist/cli.js not found (npm run build makes it)');
const mounts = canMount();
const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-faults-'));
const mounted: string[] = [];
afterAll(() => {
  for (const place of mounted.reverse()) unmount(place);
  rmSync(folder, { recursive: true, force: true });
});

/** Of the network. */
let alone: Outcome;
const leftAlone = new Map<Kind, Outcome>();
beforeAll(async () => {
  if (!isBuilt) return;
  await writeData(folder);
  for (const kind of kindsOnDisk) {
    const name = kind === 'xml-cnn' ? 'alone' : `alone-${kind}`;
    expect(await terminal('train', await writeConfig(folder, name, { kind }))).toMatchObject({ code: 0 });
    leftAlone.set(kind, await outcome(join(folder, 'runs', name)));
  }
  alone = leftAlone.get('xml-cnn')!;
}, 300_000);

/** A place that `mount` mounts something on. */
function mountPoint(name: string, mount: (place: string) => boolean): string {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  expect(mount(place)).toBe(true);
  mounted.push(place);
  return place;
}

/** The command line, to its end. */
async function terminal(...args: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [...node, cli, ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}
/** Options of Node itself for the command line. */
let node: string[] = [];

/** Trains as the editor does, and does something to the disk once the first `last` checkpoint is there. */
async function disturb(configFile: string, disturbance: (run: string) => void): Promise<UserError> {
  const runner = new RunnerClient('training', { script, onLog: () => {} });
  let run: string | undefined;
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'begun') run = event.folder;
    if (event.type !== 'checkpoint' || event.reason !== 'last' || run === undefined) return;
    disturbance(run);
    run = undefined;
  };
  try {
    await runner.call('train', { configFile, overrides: [] }, { onEvent });
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  } finally {
    runner.dispose();
    await runner.exited;
  }
  throw new Error('the run came to its end');
}

/** The last checkpoint is whole, the run goes on to the same end as one left alone, and nothing half written is left. */
async function expectIntact(run: string, config: string, kind: Kind): Promise<void> {
  const { checkpoints, checkpoint } = runPaths(run);
  const last = checkpoint(kind === 'blend' ? 'linear-last' : 'last'); // a blend's linear part is trained first
  expect((await stateOf(last)).epoch).toBeGreaterThanOrEqual(1);
  expect((await tensorsOf(last)).size).toBeGreaterThan(0);
  const { code, output } = await terminal('train', config, '--resume');
  expect(code, output).toBe(0);
  expect(await outcome(run)).toEqual(leftAlone.get(kind));
  for (const place of [run, checkpoints]) expectNothingHalfWritten(place);
}

const expectNothingHalfWritten = (place: string): void =>
  expect(readdirSync(place).filter((name) => name.endsWith('.tmp'))).toEqual([]);

const expectNoStack = (output: string): void => expect(output).not.toMatch(/fault in xmlcnn|^\s+at /m);

describe.skipIf(!isBuilt || !mounts)('a full disk', () => {
  it.each(kindsOnDisk)(
    'ends a run of %s with a message, and the run goes on once there is space',
    async (kind) => {
      const disk = mountPoint(`full-${kind}`, (place) => mountSmall(place, 24));
      const config = await writeConfig(folder, 'full', { folder: disk, kind });
      const filler = join(disk, 'filler');
      const error = await disturb(config, () => fill(filler));
      expect(error).toMatchObject({ code: 'disk-full', message: 'The disk is full' });
      expect(error.describe()).toMatch(/full.*Free some space.*Then resume the run: its last checkpoint is whole\./);
      expectNothingHalfWritten(runPaths(join(disk, 'full')).checkpoints);
      rmSync(filler);
      await expectIntact(join(disk, 'full'), config, kind);
    },
    300_000,
  );

  it('lets no run begin, and leaves nothing of it', async () => {
    const disk = mountPoint('full-before', (place) => mountSmall(place, 1));
    fill(join(disk, 'filler'));
    const { code, output } = await terminal(
      'train',
      await writeConfig(folder, 'never', { folder: disk, cacheFolder: 'cache-alone' }),
    );
    expect(code, output).toBe(1);
    expect(output).toMatch(/error: .*The disk is full\. Free some space/);
    expectNoStack(output);
    expect(existsSync(join(disk, 'never', 'lock'))).toBe(false);
  }, 300_000);

  it('keeps the cache from being written, not the run', async () => {
    const disk = mountPoint('full-cache', (place) => mountSmall(place, 1));
    fill(join(disk, 'filler'));
    const config = await writeConfig(folder, 'uncached', { cacheFolder: disk });
    const { code, output } = await terminal('train', config);
    expect(code, output).toBe(0);
    expect(output).toMatch(/warning: The cache of prepared data could not be written: .*The disk is full/);
    expect(await outcome(join(folder, 'runs', 'uncached'))).toEqual(alone);
  }, 300_000);

  it('leaves the old file where the command line writes another', async () => {
    const disk = mountPoint('full-file', (place) => mountSmall(place, 1));
    const config = join(disk, 'mine.xmlcnn.json');
    writeFileSync(config, '{}');
    fill(join(disk, 'filler'));
    const { code, output } = await terminal('init', join(folder, 'train.jsonl'), '-o', config, '--force');
    expect(code, output).toBe(1);
    expect(output).toMatch(/The disk is full/);
    expectNoStack(output);
    expect(readdirSync(disk).sort()).toEqual(['filler', 'mine.xmlcnn.json']);
  }, 60_000);
});

describe.skipIf(!isBuilt || !mounts)('a read-only folder', () => {
  it('lets no run begin', async () => {
    const disk = mountPoint('read-only', mountReadOnly);
    const { code, output } = await terminal('train', await writeConfig(folder, 'refused', { folder: disk }));
    expect(code, output).toBe(1);
    expect(output).toMatch(/error: .*The file system is read-only\. Choose a folder that can be written to\./);
    expectNoStack(output);
  }, 60_000);

  it.each(kindsOnDisk)(
    'ends a run of %s with a message, and the run goes on where it no longer is so',
    async (kind) => {
      const name = `frozen-${kind}`;
      const config = await writeConfig(folder, name, { kind });
      const error = await disturb(config, (run) => mountPoint(`runs/${name}/checkpoints`, mountReadOnly) || run);
      expect(error).toMatchObject({ code: 'read-only', message: 'The file system is read-only' });
      unmount(mounted.pop()!);
      await expectIntact(join(folder, 'runs', name), config, kind);
    },
    300_000,
  );

  it('predicts and lists, and says why it cannot evaluate', async () => {
    const disk = mountPoint('archive', (place) => mountFolderReadOnly(join(folder, 'runs'), place));
    expect(await terminal('runs', disk)).toMatchObject({ code: 0 });
    const predicted = await terminal('predict', join(disk, 'alone'), join(folder, 'test.jsonl'));
    expect(predicted.code, predicted.output).toBe(0);
    const { code, output } = await terminal('evaluate', join(disk, 'alone'));
    expect(code, output).toBe(1);
    expect(output).toMatch(/error: .*The file system is read-only/);
    expectNoStack(output);
  }, 60_000);
});

describe.skipIf(!isBuilt)('a drive that is taken away', () => {
  it.skipIf(!mounts)(
    'ends a run with a message, and the run goes on once it is back',
    async () => {
      const real = join(folder, 'real');
      mkdirSync(real);
      const drive = mountPoint('drive', (place) => mountFolder(real, place));
      const config = await writeConfig(folder, 'away', { folder: drive });
      const error = await disturb(config, () => unmount(mounted.pop()!));
      expect(error).toMatchObject({ code: 'folder-gone' });
      expect(error.describe()).toContain(join(drive, 'away'));
      mountPoint('drive', (place) => mountFolder(real, place));
      await expectIntact(join(drive, 'away'), config, 'xml-cnn');
    },
    300_000,
  );

  it('and a folder that is deleted end a run with a message', async () => {
    const config = await writeConfig(folder, 'deleted');
    const error = await disturb(config, (run) => rmSync(run, { recursive: true }));
    expect(error).toMatchObject({ code: 'folder-gone' });
    expect(error.describe()).toMatch(/deleted.*The folder that is to be written into is not there/);
  }, 300_000);
});

describe.skipIf(!isBuilt)('a clock that jumps back', () => {
  it('changes nothing: a run that was killed goes on, and ends as one left alone', async () => {
    const clock = join(folder, 'clock.mjs');
    // every date is some days earlier than the one before
    writeFileSync(
      clock,
      `const real = Date.now; let back = 0;
       globalThis.Date = class extends Date {
         constructor(...given) { super(...(given.length ? given : [Date.now()])); }
         static now() { return real() - (back += 3 * 86_400_000); }
       };`,
    );
    node = ['--import', pathToFileURL(clock).href];
    try {
      const config = await writeConfig(folder, 'back');
      const run = join(folder, 'runs', 'back');
      const child = spawn(process.execPath, [...node, cli, 'train', config], { stdio: 'ignore' });
      while (!existsSync(runPaths(run).checkpoint('last'))) await setTimeout(20);
      child.kill('SIGKILL');
      await once(child, 'close');
      const ahead = Date.now() / 1000 + 1e6; // as if all was written before the clock was put back
      for (const name of readdirSync(run)) utimesSync(join(run, name), ahead, ahead);
      for (const name of readdirSync(join(folder, 'cache-back')))
        utimesSync(join(folder, 'cache-back', name), ahead, ahead);
      const { code, output } = await terminal('train', config, '--resume');
      expect(code, output).toBe(0);
      expect(output).not.toMatch(/NaN|-\d+(\.\d+)? s\b|-\d+:/);
      expect(await outcome(run)).toEqual(alone);
      const listed = await terminal('runs', join(folder, 'runs'), '--json');
      const { runs } = JSON.parse(listed.output) as { runs: { name: string; status: string }[] };
      expect(runs.find(({ name }) => name === 'back')?.status).toBe('finished');
    } finally {
      node = [];
    }
  }, 300_000);
});

describe.skipIf(!isBuilt)('two processes in one run folder', () => {
  it('are one too many: the second is told of the first, which goes on', async () => {
    const config = await writeConfig(folder, 'shared');
    const runner = new RunnerClient('training', { script, onLog: () => {} });
    let second: ReturnType<typeof terminal> | undefined;
    const onEvent = ({ type }: RunEvent): void => {
      if (type === 'checkpoint') second ??= terminal('train', config, '--resume', '--json');
    };
    const result = await runner.call('train', { configFile: config, overrides: [] }, { onEvent });
    runner.dispose();
    await runner.exited;
    expect(result.stopped).toBe('finished');
    const { code, output } = await second!;
    expect([code, output]).toEqual([1, expect.stringContaining('"code": "run-locked"')]);
    expect(output).toContain(`Process ${runner.pid} on `);
    expect(await outcome(join(folder, 'runs', 'shared'))).toEqual(alone);
  }, 300_000);
});
