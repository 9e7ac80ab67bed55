import { onlyFile } from '../../core/data/document.ts';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { Cancelled, UserError } from '../../core/base/errors.ts';
import type { Judged, JudgedQuery, JudgedRow, JudgedTarget } from '../../core/predict/judged.ts';
import { splitOfFile, splitsOf } from '../../core/text/drawnSplits.ts';
import { readRunConfig, runPaths } from '../../core/training/runFolder.ts';
import type { Split } from '../../core/base/splits.ts';
import type { RunnerClient } from '../../runner/client.ts';
import type { PredictionsPanelState, PageEvent } from '../../webview/protocol.ts';
import { Disposable } from '../base/disposable.ts';
import { failureOf } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { WebviewHost, type PageHandlers } from '../base/webviewHost.ts';
import { shortName } from '../runs/runText.ts';

/** The predictions of one run for one target: the panel, and the process that holds model and scores. */
export class PredictionsPanel extends Disposable {
  private readonly host: WebviewHost<'predictions'>;
  private runner: RunnerClient<'predictions'> | undefined;
  private opening: AbortController | undefined;
  private search: AbortController | undefined;
  private judged: Judged | undefined;
  /** What a page that is loaded anew must hear besides `judged`. */
  private last: PageEvent<'predictions'> | undefined;
  private stale: 'model' | 'file' | undefined;
  private watchers: vscode.Disposable[] = [];
  /** Before its page listens, nothing needs to be told: all is told then. */
  private isListening = false;

  constructor(
    private readonly services: Services,
    private readonly panel: vscode.WebviewPanel,
    private readonly folder: string,
    private target: JudgedTarget,
  ) {
    super();
    panel.iconPath = vscode.Uri.joinPath(services.context.extensionUri, 'media', 'xmlcnn.svg');
    this.host = this.own(new WebviewHost(services, panel, 'predictions', this.methods(), () => this.listens()));
    this.own(panel.onDidDispose(() => this.dispose()));
    this.own(vscode.workspace.onDidGrantWorkspaceTrust(() => void this.open()));
    void this.open();
  }

  /** Whether a target is to be shown here: one panel for each run's documents, and one for its single texts. */
  serves(folder: string, { kind }: JudgedTarget): boolean {
    const isSingle = (which: JudgedTarget['kind']): boolean => which === 'text' || which === 'record';
    return runPaths(folder).folder === runPaths(this.folder).folder && isSingle(kind) === isSingle(this.target.kind);
  }

  /** Comes to the front; reads only where something else was shown. */
  show(target: JudgedTarget): void {
    this.panel.reveal();
    if (JSON.stringify(target) !== JSON.stringify(this.target)) this.showInstead(target);
  }

  override dispose(): void {
    this.stop();
    super.dispose();
  }

  private showInstead(target: JudgedTarget): void {
    this.target = target;
    void this.open();
  }

  private get state(): PredictionsPanelState {
    return { folder: this.folder, target: this.target };
  }

  private get runName(): string {
    return shortName(basename(this.folder));
  }

  private listens(): void {
    this.isListening = true;
    this.tellAll();
  }

  private tellAll(): void {
    if (!this.isListening) return;
    this.host.push({ type: 'opening', state: this.state, run: this.runName });
    if (this.judged) this.host.push({ type: 'opened', state: this.state, judged: this.judged });
    if (this.last) this.host.push(this.last);
    this.tellStale();
  }

  /** What changed while it was being opened is told afterwards. */
  private tellStale(): void {
    if (this.isListening && this.judged && this.stale) this.host.push({ type: 'stale', what: this.stale });
  }

  private tell(message: PageEvent<'predictions'>): void {
    this.last = message;
    if (this.isListening) this.host.push(message);
  }

  private async open(evaluate = false): Promise<void> {
    this.stop();
    this.judged = this.last = this.stale = undefined;
    this.panel.title = vscode.l10n.t('Predictions: {0}', this.runName);
    this.tellAll();
    if (!vscode.workspace.isTrusted) return this.tell({ type: 'untrusted' });
    const runner = (this.runner = this.services.startRunner('predictions'));
    const { signal } = (this.opening = new AbortController());
    const isCurrent = (): boolean => this.runner === runner && !this.isDisposed;
    const { folder, target } = this;
    const threads = vscode.workspace.getConfiguration('xmlcnn').get('threads', 0) || undefined;
    this.watchModel();
    try {
      const judged = await runner.call(
        'open',
        { folder, target, evaluate, threads },
        { signal, onEvent: (event) => isCurrent() && this.tell({ type: 'progress', event }) },
      );
      if (!isCurrent()) return;
      this.judged = judged;
      this.last = undefined;
      this.watchFile(judged);
      void runner.exited.then(() => (isCurrent() ? this.fail(lostProcess(), runner) : undefined));
      if (this.isListening) this.host.push({ type: 'opened', state: this.state, judged });
      this.tellStale();
    } catch (error) {
      if (isCurrent()) await this.fail(error, runner);
    } finally {
      if (isCurrent()) this.opening = undefined;
    }
  }

