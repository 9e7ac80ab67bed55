/** The page's end of the protocol. */
import type { Failure, FromPage, MethodName, MethodParams, MethodResult, PageName, Push, ToPage } from './protocol.ts';

interface VsCodeApi {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** What the host answered a call with instead of a result. */
export class CallFailed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

export interface Host<P extends PageName> {
  /** Throws `CallFailed`. */
  call<M extends MethodName<P>>(method: M, params: MethodParams<P, M>): Promise<MethodResult<P, M>>;
  /** State that outlives a reload of the page; undefined at first. */
  getState(): unknown;
  setState(state: unknown): void;
}

/** Connects the page to its host; `onPush` is called for every message pushed. */
export function connect<P extends PageName>(onPush: (message: Push<P>) => void): Host<P> {
  const api = acquireVsCodeApi();
  const pending = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let nextId = 1;
  window.addEventListener('message', ({ data }: MessageEvent<ToPage<P>>) => {
    if (data.type === 'push') return onPush(data.message);
    const call = pending.get(data.id);
    pending.delete(data.id);
    if (data.type === 'result') call?.resolve(data.value as never);
    else call?.reject(new CallFailed(data.failure));
  });
  api.postMessage({ type: 'ready' });
  return {
    call: (method, params) =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        pending.set(id, { resolve, reject });
        api.postMessage({ type: 'call', id, method, params });
      }),
    getState: () => api.getState(),
    setState: (state) => api.setState(state),
  };
}
