import * as vscode from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { RunListing } from '../../core/training/runListing.ts';
import type { RunStore } from './runStore.ts';
import { runDescription } from './runText.ts';
import { runTitle } from './shortName.ts';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { showError } from '../base/notices.ts';
import { analyse, type Analysis } from '../../core/config/validate.ts';
import { statSync } from 'node:fs';
import type { CommandArguments } from '../base/commandArguments.ts';

/**
 * A run picked by the user; the only one there is without asking. Undefined where the user picks none.
 * @param likeliest the folder of the run that comes first
 */
export async function chooseRun(
  runs: RunStore,
  placeHolder: string,
  fits: (run: RunListing) => boolean,
  likeliest?: string,
): Promise<RunListing | undefined> {
  await runs.whenRead;
  const fitting = runs.runs.filter(fits);
  const found = [false, true].flatMap((later) => fitting.filter(({ folder }) => (folder !== likeliest) === later));
  if (found.length === 0)
    throw new UserError(
      'no-run',
      vscode.l10n.t('There is no such run in this workspace'),
      vscode.l10n.t('Train one with "XML-CNN: Train".'),
    );
  if (found.length === 1) return found[0];
  const items = found.map((run) => ({
    label: runTitle(run),
    description: runDescription(run, undefined, vscode.l10n.t),
    run,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.run;
}

/** The config of the active editor, else one picked among the workspace's. Undefined where the user picks none. */
export async function chooseConfig(placeHolder: string): Promise<string | undefined> {
  const active = vscode.window.activeTextEditor?.document;
  if (active?.languageId === 'xmlcnn') {
    if (active.uri.scheme === 'file') return active.uri.fsPath;
    throw notSaved();
  }
  const found = await vscode.workspace.findFiles('**/*.xmlcnn.json', '**/{node_modules,.git}/**', 500);
  if (found.length === 0) throw noConfig();
  if (found.length === 1) return found[0].fsPath;
  const items = await Promise.all(found.map(({ fsPath }) => configItem(fsPath)));
  items.sort((a, b) => (a.file < b.file ? -1 : 1));
  return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.file;
}

/** Named once, with its folder; one that cannot be trained with says so. */
async function configItem(file: string): Promise<vscode.QuickPickItem & { file: string }> {
  const { t } = vscode.l10n;
  const folder = dirname(vscode.workspace.asRelativePath(file));
  const text = await readFile(file, 'utf8').catch(() => '');
  const found = analyse(text, { file, checkFiles: true }).diagnostics.filter(({ severity }) => severity === 'error');
  const label = `${found.length > 0 ? '$(error) ' : ''}${basename(file)}`;
  const problem = found.length === 1 ? t('1 error') : t('{0} errors', found.length);
  const description = [folder === '.' ? '' : folder, found.length > 0 ? problem : ''].filter(Boolean).join(' · ');
  return { label, description, file };
}

/** Saves the config where it is being edited, and checks it. Undefined where it has errors: they are shown. */
export async function checkedConfig(file: string): Promise<Analysis | undefined> {
  const uri = vscode.Uri.file(file);
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open?.isDirty && !(await open.save())) throw notSaved();
  const document = open ?? (await vscode.workspace.openTextDocument(uri));
  const analysis = analyse(document.getText(), { file, checkFiles: true });
  const errors = analysis.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return analysis;
  await vscode.window.showTextDocument(document, { preview: false });
  await vscode.commands.executeCommand('workbench.actions.view.problems');
  const count =
    errors.length === 1
      ? vscode.l10n.t('{0} has an error: {1}', basename(file), errors[0].message)
      : vscode.l10n.t('{0} has {1} errors. The first: {2}', basename(file), errors.length, errors[0].message);
  // a notification without a button shows one line of its text
  const show = vscode.l10n.t('Show Problems');
  void showError(`${count} ${vscode.l10n.t('Correct the config and train again.')}`, show).then(
    (chosen) => chosen === show && vscode.commands.executeCommand('workbench.actions.view.problems'),
  );
  return undefined;
}

const notSaved = (): UserError =>
  new UserError(
    'config-not-saved',
    vscode.l10n.t('The run config is not saved'),
    vscode.l10n.t('Save it as a *.xmlcnn.json file: its paths count from its folder.'),
  );

const noConfig = (): UserError =>
  new UserError(
    'no-config',
    vscode.l10n.t('There is no run config in this workspace'),
    vscode.l10n.t('Make one with "XML-CNN: Create Run Config".'),
  );

/** A config's name for people: its file name without the extension. Runs are called after it. */
export const configName = (file: string): string => basename(file).replace(/(\.xmlcnn)?\.jsonc?$/i, '');

const isConfigFile = (path: string): boolean => /\.xmlcnn\.json$/i.test(path);

/** What commands about runs and configs are about. A job that has no folder yet is named by its id. */
export type Named =
  { type: 'config'; file: string } | { type: 'run'; folder: string } | { type: 'job'; id: string } | undefined;

export function named({ path, jobId }: CommandArguments): Named {
  if (path !== undefined) return namedPath(path);
  return jobId === undefined ? undefined : { type: 'job', id: jobId };
}

function namedPath(path: string): NonNullable<Named> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? !isConfigFile(path);
  return isFolder ? { type: 'run', folder: path } : { type: 'config', file: path };
}

/** The folders of all runs that were named or selected. */
export const foldersOf = ({ paths }: CommandArguments): string[] =>
  paths.map(namedPath).flatMap((name) => (name.type === 'run' ? [name.folder] : []));
