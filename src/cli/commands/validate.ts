import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Diagnostic } from '../../core/config/diagnostics.ts';
import type { RunConfig } from '../../core/config/runConfig.ts';
import type { Facts } from '../../core/config/size.ts';
import { analyse, validateText } from '../../core/config/validate.ts';
import { withFileErrors } from '../../core/files.ts';
import { createTokenizer } from '../../core/text/tokenizer.ts';
import type { Command } from '../command.ts';
import { survey } from '../dataset.ts';
import { diagnosticLines } from '../diagnostics.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, sanitise } from '../terminal/text.ts';

export const validate: Command = {
  name: 'validate',
  summary: 'Check a run config and say what is wrong, where, and how to mend it',
  details: 'Exits with 1 where there is an error; warnings and remarks alone leave it at 0.',
  positionals: [{ name: 'CONFIG', description: 'A *.xmlcnn.json file' }],
  options: {
    data: { description: 'Also read the training documents, and check k and the memory against the number of labels' },
  },
  examples: ['xmlcnn validate reuters.xmlcnn.json', 'xmlcnn validate reuters.xmlcnn.json --data'],
  async run(args, terminal, signal) {
    const file = args.positionals[0];
    const text = await withFileErrors(file, () => readFile(file, 'utf8'));
    const options = { file: resolve(file), checkFiles: true };
    const first = analyse(text, options);
    const readsData = args.flag('data') && !first.diagnostics.some(isError);
    const diagnostics = readsData
      ? validateText(text, { ...options, facts: await factsOf(first.config, terminal, signal) })
      : first.diagnostics;
    for (const d of diagnostics) terminal.print(...diagnosticLines(d, file, terminal));
    const errors = diagnostics.filter(isError).length;
    const rest = diagnostics.length - errors;
    const remark = rest ? `, ${counted(rest, 'warning or remark', 'warnings or remarks')}` : '';
    terminal.print(errors ? `${counted(errors, 'error')}${remark}.` : `${sanitise(file)} is valid${remark}.`);
    return { json: { file, valid: errors === 0, diagnostics }, exitCode: errors ? 1 : 0 };
  },
};

const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

/** What the training documents alone can tell. */
async function factsOf({ dataset, text }: RunConfig, terminal: Terminal, signal: AbortSignal): Promise<Facts> {
  const tokenizer = await createTokenizer(text);
  const { statistics } = await survey('train', dataset.train, dataset, tokenizer, terminal, signal);
  return { labelCount: statistics.labels };
}
