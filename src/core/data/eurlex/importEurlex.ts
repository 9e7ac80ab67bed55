/**
 * EUR-Lex as TU Darmstadt published it, joined as the original program's process_eurlex.py does: features of an ARFF whose
 * first attribute is the document's number, labels of a qrels file, and, where it is there, the id map.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Cancelled, UserError } from '../../base/errors.ts';
import { makeFolder, writeFileAtomic } from '../../base/files.ts';
import type { SparseMatrix } from '../../base/sparseMatrix.ts';
import { npz } from '../../formats/sparseFiles.ts';
import { GrowingInts } from '../../base/growing.ts';
import { readLines } from '../../formats/bytes.ts';
import { cellValue, nominalValues, readHeader, unescape } from '../formats/arff.ts';
import { readNumberedNames } from '../formats/numpy.ts';
import { wholeNumber } from '../formats/featureValues.ts';
import { Malformed } from '../record.ts';
import { readIdMap } from './idMap.ts';
import { readQrels, type Qrels } from './qrels.ts';

export interface EurlexFiles {
  arff: string;
  qrels: string;
  /** CSV with `DocID` and `CelexID`. */
  ids?: string;
}

export interface EurlexOptions {
  /** Where to write; made where it is not there. */
  folder: string;
  /** Default: `te` where the name of the ARFF says test, else `tr`. */
  part?: 'tr' | 'te';
  signal?: AbortSignal;
}

export interface ImportedEurlex {
  documents: number;
  features: number;
  labels: number;
  /** Documents that the qrels do not know. */
  unlabelled: number;
  /** Documents that the id map does not know; they keep their number. */
  withoutCelex: number;
  /** Matrix of the documents: the dataset's path. */
  dataset: string;
  files: string[];
}

/**
 * Writes `x_*.npz` and `y_*.npz` (CSR), `feature_names.txt`, `label_set.txt`, `ids_*.txt` and `y_*_named.txt`.
 * Throws `UserError` (those of the files; `features-differ` where the folder holds a part with other features), `Cancelled`.
 */
export async function importEurlex(files: EurlexFiles, options: EurlexOptions): Promise<ImportedEurlex> {
  const { folder, signal } = options;
  const part = options.part ?? (/test/i.test(basename(files.arff)) ? 'te' : 'tr');
  const qrels = await readQrels(files.qrels);
  const celex = files.ids === undefined ? new Map<number, string>() : await readIdMap(files.ids);
  const { documents, names, x } = await readFeatures(files.arff, signal);
  await requireSameFeatures(folder, names);
  const rows = documents.map((document) => qrels.byDocument.get(document) ?? []);
  const y = labelMatrix(rows, qrels.labels.length);
  const written: [string, Uint8Array | string][] = [
    ['feature_names.txt', numbered(names)],
    ['label_set.txt', numbered(qrels.labels)],
    [`ids_${part}.txt`, documents.map((document) => `${celex.get(document) ?? document}\n`).join('')],
    [`y_${part}_named.txt`, namedLabels(rows, qrels)],
    [`y_${part}.npz`, npz(y)],
    [`x_${part}.npz`, npz(x)],
  ];
  await makeFolder(folder);
  for (const [name, content] of written) await writeFileAtomic(join(folder, name), content);
  return {
    documents: documents.length,
    features: names.length,
    labels: qrels.labels.length,
    unlabelled: rows.filter((labels) => labels.length === 0).length,
    withoutCelex: files.ids === undefined ? 0 : documents.filter((document) => !celex.has(document)).length,
    dataset: join(folder, `x_${part}.npz`),
    files: written.map(([name]) => name),
  };
}

interface Features {
  documents: number[];
  names: string[];
  x: SparseMatrix;
}

