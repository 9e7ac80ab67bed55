import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPaths } from '../../src/core/training/runFolder.ts';
import { call } from '../cli/memoryTerminal.ts';
import { tensorsOf } from '../core/training/setup.ts';
import type { Failing } from './failingDisk.ts';
import { onFailingDisk } from './failingDisk.ts';
import { infoOf, type Kind, kindsOnDisk, outcome, stateOf } from './tinyRun.ts';

const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-eio-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `npm run soak` fails everything once, the tests every so many-th. */
const isLong = process.env.XMLCNN_FAULTS === 'all';

/** The drive before anything was done on it: data, a config that writes everything that a run can. */
const fresh = join(folder, 'fresh');
const drive = join(folder, 'drive');
const at = (...names: string[]): string => join(drive, ...names);
const run = runPaths(at('runs', 'run'));
const train = ['train', at('run.xmlcnn.json'), '--json'];

/** The drive as it is in another folder. */
function reset(as: string): void {
  rmSync(drive, { recursive: true, force: true });
  cpSync(as, drive, { recursive: true, preserveTimestamps: true });
}

const network = {
  embedding: { dim: 2 },
  model: { filterSizes: [1], filters: 2, pools: 1, hidden: 0 },
  training: {
    ...{ epochs: 2, batchSize: 9, ema: 0.9, monitor: 'loss', patience: 0, retrainOnAll: true },
    ...{ checkpointEvery: 1, keep: 1, saveBestEpochLoss: true, saveBestBatchLoss: true },
  },
  engine: { name: 'reference', threads: 1 },
};

const settings: Record<Kind, object> = {
  'xml-cnn': network,
  linear: { extends: 'linear', engine: { threads: 1 } },
  blend: { ...network, model: { ...network.model, type: 'blend' } },
};

let alone: Awaited<ReturnType<typeof outcome>>;
const trained = join(folder, 'trained');

/** Makes the fresh drive, and trains on it undisturbed. */
async function prepare(kind: Kind): Promise<void> {
  const line = (i: number): string =>
    JSON.stringify({ text: `word${i % 3} word${i % 5} other${i % 7}`, labels: [`a${i % 3}`, `b${i % 5}`] });
  for (const place of [fresh, trained]) rmSync(place, { recursive: true, force: true });
  mkdirSync(fresh);
  writeFileSync(join(fresh, 'train.jsonl'), `${Array.from({ length: 24 }, (_, i) => line(i)).join('\n')}\n`);
  writeFileSync(join(fresh, 'test.jsonl'), `${Array.from({ length: 6 }, (_, i) => line(7 * i)).join('\n')}\n`);
  const config = {
    ...settings[kind],
    dataset: { train: 'train.jsonl', test: 'test.jsonl', validationFraction: 0.25 },
    evaluation: { k: [1], baselines: false },
    output: { folder: 'runs', name: 'run', cacheFolder: 'cache' },
  };
  writeFileSync(join(fresh, 'run.xmlcnn.json'), JSON.stringify(config));
  reset(fresh);
  expect(await call(train)).toMatchObject({ code: 0 });
  alone = await outcome(run.folder);
  cpSync(drive, trained, { recursive: true, preserveTimestamps: true });
}

/** What a user is told of a call that failed: in one sentence what it was, and what to do. */
function expectTold({ out, err }: Awaited<ReturnType<typeof call>>, where: string): void {
  expect(err, where).not.toMatch(/fault in xmlcnn|^\s+at /m);
  const { error } = JSON.parse(out) as { error: { code: string; message: string; remedy: string } };
  expect(error, where).toMatchObject({ code: 'disk-failed', remedy: expect.stringContaining('Check that the drive') });
}

/** Calls at each thing that is asked of the drive, failing there; `check` looks at what is left. */
async function failEverywhere(
  argv: string[],
  { from, every = 1, forGood = false }: { from: string; every?: number; forGood?: boolean },
  check: (code: number, where: string) => Promise<void>,
): Promise<{ told: number; passed: number }> {
  const told = { told: 0, passed: 0 };
  for (let n = 1; ; n += isLong ? 1 : every) {
    reset(from);
    const failing: Failing = { at: n, forGood };
    let called!: Awaited<ReturnType<typeof call>>;
    const { failed } = await onFailingDisk(drive, failing, async () => void (called = await call(argv)));
    if (failed === undefined) return told;
    const where = `${n}: ${failed}`;
    if (called.code === 0) told.passed++;
    else {
      expectTold(called, where);
      told.told++;
    }
    await check(called.code, where);
  }
}

/** Steps done, or labels solved. */
async function progressOf(checkpoint: string): Promise<number> {
  const info = await infoOf(checkpoint);
  return 'step' in info ? info.step : (info.state?.batch ?? 0);
}

/** The last checkpoint, if there is one, is whole, and the run goes on from it to the end of one left alone. */
async function expectGoesOn(code: number, where: string): Promise<void> {
  const last = run.checkpoint('last');
  if (existsSync(last)) {
    expect(await progressOf(last), where).toBeGreaterThanOrEqual(0);
    expect((await tensorsOf(last)).size, where).toBeGreaterThan(0);
  }
  const again = existsSync(run.config) ? [...train, '--resume'] : train;
  if (code !== 0) expect(await call(again), where).toMatchObject({ code: 0 });
  expect(await outcome(run.folder), where).toEqual(alone);
}

