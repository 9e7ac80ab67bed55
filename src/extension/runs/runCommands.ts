import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { analyse } from '../../core/config/validate.ts';
import { UserError } from '../../core/base/errors.ts';
import { exists, runPaths } from '../../core/training/runFolder.ts';
import { listRuns, runsOfConfig } from '../../core/training/runListing.ts';
import type { Split } from '../../core/base/splits.ts';
import { type CommandArguments, readArguments } from '../base/commandArguments.ts';
import { reporting } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { checkedConfig, chooseConfig, chooseRun, foldersOf, named } from './chooseRun.ts';
import { freeDiskSpace } from './freeDisk.ts';
import type { Job, Jobs } from './jobs.ts';
import { type JobSettings, overridesOf } from './jobSettings.ts';
import { waitUntilFree } from './interrupted.ts';
import type { RunStore } from './runStore.ts';
import type { TrainingTimes } from './trainingTimes.ts';
import { renameRun } from './writeNotes.ts';
import { isTraining } from './trainedConfigs.ts';
import { mayStartJobs } from './trust.ts';
import { isLocked } from '../../core/training/lock.ts';

/** How long a resume waits for another process's last checkpoint, in milliseconds. */
const patience = 120_000;

/** Registers the commands about jobs and runs. */
export function registerRunCommands(
  { log }: Services,
  runs: RunStore,
  jobs: Jobs,
  times: TrainingTimes,
): vscode.Disposable {
  const commands: Record<string, (given: CommandArguments) => Promise<unknown>> = {
    train: (given) => train(jobs, times, given),
    resume: (given) => resume(runs, jobs, given),
    evaluate: (given) => evaluate(runs, jobs, given),
    stop: (given) => stop(jobs, given),
    refreshRuns: () => runs.refresh(),
    deleteRun: (given) => deleteRuns(foldersOf(given), runs, jobs),
    freeDiskSpace: () => freeDiskSpace(runs, jobs),
    renameRun: (given) => forFolder(given, (folder) => renameRun(runs, folder)),
    openRunFolder: (given) => forFolder(given, openFolder),
    copyRunPath: async (given) => vscode.env.clipboard.writeText(foldersOf(given).join('\n')),
    openRunConfig: (given) =>
      forFolder(given, (folder) =>
        vscode.commands.executeCommand('vscode.open', vscode.Uri.file(runPaths(folder).config)),
      ),
  };
  const registered = Object.entries(commands).map(([name, work]) =>
    vscode.commands.registerCommand(
      `xmlcnn.${name}`,
      reporting(log, (...args: unknown[]) => work(readArguments(args))),
    ),
  );
  return vscode.Disposable.from(...registered);
}

async function train(jobs: Jobs, times: TrainingTimes, given: CommandArguments): Promise<void> {
  if (!(await mayStartJobs())) return;
  const name = named(given);
  // a button in a view's title is handed the row that has the focus, which is a run and no config
  const file = name?.type === 'config' ? name.file : await chooseConfig(vscode.l10n.t('Config to train with'));
  if (file === undefined) return;
  const asked = await checkedConfig(file);
  const chosen = asked && (await times.settle(file, asked.config));
  if (chosen === undefined) return;
  const analysis = chosen === file ? asked : await checkedConfig(chosen);
  if (analysis) jobs.start({ kind: 'train', configFile: chosen, overrides: overridesOf(analysis, settings(chosen)) });
}

/** A run goes on with its own config; a config's newest run goes on with that config as it is now. */
async function resume(runs: RunStore, jobs: Jobs, given: CommandArguments): Promise<void> {
  if (!(await mayStartJobs())) return;
  const name = named(given);
  if (name?.type === 'config') return resumeConfig(jobs, name.file);
  const folder =
    name?.type === 'run'
      ? name.folder
      : (await chooseRun(runs, vscode.l10n.t('Run to resume'), ({ status }) => status === 'interrupted'))?.folder;
  if (folder !== undefined) await startResume(jobs, folder, runPaths(folder).config);
}

