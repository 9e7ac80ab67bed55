import type { FromRunner, Handlers, ServiceName, ToRunner } from './protocol.ts';
import { isToRunner } from './protocol.ts';
import { toWire } from './wireError.ts';

type AnyHandler = (
  params: unknown,
  context: { signal: AbortSignal; emit: (event: unknown) => void },
) => Promise<unknown>;

/** After the parent is gone, calls have this long, in milliseconds, to end well (a checkpoint is being written). */
const GRACE = 60_000;

/** Answers calls that arrive over IPC until the parent is gone, or the system asks to end; then cancels what is running and ends the process. */
export function serve<S extends ServiceName>(handlers: Handlers<S>): void {
  const methods = handlers as unknown as Record<string, AnyHandler>;
  const running = new Map<number, AbortController>();
  const settled = new Set<Promise<void>>();
  let isEnding = false;

  process.on('message', (message) => {
    if (!isToRunner(message)) console.error('A message that is no call was passed over');
    else if (message.type === 'cancel') running.get(message.id)?.abort();
    else if (!isEnding) {
      const call = answer(message).finally(() => settled.delete(call));
      settled.add(call);
    }
  });
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    for (const controller of running.values()) controller.abort();
    setTimeout(() => process.exit(1), GRACE).unref();
    void Promise.allSettled(settled).then(() => process.exit(0));
  };
  process.on('disconnect', end);
  process.on('SIGTERM', end);
  // with the parent the readers of the logs are gone: a write to them must not kill the checkpoint that is being written
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

  async function answer({ id, method, params }: Extract<ToRunner, { type: 'call' }>): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      if (!Object.hasOwn(methods, method)) throw new Error(`No method ${method}`);
      const emit = (event: unknown): void => send({ type: 'event', id, event });
      send({ type: 'result', id, value: await methods[method](params, { signal: controller.signal, emit }) });
    } catch (error) {
      send({ type: 'error', id, error: toWire(error) });
    } finally {
      running.delete(id);
    }
  }
}

/** A parent that went away in the middle of a message is no fault of ours. */
function send(message: FromRunner): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}
