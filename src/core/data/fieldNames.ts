import { recogniseFormat } from './detect.ts';
import { isBinary, type SourceOptions } from './document.ts';
import { sampleTable } from './formats/delimited.ts';
import { sampleRecords } from './formats/jsonl.ts';
import { readSample } from './sample.ts';

/** A field of a dataset's records: a name, or a column's number where a table has no header. */
export interface DatasetField {
  name: string | number;
  /** A value of it. */
  example?: string;
}

/**
 * The fields of a dataset file, read off its beginning whatever they hold; none for formats without fields.
 * Throws `UserError` where the file cannot be read or its format not be told.
 */
export async function fieldNames(file: string, options: SourceOptions = {}): Promise<DatasetField[]> {
  if (options.format === 'folder' || (options.format && isBinary(options.format))) return [];
  const { format, sample } = options.format
    ? { format: options.format, sample: await readSample(file) }
    : await recogniseFormat(file, options);
  if (!sample) return [];
  if (format === 'jsonl' || format === 'xmlrepo-jsonl') return recordFields(sampleRecords(sample));
  if (format !== 'csv' && format !== 'tsv') return [];
  const { header, names, rows } = sampleTable(sample, options, format === 'csv' ? ',' : '\t');
  return names.map((name, i) => ({
    name: header ? name : i,
    example: rows.map((row) => row[i]).find((value) => value !== ''),
  }));
}

function recordFields(records: Record<string, unknown>[]): DatasetField[] {
  const fields = new Map<string, DatasetField>();
  for (const record of records)
    for (const [name, value] of Object.entries(record)) {
      const field = fields.get(name) ?? fields.set(name, { name }).get(name);
      if (field && value !== null && value !== '')
        field.example ??= typeof value === 'string' ? value : JSON.stringify(value);
    }
  return [...fields.values()];
}
