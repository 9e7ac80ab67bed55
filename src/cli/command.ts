import type { Terminal } from './terminal/terminal.ts';
import { parseArgs } from 'node:util';
import { UserError } from '../core/base/errors.ts';
import { nearest } from '../core/config/spelling.ts';

export interface OptionSpec {
  /** What the value is called in the help, such as FILE; a flag has none. */
  value?: string;
  description: string;
  multiple?: boolean;
  /** The value may begin with a dash. */
  dashed?: boolean;
  short?: string;
}

interface PositionalSpec {
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

type Value = string | true | string[];

/** Parsed arguments of one command, read by name. */
export class Arguments {
  constructor(
    private readonly command: string,
    readonly positionals: readonly string[],
    private readonly values: ReadonlyMap<string, Value>,
  ) {}

  flag(name: string): boolean {
    return this.values.get(name) === true;
  }

  text(name: string): string | undefined {
    const value = this.values.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  list(name: string): string[] {
    const value = this.values.get(name);
    return Array.isArray(value) ? value : [];
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = allowed.find((a) => a === value);
    if (found) return found;
    throw usage(
      this.command,
      `--${name} is ${quote(value)}, not one of ${allowed.join(', ')}`,
      nearest(value, allowed),
    );
  }

  /** A whole number of at least `least`. */
  whole(name: string, least = 1): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const n = /^\d+$/.test(value) ? Number(value) : NaN;
    if (n >= least && Number.isSafeInteger(n)) return n;
    throw usage(this.command, `--${name} is ${quote(value)}; it takes a whole number of at least ${least}`);
  }

  /** A number within [least, most]. */
  number(name: string, least: number, most: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const n = value.trim() ? Number(value) : NaN;
    if (n >= least && n <= most) return n;
    throw usage(this.command, `--${name} is ${quote(value)}; it takes a number from ${least} to ${most}`);
  }
}

const quote = (text: string): string => `"${text}"`;

/** A mistake in how the tool was called. */
export function usage(command: string, message: string, suggestion?: string): UserError {
  const see = `"xmlcnn ${command ? `${command} ` : ''}--help" shows what it takes.`;
  return new UserError('usage', message, suggestion ? `Did you mean "${suggestion}"? ${see}` : see);
}

/**
 * Arguments after the command's name. Options may stand anywhere; `--` ends them.
 * Unknown, incomplete or surplus arguments are a `usage` error that names the nearest right one.
 */
export function parseArguments(command: Command, argv: readonly string[]): Arguments {
  const specs: Record<string, OptionSpec> = { ...command.options, ...commonOptions };
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(specs).map(([name, { value, multiple, short }]) => [
        name,
        { type: value ? 'string' : 'boolean', ...(multiple ? { multiple } : {}), ...(short ? { short } : {}) } as const,
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, Value>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (!spec) throw unknownOption(command.name, token.rawName, Object.keys(specs));
    if (!spec.value) {
      if (token.value !== undefined) throw usage(command.name, `${token.rawName} takes no value`);
      values.set(token.name, true);
      continue;
    }
    // without "=", a value that begins with a dash is far more likely the next option
    const value = token.value;
    if (value === undefined || (!token.inlineValue && !spec.dashed && /^-./.test(value)))
      throw usage(command.name, `${token.rawName} needs a value: ${token.rawName} ${spec.value}`);
    if (spec.multiple) values.set(token.name, [...((values.get(token.name) as string[] | undefined) ?? []), value]);
    else values.set(token.name, value);
  }
  if (!values.has('help')) checkPositionals(command, positionals);
  return new Arguments(command.name, positionals, values);
}

function unknownOption(command: string, rawName: string, names: string[]): UserError {
  const near = nearest(rawName.replace(/^-+/, ''), names);
  return usage(command, `Unknown option ${quote(rawName)}`, near && `--${near}`);
}

function checkPositionals(command: Command, given: string[]): void {
  const required = command.positionals.filter((p) => !p.optional).length;
  if (given.length < required) throw usage(command.name, `${command.positionals[given.length].name} is missing`);
  const surplus = given[command.positionals.length];
  if (surplus !== undefined) throw usage(command.name, `Unexpected argument ${quote(surplus)}`);
}
