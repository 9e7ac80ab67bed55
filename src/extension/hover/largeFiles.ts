import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { bagOfWordsFormats } from '../../core/data/document.ts';
import { openReader } from '../../core/data/openDataset.ts';
import { UserError } from '../../core/base/errors.ts';
import { Disposable } from '../base/disposable.ts';
import { reporting } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { showInformation } from '../base/notices.ts';
import { mayHoldRecords } from './datasetFiles.ts';

/** VS Code gives files beyond this to no extension. */
const largestSynchronised = 50 * 1024 * 1024;
const memoryKey = 'xmlcnn.largeFilesTold';

/** Says, once per dataset file, why there is no hover in it, and offers what can be done instead. */
export class LargeFileNotice extends Disposable {
  constructor(private readonly services: Services) {
    super();
    const look = reporting(services.log, () => this.look());
    this.own(vscode.window.tabGroups.onDidChangeTabs(look));
    this.own(vscode.window.tabGroups.onDidChangeTabGroups(look));
    void look();
  }

  private async look(): Promise<void> {
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    if (!(input instanceof vscode.TabInputText) || input.uri.scheme !== 'file') return;
    const { uri } = input;
    const { workspaceState } = this.services.context;
    const told = workspaceState.get<string[]>(memoryKey, []);
    const isOn = vscode.workspace.getConfiguration('xmlcnn', uri).get('hover.enabled', true);
    if (!isOn || told.includes(uri.fsPath) || !(await isLargeDataset(uri.fsPath))) return;
    await workspaceState.update(memoryKey, [...told, uri.fsPath]);
    await this.tell(uri);
  }

  private async tell(uri: vscode.Uri): Promise<void> {
    const { t } = vscode.l10n;
    const record = t('Open a Record');
    const inspect = t('Inspect Dataset');
    const text = t(
      '{0} is over 50 MB. VS Code gives such files to no extension, so no labels are shown when you point at them; a record on its own has them.',
      basename(uri.fsPath),
    );
    const chosen = await showInformation(text, record, inspect);
    if (chosen === inspect) await vscode.commands.executeCommand('xmlcnn.inspectDataset', uri);
    if (chosen === record) await openRecord(uri);
  }
}

async function openRecord({ fsPath }: vscode.Uri): Promise<void> {
  const { t } = vscode.l10n;
  const answer = await vscode.window.showInputBox({
    title: t('Open a Record'),
    prompt: t('A line of the record, as the editor counts it.'),
    value: '1',
    validateInput: (value) => (/^[1-9]\d*$/.test(value.trim()) ? undefined : t('A line number, from 1.')),
  });
  if (answer) await vscode.commands.executeCommand('xmlcnn.openRecord', { file: fsPath, line: Number(answer) });
}

async function isLargeDataset(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found || found.size <= largestSynchronised || !mayHoldRecords(path, 'plaintext')) return false;
  try {
    return !bagOfWordsFormats.includes((await openReader({ file: path }, {})).options.format);
  } catch (error) {
    if (error instanceof UserError) return false; // no dataset
    throw error;
  }
}
