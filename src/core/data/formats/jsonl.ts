/** One JSON object a line; also the Extreme Classification Repository's form of it (uid, title, content, target_ind). */
import type { SourceOptions } from '../document.ts';
import type { DataRecord } from '../guess/records.ts';
import { type OpenedFormat, type ParsedRecord, readRecordLines } from '../record.ts';
import type { Sample } from '../sample.ts';
import { columnsOf, layOutRecords, parseRecord, recordIn, type RecordLayout } from './records.ts';

/** Throws `UserError` where a named field occurs nowhere in the sample, or none of its fields looks like text. */
export function openJsonl(sample: Sample, options: SourceOptions): OpenedFormat {
  const { toDocument, ...layout } = layOutRecords(sample.path, sampleRecords(sample), options);
  return {
    ...layout,
    cuts: 'lines',
    reader: (pass) => readRecordLines(pass, sample.path, (line) => documentOf(line, toDocument, pass.withColumns)),
  };
}

/** The first records of a sample that are whole. */
export function sampleRecords(sample: Sample): DataRecord[] {
  const records: DataRecord[] = [];
  for (const { text } of sample.lines.slice(0, 1000)) {
    const record = recordIn(text);
    if (record) records.push(record);
  }
  return records;
}

/** Whether escapes stand in it for halves of characters, as those beyond the first 65,536 have. */
const mayHoldHalves = (text: string): boolean => text.includes('\\ud') || text.includes('\\uD');

/** The document that the text of one record holds, with what was forgiven. Throws `Malformed` and `LeftOut`. */
export function documentOf(text: string, toDocument: RecordLayout['toDocument'], withColumns = false): ParsedRecord {
  const { record, forgiven } = parseRecord(text);
  const document = toDocument(record);
  if (withColumns) document.columns = columnsOf(record, forgiven === undefined ? text.trim() : undefined);
  const isHalf = mayHoldHalves(text) && [document.text, ...document.labels].some((part) => /\p{Surrogate}/u.test(part));
  if (!forgiven && !isHalf) return document;
  const doubts = [...(document.doubts ?? [])];
  if (forgiven) doubts.push({ code: 'lenient-json', message: `Read although it is not strict JSON: ${forgiven}` });
  if (isHalf) doubts.push({ code: 'half-character', message: 'Half of a character (a lone surrogate) stands in it' });
  return { ...document, doubts };
}
