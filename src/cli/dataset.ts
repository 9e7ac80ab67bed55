import { basename } from 'node:path';
import { type DatasetFile, datasetFormats, type Document, type SourceOptions } from '../core/data/document.ts';
import { cellStyles } from '../core/data/guess/cells.ts';
import { isSameDataset } from '../core/data/datasetFile.ts';
import { datasetFiles, type SplitFile } from '../core/data/findSplits.ts';
import { Cancelled } from '../core/base/errors.ts';
import type { OnProgress } from '../core/base/progress.ts';
import type { SplitInspection } from '../core/explore/splitInspection.ts';
import { type TokenizerName, tokenizerNames } from '../core/text/tokenizer.ts';
import type { Arguments, OptionSpec } from './command.ts';
import type { Terminal } from './terminal/terminal.ts';
import { sanitise } from './terminal/text.ts';

/** How to read a dataset; each option has a key of the same meaning in the run config. */
export const datasetOptions: Record<string, OptionSpec> = {
  format: { value: 'NAME', description: `Format, where its content does not show it: ${datasetFormats.join(', ')}` },
  'id-field': {
    value: 'NAME',
    description: 'Field (JSONL) or column (CSV, TSV; a name, or a number from 0) of the id',
  },
  'text-field': { value: 'NAME', description: 'Field or column of the text; several are joined', multiple: true },
  'label-field': { value: 'NAME', description: 'Field or column of the labels' },
  'label-columns': {
    value: 'NAME',
    description: 'Column of 0 and 1 that stands for one label; several',
    multiple: true,
  },
  'label-separator': {
    value: 'TEXT',
    description:
      'What separates labels given as one string (\\n and \\t as typed); none: the whole string is one label',
  },
  'label-style': { value: 'NAME', description: `How a string holds labels: ${cellStyles.join(', ')}` },
  'whole-labels': { value: 'LABEL', description: 'Label that holds the separator itself; several', multiple: true },
  'label-prefix': { value: 'TEXT', description: 'What labels of fastText lines begin with (default: __label__)' },
  missing: { value: 'LIST', description: 'Words that stand for no label, between commas; none: every word is a label' },
  'whole-numbers': { value: 'yes|no', description: 'Count 1.0 as the label 1' },
  header: { value: 'yes|no', description: 'Whether the first row of a table names its columns' },
  delimiter: { value: 'TEXT', description: 'What parts the fields of a table: comma, semicolon, tab, pipe' },
  quoting: { value: 'yes|no', description: 'Whether double quotes enclose fields of a table' },
  'label-names': { value: 'FILE', description: 'File with the names of label ids' },
  'labels-file': {
    value: 'FILE',
    description: 'Companion file that holds the labels, where it is not found by its name',
  },
  encoding: {
    value: 'NAME',
    description: 'Encoding, where the bytes do not show it: utf-8, windows-1252, gb18030, shift_jis, utf-16le, …',
  },
  corrections: {
    value: 'FILE|no',
    description: 'File of corrections (default: the one beside the dataset); no: labels as the dataset has them',
  },
  'on-error': { value: 'ACTION', description: 'Malformed records: skip (and count them) or stop' },
};

export const tokenizerOption = {
  tokenizer: {
    value: 'NAME',
    description: `What a word is: ${tokenizerNames.join(', ')} (default segmenter, which finds words in scripts without spaces too, and is unicode elsewhere)`,
  },
} satisfies Record<string, OptionSpec>;

export const tokenizerOf = (args: Arguments): TokenizerName | undefined => args.oneOf('tokenizer', tokenizerNames);

const column = (name: string): string | number => (/^\d+$/.test(name) ? Number(name) : name);

function yesNo(args: Arguments, name: string): boolean | undefined {
  const value = args.oneOf(name, ['yes', 'no'] as const);
  return value === undefined ? undefined : value === 'yes';
}

function correctionsOf(args: Arguments): SourceOptions['corrections'] {
  const value = args.text('corrections');
  return value === 'yes' || value === 'no' ? value === 'yes' : value;
}

/** Keys of `SourceOptions` as the options above. */
export const optionName = (key: string): string => `--${key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;

/** Advice that names keys of the run config, with the options above in their place. */
export const withOptionNames = (advice: string): string =>
  advice.replace(/"([a-zA-Z]+)"/g, (quoted, key: string) => {
    const name = optionName(key);
    return name.slice(2) in datasetOptions ? name : quoted;
  });

/** Reads the options above. */
export function sourceOptions(args: Arguments): SourceOptions {
  const [idField, labelField] = [args.text('id-field'), args.text('label-field')];
  const textFields = args.list('text-field').map(column);
  const all: SourceOptions = {
    format: args.oneOf('format', datasetFormats),
    idField: idField === undefined ? undefined : column(idField),
    textField: textFields.length > 1 ? textFields : textFields[0],
    labelField: labelField === undefined ? undefined : column(labelField),
    labelColumns: args.list('label-columns').length ? args.list('label-columns').map(column) : undefined,
    labelSeparator: args.text('label-separator') === '' ? 'none' : args.text('label-separator'),
    labelStyle: args.oneOf('label-style', cellStyles),
    wholeLabels: args.list('whole-labels').length ? args.list('whole-labels') : undefined,
    labelPrefix: args.text('label-prefix'),
    missing: args
      .text('missing')
      ?.split(',')
      .map((word) => word.trim()),
    wholeNumbers: yesNo(args, 'whole-numbers'),
    header: yesNo(args, 'header'),
    delimiter: args.text('delimiter'),
    quoting: yesNo(args, 'quoting'),
    labelNames: args.text('label-names'),
    labelsFile: args.text('labels-file'),
    encoding: args.text('encoding'),
    corrections: correctionsOf(args),
    onError: args.oneOf('on-error', ['skip', 'stop'] as const),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** The files a dataset argument names: of a folder or a pickle its splits, or the folder as it is where its files are the documents. */
export async function filesOf(dataset: DatasetFile): Promise<SplitFile[]> {
  const files = await datasetFiles(dataset);
  const own = files.find((file) => isSameDataset(file, dataset));
  return own ? [own] : files;
}

/** Reads a split to its end, with progress; `visit` sees every document. Throws `UserError` and `Cancelled`. */
export async function readSplit(
  split: SplitInspection,
  terminal: Terminal,
  signal: AbortSignal,
  visit?: (document: Document) => void,
): Promise<void> {
  await split.readWhole({ signal, onProgress: readingBar(terminal) }, visit);
  terminal.progress.clear();
  if (signal.aborted) throw new Cancelled();
}

/** Shows how far the reading of a file is. */
export const readingBar = (terminal: Terminal): OnProgress =>
  terminal.progress.follow(({ file = '' }) => `Reading ${sanitise(basename(file))}`);
