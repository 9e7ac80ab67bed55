import { basename } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { exists, runPaths } from '../../core/training/runFolder.ts';
import { isLocked } from '../../core/training/lock.ts';
import type { Jobs } from './jobs.ts';
import type { RunStore } from './runStore.ts';

/** Deletes run folders after a confirmation: into the trash, or for good where there is none. Throws `run-busy`. */
export async function deleteRuns(folders: readonly string[], runs: RunStore, jobs: Jobs): Promise<void> {
  for (const folder of folders) await refuseBusy(folder, jobs);
  if (folders.length === 0 || !(await confirm(folders))) return;
  const kept: string[] = [];
  for (const folder of folders) if (!(await attempt(folder, true))) kept.push(folder);
  if (kept.length > 0 && (await confirmForGood(kept))) for (const folder of kept) await attempt(folder, false);
  await runs.refresh();
}

/** Only what is a run folder is deleted, whatever a caller names. */
async function refuseBusy(folder: string, jobs: Jobs): Promise<void> {
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
      vscode.l10n.t('{0} is being worked on', basename(folder)),
      vscode.l10n.t('Stop it before it is deleted.'),
    );
}

async function confirm(folders: readonly string[]): Promise<boolean> {
  const message =
    folders.length === 1
      ? vscode.l10n.t('Delete the run {0} with its checkpoints?', basename(folders[0]))
      : vscode.l10n.t('Delete {0} runs with their checkpoints?', folders.length);
  const remove = vscode.l10n.t('Move to Trash');
  return (await vscode.window.showWarningMessage(message, { modal: true }, remove)) === remove;
}

async function confirmForGood(folders: readonly string[]): Promise<boolean> {
  const message = vscode.l10n.t(
    'There is no trash here. Delete {0} for good?',
    folders.map((f) => basename(f)).join(', '),
  );
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