async function resumeConfig(jobs: Jobs, file: string): Promise<void> {
  const analysis = await checkedConfig(file);
  if (!analysis) return;
  const own = runsOfConfig(await listRuns(analysis.config.output.folder), analysis.config, file);
  const found = own.find(({ status }) => status === 'interrupted') ?? own[0];
  if (!found) throw nothingToResume(file);
  await startResume(jobs, found.folder, file, overridesOf(analysis, settings(file)));
}

async function startResume(jobs: Jobs, folder: string, configFile: string, overrides: string[] = []): Promise<void> {
  if (!jobs.inFolder(folder)) await waitForOthers(folder);
  jobs.start({ kind: 'resume', configFile, folder, overrides });
}

/** A window that was just closed may have left a process that writes its last checkpoint. */
async function waitForOthers(folder: string): Promise<void> {
  const title = vscode.l10n.t('Waiting for another process to finish with this run');
  const location = vscode.ProgressLocation.Notification;
  if (await waitUntilFree(folder, 0)) return;
  await vscode.window.withProgress({ location, title, cancellable: true }, (_, token) => {
    const cancelled = new AbortController();
    token.onCancellationRequested(() => cancelled.abort());
    return waitUntilFree(folder, patience, cancelled.signal);
  });
}

async function evaluate(runs: RunStore, jobs: Jobs, given: CommandArguments): Promise<void> {
  if (!(await mayStartJobs())) return;
  const folder = await runToEvaluate(runs, named(given));
  if (folder === undefined) return;
  const chosen = await chooseSplit(folder);
  if (chosen) jobs.start({ kind: 'evaluate', folder, ...chosen });
}

async function runToEvaluate(runs: RunStore, name: ReturnType<typeof named>): Promise<string | undefined> {
  if (name?.type === 'run') return name.folder;
  if (name?.type === 'config') {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(name.file));
    const { config } = analyse(document.getText(), { file: name.file });
    const [newest] = runsOfConfig(await listRuns(config.output.folder), config, name.file);
    if (!newest) throw nothingToResume(name.file);
    return newest.folder;
  }
  const run = await chooseRun(runs, vscode.l10n.t('Run to evaluate'), ({ bestEpoch }) => bestEpoch > 0);
  return run?.folder;
}

async function chooseSplit(folder: string): Promise<{ split?: Split; data?: string } | undefined> {
  const split = (name: Split, label: string): vscode.QuickPickItem & { split: Split } => ({ label, split: name });
  const items = [
    split('test', vscode.l10n.t('Test documents')),
    split('validation', vscode.l10n.t('Validation documents')),
    split('train', vscode.l10n.t('Training documents')),
    { label: vscode.l10n.t('Choose a File…'), split: undefined },
  ];
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Documents to evaluate on') });
  if (!chosen) return undefined;
  if (chosen.split) return { split: chosen.split };
  const [file] =
    (await vscode.window.showOpenDialog({
      defaultUri: vscode.Uri.file(dirname(dirname(folder))),
      openLabel: vscode.l10n.t('Evaluate'),
    })) ?? [];
  return file && { data: file.fsPath };
}

async function stop(jobs: Jobs, given: CommandArguments): Promise<void> {
  const job = await jobToStop(jobs, given);
  if (job) jobs.stop(job);
}

async function jobToStop(jobs: Jobs, given: CommandArguments): Promise<Job | undefined> {
  const name = named(given);
  if (name?.type === 'job') return jobs.all.find(({ id }) => id === name.id);
  if (name?.type === 'run') return jobs.inFolder(name.folder);
  const config = name && (await vscode.workspace.openTextDocument(vscode.Uri.file(name.file)));
  const running = jobs.all.filter((job) => !config || isTraining(job, config));
  if (running.length < 2) return running[0];
  const items = running.map((job) => ({ label: job.state.title, job }));
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Run to stop') }))?.job;
}

async function forFolder(given: CommandArguments, work: (folder: string) => Thenable<unknown>): Promise<void> {
  const name = named(given);
  if (name?.type === 'run') await work(name.folder);
}

