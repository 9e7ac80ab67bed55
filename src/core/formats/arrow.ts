/** Apache Arrow, files and streams, batch by batch. Reading rests on `apache-arrow`, loaded here alone. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { RecordBatch, RecordBatchReader } from 'apache-arrow';
import { Cancelled, UserError } from '../base/errors.ts';
import { fileError, withFileErrors } from '../base/files.ts';
import { classNamesOf, parsedJson, plainValue, type FileRecord, type RecordFile } from './recordFile.ts';

const batchSize = 1000;

/** Throws `UserError` `arrow-damaged`, `arrow-compressed`. */
export async function openArrow(file: string): Promise<RecordFile> {
  await withFileErrors(file, () => stat(file));
  const arrow = await import('apache-arrow');
  const start = async (): Promise<RecordBatchReader> =>
    damageTold(file, async () => {
      const reader = await arrow.RecordBatchReader.from(createReadStream(file, { highWaterMark: 1 << 20 }));
      return (await reader.open()) as RecordBatchReader;
    });
  const reader = await start();
  if (!(reader.schema as unknown)) throw damaged(file, 'it holds no schema');
  const classNames = classNamesOf(parsedJson(reader.schema.metadata.get('huggingface')));
  await reader.cancel();
  return {
    classNames,
    async *records(from, to) {
      const open = await start();
      let number = 0;
      try {
        for (;;) {
          const next = await damageTold(file, async () => open.next());
          if (next.done || number >= to) return;
          const batch = next.value as RecordBatch;
          const first = Math.max(0, from - number);
          const last = Math.min(batch.numRows, to - number);
          for (let at = first; at < last; at += batchSize)
            yield await damageTold(file, async () => rowsOf(batch, at, Math.min(last, at + batchSize)));
          number += batch.numRows;
        }
      } finally {
        await open.cancel();
      }
    },
  };
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

async function damageTold<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UserError || error instanceof Cancelled) throw error;
    if ((error as NodeJS.ErrnoException).syscall) throw fileError(error, file);
    const why = error instanceof Error ? error.message : String(error);
    if (/compress|codec/i.test(why))
      throw new UserError(
        'arrow-compressed',
        'The batches of this Arrow file are compressed, which is not read',
        'Write it without compression (pyarrow.feather.write_feather(table, path, compression="uncompressed")), or as Parquet.',
        { file },
      );
    throw damaged(file, why);
  }
}

const damaged = (file: string, why: string): UserError =>
  new UserError(
    'arrow-damaged',
    `This is an Arrow file (Hugging Face's save_to_disk writes such), and it is damaged (${why.replace(/\s+/g, ' ').slice(0, 120)})`,
    'Download it or write it again; datasets writes JSON lines with to_json.',
    { file },
  );
