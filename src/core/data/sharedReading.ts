/** What the reading of one file says of another: the splits of a dataset are read as its training file is. */
import { UserError } from '../base/errors.ts';
import { statOf } from '../base/files.ts';
import { recogniseFormat } from './detect.ts';
import type { DatasetFile, SourceOptions } from './document.ts';
import { openDataset } from './openDataset.ts';

/** Formats whose records have fields with names: what was read from one of them can be read from another. */
export const hasFieldNames = (format: string): boolean =>
  ['jsonl', 'json', 'json-folder', 'csv', 'tsv', 'xmlrepo-jsonl', 'parquet', 'arrow', 'xlsx'].includes(format);

/** Of the keys of a dataset those that say how its files are read, and not which they are. */
export const pickReading = (options: SourceOptions): SourceOptions =>
  without(options, ['train', 'validation', 'test', 'validationFraction', 'testFraction', 'split', 'corrections']);

export const without = (options: SourceOptions, keys: readonly string[]): SourceOptions =>
  Object.fromEntries(Object.entries(options).filter(([key]) => !keys.includes(key)));

/** What was found in the training file serves all splits: a separator is the same in each. Throws `UserError` as opening it does. */
export async function sharedReading(train: DatasetFile, options: SourceOptions): Promise<SourceOptions> {
  if (!(await statOf(train.file))) return {};
  const format = options.format ?? (await formatOf(train.file));
  if (format === undefined || !hasFieldNames(format)) return {};
  const found = pickReading((await openDataset(train, { ...options, format })).options);
  return without(found, ['labelsFile', 'labelNames', 'encoding', 'format']);
}

/** undefined where the file does not show it. */
export async function formatOf(file: string): Promise<SourceOptions['format']> {
  try {
    return (await recogniseFormat(file, {})).format;
  } catch (error) {
    if (error instanceof UserError && error.code === 'unknown-format') return undefined;
    throw error;
  }
}
