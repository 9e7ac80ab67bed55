import { readdir } from 'node:fs/promises';
import { removeFile, withFileErrors } from '../base/files.ts';
import type { RunEvent } from '../base/events.ts';
import { writeCheckpoint } from './checkpoint.ts';
import type { Run } from './trainingRun.ts';

type Reason = Extract<RunEvent, { type: 'checkpoint' }>['reason'];

/** A mid-epoch checkpoint may take at most one part in so many of the time. */
const timeShare = 20;
/** Best batch loss: looks per epoch, as the original program has it. */
const looks = 12;

/**
 * Decides when which checkpoint is written. Every state on disk is one to go on from: the lines of metrics.jsonl that a
 * checkpoint counts are synced before it, and `best` and the others are there before `last` says so.
 */
export class Saver {
  private saved = performance.now();
  private interval: number;
  private clock = performance.now();

  constructor(private readonly run: Run) {
    this.interval = run.checkpointSeconds * 1000;
  }

  /** After a batch: `loss` is its loss before the update. */
  async afterBatch(loss: number, batches: number): Promise<void> {
    const { state, config } = this.run;
    const isLook = Math.floor((state.batch * looks) / batches) > Math.floor(((state.batch - 1) * looks) / batches);
    if (
      config.training.saveBestBatchLoss &&
      state.phase === 'training' &&
      isLook &&
      !(loss >= (state.bestBatchLoss ?? Infinity))
    ) {
      state.bestBatchLoss = loss;
      await this.write('best-batch-loss', 'best-batch-loss');
    }
    if (performance.now() - this.saved >= this.interval) await this.last();
  }

  /** After an epoch, when `state` counts it as finished. */
  async afterEpoch(trainLoss: number, isBest: boolean): Promise<void> {
    const { state, config } = this.run;
    const { checkpointEvery, saveBestEpochLoss, keep } = config.training;
    if (state.phase === 'training') {
      if (saveBestEpochLoss && !(trainLoss >= (state.bestEpochLoss ?? Infinity))) {
        state.bestEpochLoss = trainLoss;
        await this.write('best-epoch-loss', 'best-epoch-loss');
      }
      if (isBest) await this.best();
      if (checkpointEvery > 0 && state.epoch % checkpointEvery === 0) {
        await this.write(numbered(state.epoch), 'numbered');
        await this.prune(keep);
      }
    }
    await this.last();
  }

  /** The present weights become the run's best. */
  async best(): Promise<void> {
    const { run } = this;
    await this.write('best', 'best');
    if (!run.config.training.save)
      run.bestWeights = await (run.config.training.ema > 0 ? run.engine.readAverage() : run.engine.readWeights());
  }

  async last(reason: 'last' | 'interrupted' = 'last'): Promise<void> {
    const started = performance.now();
    await this.write('last', reason);
    this.saved = performance.now();
    this.interval = Math.max(this.run.checkpointSeconds * 1000, timeShare * (this.saved - started));
  }

  /** What was done since the last `tick` was no part of this training. */
  startClock(): void {
    this.clock = performance.now();
  }

  /** Adds the time since the last call to the run's. */
  tick(): void {
    const now = performance.now();
    this.run.state.seconds += (now - this.clock) / 1000;
    this.clock = now;
  }

  private async write(name: string, reason: Reason): Promise<void> {
    const { config, paths, engine, identity, state, log, emit } = this.run;
    if (!config.training.save) return;
    this.tick();
    await log.sync();
    state.metricsBytes = log.bytes;
    const path = paths.checkpoint(name);
    await writeCheckpoint(path, engine, identity, state, config.training.ema > 0);
    emit({ type: 'checkpoint', path, reason });
  }

  private async prune(keep: number): Promise<void> {
    const { paths } = this.run;
    const files = await withFileErrors(paths.checkpoints, () => readdir(paths.checkpoints));
    const names = files.filter((name) => /^epoch-\d+\.safetensors$/.test(name));
    const byEpoch = names.sort((a, b) => parseInt(a.slice(6)) - parseInt(b.slice(6)));
    for (const name of byEpoch.slice(0, -keep)) await removeFile(paths.checkpoint(name.replace('.safetensors', '')));
  }
}

const numbered = (epoch: number): string => `epoch-${String(epoch).padStart(4, '0')}`;
