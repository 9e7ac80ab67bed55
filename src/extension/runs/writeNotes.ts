/** What people call runs and write beside them, asked for in the editor's own input box. */
import * as vscode from 'vscode';
import { changeNotes, type RunNotes } from '../../core/training/runNotes.ts';
import type { RunStore } from './runStore.ts';
import { shortName } from './shortName.ts';

/** Writes into the runs' folders, and shows it. Throws `UserError`. */
export async function noteRuns(runs: RunStore, folders: readonly string[], change: RunNotes): Promise<void> {
  for (const folder of folders) {
    await changeNotes(folder, change);
    await runs.refreshRun(folder);
  }
}

const { showInputBox } = vscode.window;
const { t } = vscode.l10n;

export async function renameRun(runs: RunStore, folder: string): Promise<void> {
  const name = shortName(runs.get(folder)?.name ?? '');
  const prompt = t('Name of the run; its folder keeps its own. Empty: {0}', name);
  const title = await showInputBox({ title: t('Rename Run'), prompt, value: runs.titleOf(folder) });
  if (title !== undefined) await noteRuns(runs, [folder], { title: title.trim() === name ? '' : title });
}

export async function writeNote(runs: RunStore, folder: string): Promise<void> {
  const value = runs.get(folder)?.notes?.note;
  const prompt = t('Note on {0}', runs.titleOf(folder));
  const note = await showInputBox({ title: t('Note'), prompt, value });
  if (note !== undefined) await noteRuns(runs, [folder], { note });
}

/** The tags that all of the runs have are changed; what some have beside them stays. */
export async function tagRuns(runs: RunStore, folders: readonly string[]): Promise<void> {
  const tagsOf = (folder: string): string[] => runs.get(folder)?.notes?.tags ?? [];
  const common = tagsOf(folders[0]).filter((tag) => folders.every((folder) => tagsOf(folder).includes(tag)));
  const prompt =
    folders.length === 1
      ? t('Tags of {0}, with commas between them', runs.titleOf(folders[0]))
      : t('Tags of all {0} runs, with commas between them', folders.length);
  const text = await showInputBox({ title: t('Tags'), prompt, value: common.join(', ') });
  if (text === undefined) return;
  const given = text.split(',');
  for (const folder of folders) {
    const own = tagsOf(folder).filter((tag) => !common.includes(tag));
    await noteRuns(runs, [folder], { tags: [...own, ...given] });
  }
}
