/** Addresses of records that are shown as documents of their own; all that is needed to read them again stands in them. */
import type { DocumentPlace, SourceOptions } from '../../core/data/document.ts';

export const recordScheme = 'xmlcnn-record';

/** What a record document shows. */
export interface RecordPointer {
  /** The dataset: a file, or a folder of texts. */
  path: string;
  options?: SourceOptions;
  place?: DocumentPlace;
  /** Where there is no place: a line of the record, or its id. */
  line?: number;
  id?: string;
  /** The record as it stands in the file. */
  raw?: boolean;
}

/** The parts of a record's URI; the last segment of the path is the editor's title. */
export function recordUriParts(pointer: RecordPointer): { scheme: string; path: string; query: string } {
  const file = pointer.path.split(/[\\/]/).pop() ?? '';
  const where = pointer.place?.line || pointer.line || pointer.id || pointer.place?.number || '';
  const name = `${file}:${String(where).replaceAll('/', '-')}${pointer.raw ? '.raw' : ''}`;
  return { scheme: recordScheme, path: `/${name}`, query: JSON.stringify(pointer) };
}

/** undefined where the query is not one of ours. */
export function pointerOf(query: string): RecordPointer | undefined {
  try {
    const value: unknown = JSON.parse(query);
    const isPointer = typeof value === 'object' && value !== null && 'path' in value && typeof value.path === 'string';
    return isPointer ? (value as RecordPointer) : undefined;
  } catch {
    return undefined;
  }
}
