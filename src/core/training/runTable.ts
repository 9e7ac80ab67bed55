/** All runs in one table: what a row holds, and how rows are found, put in order and set against each other. */
import type { Metrics } from '../base/metrics.ts';
import { isLoss } from '../metrics/metricText.ts';
import type { MeasuredOn } from './measuredOn.ts';
import type { RunListing } from './runListing.ts';

type FigureSplit = 'validation' | 'test';

export interface RunRow extends Pick<
  RunListing,
  'name' | 'folder' | 'status' | 'problem' | 'modelType' | 'epochs' | 'bestEpoch' | 'seconds' | 'changed'
> {
  /** What people call it. */
  title: string;
  note?: string;
  tags: readonly string[];
  pinned: boolean;
  /** What its figures are of; absent of damaged runs. */
  dataset?: Record<FigureSplit, MeasuredOn>;
  figures: Record<FigureSplit, Metrics>;
  /** Values of its config as JSON, by their dotted keys. */
  settings: Readonly<Record<string, string>>;
}

/** The rows with those settings alone that are not the same in all, and those that are. */
export interface RunTable {
  rows: RunRow[];
  shared: Record<string, string>;
}

/** The figures that the table has, in its order. */
export const tableMetrics = ['P@1', 'P@3', 'P@5', 'nDCG@5', 'microF1'] as const;

/** They always differ, or stand in the table in another form. */
const untold = ['output.name', 'output.folder', 'dataset.train', 'dataset.validation', 'dataset.test'];

export function runTable(all: readonly RunRow[]): RunTable {
  const known = all.filter(({ status }) => status !== 'damaged');
  const [first, ...others] = known;
  const shared = Object.entries(first?.settings ?? {}).filter(([key, value]) =>
    others.every(({ settings }) => settings[key] === value),
  );
  const left = new Set([...shared.map(([key]) => key), ...untold]);
  const without = (settings: RunRow['settings']): RunRow['settings'] =>
    Object.fromEntries(Object.entries(settings).filter(([key]) => !left.has(key)));
  return { rows: all.map((row) => ({ ...row, settings: without(row.settings) })), shared: Object.fromEntries(shared) };
}

/** Keys that are not the same in all of these rows, those with the most values first; damaged runs have none. */
export function differingSettings(rows: readonly RunRow[]): string[] {
  const known = rows.filter(({ status }) => status !== 'damaged');
  const keys = [...new Set(known.flatMap(({ settings }) => Object.keys(settings)))];
  const counted = keys.map((key) => ({ key, values: new Set(known.map(({ settings }) => settings[key])) }));
  // of a setting that some lack: what they lack depends on another one, such as the kind of model
  const isWhole = (values: Set<string | undefined>): number => Number(!values.has(undefined));
  return counted
    .filter(({ values }) => values.size > 1)
    .sort((a, b) => isWhole(b.values) - isWhole(a.values) || b.values.size - a.values.size)
    .map(({ key }) => key);
}

/** A column: a field of the row, `validation P@1`, `test P@1` or `setting training.seed`. */
export type RunColumn =
  | 'title'
  | 'dataset'
  | 'changed'
  | 'status'
  | 'modelType'
  | 'epochs'
  | 'seconds'
  | `${FigureSplit} ${string}`
  | `setting ${string}`;

/** What rows are put in order by; undefined where a row has none. Settings that are numbers count as numbers. */
export function valueOf(row: RunRow, column: RunColumn): number | string | undefined {
  const [kind, name] = splitColumn(column);
  switch (kind) {
    case 'validation':
    case 'test':
      return row.figures[kind][name];
    case 'setting':
      return settingValue(row.settings[name]);
    case 'dataset':
      return row.dataset?.validation.name;
    case 'epochs':
      return row.modelType === 'linear' || row.epochs === 0 ? undefined : row.epochs;
    default:
      return row[kind as 'title' | 'changed' | 'status' | 'modelType' | 'seconds'];
  }
}

const splitColumn = (column: RunColumn): [kind: string, name: string] => {
  const at = column.indexOf(' ');
  return at < 0 ? [column, ''] : [column.slice(0, at), column.slice(at + 1)];
};

/** A setting as a number where it is one, else as it is written, strings without their quotes. */
export function settingValue(json: string | undefined): number | string | undefined {
  if (json === undefined || json === 'null') return undefined;
  const value: unknown = JSON.parse(json);
  return typeof value === 'number' || typeof value === 'string' ? value : json;
}

export interface RunOrder {
  column: RunColumn;
  descending: boolean;
  /** Runs of one dataset stand together, in the order of the first of each. */
  grouped: boolean;
}

/** Pinned rows come first, rows without a value last, whichever way the others go; equal ones stay as they are. */
export function sortRows(rows: readonly RunRow[], { column, descending, grouped }: RunOrder): RunRow[] {
  const keyed = rows.map((row) => ({ row, value: valueOf(row, column) }));
  keyed.sort(
    (a, b) =>
      Number(b.row.pinned) - Number(a.row.pinned) ||
      Number(a.value === undefined) - Number(b.value === undefined) ||
      compare(a.value, b.value) * (descending ? -1 : 1),
  );
  const sorted = keyed.map(({ row }) => row);
  if (!grouped) return sorted;
  const groups = new Map<string, RunRow[]>();
  for (const row of sorted) {
    const key = row.dataset?.validation.key ?? '';
    const known = groups.get(key);
    if (known) known.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()].flat();
}

