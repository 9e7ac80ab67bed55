import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../src/core/engine/engine.ts';
import { Cancelled } from '../../../src/core/base/errors.ts';
import { parameters } from '../../../src/core/model/network.ts';
import { concatCorpora } from '../../../src/core/text/corpus.ts';
import { readCheckpointInfo, readScoringWeights } from '../../../src/core/training/checkpoint.ts';
import type { DivergedBatch } from '../../../src/core/training/epochs.ts';
import type { RunEvent } from '../../../src/core/base/events.ts';
import { readRun, runPaths } from '../../../src/core/training/runFolder.ts';
import { listRuns } from '../../../src/core/training/runListing.ts';
import { trainWith } from '../../../src/core/training/trainer.ts';
import { temporaryFolders } from './folder.ts';
import { altered, linesOf, makeConfig, makeCorpus, makeData, reference, run, tensorsOf } from './setup.ts';

const newFolder = temporaryFolders();

/** An engine that ranks the first label of so many documents right, one number for each time it scores. */
const scripted = (script: number[]) =>
  altered((engine) => {
    let call = 0;
    return {
      async logits(batch, onRow) {
        const right = script[Math.min(call++, script.length - 1)];
        const { labels } = engine.shape;
        for (let b = 0; b < batch.size; b++) {
          const first = batch.labels[batch.labelStarts[b]];
          const logits = new Float32Array(labels).fill(-3);
          logits[b < right ? first : (first + 1) % labels] = 3;
          onRow(b, logits);
        }
      },
    };
  });

const namesOf = async (folder: string): Promise<string[]> => (await readdir(runPaths(folder).checkpoints)).sort();

