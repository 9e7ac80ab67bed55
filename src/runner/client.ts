import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { UserError } from '../core/base/errors.ts';
import type { CallOptions, Caller, EventOf, MethodOf, ParamsOf, ResultOf } from '../rpc/call.ts';
import { RpcClient } from '../rpc/rpcClient.ts';
import type { ServiceName, Services } from './protocol.ts';

interface RunnerOptions {
  /** The bundled `runner/main.ts`. */
  script: string;
  cwd?: string;
  /** Variables that the process gets besides those of this one. */
  env?: Readonly<Record<string, string>>;
  /** Port on which a debugger may attach. Where it is taken (a second process of a service), the process runs without. */
  inspectPort?: number;
  /** A line that the process printed on stdout or stderr. */
  onLog: (line: string) => void;
}

/** Lines of log kept to be reported with a crash. */
const KEPT_LINES = 40;
/** What a process that was asked to end is given, in milliseconds, before it is killed. */
const GRACE = 65_000;

/** The port of a service in `training=9248 dataset=9242`, as `.vscode/launch.json` states them for development. */
export function inspectPortOf(service: ServiceName, ports = ''): number | undefined {
  const found = new RegExp(`(?:^|\\s)${service}=(\\d+)`).exec(ports);
  return found ? Number(found[1]) : undefined;
}

/** A runner process and the calls in flight to it. A crash rejects them; it never reaches the caller's own process. */
export class RunnerClient<S extends ServiceName> implements Caller<Services[S]> {
  private readonly process: ChildProcess;
  private readonly calls = new RpcClient<Services[S]>((message) => {
    if (this.process.connected) this.process.send(message);
  });
  private readonly log: string[] = [];
  private ended = false;
  /** Settles when the process is gone; never rejects. */
  readonly exited: Promise<void>;

  constructor(
    readonly service: S,
    private readonly options: RunnerOptions,
  ) {
    this.process = fork(options.script, [service], {
      cwd: options.cwd,
      execArgv: options.inspectPort === undefined ? [] : [`--inspect=${options.inspectPort}`],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...options.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
    });
    this.process.on('message', (message) => {
      if (!this.calls.receive(message)) options.onLog('A message that is no answer was passed over');
    });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => this.note(text));
    this.exited = new Promise((resolve) => {
      const end = (why: string): void => {
        this.end(why);
        resolve();
      };
      this.process.on('error', (error) => end(error.message));
      this.process.on('exit', (code, signal) => end(signal ? `killed by ${signal}` : `exit code ${code}`));
    });
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  get hasEnded(): boolean {
    return this.ended;
  }

  /** Throws what the method throws (`UserError`, `Cancelled`), or `UserError` `runner-crashed`. */
  call<M extends MethodOf<Services[S]>>(
    method: M,
    params: ParamsOf<Services[S], M>,
    options?: CallOptions<EventOf<Services[S], M>>,
  ): Promise<ResultOf<Services[S], M>> {
    if (this.ended) return Promise.reject(this.crash('it had ended before'));
    return this.calls.call(method, params, options);
  }

  /** Lets the process end: it cancels its calls, writes what must not be lost, and goes. */
  dispose(): void {
    if (this.ended) return;
    if (this.process.connected) this.process.disconnect();
    setTimeout(() => this.process.kill('SIGKILL'), GRACE).unref();
  }

  private note(text: string): void {
    for (const line of text.split(/\r?\n/)) {
      if (!line) continue;
      this.log.push(line);
      if (this.log.length > KEPT_LINES) this.log.shift();
      this.options.onLog(line);
    }
  }

  private end(why: string): void {
    if (this.ended) return;
    this.ended = true;
    this.calls.end(this.crash(why));
  }

  private crash(why: string): UserError {
    const tail = this.log.length ? ` Its last words: ${this.log.slice(-3).join(' | ')}` : '';
    return new UserError(
      'runner-crashed',
      `The ${this.service} process ended unexpectedly (${why}).${tail}`,
      'Try again; the XML-CNN output channel holds its whole log. What it had saved is not lost.',
    );
  }
}
