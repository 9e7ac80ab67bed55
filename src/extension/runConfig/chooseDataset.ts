import * as vscode from 'vscode';
import { findDatasets } from '../datasets/findDatasets.ts';

type Choice = vscode.QuickPickItem & { uri?: vscode.Uri; kind2?: 'file' | 'folder' };

/** A dataset of the workspace, or any file or folder. undefined where the user chooses none. */
export async function chooseDataset(): Promise<vscode.Uri | undefined> {
  const { t } = vscode.l10n;
  const found = (await findDatasets()).datasets.map(({ name, files }): Choice => {
    const uri = vscode.Uri.file(files[0][1]);
    const splits = files.map(([part]) => part).filter((part) => part !== 'all');
    return {
      label: `$(database) ${name}`,
      description: [vscode.workspace.asRelativePath(uri), splits.length > 1 ? splits.join(', ') : ''].join('  '),
      uri,
    };
  });
  return undefined;
}
