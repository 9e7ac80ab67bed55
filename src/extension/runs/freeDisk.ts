import * as vscode from 'vscode';
import { megabytes } from '../../core/base/memory.ts';
import { diskUse, freeCache, freeCheckpoints } from '../../core/training/diskUse.ts';
import { isLocked } from '../../core/training/lock.ts';
import { runPaths } from '../../core/training/runFolder.ts';
import { showInformation } from '../base/notices.ts';
import type { Jobs } from './jobs.ts';
import type { RunStore } from './runStore.ts';

const t = vscode.l10n.t;

interface Freeable extends vscode.QuickPickItem {
  bytes: number;
  /** Of a run that is an item, too. */
  isPart?: boolean;
  /** A run as a whole, which goes the way of every run that is deleted. */
  run?: string;
  /** Checkpoints and prepared data, which are gone for good. */
  free?: () => Promise<void>;
}

/** *Free Disk Space…*: lists what runs and their prepared data take, and deletes what is chosen after asking once more. */
export async function freeDiskSpace(runs: RunStore, jobs: Jobs): Promise<void> {
  const location = vscode.ProgressLocation.Window;
  const items = await vscode.window.withProgress({ location, title: t('Measuring run folders…') }, () =>
    freeable(runs, jobs),
  );
  if (!items.some(({ bytes }) => bytes > 0)) {
    await showInformation(t('There is nothing to free: no ended run and no prepared data.'));
    return;
  }
  const chosen = await vscode.window.showQuickPick(items, {
    title: t('Free Disk Space: {0} in all', megabytes(total(items))),
    placeHolder: t('What to delete'),
    canPickMany: true,
    matchOnDetail: true,
  });
  if (!chosen?.length) return;
  const folders = chosen.flatMap(({ run }) => run ?? []);
  const parts = chosen.filter(({ free }) => free);
  if (parts.length > 0 && !(await confirm(parts))) return;
  for (const { free } of parts) await free?.();
  if (folders.length > 0) await vscode.commands.executeCommand('xmlcnn.deleteRun', folders);
  await runs.refresh();
}

async function freeable(runs: RunStore, jobs: Jobs): Promise<Freeable[]> {
  await runs.whenRead;
  const use = await diskUse(runs.runs);
  const busy = new Set<string>();
  for (const { folder } of use.runs)
    if (jobs.inFolder(folder) || (await isLocked(runPaths(folder).lock))) busy.add(folder);
  const caches = use.caches
    .filter(({ runs: users, bytes }) => bytes > 0 && jobs.all.length === 0 && !users.some((run) => busy.has(run)))
    .map(({ folder, bytes }): Freeable => ({
      ...item(t('Prepared data in {0}', vscode.workspace.asRelativePath(folder)), bytes),
      detail: t('It is made again when a run needs it.'),
      free: () => freeCache(folder),
    }));
  const free = use.runs.filter(({ folder }) => !busy.has(folder));
  const spare = free
    .filter((run) => run.spare > 0)
    .map(({ folder, spare: bytes }): Freeable => ({
      ...item(t('Checkpoints of {0} but the best', runs.titleOf(folder)), bytes),
      detail: t('The model stays; the run cannot be resumed.'),
      isPart: true,
      free: () => freeCheckpoints(folder),
    }));
  const whole = free.map(({ folder, bytes }): Freeable => ({
    ...item(t('Run {0}', runs.titleOf(folder)), bytes),
    detail: vscode.workspace.asRelativePath(folder),
    run: folder,
  }));
  return [...caches, ...largest(spare), ...largest(whole)];
}

const item = (label: string, bytes: number): Freeable => ({ label, bytes, description: megabytes(bytes) });

const largest = (items: Freeable[]): Freeable[] => items.sort((a, b) => b.bytes - a.bytes);

/** Checkpoints are counted with their run. */
const total = (items: readonly Freeable[]): number =>
  items.reduce((sum, { bytes, isPart }) => sum + (isPart ? 0 : bytes), 0);

async function confirm(parts: readonly Freeable[]): Promise<boolean> {
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const remove = t('Delete Permanently');
  const detail = parts.map(({ label, description }) => `${label} (${description})`).join('\n');
  const message = t('Delete {0} for good?', megabytes(bytes));
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, remove)) === remove;
}
