import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as files from '../../../src/core/base/files.ts';
import type { PartialConfig } from '../../../src/core/config/presets.ts';
import type { Engine } from '../../../src/core/engine/engine.ts';
import { readCheckpointInfo } from '../../../src/core/training/checkpoint.ts';
import { MetricsLog } from '../../../src/core/training/metricsLog.ts';
import { runPaths } from '../../../src/core/training/runFolder.ts';
import { temporaryFolders } from './folder.ts';
import { altered, linesOf, makeConfig, makeCorpus, makeData, run, tensorsOf } from './setup.ts';

const newFolder = temporaryFolders();

/** Runs hooks around every atomic write: a fault in the file system. */
const disk = vi.hoisted(() => ({ at: (_moment: 'before' | 'half' | 'after', _path: string): void => {} }));
vi.mock('../../../src/core/base/files.ts', async (original) => {
  const real = await original<typeof files>();
  const writeAtomic: typeof files.writeAtomic = async (path, produce) => {
    disk.at('before', path);
    await real.writeAtomic(path, async (write, overwrite) => {
      let pieces = 0;
      await produce(async (data) => {
        await write(data);
        if (pieces++ === 0) disk.at('half', path);
      }, overwrite);
    });
    disk.at('after', path);
  };
  return { ...real, writeAtomic, writeFileAtomic: (p: string, d: string) => writeAtomic(p, (write) => write(d)) };
});
afterEach(() => {
  disk.at = () => {};
  vi.restoreAllMocks();
});

const training: PartialConfig['training'] = {
  epochs: 2,
  batchSize: 8,
  retrainOnAll: true,
  checkpointEvery: 1,
  keep: 2,
  saveBestEpochLoss: true,
  saveBestBatchLoss: true,
  monitor: 'loss',
};

/** All that must be the same: tensors of every checkpoint, their states, lines of metrics, and the summary. */
async function outcome(folder: string) {
  const paths = runPaths(folder);
  const checkpoints: Record<string, unknown> = {};
  for (const file of (await readdir(paths.checkpoints)).sort()) {
    const path = join(paths.checkpoints, file);
    const { state, ...info } = await readCheckpointInfo(path);
    // lengths and times of lines depend on the clock
    checkpoints[file] = [await tensorsOf(path), { ...state, metricsBytes: 0, seconds: 0, epochSeconds: 0 }, info];
  }
  const summary = { ...JSON.parse(await readFile(paths.summary, 'utf8')), seconds: 0, finishedAt: '' };
  return { checkpoints, lines: await linesOf(paths.metrics), summary, files: (await readdir(folder)).sort() };
}

let uninterrupted: Awaited<ReturnType<typeof outcome>>;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'xmlcnn-training-'));
  await run(makeConfig(folder, training));
  uninterrupted = await outcome(join(folder, 'run'));
  await rm(folder, { recursive: true });
});

/** Aborts within the n-th call of an engine's method. */
const abortAt = (method: 'trainStep' | 'logits', n: number) => {
  const controller = new AbortController();
  let calls = 0;
  const makeEngine = altered((engine: Engine) => ({
    [method]: async (...args: [never, never, never]) => {
      if (++calls === n) controller.abort();
      return engine[method](...args);
    },
  }));
  return { signal: controller.signal, makeEngine };
};

