/**
 * Mulan's, MEKA's and Weka's ARFF, sparse (`{attribute value,…}` rows) or dense. A label XML, MEKA's `-C` or `labelColumns` say
 * which attributes are labels.
 * Features are numbered in the order of the attributes that are no labels.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { withFileErrors } from '../../base/files.ts';
import { readLines, type TextForm } from '../../formats/bytes.ts';
import type { SourceOptions } from '../document.ts';
import type { OpenedFormat, ParsedRecord, Pass, RawRecord } from '../record.ts';
import { Malformed, isBlank, readRecordLines } from '../record.ts';
import type { Sample } from '../sample.ts';
import { distinctNames, finiteNumber, wholeNumber } from './featureValues.ts';

export interface Attribute {
  name: string;
  type: string;
}

interface Header {
  /** Line of `@data`. */
  dataLine: number;
  /** For each attribute its feature number, or -1 - its place in `labels`. */
  roles: Int32Array;
  /** Values of an attribute that is a list of names, in the order in which rows may name them. */
  values: (Map<string, number> | undefined)[];
  labels: string[];
  /** By feature number. */
  featureNames: readonly string[];
}

/** Throws `UserError` where nothing says which attributes are labels, or a label is no attribute. */
export async function openArff(sample: Sample, options: SourceOptions): Promise<OpenedFormat> {
  const { attributes, dataLine, relation } = await readHeader(sample.path, sample.form);
  const labelsFile = options.labelColumns ? undefined : (options.labelsFile ?? findLabelXml(sample.path));
  const labels =
    options.labelColumns?.map((name) => nameOf(name, attributes)) ??
    (labelsFile === undefined ? mekaLabels(relation, attributes) : await readLabelXml(labelsFile));
  if (labels === undefined) throw noLabels(sample.path, attributes);
  requireNumbers(sample.path, attributes);
  const assigned = assignRoles(sample.path, attributes, labelsFile ?? sample.path, labels);
  const featureAttributes = attributes.filter((_, i) => assigned.roles[i] >= 0);
  const featureNames = distinctNames(featureAttributes.map(({ name }) => unescape(name)));
  const header: Header = { dataLine, ...assigned, featureNames };
  const byCount = labelsFile === undefined && options.labelColumns === undefined;
  return {
    options: { ...options, labelsFile },
    ...(byCount && { reasons: { labelColumns: `${labels.length} attributes by MEKA's -C in @relation` } }),
    featureNames,
    reader: (pass) => read(pass, sample.path, header),
  };
}

function requireNumbers(file: string, attributes: readonly Attribute[]): void {
  const text = attributes.find(({ type }) => /^(?:string|date|relational)\b/i.test(type));
  if (!text) return;
  throw new UserError(
    'malformed-record',
    `The attribute ${text.name} is of type ${text.type.split(/\s/, 1)[0]}: ARFF files are read as bags of words, of numbers and nominal values`,
    'Save it as CSV (Weka: CSVSaver), which is read with its texts.',
    { file },
  );
}

const nameOf = (name: string | number, attributes: readonly Attribute[]): string =>
  typeof name === 'number' ? (attributes[name]?.name ?? String(name)) : name;

/** MEKA writes the number of label attributes into the name of the relation: `-C 6` the first six, `-C -6` the last six. */
function mekaLabels(relation: string, attributes: readonly Attribute[]): string[] | undefined {
  const count = Number(/-C\s+(-?\d+)/i.exec(relation)?.[1] ?? 0);
  if (count === 0 || Math.abs(count) >= attributes.length) return undefined;
  const names = attributes.map(({ name }) => name);
  return count > 0 ? names.slice(0, count) : names.slice(count);
}

