/** Addresses of records that are shown as documents of their own; all that is needed to read them again stands in them. */
import { isRecord } from '../../core/base/schema.ts';
import { datasetFile } from '../../core/data/datasetFile.ts';
import { pathOf } from '../../core/data/document.ts';
import type { RecordTarget } from '../../core/explore/recordText.ts';

export const recordScheme = 'xmlcnn-record';

/** The parts of a record's URI; the last segment of the path is the editor's title. */
export function recordUriParts(pointer: RecordTarget): { scheme: string; path: string; query: string } {
  const file = pathOf(pointer).split(/[\\/]/).pop() ?? '';
  const isByLine = pointer.options?.format !== 'json'; // of which a line may hold many
  const line = isByLine && (pointer.place?.line || pointer.line);
  const where = line || pointer.id || pointer.place?.number || pointer.number || '';
  const name = `${file}:${String(where).replaceAll('/', '-')}${pointer.raw ? '.raw' : ''}`;
  return { scheme: recordScheme, path: `/${name}`, query: JSON.stringify(pointer) };
}

/** undefined where the query is not one of ours. */
export function pointerOf(query: string): RecordTarget | undefined {
  try {
    const value: unknown = JSON.parse(query);
    if (!isRecord(value)) return undefined;
    if (typeof value.path === 'string') Object.assign(value, datasetFile(value.path)); // as version 1 wrote them
    return typeof value.file === 'string' ? (value as unknown as RecordTarget) : undefined;
  } catch {
    return undefined;
  }
}
