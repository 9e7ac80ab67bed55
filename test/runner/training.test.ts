import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { UserError } from '../../src/core/base/errors.ts';
import { readCheckpointInfo } from '../../src/core/training/checkpoint.ts';
import type { RunEvent } from '../../src/core/base/events.ts';
import { isLocked } from '../../src/core/training/lock.ts';
import { exists, runPaths } from '../../src/core/training/runFolder.ts';
import { describeRun } from '../../src/core/training/runListing.ts';
import { continuationOf } from '../../src/extension/runs/interrupted.ts';
import type { JobTask } from '../../src/extension/runs/jobs.ts';
import { RunnerClient } from '../../src/runner/client.ts';

const script = resolve('dist/runner/main.js');
const isBuilt = existsSync(script);
if (!isBuilt) console.log('skipped: dist/runner/main.js not found (npm run build makes it)');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-runner-'));
  const line = (i: number): string =>
    JSON.stringify({
      text: `alpha${i % 7} beta${i % 11} gamma${i % 13} delta${i % 17}`,
      labels: [`l${i % 7}`, `m${i % 11}`],
    });
  await writeFile(join(folder, 'train.jsonl'), Array.from({ length: 20_000 }, (_, i) => `${line(i)}\n`).join(''));
  await writeFile(join(folder, 'few.jsonl'), Array.from({ length: 200 }, (_, i) => `${line(i)}\n`).join(''));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** An epoch of the large set lasts far longer than a test waits for its first steps. */
async function writeConfig(name: string, train: string, epochs: number): Promise<string> {
  const path = join(folder, `${name}.xmlcnn.json`);
  const config = {
    dataset: { train, validationFraction: 0.1 },
    embedding: { dim: 64 },
    model: { filterSizes: [1, 2, 4], filters: 128, pools: 2, hidden: 64 },
    training: { epochs, batchSize: 8, patience: 0 },
    output: { folder: 'runs', name },
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

const client = (): RunnerClient<'training'> => new RunnerClient('training', { script, onLog: () => {} });
const trainTask = (configFile: string): JobTask => ({ kind: 'train', configFile, overrides: [] });

it.skipIf(!isBuilt)('tells a run, and stops it within a batch with a checkpoint', async () => {
  const configFile = await writeConfig('stopped', 'train.jsonl', 2);
  const runner = client();
  const stop = new AbortController();
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent): void => {
    events.push(event);
    if (event.type === 'step') stop.abort();
  };
  const result = await runner.call(
    'train',
    { configFile, overrides: ['engine.threads=1'] },
    { signal: stop.signal, onEvent },
  );
  runner.dispose();
  await runner.exited;
  const paths = runPaths(join(folder, 'runs', 'stopped'));
  expect(events[0]).toEqual({ type: 'begun', folder: paths.folder, epochs: 2, isResumed: false });
  expect(result).toMatchObject({ stopped: 'interrupted', folder: paths.folder, epochs: 0 });
  const { state } = await readCheckpointInfo(paths.checkpoint('last'));
  expect(state.batch).toBeGreaterThan(0);
  expect(state.batch).toBeLessThan(18_000 / 8);
});

it.skipIf(!isBuilt)('evaluates a run on a file and on a split', async () => {
  const configFile = await writeConfig('evaluated', 'few.jsonl', 1);
  const runner = client();
  await runner.call('train', { configFile, overrides: [] });
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent): void => void events.push(event);
  const run = join(folder, 'runs', 'evaluated');
  const data = join(folder, 'few.jsonl');
  const onFile = await runner.call('evaluate', { folder: run, data: { file: data } }, { onEvent });
  expect(onFile).toMatchObject({ split: 'few.jsonl', documents: 200 });
  expect(onFile.metrics['P@1']).toBeGreaterThanOrEqual(0);
  expect(events.at(-1)).toMatchObject({ type: 'evaluated', split: 'few.jsonl' });
  expect(await runner.call('evaluate', { folder: run, split: 'validation' })).toMatchObject({ split: 'validation' });
  await expect(runner.call('evaluate', { folder: run })).rejects.toMatchObject({ code: 'no-such-split' });
  runner.dispose();
  await runner.exited;
});