describe('resume', () => {
  it('ends with the same bits wherever training was aborted', async () => {
    const steps = 2 * 3 + 2 * 4; // 22 documents in batches of 8, then all 31
    for (let n = 1; n <= steps; n++) {
      const folder = await newFolder();
      const { result, events } = await run(makeConfig(folder, training), abortAt('trainStep', n));
      expect(result, `step ${n}`).toMatchObject({ stopped: 'interrupted' });
      expect(events.at(-1)).toMatchObject({ type: 'done', stopped: 'interrupted' });
      expect((await readCheckpointInfo(runPaths(result.folder).checkpoint('last'))).step).toBe(n <= 6 ? n : n - 6);
      expect((await run(makeConfig(folder, training), { resume: result.folder })).result.stopped).toBe('finished');
      expect(await outcome(result.folder), `step ${n}`).toEqual(uninterrupted);
    }
  });

  it('ends with the same bits where validation or the final evaluation was aborted', async () => {
    for (const n of [1, 2, 3]) {
      const folder = await newFolder();
      const data = makeData({ validation: makeCorpus(9, 2) });
      const { result } = await run(makeConfig(folder, training), { ...abortAt('logits', n), data });
      expect(result.stopped).toBe('interrupted');
      await run(makeConfig(folder, training), { resume: result.folder });
      expect(await outcome(result.folder), `scoring ${n}`).toEqual(uninterrupted);
    }
  });

  it('can be aborted and resumed again and again', async () => {
    const folder = await newFolder();
    let stopped = 'interrupted';
    for (let i = 0; stopped === 'interrupted'; i++) {
      const resume = i === 0 ? undefined : join(folder, 'run');
      stopped = (await run(makeConfig(folder, training), { ...abortAt('trainStep', 3), resume })).result.stopped;
    }
    expect(await outcome(join(folder, 'run'))).toEqual(uninterrupted);
  });

  it('survives a crash at writes all along the run, with unsynced lines of metrics lost or torn', async () => {
    // four moments a checkpoint (sync; before, within and after its write), one a line: every fifth meets all kinds
    let fault = 1;
    for (let crashed = true; crashed; fault += 5) {
      const folder = await newFolder();
      const crash = async (checkpointSeconds: number, resume?: string): Promise<boolean> => {
        let moment = 0;
        const fail = (): void => {
          if (++moment === fault) throw new Error('crash');
        };
        disk.at = fail;
        let synced = 0;
        const { append, sync } = MetricsLog.prototype;
        vi.spyOn(MetricsLog.prototype, 'append').mockImplementation(async function (this: MetricsLog, record) {
          await append.call(this, record);
          fail();
        });
        vi.spyOn(MetricsLog.prototype, 'sync').mockImplementation(async function (this: MetricsLog) {
          await sync.call(this);
          synced = this.bytes;
          fail();
        });
        try {
          await run(makeConfig(folder, training), { checkpointSeconds, resume });
          return false;
        } catch (error) {
          expect(error).toMatchObject({ message: 'crash' });
          const { metrics } = runPaths(join(folder, 'run'));
          const size = await stat(metrics).then(
            (found) => found.size,
            () => 0,
          );
          if (size > synced) await truncate(metrics, synced + Math.floor((size - synced) / 2));
          return true;
        } finally {
          disk.at = () => {};
          vi.restoreAllMocks();
        }
      };
      crashed = await crash(0); // a checkpoint after every batch
      if (!crashed) break;
      const resume = (await readdir(folder)).includes('run') ? join(folder, 'run') : undefined;
      const { events } = await run(makeConfig(folder, training), { resume });
      const warnings = events.filter((event) => event.type === 'notice' && event.level === 'warning');
      expect(warnings, `fault ${fault}`).toEqual([]);
      expect(await outcome(join(folder, 'run')), `fault ${fault}`).toEqual(uninterrupted);
    }
    expect(fault).toBeGreaterThan(80);
  }, 180_000);

  it('believes nothing that stands beside its checkpoint: figures that were changed change no weight', async () => {
    const folder = await newFolder();
    const { result } = await run(makeConfig(folder, training), abortAt('trainStep', 8)); // in the retraining
    const paths = runPaths(result.folder);
    const lied = (text: string): string => text.replaceAll(/\d/g, (digit) => String((Number(digit) + 1) % 10));
    const metrics = await readFile(paths.metrics, 'utf8');
    await writeFile(paths.metrics, lied(metrics));
    const best = { epoch: 1, score: 999 };
    await writeFile(paths.summary, JSON.stringify({ stopped: 'early', epochs: 1, best }));
    await run(makeConfig(folder, training), { resume: result.folder });
    await writeFile(paths.metrics, metrics + (await readFile(paths.metrics, 'utf8')).slice(metrics.length));
    expect(await outcome(result.folder)).toEqual(uninterrupted);
  });

  it('begins again where the run has no checkpoint yet', async () => {
    const folder = await newFolder();
    await mkdir(join(folder, 'run'));
    await writeFile(join(folder, 'run', 'metrics.jsonl'), '{"type":"step"}\n{"ty');
    const { events } = await run(makeConfig(folder, training), { resume: join(folder, 'run') });
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'notice', message: expect.stringMatching(/begins again/) }),
    );
    expect(await outcome(join(folder, 'run'))).toEqual(uninterrupted);
  });

  it('repeats nothing but the evaluation of a run that has ended', async () => {
    const folder = await newFolder();
    const { result } = await run(makeConfig(folder, training));
    const { events } = await run(makeConfig(folder, training), { resume: result.folder });
    expect(events.filter(({ type }) => type === 'step' || type === 'epoch')).toEqual([]);
    expect(await outcome(result.folder)).toEqual(uninterrupted);
  });

  it('goes on for more epochs at a constant rate, as if they had been asked for at once', async () => {
    const [a, b] = [await newFolder(), await newFolder()];
    const constant = { schedule: 'constant' } as const;
    await run(makeConfig(a, { ...constant, epochs: 2 }));
    await run(makeConfig(a, { ...constant, epochs: 4 }), { resume: join(a, 'run') });
    await run(makeConfig(b, { ...constant, epochs: 4 }));
    expect((await outcome(join(a, 'run'))).checkpoints).toEqual((await outcome(join(b, 'run'))).checkpoints);
  });

  it('refuses other settings or data, with their names', async () => {
    const folder = await newFolder();
    const resume = join(folder, 'run');
    await run(makeConfig(folder));
    await expect(run(makeConfig(folder, { learningRate: 0.3, epochs: 9 }), { resume })).rejects.toMatchObject({
      code: 'resume-config-differs',
      message: /training\.learningRate \(0\.02 in the run, 0\.3 now\), training\.epochs \(3 in the run, 9 now\)/,
    });
    const data = makeData({ train: makeCorpus(22, 5) });
    await expect(run(makeConfig(folder), { resume, data })).rejects.toMatchObject({ code: 'resume-data-differs' });
    await expect(run(makeConfig(folder), { resume: join(folder, 'other') })).rejects.toMatchObject({
      code: 'run-not-found',
    });
    expect((await outcome(resume)).summary.stopped).toBe('finished'); // and the run is as it was
  });

  it('says that bits will differ where another build goes on', async () => {
    const folder = await newFolder();
    const { result } = await run(makeConfig(folder), abortAt('trainStep', 7));
    const makeEngine = altered(() => ({ build: 'other kernels' }));
    const { events } = await run(makeConfig(folder), { resume: result.folder, makeEngine });
    const warning = { type: 'notice', level: 'warning', message: /"reference".*"other kernels".*differ/ };
    expect(events).toContainEqual(
      expect.objectContaining({ ...warning, message: expect.stringMatching(warning.message) }),
    );
  });

  it('tells a damaged checkpoint', async () => {
    const folder = await newFolder();
    const { result } = await run(makeConfig(folder));
    await truncate(runPaths(result.folder).checkpoint('last'), 1000);
    await expect(run(makeConfig(folder), { resume: result.folder })).rejects.toMatchObject({
      code: 'malformed-safetensors',
    });
  });

  it('tells of lost lines of metrics', async () => {
    const folder = await newFolder();
    const { result } = await run(makeConfig(folder), abortAt('trainStep', 7));
    await truncate(runPaths(result.folder).metrics, 10);
    const { events } = await run(makeConfig(folder), { resume: result.folder });
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'notice',
        level: 'warning',
        message: expect.stringMatching(/metrics\.jsonl lacks/),
      }),
    );
  });
});

