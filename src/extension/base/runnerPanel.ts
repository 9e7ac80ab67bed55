import * as vscode from 'vscode';
import { Cancelled, UserError } from '../../core/base/errors.ts';
import type { CallContext, EventOf, Handlers, ParamsOf, ResultOf } from '../../rpc/call.ts';
import type { RunnerClient } from '../../runner/client.ts';
import type { Services as RunnerServices } from '../../runner/protocol.ts';
import {
  kept,
  type OwnMethods,
  type PageEvent,
  type RunnerPage,
  type RunnerPanelEvent,
} from '../../webview/protocol.ts';
import { Disposable } from './disposable.ts';
import { failureOf, logText } from './failures.ts';
import type { Services } from './services.ts';
import { watchFiles } from './watch.ts';
import { WebviewHost, type PageHandlers } from './webviewHost.ts';

/** What a page calls besides its process, but for what all such panels answer alike. */
export type PanelHandlers<P extends RunnerPage> = Omit<Handlers<OwnMethods[P]>, 'listen' | 'cancel' | 'reload'>;
type ToOpen<P extends RunnerPage> = ParamsOf<RunnerServices[P], 'open'>;

/**
 * A panel with a process of its own, named as its page is: opens something there, reports how that stands, and forwards what
 * the page asks of it.
 */
export abstract class RunnerPanel<P extends RunnerPage> extends Disposable {
  private readonly page: WebviewHost<P>;
  private runner: RunnerClient<P> | undefined;
  private opening: AbortController | undefined;
  private end: RunnerPanelEvent | undefined;
  private staleFile: string | undefined;
  private readonly watchers: vscode.Disposable[] = [];

  protected constructor(
    protected readonly services: Services,
    readonly panel: vscode.WebviewPanel,
    private readonly name: P,
  ) {
    super();
    panel.iconPath = vscode.Uri.joinPath(services.context.extensionUri, 'media', 'xmlcnn.svg');
    const shared = { cancel: () => this.opening?.abort(), reload: () => void this.restart() };
    const handlers = { ...shared, ...this.handlers() } as unknown as PageHandlers<P>;
    const forward = (method: string, params: unknown, context: CallContext<unknown>): unknown =>
      this.forward(method, params, context);
    this.page = this.own(new WebviewHost(services, panel, name, handlers, () => this.reportAll(), forward));
    this.own(panel.onDidDispose(() => this.dispose()));
  }

  override dispose(): void {
    this.stop();
    super.dispose();
  }

  /** Called while this is constructed: handlers may use what is not there yet. */
  protected abstract handlers(): PanelHandlers<P>;
  protected abstract get title(): string;
  /** What the page is sent first: it forgets what it showed. */
  protected abstract openingEvent(): PageEvent<P>;
  /** Reports what was opened, as far as it is known. */
  protected abstract reportOpened(): void;
  /** Forgets what was opened. */
  protected abstract clear(): void;
  protected abstract toOpen(): Promise<ToOpen<P>>;
  protected abstract onOpening(event: EventOf<RunnerServices[P], 'open'>): void;
  protected abstract onOpened(result: ResultOf<RunnerServices[P], 'open'>): void;

  protected get isOpening(): boolean {
    return this.opening !== undefined;
  }

  /** Ends the process with what it had opened, and opens in another; `asked` adds to what is opened as a rule. */
  protected async restart(asked: Partial<ToOpen<P>> = {}): Promise<void> {
    this.stop();
    this.clear();
    this.end = this.staleFile = undefined;
    this.panel.title = this.title;
    const opening = (this.opening = new AbortController());
    const isCurrent = (): boolean => this.opening === opening;
    this.reportAll();
    try {
      const params = { ...(await this.toOpen()), ...asked };
      if (!isCurrent()) return;
      const runner = (this.runner = this.services.startRunner(this.name));
      const result = await runner.call('open', params, {
        signal: opening.signal,
        onEvent: (event) => isCurrent() && this.onOpening(event),
      });
      if (!isCurrent()) return;
      this.opening = undefined;
      this.onOpened(result);
      void runner.exited.then(() => this.runner === runner && this.fail(lostProcess()));
    } catch (error) {
      if (isCurrent()) this.fail(error);
    }
  }

  /** Reports an event. False if no page listens: all is reported to the next. */
  protected push(event: PageEvent<P>): boolean {
    return this.page.push(event);
  }

  /** A change of these files on disk makes stale what is shown. */
  protected watch(...files: string[]): void {
    const changed = (file: string): void => {
      this.staleFile = file;
      this.pushShared({ type: 'stale', file });
    };
    this.watchers.push(watchFiles(files, changed));
  }

  /** The process that answers. Throws `UserError` if nothing is open. */
  protected get client(): RunnerClient<P> {
    if (this.runner) return this.runner;
    throw new UserError('not-open', vscode.l10n.t('Nothing is open here'), vscode.l10n.t('Open it again.'));
  }

  private forward(method: string, params: unknown, { signal, emit }: CallContext<unknown>): Promise<unknown> {
    if ((kept[this.name] as readonly string[]).includes(method)) throw new Error(`No method ${method}`);
    return this.client.call(method as never, params as never, { signal, onEvent: emit });
  }

  private fail(error: unknown): void {
    this.stop();
    this.clear();
    if (!(error instanceof Cancelled)) this.services.log.warn(`${this.title}: ${logText(error)}`);
    this.end = error instanceof Cancelled ? { type: 'cancelled' } : { type: 'failed', failure: failureOf(error) };
    this.pushShared(this.end);
  }

  private reportAll(): void {
    this.push(this.openingEvent());
    this.reportOpened();
    if (this.end) this.pushShared(this.end);
    if (this.staleFile !== undefined) this.pushShared({ type: 'stale', file: this.staleFile });
  }

  private pushShared(event: RunnerPanelEvent): void {
    this.push(event as PageEvent<P>); // they are among the events of each of these pages
  }

  private stop(): void {
    this.opening?.abort();
    this.runner?.dispose();
    this.runner = this.opening = undefined;
    for (const watcher of this.watchers.splice(0)) watcher.dispose();
  }
}

/** A call in flight fails by itself; this is for a process that ends between two calls. */
const lostProcess = (): UserError =>
  new UserError(
    'runner-crashed',
    vscode.l10n.t('The process that held what is shown has ended unexpectedly'),
    vscode.l10n.t('Open it again; the XML-CNN output channel holds its log.'),
  );
