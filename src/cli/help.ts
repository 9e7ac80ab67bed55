import { commonOptions, type Command, type OptionSpec } from './command.ts';
import type { Style } from './terminal/style.ts';

const INDENT = 26;
const WRAP = 100;

/** The list of commands. */
export function overview(commands: readonly Command[], style: Style): string {
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
export function commandHelp(command: Command, style: Style): string {
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
