import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { SplitOrAll } from '../../core/base/splits.ts';
import { datasetGlob } from '../../core/data/datasetEndings.ts';
import { onlyFile, pathOf, type DatasetFile } from '../../core/data/document.ts';
import type { TreeElement } from '../base/commandArguments.ts';
import { Disposable } from '../base/disposable.ts';
import { watch } from '../base/watch.ts';
import { findDatasets, isExcluded, mostFiles } from './findDatasets.ts';
import { placeOf, type FoundDataset } from './workspaceDatasets.ts';

/** Milliseconds in which changes of files are taken together. */
const settling = 500;

/** A dataset, or one of its splits; `file` is what is inspected. */
interface DatasetItem extends TreeElement {
  dataset: FoundDataset;
  file: DatasetFile;
  path: string;
  /** undefined for the dataset itself. */
  split?: SplitOrAll;
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
    const later = (): void => this.refreshSoon();
    const ofFile = (path: string): void => void (isExcluded(vscode.Uri.file(path)) || later());
    this.own(watch(datasetGlob, ofFile, ['create', 'delete']));
    this.own(vscode.workspace.onDidChangeWorkspaceFolders(later));
    this.own(vscode.commands.registerCommand('xmlcnn.refreshDatasets', () => this.changed.fire()));
    this.own(new vscode.Disposable(() => clearTimeout(this.waiting)));
  }

  async getChildren(item?: DatasetItem): Promise<DatasetItem[]> {
    if (!item) return (await this.find()).map((dataset) => itemOf(dataset, onlyFile(dataset.files[0])));
    if (item.split !== undefined) return [];
    const { dataset } = item;
    return dataset.files.length > 1 ? dataset.files.map(({ split, ...file }) => itemOf(dataset, file, split)) : [];
  }

  getTreeItem(item: DatasetItem): vscode.TreeItem {
    return item.split === undefined ? datasetItem(item.dataset) : splitItem(item.split, item.file);
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

const itemOf = (dataset: FoundDataset, file: DatasetFile, split?: SplitOrAll): DatasetItem => ({
  dataset,
  file,
  path: pathOf(file),
  split,
});

function datasetItem({ name, folder, files }: FoundDataset): vscode.TreeItem {
  const { TreeItemCollapsibleState: state } = vscode;
  const item = new vscode.TreeItem(name, files.length > 1 ? state.Expanded : state.None);
  const place = placeOf({ name, folder }, vscode.workspace.workspaceFolders?.map(({ uri }) => uri.fsPath) ?? []);
  item.description = place && vscode.workspace.asRelativePath(place);
  item.iconPath = new vscode.ThemeIcon('database');
  return inspectable(item, 'dataset', files[0]);
}

function splitItem(split: SplitOrAll, file: DatasetFile): vscode.TreeItem {
  const item = new vscode.TreeItem(splitName(split));
  item.description = basename(file.file);
  item.iconPath = new vscode.ThemeIcon('list-flat');
  return inspectable(item, 'split', file);
}

function inspectable(item: vscode.TreeItem, kind: string, file: DatasetFile): vscode.TreeItem {
  const path = pathOf(file);
  const uri = vscode.Uri.file(path);
  item.id = `${kind}:${path}`;
  item.tooltip = path;
  item.contextValue = kind;
  item.command = { title: vscode.l10n.t('Inspect Dataset'), command: 'xmlcnn.inspectDataset', arguments: [uri] };
  return item;
}

function splitName(split: SplitOrAll): string {
  const { t } = vscode.l10n;
  return { train: t('training'), validation: t('validation'), test: t('test'), all: t('all') }[split];
}
