/** The page's end of the calls to its host. */
import type { Caller, Request } from '../rpc/call.ts';
import { RpcClient } from '../rpc/rpcClient.ts';
import type { PageEvent, PageName, Pages } from './protocol.ts';

interface VsCodeApi {
  postMessage(message: Request): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

export interface Host<P extends PageName> extends Caller<Pages[P]> {
  /** State that outlives a reload of the page; undefined at first. */
  getState(): unknown;
  setState(state: unknown): void;
}

/** Connects the page to its host; `onEvent` is called for everything that the host reports unasked. */
export function connect<P extends PageName>(onEvent: (event: PageEvent<P>) => void): Host<P> {
  const api = acquireVsCodeApi();
  // Answers to a page that was hidden may reach the one that is loaded in its place: ids are not used twice.
  const calls = new RpcClient<Pages[P]>((message) => api.postMessage(message), Date.now() * 1000);
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => calls.receive(data));
  void calls.call('listen', undefined, { onEvent });
  return {
    call: (method, params, options) => calls.call(method, params, options),
    getState: () => api.getState(),
    setState: (state) => api.setState(state),
  };
}
