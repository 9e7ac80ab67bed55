import type { Command } from './command.ts';
import { EXIT, reportError, run } from './run.ts';
import { Terminal } from './terminal/terminal.ts';

/** Runs the tool on this process's arguments and streams, and ends the process. */
export async function start(commands: readonly Command[]): Promise<void> {
  const terminal = new Terminal({
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
  });
  const abort = new AbortController();

  // A reader that has seen enough, such as `head`, is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.fault);
  });
  process.stderr.on('error', () => {}); // nobody reads the log; the work goes on

  const SIGNALS = { SIGINT: EXIT.interrupted, SIGTERM: 143, SIGHUP: 129 } as const;
  let ended: number | undefined;
  for (const [name, code] of Object.entries(SIGNALS)) {
    process.on(name, () => {
      if (abort.signal.aborted) process.exit(code);
      ended = code;
      if (name === 'SIGINT') terminal.log('Stopping cleanly. Press Ctrl-C again to stop at once.');
      abort.abort();
    });
  }

  // What no promise carried: a callback that threw, say.
  process.on(
    'uncaughtException',
    (error) => void reportError(error, terminal, abort.signal).then((c) => process.exit(c)),
  );

  const code = await run(commands, process.argv.slice(2), terminal, abort.signal);
  // Pipes are written asynchronously: end only when all is out, and do not wait for idle worker threads.
  process.stdout.write('', () => process.exit(ended ?? code));
}
