/** One JSON object a line; also the Extreme Classification Repository's form of it (uid, title, content, target_ind). */
import { isRecord } from '../../base/schema.ts';
import type { SourceOptions } from '../document.ts';
import { flagOf, guessFields, guessSeparator, listOf, noTextField, unknownField } from '../fields.ts';
import { Malformed, type OpenedFormat, type Pass, type RawRecord, readRecordLines, splitLabels } from '../record.ts';
import type { Sample } from '../sample.ts';

type JsonRecord = Record<string, unknown>;

interface Fields {
  id?: string;
  text: string[];
  label?: string;
  labelColumns: string[];
  separator?: string;
}

/** Throws `UserError` where a named field occurs nowhere in the sample, or none of its fields is known to be text. */
export function openJsonl(sample: Sample, options: SourceOptions): OpenedFormat {
  const records = sampleRecords(sample);
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const fields = findFields(sample.path, names, options);
  const { label } = fields;
  if (label !== undefined)
    fields.separator ??= guessSeparator(
      records.map((record) => record[label]).filter((value) => typeof value === 'string'),
    );
  return {
    options: {
      ...options,
      idField: fields.id,
      textField: fields.text.length === 1 ? fields.text[0] : fields.text,
      labelField: fields.label,
      labelSeparator: fields.separator,
    },
    reader: (pass) => read(pass, sample.path, fields),
  };
}

/** The first records of a sample that are whole. */
export function sampleRecords(sample: Sample): JsonRecord[] {
  const records: JsonRecord[] = [];
  for (const { text } of sample.lines.slice(0, 1000)) {
    const value = parseJson(text);
    if (isRecord(value)) records.push(value);
  }
  return records;
}

function findFields(file: string, names: string[], options: SourceOptions): Fields {
  const guess = guessFields(names);
  const named = (option: string, field: string | number | undefined) => {
    if (field === undefined) return undefined;
    const name = String(field);
    if (names.length && !names.includes(name)) throw unknownField(file, option, field, names);
    return name;
  };
  const labelColumns = (options.labelColumns ?? []).map((field) => named('labelColumns', field) as string);
  const text = listOf(options.textField)?.map((field) => named('textField', field) as string) ?? guess.text;
  if (text.length === 0 && names.length) throw noTextField(file, names);
  return {
    id: named('idField', options.idField) ?? guess.id,
    text: text.length ? text : ['title', 'text'], // a sample without one whole record: every line will be reported
    label: named('labelField', options.labelField) ?? (labelColumns.length ? undefined : guess.label),
    labelColumns,
    separator: options.labelSeparator,
  };
}

function read(pass: Pass, path: string, fields: Fields): AsyncIterable<RawRecord[]> {
  return readRecordLines(pass, path, (line) => {
    const record = parseJsonStrictly(line);
    return { id: idOf(record, fields.id), text: textOf(record, fields.text), labels: labelsOf(record, fields) };
  });
}

function parseJsonStrictly(line: string): JsonRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Malformed(`This is not valid JSON (${(error as Error).message})`);
  }
  if (!isRecord(value)) throw new Malformed('This is JSON, but not an object');
  return value;
}

function idOf(record: JsonRecord, field: string | undefined): string | undefined {
  const id = field === undefined ? undefined : record[field];
  if (id === undefined || id === null || id === '') return undefined;
  if (typeof id === 'string') return id;
  if (typeof id === 'number') return String(id);
  throw new Malformed(`The id in "${field}" is neither a string nor a number`);
}

function textOf(record: JsonRecord, names: string[]): string {
  if (names.length === 1) return textValue(record, names[0]) ?? missingText(names);
  const parts: string[] = [];
  let any = false;
  for (const name of names) {
    const part = textValue(record, name);
    if (part === undefined) continue;
    any = true;
    if (part !== '') parts.push(part);
  }
  return any ? parts.join('\n') : missingText(names);
}

function missingText(names: string[]): never {
  throw new Malformed(`The record has no field ${names.map((name) => `"${name}"`).join(' or ')}`);
}

/** undefined where the field is absent. */
function textValue(record: JsonRecord, name: string): string | undefined {
  const value = record[name];
  if (typeof value === 'string') return value;
  if (value === undefined) return undefined;
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value) && value.every((part) => typeof part === 'string')) return value.join('\n');
  throw new Malformed(`The text in "${name}" is neither a string nor a list of strings`);
}

function labelsOf(record: JsonRecord, fields: Fields): string[] {
  const labels = fields.label === undefined ? [] : labelValues(record[fields.label], fields.label, fields.separator);
  for (const name of fields.labelColumns) if (requireFlag(record[name] ?? 0, name)) labels.push(name);
  return labels;
}

/** An array of labels, a string with a separator, a number, or an object of 0 and 1. */
function labelValues(value: unknown, field: string, separator: string | undefined): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return arrayLabels(value, field);
  if (typeof value === 'string') return splitLabels(value, separator);
  if (typeof value === 'number') return [String(value)];
  if (!isRecord(value))
    throw new Malformed(`The labels in "${field}" are neither a list, a string nor an object of 0 and 1`);
  return Object.keys(value).filter((name) => requireFlag(value[name], name));
}

function arrayLabels(values: unknown[], field: string): string[] {
  const labels: string[] = [];
  for (const value of values) {
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new Malformed(`A label in "${field}" is neither a string nor a number`);
    const label = String(value).trim();
    if (label !== '') labels.push(label);
  }
  return labels;
}

function requireFlag(value: unknown, name: string): boolean {
  const flag = flagOf(value);
  if (flag === undefined) throw new Malformed(`The label "${name}" is neither 0 nor 1`);
  return flag === 1;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
