import type { RecordColumns } from '../document.ts';
import type { Pass, RawRecord } from '../record.ts';
import { Malformed } from '../record.ts';

/** Documents that are reached by their number. */
export interface Rows {
  count: number;
  /** Size of the file, for progress. */
  bytes: number;
  /** Documents that may be loaded at once; 256 where absent. */
  block?: number;
  /** Makes documents ready for `at`. */
  load?(from: number, to: number): Promise<void>;
  /** Document i, from 0. Throws `Malformed`. */
  at(i: number): Pick<RawRecord, 'id' | 'text' | 'labels' | 'features'>;
  /** Its columns, where it has some. */
  columns?(i: number): RecordColumns;
}

const batchSize = 256;

/** Reads all, or a stretch by its numbers; documents that are malformed go to the findings, with their number in the message. */
export async function* readRows(pass: Pass, path: string, rows: Rows): AsyncGenerator<RawRecord[], void> {
  const { first, count } = pass.stretch ?? { first: 1, count: rows.count };
  const end = Math.min(rows.count, first - 1 + count);
  const size = rows.block ?? batchSize;
  for (let start = first - 1; start < end; start += size) {
    const stop = Math.min(end, start + size);
    await rows.load?.(start, stop);
    const records: RawRecord[] = [];
    for (let i = start; i < stop; i++) {
      const record = attemptRow(pass, path, rows, i);
      if (record) records.push(record);
    }
    if (!pass.stretch) pass.bytesRead = Math.round((rows.bytes * stop) / rows.count);
    yield records;
    await new Promise(setImmediate); // others have their turn
  }
}

function attemptRow(pass: Pass, file: string, rows: Rows, i: number): RawRecord | undefined {
  try {
    const columns = pass.withColumns ? rows.columns?.(i) : undefined;
    return { ...rows.at(i), line: 0, number: i + 1, byte: 0, stop: 0, columns };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    pass.findings.reject({ code: 'malformed-record', file, line: 0, message: `Document ${i + 1}: ${error.message}` });
    return undefined;
  }
}