const inWords = new Intl.Collator('en', { numeric: true });

function compare(a: number | string | undefined, b: number | string | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1;
  return a === undefined || b === undefined ? 0 : inWords.compare(a, b);
}

/**
 * The rows in which each of the words stands: in a name, note, tag, dataset, state, model, or the value of a setting. `key=value` asks
 * for the settings with such a key, shared ones too: a number must be that number, other values contain the text.
 */
export function findRows({ rows, shared }: RunTable, search: string): RunRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const { title, name, note = '', tags, dataset, status, modelType = '', settings } = row;
    const values = Object.values(settings).map((value) => String(settingValue(value) ?? ''));
    const own = [title, name, note, ...tags, dataset?.validation.name ?? '', status, modelType, ...values];
    const text = own.join('\n').toLowerCase();
    const all = status === 'damaged' ? {} : { ...shared, ...settings };
    return words.every((word) => text.includes(word) || hasSetting(all, word));
  });
}

function hasSetting(settings: RunRow['settings'], word: string): boolean {
  const at = word.indexOf('=');
  if (at < 0) return false;
  const [asked, wanted] = [word.slice(0, at), word.slice(at + 1)];
  return Object.entries(settings).some(([key, json]) => {
    if (!key.toLowerCase().includes(asked)) return false;
    const value = settingValue(json) ?? json;
    if (typeof value === 'number') return wanted !== '' && Number(wanted) === value;
    return value.toLowerCase().includes(wanted);
  });
}

/** The folders with the best figure of a column, one of each dataset that two or more are known of and not all are equal. */
export function bestRows(rows: readonly RunRow[], split: FigureSplit, metric: string): Set<string> {
  const groups = new Map<string, { folder: string; value: number }[]>();
  for (const { folder, dataset, figures } of rows) {
    const value = figures[split][metric];
    if (!dataset || value === undefined || !Number.isFinite(value)) continue;
    const { key } = dataset[split];
    groups.set(key, [...(groups.get(key) ?? []), { folder, value }]);
  }
  const best = [...groups.values()].flatMap((known) => {
    const values = known.map(({ value }) => value);
    const most = isLoss(metric) ? Math.min(...values) : Math.max(...values);
    return values.every((value) => value === values[0]) ? [] : known.filter(({ value }) => value === most);
  });
  return new Set(best.map(({ folder }) => folder));
}

/** An axis of parallel coordinates: numbers, or the values there are in their order. */
export interface RunAxis {
  column: RunColumn;
  /** Where a row stands on it, from 0 to 1; undefined where it has no value. */
  at(row: RunRow): number | undefined;
  /** Values with their places. */
  ticks: { text: string; at: number }[];
  isLogarithmic: boolean;
}

/** Numbers that span this much stand on a logarithmic axis: learning rates, sizes. */
const wideSpan = 50;
const mostTicks = 8;

export function runAxis(rows: readonly RunRow[], column: RunColumn): RunAxis {
  const values = rows.flatMap((row) => valueOf(row, column) ?? []);
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === values.length && numbers.length > 0) return numberAxis(numbers, column);
  const names = [...new Set(values)].sort(compare);
  const place = (i: number): number => (names.length < 2 ? 0.5 : i / (names.length - 1));
  const every = Math.ceil(names.length / mostTicks);
  return {
    column,
    at: (row) => {
      const i = names.indexOf(valueOf(row, column)!);
      return i < 0 ? undefined : place(i);
    },
    ticks: names.map((name, i) => ({ text: String(name), at: place(i) })).filter((_, i) => i % every === 0),
    isLogarithmic: false,
  };
}

function numberAxis(numbers: readonly number[], column: RunColumn): RunAxis {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const isLogarithmic = least > 0 && most / least >= wideSpan;
  const scale = (value: number): number => (isLogarithmic ? Math.log(value) : value);
  const place = (value: number): number =>
    least === most ? 0.5 : (scale(value) - scale(least)) / (scale(most) - scale(least));
  const distinct = [...new Set(numbers)].sort((a, b) => a - b);
  const between = (share: number): number => {
    const value = scale(least) + share * (scale(most) - scale(least));
    return isLogarithmic ? Math.exp(value) : value;
  };
  const shown = distinct.length <= mostTicks ? distinct : [0, 0.25, 0.5, 0.75, 1].map(between);
  return {
    column,
    at: (row) => {
      const value = valueOf(row, column);
      return typeof value === 'number' && Number.isFinite(value) ? place(value) : undefined;
    },
    ticks: shown.map((value) => ({ text: String(Number(value.toPrecision(3))), at: place(value) })),
    isLogarithmic,
  };
}
