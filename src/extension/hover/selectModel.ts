import * as vscode from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { CommandArguments } from '../base/commandArguments.ts';
import { named } from '../runs/arguments.ts';
import { runDescription, shortName } from '../runs/runText.ts';
import type { RunStore } from '../runs/runStore.ts';
import { mayStartJobs } from '../runs/trust.ts';
import type { ActiveModel } from './activeModel.ts';
import { escapeIcons } from './escape.ts';

/** Lets the user choose the model that predicts in the editor, or takes the run given. */
export async function selectModel(model: ActiveModel, runs: RunStore, given: CommandArguments): Promise<void> {
  if (!(await mayStartJobs())) return;
  const { t } = vscode.l10n;
  await runs.whenRead;
  await model.refresh();
  const name = named(given);
  if (name?.type === 'run') return model.choose(name.folder);
  const { candidates } = model;
  if (candidates.length === 0)
    throw new UserError(
      'no-model',
      t('No run of this workspace has a model yet'),
      t('Train one with "XML-CNN: Train".'),
    );
  const active = model.run;
  const items = candidates.map((run) => ({
    label: `${run.folder === active?.folder ? '$(check) ' : ''}${escapeIcons(shortName(run.name))}`,
    description: runDescription(run, undefined, t),
    detail: escapeIcons(vscode.workspace.asRelativePath(run.folder)),
    folder: run.folder as string | undefined,
  }));
  const off = {
    label: `${active ? '' : '$(check) '}${t('No model')}`,
    description: t('Hovers show nothing'),
    detail: undefined,
    folder: undefined,
  };
  const title = t('Select Model');
  const placeHolder = t('The run whose model predicts labels in the editor');
  const chosen = await vscode.window.showQuickPick([...items, off], { title, placeHolder, matchOnDetail: true });
  if (chosen) await model.choose(chosen.folder);
}
