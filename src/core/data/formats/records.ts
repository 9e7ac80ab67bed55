/** Records that are objects (JSON, Parquet, Arrow) as documents. */
import { isRecord } from '../../base/schema.ts';
import { type Literal, parseLiteral } from '../../formats/literal.ts';
import type { RecordColumns, SourceOptions } from '../document.ts';
import { givenFields, listOf, noTextField, optionsOf } from '../fields.ts';
import { LabelReader } from '../guess/labelReader.ts';
import { layOut, type Layout } from '../guess/layout.ts';
import { type DataRecord, fieldsOf, valueAt } from '../guess/records.ts';
import { type Doubt, LeftOut, Malformed, type OpenedFormat, type ParsedRecord, withExamples } from '../record.ts';

/** How records become documents. */
export interface RecordLayout {
  options: SourceOptions;
  reasons: OpenedFormat['reasons'];
  fields: OpenedFormat['fields'];
  /** Throws `Malformed`, and `LeftOut` for a record that is no document. */
  toDocument(record: DataRecord): ParsedRecord;
}

/** Throws `UserError` where a named field occurs nowhere in the sample, or none of its fields looks like text. */
export function layOutRecords(file: string, sample: readonly DataRecord[], options: SourceOptions): RecordLayout {
  const fields = fieldsOf(sample);
  const names = fields.map(({ name }) => String(name));
  const isThere = (name: string): boolean =>
    sample.length === 0 || names.includes(name) || sample.some((record) => valueAt(record, name) !== undefined);
  const given = givenFields(file, options, (name) => (isThere(String(name)) ? String(name) : undefined), names);
  const missing = [given.label, ...(given.text ?? []), ...(given.labelColumns ?? [])].filter(
    (name) => name !== undefined && !names.includes(String(name)),
  ) as string[];
  const layout = layOut([...fields, ...missing.map((name) => sampledAt(sample, name))], options, given);
  if (layout.text.length === 0 && names.length) throw noTextField(file, names);
  if (layout.text.length === 0) layout.text = listOf(options.textField) ?? ['title', 'text']; // no whole record: every line will be reported
  return {
    options: optionsOf(options, layout, (name) => name),
    reasons: layout.reasons,
    fields: withExamples(fields),
    toDocument: documentsOf(layout, isAnswered(sample)),
  };
}

/** An outer field that was named although its parts are the fields: `annotations` where there is `annotations.labels`. */
const sampledAt = (sample: readonly DataRecord[], name: string): ReturnType<typeof fieldsOf>[number] =>
  fieldsOf(sample.map((record) => ({ [name]: valueAt(record, name) }))).find((field) => field.name === name) ?? {
    name,
    values: sample.map((record) => JSON.stringify(valueAt(record, name) ?? '')),
  };

/** @param json the record as it is written */
export const columnsOf = (record: DataRecord, json?: string): RecordColumns => ({
  names: Object.keys(record),
  values: Object.values(record),
  json,
});

type Accessor = (record: DataRecord) => unknown;

const accessor = (name: string): Accessor =>
  name.includes('.') ? (record) => valueAt(record, name) : (record) => record[name];

/** Prodigy's answers, of a choice (`accept`) or of one label. */
const isAnswered = (sample: readonly DataRecord[]): boolean =>
  sample.length > 0 && sample.every(({ answer }) => /^(?:accept|reject|ignore)$/.test(String(answer)));

function documentsOf(layout: Layout, isAnnotated: boolean): RecordLayout['toDocument'] {
  const labels = new LabelReader(layout);
  const text = layout.text.map(String);
  const texts = text.map(accessor);
  const idAt = layout.id === undefined ? undefined : accessor(String(layout.id));
  const labelName = layout.label === undefined ? undefined : String(layout.label);
  const labelAt = labelName === undefined ? undefined : accessor(labelName);
  const columns = layout.labelColumns.map((name) => ({ name: String(name), at: accessor(String(name)) }));
  return (record) => {
    if (isAnnotated && (record.answer === 'reject' || record.answer === 'ignore'))
      throw new LeftOut(`The annotator's answer is "${record.answer}"`);
    const doubts: Doubt[] = [];
    const found = labelAt && labelName !== undefined ? labels.read(labelAt(record), labelName, doubts) : [];
    for (const { name, at } of columns)
      if (layout.areCells) found.push(...labels.read(at(record), name, doubts));
      else if (labels.saysYes(at(record), name, doubts)) found.push(name);
    return {
      id: idAt && idOf(idAt(record), String(layout.id)),
      text: textOf(record, text, texts),
      labels: found,
      ...(doubts.length && { doubts }),
    };
  };
}

