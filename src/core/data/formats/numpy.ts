/**
 * Matrices that NumPy and scipy write: `x_*` has a row per document, `y_*` beside it the same rows with 1 for each label.
 * - `numpy-ids`: x holds numbers of words, and `vocab.npy` (or `vocab_inv.npy`) beside it the words: the original
 *   program's prepared data. What a compressed row leaves out is word 0, which is its padding.
 * - `numpy-bow`: x holds weights of features, named by `feature_names.txt` (`number:name`) where that is there.
 * `label_set.txt` (`number:name`) names the labels.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { PyDict, stringsOf, wholeOf } from '../../formats/pythonValues.ts';
import { readNpy } from '../../formats/npy.ts';
import { readWhole } from '../../formats/binaryFiles.ts';
import { readLines } from '../../formats/bytes.ts';
import type { SourceOptions } from '../document.ts';
import { Malformed, type OpenedFormat, type RawRecord } from '../record.ts';
import { remembered } from '../remembered.ts';
import { stampOf } from '../slices.ts';
import { type MatrixRows, openMatrix } from './matrixRows.ts';
import { distinctNames, requireFinite } from './featureValues.ts';
import { readRows } from './rowSets.ts';

const vocabularyFiles = ['vocab.npy', 'vocab_inv.npy'];
const padding = '<PAD/>';
/** Of a document; more would be no text. */
const mostWords = 1_000_000;

/** Whether the matrix has the words of its numbers beside it. */
export const hasVocabulary = (path: string): boolean => findBeside(path, vocabularyFiles) !== undefined;

/** `x_train.npz`, `new_x.npy`, not `y_train.npz`. */
export const isDocumentMatrix = (name: string): boolean => xInName.test(basename(name));
const xInName = /(^|[-_])x(?=[-_.])/i;

/** Files that are read along with a matrix. */
export function matrixCompanions(path: string): string[] {
  const names = [...vocabularyFiles, 'feature_names.txt', 'label_set.txt', ...labelMatrices(path)];
  return names.map((name) => join(dirname(path), name)).filter((file) => existsSync(file));
}

/** Throws `UserError` `no-labels-file`, `no-vocabulary`, `rows-differ`, and those of the files. */
export async function openNumpyIds(path: string, options: SourceOptions): Promise<OpenedFormat> {
  const file = findBeside(path, vocabularyFiles);
  if (file === undefined)
    throw new UserError('no-vocabulary', 'There is no vocab.npy beside the matrix', 'Put it beside the matrix.', {
      file: path,
    });
  const { words } = await remembered(file, async () => ({ words: await readVocabulary(file) }));
  const toText = (entries: Entries, columns: number) => ({ text: textOfRow(entries, columns, words) });
  return openMatrices(path, options, toText, (x) => {
    if (x.columns > mostWords)
      throw new UserError(
        'no-texts',
        `A row of ${x.columns} words is no text`,
        'Remove vocab.npy if these are no word numbers.',
        { file: path },
      );
  });
}

/** Throws `UserError` `no-labels-file`, `rows-differ`, and those of the files. */
export async function openNumpyFeatures(path: string, options: SourceOptions): Promise<OpenedFormat> {
  const names = findBeside(path, ['feature_names.txt']);
  const featureNames = names === undefined ? undefined : listOfNames(await readNumberedNames(names));
  const toFeatures = ({ columns, values }: Entries) => ({
    text: '',
    features: {
      indices: Uint32Array.from(columns),
      values: Float32Array.from(values, (value) => requireFinite(value)),
      names: featureNames,
    },
  });
  return { ...(await openMatrices(path, options, toFeatures)), featureNames };
}

interface Entries {
  columns: number[];
  values: number[];
}
type Content = Pick<RawRecord, 'text' | 'features'>;

async function openMatrices(
  path: string,
  options: SourceOptions,
  toContent: (entries: Entries, columns: number) => Content,
  check: (x: MatrixRows) => void = () => {},
): Promise<OpenedFormat> {
  const labelsFile = options.labelsFile ?? findBeside(path, labelMatrices(path));
  if (labelsFile === undefined)
    throw new UserError(
      'no-labels-file',
      'There is no matrix of labels (y_…) beside that of the documents (x_…)',
      'Name it with "labelsFile".',
      {
        file: path,
      },
    );
  const [x, y] = [await openMatrix(path), await openMatrix(labelsFile)];
  if (x.rows !== y.rows)
    throw new UserError(
      'rows-differ',
      `There are ${x.rows} documents, and labels of ${y.rows}`,
      'Name matrices of the same documents.',
      {
        file: labelsFile,
      },
    );
  check(x);
  const set = findBeside(path, ['label_set.txt']);
  const labelNames = set === undefined ? undefined : await readNumberedNames(set);
  const ids = await documentIds(path, x.rows);
  const rows = {
    count: x.rows,
    bytes: (await stampOf(path)).size,
    block: Math.min(x.block, y.block),
    load: async (from: number, to: number) => {
      await Promise.all([x.load(from, to), y.load(from, to)]);
    },
    at: (i: number) => ({ id: ids?.[i], labels: labelsOf(y, i), ...toContent(entriesOf(x, i), x.columns) }),
  };
  return {
    options: { ...options, labelsFile },
    labelNames,
    reader: (pass) => readRows(pass, path, rows),
    byNumber: true,
  };
}

