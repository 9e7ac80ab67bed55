/**
 * What the extension host and a runner process say to each other. A runner is a forked process that offers one service;
 * every call may tell events before it settles, and may be cancelled. Messages go over IPC (structured clone, so typed
 * arrays and undefined survive); stdout and stderr are for logs alone.
 */
import type { RunEvent } from '../core/training/events.ts';
import type { RunResult } from '../core/training/summary.ts';

/** A method of a service: what it is given, what it returns, what it tells on the way. */
export interface Call<Params, Result, Event = never> {
  params: Params;
  result: Result;
  event: Event;
}

/** The services there are, each in `services/<name>.ts`. */
export interface Services {
  training: TrainingService;
}

export type ServiceName = keyof Services;
export type MethodOf<S extends ServiceName> = keyof Services[S] & string;
type CallOf<S extends ServiceName, M extends MethodOf<S>> =
  Services[S][M] extends Call<infer P, infer R, infer E> ? { params: P; result: R; event: E } : never;
export type ParamsOf<S extends ServiceName, M extends MethodOf<S>> = CallOf<S, M>['params'];
export type ResultOf<S extends ServiceName, M extends MethodOf<S>> = CallOf<S, M>['result'];
export type EventOf<S extends ServiceName, M extends MethodOf<S>> = CallOf<S, M>['event'];

/** What a method's implementation is handed beside its parameters. */
export interface CallContext<Event> {
  /** Aborted where the caller cancels, or the parent process is gone: throw `Cancelled`, or end with what there is. */
  signal: AbortSignal;
  emit: (event: Event) => void;
}

export type Handlers<S extends ServiceName> = {
  [M in MethodOf<S>]: (params: ParamsOf<S, M>, context: CallContext<EventOf<S, M>>) => Promise<ResultOf<S, M>>;
};

// ── training ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface TrainingService {
  train: Call<{ configFile: string; resume?: string; overrides: string[] }, RunResult, RunEvent>;
}

// ── on the wire ─────────────────────────────────────────────────────────────────────────────────────────────────────

export type ToRunner = { type: 'call'; id: number; method: string; params: unknown } | { type: 'cancel'; id: number };

export type FromRunner =
  | { type: 'event'; id: number; event: unknown }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'error'; id: number; error: WireError };

export type WireError =
  | {
      kind: 'user';
      code: string;
      message: string;
      remedy: string;
      place: { file?: string; line?: number; column?: number; byte?: number };
    }
  | { kind: 'cancelled' }
  | { kind: 'fault'; message: string; stack?: string };
