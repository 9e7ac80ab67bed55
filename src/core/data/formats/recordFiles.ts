/** Parquet, Arrow and Excel files as datasets: documents are reached by their number. */
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { withFileErrors } from '../../base/files.ts';
import { isRecord } from '../../base/schema.ts';
import { openArrow } from '../../formats/arrow.ts';
import { openParquet } from '../../formats/parquet.ts';
import { parsedJson, type FileRecord, type RecordFile } from '../../formats/recordFile.ts';
import { readSheetRows } from '../../formats/xlsx.ts';
import type { DatasetFile, SourceOptions } from '../document.ts';
import { attempt, type OpenedFormat, type Pass, type RawRecord } from '../record.ts';
import { layOutTable, shapeOf } from './delimited.ts';
import { columnsOf, layOutRecords, type RecordLayout } from './records.ts';
import { readRows } from './rowSets.ts';

/** Records that are looked at. */
const mostRecords = 1000;

/** Throws `UserError` `parquet-damaged`, and as `layOutRecords` does. */
export async function openParquetSet({ file }: DatasetFile, options: SourceOptions): Promise<OpenedFormat> {
  return openRecordFile(file, await openParquet(file), options, await sizeOf(file));
}

/** An Arrow file, or a folder that `save_to_disk` wrote: its Arrow files in their order. Throws `UserError` `arrow-damaged`. */
export async function openArrowSet({ file }: DatasetFile, options: SourceOptions): Promise<OpenedFormat> {
  const files = await arrowFiles(file);
  const opened: RecordFile[] = [];
  for (const part of files) opened.push(await openArrow(part));
  let bytes = 0;
  for (const part of files) bytes += await sizeOf(part);
  return openRecordFile(file, joined(opened), options, bytes);
}

const sizeOf = async (file: string): Promise<number> => (await withFileErrors(file, () => stat(file))).size;

async function arrowFiles(path: string): Promise<string[]> {
  if (!(await withFileErrors(path, () => stat(path))).isDirectory()) return [path];
  const state = parsedJson(await textOf(join(path, 'state.json')));
  const named = isRecord(state) && Array.isArray(state._data_files) ? state._data_files : [];
  const listed = named.flatMap((part) =>
    isRecord(part) && typeof part.filename === 'string' ? [join(path, part.filename)] : [],
  );
  const files = listed.length
    ? listed
    : (await readdir(path))
        .filter((name) => name.endsWith('.arrow'))
        .sort()
        .map((name) => join(path, name));
  if (files.length) return files;
  throw new UserError(
    'no-documents',
    "This folder is of Hugging Face's save_to_disk, and holds no .arrow file",
    'Copy it whole, with its data files; or write it as JSON lines (to_json).',
    { file: path },
  );
}

const textOf = async (file: string): Promise<string | undefined> =>
  existsSync(file) ? withFileErrors(file, () => readFile(file, 'utf8')) : undefined;

/** Several files as one. */
function joined(files: readonly RecordFile[]): RecordFile {
  if (files.length === 1) return files[0];
  const classNames = new Map(files.flatMap((file) => [...file.classNames]));
  return {
    classNames,
    async *records(from, to) {
      let before = 0;
      for (const file of files) {
        let count = 0;
        if (before >= to) return;
        for await (const batch of file.records(0, to - before)) {
          const skip = Math.min(batch.length, Math.max(0, from - before - count));
          count += batch.length;
          if (skip < batch.length) yield skip ? batch.slice(skip) : batch;
        }
        before += count;
      }
    },
  };
}

async function openRecordFile(
  path: string,
  file: RecordFile,
  options: SourceOptions,
  bytes: number,
): Promise<OpenedFormat> {
  const sample: FileRecord[] = [];
  for await (const batch of file.records(0, mostRecords)) sample.push(...batch);
  const { toDocument, ...layout } = layOutRecords(path, sample, options);
  const { labelField } = layout.options;
  const names = labelField === undefined ? undefined : file.classNames.get(String(labelField));
  return {
    ...layout,
    byNumber: true,
    totalBytes: bytes,
    ...(names && { labelNames: new Map(names.map((name, i) => [String(i), name])) }),
    reader: (pass) => readRecordFile(pass, path, file, toDocument, bytes),
  };
}

async function* readRecordFile(
  pass: Pass,
  path: string,
  file: RecordFile,
  toDocument: RecordLayout['toDocument'],
  bytes: number,
): AsyncGenerator<RawRecord[], void> {
  const { first, count } = pass.stretch ?? { first: 1, count: Infinity };
  let number = first - 1;
  for await (const batch of file.records(first - 1, first - 1 + count)) {
    const records: RawRecord[] = [];
    for (const record of batch) {
      number++;
      const document = attempt(
        pass,
        path,
        { number: 0, byte: 0, end: '\n' },
        () => toDocument(record),
        `Document ${number}: `,
      );
      if (document === 'rejected') continue;
      const columns = pass.withColumns ? columnsOf(record) : undefined;
      records.push({ ...document, line: 0, number, byte: 0, stop: 0, columns });
    }
    if (!pass.stretch)
      pass.bytesRead = file.count ? Math.round((bytes * number) / file.count) : Math.min(bytes, pass.bytesRead + 1);
    yield records;
    await new Promise(setImmediate); // others have their turn
  }
  if (!pass.stretch) pass.bytesRead = bytes;
}

/** The first sheet of an Excel workbook, which is read whole. Throws `UserError` `xlsx-damaged`, `piece-too-large`. */
export async function openXlsx({ file }: DatasetFile, options: SourceOptions): Promise<OpenedFormat> {
  const filled = (await readSheetRows(file)).filter((row) => row.some((cell) => cell !== ''));
  if (filled.length === 0)
    throw new UserError(
      'empty-file',
      'The first sheet of this workbook is empty',
      'Put the table on the first sheet.',
      {
        file,
      },
    );
  const width = Math.max(...filled.map((row) => row.length));
  const all = filled.map((row) => [...row, ...Array.from({ length: width - row.length }, () => '')]);
  const shape = shapeOf(all, options);
  const { toDocument, ...opened } = layOutTable(file, { ...shape, rows: shape.rows.slice(0, 3000) }, options);
  const rows = {
    count: shape.rows.length,
    bytes: await sizeOf(file),
    at: (i: number) => toDocument(shape.rows[i]),
    columns: (i: number) => ({ names: shape.names, values: shape.rows[i] }),
  };
  return { ...opened, byNumber: true, reader: (pass) => readRows(pass, file, rows) };
}
