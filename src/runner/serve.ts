import type { Handlers } from '../rpc/call.ts';
import { RpcServer } from '../rpc/rpcServer.ts';

/** After the parent is gone, calls have this long, in milliseconds, to end well (a checkpoint is being written). */
const grace = 60_000;

/** Answers calls that arrive over IPC until the parent is gone, or the system asks to end; then cancels what is running and ends the process. */
export function serve<Api>(handlers: Handlers<Api>): void {
  // a parent that went away in the middle of a message is no fault of ours
  const server = new RpcServer(handlers, (message) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => {});
  });
  process.on('message', (message) => {
    if (!server.receive(message)) console.error('A message that is no call was passed over');
  });
  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(1), grace).unref();
    void server.end().then(() => process.exit(0));
  };
  process.on('disconnect', end);
  process.on('SIGTERM', end);
  // with the parent the readers of the logs are gone: a write to them must not kill the checkpoint that is being written
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