function noLabels(file: string, attributes: readonly Attribute[]): UserError {
  const binary = attributes.filter(({ type }) => /^\{\s*0\s*,\s*1\s*\}$/.test(type)).map(({ name }) => name);
  const shown = binary.slice(0, 8).join(', ') + (binary.length > 8 ? ', …' : '');
  return new UserError(
    'no-labels-file',
    'There is no label XML beside the ARFF file, and no -C in its @relation, so it is not known which attributes are labels',
    `Name the XML with "labelsFile", or the attributes with "labelColumns"${shown && ` (of 0 and 1 are: ${shown})`}.`,
    { file },
  );
}

/** `x.xml`, or that without `-train`, `-test` and the like. */
function findLabelXml(arff: string): string | undefined {
  const stem = basename(arff)
    .replace(/\.gz$/i, '')
    .replace(/\.arff$/i, '');
  const shorter = stem.replace(/[-_.]?(train|trn|test|tst|dev|valid|validation|val)(ing)?\d*$/i, '');
  return [stem, shorter].map((name) => join(dirname(arff), `${name}.xml`)).find((file) => existsSync(file));
}

async function readLabelXml(file: string): Promise<string[]> {
  const xml = await withFileErrors(file, () => readFile(file, 'utf8'));
  const tags = xml.replace(/<!--[\s\S]*?-->/g, '').matchAll(/<label\b[^>]*?\bname\s*=\s*("[^"]*"|'[^']*')/g);
  const names = [...tags].map((tag) => decodeEntities(tag[1].slice(1, -1)));
  if (names.length === 0)
    throw new UserError('no-labels', 'There is no <label name="…"> in this XML', "Name Mulan's label XML.", { file });
  return names;
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(amp|lt|gt|quot|apos));/gi, (_, decimal, hex, name: string) =>
    name ? entities[name.toLowerCase()] : String.fromCodePoint(decimal ? Number(decimal) : parseInt(hex, 16)),
  );
}

/** Attributes in their order, and the line of `@data`. Throws `UserError`. */
export async function readHeader(
  file: string,
  form?: TextForm,
): Promise<{ attributes: Attribute[]; dataLine: number; relation: string }> {
  const attributes: Attribute[] = [];
  let relation = '';
  for await (const lines of readLines(file, { form }))
    for (const { text = '', number } of lines) {
      if (/^\s*@data\b/i.test(text)) return { attributes, dataLine: number, relation };
      if (/^\s*@relation\b/i.test(text)) relation = text;
      if (/^\s*@attribute\b/i.test(text)) attributes.push(parseAttribute(text, file, number));
    }
  throw new UserError('no-data', 'There is no @data line', 'Name a whole ARFF file.', { file });
}

