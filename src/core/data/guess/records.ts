/** Fields of records that are objects (JSON, Parquet, Arrow): nested ones are named by their path with dots. */
import { isRecord } from '../../base/schema.ts';
import type { Literal } from '../../formats/literal.ts';
import { isVectors, labelsOfValue, pathsOf } from './cells.ts';
import type { SampledField } from './columns.ts';
import { hintOf } from './names.ts';
import { shareOf } from './shares.ts';

export type DataRecord = Record<string, unknown>;

const deepest = 6;
/** Objects by id would make a field of each. */
const mostFields = 500;

/**
 * The value at a path. A name that holds dots itself comes first; through lists the path goes on in every element, and what
 * is found there is one list: `annotations.result.value.choices`. undefined where there is nothing.
 */
export function valueAt(record: DataRecord, path: string): unknown {
  if (Object.hasOwn(record, path)) return record[path];
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    if (!Object.hasOwn(record, head)) continue;
    const rest = path.slice(dot + 1);
    const value = record[head];
    if (isRecord(value)) return valueAt(value, rest);
    if (Array.isArray(value)) {
      const found = value
        .filter(isKept)
        .map((part) => valueAt(part, rest))
        .filter((part) => part !== undefined);
      return found.length ? found.flat() : value.length ? undefined : [];
    }
  }
  return undefined;
}

/** Annotations that the annotator took back (Label Studio) say nothing of the document. */
const isKept = (part: unknown): part is DataRecord => isRecord(part) && part.was_cancelled !== true;

/** How a result of Label Studio was entered, beside its value. */
const ofResult = /(?:^|\.)result\.(?:id|type|from_name|to_name|origin)$/;

/** All fields of some records, those of nested objects by their paths, in the order in which they come first. */
export function fieldsOf(records: readonly DataRecord[]): SampledField[] {
  const paths = new Set<string>();
  for (const record of records) collect(record, '', paths, 0);
  const isForm = [...paths].some((path) => /(?:^|\.)result\.value\./.test(path));
  return [...paths].filter((path) => !isForm || !ofResult.test(path)).map((path) => fieldAt(records, path));
}

function collect(record: DataRecord, prefix: string, paths: Set<string>, depth: number): void {
  for (const [name, value] of Object.entries(record)) {
    const path = prefix + name;
    const inner = isRecord(value) ? [value] : Array.isArray(value) ? value.filter(isKept) : [];
    const isNested = inner.length > 0 && depth < deepest && !isLabelObject(value, name);
    if (!isNested && paths.size < mostFields) paths.add(path);
    if (isNested) for (const part of inner) collect(part, `${path}.`, paths, depth + 1);
  }
}

/** Objects that are labels, not groups of fields: `{"a": 1, "b": 0}`, `[{"name": "a"}]`. */
function isLabelObject(value: unknown, name: string): boolean {
  if (isRecord(value)) {
    const values = Object.values(value);
    const isFlag = (part: unknown): boolean => part === 0 || part === 1 || typeof part === 'boolean';
    const isShare = (part: unknown): boolean => isFlag(part) || shareOf(part) !== undefined;
    return values.length > 0 && values.every(name === 'cats' || hintOf(name).label > 0 ? isShare : isFlag);
  }
  return Array.isArray(value) && value.every((part) => isRecord(part) && isNamed(part));
}

/** An object that says no more than a label: its name or URI, with numbers beside it at most. */
function isNamed(part: DataRecord): boolean {
  const texts = Object.entries(part).filter(([, value]) => typeof value === 'string');
  const plain = Object.values(part).every((value) => value === null || typeof value !== 'object');
  return (
    plain &&
    texts.length > 0 &&
    texts.every(([name]) => /^(?:name|label|title|prefLabel|text|value|tag|id|uri|notation|scheme|lang)$/.test(name))
  );
}

function fieldAt(records: readonly DataRecord[], path: string): SampledField {
  const found = records.map((record) => pathsOf(valueAt(record, path), path));
  const isListed = found.some((value) => value !== null && typeof value === 'object') && !found.some(isText);
  if (!isListed) return { name: path, values: found.map((value) => textOf(value)) };
  const cells = found.filter((value) => typeof value === 'string');
  const lists = found.map((value) => (value === undefined ? [] : (labelsOfValue(value as Literal) ?? [])));
  const vectors = found.filter(Array.isArray) as (string | number)[][];
  const isBits =
    vectors.length > 0 && vectors.every((list) => list.every((part) => typeof part === 'number')) && isVectors(vectors);
  return {
    name: path,
    values: found.map((value) => textOf(value)),
    lists: isBits ? vectors.map((list) => list.map(String)) : lists,
    cells,
    beside: certainty(found),
  };
}

/** The key that says how sure a label is: `[{"label": "a", "score": 0.3}]`. */
function certainty(found: readonly unknown[]): string | undefined {
  const keys = found.flatMap((value) => (Array.isArray(value) ? value.filter(isRecord).flatMap(Object.entries) : []));
  const isCertainty = ([key, value]: [string, unknown]): boolean =>
    certaintyNames.test(key) && typeof value === 'number';
  return (keys as [string, unknown][]).find(isCertainty)?.[0];
}

const certaintyNames = /^(?:score|confidence|probability|prob|weight|relevance)$/i;

const isText = (value: unknown): boolean =>
  Array.isArray(value) && value.some((part) => typeof part === 'string' && part.split(/\s+/).length > 8);

/** As the field of a table would show it. */
function textOf(value: unknown, depth = 0): string {
  if (value === undefined || value === null || depth > deepest) return '';
  if (Array.isArray(value)) return value.map((part) => textOf(part, depth + 1)).join('\n');
  if (!isRecord(value)) return String(value as string | number | boolean);
  const parts = Object.entries(value).map(([name, part]) => `${name}: ${textOf(part, depth + 1)}`);
  return `{${parts.join(', ')}}`;
}