describe('training.resumeFrom', () => {
  it('of a run folder starts the new run that is asked for, and leaves the old one as it was', async () => {
    const [a, b] = [await newFolder(), await newFolder()];
    const { result } = await run(makeConfig(a));
    const before = await stateOf(result.folder);
    const longer = { resumeFrom: result.folder, epochs: 4 };
    const { result: second } = await run(makeConfig(b, longer));
    expect(second).toMatchObject({ folder: join(b, 'run'), epochs: 4 });
    expect(await stateOf(result.folder)).toEqual(before);
    const c = await newFolder();
    await run(makeConfig(c, { ...longer, resumeFrom: runPaths(result.folder).checkpoint('last') }));
    const [byFolder, byFile] = await Promise.all(
      [b, c].map((f) => tensorsOf(runPaths(join(f, 'run')).checkpoint('last'))),
    );
    expect(byFolder).toEqual(byFile);
    await expect(run(makeConfig(await newFolder(), { resumeFrom: a }))).rejects.toMatchObject({
      code: 'no-checkpoint',
    });
  });

  it('goes on in the folder of the very run that is asked for, as resume does', async () => {
    const folder = await newFolder();
    const { result } = await run(makeConfig(folder, training), abortAt('trainStep', 5));
    await run(makeConfig(folder, { ...training, resumeFrom: result.folder }));
    expect(await outcome(result.folder)).toEqual(uninterrupted);
  });

  it('starts a new run from a checkpoint, mid-epoch where all else is the same', async () => {
    const [a, b] = [await newFolder(), await newFolder()];
    const { result } = await run(makeConfig(a), abortAt('trainStep', 7));
    const resumeFrom = join(a, 'start.safetensors');
    await copyFile(runPaths(result.folder).checkpoint('last'), resumeFrom);
    await run(makeConfig(b, { resumeFrom }));
    await run(makeConfig(a), { resume: result.folder });
    const [whole, branch] = await Promise.all(
      [a, b].map((f) => tensorsOf(runPaths(join(f, 'run')).checkpoint('last'))),
    );
    expect(branch).toEqual(whole);
    expect((await linesOf(runPaths(join(b, 'run')).metrics))[0]).toMatchObject({ type: 'step', step: 8 });
  });

  it('starts the epoch again with other settings, and says so', async () => {
    const [a, b] = [await newFolder(), await newFolder()];
    const { result } = await run(makeConfig(a), abortAt('trainStep', 7));
    const resumeFrom = runPaths(result.folder).checkpoint('last');
    const config = makeConfig(b, { resumeFrom, learningRate: 0.001 });
    const { events, result: branch } = await run(config);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'notice', message: expect.stringMatching(/epoch 2.*training\.learningRate/) }),
    );
    expect(branch).toMatchObject({ stopped: 'finished', epochs: 3 });
    expect((await linesOf(runPaths(branch.folder).metrics))[0]).toMatchObject({ step: 6 });
  });

  it('refuses a checkpoint of another network, one with nothing left to do, and one that is not there', async () => {
    const [a, b] = [await newFolder(), await newFolder()];
    const { result } = await run(makeConfig(a));
    const resumeFrom = runPaths(result.folder).checkpoint('last');
    const other = makeConfig(b, { resumeFrom });
    other.model.filters = 4;
    await expect(run(other)).rejects.toMatchObject({ code: 'checkpoint-differs', message: /shape\.filters/ });
    await expect(run(makeConfig(b, { resumeFrom }))).rejects.toMatchObject({ code: 'nothing-to-train' });
    await expect(run(makeConfig(b, { resumeFrom: join(a, 'none') }))).rejects.toMatchObject({ code: 'file-not-found' });
    expect(await readdir(b)).toEqual([]);
  });
});

/** Files of a folder with their contents. */
async function stateOf(folder: string): Promise<[string, string][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.sort().map(async (file): Promise<[string, string]> => [file, await readFile(file, 'base64')]),
  );
}
