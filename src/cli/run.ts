import packageJson from '../../package.json';
import { Cancelled, UserError } from '../core/base/errors.ts';
import { type Command, commonOptions, type OptionSpec, parseArguments, usage } from './command.ts';
import { withOptionNames } from './dataset.ts';
import { nearest } from '../core/config/spelling.ts';
import { errorJson } from './terminal/jsonStream.ts';
import { createStyle, type Style } from './terminal/style.ts';
import { sanitise } from './terminal/text.ts';
import type { Terminal } from './terminal/terminal.ts';

export const EXIT = { done: 0, badInput: 1, fault: 2, interrupted: 130 } as const;

/** Runs one call of the tool and returns its exit code; throws nothing. */
export async function run(
  commands: readonly Command[],
  argv: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  // known before the arguments are parsed, so that a mistake in them is reported in the form asked for
  terminal.json = optionsOf(argv).includes('--json');
  try {
    const code = await dispatch(commands, argv, terminal, signal);
    return signal.aborted ? EXIT.interrupted : code;
  } catch (error) {
    return await reportError(inOptionNames(error, commands, argv[0]), terminal, signal);
  } finally {
    terminal.progress.clear();
  }
}

/** Where a command reads a dataset by options, advice names these. */
function inOptionNames(error: unknown, commands: readonly Command[], name: string): unknown {
  const readsDatasets = commands.find((command) => command.name === name)?.options?.['label-separator'] !== undefined;
  if (!readsDatasets || !(error instanceof UserError)) return error;
  const { code, message, remedy, place } = error;
  return new UserError(code, withOptionNames(message), withOptionNames(remedy), place);
}

const optionsOf = (argv: readonly string[]): readonly string[] => {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
};

async function dispatch(
  commands: readonly Command[],
  argv: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const [first, ...rest] = argv;
  if (first === '--version' || first === '-V') {
    if (terminal.json) await terminal.printJson({ version: packageJson.version });
    else terminal.print(packageJson.version);
    return EXIT.done;
  }
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const name = first === 'help' ? rest.find((a) => !a.startsWith('-')) : undefined;
    const style = helpStyle(terminal);
    await showHelp(terminal, name === undefined ? overview(commands, style) : commandHelp(find(commands, name), style));
    return EXIT.done;
  }
  const command = find(commands, first);
  const args = parseArguments(command, rest);
  if (args.flag('help')) {
    await showHelp(terminal, commandHelp(command, helpStyle(terminal)));
    return EXIT.done;
  }
  const outcome = await command.run(args, terminal, signal);
  if (terminal.json && outcome.json !== undefined) await terminal.printJson(outcome.json);
  return outcome.exitCode ?? EXIT.done;
}

async function showHelp(terminal: Terminal, text: string): Promise<void> {
  if (terminal.json) await terminal.printJson({ help: text });
  else terminal.print(text);
}

const helpStyle = (terminal: Terminal): Style => (terminal.json ? createStyle(false) : terminal.style);

function find(commands: readonly Command[], name: string): Command {
  const command = commands.find((c) => c.name === name);
  if (command) return command;
  const what = name.startsWith('-') ? 'option' : 'command';
  const near = nearest(
    name,
    commands.map((c) => c.name),
  );
  throw usage('', `Unknown ${what} "${name}"`, near);
}

/** Says what went wrong, to the user or to us, and returns the exit code for it. */
export async function reportError(error: unknown, terminal: Terminal, signal: AbortSignal): Promise<number> {
  const isInterrupted = error instanceof Cancelled || (signal.aborted && isAbort(error));
  if (terminal.json && !terminal.hasJson)
    await terminal.printJson({ error: errorJson(isInterrupted ? new Cancelled() : error) });
  if (isInterrupted) {
    if (!terminal.json) terminal.log('Interrupted.');
    return EXIT.interrupted;
  }
  if (error instanceof UserError) {
    terminal.error(sanitise(error.describe()));
    return EXIT.badInput;
  }
  const stack = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  terminal.error('This is a fault in xmlcnn, not in your input. Please report it with the lines below.');
  for (const line of stack.split('\n')) terminal.log(sanitise(line));
  return EXIT.fault;
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

const INDENT = 26;
const WRAP = 100;

/** The list of commands. */
function overview(commands: readonly Command[], style: Style): string {
  return [
    'XML-CNN: train, evaluate and understand multi-label text classifiers, on the CPU.',
    '',
    `${style.bold('Usage:')} xmlcnn <command> [arguments]`,
    '',
    style.bold('Commands'),
    ...commands.flatMap((c) => entry(c.name, c.summary)),
    '',
    style.bold('Everywhere'),
    ...optionEntries(commonOptions),
    ...entry('--version', 'Show the version'),
    '',
    style.bold('Exit codes'),
    ...entry('0', 'done'),
    ...entry('1', 'something in the input is wrong; the message says what to do'),
    ...entry('2', 'a fault of xmlcnn itself'),
    ...entry('130', 'interrupted (Ctrl-C); a training run is saved first and can be resumed'),
    '',
    `"xmlcnn <command> --help" explains a command with an example.`,
  ].join('\n');
}

/** One command's page. */
function commandHelp(command: Command, style: Style): string {
  const positionals = command.positionals.map(({ name, optional }) => (optional ? `[${name}]` : name));
  const blocks = [
    ...(command.details ? ['', ...wrap(command.details, WRAP)] : []),
    ...(command.positionals.length
      ? ['', style.bold('Arguments'), ...command.positionals.flatMap((p) => entry(p.name, p.description))]
      : []),
    '',
    style.bold('Options'),
    ...optionEntries({ ...command.options, ...commonOptions }),
    '',
    style.bold(command.examples.length > 1 ? 'Examples' : 'Example'),
    ...command.examples.map((e) => `  ${e}`),
  ];
  return [
    `${command.summary}.`,
    '',
    `${style.bold('Usage:')} ${['xmlcnn', command.name, ...positionals, '[options]'].join(' ')}`,
    ...blocks,
  ].join('\n');
}

function optionEntries(options: Record<string, OptionSpec>): string[] {
  return Object.entries(options).flatMap(([name, { value, short, description, multiple }]) => {
    const flag = `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
    return entry(flag, multiple ? `${description} (may be repeated)` : description);
  });
}

function entry(name: string, description: string): string[] {
  const lines = wrap(description, WRAP - INDENT).map((line) => ' '.repeat(INDENT) + line);
  const head = `  ${name}`;
  if (head.length > INDENT - 2) return [head, ...lines];
  return [head.padEnd(INDENT) + lines[0].trimStart(), ...lines.slice(1)];
}

function wrap(text: string, columns: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines = [''];
    for (const word of paragraph.split(' ')) {
      const line = lines[lines.length - 1];
      if (!line) lines[lines.length - 1] = word;
      else if (line.length + 1 + word.length <= columns) lines[lines.length - 1] = `${line} ${word}`;
      else lines.push(word);
    }
    return lines;
  });
}
