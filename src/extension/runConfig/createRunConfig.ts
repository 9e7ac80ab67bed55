import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { createConfigText, type DatasetFacts, factsFrom } from '../../core/config/createConfig.ts';
import { isPreset } from '../../core/config/presets.ts';
import { datasetFile, datasetName } from '../../core/data/datasetFile.ts';
import { pathOf, type SourceOptions } from '../../core/data/document.ts';
import { isUnwritable, writeFileAtomic } from '../../core/base/files.ts';
import type { CommandArguments } from '../base/commandArguments.ts';
import type { Services } from '../base/services.ts';
import { callNotified, percentDone } from '../base/notifiedCall.ts';
import { findDatasets } from '../datasets/findDatasets.ts';

/**
 * Reads a dataset and writes a config that suits it, which is then opened. Nothing is overwritten without being asked.
 * The path is that of a dataset file or folder, asked for where absent; the options say how it is read where its content does not.
 */
export async function createRunConfig(
  services: Services,
  { path: given, options }: CommandArguments<SourceOptions>,
): Promise<void> {
  const path = given ?? (await chooseDataset())?.fsPath;
  if (path === undefined) return;
  const facts = await survey(services, path, options);
  const folder = dirname(facts.train);
  const preset = vscode.workspace
    .getConfiguration('xmlcnn', vscode.Uri.file(path))
    .get<string>('defaultPreset', 'auto');
  const configText = (file: string): string =>
    createConfigText(factsFrom(dirname(file), facts), isPreset(preset) ? preset : undefined);
  const proposed = join(folder, `${datasetName(datasetFile(facts.train))}.xmlcnn.json`);
  configText(proposed); // refuses what cannot be trained on before anything is asked
  const target = await chooseTarget(proposed);
  if (target === undefined) return;
  const file = target.isNew ? await write(target.file, configText) : target.file;
  if (file === undefined) return;
  await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
  // the walkthrough does not hear of a command that a page calls
  await vscode.commands.executeCommand('setContext', 'xmlcnn.hasCreatedConfig', true);
}

/** Datasets may lie where nothing can be written: the user then says where to. undefined where nothing was written. */
async function write(file: string, configText: (file: string) => string): Promise<string | undefined> {
  try {
    await writeFileAtomic(file, configText(file));
    return file;
  } catch (error) {
    if (!isUnwritable(error)) throw error;
  }
  const base = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  const chosen = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('{0} cannot be written to: where should the config be stored?', dirname(file)),
    defaultUri: vscode.Uri.joinPath(base, basename(file)),
    filters: { [vscode.l10n.t('Run config')]: ['xmlcnn.json'] },
  });
  if (chosen) await writeFileAtomic(chosen.fsPath, configText(chosen.fsPath));
  return chosen?.fsPath;
}

/** In a process of its own: the dataset may be large. */
function survey(services: Services, path: string, options: SourceOptions): Promise<DatasetFacts> {
  const { t } = vscode.l10n;
  const asked = { ...datasetFile(path), options: { onError: 'skip', ...options } } as const;
  return callNotified(services, 'survey', t('Reading {0}', basename(path)), 'survey', asked, (event) => ({
    percent: percentDone(event),
    message: t('{0} documents', (event.documents ?? 0).toLocaleString('en-US')),
  }));
}

/** Where to write to; `isNew` is false where the config that is there is to be opened as it is. */
async function chooseTarget(file: string): Promise<{ file: string; isNew: boolean } | undefined> {
  if (!existsSync(file)) return { file, isNew: true };
  const { t } = vscode.l10n;
  const beside = freeName(file);
  const open = t('Open It');
  const keepBoth = t('Write {0}', basename(beside));
  const overwrite = t('Overwrite');
  const chosen = await vscode.window.showWarningMessage(
    t('{0} is there already.', basename(file)),
    { modal: true },
    ...[open, keepBoth, overwrite],
  );
  if (chosen === keepBoth) return { file: beside, isNew: true };
  if (chosen === open || chosen === overwrite) return { file, isNew: chosen === overwrite };
  return undefined;
}

/** `x-2.xmlcnn.json`, or the first number that is free. */
function freeName(file: string): string {
  for (let n = 2; ; n++) {
    const candidate = file.replace(/(\.xmlcnn\.json)$/, `-${n}$1`);
    if (!existsSync(candidate)) return candidate;
  }
}

type Choice = vscode.QuickPickItem & { uri?: vscode.Uri; asks?: 'file' | 'folder' };

/** A dataset of the workspace, or any file or folder. undefined where the user chooses none. */
async function chooseDataset(): Promise<vscode.Uri | undefined> {
  const { t } = vscode.l10n;
  const { datasets } = await findDatasets();
  const found = datasets.map(({ name, files }): Choice => {
    const uri = vscode.Uri.file(pathOf(files[0]));
    const folder = vscode.workspace.asRelativePath(dirname(uri.fsPath));
    const isRoot = folder === dirname(uri.fsPath);
    const names = files.map(({ file }) => basename(file)).join(', ');
    return { label: `$(database) ${name}`, description: isRoot ? names : `${folder}/ ${names}`, uri };
  });
  const separator = { label: '', kind: vscode.QuickPickItemKind.Separator };
  const others: Choice[] = [
    { label: `$(file) ${t('Choose a File…')}`, asks: 'file' },
    { label: `$(folder) ${t('Choose a Folder…')}`, asks: 'folder' },
  ];
  const chosen = await vscode.window.showQuickPick<Choice>(found.length ? [...found, separator, ...others] : others, {
    title: t('Create Run Config'),
    placeHolder: t('Dataset to train on'),
    matchOnDescription: true,
  });
  return chosen?.asks ? ask(chosen.asks) : chosen?.uri;
}

async function ask(kind: 'file' | 'folder'): Promise<vscode.Uri | undefined> {
  const { t } = vscode.l10n;
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: t('Dataset to train on'),
      openLabel: t('Choose'),
      defaultUri: vscode.workspace.workspaceFolders?.[0]?.uri,
      canSelectFiles: kind === 'file',
      canSelectFolders: kind === 'folder',
    })) ?? [];
  return uri;
}
