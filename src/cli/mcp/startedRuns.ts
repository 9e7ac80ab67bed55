import type { RunEvent } from '../../core/base/events.ts';
import { Cancelled, UserError } from '../../core/base/errors.ts';
import { RunnerClient } from '../../runner/client.ts';

interface Started {
  stop: AbortController;
  /** Where it stands, for people. */
  stands: string;
  ended: Promise<void>;
}

/** Training runs that this server started, each in a process of its own, which ends with a checkpoint when the server does. */
export class StartedRuns {
  private readonly runs = new Map<string, Started>();

  constructor(private readonly script: string) {}

  /** Resolves with the run's folder once that is locked. Throws what training throws before. */
  start(configFile: string, overrides: string[], resume: string | undefined): Promise<string> {
    const runner = new RunnerClient('training', { script: this.script, onLog: () => {} });
    const stop = new AbortController();
    return new Promise((resolve, reject) => {
      let started: Started | undefined;
      const onEvent = (event: RunEvent): void => {
        if (event.type === 'begun') {
          started = { stop, stands: 'Begun', ended };
          this.runs.set(event.folder, started);
          resolve(event.folder);
        }
        if (started) started.stands = standing(event) ?? started.stands;
      };
      const call = runner.call(
        'train',
        { configFile, overrides, ...(resume && { resume }) },
        { signal: stop.signal, onEvent },
      );
      const ended = call.then(
        ({ stopped, epochs }) => this.end(started, `Ended (${stopped}) after ${epochs} epochs`),
        (error: unknown) => {
          this.end(started, endOf(error));
          reject(error as Error); // without effect once it has begun
        },
      );
      void ended.finally(() => runner.dispose());
    });
  }

  private end(started: Started | undefined, stands: string): void {
    if (started) started.stands = stands;
  }

  /** Where a run stands that was started here. */
  standing(folder: string): string | undefined {
    return this.runs.get(folder)?.stands;
  }

  /** Resolves once its checkpoint is written. Throws `UserError` where it was not started here. */
  async stop(folder: string): Promise<void> {
    const run = this.runs.get(folder);
    if (!run)
      throw new UserError('not-started-here', 'This server did not start that run', 'Stop it where it was started.', {
        file: folder,
      });
    run.stop.abort();
    await run.ended;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.runs.keys()].map((folder) => this.stop(folder)));
  }
}

function endOf(error: unknown): string {
  if (error instanceof Cancelled) return 'Stopped before there was anything to keep';
  return `Failed: ${error instanceof UserError ? error.describe() : String(error)}`;
}

function standing(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'phase':
      return `Now ${event.message ?? event.phase}`;
    case 'step':
      return `Epoch ${event.epoch} of at most ${event.epochs}, ${event.done} of ${event.total} documents, ${Math.round(event.secondsLeft)} s left`;
    case 'epoch':
      return `Epoch ${event.epoch} done`;
    default:
      return undefined;
  }
}
