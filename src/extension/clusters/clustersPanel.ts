import { basename } from 'node:path';
import * as vscode from 'vscode';
import { datasetFile, datasetName } from '../../core/data/datasetFile.ts';
import { stampOf } from '../../core/data/slices.ts';
import type { DatasetFile } from '../../core/data/document.ts';
import type { Progress } from '../../core/base/progress.ts';
import type { ClusterPhase, ClustersOverview } from '../../core/explore/clusters/clusterApi.ts';
import type { ParamsOf } from '../../rpc/call.ts';
import type { ClustersService } from '../../runner/services/clusters.ts';
import type { ClustersPanelState, PageEvent } from '../../webview/protocol.ts';
import { RunnerPanel, type PanelHandlers } from '../base/runnerPanel.ts';
import { askWhere } from '../base/saveFile.ts';
import type { Services } from '../base/services.ts';

/** The labels of one dataset in clusters: the panel, and the process that clusters. */
export class ClustersPanel extends RunnerPanel<'clusters'> {
  private readonly dataset: DatasetFile;
  /** Of the dataset's file. */
  private bytes = 0;
  /** A page that is loaded again must not wait for the next. */
  private progress: Progress<ClusterPhase> | undefined;
  private overview: ClustersOverview | undefined;

  constructor(
    services: Services,
    panel: vscode.WebviewPanel,
    private state: ClustersPanelState,
  ) {
    super(services, panel, 'clusters');
    this.dataset = datasetFile(state.path);
    void this.restart();
  }

  protected override get title(): string {
    return vscode.l10n.t('Clusters of {0}', basename(this.state.path));
  }

  protected override openingEvent(): PageEvent<'clusters'> {
    return { type: 'opening', state: this.state, name: datasetName(this.dataset) };
  }

  protected override reportOpened(): void {
    if (this.overview) this.push({ type: 'opened', overview: this.overview, bytes: this.bytes });
    else if (this.progress) this.onOpening(this.progress);
  }

  protected override clear(): void {
    this.overview = this.progress = undefined;
  }

  protected override async toOpen(): Promise<ParamsOf<ClustersService, 'open'>> {
    const { dataset } = this;
    const { options, settings } = this.state;
    this.watch(dataset.file);
    this.bytes = (await stampOf(dataset.file)).size;
    return { target: { ...dataset, options }, settings };
  }

  protected override onOpening(progress: Progress<ClusterPhase>): void {
    this.progress = progress;
    this.push({ type: 'progress', progress });
  }

  protected override onOpened(overview: ClustersOverview): void {
    this.overview = overview;
    this.state = { ...this.state, settings: overview.settings };
    this.reportOpened();
  }

  protected override handlers(): PanelHandlers<'clusters'> {
    const uri = (): vscode.Uri => vscode.Uri.file(this.state.path);
    return {
      save: async () => {
        const savedAs = await this.client.call('save', {});
        if (this.overview) this.overview = { ...this.overview, savedAs };
        return savedAs;
      },
      export: async ({ k, kind }) => {
        const name = `${datasetName(this.dataset)}-${kind === 'csv' || kind === 'json' ? `${k}-clusters` : 'cooccurrence'}`;
        const file = await askWhere(name, kind);
        if (file === undefined) return undefined;
        await this.client.call('export', { k, kind, file });
        return file;
      },
      writeSubset: async ({ k, cluster }) => {
        const file = await askWhere(`${datasetName(this.dataset)}-cluster-${cluster}-of-${k}`, 'jsonl');
        if (file === undefined) return undefined;
        return { file, documents: await this.client.call('writeSubset', { k, cluster, file }) };
      },
      showDocuments: async ({ k, cluster }) => {
        const filter = { ...this.dataset, k, cluster };
        await vscode.commands.executeCommand('xmlcnn.inspectDataset', uri(), filter);
      },
      inspect: async () => {
        await vscode.commands.executeCommand('xmlcnn.inspectDataset', uri());
      },
      cluster: ({ settings }) => void this.restart({ settings, again: true }),
    };
  }
}
