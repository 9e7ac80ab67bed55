/** Recognises a dataset's format by its content. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import { isRecord } from '../base/schema.ts';
import { binaryKind, type BinaryKind } from '../formats/binaryFiles.ts';
import { isSplit, jsonPlace, recordsWithin, type JsonPlace } from '../formats/jsonRecords.ts';
import { type DatasetFormat, datasetFormats, type SourceOptions } from './document.ts';
import { guessPrefix } from './formats/fasttext.ts';
import { isLibSvm } from './formats/libsvm.ts';
import { hasVocabulary } from './formats/numpy.ts';
import { listIn, recordIn } from './formats/records.ts';
import { commonWidth, sampleRows } from './formats/rows.ts';
import { findLabelsFile } from './formats/xmlrepoRaw.ts';
import { parseSparseHeader } from './formats/xmlrepoSparse.ts';
import { bestDelimiter, namedDelimiter } from './guess/delimiter.ts';
import { guessHeader } from './guess/header.ts';
import { readSample, type Sample } from './sample.ts';

export interface Recognised {
  format: DatasetFormat;
  reason: string;
  /** undefined for folders, and for files that are no text. */
  sample?: Sample;
}

/** Throws `UserError` where the file cannot be read, or its format not be recognised. */
export async function recogniseFormat(file: string, options: SourceOptions): Promise<Recognised> {
  if ((await withFileErrors(file, () => stat(file))).isDirectory()) return recogniseFolder(file);
  const binary = recogniseBinary(await binaryKind(file), file);
  return binary ?? recogniseSample(await readSample(file, options), options);
}

async function recogniseFolder(folder: string): Promise<Recognised> {
  const names = await withFileErrors(folder, () => readdir(folder));
  if (existsSync(join(folder, 'dataset_info.json')) || names.some((name) => /\.arrow$/i.test(name)))
    return { format: 'arrow', reason: "a folder that Hugging Face's save_to_disk wrote" };
  const json = names.filter((name) => /\.json(\.gz)?$/i.test(name)).length;
  const texts = names.filter((name) => /\.txt(\.gz)?$/i.test(name)).length;
  const isDeep = json + texts === 0 && (await isJsonBelow(folder));
  if (json > texts || isDeep) return { format: 'json-folder', reason: 'a folder of JSON files, one a document' };
  return { format: 'folder', reason: 'a folder of text files' };
}

/** Whether most files in the folders below are JSON. */
async function isJsonBelow(folder: string): Promise<boolean> {
  const names = await withFileErrors(folder, () => readdir(folder, { recursive: true }));
  const count = (ending: RegExp): number => names.filter((name) => ending.test(name)).length;
  return count(/\.json(\.gz)?$/i) > count(/\.txt(\.gz)?$/i);
}

function recogniseBinary(kind: BinaryKind | undefined, file: string): Recognised | undefined {
  switch (kind) {
    case undefined:
      return undefined;
    case 'pickle':
      return { format: 'pickle', reason: 'a Python pickle' };
    case 'parquet':
      return { format: 'parquet', reason: 'an Apache Parquet file' };
    case 'arrow':
      return { format: 'arrow', reason: 'an Apache Arrow file' };
    case 'xlsx':
      return { format: 'xlsx', reason: 'an Excel workbook, its first sheet' };
  }
  if (kind === 'zip' && !/\.npz$/i.test(file)) return undefined;
  const array = kind === 'npy' ? 'a NumPy array' : 'NumPy arrays in a zip';
  if (hasVocabulary(file))
    return { format: 'numpy-ids', reason: `${array} of word numbers, with a vocabulary beside it` };
  return { format: 'numpy-bow', reason: `${array} of features` };
}

/** Recognises a format by the beginning of a file, which must have a line that is not blank. Throws `UserError`. */
export function recogniseSample(sample: Sample, options: SourceOptions): Recognised {
  const found = recognise(sample, options);
  if (found) return { ...found, sample };
  const isMarkedUp = /^<[A-Za-z][\w:.-]*(?:\s[^<>]*)?>/.test(
    sample.lines.find(({ text }) => text.trim())?.text.trim() ?? '',
  );
  const remedy = isMarkedUp
    ? `If it is XML or SGML: write its records as JSON lines or CSV. ${formatRemedy}`
    : formatRemedy;
  throw new UserError('unknown-format', 'The format of this file cannot be recognised by its content', remedy, {
    file: sample.path,
  });
}

const formatRemedy = `Set "format" to one of: ${datasetFormats.join(', ')}.`;

type Found = Pick<Recognised, 'format' | 'reason'>;

function recognise(sample: Sample, options: SourceOptions): Found | undefined {
  const lines = sample.lines.filter(({ text }) => text.trim() !== '').slice(0, 1000);
  const texts = lines.map(({ text }) => text);
  return (
    recogniseJson(sample, texts) ??
    recogniseRaw(sample.path, options) ??
    recogniseArff(texts) ??
    recogniseSparse(texts) ??
    recogniseFastText(texts, options) ??
    recogniseTable(sample, options)
  );
}

