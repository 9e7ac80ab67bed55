import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { datasetFile } from '../../core/data/datasetFile.ts';
import { onlyFile, pathOf, type DatasetFile, type SourceOptions } from '../../core/data/document.ts';
import { Cancelled, UserError } from '../../core/base/errors.ts';
import type { ClusterFilter, DatasetSnapshot, DocumentPage, DocumentQuery } from '../../core/explore/inspectionApi.ts';
import type { RunnerClient } from '../../runner/client.ts';
import type { Progress } from '../../core/base/progress.ts';
import type { AnalysisName, DatasetPanelState } from '../../webview/protocol.ts';
import { Disposable } from '../base/disposable.ts';
import { failureOf } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { WebviewHost, type PageHandlers } from '../base/webviewHost.ts';
import { openLine, openRecord } from './openRecord.ts';
import { askReadingOptions } from './readAs.ts';
import type { RecordDocuments } from './recordDocuments.ts';

/** One dataset being inspected: its panel, and the process that reads it. */
export class DatasetPanel extends Disposable {
  private readonly host: WebviewHost<'dataset'>;
  private runner: RunnerClient<'dataset'> | undefined;
  private reading: AbortController | undefined;
  private search: AbortController | undefined;
  private readonly analyses = new Map<AnalysisName, { key: string; stop: AbortController; result: Promise<unknown> }>();
  private snapshot: DatasetSnapshot | undefined;
  private failure: unknown;
  private staleFile: string | undefined;
  private filter: ClusterFilter | undefined;
  private watchers: vscode.Disposable[] = [];

  constructor(
    private readonly services: Services,
    private readonly records: RecordDocuments,
    readonly panel: vscode.WebviewPanel,
    readonly path: string,
    private options: SourceOptions,
  ) {
    super();
    panel.title = basename(path);
    panel.iconPath = vscode.Uri.joinPath(services.context.extensionUri, 'media', 'xmlcnn.svg');
    this.host = this.own(new WebviewHost(services, panel, 'dataset', this.methods(), () => this.tellAll()));
    this.own(panel.onDidDispose(() => this.dispose()));
    void this.read();
  }

  override dispose(): void {
    this.stop();
    super.dispose();
  }

  /** The files of the dataset, as far as they are known. */
  get files(): readonly DatasetFile[] {
    return this.snapshot?.splits ?? [];
  }

  private get state(): DatasetPanelState {
    return { path: this.path, options: this.options };
  }

  /** Everything a page needs that has just been loaded, at first or again. */
  private tellAll(): void {
    const analysed = [...this.analyses.keys()];
    this.host.push({ type: 'opened', state: this.state, name: basename(this.path), analysed });
    if (this.snapshot) this.tell(this.snapshot);
    if (this.failure) this.host.push({ type: 'failed', failure: failureOf(this.failure) });
    if (this.staleFile) this.host.push({ type: 'stale', file: this.staleFile });
    if (this.filter) this.host.push({ type: 'filter', cluster: this.filter });
    this.filter = undefined;
  }

  /** Lists the documents of a cluster: now, or as soon as there is a page to list them on. */
  showCluster(cluster: ClusterFilter): void {
    this.filter = this.host.push({ type: 'filter', cluster }) ? undefined : cluster;
  }

  private tell(snapshot: DatasetSnapshot): void {
    this.snapshot = snapshot;
    this.host.push({ type: 'snapshot', snapshot, reading: this.reading !== undefined });
  }

  private async read(): Promise<void> {
    this.stop();
    this.snapshot = this.failure = this.staleFile = undefined;
    const runner = this.services.startRunner('dataset');
    const reading = new AbortController();
    this.runner = runner;
    this.reading = reading;
    this.tellAll();
    const isCurrent = (): boolean => this.runner === runner && !this.isDisposed;
    try {
      const { options } = this;
      const last = await runner.call(
        'open',
        { ...datasetFile(this.path), options },
        {
          signal: reading.signal,
          onEvent: (snapshot) => {
            if (!isCurrent()) return;
            if (!this.snapshot) this.watch(snapshot);
            this.tell(snapshot);
          },
        },
      );
      if (!isCurrent()) return;
      this.reading = undefined;
      this.tell(last);
    } catch (error) {
      if (!isCurrent()) return;
      this.reading = undefined;
      this.failure = error;
      this.services.log.warn(`Inspect ${this.path}: ${error instanceof UserError ? error.describe() : String(error)}`);
      this.tellAll();
    }
  }

  private stop(): void {
    this.reading?.abort();
    this.reading = undefined;
    this.search?.abort();
    this.analyses.clear(); // they end with their process
    this.runner?.dispose();
    this.runner = undefined;
    for (const watcher of this.watchers.splice(0)) watcher.dispose();
  }