async function readFeatures(file: string, signal?: AbortSignal): Promise<Features> {
  const { attributes, dataLine } = await readHeader(file);
  const nominal = attributes.map(({ type }) => nominalValues(type));
  const [documents, starts, indices, values] = [[] as number[], [0], new GrowingInts(), [] as number[]];
  const take = (row: string): void => {
    let document = 0;
    for (const [attribute, cell] of cellsOf(row, attributes.length)) {
      const value = cellValue(cell, nominal[attribute]);
      if (attribute === 0) document = value;
      else if (value !== 0) {
        indices.push(attribute - 1);
        values.push(value);
      }
    }
    if (!Number.isSafeInteger(document) || document < 0)
      throw new Malformed('The first attribute is no number of a document');
    documents.push(document);
    starts.push(indices.length);
  };
  for await (const lines of readLines(file)) {
    if (signal?.aborted) throw new Cancelled();
    for (const { text = '', number: line, byte } of lines)
      if (line > dataLine && text.trim() !== '' && !text.startsWith('%'))
        attempt(() => take(text.trim()), { file, line, byte });
  }
  const x = {
    rows: documents.length,
    columns: attributes.length - 1,
    starts: Float64Array.from(starts),
    indices: Int32Array.from({ length: indices.length }, (_, i) => indices.at(i)),
    values: Float64Array.from(values),
  };
  return { documents, names: attributes.slice(1).map(({ name }) => unescape(name)), x };
}

function attempt(work: () => void, place: { file: string; line: number; byte: number }): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new UserError('malformed-record', error.message, 'Fix the row.', place);
  }
}

/** Attribute numbers and cells of a sparse (`{3 1,…}`) or a dense row (`0,1,…`). Throws `Malformed`. */
function cellsOf(row: string, attributes: number): [number, string][] {
  const isSparse = row.startsWith('{');
  if (isSparse && !row.endsWith('}')) throw new Malformed('The closing brace is missing');
  const cells = (isSparse ? row.slice(1, -1) : row).split(',').filter((cell) => cell.trim() !== '' || !isSparse);
  if (!isSparse && cells.length !== attributes)
    throw new Malformed(`The row has ${cells.length} values for ${attributes} attributes`);
  return cells.map((cell, i) => {
    const pair = cell.trim();
    if (!isSparse) return [i, pair];
    const space = pair.search(/\s/);
    if (space < 0) throw new Malformed(`${JSON.stringify(pair.slice(0, 30))} is not attribute and value`);
    return [wholeNumber(pair.slice(0, space), attributes, 'attribute'), pair.slice(space + 1).trim()];
  });
}

/** Columns ascend within a row. */
function labelMatrix(rows: readonly number[][], columns: number): SparseMatrix {
  const starts = new Float64Array(rows.length + 1);
  rows.forEach((labels, i) => (starts[i + 1] = starts[i] + labels.length));
  const indices = Int32Array.from(rows.flatMap((labels) => labels.toSorted((a, b) => a - b)));
  return { rows: rows.length, columns, starts, indices, values: new Float64Array(indices.length).fill(1) };
}

const numbered = (names: readonly string[]): string => names.map((name, i) => `${i}:${name}\n`).join('');

/** `row:['label', 'label']`, for rows that have labels, as process_eurlex.py writes them. */
function namedLabels(rows: readonly number[][], { labels }: Qrels): string {
  const lines = rows.map((ids, i) => (ids.length ? `${i}:[${ids.map((id) => quoted(labels[id])).join(', ')}]\n` : ''));
  return lines.join('');
}

/** As Python shows a string. */
function quoted(text: string): string {
  const escaped = text.replace(/\\/g, '\\\\');
  return text.includes("'") && !text.includes('"') ? `"${escaped}"` : `'${escaped.replace(/'/g, "\\'")}'`;
}

/** Train and test share their features and labels, so they must agree on them. */
async function requireSameFeatures(folder: string, names: readonly string[]): Promise<void> {
  const file = join(folder, 'feature_names.txt');
  if (!existsSync(file)) return;
  const there = await readNumberedNames(file);
  if (there.size === names.length && names.every((name, i) => there.get(String(i)) === name)) return;
  throw new UserError(
    'features-differ',
    'The folder holds a dataset with other features',
    'Write into another folder.',
    { file },
  );
}
