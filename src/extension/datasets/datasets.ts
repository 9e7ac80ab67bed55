/** Inspecting datasets: panels, records as documents, and the tree of datasets in the workspace. */
import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { isUnreadable } from '../../core/data/datasetEndings.ts';
import type { SourceOptions } from '../../core/data/document.ts';
import { datasetFile, isSameDataset } from '../../core/data/datasetFile.ts';
import type { ClusterFilter } from '../../core/explore/documentFilter.ts';
import { type CommandArguments, readArguments } from '../base/commandArguments.ts';
import { Disposable } from '../base/disposable.ts';
import { openPagePanel } from '../base/pagePanel.ts';
import { reporting } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { DatasetPanel, panelState } from './datasetPanel.ts';
import { DatasetTree } from './datasetTree.ts';
import type { RecordTarget } from '../../core/explore/recordText.ts';
import { openRaw, openRecord } from './openRecord.ts';
import { RecordDocuments, RecordLens } from './recordDocuments.ts';

/** Of what is no file of its own: folders, parts of files, and files that are not there. */
const viewType = 'xmlcnn.dataset';
/** Of files: by choice, or by a double click where no text editor shows them. */
const editorTypes = { chosen: 'xmlcnn.inspect', usual: 'xmlcnn.inspectPacked' };

export class Datasets extends Disposable implements vscode.CustomReadonlyEditorProvider {
  /** Records shown as documents; hovers ask it what a document of scheme `xmlcnn-record` shows. */
  readonly records: RecordDocuments;
  private readonly panels = new Map<string, DatasetPanel>();
  /** Clusters to list the documents of, by the path whose editor is about to open. */
  private readonly awaited = new Map<string, ClusterFilter>();

  constructor(private readonly services: Services) {
    super();
    this.records = this.own(new RecordDocuments(services));
    this.own(RecordLens.register(this.records));
    this.own(new DatasetTree());
    this.command('xmlcnn.inspectDataset', (...args: unknown[]) => this.inspect(readArguments(args)));
    this.command('xmlcnn.openRecord', (record: RecordTarget) => openRecord(record, this.records));
    this.command('xmlcnn.openRawRecord', (uri: vscode.Uri) => openRaw(uri, this.records));
    this.own(
      vscode.window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: async (panel, kept) => this.restore(panel, kept),
      }),
    );
    for (const type of Object.values(editorTypes))
      this.own(vscode.window.registerCustomEditorProvider(type, this, { webviewOptions: { enableFindWidget: true } }));
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  /** The editor keeps no state of ours: how the file was read is kept until its editor is closed. */
  resolveCustomEditor({ uri: { fsPath: path } }: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    this.panels.get(path)?.panel.dispose();
    const kept = this.services.context.workspaceState;
    const key = `inspect ${path}`;
    const keep = (options: SourceOptions): void => void kept.update(key, options);
    this.adopt(new DatasetPanel(this.services, this.records, panel, path, kept.get(key, {}), keep));
    panel.onDidDispose(() => kept.update(key, undefined));
  }

  private command<A extends unknown[]>(id: string, work: (...args: A) => Promise<unknown>): void {
    this.own(vscode.commands.registerCommand(id, reporting(this.services.log, work)));
  }

  private async inspect({ path: given, options }: CommandArguments<ClusterFilter>): Promise<void> {
    const path = given ?? (await chooseDataset(vscode.l10n.t('Inspect Dataset'), vscode.l10n.t('Inspect')));
    if (path === undefined) return;
    const filter = 'cluster' in options ? (options as ClusterFilter) : undefined;
    const open = this.panels.get(path) ?? (filter && this.showing(path));
    if (open) {
      if (filter) open.showCluster(filter);
      return open.panel.reveal();
    }
    if (filter) this.awaited.set(path, filter);
    if (await isFile(path)) {
      const type = isUnreadable(path) ? editorTypes.usual : editorTypes.chosen;
      await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(path), type, { preview: false });
      return;
    }
    const panel = openPagePanel(viewType, path);
    this.adopt(new DatasetPanel(this.services, this.records, panel, path, {}));
  }

  /** A panel that shows a file as a split of its dataset. */
  private showing(path: string): DatasetPanel | undefined {
    const dataset = datasetFile(path);
    return [...this.panels.values()].find((panel) => panel.files.some((one) => isSameDataset(one, dataset)));
  }

  private restore(panel: vscode.WebviewPanel, kept: unknown): void {
    const state = panelState(kept);
    if (state) this.adopt(new DatasetPanel(this.services, this.records, panel, state.path, state.options));
    else panel.dispose();
  }

  private adopt(panel: DatasetPanel): void {
    this.own(panel);
    this.panels.set(panel.path, panel);
    const filter = this.awaited.get(panel.path);
    this.awaited.delete(panel.path);
    if (filter) panel.showCluster(filter);
    panel.panel.onDidDispose(() => {
      if (this.panels.get(panel.path) === panel) this.panels.delete(panel.path);
    });
  }
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false, // the page says what is wrong with it
  );

/** Any file will do: its content shows the format. */
export async function chooseDataset(title: string, openLabel: string): Promise<string | undefined> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel,
      defaultUri: active?.scheme === 'file' ? active : vscode.workspace.workspaceFolders?.[0]?.uri,
      canSelectFiles: true,
      canSelectFolders: false,
    })) ?? [];
  return chosen?.fsPath;
}
