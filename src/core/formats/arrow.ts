/** Apache Arrow, files and streams, batch by batch. Reading rests on `apache-arrow`, loaded when one is opened. */
import { createReadStream, type ReadStream } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { Data, RecordBatch, RecordBatchReader } from 'apache-arrow';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import { classNamesOf, parsedJson, plainValue, reportDamage, type FileRecord, type RecordFile } from './recordFile.ts';

const batchSize = 1000;
const magic = 'ARROW1';
/** Of the format's `Type`; the offsets of a union lead into several children. */
const [bool, struct, union] = [6, 13, 14];

/** Throws `UserError` `arrow-damaged`, `arrow-compressed`. */
export async function openArrow(file: string): Promise<RecordFile> {
  const { size } = await withFileErrors(file, () => stat(file));
  const arrow = await import('./arrowLibrary.ts');
  const step = <T>(read: () => T | Promise<T>): Promise<T> => reportDamage(file, failed(file), read);
  const start = (): Promise<RecordBatchReader> =>
    step(async () => {
      const reader = await arrow.RecordBatchReader.from((await sourceOf(file, size)) as FileHandle);
      const opened = (await reader.open()) as RecordBatchReader;
      if (!(opened.schema as unknown)) throw new Error('it holds no schema');
      if (opened.numRecordBatches > size) throw new Error('its footer says that it holds more batches than bytes');
      return opened;
    });
  const first = await start();
  const classNames = classNamesOf(parsedJson(first.schema.metadata.get('huggingface')));
  await first.cancel();
  return {
    classNames,
    async *records(from, to) {
      const reader = await start();
      let number = 0;
      try {
        for (let index = 0; number < to; index++) {
          const batch = await step(() => batchAt(reader, index));
          if (!batch) return;
          await step(() => requireWhole(batch.data));
          const first = Math.max(0, from - number);
          const last = Math.min(batch.numRows, to - number);
          for (let at = first; at < last; at += batchSize)
            yield await step(() => rowsOf(batch, at, Math.min(last, at + batchSize)));
          number += batch.numRows;
        }
      } finally {
        await reader.cancel();
      }
    },
  };
}

/** A file with a footer is read where its footer says, a stream from its beginning. */
async function sourceOf(file: string, size: number): Promise<FileHandle | ReadStream> {
  const handle = await open(file);
  const ends = Buffer.alloc(6 + 10); // the magic; at the end the footer's length [4] and the magic
  await handle.read(ends, 0, 6, 0);
  if (ends.toString('latin1', 0, 6) !== magic) {
    await handle.close();
    return createReadStream(file, { highWaterMark: 1 << 20 });
  }
  await handle.read(ends, 6, 10, Math.max(0, size - 10));
  if (ends.toString('latin1', 10) === magic && ends.readUInt32LE(6) < size) return handle;
  await handle.close();
  throw new Error('its footer is not whole');
}

/** The batch of that number, nothing after the last. The library leaves out a batch that it cannot read. */
async function batchAt(reader: RecordBatchReader, index: number): Promise<RecordBatch | undefined> {
  if (!reader.isFile()) return ((await reader.next()) as IteratorResult<RecordBatch, undefined>).value;
  if (index === reader.numRecordBatches) return undefined;
  const batch = await reader.readRecordBatch(index);
  if (!batch) throw new Error(`batch ${index + 1} is not where the footer says`);
  return batch;
}

/** Throws where a column is shorter than it says: the library follows lengths and offsets through millions of values that are not there. */
function requireWhole(data: Data): void {
  const { length, valueOffsets, values, children, type } = data;
  if (valueOffsets?.length > 0 && type.typeId !== union)
    requireOffsets(data, children.length > 0 ? children[0].length : (values?.byteLength ?? 0));
  else if (values?.length * (type.typeId === bool ? 8 : 1) < length) throw new Error('a column ends before its batch');
  for (const child of children) {
    if (type.typeId === struct && child.length < length) throw new Error('a column is shorter than its batch');
    requireWhole(child);
  }
  if (data.dictionary) for (const part of data.dictionary.data) requireWhole(part);
}

function requireOffsets({ length, valueOffsets }: Data, room: number): void {
  for (let i = 0; i <= length; i++) {
    const [offset, next] = [Number(valueOffsets[i]), Number(valueOffsets[Math.min(i + 1, length)])];
    if (!(offset >= 0 && offset <= next && next <= room)) throw new Error('an offset leads out of its column');
  }
}

function rowsOf(batch: RecordBatch, from: number, to: number): FileRecord[] {
  const names = batch.schema.fields.map(({ name }) => name);
  const columns = names.map((_, i) => batch.getChildAt(i));
  return Array.from({ length: to - from }, (_, i) =>
    Object.fromEntries(names.map((name, column) => [name, valueOf(columns[column]?.get(from + i))])),
  );
}

/** Vectors and rows of Arrow as lists and objects. */
function valueOf(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return plainValue(value);
  if ('toJSON' in value && !(value instanceof Date)) return plainValue((value as { toJSON(): unknown }).toJSON());
  return plainValue(value);
}

/** What the library's words say of the file. */
const failed =
  (file: string) =>
  (why: string): UserError =>
    /compress|codec/i.test(why) ? compressed(file) : damaged(file, why);

const compressed = (file: string): UserError =>
  new UserError(
    'arrow-compressed',
    'The batches of this Arrow file are compressed, which is not read',
    'Write it without compression (pyarrow.feather.write_feather(table, path, compression="uncompressed")), or as Parquet.',
    { file },
  );

const damaged = (file: string, why: string): UserError =>
  new UserError(
    'arrow-damaged',
    `This is an Arrow file (Hugging Face's save_to_disk writes such), and it is damaged (${why})`,
    'Download it or write it again; datasets writes JSON lines with to_json.',
    { file },
  );
