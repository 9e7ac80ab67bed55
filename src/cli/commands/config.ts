import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  configFromOriginal,
  type FlagReport,
  type OriginalConfig,
} from '../../core/config/original/configFromOriginal.ts';
import { validateText } from '../../core/config/validate.ts';
import { UserError } from '../../core/base/errors.ts';
import { writeFileAtomic } from '../../core/base/files.ts';
import { type Command, usage } from '../command.ts';
import { diagnosticLines } from './validate.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { sanitise } from '../terminal/text.ts';

export const config: Command = {
  name: 'config',
  summary: 'Turn a command line of the original program into a run config',
  details:
    'Takes the line whole, with environment, `python main.py` and redirections, and reports for each flag which key carries it, or why it has no effect. ' +
    'Datasets and vectors are looked for where the original program has them, as seen from the folder of the config.',
  positionals: [],
  options: {
    'from-seed': { value: 'LINE', description: 'The command line, in quotes', dashed: true },
    data: { value: 'DATA', description: 'Dataset file or folder, in place of that of --ds' },
    embeddings: { value: 'FILE', description: 'Pretrained word vectors' },
    output: { short: 'o', value: 'FILE', description: 'Where to write (default: seed.xmlcnn.json in this folder)' },
    force: { description: 'Overwrite a config that is there' },
  },
  examples: [
    'xmlcnn config --from-seed "--mb=128 --ss=499 --sequence_length=5000"',
    'xmlcnn config --from-seed "python main.py --mn=wiki > out.txt" --data wiki.p',
  ],
  async run(args, terminal) {
    const line = args.text('from-seed');
    if (line === undefined) throw usage('config', '--from-seed is missing');
    const output = args.text('output') ?? 'seed.xmlcnn.json';
    if (existsSync(output) && !args.flag('force'))
      throw new UserError(
        'exists',
        'This config is there already',
        'Name another with --output, or overwrite it with --force.',
        {
          file: output,
        },
      );
    const folder = dirname(resolve(output));
    const made = await configFromOriginal(line, {
      folder,
      data: args.text('data'),
      embeddings: args.text('embeddings'),
    });
    await writeFileAtomic(output, made.text);
    show(made, terminal);
    const diagnostics = validateText(made.text, { file: resolve(output), checkFiles: true });
    for (const diagnostic of diagnostics) terminal.print(...diagnosticLines(diagnostic, output, terminal));
    const isValid = !diagnostics.some(({ severity }) => severity === 'error');
    terminal.print('', `Wrote ${terminal.style.bold(sanitise(output))}.`);
    const { flags, ignored, remarks } = made;
    return { json: { config: output, flags, ignored, remarks, valid: isValid, diagnostics } };
  },
};

function show({ flags, ignored, remarks }: OriginalConfig, terminal: Terminal): void {
  for (const flag of flags) terminal.print(describe(flag));
  for (const { word, nearest } of ignored)
    terminal.print(
      `${sanitise(word)}: no flag of the original program, left out${nearest ? ` (did you mean ${nearest}?)` : ''}`,
    );
  for (const remark of remarks) terminal.print(sanitise(remark));
}

function describe({ flag, values, keys, note }: FlagReport): string {
  const given = sanitise(`${flag} ${values.join(' ')}`);
  const carried = keys.length ? ` -> ${keys.join(', ')}` : '';
  return `${given}${carried}${note === undefined ? '' : `: ${sanitise(note)}`}`;
}
