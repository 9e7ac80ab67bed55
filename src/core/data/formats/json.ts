/** One JSON text that is no "object a line": an array, an array under a key, objects over several lines, columns. */
import { stat } from 'node:fs/promises';
import { UserError } from '../../base/errors.ts';
import { withFileErrors } from '../../base/files.ts';
import { isRecord } from '../../base/schema.ts';
import { readWhole } from '../../formats/binaryFiles.ts';
import { readBytes, TornPacked } from '../../formats/bytes.ts';
import { decode, markOf, unitOf } from '../../formats/encoding.ts';
import {
  isSplit,
  jsonPlace,
  JsonRecordScanner,
  recordsWithin,
  type RecordPlace,
  type RecordSpan,
} from '../../formats/jsonRecords.ts';
import { type Literal, parseLiteral } from '../../formats/literal.ts';
import type { SourceOptions } from '../document.ts';
import type { DataRecord } from '../guess/records.ts';
import { guessHeader } from '../guess/header.ts';
import { isKnownName } from '../guess/names.ts';
import { attempt, type OpenedFormat, type Pass, type RawRecord } from '../record.ts';
import type { Sample } from '../sample.ts';
import { documentOf } from './jsonl.ts';
import { columnsOf, layOutRecords, listIn, recordIn, type RecordLayout } from './records.ts';
import { readRows } from './rowSets.ts';

/** Records that are looked at. */
const mostRecords = 1000;
/** Of JSON that must be read whole. */
const largestWhole = 256 * 1024 * 1024;
/** Of one record. */
const longestRecord = 64 * 1024 * 1024;

/** Throws `UserError` where the text is no JSON of records, `file-too-large` where it must be read whole and is too large. */
export async function openJson(sample: Sample, options: SourceOptions): Promise<OpenedFormat> {
  const place = jsonPlace(sample.lines.map(({ text, end }) => text + end).join(''), sample.isWhole) ?? {
    in: 'sequence',
  };
  if (place.in === 'columns' || isWide(sample.form.encoding)) return openWhole(sample, options);
  const texts = sampleSpans(sample, place).map(({ bytes }) => textOf(bytes, sample.form.encoding));
  const names = namesIn(texts, options);
  const records = texts.slice(names ? 1 : 0).map((text) => recordOf(text, names));
  const { toDocument, ...layout } = layOutRecords(sample.path, records.filter(isRecord), options);
  return { ...layout, reader: (pass) => read(pass, sample.path, { place, names, toDocument }) };
}

/** Encodings whose bytes beyond the first may look like brackets and quotes. */
const isWide = (encoding: string): boolean =>
  unitOf(encoding) === 2 || /^(?:gb18030|gbk|big5|shift_jis|euc-kr)$/.test(encoding);

const textOf = (bytes: Buffer, encoding: string): string => decode(bytes, encoding) ?? bytes.toString('latin1');

/** A list is a record whose fields are its places. */
const recordOf = (text: string, names?: readonly string[]): DataRecord | undefined =>
  recordIn(text) ?? recordOfList(text, names);

function recordOfList(text: string, names?: readonly string[]): DataRecord | undefined {
  const found = listIn(text);
  return found && Object.fromEntries(found.map((value, i) => [names?.[i] ?? String(i), value]));
}

/** What the first of some lists calls the places of the others; undefined where it is a record itself. */
function namesIn(texts: readonly string[], { header }: SourceOptions): string[] | undefined {
  const [first, ...others] = texts.map(listIn);
  if (!first?.every((name) => typeof name === 'string' && name !== '') || header === false) return undefined;
  const shown = (value: Literal): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const rows = others.filter((list) => list?.length === first.length).map((list) => list!.map(shown));
  return (header ?? guessHeader([first as string[], ...rows]).header) ? (first as string[]) : undefined;
}

function sampleSpans(sample: Sample, place: RecordPlace): RecordSpan[] {
  const skip = markOf(sample.start)?.length ?? 0;
  const scanner = new JsonRecordScanner(place);
  const spans = scanner.scan(sample.start.subarray(skip));
  return [...spans, ...(sample.isWhole ? scanner.end() : [])].slice(0, mostRecords);
}

async function* read(
  pass: Pass,
  file: string,
  { place, names, toDocument }: Pick<RecordLayout, 'toDocument'> & { place: RecordPlace; names?: readonly string[] },
): AsyncGenerator<RawRecord[], void> {
  const { stretch } = pass;
  let number = (stretch?.first ?? 1) - 1;
  const take = (spans: RecordSpan[]): RawRecord[] =>
    spans.flatMap((span) => {
      number++;
      if (names && number === 1) return [];
      const record = attempt(pass, file, { number: span.line, byte: span.byte, end: '\n' }, () => {
        const text = textOf(span.bytes, pass.form.encoding);
        const record = text.trimStart().startsWith('[') ? JSON.stringify(recordOfList(text, names)) : text;
        return documentOf(record, toDocument, pass.withColumns);
      });
      const { line, byte, stop } = span;
      return record === 'rejected' ? [] : [{ ...record, line, number, byte, stop }];
    });
  if (stretch) {
    const scanner = new JsonRecordScanner({ in: 'sequence' }, { line: stretch.line, byte: stretch.byte });
    yield take([...scanner.scan(stretch.bytes), ...scanner.end()]);
    return;
  }
  yield* readAll(pass, file, place, take);
}

