/** A folder of JSON files, one a document (EURLEX57K as it is published). */
import { readdir, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { withFileErrors } from '../../base/files.ts';
import { readWhole } from '../../formats/binaryFiles.ts';
import { isRecord } from '../../base/schema.ts';
import type { RecordColumns, SourceOptions } from '../document.ts';
import { attempt, type OpenedFormat, type Pass, type RawRecord } from '../record.ts';
import { documentOf } from './jsonl.ts';
import { layOutRecords, recordIn, type RecordLayout } from './records.ts';

const looked = 300;
const isJson = /\.json(?:\.gz)?$/i;
const batchSize = 64;

/** Memory: the list of file names. Throws `UserError` where the folder holds no JSON files, or none holds a record. */
export async function openJsonFolder(folder: string, options: SourceOptions): Promise<OpenedFormat> {
  const names = await withFileErrors(folder, () => readdir(folder, { recursive: true }));
  const files = names
    .filter(
      (name) =>
        isJson.test(name) && !basename(name).startsWith('.') && !/^dataset_(?:infos?|dict)\.json$/.test(basename(name)),
    )
    .sort((a, b) => (a < b ? -1 : 1));
  if (files.length === 0)
    throw new UserError('no-documents', 'The folder holds no .json files', 'Name a dataset file.', { file: folder });
  const sample = [];
  for (const file of evenly(files, looked)) sample.push(recordIn(await textOf(join(folder, file))));
  const { toDocument, ...layout } = layOutRecords(folder, sample.filter(isRecord), options);
  let totalBytes = 0;
  for (const file of files) totalBytes += (await withFileErrors(folder, () => stat(join(folder, file)))).size;
  return { ...layout, totalBytes, byNumber: true, reader: (pass) => read(pass, folder, files, toDocument) };
}

/** So many of a list, spread over all of it. */
const evenly = <T>(all: readonly T[], count: number): T[] =>
  all.length <= count ? [...all] : Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]);

/** A list of one record is that record. */
const textOf = async (file: string): Promise<string> =>
  (await readWhole(file))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replace(/^\s*\[\s*(\{[^]*\})\s*\]\s*$/, '$1');

/** Records without an id of their own are told apart by their files. */
function withId(columns: RecordColumns, id: string): RecordColumns {
  const { names, values } = columns;
  return names.includes('id') ? columns : { names: ['id', ...names], values: [id, ...values] };
}

async function* read(
  pass: Pass,
  folder: string,
  files: readonly string[],
  toDocument: RecordLayout['toDocument'],
): AsyncGenerator<RawRecord[], void> {
  const { first, count } = pass.stretch ?? { first: 1, count: files.length };
  let records: RawRecord[] = [];
  for (const [i, file] of files.slice(first - 1, first - 1 + count).entries()) {
    const text = await textOf(join(folder, file));
    pass.bytesRead += Buffer.byteLength(text);
    const name = file.replace(isJson, '').replaceAll(sep, '/');
    const document = attempt(pass, join(folder, file), { number: 0, byte: 0, end: '\n' }, () =>
      documentOf(text, toDocument, pass.withColumns),
    );
    if (document !== 'rejected') {
      const columns = document.columns && document.id === undefined ? withId(document.columns, name) : document.columns;
      records.push({ ...document, id: document.id ?? name, line: 0, number: first + i, byte: 0, stop: 0, columns });
    }
    if (records.length < batchSize) continue;
    yield records;
    records = [];
  }
  yield records;
}
