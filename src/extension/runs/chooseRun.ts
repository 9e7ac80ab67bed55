import * as vscode from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { RunListing } from '../../core/training/runListing.ts';
import type { RunStore } from './runStore.ts';
import { runDescription, shortName } from './runText.ts';

/** A run picked by the user; the only one there is without asking. Undefined where the user picks none. */
export async function chooseRun(
  runs: RunStore,
  placeHolder: string,
  fits: (run: RunListing) => boolean,
): Promise<RunListing | undefined> {
  await runs.whenRead;
  const found = runs.runs.filter(fits);
  if (found.length === 0)
    throw new UserError(
      'no-run',
      vscode.l10n.t('There is no such run in this workspace'),
      vscode.l10n.t('Train one with "XML-CNN: Train".'),
    );
  if (found.length === 1) return found[0];
  const items = found.map((run) => ({
    label: shortName(run.name),
    description: runDescription(run, undefined, vscode.l10n.t),
    run,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.run;
}
