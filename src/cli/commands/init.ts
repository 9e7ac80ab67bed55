import { datasetFile, datasetName } from '../../core/data/datasetFile.ts';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createConfigText, factsFrom, leftOutText } from '../../core/config/createConfig.ts';
import { UserError } from '../../core/base/errors.ts';
import { presetNames } from '../../core/config/presets.ts';
import { thisMachine } from '../../core/engine/engines/speed.ts';
import { surveyDataset } from '../../core/explore/survey.ts';
import { writeFileAtomic } from '../../core/base/files.ts';
import type { Command } from '../command.ts';
import { datasetOptions, sourceOptions, readingBar, tokenizerOf, tokenizerOption } from '../dataset.ts';
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
    preset: {
      value: 'NAME',
      description: `What to build on (default: by the size of the data): ${presetNames.join(', ')}`,
    },
    ...tokenizerOption,
    ...datasetOptions,
  },
  examples: [
    'xmlcnn init data/train.jsonl',
    'xmlcnn init data -o experiments/first.xmlcnn.json',
    'xmlcnn init data --preset linear',
  ],
  async run(args, terminal, signal) {
    const preset = args.oneOf('preset', presetNames);
    const data = datasetFile(args.positionals[0]);
    const output = args.text('output') ?? `${datasetName(data)}.xmlcnn.json`;
    if (existsSync(output) && !args.flag('force'))
      throw new UserError(
        'exists',
        'This config is there already',
        'Name another with --output, or overwrite it with --force.',
        { file: output },
      );
    const facts = await surveyDataset(data, sourceOptions(args), {
      signal,
      onProgress: readingBar(terminal),
      tokenizer: tokenizerOf(args),
    });
    terminal.progress.clear();
    for (const one of facts.leftOut ?? []) terminal.warn(sanitise(leftOutText(one)));
    const text = createConfigText(factsFrom(dirname(resolve(output)), facts), preset, await thisMachine());
    await writeFileAtomic(output, text);
    terminal.print(
      `Wrote ${terminal.style.bold(sanitise(output))} for ${counted(facts.documents, 'document')} with ${counted(facts.labels, 'label')}.`,
      `Next: xmlcnn train ${sanitise(output)}`,
    );
    const { format, train, validation, test, leftOut } = facts;
    return { json: { config: output, format, train, validation, test, leftOut } };
  },
};