async function* readAll(
  pass: Pass,
  file: string,
  place: RecordPlace,
  take: (spans: RecordSpan[]) => RawRecord[],
): AsyncGenerator<RawRecord[], void> {
  let scanner: JsonRecordScanner | undefined;
  const torn = (message: string): void => {
    const { line, byte } = scanner?.openAt ?? { line: 1, byte: 0 };
    pass.findings.reject({ code: 'torn-line', file, line, byte, message });
  };
  try {
    for await (const chunk of readBytes(file, { onBytes: (bytes) => void (pass.bytesRead = bytes) })) {
      const skip = scanner ? 0 : (markOf(chunk)?.length ?? 0);
      scanner ??= new JsonRecordScanner(place, { line: 1, byte: skip });
      yield take(scanner.scan(chunk.subarray(skip)));
      if (scanner.held > longestRecord)
        return torn('A record of more than 64 MiB begins here, or a bracket or quote is not closed');
    }
  } catch (error) {
    if (!(error instanceof TornPacked)) throw error;
    return torn(error.message);
  }
  if (!scanner) return;
  yield take(scanner.end());
  if (scanner.isOpen) torn('The JSON breaks off here: a bracket or quote is not closed');
}

// --------------------------------------------------------------------------------------------------------- read whole

async function openWhole(sample: Sample, options: SourceOptions): Promise<OpenedFormat> {
  const { path } = sample;
  const records = await readRecords(sample);
  const { toDocument, ...layout } = layOutRecords(path, records.slice(0, mostRecords), options);
  const { size } = await withFileErrors(path, () => stat(path));
  const rows = {
    count: records.length,
    bytes: size,
    at: (i: number) => toDocument(records[i]),
    columns: (i: number) => columnsOf(records[i]),
  };
  return { ...layout, byNumber: true, reader: (pass) => readRows(pass, path, rows) };
}

async function readRecords({ path: file, form: { encoding }, ...sample }: Sample): Promise<DataRecord[]> {
  const { size } = await withFileErrors(file, () => stat(file));
  if (size > largestWhole)
    throw new UserError(
      'file-too-large',
      `JSON of this form is read whole, up to ${largestWhole / 1048576} MiB; this file has ${Math.ceil(size / 1048576)}`,
      'Write it as JSON lines (Python: pandas.read_json(path).to_json("data.jsonl", orient="records", lines=True)).',
      { file },
    );
  const bytes = sample.isWhole ? sample.start : await readWhole(file);
  const text = decode(bytes.subarray(markOf(bytes)?.length ?? 0), encoding);
  const value = text === undefined ? undefined : parseLiteral(text)?.value;
  const records = recordsOf(value);
  if (records) return records;
  const why = text === undefined ? `it is not valid ${encoding}` : 'it breaks off, or is damaged';
  throw new UserError('malformed-record', `This JSON cannot be read as a whole (${why})`, 'Write it again.', { file });
}

const rowsUnder = (names: readonly string[], rows: readonly unknown[][]): DataRecord[] =>
  rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));

/** How a JSON value that is read as a whole holds its records. */
export type JsonShape =
  /** A list, at the path of keys that leads to it. */
  | { kind: 'list'; path: readonly string[] }
  /** pandas' `orient="split"`. */
  | { kind: 'split'; columns: readonly string[] }
  /** Records under their ids. */
  | { kind: 'ids'; ids: readonly string[] }
  /** Columns of one length, whose cells have these keys. */
  | { kind: 'columns'; columns: readonly string[]; keys: readonly string[] }
  | { kind: 'one' };

/** undefined for what is no list and no object. */
export function shapeOfJson(value: unknown): JsonShape | undefined {
  if (Array.isArray(value)) return { kind: 'list', path: [] };
  if (!isRecord(value)) return undefined;
  if (isSplit(value)) return { kind: 'split', columns: (value.columns as unknown[]).map(String) };
  const within = recordsWithin(value);
  if (within) return { kind: 'list', path: within };
  const parts = Object.entries(value);
  const list = parts.find(([, part]) => Array.isArray(part) && part.length > 0 && part.every(isRecord));
  if (list) return { kind: 'list', path: [list[0]] };
  if (parts.length > 0 && parts.every(([, part]) => isRecord(part) && Object.keys(part).some(isKnownName)))
    return { kind: 'ids', ids: Object.keys(value) };
  const columns = parts.filter(([, part]) => part !== null && typeof part === 'object');
  if (columns.length === 0) return { kind: 'one' };
  return { kind: 'columns', columns: columns.map(([name]) => name), keys: Object.keys(columns[0][1] as object) };
}

function recordsOf(value: unknown): DataRecord[] | undefined {
  const shape = shapeOfJson(value);
  const record = value as DataRecord;
  switch (shape?.kind) {
    case undefined:
      return undefined;
    case 'list': {
      const list = shape.path.reduce<unknown>((outer, key) => (outer as DataRecord)[key], value) as unknown[];
      return list.map((item) => (isRecord(item) ? item : { ...(item as unknown[]) }));
    }
    case 'split':
      return rowsUnder(shape.columns, record.data as unknown[][]);
    case 'ids':
      return shape.ids.map((id) => ({ id, ...(record[id] as DataRecord) }));
    case 'columns': {
      const cell = (name: string, key: string): unknown => (record[name] as DataRecord)[key];
      return shape.keys.map((key) => Object.fromEntries(shape.columns.map((name) => [name, cell(name, key)])));
    }
    case 'one':
      return [record];
  }
}
