import * as vscode from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { Disposable } from '../base/disposable.ts';
import { reporting } from '../base/failures.ts';
import type { Services } from '../base/services.ts';

const files = ['train.jsonl', 'test.jsonl', 'LICENSE-WordNet.txt'];
/** Name of the folder that is made. The manifest's activation event looks for it too. */
const name = 'glosses';
const walkthrough = 'xmlcnn.xmlcnn#start';
/** Remembers over the change of the window's folder what is to be opened in it. */
const pendingKey = 'xmlcnn.sampleToOpen';

/** *Open Sample Dataset*: copies it to where the user can change it, and opens it. */
export class Sample extends Disposable {
  constructor(private readonly services: Services) {
    super();
    for (const [command, work] of [
      ['xmlcnn.openSample', () => this.open()],
      ['xmlcnn.inspectSample', () => this.inspect()],
    ] as const)
      this.own(vscode.commands.registerCommand(command, reporting(services.log, work)));
    void this.openPending();
  }

  private async open(): Promise<void> {
    const parent = await chooseParent();
    if (!parent) return;
    const folder = vscode.Uri.joinPath(parent, name);
    await this.copy(folder);
    const train = vscode.Uri.joinPath(folder, files[0]);
    if (vscode.workspace.getWorkspaceFolder(train)) return openDataset(train);
    await this.services.context.globalState.update(pendingKey, train.toString());
    await vscode.commands.executeCommand('vscode.openFolder', parent);
  }

  /** For the walkthrough: the sample that was opened; where there is none, it is opened first. */
  private async inspect(): Promise<void> {
    const [found] = await vscode.workspace.findFiles(`**/${name}/${files[0]}`, '**/node_modules/**', 1);
    if (found) await vscode.commands.executeCommand('xmlcnn.inspectDataset', found);
    else await this.open();
  }

  /** What is there already is the user's own. */
  private async copy(folder: vscode.Uri): Promise<void> {
    const { fs } = vscode.workspace;
    await fs.createDirectory(folder);
    for (const file of files) {
      const target = vscode.Uri.joinPath(folder, file);
      const source = vscode.Uri.joinPath(this.services.context.extensionUri, 'examples', name, file);
      if (await exists(target)) continue;
      try {
        await fs.copy(source, target);
      } catch (error) {
        const remedy = vscode.l10n.t('Choose a folder that you may write to.');
        const { message } = error as Error;
        throw new UserError('sample-not-copied', message, remedy, { file: target.fsPath });
      }
    }
  }

  private async openPending(): Promise<void> {
    const { globalState } = this.services.context;
    const pending = globalState.get<string>(pendingKey);
    if (pending === undefined) return;
    const train = vscode.Uri.parse(pending);
    if (!vscode.workspace.getWorkspaceFolder(train)) return; // another window's
    await globalState.update(pendingKey, undefined);
    await openDataset(train);
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthrough, true);
  }
}

async function openDataset(train: vscode.Uri): Promise<void> {
  await vscode.window.showTextDocument(train, { preview: false });
  await vscode.commands.executeCommand('revealInExplorer', train);
}

/** The open workspace folder or another that the user picks. */
async function chooseParent(): Promise<vscode.Uri | undefined> {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  if (first) {
    const here = { label: vscode.l10n.t('Into {0}', first.name), description: `${first.name}/${name}`, uri: first.uri };
    const other = { label: vscode.l10n.t('Choose a Folder…'), description: '', uri: undefined };
    const placeHolder = vscode.l10n.t('Where to copy the sample dataset');
    const chosen = await vscode.window.showQuickPick([here, other], { placeHolder });
    if (!chosen) return undefined;
    if (chosen.uri) return chosen.uri;
  }
  const openLabel = vscode.l10n.t('Copy Sample Here');
  const picked = await vscode.window.showOpenDialog({ canSelectFiles: false, canSelectFolders: true, openLabel });
  return picked?.[0];
}

const exists = (uri: vscode.Uri): Promise<boolean> =>
  Promise.resolve(vscode.workspace.fs.stat(uri)).then(
    () => true,
    () => false,
  );
