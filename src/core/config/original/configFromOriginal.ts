import { datasetFile } from '../../data/datasetFile.ts';
import { pathOf } from '../../data/document.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findSplits, type Splits } from '../../data/findSplits.ts';
import { UserError } from '../../base/errors.ts';
import { layOut, type Line, type Section } from '../createConfig.ts';
import { pathFrom } from '../configText.ts';
import { nearestFlag, parseOriginalCommandLine, type GivenFlag } from './commandLine.ts';
import { isPretrained } from './flags.ts';

/** What became of a flag. */
export interface FlagReport {
  flag: string;
  values: string[];
  /** Keys that carry it now. */
  keys: string[];
  /** Why it has no effect, or has another than it seems. */
  note?: string;
}

export interface OriginalConfig {
  text: string;
  flags: FlagReport[];
  /** Words of the command line that mean nothing to the program. */
  ignored: { word: string; nearest?: string }[];
  /** What remains to be done. */
  remarks: string[];
}

interface OriginalConfigOptions {
  /** Folder that the config is to stand in. */
  folder: string;
  /** The dataset, in place of that of `--ds`. */
  data?: string;
  /** Pretrained vectors, where the command line uses such. */
  embeddings?: string;
}

/**
 * A run config with the settings of one of the original program's command lines, on the corrected network.
 * Throws `UserError` `seed-flag`, and those of `findSplits` for `data`.
 */
export async function configFromOriginal(commandLine: string, options: OriginalConfigOptions): Promise<OriginalConfig> {
  const { flags, ignored } = parseOriginalCommandLine(commandLine);
  const given = new Map(flags.map(({ name, values }) => [name, values]));
  const remarks: string[] = [];
  const lines = flagLines([...new Map(flags.map((found) => [found.name, found])).values()], given);
  const dataset = await datasetLines(given, options, remarks);
  const embedding = embeddingLines(given, options, remarks);
  const sections: Section[] = [
    ['dataset', dataset],
    ...['text', 'embedding', 'model', 'training', 'output'].map((name): Section => [
      name,
      [...(lines.get(name) ?? []), ...(name === 'embedding' ? embedding : [])],
    ]),
  ];
  const comment = [
    `XML-CNN run config from a command line of the original program: ${commandLine.trim()}`,
    'The network is the corrected one; "model": {"pooling": "seed"} would rebuild the original wiring, with its bad figures.',
  ];
  const why = 'seed-rcv1: the defaults of the original program; what the command line changes stands below.';
  return {
    text: layOut(comment, { preset: 'seed-rcv1', why }, sections),
    flags: flags.map((found) => report(found, given)),
    ignored: ignored.map((word) => ({ word, nearest: nearestFlag(word) })),
    remarks,
  };
}

type Given = ReadonlyMap<string, readonly string[]>;

function report({ name, flag, values }: GivenFlag, given: Given): FlagReport {
  return { flag: name, values, keys: keysOf(name, flag.key), note: flag.note?.(values, given) };
}

const keysOf = (name: string, key: string | undefined): string[] =>
  name === '--dropouts' ? ['model.embeddingDropout', 'model.hiddenDropout'] : key === undefined ? [] : [key];

/** Keys by section. A flag that comes twice counts as it comes last, as with argparse. */
function flagLines(flags: readonly GivenFlag[], given: Given): Map<string, Line[]> {
  const sections = new Map<string, Line[]>();
  for (const { name, flag, values } of flags)
    for (const full of keysOf(name, flag.key)) {
      if (full === 'dataset.train' || (name === '--num_features' && given.has('--embedding_dim'))) continue;
      const [section, key] = full.split('.');
      const note = flag.note?.(values, given);
      const why = `${name} ${values.join(' ')}${note === undefined ? '' : `: ${note}`}`;
      const lines = sections.get(section) ?? [];
      lines.push([key, valueOf(name, full, values), why]);
      sections.set(section, lines);
    }
  return sections;
}

function valueOf(name: string, key: string, values: readonly string[]): unknown {
  const [value] = values;
  if (name === '--filter_sizes') return values.map(Number);
  if (name === '--dropouts') return Number(value) ? (key.endsWith('embeddingDropout') ? 0.25 : 0.5) : 0;
  if (name === '--sve') return Number(value) !== 0;
  if (name === '--pooling_type') {
    if (value === 'max' || value === 'average') return `dynamic-${value}`;
    throw new UserError('seed-flag', `--pooling_type is ${JSON.stringify(value)}`, 'It is max or average.');
  }
  return key === 'output.name' ? value : Number(value);
}

/** Where the original program looks for `--ds`, seen from its folder `code` and from beside it. */
function candidates(name: string, rebuild: boolean): string[] {
  const forms = [`${name}.p`, join(name, 'x_train.npz')];
  if (!rebuild) forms.reverse();
  return ['../datasets', 'datasets', '.'].flatMap((folder) => forms.map((form) => join(folder, form)));
}

async function datasetLines(given: Given, options: OriginalConfigOptions, remarks: string[]): Promise<Line[]> {
  const name = given.get('--ds')?.[0] ?? 'rcv';
  const places = candidates(name, Number(given.get('--load_data')?.[0] ?? 0) !== 0);
  const found = options.data ?? places.map((place) => join(options.folder, place)).find((path) => existsSync(path));
  const splits: Splits =
    found === undefined ? { train: { file: join(options.folder, places[0]) } } : await findSplits(datasetFile(found));
  if (found === undefined)
    remarks.push(`The dataset ${name} is not in ../datasets or datasets: set dataset.train, or name it with --data.`);
  const state = (part: keyof Splits, why?: string): Line[] => {
    const file = splits[part];
    return file === undefined ? [] : [[part, pathFrom(options.folder, pathOf(file)), why]];
  };
  return [
    ...state('train', `--ds ${name}${given.has('--ds') ? '' : ' (the default)'}`),
    ...(splits.validation === undefined
      ? ([
          [
            'validationFraction',
            0.1,
            'The best epoch is chosen on held-out documents; the original program chose it on test.',
          ],
        ] as Line[])
      : state('validation')),
    ...state('test'),
  ];
}

function embeddingLines(given: Given, { folder, embeddings }: OriginalConfigOptions, remarks: string[]): Line[] {
  if (!isPretrained(given)) return [];
  const isGlove = (given.get('--model_type')?.[0] ?? 'glove') === 'glove';
  const dim = given.get('--num_features')?.[0] ?? '300';
  const name = isGlove ? `glove.6B.${dim}d.txt` : 'GoogleNews-vectors-negative300.bin.gz';
  const folders = ['embedding_weights', 'word2vec_models'].flatMap((place) => [
    `../${place}`,
    `../code/${place}`,
    place,
  ]);
  const found = embeddings ?? folders.map((place) => join(folder, place, name)).find((path) => existsSync(path));
  if (found !== undefined) return [['file', pathFrom(folder, found), 'Pretrained vectors, kept as they are.']];
  remarks.push(
    `The original program starts from ${name}, which is not there: word vectors start at random until embedding.file names it.`,
  );
  return [];
}