describe('train', () => {
  it('learns, validates, evaluates and fills the run folder', async () => {
    const folder = await newFolder();
    const config = makeConfig(folder, { epochs: 12, learningRate: 0.05, batchSize: 4, ema: 0.5, monitor: 'microF1' });
    Object.assign(config.model, { filters: 8, hidden: 0, embeddingDropout: 0, hiddenDropout: 0 });
    config.evaluation.baselines = true;
    const { result, events } = await run(config);
    const paths = runPaths(join(folder, 'run'));
    const lines = await linesOf(paths.metrics);
    const epochs = lines.filter(({ type }) => type === 'epoch');
    expect(result).toMatchObject({ folder: paths.folder, name: 'run', stopped: 'finished', epochs: 12 });
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(Number(epochs.at(-1)!.trainLoss)).toBeLessThan(0.5 * Number(epochs[0].trainLoss));
    const scores = epochs.map(({ score }) => Number(score));
    expect(scores.at(-1)).toBeGreaterThan(scores[0]);
    expect(result.bestEpoch).toBe(1 + scores.indexOf(Math.max(...scores)));
    expect(epochs.filter(({ isBest }) => isBest).at(-1)!.epoch).toBe(result.bestEpoch);
    expect(lines.filter(({ type }) => type === 'step')).toHaveLength(12 * 6);

    const summary = JSON.parse(await readFile(paths.summary, 'utf8'));
    expect(summary).toEqual(result.summary);
    expect(summary.best).toMatchObject({ epoch: result.bestEpoch, score: Math.max(...scores) });
    expect(summary.evaluated).toMatchObject({ split: 'test', documents: 7 });
    expect(summary.evaluated.metrics['microF1@tuned']).toBeDefined();
    expect(summary.baselines.map(({ name }: { name: string }) => name)).toEqual([
      'label-frequency',
      'tfidf-knn',
      'linear',
    ]);
    expect((await readdir(paths.folder)).sort()).toEqual(
      ['checkpoints', 'config.json', 'evaluation-test.json', 'labels.json', 'metrics.jsonl', 'scores-test.bin']
        .concat('summary.json', 'vocabulary.txt')
        .sort(),
    );

    const stored = await readRun(paths.folder);
    const data = makeData();
    expect(stored.config).toEqual(config);
    expect(stored.words).toEqual(data.vocabulary.words);
    expect(stored.labels).toMatchObject({ names: data.labels.names, outputs: 5, trainDocuments: 22 });
    expect(stored.labels.display).toEqual([null, 'Second', null, null, null]);
    expect(stored.labels.trainCounts).toEqual([...data.labels.trainCounts]);

    const types = new Set(events.map(({ type }) => type));
    expect([...types].sort()).toEqual(
      ['baseline', 'begun', 'checkpoint', 'done', 'epoch', 'evaluated', 'phase', 'progress', 'step'].sort(),
    );
    expect(events.at(-1)).toMatchObject({ type: 'done', stopped: 'finished', bestEpoch: result.bestEpoch });
    const last = events.filter((event) => event.type === 'step').at(-1)!;
    expect(last).toMatchObject({ epoch: 12, step: 72, done: 22, total: 22, secondsLeft: 0 });
    expect(last.documentsPerSecond).toBeGreaterThan(0);
    expect(await listRuns(folder)).toMatchObject([
      { name: 'run', status: 'finished', epochs: 12, bestEpoch: result.bestEpoch, score: Math.max(...scores) },
    ]);
  });

  it('gives the same weights for a seed, and others for another', async () => {
    const folders = [await newFolder(), await newFolder(), await newFolder()];
    for (const [i, folder] of folders.entries()) await run(makeConfig(folder, { seed: i === 2 ? 7 : 1 }));
    const [a, b, c] = await Promise.all(folders.map((f) => tensorsOf(runPaths(join(f, 'run')).checkpoint('last'))));
    expect(a).toEqual(b);
    expect(c).not.toEqual(a);
  });

  it('stores the averaged weights beside the raw ones, which averaging leaves alone', async () => {
    const [withAverage, without] = [await newFolder(), await newFolder()];
    await run(makeConfig(withAverage));
    await run(makeConfig(without, { ema: 0 }));
    const path = runPaths(join(withAverage, 'run')).checkpoint('last');
    const [a, b] = [await tensorsOf(path), await tensorsOf(runPaths(join(without, 'run')).checkpoint('last'))];
    for (const [name, data] of b) expect(a.get(name), name).toBe(data);
    const { info, weights } = await readScoringWeights(path);
    for (const { name } of parameters(info.shape)) {
      expect(Buffer.from(weights.get(name)!.buffer).toString('base64')).toBe(a.get(`average/${name}`));
      expect(a.get(`average/${name}`)).not.toBe(a.get(name));
    }
  });

  it('scores with the averaged weights', async () => {
    const folder = await newFolder();
    const scored: string[] = [];
    const makeEngine = altered((engine) => ({
      async logits(...all) {
        scored.push(Buffer.from((await engine.readWeights()).get('output.weight')!.buffer).toString('base64'));
        return engine.logits(...all);
      },
    }));
    const { result } = await run(makeConfig(folder), { makeEngine });
    const best = await tensorsOf(runPaths(result.folder).checkpoint('best'));
    expect(scored).toHaveLength(4);
    expect(scored[result.bestEpoch - 1]).toBe(best.get('average/output.weight'));
    expect(scored[3]).toBe(best.get('average/output.weight')); // the test split
  });

  it('stops early, keeps the first of equally good epochs and tests with its weights', async () => {
    const folder = await newFolder();
    const config = makeConfig(folder, { epochs: 50, patience: 2, monitor: 'P@1' });
    const { result, events } = await run(config, { makeEngine: scripted([3, 5, 6, 6, 4, 9]) });
    expect(result).toMatchObject({ stopped: 'early', epochs: 5, bestEpoch: 3 });
    expect(result.summary!.best.score).toBe(6 / 9);
    expect(events.flatMap((event) => (event.type === 'epoch' ? [event.isBest] : []))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect((await readCheckpointInfo(runPaths(result.folder).checkpoint('best'))).state.epoch).toBe(3);
  });

  it('minimises a loss and adds up metrics', async () => {
    for (const [monitor, best] of [
      ['loss', 2],
      ['P@1+P@3', 2],
    ] as const) {
      const config = makeConfig(await newFolder(), { epochs: 4, monitor });
      const { result } = await run(config, { makeEngine: scripted([2, 8, 4, 3, 1]) });
      expect(result.bestEpoch).toBe(best);
    }
  });

  it('never stops early without patience', async () => {
    const config = makeConfig(await newFolder(), { epochs: 6, patience: 0 });
    const { result } = await run(config, { makeEngine: scripted([5, 1, 1, 1, 1, 1]) });
    expect(result).toMatchObject({ stopped: 'finished', epochs: 6, bestEpoch: 1 });
  });

  it('takes the last epoch as the best where there is no validation', async () => {
    const data = makeData({ validation: undefined });
    const { result } = await run(makeConfig(await newFolder(), { patience: 1 }), { data });
    expect(result).toMatchObject({ stopped: 'finished', epochs: 3, bestEpoch: 3 });
    expect(result.summary!.best).toEqual({ epoch: 3 });
    expect(result.summary!.evaluated!.metrics['microF1@tuned']).toBeUndefined();
  });

  it('retrains on all documents for the best number of epochs, the schedule spanning these', async () => {
    const [folder, plain] = [await newFolder(), await newFolder()];
    const config = makeConfig(folder, { epochs: 5, retrainOnAll: true });
    config.model.outputBias = 'log-odds';
    // validation is scripted; the weights are the engine's own
    const { result, events } = await run(config, { makeEngine: scripted([1, 8, 3, 2, 1, 9]) });
    expect(result).toMatchObject({ stopped: 'finished', epochs: 5, bestEpoch: 2 });
    expect(result.summary).toMatchObject({ retrainedEpochs: 2, best: { epoch: 2, score: 8 / 9 } });
    const begun = events.findIndex((event) => event.type === 'phase' && event.phase === 'retraining');
    const counted = (part: RunEvent[]) => part.flatMap((e) => (e.type === 'epoch' ? [`${e.epoch}/${e.epochs}`] : []));
    expect(counted(events.slice(0, begun))).toEqual(['1/5', '2/5', '3/5', '4/5', '5/5']);
    expect(counted(events.slice(begun))).toEqual(['1/2', '2/2']);

    const data = makeData();
    const all = makeData({ train: concatCorpora(data.train, data.validation!), validation: undefined });
    const direct = makeConfig(plain, { epochs: 2 });
    direct.model.outputBias = 'log-odds';
    await run(direct, { data: all });
    const expected = await tensorsOf(runPaths(join(plain, 'run')).checkpoint('last'));
    expect(await tensorsOf(runPaths(result.folder).checkpoint('best'))).toEqual(expected);
  });

  it('keeps the numbered checkpoints that were asked for', async () => {
    const folder = await newFolder();
    await run(makeConfig(folder, { epochs: 9, checkpointEvery: 2, keep: 2 }));
    expect(await namesOf(join(folder, 'run'))).toEqual(
      ['best', 'epoch-0006', 'epoch-0008', 'last'].map((name) => `${name}.safetensors`),
    );
  });

  it('keeps the epoch and the batch with the smallest loss', async () => {
    const folder = await newFolder();
    const losses: number[] = [];
    // 60 documents in batches of 2: 30 batches; 12 looks an epoch, after batches 3, 5, 8, 10, 13, 15, …
    const values = [9, 1, 7, 8, 6, 9, 9, 5, 9, 9, 9, 9, 9, 9, 9];
    const makeEngine = altered((engine) => ({
      async trainStep(batch, rate) {
        await engine.trainStep(batch, rate);
        losses.push(values[losses.length % 30] ?? 9);
        return { loss: losses.at(-1)! + (losses.length > 30 ? 1 : 0) };
      },
    }));
    const config = makeConfig(folder, { epochs: 2, batchSize: 2, saveBestEpochLoss: true, saveBestBatchLoss: true });
    const { events } = await run(config, { data: makeData({ train: makeCorpus(60, 1) }), makeEngine });
    const saved = (reason: string) => events.filter((e) => e.type === 'checkpoint' && e.reason === reason).length;
    expect([saved('best-batch-loss'), saved('best-epoch-loss')]).toEqual([3, 1]);
    const batch = await readCheckpointInfo(runPaths(join(folder, 'run')).checkpoint('best-batch-loss'));
    expect(batch).toMatchObject({ step: 8, state: { epoch: 0, batch: 8, bestBatchLoss: 5 } });
    const epoch = await readCheckpointInfo(runPaths(join(folder, 'run')).checkpoint('best-epoch-loss'));
    expect(epoch.state.epoch).toBe(1);
  });

  it('writes no checkpoint where none is wanted, and still tests with the best weights', async () => {
    const [a, b] = [await newFolder(), await newFolder()];
    const without = await run(makeConfig(a, { save: false, epochs: 4 }));
    const saved = await run(makeConfig(b, { epochs: 4 }));
    expect(await namesOf(join(a, 'run'))).toEqual([]);
    expect(without.result.summary!.evaluated).toEqual(saved.result.summary!.evaluated);
  });

  it('gives weights no knowledge of the test file', async () => {
    const [a, b] = [await newFolder(), await newFolder()];
    const data = makeData();
    const labels = data.labels.extended(['zebra'], new Map());
    const test = { ...makeCorpus(4, 9), labels: Int32Array.of(5, 5, 5, 5), labelStarts: Uint32Array.of(0, 1, 2, 3, 4) };
    const { result } = await run(makeConfig(a), { data: { ...data, test, labels } });
    await run(makeConfig(b));
    const [x, y] = await Promise.all([a, b].map((f) => tensorsOf(runPaths(join(f, 'run')).checkpoint('last'))));
    expect(x).toEqual(y);
    expect(result.summary!.labels).toBe(5);
    expect(result.summary!.evaluated!.metrics['P@1']).toBe(0);
    expect((await readRun(result.folder)).labels).toMatchObject({ outputs: 5, names: labels.names });
  });

  it('learns labels of validation only where it retrains on all', async () => {
    const data = makeData();
    const labels = data.labels.extended(['late'], new Map());
    const validation = makeCorpus(9, 2);
    validation.labels[validation.labels.length - 1] = 5;
    for (const retrainOnAll of [false, true]) {
      const { result } = await run(makeConfig(await newFolder(), { retrainOnAll }), {
        data: { ...data, validation, labels },
      });
      const stored = (await readRun(result.folder)).labels;
      expect(stored).toMatchObject(
        retrainOnAll ? { outputs: 6, trainDocuments: 31 } : { outputs: 5, trainDocuments: 22 },
      );
      expect(stored.trainCounts[5]).toBe(retrainOnAll ? 1 : 0);
      expect((await readScoringWeights(runPaths(result.folder).checkpoint('best'))).info.shape.labels).toBe(
        stored.outputs,
      );
    }
  });

  it('stops with a remedy where the loss is no number, and keeps the batch', async () => {
    const batches: Batch[] = [];
    const makeEngine = altered((engine) => ({
      async trainStep(batch, rate) {
        batches.push(batch);
        const { step } = await engine.readState();
        return step === 6 ? { loss: NaN } : engine.trainStep(batch, rate);
      },
    }));
    const folder = await newFolder();
    const failing = run(makeConfig(folder), { makeEngine });
    await expect(failing).rejects.toMatchObject({ code: 'training-diverged', message: /NaN at step 7 \(epoch 2\)/ });
    await expect(failing).rejects.toMatchObject({ remedy: /learningRate/ });

    const { diverged, checkpoint } = runPaths(join(folder, 'run'));
    const kept = JSON.parse(await readFile(diverged, 'utf8')) as DivergedBatch;
    expect(kept).toMatchObject({ epoch: 2, step: 7, phase: 'training', loss: 'NaN' });
    const { train, vocabulary, labels } = makeData();
    expect(kept.documents).toHaveLength(5);
    for (const { id, words, labels: own } of kept.documents) {
      const row = train.ids.indexOf(id);
      const ids = train.words.subarray(train.wordStarts[row], train.wordStarts[row + 1]);
      expect(words).toEqual(Array.from(ids, (word) => vocabulary.words[word]));
      const labelIds = train.labels.subarray(train.labelStarts[row], train.labelStarts[row + 1]);
      expect(own).toEqual(Array.from(labelIds, (label) => labels.names[label]));
    }
    expect(kept.documents.reduce((sum, { words }) => sum + words.length, 0)).toBe(batches.at(-1)!.words.length);
    expect((await readCheckpointInfo(checkpoint('last'))).state.epoch).toBe(1);
  });

  it.each([Infinity, -Infinity])('keeps the batch whose loss is %d, too', async (loss) => {
    const folder = await newFolder();
    const makeEngine = altered(() => ({ trainStep: async () => ({ loss }) }));
    await expect(run(makeConfig(folder), { makeEngine })).rejects.toMatchObject({ code: 'training-diverged' });
    const kept = JSON.parse(await readFile(runPaths(join(folder, 'run')).diverged, 'utf8')) as DivergedBatch;
    expect(kept).toMatchObject({ epoch: 1, step: 1, loss: String(loss) });
    expect(kept.documents).toHaveLength(5);
  });

  it('refuses what cannot work before it leaves a folder behind', async () => {
    const folder = await newFolder();
    const tooMany = makeConfig(folder);
    tooMany.evaluation.k = [1, 6];
    await expect(run(tooMany)).rejects.toMatchObject({ code: 'k-too-large', message: /6.*5/ });
    await expect(run(makeConfig(folder, { monitor: 'P@2' }))).rejects.toMatchObject({ code: 'bad-monitor' });
    const alone = makeData({ validation: undefined });
    await expect(run(makeConfig(folder, { retrainOnAll: true }), { data: alone })).rejects.toMatchObject({
      code: 'nothing-held-out',
    });
    const aborted = AbortSignal.abort();
    const prepare = async () => Promise.reject(new Cancelled());
    const cancelled = trainWith(
      makeConfig(folder),
      { signal: aborted, onEvent() {} },
      { prepare, makeEngine: reference },
    );
    await expect(cancelled).rejects.toBeInstanceOf(Cancelled);
    const reserve = async ({ size, wordStarts }: Batch): Promise<void> => {
      const { train } = makeData();
      const lengths = Array.from({ length: train.size }, (_, i) => train.wordStarts[i + 1] - train.wordStarts[i]);
      const longest = lengths.sort((a, b) => b - a).slice(0, 5);
      expect(Array.from({ length: size }, (_, i) => wordStarts[i + 1] - wordStarts[i])).toEqual(longest);
      throw new RangeError('no memory for a batch');
    };
    await expect(run(makeConfig(folder), { makeEngine: altered(() => ({ reserve })) })).rejects.toThrow('for a batch');
    const makeEngine = async () => Promise.reject(new RangeError('no memory'));
    await expect(run(makeConfig(folder), { makeEngine })).rejects.toThrow('no memory');
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a name that is taken, and a folder in which another run is at work', async () => {
    const folder = await newFolder();
    let inner: unknown;
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'epoch') inner ??= run(makeConfig(folder), { resume: join(folder, 'run') }).catch((e) => e);
    };
    await run(makeConfig(folder), { onEvent });
    expect(await inner).toMatchObject({ code: 'run-locked' });
    await expect(run(makeConfig(folder))).rejects.toMatchObject({ code: 'run-exists' });
  });

  it('names a run after its config and the time', async () => {
    const folder = await newFolder();
    const config = makeConfig(folder, { epochs: 1 });
    delete config.output.name;
    for (let i = 0; i < 2; i++) await run(config, { configFile: '/data/cooking.xmlcnn.json' });
    const names = await readdir(folder);
    expect(names).toHaveLength(2);
    for (const name of names) expect(name).toMatch(/^cooking-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(-2)?$/);
  });
});