function entriesOf(matrix: MatrixRows, row: number): Entries {
  const entries: Entries = { columns: [], values: [] };
  matrix.each(row, (column, value) => {
    entries.columns.push(column);
    entries.values.push(value);
  });
  return entries;
}

function labelsOf(matrix: MatrixRows, row: number): string[] {
  const labels: string[] = [];
  matrix.each(row, (column, value) => {
    if (value !== 1) throw new Malformed(`The matrix of labels holds ${value} where 0 or 1 is expected`);
    labels.push(String(column));
  });
  return labels;
}

function textOfRow({ columns, values }: Entries, length: number, words: readonly string[]): string {
  const last = columns.reduce((most, column) => Math.max(most, column + 1), 0);
  // where word 0 is no padding, a row that is nearly full may end with it; one that is nearly empty is not to make a long text
  const isFull = words[0] !== padding && columns.length * 2 >= length;
  const numbers = new Float64Array(isFull ? length : last);
  columns.forEach((column, i) => (numbers[column] = values[i]));
  const text = Array.from(numbers, (number) => {
    if (words[number] === undefined) throw new Malformed(`There is no word ${number} in the vocabulary`);
    return words[number];
  });
  while (text.at(-1) === padding) text.pop();
  return text.join(' ');
}

/** Names of the matrix of labels of a matrix of documents. */
function labelMatrices(path: string): string[] {
  const stem = basename(path).replace(/\.np[yz]$/i, '');
  const name = `${stem}.`
    .replace(xInName, (found, before: string) => before + (found.endsWith('X') ? 'Y' : 'y'))
    .slice(0, -1);
  return name === stem ? [] : [`${name}.npz`, `${name}.npy`];
}

function findBeside(path: string, names: readonly string[]): string | undefined {
  return names.map((name) => join(dirname(path), name)).find((file) => existsSync(file));
}

/** Words by number: of a dict (vocab.npy) or a list (vocab_inv.npy). Throws `UserError` `no-vocabulary`. */
export async function readVocabulary(file: string): Promise<string[]> {
  const array = readNpy(await readWhole(file), file);
  const [dict] = array.objects ?? [];
  const words = dict instanceof PyDict ? wordsOfDict(dict) : array.shape.length === 1 ? stringsOf(array) : undefined;
  if (!words || words.length === 0)
    throw new UserError(
      'no-vocabulary',
      'This array is no vocabulary: neither a dict of words nor a list of them',
      'Name another file.',
      { file },
    );
  return words;
}

function wordsOfDict(dict: PyDict): string[] | undefined {
  const words: string[] = [];
  for (const [word, value] of dict) {
    const number = wholeOf(value);
    if (typeof word !== 'string' || number === undefined || number < 0 || number >= dict.size) return undefined;
    words[number] = word;
  }
  return words;
}

/** Lines of `number:name`. Throws `UserError`. */
export async function readNumberedNames(file: string): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for await (const lines of readLines(file))
    for (const { text = '', number: line } of lines) {
      if (text.trim() === '') continue;
      const match = /^\s*(\d{1,9}):(.*)$/.exec(text);
      if (!match)
        throw new UserError('malformed-record', 'This is no line of number:name', 'Fix the line.', { file, line });
      names.set(String(Number(match[1])), match[2]);
    }
  return names;
}

/** Features without a name keep their number. */
function listOfNames(names: ReadonlyMap<string, string>): readonly string[] {
  const bound = 4 * names.size + 1000; // a wrong number must not make a long list
  const length = [...names.keys()].reduce(
    (most, id) => (Number(id) < bound ? Math.max(most, Number(id) + 1) : most),
    0,
  );
  return distinctNames(Array.from({ length }, (_, i) => names.get(String(i)) ?? String(i)));
}

/** `document_ids.txt`, one a line, for a file that stands alone in its folder's splits: `xmlcnn import eurlex` writes it. */
async function documentIds(path: string, rows: number): Promise<string[] | undefined> {
  const name = basename(path)
    .replace(/\.np[yz]$/i, '')
    .replace(xInName, '$1ids');
  const file = findBeside(path, [`${name}.txt`]);
  if (file === undefined) return undefined;
  const ids: string[] = [];
  for await (const lines of readLines(file)) for (const { text = '' } of lines) ids.push(text);
  return ids.length === rows ? ids : undefined;
}
