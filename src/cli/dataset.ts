import { basename } from 'node:path';
import { type DatasetFile, datasetFormats, type FindingLog, type SourceOptions } from '../core/data/document.ts';
import { isSameDataset } from '../core/data/datasetFile.ts';
import { datasetFiles, type SplitFile } from '../core/data/findSplits.ts';
import type { SplitOrAll } from '../core/base/splits.ts';
import type { OnProgress } from '../core/base/progress.ts';
import { type Survey, surveyFile } from '../core/explore/survey.ts';
import type { WordScanner } from '../core/text/tokenizer.ts';
import type { Arguments, OptionSpec } from './command.ts';
import type { Terminal } from './terminal/terminal.ts';
import { sanitise } from './terminal/text.ts';

export { defaultTokenizer } from '../core/explore/survey.ts';

/** How to read a dataset; each option has a key of the same meaning in the run config. */
export const datasetOptions: Record<string, OptionSpec> = {
  format: { value: 'NAME', description: `Format, where its content does not tell: ${datasetFormats.join(', ')}` },
  'id-field': {
    value: 'NAME',
    description: 'Field (JSONL) or column (CSV, TSV; a name, or a number from 0) of the id',
  },
  'text-field': { value: 'NAME', description: 'Field or column of the text; several are joined', multiple: true },
  'label-field': { value: 'NAME', description: 'Field or column of the labels' },
  'label-separator': { value: 'TEXT', description: 'What separates labels given as one string' },
  'label-names': { value: 'FILE', description: 'File with the names of label ids' },
  'labels-file': {
    value: 'FILE',
    description: 'Companion file that holds the labels, where it is not found by its name',
  },
  encoding: { value: 'NAME', description: 'utf-8 (default) or latin1' },
  'on-error': { value: 'ACTION', description: 'Malformed records: skip (and count them) or stop' },
};

const column = (name: string): string | number => (/^\d+$/.test(name) ? Number(name) : name);

/** Reads the options above. */
export function sourceOptions(args: Arguments): SourceOptions {
  const [idField, labelField] = [args.text('id-field'), args.text('label-field')];
  const textFields = args.list('text-field').map(column);
  const all: SourceOptions = {
    format: args.oneOf('format', datasetFormats),
    idField: idField === undefined ? undefined : column(idField),
    textField: textFields.length > 1 ? textFields : textFields[0],
    labelField: labelField === undefined ? undefined : column(labelField),
    labelSeparator: args.text('label-separator')?.replaceAll('\\t', '\t'),
    labelNames: args.text('label-names'),
    labelsFile: args.text('labels-file'),
    encoding: args.oneOf('encoding', ['utf-8', 'latin1'] as const),
    onError: args.oneOf('on-error', ['skip', 'stop'] as const),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

export interface SurveyedFile extends Survey {
  split: SplitOrAll;
  findings: FindingLog;
}

/** The files a dataset argument names: of a folder or a pickle its splits, or the folder as it is where its files are the documents. */
export async function filesOf(dataset: DatasetFile): Promise<SplitFile[]> {
  const files = await datasetFiles(dataset);
  const own = files.find((file) => isSameDataset(file, dataset));
  return own ? [own] : files;
}

/** Reads one file through, with progress, and gathers its statistics. */
export async function survey(
  split: SurveyedFile['split'],
  file: DatasetFile,
  options: SourceOptions,
  tokenizer: WordScanner,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<SurveyedFile> {
  const surveyed = await surveyFile(file, options, tokenizer, { signal, onProgress: readingBar(terminal) });
  terminal.progress.clear();
  return { split, ...surveyed, findings: surveyed.source.findings };
}

/** Shows how far the reading of a file is. */
export const readingBar = (terminal: Terminal, label = 'Reading'): OnProgress =>
  terminal.progress.follow(({ file = '' }) => `${label} ${sanitise(basename(file))}`);
