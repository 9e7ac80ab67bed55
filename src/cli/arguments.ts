import { parseArgs } from 'node:util';
import { UserError } from '../core/base/errors.ts';
import { commonOptions, type Command, type OptionSpec } from './command.ts';
import { nearest } from '../core/config/spelling.ts';

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
