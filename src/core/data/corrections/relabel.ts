/** One record of a text file, with other labels; all else in it stays as it is written. */
import { type Node, parseTree } from 'jsonc-parser';
import { type Literal } from '../../formats/literal.ts';
import { listOf } from '../fields.ts';
import { labelsOfValue } from '../guess/cells.ts';
import { fromHalf, shareOf } from '../guess/shares.ts';
import { fieldsOf } from '../positions/delimitedText.ts';
import type { DatasetFormat, SourceOptions } from '../document.ts';

/** How a file's records are laid out. */
export interface RecordForm {
  format: DatasetFormat;
  /** As they were found. */
  options: SourceOptions;
  /** Of a table, in their order. */
  columns: readonly (string | number)[];
}

/** A part of a record's text, and what is to stand in its place. */
interface Edit {
  from: number;
  to: number;
  text: string;
}

type Relabel = (text: string, labels: readonly string[], form: RecordForm) => Edit[] | undefined;

const relabelers: Partial<Record<DatasetFormat, Relabel>> = {
  jsonl: relabelJson,
  'xmlrepo-jsonl': relabelJson,
  csv: relabelRow,
  tsv: relabelRow,
  fasttext: relabelFastText,
  libmultilabel: relabelParts,
  libsvm: relabelFirst,
  'xmlrepo-sparse': relabelFirst,
};

/** Whether records of this format can be given other labels in their file. */
export const canRelabel = (format: DatasetFormat): boolean => relabelers[format] !== undefined;

/** What has to change in a record, in order; undefined where its form has no room for such labels. @param text without the line's end */
export const editsOf: Relabel = (text, labels, form) =>
  relabelers[form.format]?.(text, labels, form)?.sort((a, b) => a.from - b.from);

// ------------------------------------------------------------------------------------------------------------- JSON lines

function relabelJson(text: string, labels: readonly string[], { options }: RecordForm): Edit[] | undefined {
  const root = parseTree(text);
  if (root?.type !== 'object') return undefined;
  const { labelField, labelColumns } = options;
  const isAscii = !/[^\0-\x7f]/.test(text);
  const write = (value: unknown): string => (isAscii ? asciiJson(value) : JSON.stringify(value));
  if (labelField === undefined) return labelColumns && flagsInJson(root, labels, labelColumns);
  const node = nodeAt(root, String(labelField));
  if (!node) return absentField(root, String(labelField), write(valueFor(labels, options)), text);
  const written = valueText(node, text, labels, options, write);
  return written === undefined ? undefined : [{ from: node.offset, to: node.offset + node.length, text: written }];
}

const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The value of a field, of nested ones by their path. */
function nodeAt(object: Node, path: string): Node | undefined {
  const properties = object.type === 'object' ? (object.children ?? []) : [];
  const named = (name: string): Node | undefined =>
    properties.findLast(({ children }) => children?.[0]?.value === name)?.children?.[1];
  const own = named(path);
  if (own) return own;
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const inner = named(path.slice(0, dot));
    if (inner) return nodeAt(inner, path.slice(dot + 1));
  }
  return undefined;
}

/** As the other records hold labels. */
const valueFor = (labels: readonly string[], options: SourceOptions): unknown =>
  options.labelStyle !== undefined || options.labelSeparator !== undefined ? cellFor('', labels, options) : labels;

function absentField(root: Node, field: string, value: string, text: string): Edit[] | undefined {
  if (field.includes('.')) return undefined;
  const last = root.children?.at(-1);
  const at = last ? last.offset + last.length : root.offset + 1;
  const colon = /"\s*: /.test(text) ? ': ' : ':';
  const comma = last ? (colon === ': ' ? ', ' : ',') : '';
  return [{ from: at, to: at, text: `${comma}${JSON.stringify(field)}${colon}${value}` }];
}

function valueText(
  node: Node,
  text: string,
  labels: readonly string[],
  options: SourceOptions,
  write: (value: unknown) => string,
): string | undefined {
  if (node.type === 'null') return write(valueFor(labels, options));
  if (node.type === 'string') {
    const cell = cellFor(String(node.value), labels, options);
    return cell === undefined ? undefined : write(cell);
  }
  if (node.type === 'number') return labels.length === 1 ? numberOrText(labels[0], write) : write(labels);
  if (node.type !== 'array') return undefined;
  const items = node.children ?? [];
  const written = (item: Node): string => text.slice(item.offset, item.offset + item.length);
  if (options.labelStyle === 'vector')
    return vectorOf(items.map(written), labels, (cells) => `[${cells.join(gapOf(items, text))}]`);
  return listText(items, text, labels, write);
}