function recogniseJson(sample: Sample, texts: string[]): Found | undefined {
  const first = texts[0].trimStart();
  if (!/^[{[]/.test(first)) return undefined;
  if (first.startsWith('{')) {
    const some = texts.slice(0, 100);
    const records = some.map(recordIn).filter((record) => record !== undefined);
    if (records.length * 2 >= some.length && !(sample.isWhole && texts.length === 1 && isWrapper(records[0]))) {
      if ('target_ind' in records[0]) return { format: 'xmlrepo-jsonl', reason: 'JSON lines with target_ind' };
      return { format: 'jsonl', reason: 'one JSON object a line' };
    }
  }
  if (areListLines(texts)) return { format: 'json', reason: 'JSON lists, one a line' };
  const place = jsonPlace(texts.join('\n'), sample.isWhole);
  return place && { format: 'json', reason: placeReasons[place.in](place) };
}

/** `["a text", ["label"]]` in every line, of the same number of places. */
function areListLines(texts: readonly string[]): boolean {
  const lists = texts.slice(0, 100).map(listIn);
  const [first] = lists;
  return (
    first !== undefined &&
    first.length > 1 &&
    lists.length > 1 &&
    !first.every((part) => typeof part === 'object') &&
    lists.filter((list) => list?.length === first.length).length >= lists.length * 0.9
  );
}

const placeReasons: Record<JsonPlace['in'], (place: JsonPlace) => string> = {
  array: () => 'one JSON array',
  key: (place: JsonPlace) => `JSON with its records under "${'key' in place ? place.key : ''}"`,
  sequence: () => 'JSON objects over several lines',
  columns: () => 'one JSON object of columns, or of records by their ids',
};

/** One object that is no document: its records stand under a key, or it holds columns. */
function isWrapper(record: Record<string, unknown>): boolean {
  const values = Object.values(record);
  if (isSplit(record) || recordsWithin(record)) return true;
  if (values.some((value) => Array.isArray(value) && value.length > 1 && value.every(isRecord)))
    return !values.some((value) => typeof value === 'string' && value.length > 100);
  return (
    values.length > 1 &&
    values.every((value) => (Array.isArray(value) || isRecord(value)) && Object.keys(value).length > 0) &&
    new Set(values.map((value) => Object.keys(value as object).length)).size === 1
  );
}

function recogniseRaw(path: string, options: SourceOptions): Found | undefined {
  const isNamedSo = /_texts\.txt(\.gz)?$/i.test(path) && (options.labelsFile !== undefined || findLabelsFile(path));
  return isNamedSo ? { format: 'xmlrepo-raw', reason: 'a file of texts with its file of labels' } : undefined;
}

function recogniseArff(texts: string[]): Found | undefined {
  const first = texts.find((text) => !text.startsWith('%'));
  return first && /^\s*@relation\b/i.test(first) ? { format: 'arff', reason: '@relation at the beginning' } : undefined;
}

function recogniseSparse(texts: string[]): Found | undefined {
  if (parseSparseHeader(texts[0])) {
    const isSparse = texts.length === 1 || /^(\d+(,\d+)*)?( +\d+:\S+)*\s*$/.test(texts[1]);
    if (isSparse) return { format: 'xmlrepo-sparse', reason: 'a header of three numbers, then sparse rows' };
  }
  return isLibSvm(texts) ? { format: 'libsvm', reason: 'labels, then feature:value pairs' } : undefined;
}

function recogniseFastText(texts: string[], { labelPrefix }: SourceOptions): Found | undefined {
  const prefix = labelPrefix ?? guessPrefix(texts);
  return prefix === undefined ? undefined : { format: 'fasttext', reason: `${prefix} at the beginning of labels` };
}

/** Nearly all rows have the same number of fields, at least two; most of them suffice where the name says the same. */
function recogniseTable(sample: Sample, options: SourceOptions): Found | undefined {
  const lines = namedDelimiter(sample.lines[0]?.text ?? '') ? sample.lines.slice(1) : sample.lines;
  const ending = /\.(csv|tsv|tab)(?:\.gz)?$/i.exec(sample.path)?.[1].toLowerCase();
  const best = bestDelimiter(lines, ending === 'csv' ? ',' : '\t');
  const raw = commonWidth(sampleRows(lines, '\t', false));
  if (ending !== 'csv' && (!best || best.delimiter === '\t') && raw.width > 1 && isLibMultiLabel(lines, raw.width))
    return { format: 'libmultilabel', reason: 'lines of labels, a tab and the text' };
  if (!best)
    return ending === undefined ? undefined : { format: ending === 'csv' ? 'csv' : 'tsv', reason: 'by its name' };
  if (best.share < (ending === undefined ? 0.9 : 0.5) && options.delimiter === undefined) return undefined;
  const shown = { ',': 'commas', '\t': 'tabs', ';': 'semicolons', '|': 'bars' }[best.delimiter];
  const reason = `rows of ${best.width} fields between ${shown}`;
  return { format: best.delimiter === '\t' ? 'tsv' : 'csv', reason };
}

/** Share of the lines with the common number of tabs, or more of them: tabs in the text cost no line. */
const mostLines = 0.95;

/** Two or three columns, the text last, labels before it that are separated by spaces, not by commas and the like. */
function isLibMultiLabel(lines: Sample['lines'], width: number): boolean {
  const rows = sampleRows(lines, '\t', false);
  if (width < 2 || width > 3) return false;
  if (guessHeader(rows.filter((row) => row.length === width)).header) return false;
  const even = rows.filter((row) => row.length >= width);
  if (even.length < rows.length * mostLines) return false;
  const length = (column: number): number => even.reduce((sum, row) => sum + row[column].length, 0);
  const others = Array.from({ length: width - 1 }, (_, i) => i);
  if (others.some((column) => length(column) >= length(width - 1))) return false;
  const labels = even.map((row) => row[width - 2]);
  const isSpaced = labels.some((cell) => /\S\s+\S/.test(cell));
  return isSpaced || !labels.some((cell) => /[,;|]/.test(cell));
}
