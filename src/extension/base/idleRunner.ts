import { setTimeout as delay } from 'node:timers/promises';
import { Cancelled } from '../../core/base/errors.ts';
import type { CallOptions, EventOf, MethodOf, ParamsOf, ResultOf } from '../../rpc/call.ts';
import type { RunnerClient } from '../../runner/client.ts';
import type { ServiceName, Services as RunnerServices } from '../../runner/protocol.ts';
import { Disposable } from './disposable.ts';

/** Milliseconds after the last answer for which the process is kept. */
const idle = 30_000;
/** Milliseconds that calls which were cancelled are given to end. */
const patience = 1000;

/** A process that is started when something is asked of it, and ends a while after the last answer. */
export class IdleRunner<S extends ServiceName> extends Disposable {
  private current: { runner: RunnerClient<S>; calls: Set<Promise<unknown>>; isLeft: boolean } | undefined;
  private ending: NodeJS.Timeout | undefined;

  constructor(private readonly start: () => RunnerClient<S>) {
    super();
  }

  override dispose(): void {
    this.end();
    super.dispose();
  }

  async call<M extends MethodOf<RunnerServices[S]>>(
    method: M,
    params: ParamsOf<RunnerServices[S], M>,
    options?: CallOptions<EventOf<RunnerServices[S], M>>,
  ): Promise<ResultOf<RunnerServices[S], M>> {
    clearTimeout(this.ending);
    if (!this.current || this.current.runner.hasEnded)
      this.current = { runner: this.start(), calls: new Set(), isLeft: false };
    const { current } = this;
    const answer = current.runner.call(method, params, options);
    current.calls.add(answer);
    try {
      return await answer;
    } catch (error) {
      throw current.isLeft ? new Cancelled() : error;
    } finally {
      current.calls.delete(answer);
      if (this.current === current && current.calls.size === 0) this.ending = setTimeout(() => this.end(), idle);
    }
  }

  /** As `call`, in place of calls that were cancelled: a process that does not leave off them soon is left for another. */
  async callInstead<M extends MethodOf<RunnerServices[S]>>(
    method: M,
    params: ParamsOf<RunnerServices[S], M>,
    options?: CallOptions<EventOf<RunnerServices[S], M>>,
  ): Promise<ResultOf<RunnerServices[S], M>> {
    const { current } = this;
    if (current && current.calls.size > 0) {
      await Promise.race([Promise.allSettled(current.calls), delay(patience)]);
      if (options?.signal?.aborted) throw new Cancelled();
      if (this.current === current && current.calls.size > 0) this.end();
    }
    return this.call(method, params, options);
  }

  private end(): void {
    clearTimeout(this.ending);
    if (this.current) this.current.isLeft = true;
    this.current?.runner.dispose();
    this.current = undefined;
  }
}
