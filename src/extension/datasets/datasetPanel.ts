import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { isRecord } from '../../core/base/schema.ts';
import { datasetFile, datasetName } from '../../core/data/datasetFile.ts';
import { onlyFile, pathOf, type DatasetFile, type SourceOptions } from '../../core/data/document.ts';
import { UserError } from '../../core/base/errors.ts';
import type { DatasetSnapshot } from '../../core/explore/inspectionApi.ts';
import type { ClusterFilter } from '../../core/explore/documentFilter.ts';
import type { AnalysisName, DatasetPanelState, PageEvent } from '../../webview/protocol.ts';
import { ownEnding } from '../../core/explore/writeDocuments.ts';
import type { Progress } from '../../core/base/progress.ts';
import type { CallOptions } from '../../rpc/call.ts';
import type { WhichDocuments } from '../../runner/services/dataset.ts';
import { askWhere } from '../base/saveFile.ts';
import { IdleRunner } from '../base/idleRunner.ts';
import { JoinedCalls } from '../base/joinedCalls.ts';
import { RunnerPanel, type PanelHandlers } from '../base/runnerPanel.ts';
import type { Services } from '../base/services.ts';
import { openLine, openRecord } from './openRecord.ts';
import type { RecordDocuments } from './recordDocuments.ts';

/** One dataset being inspected: its panel, and the process that reads it. */
export class DatasetPanel extends RunnerPanel<'dataset'> {
  private readonly analyses = new JoinedCalls<AnalysisName>();
  /** Reads what the dataset might be read as: not the process that is reading it. */
  private readonly previews: IdleRunner<'dataset'>;
  private snapshot: DatasetSnapshot | undefined;
  /** Waits for a page to list its documents on. */
  private filter: ClusterFilter | undefined;

  constructor(
    services: Services,
    private readonly records: RecordDocuments,
    panel: vscode.WebviewPanel,
    readonly path: string,
    private options: SourceOptions,
    /** Of an editor, which a text editor could stand for: keeps how its file is read. */
    private readonly keep?: (options: SourceOptions) => void,
  ) {
    super(services, panel, 'dataset');
    this.previews = this.own(new IdleRunner(() => services.startRunner('dataset')));
    void this.restart();
  }

  /** The files of the dataset, as far as they are known. */
  get files(): readonly DatasetFile[] {
    return this.snapshot?.splits ?? [];
  }

  /** Lists the documents of a cluster: now, or as soon as there is a page to list them on. */
  showCluster(cluster: ClusterFilter): void {
    this.filter = this.push({ type: 'filter', cluster }) ? undefined : cluster;
  }

  protected override get title(): string {
    return basename(this.path);
  }

  protected override openingEvent(): PageEvent<'dataset'> {
    const state: DatasetPanelState = { path: this.path, options: this.options };
    return {
      type: 'opening',
      state,
      name: this.title,
      analysed: this.analyses.names,
      isEditor: this.keep !== undefined,
    };
  }

  protected override reportOpened(): void {
    if (this.snapshot) this.push({ type: 'snapshot', snapshot: this.snapshot, reading: this.isOpening });
    if (this.filter) this.showCluster(this.filter);
  }

  protected override clear(): void {
    this.snapshot = undefined;
    this.analyses.clear();
  }

  protected override async toOpen(): Promise<DatasetFile & { options: SourceOptions }> {
    return { ...datasetFile(this.path), options: this.options };
  }

  protected override onOpening(snapshot: DatasetSnapshot): void {
    if (!this.snapshot) this.watch(...snapshot.splits.map(({ file }) => file));
    this.onOpened(snapshot);
  }

  protected override onOpened(snapshot: DatasetSnapshot): void {
    this.snapshot = snapshot;
    this.reportOpened();
  }

  protected override handlers(): PanelHandlers<'dataset'> {
    return {
      openRecord: ({ split, place, id }) => {
        const found = this.snapshot?.splits.find((candidate) => candidate.split === split);
        if (!found)
          throw new UserError('not-read', vscode.l10n.t('The dataset is not open'), vscode.l10n.t('Reload it.'));
        return openRecord({ ...onlyFile(found), place, id, options: found.options }, this.records);
      },
      openFile: ({ file, line }) => openLine(file, line, this.records),
      exportDocuments: (query, { signal, emit }) => this.exportDocuments(query, { signal, onEvent: emit }),
      exportLabels: async (query) => {
        const file = await askWhere(`${datasetName(datasetFile(this.path))}-labels`, 'csv');
        if (file !== undefined) await this.client.call('writeLabels', { ...query, file });
        return file;
      },
      createRunConfig: () => this.withTrainFile('xmlcnn.createRunConfig'),
      exploreClusters: () => this.withTrainFile('xmlcnn.exploreClusters'),
      readWords: ({ again, ...query }, context) =>
        this.analyses.join('readWords', { ...context, again, key: JSON.stringify(query) }, (options) =>
          this.client.call('readWords', query, options),
        ),
      readQuality: ({ again }, context) =>
        this.analyses.join('readQuality', { ...context, again, key: '' }, (options) =>
          this.client.call('readQuality', {}, options),
        ),
      compare: ({ again, ...query }, context) =>
        this.analyses.join('compare', { ...context, again, key: JSON.stringify(query) }, (options) =>
          this.client.call('compare', query, options),
        ),
      chooseFile: (choice) => this.chooseFile(choice),
      openPointer: ({ line, id, ...dataset }) =>
        openRecord({ ...onlyFile(dataset), line: line || undefined, id }, this.records),
      preview: ({ options }, { signal }) =>
        this.previews.callInstead('preview', { ...datasetFile(this.path), options }, { signal }),
      openAsText: () => this.openAsText(),
      readWith: ({ options }) => this.readWith(options),
    };
  }

  private async exportDocuments(
    query: WhichDocuments,
    options: CallOptions<Progress>,
  ): Promise<{ file: string; documents: number } | undefined> {
    const split = this.snapshot?.splits.find((one) => one.split === query.split);
    const own = split && ownEnding(split.format, split.options);
    const kinds = [...new Set([own ?? 'jsonl', 'jsonl'])];
    const file = await askWhere(`${datasetName(split ?? datasetFile(this.path))}-part`, kinds[0], ...kinds.slice(1));
    if (file === undefined) return undefined;
    return { file, documents: await this.client.call('writeDocuments', { ...query, file }, options) };
  }

  private async chooseFile(choice: { title: string; openLabel?: string }): Promise<string | undefined> {
    const defaultUri = vscode.Uri.file(dirname(this.path));
    const [file] = (await vscode.window.showOpenDialog({ ...choice, defaultUri })) ?? [];
    return file?.fsPath;
  }

  private async withTrainFile(command: string): Promise<void> {
    const splits = this.snapshot?.splits ?? [];
    const train = splits.find(({ split }) => split === 'train') ?? splits[0];
    const file = vscode.Uri.file(train ? pathOf(train) : this.path);
    await vscode.commands.executeCommand(command, file, this.options);
  }

  private readWith(options: SourceOptions): void {
    this.options = options;
    this.keep?.(options);
    void this.restart();
  }

  /** In the place of this. */
  private async openAsText(): Promise<void> {
    const { panel } = this;
    await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(this.path), 'default', panel.viewColumn);
    panel.dispose();
  }
}

/** The state of a panel that was kept, or undefined where it is none of ours. */
export function panelState(state: unknown): DatasetPanelState | undefined {
  if (!isRecord(state) || typeof state.path !== 'string') return undefined;
  return { path: state.path, options: isRecord(state.options) ? state.options : {} };
}
