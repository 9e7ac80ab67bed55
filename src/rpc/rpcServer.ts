import { isProgress, throttled } from '../core/base/progress.ts';
import type { CallContext, Handlers, Request, Response } from './call.ts';
import { callerGone, isRequest, toWire } from './call.ts';

type AnyHandler = (params: unknown, context: CallContext<unknown>) => unknown;

interface ServerOptions {
  /** Hears of errors besides the caller. */
  onError?: (method: string, error: unknown) => void;
  /** Answers the methods that have no handler. */
  forward?: (method: string, ...call: Parameters<AnyHandler>) => unknown;
}

/** The answering end of a channel. Only methods that are there are called, and events of progress are throttled. */
export class RpcServer<Api> {
  private readonly methods: Record<string, AnyHandler>;
  private readonly running = new Map<number, AbortController>();
  private readonly answers = new Set<Promise<void>>();
  private isEnded = false;

  constructor(
    handlers: Handlers<Api>,
    private readonly post: (message: Response) => void,
    private readonly options: ServerOptions = {},
  ) {
    this.methods = handlers as unknown as Record<string, AnyHandler>;
  }

  /** Takes a message from the channel; false if it is none of this protocol. */
  receive(message: unknown): boolean {
    if (!isRequest(message)) return false;
    if (message.type === 'cancel') this.running.get(message.id)?.abort();
    else if (!this.isEnded) {
      const answer = this.answer(message).finally(() => this.answers.delete(answer));
      this.answers.add(answer);
    }
    return true;
  }

  /** The caller is gone: takes no more calls and aborts those in flight. Resolves when these have ended; never rejects. */
  async end(): Promise<void> {
    this.isEnded = true;
    for (const controller of this.running.values()) controller.abort(callerGone);
    await Promise.all(this.answers);
  }

  /** Work may report its progress often: it is throttled here. */
  private emitter(id: number): (event: unknown) => void {
    const emit = (event: unknown): void => this.post({ type: 'event', id, event });
    const report = throttled(emit);
    return (event) => (isProgress(event) ? report(event) : emit(event));
  }

  private call(method: string, ...call: Parameters<AnyHandler>): unknown {
    if (Object.hasOwn(this.methods, method)) return this.methods[method](...call);
    if (this.options.forward) return this.options.forward(method, ...call);
    throw new Error(`No method ${method}`);
  }

  private async answer({ id, method, params }: Extract<Request, { type: 'call' }>): Promise<void> {
    const controller = new AbortController();
    this.running.set(id, controller);
    try {
      const value = await this.call(method, params, { signal: controller.signal, emit: this.emitter(id) });
      this.post({ type: 'result', id, value });
    } catch (error) {
      this.options.onError?.(method, error);
      this.post({ type: 'error', id, error: toWire(error) });
    } finally {
      if (this.running.get(id) === controller) this.running.delete(id);
    }
  }
}
