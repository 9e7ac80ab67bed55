/** Apache Parquet, row group by row group. Reading rests on `hyparquet`, loaded here alone. */
import { stat } from 'node:fs/promises';
import type { Compressors, FileMetaData } from 'hyparquet';
import { UserError } from '../base/errors.ts';
import { withFileErrors } from '../base/files.ts';
import {
  classNamesOf,
  largestPiece,
  parsedJson,
  plainValue,
  reportDamage,
  type FileRecord,
  type RecordFile,
} from './recordFile.ts';

const batch = 1000;

/** Throws `UserError` `parquet-damaged`, `piece-too-large`. */
export async function openParquet(file: string): Promise<RecordFile> {
  await withFileErrors(file, () => stat(file));
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const buffer = await asyncBufferFromFile(file);
  const metadata = await reportDamage(file, damaged(file), () => parquetMetadataAsync(buffer));
  const starts = groupStarts(file, metadata);
  const limited = limitedCompressors(compressors);
  let kept: { group: number; rows: FileRecord[] } | undefined;
  const group = async (index: number): Promise<FileRecord[]> => {
    if (kept?.group === index) return kept.rows;
    requireRoom(file, metadata, index);
    const rows = await reportDamage(file, damaged(file), () =>
      parquetReadObjects({
        file: buffer,
        metadata,
        compressors: limited,
        rowStart: starts[index],
        rowEnd: starts[index + 1],
      }),
    );
    if (rows.length !== starts[index + 1] - starts[index])
      throw damaged(file)('a row group holds fewer rows than it says');
    kept = { group: index, rows };
    return rows;
  };
  return {
    count: starts[starts.length - 1],
    classNames: classNamesOf(parsedJson(metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value)),
    async *records(from, to) {
      for (let index = 0; index + 1 < starts.length; index++) {
        if (starts[index + 1] <= from || starts[index] >= to) continue;
        const rows = await group(index);
        const last = Math.min(to, starts[index + 1]) - starts[index];
        for (let at = Math.max(0, from - starts[index]); at < last; at += batch)
          yield rows.slice(at, Math.min(last, at + batch)).map((row) => plainValue(row) as FileRecord);
      }
    },
  };
}

/** Number of the first row of each group, and of all rows. */
function groupStarts(file: string, { row_groups }: FileMetaData): number[] {
  const starts = [0];
  for (const { num_rows } of row_groups) {
    const count = Number(num_rows);
    if (!(count >= 0 && count <= 1e9)) throw damaged(file)('a row group has an impossible number of rows');
    starts.push(starts[starts.length - 1] + count);
  }
  return starts;
}

function requireRoom(file: string, { row_groups }: FileMetaData, index: number): void {
  const bytes = row_groups[index].columns.reduce(
    (sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0),
    0,
  );
  const values = row_groups[index].columns.reduce(
    (most, { meta_data }) => Math.max(most, Number(meta_data?.num_values ?? 0)),
    0,
  );
  if (bytes <= largestPiece && values <= largestPiece / 16) return;
  throw new UserError(
    'piece-too-large',
    `Row group ${index} of this Parquet file takes ${Math.round(bytes / 1048576)} MB unpacked; up to ${largestPiece / 1048576} MB are read`,
    'Write it with smaller row groups (row_group_size=10000), or as JSON lines.',
    { file },
  );
}

/** A page that says it is larger than any piece may be is not unpacked. */
function limitedCompressors(compressors: Compressors): Compressors {
  const limited: Compressors = {};
  for (const [name, unpack] of Object.entries(compressors))
    limited[name as keyof Compressors] = (input, length) => {
      if (!(length >= 0 && length <= largestPiece)) throw new Error(`a page of ${length} bytes`);
      return unpack(input, length);
    };
  return limited;
}

const damaged =
  (file: string) =>
  (why: string): UserError =>
    new UserError(
      'parquet-damaged',
      `This is a Parquet file, and it is damaged (${why})`,
      'Download it or write it again.',
      { file },
    );
