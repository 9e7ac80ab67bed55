import * as vscode from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { RunStore } from '../runs/runStore.ts';
import { runDescription } from '../runs/runText.ts';
import { runTitle } from '../runs/shortName.ts';

/** Folders of two or more runs that the user picks; undefined where none are picked. Throws `UserError` where there are none. */
export async function chooseRuns(runs: RunStore, picked: readonly string[]): Promise<string[] | undefined> {
  await runs.whenRead;
  const found = runs.runs.filter(({ status }) => status !== 'damaged');
  if (found.length < 2)
    throw new UserError(
      'too-few-runs',
      vscode.l10n.t('There are not two runs to compare'),
      vscode.l10n.t('Train with another config or seed first.'),
    );
  const items = found.map((run) => ({
    label: runTitle(run),
    description: runDescription(run, undefined, vscode.l10n.t),
    picked: picked.includes(run.folder),
    folder: run.folder,
  }));
  const title = vscode.l10n.t('Runs to compare: two or more');
  const chosen = await vscode.window.showQuickPick(items, { title, canPickMany: true, matchOnDescription: true });
  if (!chosen || chosen.length === 0) return undefined;
  if (chosen.length === 1)
    throw new UserError(
      'too-few-runs',
      vscode.l10n.t('One run cannot be compared'),
      vscode.l10n.t('Choose two or more.'),
    );
  return chosen.map(({ folder }) => folder);
}
