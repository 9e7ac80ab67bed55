import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Diagnostic } from '../../core/config/diagnostics.ts';
import { analyse, validateText } from '../../core/config/validate.ts';
import { withFileErrors } from '../../core/base/files.ts';
import { trainingSizes } from '../../core/text/prepare.ts';
import type { Command } from '../command.ts';
import { RunReporter } from '../terminal/runReporter.ts';
import { counted, sanitise } from '../terminal/text.ts';
import type { Terminal } from '../terminal/terminal.ts';

export const validate: Command = {
  name: 'validate',
  summary: 'Check a run config and say what is wrong, where, and how to fix it',
  details: 'Exits with 1 where there is an error; warnings and remarks alone leave it at 0.',
  positionals: [{ name: 'CONFIG', description: 'A *.xmlcnn.json file' }],
  options: {
    data: {
      description: 'Also read the training documents, and check k and the memory against their labels and words',
    },
  },
  examples: ['xmlcnn validate reuters.xmlcnn.json', 'xmlcnn validate reuters.xmlcnn.json --data'],
  async run(args, terminal, signal) {
    const file = args.positionals[0];
    const text = await withFileErrors(file, () => readFile(file, 'utf8'));
    const options = { file: resolve(file), checkFiles: true };
    const first = analyse(text, options);
    let { diagnostics } = first;
    if (args.flag('data') && !diagnostics.some(isError)) {
      const facts = await trainingSizes(first.config, { signal, onEvent: new RunReporter(terminal).handle });
      terminal.progress.clear();
      diagnostics = validateText(text, { ...options, facts });
    }
    for (const d of diagnostics) terminal.print(...diagnosticLines(d, file, terminal));
    const errors = diagnostics.filter(isError).length;
    const rest = diagnostics.length - errors;
    const remark = rest ? `, ${counted(rest, 'warning or remark', 'warnings or remarks')}` : '';
    terminal.print(errors ? `${counted(errors, 'error')}${remark}.` : `${sanitise(file)} is valid${remark}.`);
    return { json: { file, valid: errors === 0, diagnostics }, exitCode: errors ? 1 : 0 };
  },
};

const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

/** `file:line:column: severity: message (code)`, which editors and CI systems recognise. */
export function diagnosticLines(d: Diagnostic, file: string, { style }: Terminal): string[] {
  const { line, character } = d.range.start;
  const colour = { error: style.red, warning: style.yellow, info: style.cyan }[d.severity];
  return [
    `${sanitise(file)}:${line + 1}:${character + 1}: ${colour(`${d.severity}:`)} ${sanitise(d.message)} ${style.dim(`(${d.code})`)}`,
    ...(d.fix ? [`  fix: ${sanitise(d.fix.title)}`] : []),
  ];
}
