import { dirname, extname, resolve, sep } from 'node:path';
import { namesEndingIn, rowEndings } from '../../core/data/datasetEndings.ts';
import { datasetFile } from '../../core/data/datasetFile.ts';
import type { SourceOptions } from '../../core/data/document.ts';
import type { RecordLocator } from '../../core/data/positions/recordLocator.ts';
import type { TrainedReading } from '../../core/text/readSplit.ts';

/** Languages of texts that are no records. */
export const proseLanguages = ['plaintext', 'markdown', 'xmlcnn-document'];
/** Languages that files of records are known by, beside plain text. */
const recordLanguages = ['csv', 'tsv', 'dynamic csv', 'json', 'jsonl', 'jsonlines', 'ndjson', 'tab'];
export const recordEndings = namesEndingIn(rowEndings);
const tableEndings = /\.(csv|tsv|tab)$/i;
/** Prose may by chance look like a table of a row or two. */
const leastRows = 3;
/** A JSON document of one object is no set of them. */
const leastRecords = 2;

/** Whether a file is worth a look at its first lines. */
export function mayHoldRecords(path: string, language: string): boolean {
  if (language === 'markdown' || /\.xmlcnn\.json$/i.test(path)) return false;
  return language === 'plaintext' || recordLanguages.includes(language) || recordEndings.test(path);
}

/** Whether a file that is read as records is one of them, and not prose or a document of another kind. */
export function holdsRecords(
  path: string,
  { format, options, count }: Pick<RecordLocator, 'format' | 'options' | 'count'>,
  lines: number,
): boolean {
  if (format === 'json') return (count ?? 0) >= leastRecords && hasLabels(options);
  const isTable = format === 'csv' || format === 'tsv' || format === 'libmultilabel';
  if (isTable) return tableEndings.test(path) || (lines >= leastRows && format !== 'csv');
  return extname(path).toLowerCase() !== '.json' || lines > 1; // a JSON document on one line is no set of them
}

const hasLabels = ({ labelField, labelColumns }: SourceOptions): boolean =>
  labelField !== undefined || (labelColumns ?? []).length > 0;

/** Whether a file is one that the run was trained or evaluated on, or one of the JSON documents in a folder that is. */
export function isOfRun(file: string, run: TrainedReading): boolean {
  return (
    ownFiles(run).some((own) => own === resolve(file)) || (/\.json$/i.test(file) && folderOf(file, run) !== undefined)
  );
}

/** Whether a file lies in a folder with one that the run was trained or evaluated on. */
export const isBesideRun = (file: string, run: TrainedReading): boolean =>
  ownFiles(run).some((own) => dirname(own) === dirname(resolve(file)));

/** The folder of texts, a file each, that a text of the run's dataset lies in. */
export const textFolderOf = (file: string, run: TrainedReading): string | undefined =>
  /\.txt$/i.test(file) ? folderOf(file, run) : undefined;

const folderOf = (file: string, run: TrainedReading): string | undefined =>
  ownFiles(run).find((own) => resolve(file).startsWith(own + sep));

const ownFiles = ({ config: { dataset } }: TrainedReading): string[] =>
  [dataset.train, dataset.validation, dataset.test].flatMap((path) =>
    path === undefined ? [] : [resolve(datasetFile(path).file)],
  );
