/**
 * What the extension host and its webview pages say to each other; both sides import this file and nothing of each other.
 * A page calls methods of the host and gets an answer; the host pushes messages to the page unasked.
 */

/** A method that a page calls: what it gives, what it gets. */
export interface Method<Params, Result> {
  params: Params;
  result: Result;
}

/** The pages there are, each in `pages/<name>/`. */
export interface Pages {
  dataset: DatasetPage;
  metrics: MetricsPage;
  predictions: PredictionsPage;
  compare: ComparePage;
}
export type PageName = keyof Pages;

/** What went wrong, with its remedy. */
export interface Failure {
  code: string;
  message: string;
  remedy: string;
  file?: string;
  line?: number;
}

// ── dataset: Inspect Dataset ────────────────────────────────────────────────────────────────────────────────────────

export interface DatasetPage {
  methods: Record<never, never>;
  push: never;
}

// ── metrics: learning curves in the side panel ──────────────────────────────────────────────────────────────────────

export interface MetricsPage {
  methods: Record<never, never>;
  push: never;
}

// ── predictions of a run ────────────────────────────────────────────────────────────────────────────────────────────

export interface PredictionsPage {
  methods: Record<never, never>;
  push: never;
}

// ── compare: runs side by side ──────────────────────────────────────────────────────────────────────────────────────

export interface ComparePage {
  methods: Record<never, never>;
  push: never;
}

// ── on the wire ─────────────────────────────────────────────────────────────────────────────────────────────────────

export type MethodName<P extends PageName> = keyof Pages[P]['methods'] & string;
type MethodOf<P extends PageName, M extends MethodName<P>> =
  Pages[P]['methods'][M] extends Method<infer A, infer R> ? { params: A; result: R } : never;
export type MethodParams<P extends PageName, M extends MethodName<P>> = MethodOf<P, M>['params'];
export type MethodResult<P extends PageName, M extends MethodName<P>> = MethodOf<P, M>['result'];
export type Push<P extends PageName> = Pages[P]['push'];

/** The host's implementation of a page's methods. */
export type HostMethods<P extends PageName> = {
  [M in MethodName<P>]: (params: MethodParams<P, M>) => Promise<MethodResult<P, M>> | MethodResult<P, M>;
};

/** `ready`: the page listens; pushes sent before are kept for it. */
export type FromPage = { type: 'ready' } | { type: 'call'; id: number; method: string; params: unknown };

export type ToPage<P extends PageName> =
  | { type: 'push'; message: Push<P> }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'failure'; id: number; failure: Failure };