function idOf(id: unknown, field: string): string | undefined {
  if (id === undefined || id === null || id === '') return undefined;
  if (typeof id === 'string') return id;
  if (typeof id === 'number') return String(id);
  throw new Malformed(`The id in "${field}" is neither a string nor a number`);
}

function textOf(record: DataRecord, names: readonly string[], texts: readonly Accessor[]): string {
  if (texts.length === 1) return textValue(texts[0](record), names[0]) ?? missingText(names);
  const parts: string[] = [];
  let any = false;
  for (let i = 0; i < texts.length; i++) {
    const part = textValue(texts[i](record), names[i]);
    if (part === undefined) continue;
    any = true;
    if (part !== '') parts.push(part);
  }
  return any ? parts.join('\n') : missingText(names);
}

function missingText(names: readonly string[]): never {
  throw new Malformed(`The record has no field ${names.map((name) => `"${name}"`).join(' or ')}`);
}

/** undefined where the field is absent. */
function textValue(value: unknown, name: string): string | undefined {
  if (typeof value === 'string') return value;
  if (value === undefined) return undefined;
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) {
    const parts = value.flat(3).filter((part) => part !== null);
    if (parts.every((part) => typeof part === 'string')) return parts.join('\n');
  }
  throw new Malformed(`The text in "${name}" is neither a string nor a list of strings`);
}

// ------------------------------------------------------------------------------------------------- JSON as people have it

export interface ParsedJson {
  record: DataRecord;
  /** What strict JSON would have refused, in words. */
  forgiven?: string;
}

/** Ids and labels do not stand deeper. */
const deepest = 8;

/** Whether a value holds whole numbers that a double does not hold. */
function hasLongNumbers(value: unknown, depth = 0): boolean {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER && Number.isInteger(value);
  if (typeof value !== 'object' || value === null || depth > deepest) return false;
  const parts: unknown[] = Array.isArray(value) ? value : Object.values(value);
  return parts.some((part) => hasLongNumbers(part, depth + 1));
}

/** Such numbers as strings, so that they keep their digits. */
const withLongNumbers = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (token) => (token[0] === '"' ? token : `"${token}"`));

/** One record of JSON, or of what passes for it. Throws `Malformed`. */
export function parseRecord(text: string): ParsedJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
    if (hasLongNumbers(value)) value = JSON.parse(withLongNumbers(text));
  } catch (error) {
    return parseForgiving(text, (error as Error).message);
  }
  if (!isRecord(value)) throw new Malformed('This is JSON, but not an object');
  return { record: value };
}

function parseForgiving(text: string, why: string): ParsedJson {
  const body = text.trim().replace(/,$/, '');
  const found = parseLiteral(body);
  if (!found || !isRecord(found.value)) throw new Malformed(`This is not valid JSON (${why})`);
  const kinds = new Set(found.forgiven);
  if (body.length < text.trim().length) kinds.add('comma');
  return { record: found.value, forgiven: [...kinds].map((kind) => forgivenWords[kind]).join(', ') };
}

const forgivenWords = {
  python: 'a Python literal (single quotes, True, None)',
  nan: 'NaN or Infinity',
  comma: 'a comma too many',
  numpy: 'a NumPy array without commas',
  'bare-words': 'words without quotes',
} as const;

/** A record, or undefined for what is none. */
export function recordIn(text: string): DataRecord | undefined {
  try {
    return parseRecord(text).record;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** A record that is a list of values, or undefined for what is none. */
export function listIn(text: string): Literal[] | undefined {
  const found = text.trimStart().startsWith('[') ? parseLiteral(text)?.value : undefined;
  return Array.isArray(found) ? found : undefined;
}