const numberOrText = (label: string, write: (value: unknown) => string): string =>
  /^-?(?:0|[1-9]\d{0,14})$/.test(label) ? label : write(label);

/** What stands between two items. */
const gapOf = (items: readonly Node[], text: string): string => {
  const [first, second] = items;
  return second ? text.slice(first.offset + first.length, second.offset) : /[:,] /.test(text) ? ', ' : ',';
};

/** Items that stay keep their form. */
function listText(
  items: readonly Node[],
  text: string,
  labels: readonly string[],
  write: (value: unknown) => string,
): string | undefined {
  const known = new Map<string, string>();
  for (const item of items) {
    const written = text.slice(item.offset, item.offset + item.length);
    const found = labelsOfValue(JSON.parse(written) as Literal);
    if (found?.length === 1 && !known.has(found[0])) known.set(found[0], written);
  }
  const areNumbers = items.length > 0 && items.every(({ type }) => type === 'number');
  const parts = labels.map((label) => known.get(label) ?? (areNumbers ? numberOrText(label, write) : write(label)));
  return `[${parts.join(gapOf(items, text))}]`;
}

function flagsInJson(root: Node, labels: readonly string[], columns: readonly (string | number)[]): Edit[] | undefined {
  if (labels.some((label) => !columns.map(String).includes(label))) return undefined;
  const edits = columns.flatMap((column): (Edit | undefined)[] => {
    const isOn = labels.includes(String(column));
    const node = nodeAt(root, String(column));
    if (!node) return isOn ? [undefined] : [];
    const text = flagText(String(node.value), isOn);
    const quoted = node.type === 'string' ? JSON.stringify(text) : text;
    return [{ from: node.offset, to: node.offset + node.length, text: quoted }];
  });
  return edits.includes(undefined) ? undefined : (edits as Edit[]);
}

/** As the cell says yes and no: `1`, `1.0`, `true`, `True`; a cell that says so already stays. */
function flagText(cell: string, isOn: boolean): string {
  const pairs: [no: string, yes: string][] = [
    ['0', '1'],
    ['0.0', '1.0'],
    ['false', 'true'],
    ['False', 'True'],
    ['FALSE', 'TRUE'],
    ['no', 'yes'],
    ['', 'x'],
  ];
  const trimmed = cell.trim();
  const share = shareOf(trimmed);
  if (share !== undefined && fromHalf(share) === isOn) return cell;
  const pair = pairs.find((one) => one.includes(trimmed)) ?? pairs[0];
  return pair[isOn ? 1 : 0];
}

// ----------------------------------------------------------------------------------------------------------------- tables

function relabelRow(
  text: string,
  labels: readonly string[],
  { format, options, columns }: RecordForm,
): Edit[] | undefined {
  const quoting = options.quoting === true;
  const delimiter = options.delimiter ?? (format === 'csv' ? ',' : '\t');
  const fields = fieldsOf(text, delimiter, quoting);
  const at = (name: string | number): number => columns.indexOf(name);
  const cellOf = ({ from, to, quoted }: (typeof fields)[number]): string =>
    quoted ? text.slice(from, to).replaceAll('""', '"') : text.slice(from, to);
  const put = (index: number, cell: string): Edit | undefined => {
    const { from, to, quoted } = fields[index];
    const needsQuotes = cell.includes(delimiter) || /^\s*"|[\r\n]/.test(cell);
    if (quoted) return { from, to, text: cell.replaceAll('"', '""') };
    if (!needsQuotes) return { from, to, text: cell };
    return quoting ? { from, to, text: `"${cell.replaceAll('"', '""')}"` } : undefined;
  };
  const { labelField, labelColumns = [] } = options;
  if (labelField !== undefined) {
    const index = at(labelField);
    const cell = fields[index] && cellFor(cellOf(fields[index]), labels, options);
    const edit = cell === undefined ? undefined : put(index, cell);
    return edit && [edit];
  }
  if (labels.some((label) => !labelColumns.map(String).includes(label))) return undefined;
  const edits = labelColumns.map((column) => {
    const cell = cellOf(fields[at(column)]);
    const flag = flagText(cell, labels.includes(String(column)));
    return put(at(column), flag);
  });
  return edits.includes(undefined) ? undefined : (edits as Edit[]);
}

// ------------------------------------------------------------------------------------------------------------------ cells

