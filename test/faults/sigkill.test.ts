import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/base/errors.ts';
import type { RunEvent } from '../../src/core/base/events.ts';
import { runPaths } from '../../src/core/training/runFolder.ts';
import { RunnerClient } from '../../src/runner/client.ts';
import { tensorsOf } from '../core/training/setup.ts';
import type { Kind, Outcome } from './tinyRun.ts';
import { kinds, outcome, stateOf, writeConfig, writeData } from './tinyRun.ts';

const cli = resolve('dist/cli.js');
const runnerScript = resolve('dist/runner/main.js');
const isBuilt = existsSync(cli);
if (!isBuilt) console.log('skipped: dist/cli.js not found (npm run build makes it)');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-sigkill-'));
  await writeData(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a run has told that it saved, and where it stood. */
interface Told {
  checkpoints: Set<string>;
  /** Epochs that were told before a `last` checkpoint was. */
  savedEpochs: number;
}

interface Started {
  pid: number;
  told: Told;
  output: () => string;
  /** Exit code; null where a signal ended it. */
  ended: Promise<number | null>;
}

/** As a user starts it; its events are not told. */
function startOnTerminal(config: string, resume: string | undefined): Started {
  const child = spawn(process.execPath, [cli, 'train', config, ...(resume === undefined ? [] : ['--resume'])]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { pid: child.pid!, told: { checkpoints: new Set(), savedEpochs: 0 }, output: () => output, ended };
}

/** As the editor starts it. */
function startInRunner(configFile: string, resume: string | undefined): Started {
  const told: Told = { checkpoints: new Set(), savedEpochs: 0 };
  const log: string[] = [];
  const runner = new RunnerClient('training', { script: runnerScript, onLog: (line) => log.push(line) });
  let epochs = 0;
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'epoch') epochs = event.epoch;
    if (event.type === 'phase' && event.phase === 'retraining') epochs = 0; // it counts anew
    if (event.type !== 'checkpoint' || event.reason === 'numbered') return; // the oldest of the numbered ones are deleted
    told.checkpoints.add(event.path);
    if (event.reason === 'last') told.savedEpochs = epochs;
  };
  const call = runner.call(
    'train',
    { configFile, overrides: [], ...(resume !== undefined && { resume }) },
    { onEvent },
  );
  const ended = call.then(
    async () => {
      runner.dispose();
      await runner.exited;
      return 0;
    },
    async (error: unknown) => {
      log.push(String(error));
      runner.dispose();
      await runner.exited;
      return error instanceof UserError && error.code === 'runner-crashed' ? null : 1;
    },
  );
  return { pid: runner.pid!, told, output: () => log.join('\n'), ended };
}

/** When a process is to be killed: so many milliseconds after its start, or at its nth change of a file. */
type Moment = { after: number } | { change: number };

/** Resolves at the nth change in the folders that a run writes into. */
function nthChange(name: string, n: number, signal: AbortSignal): Promise<'kill'> {
  return new Promise((resolve) => {
    let changes = 0;
    for (const place of placesOf(name))
      watch(place, { signal }, () => {
        if (++changes === n) resolve('kill');
      }).on('error', () => {});
  });
}

/** Run folder, checkpoints, cache: they are there before the run, so that they can be watched. */
const placesOf = (name: string): string[] => {
  const { folder: run, checkpoints } = runPaths(join(folder, 'runs', name));
  return [run, checkpoints, join(folder, `cache-${name}`)];
};

interface Kill {
  moment: Moment;
  /** Files that were being written. */
  torn: string[];
}

/** Starts or resumes a run. What the kill found, if it came to it; undefined if the run came to its end before. */
async function trainUntil(
  name: string,
  config: string,
  moment: Moment,
  {
    signal = 'SIGKILL',
    start = startOnTerminal,
  }: { signal?: 'SIGKILL' | 'SIGINT'; start?: typeof startOnTerminal } = {},
): Promise<Kill | undefined> {
  const paths = runPaths(join(folder, 'runs', name));
  for (const place of placesOf(name)) await mkdir(place, { recursive: true });
  const clock = new AbortController();
  const due =
    'after' in moment
      ? setTimeout(moment.after, 'kill', { signal: clock.signal }).catch(() => undefined)
      : nthChange(name, moment.change, clock.signal);
  const { pid, told, output, ended } = start(config, existsSync(paths.config) ? paths.folder : undefined);
  const isKilled = (await Promise.race([ended, due])) === 'kill';
  if (isKilled) process.kill(pid, signal);
  clock.abort();
  const code = await ended;
  const isDone = existsSync(paths.summary);
  // a signal may come after the last file is written
  if (isDone ? code !== null : !isKilled)
    expect(isKilled && signal === 'SIGINT' ? [0, 130] : [0], output()).toContain(code);
  if (signal === 'SIGINT') expect(output()).not.toMatch(/Error|^\s+at /m);
  if (isDone && code !== null) return undefined;
  await expectSaved(told, paths.checkpoint('last'), JSON.stringify(moment));
  return { moment, torn: await tornFiles(name) };
}

/** Nothing that was told to be saved is lost: every checkpoint is whole, and `last` is at least as far as was told. */
async function expectSaved({ checkpoints, savedEpochs }: Told, last: string, moment: string): Promise<void> {
  for (const path of checkpoints) expect((await tensorsOf(path)).size, `${path}, ${moment}`).toBeGreaterThan(0);
  if (!checkpoints.has(last)) return;
  const state = await stateOf(last);
  if (state.phase === 'training') expect(state.epoch, moment).toBeGreaterThanOrEqual(savedEpochs);
}

