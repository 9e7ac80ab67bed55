import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { pathOf } from '../../core/data/document.ts';
import { findDatasets } from '../datasets/findDatasets.ts';

type Choice = vscode.QuickPickItem & { uri?: vscode.Uri; asks?: 'file' | 'folder' };

/** A dataset of the workspace, or any file or folder. undefined where the user chooses none. */
export async function chooseDataset(): Promise<vscode.Uri | undefined> {
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