/** Names may be bare (numbers, too) or in single or double quotes, with backslashes before quotes. */
function parseAttribute(text: string, file: string, line: number): Attribute {
  const match = /^\s*@attribute\s+('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\S+)\s+(.+?)\s*$/i.exec(text);
  if (!match)
    throw new UserError('malformed-record', 'This is no @attribute name type line', 'Fix the line.', { file, line });
  const name = /^(['"]).*\1$/.test(match[1]) ? match[1].slice(1, -1) : match[1];
  return { name, type: match[2] };
}

/** Without the backslashes before quotes. */
export function unescape(name: string): string {
  return name.replace(/\\(.)/g, '$1');
}

/** A label is found by its name as written, or with the backslashes resolved on both sides; it keeps the XML's spelling. */
function assignRoles(
  file: string,
  attributes: Attribute[],
  labelsFile: string,
  labels: string[],
): Pick<Header, 'roles' | 'values' | 'labels'> {
  const byName = new Map<string, number>();
  attributes.forEach(({ name }, i) => byName.set(unescape(name), i));
  attributes.forEach(({ name }, i) => byName.set(name, i));
  const roles = new Int32Array(attributes.length);
  labels.forEach((label, i) => {
    const at = byName.get(label) ?? byName.get(unescape(label));
    if (at === undefined)
      throw new UserError(
        'unknown-label',
        `The label ${label} is no attribute of ${file}`,
        'Name the label XML of this ARFF file.',
        {
          file: labelsFile,
        },
      );
    roles[at] = -1 - i;
  });
  let features = 0;
  for (let i = 0; i < roles.length; i++) if (roles[i] === 0) roles[i] = features++;
  return { roles, values: attributes.map(({ type }) => nominalValues(type)), labels };
}

/** `{0,1}` → 0 and 1 by value; names that are no numbers count by their place. Plain numeric types give undefined. */
export function nominalValues(type: string): Map<string, number> | undefined {
  const list = /^\{(.*)\}$/.exec(type)?.[1];
  if (list === undefined) return undefined;
  return new Map(
    cellsOf(list).map((part, i) => {
      const value = plainCell(part);
      return [value, value !== '' && Number.isFinite(Number(value)) ? Number(value) : i];
    }),
  );
}

/** Cells between commas, those within quotes left together. */
const cellsOf = (row: string): string[] =>
  /['"]/.test(row)
    ? (row.match(/(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^,])+|(?<=,|^)(?=,|$)/g) ?? [])
    : row.split(',');

/** Without blanks and quotes around it. */
const plainCell = (cell: string): string => {
  const text = cell.trim();
  return /^(['"])[^]*\1$/.test(text) && text.length > 1 ? unescape(text.slice(1, -1)) : text;
};

function read(pass: Pass, file: string, header: Header): AsyncIterable<RawRecord[]> {
  return readRecordLines(pass, file, (text, line) => {
    if (line <= header.dataLine || isBlank(text) || text.startsWith('%')) return undefined;
    return parseRow(text, header);
  });
}

function parseRow(text: string, header: Header): ParsedRecord {
  const row = text.trim();
  const labels: string[] = [];
  const indices: number[] = [];
  const values: number[] = [];
  for (const [attribute, cell] of row.startsWith('{') ? sparseCells(row, header) : denseCells(row, header)) {
    const value = cellValue(cell, header.values[attribute]);
    const role = header.roles[attribute];
    if (value === 0) continue;
    if (role >= 0) {
      indices.push(role);
      values.push(value);
    } else if (value === 1) labels.push(header.labels[-1 - role]);
    else throw new Malformed(`The label ${header.labels[-1 - role]} is neither 0 nor 1`);
  }
  const { featureNames: names } = header;
  return {
    text: '',
    labels,
    features: { indices: Uint32Array.from(indices), values: Float32Array.from(values), names },
  };
}

function* sparseCells(row: string, header: Header): Generator<[attribute: number, cell: string]> {
  if (!row.endsWith('}')) throw new Malformed('The closing brace is missing');
  const inner = row.slice(1, -1).trim();
  for (const cell of inner === '' ? [] : cellsOf(inner)) {
    const pair = cell.trim();
    const space = pair.indexOf(' ');
    if (space < 0) throw new Malformed(`${JSON.stringify(pair.slice(0, 30))} is not attribute and value`);
    yield [wholeNumber(pair.slice(0, space), header.roles.length, 'attribute'), plainCell(pair.slice(space + 1))];
  }
}

/** Values of all attributes; `?` is a missing one, which counts as 0. */
function* denseCells(row: string, header: Header): Generator<[attribute: number, cell: string]> {
  const cells = cellsOf(row);
  const { length } = header.roles;
  if (cells.length !== length)
    throw new Malformed(`This row has ${cells.length} values where there are ${length} attributes`);
  for (let i = 0; i < length; i++) {
    const cell = plainCell(cells[i]);
    if (cell !== '?') yield [i, cell];
  }
}

/** Throws `Malformed`. */
export function cellValue(text: string, nominal: Map<string, number> | undefined): number {
  if (!nominal) return finiteNumber(text);
  const value = nominal.get(text);
  if (value === undefined)
    throw new Malformed(`${JSON.stringify(text.slice(0, 30))} is not among the attribute's values`);
  return value;
}
