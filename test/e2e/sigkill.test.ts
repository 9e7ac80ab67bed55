import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bitsAt } from '../../src/core/random.ts';
import { readCheckpointInfo } from '../../src/core/training/checkpoint.ts';
import { runPaths } from '../../src/core/training/runFolder.ts';
import { linesOf, tensorsOf } from '../core/training/setup.ts';

const cli = resolve('dist/cli.js');
const isBuilt = existsSync(cli);
if (!isBuilt) console.log('skipped: dist/cli.js not found (npm run build makes it)');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xmlcnn-sigkill-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Made-up documents: each names its labels and adds noise. */
function dataset(documents: number, seed: number): string {
  const line = (i: number): string => {
    const random = (index: number, n: number): number => bitsAt(seed, 64 * i + index) % n;
    const labels = [...new Set([random(0, 40), random(1, 40)])].map((label) => `topic${'abcdefgh'[label % 8]}${label}`);
    const noise = Array.from({ length: 30 }, (_, w) => `noise${'abcdefgh'[random(2 + w, 8)]}${random(2 + w, 400)}`);
    return JSON.stringify({ id: i, text: [...labels, ...noise].join(' '), labels });
  };
  return `${Array.from({ length: documents }, (_, i) => line(i)).join('\n')}\n`;
}

async function writeConfig(name: string): Promise<string> {
  const path = join(folder, `${name}.xmlcnn.json`);
  const config = {
    dataset: { train: 'train.jsonl', test: 'test.jsonl' },
    embedding: { dim: 32 },
    model: { filterSizes: [1, 2, 4], filters: 32, pools: 2, hidden: 64 },
    training: {
      ...{ epochs: 6, batchSize: 16, learningRate: 0.002, warmupSteps: 20, schedule: 'cosine', ema: 0.99, clip: 1 },
      ...{ weightDecay: 0.001, monitor: 'loss', patience: 0, retrainOnAll: true },
      ...{ checkpointEvery: 2, keep: 2, saveBestEpochLoss: true, saveBestBatchLoss: true },
    },
    output: { folder: 'runs', name },
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

/** Starts or resumes a run; true if it came to its end before `deadline` (milliseconds), false if it was killed then. */
async function trainUntil(
  name: string,
  config: string,
  deadline: number,
  signal: 'SIGKILL' | 'SIGINT' = 'SIGKILL',
): Promise<boolean> {
  const begun = existsSync(runPaths(join(folder, 'runs', name)).config);
  const child = spawn(process.execPath, [cli, 'train', config, ...(begun ? ['--resume'] : [])]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const ended = once(child, 'close');
  const clock = new AbortController();
  const timer = setTimeout(deadline, 'kill', { signal: clock.signal }).catch(() => undefined);
  const isKilled = (await Promise.race([ended, timer])) === 'kill';
  if (isKilled) child.kill(signal);
  clock.abort();
  const [code, by] = await ended;
  const isDone = existsSync(runPaths(join(folder, 'runs', name)).summary);
  if (isDone ? by === null : !isKilled) expect(code, output).toBe(0);
  if (signal === 'SIGINT') expect(output).not.toMatch(/Error|^\s+at /m);
  return isDone && by === null;
}

/** Every tensor and state of the run's checkpoints, and its lines of metrics, but for what the clock decides. */
async function outcome(name: string) {
  const paths = runPaths(join(folder, 'runs', name));
  const checkpoints: Record<string, unknown> = {};
  for (const file of (await readdir(paths.checkpoints)).sort()) {
    const path = join(paths.checkpoints, file);
    const { state, ...info } = await readCheckpointInfo(path);
    const timeless = { ...state, metricsBytes: 0, seconds: 0, epochSeconds: 0 };
    checkpoints[file] = { tensors: await tensorsOf(path), state: timeless, info };
  }
  return { checkpoints, lines: await linesOf(paths.metrics) };
}

let duration = 0;
let alone: Awaited<ReturnType<typeof outcome>>;
beforeAll(async () => {
  if (!isBuilt) return;
  await writeFile(join(folder, 'train.jsonl'), dataset(1200, 1));
  await writeFile(join(folder, 'test.jsonl'), dataset(200, 2));
  const started = performance.now();
  expect(await trainUntil('alone', await writeConfig('alone'), 600_000)).toBe(true);
  duration = performance.now() - started;
  alone = await outcome('alone');
}, 300_000);

it.skipIf(!isBuilt).each([
  ['SIGKILL', Number(process.env.XMLCNN_KILLS ?? 20)],
  ['SIGINT', 5], // writes a checkpoint in mid-epoch
] as const)(
  'ends with the same weights after %s at random moments, %i times, as when left alone',
  async (signal, times) => {
    const moments: number[] = [];
    for (let n = 1; moments.length < times; n++) {
      const name = `${signal}${n}`;
      const config = await writeConfig(name);
      for (let isDone = false; !isDone;) {
        // once there were enough, the run is left to its end
        const deadline = moments.length < times ? Math.round(Math.random() * duration) : 600_000;
        isDone = await trainUntil(name, config, deadline, signal);
        if (!isDone) moments.push(deadline);
      }
      expect(await outcome(name), `after ${moments.join(', ')} ms`).toEqual(alone);
      expect(n, 'runs came to their end too soon').toBeLessThan(Math.max(60, 3 * times));
    }
    console.log(`${signal} after ${moments.join(', ')} ms of ${Math.round(duration)} ms`);
  },
  1_200_000,
);
