import { extname, resolve } from 'node:path';
import { namesEndingIn, rowEndings } from '../../core/data/datasetEndings.ts';
import type { RunConfig } from '../../core/config/runConfig.ts';
import type { DatasetFormat, SourceOptions } from '../../core/data/document.ts';

/** Languages of texts that are no records. */
export const proseLanguages = ['plaintext', 'markdown', 'xmlcnn-document'];
/** Languages that files of records are known by, beside plain text. */
const recordLanguages = ['csv', 'tsv', 'dynamic csv', 'json', 'jsonl', 'jsonlines', 'ndjson', 'tab'];
const recordEndings = namesEndingIn(rowEndings);
const tableEndings = /\.(csv|tsv|tab)$/i;
/** Prose may by chance look like a table of a row or two. */
const leastRows = 3;

/** Whether a file is worth a look at its first lines. */
export function mayHoldRecords(path: string, language: string): boolean {
  if (language === 'markdown' || /\.xmlcnn\.json$/i.test(path)) return false;
  return language === 'plaintext' || recordLanguages.includes(language) || recordEndings.test(path);
}

/** Whether a file whose lines look like a format is one of records, and not prose or a document of another kind. */
export function holdsRecords(path: string, format: DatasetFormat, lines: number): boolean {
  const isTable = format === 'csv' || format === 'tsv' || format === 'libmultilabel';
  if (isTable) return tableEndings.test(path) || (lines >= leastRows && format !== 'csv');
  return extname(path).toLowerCase() !== '.json' || lines > 1; // a JSON document on one line is no set of them
}

type Dataset = Pick<RunConfig['dataset'], 'train' | 'validation' | 'test'> & SourceOptions;

/** Ways of reading a file, the likeliest first: as the model's own dataset where it is of that, or may be of its kind. */
export function readingOptions(file: string, dataset: Dataset | undefined): SourceOptions[] {
  if (!dataset) return [{}];
  const { train, validation, test, format, labelsFile } = dataset;
  const { idField, textField, labelField, labelColumns, labelSeparator, header, quoting } = dataset;
  const fields = { idField, textField, labelField, labelColumns, labelSeparator, header, quoting };
  const isSame = (path: string | undefined): boolean => path !== undefined && resolve(path) === resolve(file);
  if ([train, validation, test].some(isSame)) return [{ ...fields, format, ...(isSame(train) && { labelsFile }) }, {}];
  const isOfKind = extname(train.replace(/\.gz$/i, '')) === extname(file);
  return isOfKind && Object.values(fields).some((field) => field !== undefined) ? [fields, {}] : [{}];
}