/** What the killed process was writing: temporary files of it. */
async function tornFiles(name: string): Promise<string[]> {
  const found = await Promise.all(placesOf(name).map((place) => readdir(place)));
  return found.flat().flatMap((file) => /^\.(.*)\.\d+-[0-9a-f]{8}\.tmp$/.exec(file)?.[1] ?? []);
}

/** A run that is left alone: how long it takes, how often it changes files, and what it ends with. */
interface Undisturbed {
  duration: number;
  changes: number;
  outcome: Outcome;
}

async function leftAlone(kind: Kind): Promise<Undisturbed> {
  const name = `${kind}-alone`;
  const started = performance.now();
  const counting = new AbortController();
  let changes = 0;
  for (const place of placesOf(name)) {
    await mkdir(place, { recursive: true });
    watch(place, { signal: counting.signal }, () => changes++).on('error', () => {});
  }
  const config = await writeConfig(folder, name, { kind });
  expect(await trainUntil(name, config, { after: 600_000 })).toBeUndefined();
  counting.abort();
  const duration = performance.now() - started;
  return { duration, changes, outcome: await outcome(join(folder, 'runs', name)) };
}

/** Every other one while something is being written. */
const randomMoment = (n: number, { duration, changes }: Undisturbed): Moment =>
  n % 2 === 0
    ? { after: Math.round(Math.random() * duration) }
    : { change: 1 + Math.floor(Math.random() ** 2 * changes) };

/** Kills of each kind, longer runs fewer times; `npm run soak` asks for more. */
const times = { 'xml-cnn': 10, linear: 6, blend: 3 } satisfies Record<Kind, number>;
const timesOf = (kind: Kind): number => Number(process.env.XMLCNN_KILLS ?? times[kind]);

/** Runs are killed and resumed until there were enough kills, then left to their end, which is as if never killed. */
async function killAll(
  wanted: number,
  kind: Kind,
  alone: Undisturbed,
  options: Parameters<typeof trainUntil>[3] & { alternate?: boolean },
) {
  const kills: Kill[] = [];
  for (let n = 1; kills.length < wanted; n++) {
    const name = `${kind}-${options.signal}${n}`;
    const config = await writeConfig(folder, name, { kind });
    const mine: Kill[] = [];
    for (let isDone = false; !isDone;) {
      const isEnough = kills.length >= wanted || mine.length >= mostKills;
      const moment = isEnough ? { after: 600_000 } : randomMoment(kills.length, alone);
      const start = options.alternate && mine.length % 2 === 0 ? startInRunner : startOnTerminal;
      const kill = await trainUntil(name, config, moment, { ...options, start });
      isDone = kill === undefined;
      if (kill) kills.push(kill);
      if (kill) mine.push(kill);
    }
    expect(await outcome(join(folder, 'runs', name)), `after ${JSON.stringify(mine)}`).toEqual(alone.outcome);
    expect(n, 'runs came to their end too soon').toBeLessThan(Math.max(60, 3 * wanted));
  }
  return kills;
}

/** Of one run, which must come to its end some time. */
const mostKills = 12;

describe.skipIf(!isBuilt).each(kinds)('a run of %s ends with the same weights as when left alone', (kind) => {
  let alone: Undisturbed;
  beforeAll(async () => (alone = await leftAlone(kind)), 300_000);

  it('after SIGKILL at random moments, and while files are written', async () => {
    const kills = await killAll(timesOf(kind), kind, alone, { signal: 'SIGKILL', alternate: true });
    const torn = new Map<string, number>();
    for (const file of kills.flatMap((kill) => kill.torn.slice(-1)))
      torn.set(kindOf(file), (torn.get(kindOf(file)) ?? 0) + 1);
    const hits = [...torn].map(([kind, n]) => `${n} × ${kind}`).join(', ');
    console.log(
      `${kills.length} SIGKILLs of a run of ${kind}, ${Math.round(alone.duration)} ms; files half written: ${hits || 'none'}`,
    );
  }, 7_200_000);

  it('after SIGINT, which writes a checkpoint in mid-epoch', async () => {
    await killAll(3, kind, alone, { signal: 'SIGINT' });
  }, 1_200_000);
});

describe.skipIf(!isBuilt)('a config that is written anew', () => {
  it('is the old one or the new one after SIGKILL at random moments', async () => {
    const place = join(folder, 'configs');
    await mkdir(place);
    const config = join(place, 'mine.xmlcnn.json');
    const write = (old: string): ReturnType<typeof spawn> => {
      writeFileSync(config, old);
      return spawn(process.execPath, [cli, 'init', join(folder, 'train.jsonl'), '-o', config, '--force'], {
        stdio: 'ignore',
      });
    };
    await once(write(''), 'close');
    const written = readFileSync(config, 'utf8');
    const seen = { old: 0, new: 0, torn: 0 };
    for (let i = 0; i < Math.ceil(timesOf('xml-cnn') / 2); i++) {
      const old = `{ "old": ${i} }`;
      const child = write(old);
      let changes = 0;
      const watcher = watch(place, () => {
        if (++changes > i % 4) child.kill('SIGKILL');
      });
      await once(child, 'close');
      watcher.close();
      const now = readFileSync(config, 'utf8');
      expect([old, written]).toContain(now);
      seen[now === old ? 'old' : 'new']++;
      for (const file of await readdir(place))
        if (file.endsWith('.tmp')) {
          seen.torn++;
          await rm(join(place, file));
        }
    }
    console.log(`SIGKILLs of xmlcnn init: ${JSON.stringify(seen)}`);
  }, 7_200_000);
});

const kindOf = (file: string): string => file.replace(/^[0-9a-f]{64}\./, 'cache.').replace(/epoch-\d+/, 'epoch-n');
