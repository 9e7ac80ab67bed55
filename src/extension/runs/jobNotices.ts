import * as vscode from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { modelTypeOf, type RunResult } from '../../core/training/runSummary.ts';
import { showFailure } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { Disposable } from '../base/disposable.ts';
import { showError, showInformation } from '../base/notices.ts';
import { continuationOf } from './interrupted.ts';
import { JobMemory } from './jobMemory.ts';
import type { Job, JobEnd, Jobs, JobTask } from './jobs.ts';
import { percent, statusLines, statusText } from './jobText.ts';

/** Reports how jobs ended, and offers to go on with those that were cut off. */
export class JobNotices extends Disposable {
  private readonly memory: JobMemory;

  constructor(
    private readonly services: Services,
    private readonly jobs: Jobs,
  ) {
    super();
    this.memory = new JobMemory(services.context.workspaceState);
    this.own(jobs.onDidChange(() => jobs.all.forEach((job) => void this.remember(job))));
    this.own(
      jobs.onDidEnd(({ job, end }) => {
        void this.memory.forget(job.id);
        void this.report(job, end);
      }),
    );
  }

  /** Looks for what the last window left; one notification for all of it. */
  async offerToResume(): Promise<void> {
    const found: { title: string; task: JobTask }[] = [];
    for (const job of this.memory.all) {
      const task = await continuationOf(job).catch((error: Error) => this.services.log.warn(error.message));
      if (this.isDisposed) return;
      await this.memory.forget(job.id);
      if (task && !this.jobs.all.some(({ state }) => state.folder && state.folder === job.folder))
        found.push({ title: job.title, task });
    }
    if (found.length === 0) return;
    const resume = vscode.l10n.t('Resume');
    const message =
      found.length === 1
        ? vscode.l10n.t('The run {0} was stopped when its window closed.', found[0].title)
        : vscode.l10n.t('{0} runs were stopped when their window closed.', found.length);
    const chosen = await showInformation(message, resume, vscode.l10n.t('Later'));
    if (chosen === resume) for (const { task } of found) this.start(task);
  }

  private start(task: JobTask): void {
    try {
      this.jobs.start(task);
    } catch (error) {
      void showFailure(error, this.services.log);
    }
  }

  private async remember({ id, state: { title, folder }, task }: Job): Promise<void> {
    const known = this.memory.all.find((job) => job.id === id);
    if (!known || known.folder !== folder) await this.memory.keep({ id, title, task, folder });
  }

  private async report(job: Job, end: JobEnd): Promise<void> {
    switch (end.type) {
      case 'trained':
        if (end.result.stopped !== 'interrupted')
          return this.tellDone(trainedText(end.result, job.state.title), end.result.folder);
        return this.tellStopped(end.result.folder, job.state.title);
      case 'evaluated': {
        const { folder, split, metrics } = end.result;
        const text = vscode.l10n.t('{0} on {1}: P@1 {2}', job.state.title, split, percent(metrics['P@1'] ?? NaN));
        return this.tellDone(text, folder);
      }
      case 'stopped':
        vscode.window.setStatusBarMessage(vscode.l10n.t('XML-CNN: {0} was stopped', job.state.title), 5000);
        return;
      case 'failed':
        return this.tellFailure(job, end.error);
    }
  }

  private async tellDone(text: string, folder: string): Promise<void> {
    const predictions = vscode.l10n.t('Open Predictions');
    const metrics = vscode.l10n.t('Show Metrics');
    const chosen = await showInformation(text, predictions, metrics);
    if (chosen === predictions) await vscode.commands.executeCommand('xmlcnn.openPredictions', folder);
    if (chosen === metrics) await vscode.commands.executeCommand('xmlcnn.showMetrics', folder);
  }

  private tellStopped(folder: string, title: string): void {
    this.services.log.info(`${title}: stopped, its checkpoint is in ${folder}`);
    vscode.window.setStatusBarMessage(vscode.l10n.t('XML-CNN: {0} was stopped with a checkpoint', title), 5000);
  }

  private async tellFailure(job: Job, error: unknown): Promise<void> {
    if (error instanceof UserError && error.code === 'run-exists') return this.offerExisting(job, error);
    if (!(error instanceof UserError) || error.code !== 'runner-crashed') return showFailure(error, this.services.log);
    this.services.log.error(error.describe());
    const next = await continuationOf({ ...job, ...job.state });
    const again = next?.kind === 'resume' ? vscode.l10n.t('Resume') : vscode.l10n.t('Start Again');
    const showLog = vscode.l10n.t('Show Log');
    const text = `${job.state.title}: ${error.message} ${error.remedy}`;
    const chosen = await showError(text, ...(next ? [again] : []), showLog);
    if (chosen === showLog) this.services.log.show();
    if (chosen === again && next) this.start(next);
  }

  /** A config that names its run trains it once; after that it can only go on. */
  private async offerExisting({ task }: Job, { message, place: { file: folder } }: UserError): Promise<void> {
    const resume = vscode.l10n.t('Resume');
    const remedy = vscode.l10n.t('Resume it, or set another "output.name".');
    const isPossible = task.kind === 'train' && folder !== undefined;
    const chosen = await showError(`${message}. ${remedy}`, ...(isPossible ? [resume] : []));
    if (chosen === resume && isPossible) this.start({ ...task, kind: 'resume', folder });
  }
}

function trainedText({ epochs, bestEpoch, stopped, summary }: RunResult, name: string): string {
  const figures = summary?.evaluated?.metrics ?? summary?.best.validation;
  const precision = figures?.['P@1'];
  const how =
    stopped === 'early'
      ? vscode.l10n.t('{0} stopped early after epoch {1}, the best is epoch {2}.', name, epochs, bestEpoch)
      : summary && modelTypeOf(summary) === 'linear'
        ? vscode.l10n.t('{0} finished.', name)
        : vscode.l10n.t('{0} finished after epoch {1}, the best is epoch {2}.', name, epochs, bestEpoch);
  if (precision === undefined) return how;
  const split = summary?.evaluated?.split ?? 'validation';
  return `${how} ${vscode.l10n.t('P@1 {0} on {1}.', percent(precision), split)}`;
}

/** The jobs' progress in the status bar; a click leads to the metrics, or to the runs where there are several. */
export class JobStatusBar extends Disposable {
  private readonly item = this.own(
    vscode.window.createStatusBarItem('xmlcnn.jobs', vscode.StatusBarAlignment.Left, 10),
  );

  constructor(private readonly jobs: Jobs) {
    super();
    this.item.name = vscode.l10n.t('XML-CNN Runs');
    this.own(jobs.onDidChange(() => this.show()));
    this.own(jobs.onDidProgress(() => this.show()));
  }

  private show(): void {
    const states = this.jobs.all.map(({ state }) => state);
    const text = statusText(states, vscode.l10n.t);
    if (text === undefined) {
      this.item.hide();
      return;
    }
    this.item.text = text;
    this.item.tooltip = statusLines(states, vscode.l10n.t).join('\n');
    const [{ folder, kind }] = states;
    this.item.command =
      states.length === 1 && folder !== undefined && kind !== 'evaluate'
        ? { command: 'xmlcnn.showMetrics', title: vscode.l10n.t('Show Metrics'), arguments: [folder] }
        : { command: 'xmlcnn.runs.focus', title: vscode.l10n.t('Show Runs') };
    this.item.show();
  }
}
