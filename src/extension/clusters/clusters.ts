/** Exploring label clusters: *XML-CNN: Explore Label Clusters* and its panels. */
import * as vscode from 'vscode';
import { datasetFile } from '../../core/data/datasetFile.ts';
import { pathOf, type SourceOptions } from '../../core/data/document.ts';
import { fileOf } from '../../core/data/findSplits.ts';
import type { ClustersPanelState } from '../../webview/protocol.ts';
import { type CommandArguments, readArguments } from '../base/commandArguments.ts';
import { Disposable } from '../base/disposable.ts';
import { openPagePanel } from '../base/pagePanel.ts';
import { reporting } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { chooseDataset } from '../datasets/datasets.ts';
import { ClustersPanel } from './clustersPanel.ts';

const viewType = 'xmlcnn.clusters';

export class Clusters extends Disposable implements vscode.WebviewPanelSerializer<Partial<ClustersPanelState>> {
  private readonly panels = new Map<string, vscode.WebviewPanel>();

  constructor(private readonly services: Services) {
    super();
    this.own(vscode.window.registerWebviewPanelSerializer(viewType, this));
    const explore = reporting(services.log, (...args: unknown[]) => this.explore(readArguments(args)));
    this.own(vscode.commands.registerCommand('xmlcnn.exploreClusters', explore));
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, kept?: Partial<ClustersPanelState>): Promise<void> {
    if (typeof kept?.path === 'string')
      this.adopt(panel, { path: kept.path, options: kept.options ?? {}, settings: kept.settings });
    else panel.dispose();
  }

  private async explore({ path: given, options }: CommandArguments<SourceOptions>): Promise<void> {
    const title = vscode.l10n.t('Label Clusters');
    const chosen = given ?? (await chooseDataset(title, vscode.l10n.t('Cluster')));
    if (chosen === undefined) return;
    const path = pathOf(await fileOf(datasetFile(chosen)));
    const open = this.panels.get(path);
    if (open) return open.reveal();
    this.adopt(openPagePanel(viewType, title), { path, options });
  }

  private adopt(panel: vscode.WebviewPanel, state: ClustersPanelState): void {
    this.own(new ClustersPanel(this.services, panel, state));
    this.panels.set(state.path, panel);
    panel.onDidDispose(() => {
      if (this.panels.get(state.path) === panel) this.panels.delete(state.path);
    });
  }
}
