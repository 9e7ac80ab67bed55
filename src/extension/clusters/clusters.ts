/** Exploring label clusters: *XML-CNN: Explore Label Clusters* and its panels. */
import * as vscode from 'vscode';
import { datasetFile } from '../../core/data/datasetFile.ts';
import { pathOf, type SourceOptions } from '../../core/data/document.ts';
import { fileOf } from '../../core/data/findSplits.ts';
import type { ClustersPanelState } from '../../webview/protocol.ts';
import { Disposable } from '../base/disposable.ts';
import { reporting } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { chooseDataset } from '../datasets/datasets.ts';
import type { DatasetItem } from '../datasets/datasetTree.ts';
import { ClustersPanel } from './clustersPanel.ts';

const viewType = 'xmlcnn.clusters';

export class Clusters extends Disposable implements vscode.WebviewPanelSerializer<Partial<ClustersPanelState>> {
  private readonly panels = new Map<string, vscode.WebviewPanel>();

  constructor(private readonly services: Services) {
    super();
    this.own(vscode.window.registerWebviewPanelSerializer(viewType, this));
    this.command('xmlcnn.exploreClusters', (uri?: vscode.Uri, options?: SourceOptions) => this.explore(uri, options));
    this.command('xmlcnn.exploreClustersItem', ({ file }: DatasetItem) => this.explore(vscode.Uri.file(pathOf(file))));
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, kept?: Partial<ClustersPanelState>): Promise<void> {
    if (typeof kept?.path === 'string')
      this.adopt(panel, { path: kept.path, options: kept.options ?? {}, settings: kept.settings });
    else panel.dispose();
  }

  private command<A extends unknown[]>(id: string, work: (...args: A) => Promise<unknown>): void {
    this.own(vscode.commands.registerCommand(id, reporting(this.services.log, work)));
  }

  /** `options` are none where the command comes from a menu, which hands over what is selected. */
  private async explore(given?: vscode.Uri, options?: SourceOptions): Promise<void> {
    const title = vscode.l10n.t('Label Clusters');
    const uri = given ?? (await chooseDataset(title, vscode.l10n.t('Cluster')));
    if (!uri) return;
    const path = pathOf(await fileOf(datasetFile(uri.fsPath)));
    const open = this.panels.get(path);
    if (open) return open.reveal();
    const state = { path, options: Array.isArray(options) ? {} : (options ?? {}) };
    this.adopt(vscode.window.createWebviewPanel(viewType, title, vscode.ViewColumn.Active), state);
  }

  private adopt(panel: vscode.WebviewPanel, state: ClustersPanelState): void {
    const page = this.own(new ClustersPanel(this.services, panel, state));
    this.panels.set(state.path, panel);
    panel.onDidDispose(() => {
      page.dispose();
      if (this.panels.get(state.path) === panel) this.panels.delete(state.path);
    });
  }
}