/** In the Explorer where it is in the workspace, else in the system's file manager. */
async function openFolder(folder: string): Promise<void> {
  const uri = vscode.Uri.file(folder);
  if (!(await exists(folder)))
    throw new UserError('run-not-found', 'There is no such folder', 'Refresh the runs.', { file: folder });
  const isInside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  await vscode.commands.executeCommand(isInside ? 'revealInExplorer' : 'revealFileInOS', uri);
}

function settings(file: string): JobSettings {
  const values = vscode.workspace.getConfiguration('xmlcnn', vscode.Uri.file(file));
  return { threads: values.get('threads', 0), engine: values.get('engine', 'auto') };
}

const nothingToResume = (file: string): UserError =>
  new UserError(
    'nothing-to-resume',
    vscode.l10n.t('There is no run of this config'),
    vscode.l10n.t('Train it first.'),
    { file },
  );

/** Deletes run folders after a confirmation: into the trash, or for good where there is none. Throws `run-busy`. */
async function deleteRuns(folders: readonly string[], runs: RunStore, jobs: Jobs): Promise<void> {
  const nameOf = (folder: string): string => runs.titleOf(folder);
  for (const folder of folders) await refuseBusy(folder, jobs, nameOf);
  if (folders.length === 0 || !(await confirm(folders, nameOf))) return;
  const kept: string[] = [];
  for (const folder of folders) if (!(await attempt(folder, true))) kept.push(folder);
  if (kept.length > 0 && (await confirmForGood(kept, nameOf))) for (const folder of kept) await attempt(folder, false);
  await runs.refresh();
}

/** Only what is a run folder is deleted, whatever a caller names. */
async function refuseBusy(folder: string, jobs: Jobs, nameOf: NameOf): Promise<void> {
  const { config, lock } = runPaths(folder);
  if (!(await exists(config)))
    throw new UserError(
      'run-not-found',
      vscode.l10n.t('This is not a run folder'),
      vscode.l10n.t('Refresh the runs.'),
      {
        file: folder,
      },
    );
  if (jobs.inFolder(folder) || (await isLocked(lock)))
    throw new UserError(
      'run-busy',
      vscode.l10n.t('{0} is being worked on', nameOf(folder)),
      vscode.l10n.t('Stop it before it is deleted.'),
    );
}

async function confirm(folders: readonly string[], nameOf: NameOf): Promise<boolean> {
  const message =
    folders.length === 1
      ? vscode.l10n.t('Delete the run {0} with its checkpoints?', nameOf(folders[0]))
      : vscode.l10n.t('Delete {0} runs with their checkpoints?', folders.length);
  const detail = folders.length > 1 ? listOf(folders, nameOf) : undefined;
  const remove = vscode.l10n.t('Move to Trash');
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, remove)) === remove;
}

type NameOf = (folder: string) => string;

/** A dialog has no room for more, and cannot be scrolled. */
const mostNamed = 12;

function listOf(folders: readonly string[], nameOf: NameOf): string {
  const named = folders.slice(0, mostNamed).map(nameOf);
  const rest = folders.length - named.length;
  return [...named, ...(rest > 0 ? [vscode.l10n.t('and {0} more', rest)] : [])].join('\n');
}

async function confirmForGood(folders: readonly string[], nameOf: NameOf): Promise<boolean> {
  const message = vscode.l10n.t('There is no trash here. Delete {0} for good?', folders.map(nameOf).join(', '));
  const remove = vscode.l10n.t('Delete Permanently');
  return (await vscode.window.showWarningMessage(message, { modal: true }, remove)) === remove;
}

/** False where the file system has no trash. */
async function attempt(folder: string, useTrash: boolean): Promise<boolean> {
  try {
    await vscode.workspace.fs.delete(vscode.Uri.file(folder), { recursive: true, useTrash });
    return true;
  } catch (error) {
    if (useTrash) return false;
    throw error;
  }
}
