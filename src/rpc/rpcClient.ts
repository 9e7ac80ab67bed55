import type { CallOptions, Caller, EventOf, MethodOf, ParamsOf, Request, ResultOf } from './call.ts';
import { fromWire, isResponse } from './call.ts';

interface Pending {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
  onEvent?: (event: never) => void;
  /** Stops listening to the caller's signal. */
  forget: () => void;
}

/** The calling end of a channel, with the calls in flight. */
export class RpcClient<Api> implements Caller<Api> {
  private readonly pending = new Map<number, Pending>();

  constructor(
    private readonly post: (message: Request) => void,
    private nextId = 1,
  ) {}

  /** A call that is cancelled settles when the other end has answered: with `Cancelled`, or with what it has by then. */
  call<M extends MethodOf<Api>>(
    method: M,
    params: ParamsOf<Api, M>,
    { signal, onEvent }: CallOptions<EventOf<Api, M>> = {},
  ): Promise<ResultOf<Api, M>> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const cancel = (): void => this.post({ type: 'cancel', id });
      const forget = (): void => signal?.removeEventListener('abort', cancel);
      this.pending.set(id, { resolve, reject, onEvent, forget });
      this.post({ type: 'call', id, method, params });
      if (signal?.aborted) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /** Takes a message from the channel. False if it is none of this protocol; an answer that nobody waits for is dropped. */
  receive(message: unknown): boolean {
    if (!isResponse(message)) return false;
    const call = this.pending.get(message.id);
    if (!call) return true;
    if (message.type === 'event') call.onEvent?.(message.event as never);
    else {
      this.pending.delete(message.id);
      call.forget();
      if (message.type === 'result') call.resolve(message.value as never);
      else call.reject(fromWire(message.error));
    }
    return true;
  }

  /** The channel is closed: rejects the calls in flight. */
  end(error: Error): void {
    for (const call of this.pending.values()) {
      call.forget();
      call.reject(error);
    }
    this.pending.clear();
  }
}