  private async fail(error: unknown, runner: RunnerClient<'predictions'>): Promise<void> {
    const splits = await this.splits().catch(() => []);
    if (this.runner !== runner) return;
    if (error instanceof Cancelled) return this.tell({ type: 'cancelled', splits });
    this.judged = undefined;
    const text = error instanceof UserError ? error.describe() : String(error);
    this.services.log.warn(`Predictions of ${this.folder}: ${text}`);
    this.tell({ type: 'failed', failure: failureOf(error), splits });
  }

  private async splits(): Promise<Split[]> {
    return splitsOf(await readRunConfig(runPaths(this.folder)));
  }

  private stop(): void {
    this.opening?.abort();
    this.search?.abort();
    this.runner?.dispose();
    this.runner = this.opening = undefined;
    for (const watcher of this.watchers.splice(0)) watcher.dispose();
  }

  /** The run's best weights change where it is trained further. */
  private watchModel(): void {
    const best = runPaths(this.folder).checkpoint('best');
    this.watch(best, 'model');
  }

  private watchFile(judged: Judged): void {
    if (judged.file !== undefined) this.watch(judged.file, 'file');
  }

  private watch(file: string, what: 'model' | 'file'): void {
    const pattern = new vscode.RelativePattern(
      vscode.Uri.file(dirname(file)),
      basename(file).replace(/[[\]{}*?]/g, '?'),
    );
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const changed = ({ fsPath }: vscode.Uri): void => {
      if (fsPath !== file) return;
      this.stale = what;
      this.tellStale();
    };
    for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete]) event(changed);
    this.watchers.push(watcher);
  }

  private get client(): RunnerClient<'predictions'> {
    if (this.runner) return this.runner;
    throw new UserError('not-open', vscode.l10n.t('The predictions are not open'), vscode.l10n.t('Open them again.'));
  }

  private methods(): PageHandlers<'predictions'> {
    return {
      documents: (query) => this.documents(query),
      stopSearch: () => this.search?.abort(),
      document: (which) => this.client.call('document', which),
      evidence: (which) => this.client.call('evidence', which),
      labels: (query) => this.client.call('labels', query),
      openRecord: (record) => this.openRecord(record),
      chooseSplit: ({ split }) => this.showInstead({ kind: 'split', split }),
      chooseFile: () => void this.chooseFile(),
      showWholeFile: () => this.showWholeFile(),
      evaluate: () => void this.open(true),
      retry: () => void this.open(),
      cancel: () => this.opening?.abort(),
      resume: () => void vscode.commands.executeCommand('xmlcnn.resume', this.folder),
      manageTrust: () => void vscode.commands.executeCommand('workbench.trust.manage'),
    };
  }

  private async documents(query: JudgedQuery): Promise<{ rows: JudgedRow[]; total: number }> {
    this.search?.abort();
    const search = (this.search = new AbortController());
    try {
      return await this.client.call('documents', query, { signal: search.signal });
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      throw new UserError('search-stopped', vscode.l10n.t('The search was stopped'), vscode.l10n.t('Search again.'));
    }
  }

  private async openRecord({ place, id }: Parameters<PageHandlers<'predictions'>['openRecord']>[0]): Promise<void> {
    const { file, part, options } = this.judged ?? {};
    if (file === undefined) return;
    await vscode.commands.executeCommand('xmlcnn.openRecord', { file, part, place, id, options });
  }

  private async chooseFile(): Promise<void> {
    const config = await readRunConfig(runPaths(this.folder)).catch(() => undefined);
    const [chosen] =
      (await vscode.window.showOpenDialog({
        title: vscode.l10n.t('File to predict labels for'),
        openLabel: vscode.l10n.t('Open Predictions'),
        defaultUri: vscode.Uri.file(dirname(config?.dataset.train ?? this.folder)),
      })) ?? [];
    if (!chosen) return;
    const split = config && splitOfFile(config, { file: chosen.fsPath });
    this.showInstead(split ? { kind: 'split', split } : { kind: 'file', file: chosen.fsPath });
  }

  private async showWholeFile(): Promise<void> {
    if (this.target.kind !== 'record') return;
    const { line } = this.target;
    const dataset = onlyFile(this.target);
    const split = splitOfFile(await readRunConfig(runPaths(this.folder)), dataset);
    this.showInstead(split ? { kind: 'split', split, line } : { kind: 'file', ...dataset, line });
  }
}

/** A call in flight tells it itself; this is for a process that ends between two calls. */
const lostProcess = (): UserError =>
  new UserError(
    'runner-crashed',
    vscode.l10n.t('The process that held the predictions has ended unexpectedly'),
    vscode.l10n.t('Open them again; the XML-CNN output channel holds its log.'),
  );
