import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { Cancelled, UserError } from '../../core/base/errors.ts';
import type { Split } from '../../core/base/splits.ts';
import type { RunEvent } from '../../core/base/events.ts';
import { runPaths } from '../../core/training/runFolder.ts';
import type { RunResult } from '../../core/training/runSummary.ts';
import type { RunnerClient } from '../../runner/client.ts';
import type { EvaluatedSplit } from '../../runner/services/training.ts';
import { Disposable } from '../base/disposable.ts';
import type { Services } from '../base/services.ts';
import { windowAnswers } from '../base/windowAnswers.ts';
import { configName } from './chooseRun.ts';
import { advance, type JobState, startOf, stopping } from './jobState.ts';
import { RefreshPace } from './refreshPace.ts';
import { shortName } from './shortName.ts';
import type { RunStore } from './runStore.ts';
import { percent } from './jobText.ts';

export type JobTask =
  | { kind: 'train'; configFile: string; overrides: string[] }
  | { kind: 'resume'; configFile: string; folder: string; overrides: string[] }
  | { kind: 'evaluate'; folder: string; split?: Split; data?: string };

export interface Job {
  readonly id: string;
  readonly task: JobTask;
  readonly state: JobState;
}

export type JobEnd =
  | { type: 'trained'; result: RunResult }
  | { type: 'evaluated'; result: EvaluatedSplit }
  | { type: 'stopped' }
  | { type: 'failed'; error: unknown };

interface RunningJob extends Job {
  state: JobState;
  readonly client: RunnerClient<'training'>;
  readonly stop: AbortController;
}

/** The jobs of this window: a runner process each. */
export class Jobs extends Disposable {
  private readonly running = new Map<string, RunningJob>();
  private readonly changed = this.own(new vscode.EventEmitter<void>());
  private readonly progressed = this.own(new vscode.EventEmitter<Job>());
  private readonly finished = this.own(new vscode.EventEmitter<{ job: Job; end: JobEnd }>());
  private readonly pace = this.own(new RefreshPace<RunningJob>((job) => this.tellProgress(job)));

  /** A job began, learnt its folder, was asked to stop, or ended. */
  readonly onDidChange = this.changed.event;
  readonly onDidProgress = this.progressed.event;
  /** Not fired when the window closes: the job's process ends by itself, with a checkpoint. */
  readonly onDidEnd = this.finished.event;

  constructor(
    private readonly services: Services,
    private readonly runs: RunStore,
  ) {
    super();
  }

  get all(): readonly Job[] {
    return [...this.running.values()];
  }

  /** The job that works in a run folder. */
  inFolder(folder: string): Job | undefined {
    const { folder: path } = runPaths(folder);
    return this.all.find(({ state }) => state.folder === path);
  }

  /** Starts a job; it goes on after this returns. Throws `UserError` `run-busy`. */
  start(task: JobTask): Job {
    const folder = task.kind === 'train' ? undefined : runPaths(task.folder).folder;
    if (folder !== undefined && this.inFolder(folder)) throw busy(folder);
    const title =
      folder === undefined && task.kind === 'train' ? configName(task.configFile) : shortName(basename(folder!));
    const job: RunningJob = {
      id: randomUUID(),
      task,
      state: startOf(task.kind, title, folder),
      client: this.services.startRunner('training'),
      stop: new AbortController(),
    };
    this.running.set(job.id, job);
    this.services.log.info(`${title}: ${task.kind}`);
    this.changed.fire();
    void this.follow(job);
    return job;
  }

  /** Training ends after the present batch, with a checkpoint. */
  stop({ id }: Job): void {
    const job = this.running.get(id);
    if (!job) return;
    job.state = stopping(job.state);
    job.stop.abort();
    this.changed.fire();
  }

  override dispose(): void {
    super.dispose();
    for (const { client } of this.running.values()) client.dispose();
  }

  private async follow(job: RunningJob): Promise<void> {
    const end = await this.outcome(job);
    job.client.dispose();
    // its row changes from progress to outcome at once, not by way of what the folder was before
    if (!this.isDisposed && job.state.folder !== undefined) await this.runs.refreshRun(job.state.folder);
    if (this.isDisposed) return;
    this.running.delete(job.id);
    this.changed.fire();
    this.finished.fire({ job, end });
  }

  private async outcome(job: RunningJob): Promise<JobEnd> {
    const { task, client, stop } = job;
    const options = { signal: stop.signal, onEvent: (event: RunEvent): void => this.take(job, event) };
    try {
      if (task.kind === 'evaluate') {
        const { folder, split } = task;
        const data = task.data === undefined ? undefined : { file: task.data };
        return { type: 'evaluated', result: await client.call('evaluate', { folder, split, data }, options) };
      }
      const { configFile, overrides } = task;
      const resume = task.kind === 'resume' ? task.folder : undefined;
      return { type: 'trained', result: await client.call('train', { configFile, resume, overrides }, options) };
    } catch (error) {
      return error instanceof Cancelled ? { type: 'stopped' } : { type: 'failed', error };
    }
  }

  private take(job: RunningJob, event: RunEvent): void {
    if (this.isDisposed) return;
    const { folder } = job.state;
    job.state = advance(job.state, event);
    logEvent(this.services.log, job.state.title, event);
    this.runs.report({ folder: job.state.folder, event });
    if (job.state.folder !== folder) this.changed.fire();
    this.pace.change(job);
  }

  private tellProgress(job: RunningJob | undefined): void {
    if (job && this.running.has(job.id)) this.progressed.fire(job);
    void windowAnswers().then(() => this.pace.answered());
  }
}

const busy = (folder: string): UserError =>
  new UserError(
    'run-busy',
    vscode.l10n.t('{0} is being worked on', shortName(basename(folder))),
    vscode.l10n.t('Wait until it is done, or stop it.'),
  );

/** Writes what is worth keeping of a job's events to the log; steps are not. */
function logEvent(log: vscode.LogOutputChannel, title: string, event: RunEvent): void {
  switch (event.type) {
    case 'begun':
      return log.info(`${title}: ${event.isResumed ? 'resumes in' : 'writes to'} ${event.folder}`);
    case 'phase':
      return log.debug(`${title}: ${event.phase}${event.message ? ` (${event.message})` : ''}`);
    case 'notice':
      return event.level === 'warning'
        ? log.warn(`${title}: ${event.message}`)
        : log.info(`${title}: ${event.message}`);
    case 'epoch': {
      const precision = event.validation?.['P@1'];
      const figure = precision === undefined ? '' : `, P@1 ${percent(precision)}`;
      return log.info(`${title}: epoch ${event.epoch}, loss ${event.trainLoss.toPrecision(4)}${figure}`);
    }
    case 'checkpoint':
      return log.debug(`${title}: wrote ${event.path}`);
    case 'done':
      return log.info(`${title}: ${event.stopped} after ${event.epochs} epochs`);
    default:
      return;
  }
}