it.skipIf(!isBuilt)('tells of a killed process, and leaves a run that a resume begins again', async () => {
  const configFile = await writeConfig('killed', 'train.jsonl', 2);
  const runner = client();
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'step') process.kill(runner.pid!, 'SIGKILL');
  };
  const error: unknown = await runner
    .call('train', { configFile, overrides: [] }, { onEvent })
    .catch((e: unknown) => e);
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ code: 'runner-crashed', message: expect.stringContaining('SIGKILL') });
  const run = join(folder, 'runs', 'killed');
  expect(await continuationOf({ id: '', title: '', folder: run, task: trainTask(configFile) })).toEqual({
    ...{ kind: 'resume', configFile: runPaths(run).config, folder: run, overrides: [] },
  });
});

it.skipIf(!isBuilt)('ends with a checkpoint where the system asks it to', async () => {
  const configFile = await writeConfig('terminated', 'train.jsonl', 2);
  const runner = client();
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'step') process.kill(runner.pid!, 'SIGTERM');
  };
  const result = await runner.call('train', { configFile, overrides: [] }, { onEvent });
  expect(result).toMatchObject({ stopped: 'interrupted' });
  await runner.exited;
  expect(await exists(runPaths(result.folder).checkpoint('last'))).toBe(true);
});

/** A parent as the extension host is one: it forks the runner, tells what it hears, and can be killed. */
const parent = `
import { fork } from 'node:child_process';
const [script, configFile] = process.argv.slice(2);
const child = fork(script, ['training'], { serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
child.on('message', (message) => {
  if (message.type === 'event' && message.event.type === 'step') process.send({ pid: child.pid });
});
child.send({ type: 'call', id: 1, method: 'train', params: { configFile, overrides: [] } });
`;

it.skipIf(!isBuilt)('writes a checkpoint and ends where its parent is killed; the run can be resumed', async () => {
  const configFile = await writeConfig('orphan', 'train.jsonl', 2);
  const file = join(folder, 'parent.mjs');
  await writeFile(file, parent);
  const host = fork(file, [script, configFile]);
  const [{ pid }] = (await once(host, 'message')) as [{ pid: number }];
  const { folder: run, lock, checkpoint } = runPaths(join(folder, 'runs', 'orphan'));
  expect(await exists(checkpoint('last'))).toBe(false);
  expect(await isLocked(lock)).toBe(true);
  host.kill('SIGKILL');
  const next = await continuationOf({ id: '', title: '', folder: run, task: trainTask(configFile) });
  expect(next).toMatchObject({ kind: 'resume', folder: run });
  const { state } = await readCheckpointInfo(checkpoint('last'));
  expect(state).toMatchObject({ epoch: 0 });
  expect(state.batch).toBeGreaterThan(0);
  expect(await describeRun(run)).toMatchObject({ status: 'interrupted' });
  for (let i = 0; isAlive(pid) && i < 200; i++) await setTimeout(50);
  expect(isAlive(pid)).toBe(false);
});

/** A process that ended but was not waited for, as an orphan's may be where no init does it, counts as gone. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self/stat') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

it('has nothing to go on with after an evaluation, or a run that came to its end', async () => {
  const job = { id: '', title: '' };
  const run = join(folder, 'none');
  expect(await continuationOf({ ...job, task: { kind: 'evaluate', folder: run }, folder: run })).toBeUndefined();
  const task = trainTask('/w/a.xmlcnn.json');
  expect(await continuationOf({ ...job, task })).toBe(task); // training had not begun
  expect(await continuationOf({ ...job, task, folder: run })).toBe(task); // and had left nothing behind
  const gone: JobTask = { kind: 'resume', configFile: join(run, 'config.json'), folder: run, overrides: [] };
  expect(await continuationOf({ ...job, task: gone, folder: run })).toBeUndefined();
});
