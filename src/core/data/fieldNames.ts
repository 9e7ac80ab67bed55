import { recogniseFormat } from './detect.ts';
import type { DatasetFormat, SourceOptions } from './document.ts';
import { openReader } from './openDataset.ts';
import { sampleTable } from './formats/delimited.ts';
import { sampleRecords } from './formats/jsonl.ts';
import { type DataRecord, fieldsOf } from './guess/records.ts';
import { withExamples, type DatasetField } from './record.ts';
import { readSample } from './sample.ts';

export type { DatasetField };

const readByLine: readonly DatasetFormat[] = ['jsonl', 'xmlrepo-jsonl', 'csv', 'tsv'];
const openedWhole: readonly DatasetFormat[] = ['json', 'json-folder', 'parquet', 'arrow', 'xlsx'];

/**
 * The fields of a dataset file, read off its beginning whatever they hold; none for formats without fields.
 * Throws `UserError` where the file cannot be read or its format not be recognised.
 */
export async function fieldNames(file: string, options: SourceOptions = {}): Promise<DatasetField[]> {
  const format = options.format ?? (await recogniseFormat(file, options)).format;
  if (openedWhole.includes(format))
    return (await openReader({ file }, { format, encoding: options.encoding })).fields ?? [];
  if (!readByLine.includes(format)) return [];
  const sample = await readSample(file, options);
  if (format === 'jsonl' || format === 'xmlrepo-jsonl') return recordFields(sampleRecords(sample));
  const { header, names, rows } = sampleTable(sample, options, format === 'csv' ? ',' : '\t');
  return withExamples(names.map((name, i) => ({ name: header ? name : i, values: rows.map((row) => row[i]) })));
}

/** Nested fields by their paths, behind them the objects that hold them. */
function recordFields(records: DataRecord[]): DatasetField[] {
  const fields = withExamples(fieldsOf(records));
  const known = new Set(fields.map(({ name }) => name));
  const outer = [...new Set(records.flatMap((record) => Object.keys(record)))].filter((name) => !known.has(name));
  return [...fields, ...outer.map((name) => ({ name }))];
}
