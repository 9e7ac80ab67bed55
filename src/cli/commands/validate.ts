import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Diagnostic } from '../../core/config/diagnostics.ts';
import { validateText } from '../../core/config/validate.ts';
import { withFileErrors } from '../../core/files.ts';
import type { Command } from '../command.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, sanitise } from '../terminal/text.ts';

export const validate: Command = {
  name: 'validate',
  summary: 'Check a run config and say what is wrong, where, and how to mend it',
  details: 'Exits with 1 where there is an error; warnings and remarks alone leave it at 0.',
  positionals: [{ name: 'CONFIG', description: 'A *.xmlcnn.json file' }],
  options: {},
  examples: ['xmlcnn validate reuters.xmlcnn.json'],
  async run(args, terminal) {
    const file = args.positionals[0];
    const text = await withFileErrors(file, () => readFile(file, 'utf8'));
    const diagnostics = validateText(text, { file: resolve(file), checkFiles: true });
    for (const d of diagnostics) terminal.print(...describe(d, file, terminal));
    const errors = diagnostics.filter((d) => d.severity === 'error').length;
    const rest = diagnostics.length - errors;
    const remark = rest ? `, ${counted(rest, 'warning or remark', 'warnings or remarks')}` : '';
    terminal.print(errors ? `${counted(errors, 'error')}${remark}.` : `${sanitise(file)} is valid${remark}.`);
    return { json: { file, valid: errors === 0, diagnostics }, exitCode: errors ? 1 : 0 };
  },
};

/** `file:line:column: severity: message (code)`, which editors and CI systems recognise. */
function describe(d: Diagnostic, file: string, { style }: Terminal): string[] {
  const { line, character } = d.range.start;
  const colour = { error: style.red, warning: style.yellow, info: style.cyan }[d.severity];
  return [
    `${sanitise(file)}:${line + 1}:${character + 1}: ${colour(`${d.severity}:`)} ${sanitise(d.message)} ${style.dim(`(${d.code})`)}`,
    ...(d.fix ? [`  fix: ${sanitise(d.fix.title)}`] : []),
  ];
}