/** A cell that holds these labels, in the form of the one that was there; undefined where the form has no room for them. */
function cellFor(cell: string, labels: readonly string[], options: SourceOptions): string | undefined {
  const style = options.labelStyle ?? (options.labelSeparator === 'none' ? 'whole' : 'separated');
  switch (style) {
    case 'whole':
      return labels.length > 1 ? undefined : (labels[0] ?? '');
    case 'separated':
      return separated(cell, labels, options.labelSeparator);
    case 'brackets':
      return labels.map((label) => `<${label}>`).join(/>(\s+)</.exec(cell)?.[1] ?? '');
    case 'list':
      return listCell(cell, labels);
    case 'vector':
      return vectorCell(cell, labels);
  }
}

/** Separators as configs have them. */
const typed: Record<string, string> = { '\\n': '\n', '\\t': '\t' };

function separated(cell: string, labels: readonly string[], given: string | undefined): string | undefined {
  if (given === undefined) return labels.length > 1 ? undefined : (labels[0] ?? '');
  const separator = typed[given] ?? given;
  const spaced = separator !== ' ' && cell.includes(`${separator} `) ? `${separator} ` : separator;
  return labels.join(spaced);
}

function listCell(cell: string, labels: readonly string[]): string {
  const quote = /["']/.exec(cell)?.[0] ?? "'";
  const gap = /["'](,?\s*)["']/.exec(cell)?.[1] ?? ', ';
  const [open, close] = /^\s*(\w*\(?[[({])/.exec(cell) ? ends(cell) : ['[', ']'];
  const written = labels.map((label) =>
    quote === '"' ? JSON.stringify(label) : `'${label.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  );
  return `${open}${written.join(gap === '' ? ', ' : gap)}${close}`;
}

/** What stands before and behind the items. */
const ends = (cell: string): [string, string] => [
  /^\s*\w*[[({]+/.exec(cell)?.[0] ?? '[',
  /[\])}]+\s*$/.exec(cell)?.[0] ?? ']',
];

function vectorCell(cell: string, labels: readonly string[]): string | undefined {
  const cells = cell.match(/[01](?:\.0*)?/g) ?? [];
  return vectorOf(cells, labels, (bits) => {
    let at = 0;
    return cell.replace(/[01](?:\.0*)?/g, () => bits[at++]);
  });
}

function vectorOf(
  cells: readonly string[],
  labels: readonly string[],
  write: (cells: string[]) => string,
): string | undefined {
  const wanted = new Set(labels.map(Number));
  if ([...wanted].some((position) => !(position < cells.length))) return undefined;
  return write(cells.map((cell, i) => cell.replace(/^[01]/, wanted.has(i) ? '1' : '0')));
}

// ------------------------------------------------------------------------------------------------------- labels up front

/** Labels up front are written anew; those within the text are taken out. */
function relabelFastText(text: string, labels: readonly string[], { options }: RecordForm): Edit[] | undefined {
  const { labelPrefix: prefix = '__label__', labelSeparator } = options;
  const gap = labelSeparator === ',' ? (/^\S*?(\s*,\s*)/.exec(text)?.[1] ?? ', ') : ' ';
  let end = 0;
  while (text.startsWith(prefix, end)) end += /^\S*[\s,]*/.exec(text.slice(end))![0].length;
  const behind = end === 0 ? ' ' : (/\s*$/.exec(text.slice(0, end))?.[0] ?? '');
  const front = labels.map((label) => `${prefix}${label}`).join(gap);
  const edits = [{ from: 0, to: end, text: front === '' ? '' : `${front}${behind}` }];
  const pattern = new RegExp(`(?<=\\s)${prefix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\S+`, 'g');
  pattern.lastIndex = end;
  for (let found = pattern.exec(text); found; found = pattern.exec(text))
    edits.push({ from: found.index, to: found.index + found[0].length, text: '' });
  return edits;
}

/** LibMultiLabel: the part before the text. */
function relabelParts(text: string, labels: readonly string[], { options }: RecordForm): Edit[] | undefined {
  const first = text.indexOf('\t');
  const second = text.indexOf('\t', first + 1);
  const joined = labels.join(options.labelSeparator ?? ' ');
  const asked = listOf(options.textField)?.[0];
  const isThree = asked === undefined ? second >= 0 : asked === 2;
  return isThree ? [{ from: first + 1, to: second, text: joined }] : [{ from: 0, to: first, text: joined }];
}

/** The word before the features. */
function relabelFirst(text: string, labels: readonly string[]): Edit[] | undefined {
  const first = /^[^\s:]*(?=\s|$)/.exec(text)?.[0] ?? '';
  return [{ from: 0, to: first.length, text: labels.join(first.includes('|') ? '|' : ',') }];
}
