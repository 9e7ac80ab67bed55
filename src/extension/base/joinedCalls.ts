import { callerGone, type CallContext, type CallOptions } from '../../rpc/call.ts';

interface JoinedCall {
  key: string;
  stop: AbortController;
  result: Promise<unknown>;
  emit: (event: never) => void;
}

/**
 * Calls that outlive the page that made them: a page that is loaded in its place hears of what goes on, or gets what was found.
 * One of each name goes on at a time.
 */
export class JoinedCalls<Name extends string> {
  private readonly calls = new Map<Name, JoinedCall>();

  /** Of those that go on, or have found something. */
  get names(): Name[] {
    return [...this.calls.keys()];
  }

  /** The process that answers them has ended. */
  clear(): void {
    this.calls.clear();
  }

  /** `key` distinguishes questions; `again` leaves what was found, and asks once more. */
  join<Result, Event>(
    name: Name,
    { key, again, signal, emit }: CallContext<Event> & { key: string; again?: boolean },
    start: (options: CallOptions<Event>) => Promise<Result>,
  ): Promise<Result> {
    const before = this.calls.get(name);
    const isSame = before?.key === key && !again;
    if (!isSame) before?.stop.abort();
    const call = isSame ? before : this.start(name, key, start);
    call.emit = emit;
    signal.addEventListener('abort', () => signal.reason !== callerGone && call.stop.abort());
    return call.result as Promise<Result>;
  }

  private start<Event>(name: Name, key: string, start: (options: CallOptions<Event>) => Promise<unknown>): JoinedCall {
    const stop = new AbortController();
    const onEvent = (event: Event): void => call.emit(event as never);
    const call: JoinedCall = { key, stop, result: start({ signal: stop.signal, onEvent }), emit: () => {} };
    this.calls.set(name, call);
    call.result.catch(() => this.calls.get(name) === call && this.calls.delete(name));
    return call;
  }
}
