import { EventEmitter } from 'node:events';

type Listener<T> = (event: T) => unknown;
interface Subscription {
  dispose(): void;
}

/** An event as the editor has them. */
export class FakeEvent<T> {
  private readonly emitter = new EventEmitter();
  readonly event = (listener: Listener<T>): Subscription => {
    this.emitter.on('event', listener);
    return { dispose: () => this.emitter.off('event', listener) };
  };
  fire(event: T): void {
    this.emitter.emit('event', event);
  }
}

const uri = (fsPath: string) => ({ fsPath, toString: () => `file://${fsPath}` });

/** A watcher of files that was asked for, and its events. */
export interface FakeWatcher {
  readonly base: string;
  readonly pattern: string;
  isDisposed: boolean;
  change(file: string): void;
}
export const watchers: FakeWatcher[] = [];

function createFileSystemWatcher({ baseUri, pattern }: { baseUri: { fsPath: string }; pattern: string }): object {
  const [created, changed, deleted] = [new FakeEvent(), new FakeEvent(), new FakeEvent()];
  const watcher: FakeWatcher = {
    base: baseUri.fsPath,
    pattern,
    isDisposed: false,
    change: (file) => watcher.isDisposed || changed.fire(uri(file)),
  };
  watchers.push(watcher);
  const [onDidCreate, onDidChange, onDidDelete] = [created.event, changed.event, deleted.event];
  return { onDidCreate, onDidChange, onDidDelete, dispose: () => (watcher.isDisposed = true) };
}

/** What the panels under test use of the editor. */
export const vscode = {
  Uri: {
    file: uri,
    joinPath: ({ fsPath }: { fsPath: string }, ...parts: string[]) => uri([fsPath, ...parts].join('/')),
  },
  RelativePattern: class {
    constructor(
      readonly baseUri: { fsPath: string },
      readonly pattern: string,
    ) {}
  },
  Disposable: class {
    static from = (...all: Subscription[]): Subscription => ({ dispose: () => all.forEach((one) => one.dispose()) });
  },
  l10n: { t: (text: string, ...values: unknown[]) => text.replace(/\{(\d+)\}/g, (_, i) => String(values[Number(i)])) },
  env: { language: 'en' },
  workspace: {
    isTrusted: true,
    createFileSystemWatcher,
    getConfiguration: () => ({ get: (_: string, otherwise: unknown) => otherwise }),
    onDidGrantWorkspaceTrust: new FakeEvent<void>().event,
  },
};
