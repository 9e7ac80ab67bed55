import { vi } from 'vitest';
import type { PageEvent, PageName, Pages } from '../../src/webview/protocol.ts';
import { RpcClient } from '../../src/rpc/rpcClient.ts';
import { FakeEvent } from './fakeVscode.ts';

/** A webview panel whose page is loaded, hidden and loaded again as the editor does it. */
export class FakePanel<P extends PageName> {
  title = '';
  visible = true;
  private readonly hidden = new FakeEvent<void>();
  private readonly disposed = new FakeEvent<void>();
  private readonly messages = new FakeEvent<unknown>();
  readonly onDidChangeViewState = this.hidden.event;
  readonly onDidDispose = this.disposed.event;
  private page: RpcClient<Pages[P]> | undefined;
  private loads = 0;
  /** What reached a page, whichever was loaded. */
  readonly posted = vi.fn();
  readonly webview = {
    html: '',
    options: {},
    cspSource: '',
    asWebviewUri: (uri: object) => uri,
    onDidReceiveMessage: this.messages.event,
    postMessage: (message: unknown) => {
      const copy: unknown = structuredClone(message);
      this.posted(copy);
      queueMicrotask(() => this.page?.receive(copy));
    },
  };

  /** Loads the page; what it hears from now on. */
  load(): { page: RpcClient<Pages[P]>; events: PageEvent<P>[] } {
    const events: PageEvent<P>[] = [];
    const page = new RpcClient<Pages[P]>(
      (message) => this.messages.fire(structuredClone(message)),
      ++this.loads * 1000,
    );
    this.page = page;
    this.visible = true;
    void page.call('listen', undefined, { onEvent: (event) => events.push(event) });
    return { page, events };
  }

  hide(): void {
    this.visible = false;
    this.page = undefined;
    this.hidden.fire();
  }

  send(message: unknown): void {
    this.messages.fire(message);
  }
}
