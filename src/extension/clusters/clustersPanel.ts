import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { Cancelled, UserError } from '../../core/base/errors.ts';
import { datasetFile, datasetName } from '../../core/data/datasetFile.ts';
import { stampOf } from '../../core/data/slices.ts';
import type { DatasetFile } from '../../core/data/document.ts';
import type { Progress } from '../../core/base/progress.ts';
import type { ClusterPhase, ClusterSettings, ClustersOverview } from '../../core/explore/clusters/clusterApi.ts';
import type { RunnerClient } from '../../runner/client.ts';
import type { ClustersPanelState, ClusterWork } from '../../webview/protocol.ts';
import { Disposable } from '../base/disposable.ts';
import { failureOf } from '../base/failures.ts';
import { askWhere } from '../base/saveFile.ts';
import type { Services } from '../base/services.ts';
import { WebviewHost, type PageHandlers } from '../base/webviewHost.ts';

/** What a call to the runner may be given beside its parameters. */
interface CallOptions {
  signal: AbortSignal;
  onEvent: (progress: Progress<ClusterPhase>) => void;
}

/** The labels of one dataset in clusters: the panel, and the process that clusters. */
export class ClustersPanel extends Disposable {
  private readonly host: WebviewHost<'clusters'>;
  private readonly dataset: DatasetFile;
  private runner: RunnerClient<'clusters'> | undefined;
  private readonly working = new Map<ClusterWork, AbortController>();
  /** How far opening is: a page that is loaded again must not wait for the next word of it. */
  private opening: Progress<ClusterPhase> | undefined;
  private opened: { overview: ClustersOverview; bytes: number } | undefined;
  private failure: unknown;
  private isStale = false;

  constructor(
    private readonly services: Services,
    panel: vscode.WebviewPanel,
    private state: ClustersPanelState,
  ) {
    super();
    this.dataset = datasetFile(state.path);
    panel.title = vscode.l10n.t('Clusters of {0}', basename(state.path));
    panel.iconPath = vscode.Uri.joinPath(services.context.extensionUri, 'media', 'xmlcnn.svg');
    this.host = this.own(new WebviewHost(services, panel, 'clusters', this.methods(), () => this.tellAll()));
    this.watch();
    void this.open(state.settings, false);
  }

  override dispose(): void {
    this.stop();
    super.dispose();
  }

  private stop(): void {
    for (const controller of this.working.values()) controller.abort();
    this.working.clear();
    this.runner?.dispose();
    this.runner = undefined;
  }

  /** Everything a page needs that has just been loaded, at first or again. */
  private tellAll(): void {
    this.host.push({ type: 'opening', state: this.state, name: datasetName(this.dataset) });
    if (this.opened) this.host.push({ type: 'opened', ...this.opened });
    else if (this.failure instanceof Cancelled) this.host.push({ type: 'cancelled' });
    else if (this.failure) this.host.push({ type: 'failed', failure: failureOf(this.failure) });
    else if (this.opening) this.host.push({ type: 'progress', work: 'open', progress: this.opening });
    if (this.isStale) this.host.push({ type: 'stale', file: this.dataset.file });
  }

  private async open(settings: ClusterSettings | undefined, anew: boolean): Promise<void> {
    this.stop();
    this.opened = this.failure = this.opening = undefined;
    this.isStale = false;
    const runner = (this.runner = this.services.startRunner('clusters'));
    this.tellAll();
    const { dataset } = this;
    const { options } = this.state;
    try {
      const { size } = await stampOf(dataset.file);
      const overview = await this.work('open', (call) =>
        runner.call(
          'open',
          { target: { ...dataset, options }, settings, anew, keep: vscode.workspace.isTrusted },
          call,
        ),
      );
      if (this.runner !== runner) return;
      this.state = { ...this.state, settings: overview.settings };
      this.opened = { overview, bytes: size };
    } catch (error) {
      if (this.runner !== runner) return;
      this.failure = error;
      if (!(error instanceof Cancelled))
        this.services.log.warn(
          `Label clusters of ${this.state.path}: ${error instanceof UserError ? error.describe() : String(error)}`,
        );
    }
    this.tellAll();
  }

  /** Lets the runner work, with progress told to the page; a later piece of the same work ends the earlier. */
  private async work<T>(name: ClusterWork, call: (options: CallOptions) => Promise<T>): Promise<T> {
    this.working.get(name)?.abort();
    const controller = new AbortController();
    this.working.set(name, controller);
    const onEvent = (progress: Progress<ClusterPhase>): void => {
      if (this.working.get(name) !== controller) return;
      if (name === 'open') this.opening = progress;
      this.host.push({ type: 'progress', work: name, progress });
    };
    try {
      return await call({ signal: controller.signal, onEvent });
    } finally {
      if (this.working.get(name) === controller) this.working.delete(name);
    }
  }

  /** The same, for what may be stopped without a word: at once, though the runner may only heed it a little later. */
  private async stoppable<T>(name: ClusterWork, call: (options: CallOptions) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.work(name, (options) => Promise.race([call(options), whenAborted(options.signal)]));
    } catch (error) {
      if (error instanceof Cancelled) return undefined;
      throw error;
    }
  }

  /** A change on disk makes what is shown stale. */
  private watch(): void {
    const { file } = this.dataset;
    const pattern = new vscode.RelativePattern(vscode.Uri.file(dirname(file)), '*');
    const watcher = this.own(vscode.workspace.createFileSystemWatcher(pattern, true));
    const check = ({ fsPath }: vscode.Uri): void => {
      if (fsPath !== file) return;
      this.isStale = true;
      this.host.push({ type: 'stale', file });
    };
    this.own(watcher.onDidChange(check));
    this.own(watcher.onDidDelete(check));
  }

  private get client(): RunnerClient<'clusters'> {
    if (this.runner) return this.runner;
    throw new UserError('not-clustered', vscode.l10n.t('The labels are not clustered'), vscode.l10n.t('Try again.'));
  }

  private methods(): PageHandlers<'clusters'> {
    const uri = (): vscode.Uri => vscode.Uri.file(this.state.path);
    return {
      clusters: (query) => this.client.call('clusters', query),
      words: (query) => this.stoppable('words', (call) => this.client.call('words', query, call)),
      map: (query) => this.stoppable('map', (call) => this.client.call('map', query, call)),
      labels: (query) => this.client.call('labels', query),
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
      cluster: ({ settings }) => void this.open(settings, true),
      stop: ({ work }) => this.working.get(work)?.abort(),
      reload: () => void this.open(this.state.settings, false),
    };
  }
}

/** Rejects with `Cancelled`, and settles in no other way. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Cancelled()), { once: true }));
}
