/** Files of records that are reached by their number: Parquet, Arrow, Excel. Their libraries are loaded when one is opened. */
import { Cancelled, UserError } from '../base/errors.ts';
import { fileError } from '../base/files.ts';
import { isRecord } from '../base/schema.ts';

export type FileRecord = Record<string, unknown>;

export interface RecordFile {
  /** Number of records, where the file gives it without being read. */
  readonly count?: number;
  /** Records `[from, to)`, in batches. Throws `UserError` where the file is damaged. */
  records(from: number, to: number): AsyncGenerator<FileRecord[], void>;
  /** By column: names of the numbers that stand in it (Hugging Face's `ClassLabel`). */
  readonly classNames: ReadonlyMap<string, readonly string[]>;
}

/** Most bytes that one piece of such a file (a row group, a batch, a sheet) may take when it is unpacked. */
export const largestPiece = 512 * 1024 * 1024;

/** Runs a step of a library's reading: what it throws is the file's damage, `damaged` by the reason, unless the disk fails. */
export async function reportDamage<T>(
  file: string,
  damaged: (why: string) => UserError,
  read: () => T | Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UserError || error instanceof Cancelled) throw error;
    if ((error as NodeJS.ErrnoException).syscall) throw fileError(error, file);
    const why = error instanceof Error ? error.message : String(error);
    throw damaged(why.replace(/\s+/g, ' ').slice(0, 120));
  }
}

/** As JSON would have it: whole numbers beyond 2^53 as their digits, dates as ISO 8601, typed arrays as lists. */
export function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map(plainValue);
  if (ArrayBuffer.isView(value))
    return value instanceof Uint8Array ? Buffer.from(value).toString() : [...(value as Float64Array)].map(plainValue);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plainValue(part)]));
  return value === undefined ? null : value;
}

/** Class names by column from the features that Hugging Face's datasets write into metadata and `dataset_info.json`. */
export function classNamesOf(info: unknown): Map<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  const features = isRecord(info) ? (isRecord(info.info) ? info.info.features : info.features) : undefined;
  if (!isRecord(features)) return names;
  for (const [column, feature] of Object.entries(features)) {
    const found = namesIn(feature, 0);
    if (found) names.set(column, found);
  }
  return names;
}

function namesIn(feature: unknown, depth: number): string[] | undefined {
  if (depth > 4) return undefined;
  if (Array.isArray(feature)) return namesIn(feature[0], depth + 1);
  if (!isRecord(feature)) return undefined;
  const { names } = feature;
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  return namesIn(feature.feature, depth + 1);
}

/** Of `JSON.parse`, undefined for what is none. */
export function parsedJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
