/** Tells a dataset's format from its content. */
import { stat } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import { isRecord } from '../base/schema.ts';
import { binaryKind, type BinaryKind } from '../formats/binaryFiles.ts';
import { type DatasetFormat, datasetFormats, type SourceOptions } from './document.ts';
import { hasFastTextLabel } from './formats/fasttext.ts';
import { parseJson } from './formats/jsonl.ts';
import { hasVocabulary } from './formats/numpy.ts';
import { commonWidth, isQuotedTsv, sampleRows } from './formats/rows.ts';
import { findLabelsFile } from './formats/xmlrepoRaw.ts';
import { parseSparseHeader } from './formats/xmlrepoSparse.ts';
import { readSample, type Sample } from './sample.ts';

export interface Recognised {
  format: DatasetFormat;
  reason: string;
  /** undefined for folders. */
  sample?: Sample;
}

/** Throws `UserError` where the file cannot be read, or its format not be told. */
export async function recogniseFormat(file: string, options: SourceOptions): Promise<Recognised> {
  if ((await withFileErrors(file, () => stat(file))).isDirectory())
    return { format: 'folder', reason: 'a folder of text files' };
  const binary = recogniseBinary(await binaryKind(file), file);
  return binary ?? recogniseSample(await readSample(file), options);
}

function recogniseBinary(kind: BinaryKind | undefined, file: string): Recognised | undefined {
  if (kind === undefined) return undefined;
  if (kind === 'pickle') return { format: 'pickle', reason: 'a Python pickle' };
  if (kind === 'zip' && !/\.npz$/i.test(file)) return undefined;
  const array = kind === 'npy' ? 'a NumPy array' : 'NumPy arrays in a zip';
  if (hasVocabulary(file))
    return { format: 'numpy-ids', reason: `${array} of word numbers, with a vocabulary beside it` };
  return { format: 'numpy-bow', reason: `${array} of features` };
}

/** Tells a format from the beginning of a file, which must have a line that is not blank. Throws `UserError`. */
export function recogniseSample(sample: Sample, options: SourceOptions): Recognised {
  const found = recognise(sample, options);
  if (found) return { ...found, sample };
  throw new UserError('unknown-format', 'The format of this file cannot be told from its content', formatRemedy, {
    file: sample.path,
  });
}

const formatRemedy = `Set "format" to one of: ${datasetFormats.join(', ')}.`;

type Found = Pick<Recognised, 'format' | 'reason'>;

function recognise(sample: Sample, options: SourceOptions): Found | undefined {
  const lines = sample.lines.filter(({ text }) => text.trim() !== '').slice(0, 1000);
  const texts = lines.map(({ text }) => text);
  if (texts[0].trimStart().startsWith('[') && isJsonArray(texts)) throw jsonArray(sample.path);
  return (
    recogniseJson(texts) ??
    recogniseRaw(sample.path, options) ??
    recogniseArff(texts) ??
    recogniseSparse(texts) ??
    recogniseFastText(texts) ??
    recogniseTable(sample)
  );
}

function isJsonArray(texts: string[]): boolean {
  return /^\s*\[\s*(\{|$)/.test(texts[0]) && (texts.length === 1 || /^\s*[{"\]]/.test(texts[1]));
}

function jsonArray(file: string): UserError {
  return new UserError('json-array', 'This is one JSON array', 'Write one JSON object a line (jq -c ".[]" does it).', {
    file,
  });
}

function recogniseJson(texts: string[]): Found | undefined {
  if (!texts[0].trimStart().startsWith('{')) return undefined;
  const record = texts.slice(0, 100).map(parseJson).find(isRecord);
  if (!record) return undefined;
  if ('target_ind' in record) return { format: 'xmlrepo-jsonl', reason: 'JSON lines with target_ind' };
  return { format: 'jsonl', reason: 'one JSON object a line' };
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
  if (!parseSparseHeader(texts[0])) return undefined;
  const isSparse = texts.length === 1 || /^(\d+(,\d+)*)?( +\d+:\S+)*\s*$/.test(texts[1]);
  return isSparse ? { format: 'xmlrepo-sparse', reason: 'a header of three numbers, then sparse rows' } : undefined;
}

function recogniseFastText(texts: string[]): Found | undefined {
  const labelled = texts.filter(hasFastTextLabel).length;
  return labelled * 2 >= texts.length
    ? { format: 'fasttext', reason: '__label__ at the beginning of lines' }
    : undefined;
}

/** Nearly all rows have the same number of fields, at least two; most of them suffice where the name says the same. */
function recogniseTable(sample: Sample): Found | undefined {
  const tsv = sampleRows(sample.lines, '\t', isQuotedTsv(sample.lines));
  const tabs = commonWidth(tsv);
  const commas = commonWidth(sampleRows(sample.lines, ',', true));
  const needed = (ending: string) => (sample.path.replace(/\.gz$/i, '').toLowerCase().endsWith(ending) ? 0.5 : 0.9);
  const isTsv = tabs.width > 1 && tabs.share >= needed('.tsv');
  const isCsv = commas.width > 1 && commas.share >= needed('.csv');
  if (isTsv && !(isCsv && commas.share > tabs.share))
    return isLibMultiLabel(tsv, tabs.width)
      ? { format: 'libmultilabel', reason: 'lines of labels, a tab and the text' }
      : { format: 'tsv', reason: `rows of ${tabs.width} fields between tabs` };
  return isCsv ? { format: 'csv', reason: `rows of ${commas.width} fields between commas` } : undefined;
}

/** Two or three columns, the text last, labels before it that are separated by spaces, not by commas and the like. */
function isLibMultiLabel(rows: string[][], width: number): boolean {
  if (width > 3) return false;
  const even = rows.filter((row) => row.length === width);
  const isHeader = (row: string[]) => row.some((cell) => /^(labels?|text|content|title|id)$/i.test(cell.trim()));
  if (isHeader(even[0])) return false;
  const length = (column: number) => even.reduce((sum, row) => sum + row[column].length, 0);
  const others = Array.from({ length: width - 1 }, (_, i) => i);
  if (others.some((column) => length(column) >= length(width - 1))) return false;
  const labels = even.map((row) => row[width - 2]);
  const isSpaced = labels.some((cell) => /\S\s+\S/.test(cell));
  return isSpaced || !labels.some((cell) => /[,;|]/.test(cell));
}
