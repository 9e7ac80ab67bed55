import type { Arguments } from './arguments.ts';
import type { Terminal } from './terminal/terminal.ts';

export interface OptionSpec {
  /** What the value is called in the help, such as FILE; a flag has none. */
  value?: string;
  description: string;
  multiple?: boolean;
  /** The value may begin with a dash. */
  dashed?: boolean;
  short?: string;
}

export interface PositionalSpec {
  name: string;
  description: string;
  optional?: boolean;
}

/** One command of the tool. */
export interface Command {
  name: string;
  /** A line in the list of commands. */
  summary: string;
  /** More, for the command's own help. */
  details?: string;
  positionals: PositionalSpec[];
  options: Record<string, OptionSpec>;
  /** Lines to copy; the first words are `xmlcnn <name>`. */
  examples: string[];
  /**
   * Does the work and returns what `--json` prints (undefined prints nothing) with the exit code.
   * People's output goes through `terminal.print`, which is silent in JSON mode.
   */
  run(args: Arguments, terminal: Terminal, signal: AbortSignal): Promise<Outcome>;
}

export interface Outcome {
  json: unknown;
  /** 0 where absent; 1 where the input was found bad without an error being thrown (`validate`). */
  exitCode?: 0 | 1;
}

/** Options that every command takes. */
export const commonOptions: Record<string, OptionSpec> = {
  json: { description: 'Print one JSON document on standard output; everything else goes to standard error' },
  help: { short: 'h', description: 'Show this help' },
};