describe.each(kindsOnDisk)('a run of %s', (kind) => {
  beforeAll(() => prepare(kind));

  it.each([
    ['fails once', false, 11],
    ['fails and is never heard of again', true, 29],
  ])(
    'ends with a message where a drive %s, its last checkpoint whole, from which it goes on as if nothing had been',
    async (_, forGood, every) => {
      const told = await failEverywhere(train, { from: fresh, every, forGood }, expectGoesOn);
      if (isLong) console.log(`${kind} failed ${forGood ? 'for good' : 'once'}: ${JSON.stringify(told)}`);
      expect(told.told).toBeGreaterThan(kind === 'linear' ? 4 : 15);
    },
    3_600_000,
  );

  it('does not begin anew over its checkpoint where a drive fails while it is resumed', async () => {
    reset(fresh);
    const { calls } = await onFailingDisk(drive, { at: Infinity }, async () => void (await call(train)));
    const last = run.checkpoint('last');
    // half of the way, or as far as there is something to resume
    for (let share = 0.5; share < 1; share += 0.08) {
      reset(fresh);
      await onFailingDisk(drive, { at: Math.round(calls * share) }, async () => void (await call(train)));
      if (existsSync(last)) break;
    }
    const { epoch, phase } = await stateOf(last);
    expect(epoch > 0 || phase === 'retraining').toBe(true);
    const interrupted = join(folder, 'interrupted');
    rmSync(interrupted, { recursive: true, force: true });
    cpSync(drive, interrupted, { recursive: true, preserveTimestamps: true });
    const before = await progressOf(last);
    const resume = [...train, '--resume'];
    const told = await failEverywhere(resume, { from: interrupted, every: 13 }, async (code, where) => {
      if ((await stateOf(last)).phase === phase) expect(await progressOf(last), where).toBeGreaterThanOrEqual(before);
      await expectGoesOn(code, where);
    });
    expect(told.told).toBeGreaterThan(kind === 'linear' ? 2 : 5);
  }, 3_600_000);
});

/** Every file of a folder by its name there, but for the half-written ones that a killed process leaves, too. */
function filesOf(place: string): Map<string, string> {
  const names = readdirSync(place, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^\..*\.tmp$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(names.map((name) => [name.slice(place.length + 1), readFileSync(name, 'latin1')]));
}

function expectSealed(text: string, where: string): void {
  const { digest, content } = JSON.parse(text) as { digest: string; content: string };
  expect(createHash('sha256').update(content, 'latin1').digest('hex'), where).toBe(digest);
}

/** What is written besides a run in training. Each file is then the old one or the new one, whole. */
const writers: [Kind, string, string[]][] = [
  ['xml-cnn', 'evaluate', ['evaluate', run.folder, '--scores', at('s.npz'), '--truth', at('t.mat'), '--json']],
  ['xml-cnn', 'embed', ['embed', run.folder, at('test.jsonl'), '--json']],
  ['xml-cnn', 'export safetensors', ['export', run.folder, '--format', 'safetensors', '-o', at('model'), '--json']],
  ['xml-cnn', 'export onnx', ['export', run.folder, '--format', 'onnx', '-o', at('model'), '--json']],
  ['xml-cnn', 'export tfjs', ['export', run.folder, '--format', 'tfjs', '-o', at('model'), '--json']],
  ['xml-cnn', 'init', ['init', at('train.jsonl'), '-o', at('run.xmlcnn.json'), '--force', '--json']],
  [
    'xml-cnn',
    'clusters',
    ['clusters', at('train.jsonl'), '--k', '2', '--output', at('c'), '--html', at('c.html'), '--json'],
  ],
  ['xml-cnn', 'inspect', ['inspect', at('train.jsonl'), '--html', at('data.html'), '--json']],
  ['linear', 'evaluate', ['evaluate', run.folder, '--scores', at('s.npz'), '--truth', at('t.mat'), '--json']],
  ['linear', 'predict', ['predict', run.folder, at('test.jsonl'), '--output', at('p.csv'), '--json']],
  ['linear', 'export safetensors', ['export', run.folder, '--format', 'safetensors', '-o', at('model'), '--json']],
];

describe.each(writers)('beside a run of %s, %s on a drive that fails', (kind, _, argv) => {
  beforeAll(() => prepare(kind));

  it('says so, and leaves files that are whole: as they were, or as they were to be', async () => {
    reset(trained);
    expect(await call(argv)).toMatchObject({ code: 0 });
    const written = filesOf(drive);
    const before = filesOf(trained);
    const told = await failEverywhere(argv, { from: trained, every: 7 }, async (code, where) => {
      const now = filesOf(drive);
      for (const [name, content] of now)
        if (!name.endsWith('.clusters.json'))
          expect([before.get(name), written.get(name)], `${where}: ${name}`).toContain(content);
        else expectSealed(content, where); // written when there is something to keep, and again when there is more
      if (code === 0) expect([...now.keys()].sort(), where).toEqual([...written.keys()].sort());
    });
    expect(told.told).toBeGreaterThan(1);
  }, 600_000);
});
