import type { Readable } from 'node:stream';
import { ProgressBar } from './progressBar.ts';
import { createStyle, wantsColour, type Style } from './style.ts';
import { writeJson } from './jsonStream.ts';

/** A stream that text goes to; process.stdout and process.stderr are such. */
interface Sink {
  /** `false` where the reader is behind: it says with `drain` when to go on. */
  write(text: string): unknown;
  once?(event: 'drain', listener: () => void): unknown;
  isTTY?: boolean;
  columns?: number;
}

interface TerminalOptions {
  stdout: Sink;
  stderr: Sink;
  stdin: Readable & { isTTY?: boolean };
  env: NodeJS.ProcessEnv;
}

const DEFAULT_COLUMNS = 100;

/**
 * Where a command's words go. Results go to standard output, in JSON mode as one document at the end;
 * progress, logs, warnings and errors always go to standard error.
 */
export class Terminal {
  /** Colours of standard output. */
  readonly style: Style;
  /** Colours of standard error. */
  readonly logStyle: Style;
  readonly progress: ProgressBar;
  readonly columns: number;
  json = false;
  /** Whether the JSON document is out. */
  hasJson = false;

  constructor(private readonly streams: TerminalOptions) {
    const { stdout, stderr, env } = streams;
    this.style = createStyle(wantsColour(stdout.isTTY === true, env));
    this.logStyle = createStyle(wantsColour(stderr.isTTY === true, env));
    this.columns = (stdout.isTTY && stdout.columns) || DEFAULT_COLUMNS;
    const columns = stderr.columns || DEFAULT_COLUMNS;
    this.progress = new ProgressBar({ write: (text) => stderr.write(text), isTTY: stderr.isTTY === true, columns });
  }

  get stdin(): Readable & { isTTY?: boolean } {
    return this.streams.stdin;
  }

  /** Lines of the result, for people. */
  print(...lines: string[]): void {
    if (this.json) return;
    this.progress.clear();
    this.streams.stdout.write(`${lines.join('\n')}\n`);
  }

  /** The result, for programs; written as it is made, however long it becomes. Throws what making it throws. */
  async printJson(value: unknown): Promise<void> {
    this.progress.clear();
    const outcome = await writeJson(value, (text) => this.write(text));
    this.hasJson = true;
    if ('failure' in outcome) throw outcome.failure;
  }

  /** Waits until the reader has taken what is written. */
  private async write(text: string): Promise<void> {
    const { stdout } = this.streams;
    if (stdout.write(text) === false) await new Promise<void>((resume) => stdout.once?.('drain', resume) ?? resume());
  }

  /** A line about the work, beside the result. */
  log(line: string): void {
    this.progress.print(line);
  }

  warn(message: string): void {
    this.log(`${this.logStyle.yellow('warning:')} ${message}`);
  }

  error(message: string): void {
    this.log(`${this.logStyle.red('error:')} ${message}`);
  }
}
