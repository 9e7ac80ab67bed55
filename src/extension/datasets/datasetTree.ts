import { basename } from 'node:path';
import * as vscode from 'vscode';
import { Disposable } from '../base/disposable.ts';
import { datasetPattern, findDatasets, isExcluded, mostFiles } from './findDatasets.ts';
import type { FoundDataset } from './workspaceDatasets.ts';

/** Milliseconds in which changes of files are taken together. */
const settling = 500;

/** A dataset, or one of its splits; `file` is what is inspected. */
export interface DatasetItem {
  dataset: FoundDataset;
  file: string;
  /** undefined for the dataset itself. */
  part?: string;
}

/** The datasets of the workspace with their splits. */
export class DatasetTree extends Disposable implements vscode.TreeDataProvider<DatasetItem> {
  private readonly changed = this.own(new vscode.EventEmitter<void>());
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<DatasetItem>;
  private waiting: NodeJS.Timeout | undefined;

  constructor() {
    super();
    this.view = this.own(
      vscode.window.createTreeView('xmlcnn.datasets', { treeDataProvider: this, showCollapseAll: true }),
    );
    const watcher = this.own(vscode.workspace.createFileSystemWatcher(datasetPattern, false, true, false));
    const later = (): void => this.refreshSoon();
    const ofFile = (uri: vscode.Uri): void => void (isExcluded(uri) || later());
    this.own(watcher.onDidCreate(ofFile));
    this.own(watcher.onDidDelete(ofFile));
    this.own(vscode.workspace.onDidChangeWorkspaceFolders(later));
    this.own(vscode.commands.registerCommand('xmlcnn.refreshDatasets', () => this.changed.fire()));
    this.own(new vscode.Disposable(() => clearTimeout(this.waiting)));
  }

  async getChildren(item?: DatasetItem): Promise<DatasetItem[]> {
    if (!item) return (await this.find()).map((dataset) => ({ dataset, file: dataset.files[0][1] }));
    if (item.part !== undefined) return [];
    const { dataset } = item;
    return dataset.files.length > 1 ? dataset.files.map(([part, file]) => ({ dataset, part, file })) : [];
  }

  getTreeItem(item: DatasetItem): vscode.TreeItem {
    return item.part === undefined ? datasetItem(item.dataset) : splitItem(item.part, item.file);
  }

  private async find(): Promise<FoundDataset[]> {
    const { datasets, isCut } = await findDatasets();
    this.view.message = isCut ? vscode.l10n.t('Only the first {0} files were looked at.', mostFiles) : undefined;
    return datasets;
  }

  private refreshSoon(): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.changed.fire(), settling);
  }
}

function datasetItem({ name, folder, files }: FoundDataset): vscode.TreeItem {
  const { TreeItemCollapsibleState: state } = vscode;
  const item = new vscode.TreeItem(name, files.length > 1 ? state.Expanded : state.None);
  const isRoot = vscode.workspace.workspaceFolders?.some(({ uri }) => uri.fsPath === folder);
  item.description = isRoot ? '' : vscode.workspace.asRelativePath(folder);
  item.iconPath = new vscode.ThemeIcon('database');
  return inspectable(item, 'dataset', files[0][1]);
}

function splitItem(part: string, file: string): vscode.TreeItem {
  const item = new vscode.TreeItem(partName(part));
  item.description = basename(file);
  item.iconPath = new vscode.ThemeIcon('list-flat');
  return inspectable(item, 'split', file);
}

function inspectable(item: vscode.TreeItem, kind: string, file: string): vscode.TreeItem {
  const uri = vscode.Uri.file(file);
  item.id = `${kind}:${file}`;
  item.tooltip = file;
  item.contextValue = kind;
  item.command = { title: vscode.l10n.t('Inspect Dataset'), command: 'xmlcnn.inspectDataset', arguments: [uri] };
  return item;
}

function partName(part: string): string {
  const { t } = vscode.l10n;
  return part === 'train'
    ? t('training')
    : part === 'validation'
      ? t('validation')
      : part === 'test'
        ? t('test')
        : part;
}
