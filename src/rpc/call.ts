/**
 * Calls across a border: from the extension host to a runner process (IPC), and from a page to the extension host (postMessage).
 * A call has parameters and a result, may report events before it settles, and may be cancelled. Both channels carry
 * structured clones, so typed arrays and undefined survive.
 */
import { Cancelled, fromFailure, toFailure, UserError, type Failure } from '../core/base/errors.ts';

/** A method of an interface: what it is given, what it returns, what it reports on the way. */
export interface Call<Params, Result, Event = never> {
  params: Params;
  result: Result;
  event: Event;
}

export type MethodOf<Api> = keyof Api & string;
type PartsOf<C> = C extends Call<infer P, infer R, infer E> ? { params: P; result: R; event: E } : never;
export type ParamsOf<Api, M extends MethodOf<Api>> = PartsOf<Api[M]>['params'];
export type ResultOf<Api, M extends MethodOf<Api>> = PartsOf<Api[M]>['result'];
export type EventOf<Api, M extends MethodOf<Api>> = PartsOf<Api[M]>['event'];

export interface CallOptions<Event> {
  signal?: AbortSignal;
  onEvent?: (event: Event) => void;
}

/** Makes the calls of an interface. They throw what the method throws: `UserError`, `Cancelled`, or a fault. */
export interface Caller<Api> {
  call<M extends MethodOf<Api>>(
    method: M,
    params: ParamsOf<Api, M>,
    options?: CallOptions<EventOf<Api, M>>,
  ): Promise<ResultOf<Api, M>>;
}

/** What a method's implementation is handed beside its parameters. */
export interface CallContext<Event> {
  /** Aborted when the caller cancels, or is gone: throw `Cancelled`, or return what there is. */
  signal: AbortSignal;
  emit: (event: Event) => void;
}

export type Handlers<Api> = {
  [M in MethodOf<Api>]: (
    params: ParamsOf<Api, M>,
    context: CallContext<EventOf<Api, M>>,
  ) => Promise<ResultOf<Api, M>> | ResultOf<Api, M>;
};

/** The reason of a signal that is aborted because the caller is gone, not because it cancelled. */
export const callerGone = new Cancelled();

// ── on the wire ─────────────────────────────────────────────────────────────────────────────────────────────────────

export type Request = { type: 'call'; id: number; method: string; params: unknown } | { type: 'cancel'; id: number };

export type Response =
  | { type: 'event'; id: number; event: unknown }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'error'; id: number; error: WireError };

/** An error as it crosses a border: what the user can fix stays that. */
type WireError =
  ({ kind: 'user' } & Failure) | { kind: 'cancelled' } | { kind: 'fault'; message: string; stack?: string };

/** Whether a message is one to answer. What a call's parameters are is the caller's word. */
export function isRequest(message: unknown): message is Request {
  if (typeof message !== 'object' || message === null) return false;
  const { type, id, method } = message as Record<string, unknown>;
  return Number.isSafeInteger(id) && (type === 'cancel' || (type === 'call' && typeof method === 'string'));
}

export function isResponse(message: unknown): message is Response {
  if (typeof message !== 'object' || message === null) return false;
  const { type, id, error } = message as Record<string, unknown>;
  if (!Number.isSafeInteger(id)) return false;
  return type === 'event' || type === 'result' || (type === 'error' && typeof error === 'object' && error !== null);
}

export function toWire(error: unknown): WireError {
  if (error instanceof Cancelled) return { kind: 'cancelled' };
  if (error instanceof UserError) return { kind: 'user', ...toFailure(error) };
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  return { kind: 'fault', message, stack };
}

export function fromWire(error: WireError): Error {
  if (error.kind === 'cancelled') return new Cancelled();
  if (error.kind === 'user') return fromFailure(error);
  const fault = new Error(error.message);
  fault.stack = error.stack;
  return fault;
}
