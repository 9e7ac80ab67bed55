import { existsSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { createConfigText } from '../../core/config/createConfig.ts';
import { UserError } from '../../core/errors.ts';
import { writeFileAtomic } from '../../core/files.ts';
import type { Command } from '../command.ts';
import { datasetName, datasetOptions, defaultTokenizer, filesOf, sourceOptions, survey } from '../dataset.ts';
import { counted, sanitise } from '../terminal/text.ts';

export const init: Command = {
  name: 'init',
  summary: 'Write a commented run config that suits a dataset',
  details:
    'Reads the training file once, finds validation and test files beside it by their names, and chooses a preset that fits the size.',
  positionals: [
    { name: 'DATA', description: 'Training file, or the folder that holds train, validation and test files' },
  ],
  options: {
    output: { short: 'o', value: 'FILE', description: 'Where to write (default: NAME.xmlcnn.json in this folder)' },
    force: { description: 'Overwrite a config that is there' },
    ...datasetOptions,
  },
  examples: ['xmlcnn init data/train.jsonl', 'xmlcnn init data -o experiments/first.xmlcnn.json'],
  async run(args, terminal, signal) {
    const data = args.positionals[0];
    const output = args.text('output') ?? `${datasetName(data)}.xmlcnn.json`;
    if (existsSync(output) && !args.flag('force'))
      throw new UserError(
        'exists',
        'This config is there already',
        'Name another with --output, or overwrite it with --force.',
        { file: output },
      );
    const options = sourceOptions(args);
    const files = Object.fromEntries(await filesOf(data, true));
    const train = files.train ?? files.all;
    if (train === undefined)
      throw new UserError('no-splits', 'There is no training file beside this one', 'Name the training file.', {
        file: data,
      });
    const tokenizer = await defaultTokenizer();
    const { source, statistics } = await survey('train', train, options, tokenizer, terminal, signal);
    const fields = { ...options };
    delete fields.onError; // a choice of this reading
    delete fields.format; // stands in the config anyway
    const folder = dirname(resolve(output));
    const asWritten = (path: string | undefined): string | undefined => path && relativeTo(folder, path);
    const text = createConfigText({
      train: relativeTo(folder, train),
      validation: asWritten(files.validation),
      test: asWritten(files.test),
      documents: statistics.documents,
      labels: statistics.labels,
      meanWords: statistics.words.mean,
      p95Words: statistics.words.p95,
      labelsPerDocument: statistics.labelsPerDocument.mean,
      format: source.format,
      fields: { ...fields, labelNames: asWritten(fields.labelNames), labelsFile: asWritten(fields.labelsFile) },
    });
    await writeFileAtomic(output, text);
    terminal.print(
      `Wrote ${terminal.style.bold(sanitise(output))} for ${counted(statistics.documents, 'document')} with ${counted(statistics.labels, 'label')}.`,
      `Next: xmlcnn train ${sanitise(output)}`,
    );
    return { json: { config: output, format: source.format, train, validation: files.validation, test: files.test } };
  },
};

/** Paths in a config use forward slashes and count from the config's folder. */
function relativeTo(folder: string, path: string): string {
  return relative(folder, resolve(path)).split(sep).join('/');
}