  /** A change on disk makes what is shown stale; documents could not be read again. */
  private watch({ splits }: DatasetSnapshot): void {
    const files = new Set(splits.map(({ file }) => file));
    for (const folder of new Set([...files].map((file) => dirname(file)))) {
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(vscode.Uri.file(folder), '*'),
        true,
      );
      const check = ({ fsPath }: vscode.Uri): void => {
        if (!files.has(fsPath)) return;
        this.staleFile = fsPath;
        this.host.push({ type: 'stale', file: fsPath });
      };
      watcher.onDidChange(check);
      watcher.onDidDelete(check);
      this.watchers.push(watcher);
    }
  }

  private get client(): RunnerClient<'dataset'> {
    if (this.runner) return this.runner;
    throw new UserError('not-read', vscode.l10n.t('The dataset is not open'), vscode.l10n.t('Reload it.'));
  }

  private methods(): PageHandlers<'dataset'> {
    return {
      labels: (query) => this.client.call('labels', query),
      documents: (query) => this.documents(query),
      stopSearch: () => this.search?.abort(),
      document: (which) => this.client.call('document', which),
      findings: (query) => this.client.call('findings', query),
      openRecord: ({ split, place, id }) => {
        const found = this.snapshot?.splits.find((candidate) => candidate.split === split);
        if (!found)
          throw new UserError('not-read', vscode.l10n.t('The dataset is not open'), vscode.l10n.t('Reload it.'));
        return openRecord({ ...onlyFile(found), place, id, options: found.options }, this.records);
      },
      openFile: ({ file, line }) => openLine(file, line, this.records),
      createRunConfig: async () => {
        const train = vscode.Uri.file(this.trainFile());
        await vscode.commands.executeCommand('xmlcnn.createRunConfig', train, this.options);
      },
      readWords: (query) => this.analysis('words', query, (options) => this.client.call('readWords', query, options)),
      labelWords: (query) => this.client.call('labelWords', query),
      documentWords: (query) => this.client.call('documentWords', query),
      headCooccurrence: (query) => this.client.call('headCooccurrence', query),
      neighbours: (query) => this.client.call('neighbours', query),
      readQuality: () => this.analysis('quality', undefined, (options) => this.client.call('readQuality', {}, options)),
      quality: (query) => this.client.call('quality', query),
      compare: (query) => this.analysis('comparison', query, (options) => this.client.call('compare', query, options)),
      compared: (query) => this.client.call('compared', query),
      duplicates: (query) => this.client.call('duplicates', query),
      nearest: (query) => this.client.call('nearest', query),
      stopAnalysis: ({ analysis }) => this.analyses.get(analysis)?.stop.abort(),
      forgetAnalysis: ({ analysis }) => void this.analyses.delete(analysis),
      chooseOther: () => this.chooseOther(),
      openPointer: ({ line, id, ...dataset }) =>
        openRecord({ ...onlyFile(dataset), line: line || undefined, id }, this.records),
      exploreClusters: async () => {
        await vscode.commands.executeCommand('xmlcnn.exploreClusters', vscode.Uri.file(this.trainFile()), this.options);
      },
      cancel: () => this.reading?.abort(),
      reload: () => void this.read(),
      readAs: () => void this.readAs(),
      readAsLatin1: () => this.readWith({ ...this.options, encoding: 'latin1' }),
    };
  }

  /**
   * Runs one analysis of its kind at a time, and keeps its result: a page that was hidden and comes back gets it, or joins in
   * while it runs.
   */
  private analysis<T>(
    name: AnalysisName,
    query: unknown,
    call: (options: { signal: AbortSignal; onEvent: (progress: Progress) => void }) => Promise<T>,
  ): Promise<T> {
    const key = JSON.stringify(query);
    const held = this.analyses.get(name);
    if (held && held.key === key) return held.result as Promise<T>;
    held?.stop.abort();
    const stop = new AbortController();
    const isCurrent = (): boolean => this.analyses.get(name)?.stop === stop;
    const onEvent = (progress: Progress): void => {
      if (isCurrent()) this.host.push({ type: 'analysing', analysis: name, progress });
    };
    const result = call({ signal: stop.signal, onEvent });
    this.analyses.set(name, { key, stop, result });
    result.catch(() => {
      if (isCurrent()) this.analyses.delete(name);
    });
    return result;
  }

  private async chooseOther(): Promise<string | undefined> {
    const { t } = vscode.l10n;
    const [file] =
      (await vscode.window.showOpenDialog({
        title: t('Compare With'),
        openLabel: t('Compare'),
        defaultUri: vscode.Uri.file(dirname(this.path)),
      })) ?? [];
    return file?.fsPath;
  }

  private async documents(query: DocumentQuery): Promise<DocumentPage> {
    this.search?.abort();
    const search = (this.search = new AbortController());
    try {
      return await this.client.call('documents', query, { signal: search.signal });
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      throw new UserError('search-stopped', vscode.l10n.t('The search was stopped'), vscode.l10n.t('Search again.'));
    }
  }

  private trainFile(): string {
    const splits = this.snapshot?.splits ?? [];
    const train = splits.find(({ split }) => split === 'train') ?? splits[0];
    return train ? pathOf(train) : this.path;
  }

  private async readAs(): Promise<void> {
    const options = await askReadingOptions(this.options);
    if (options) this.readWith(options);
  }

  private readWith(options: SourceOptions): void {
    this.options = options;
    void this.read();
  }
}

/** The state of a panel that was kept, or undefined where it is none of ours. */
export function panelState(state: unknown): DatasetPanelState | undefined {
  if (typeof state !== 'object' || state === null || !('path' in state) || typeof state.path !== 'string')
    return undefined;
  const options = 'options' in state && typeof state.options === 'object' ? (state.options as SourceOptions) : {};
  return { path: state.path, options: options ?? {} };
}
