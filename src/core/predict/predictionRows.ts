/** Predictions as rows of a file, behind the columns of the records that they are made for. */
import { exactCell } from '../base/csv.ts';
import { UserError } from '../base/errors.ts';
import type { Content } from '../data/bagOfWords.ts';
import type { Write } from '../base/files.ts';
import type { RecordColumns } from '../data/document.ts';
import { evidenceOf, type LabelEvidence } from './highlights.ts';
import type { ExplainedLabel, PredictedLabel, Prediction, Predictor } from './predictor.ts';

/** What a file of predictions may end in. */
export type PredictionFormat = 'csv' | 'jsonl';

/** By the ending of the file. Throws `UserError` `unknown-ending`. */
export function predictionFormat(file: string): PredictionFormat {
  const found = (['csv', 'jsonl'] as const).find((ending) => file.toLowerCase().endsWith(`.${ending}`));
  if (found) return found;
  const remedy = 'Name a file that ends in .csv or .jsonl.';
  throw new UserError('unknown-ending', 'Its ending does not say how predictions are written', remedy, {
    file,
  });
}

/** A document to predict with what is to be written beside its labels. */
export interface BulkDocument {
  content: Content;
  columns: RecordColumns;
}

/** Documents that are taken together share the projection of their words, and show the columns of a table. */
export const mostDocuments = 16_384;
const longestPiece = 1 << 20;

type AnyPrediction = Prediction<PredictedLabel | ExplainedLabel>;

/** Puts predictions behind the columns of records. What the columns are is seen from the first documents. */
export class RowWriter {
  readonly added: string[];
  readonly separator: string | undefined;
  without = 0;
  private held = '';
  private readonly columns: readonly string[];
  private readonly hasNames: boolean;
  /** By label, as JSON. */
  private readonly jsonNames: readonly string[];
  private readonly jsonTitles: readonly string[];
  private readonly keys: readonly string[];

  constructor(
    private readonly format: PredictionFormat,
    { labels: { names, display, outputs } }: Predictor,
    first: readonly BulkDocument[],
    private readonly explains: boolean,
  ) {
    this.columns = columnsOf(first);
    this.hasNames = display.some((name) => name !== null);
    this.jsonNames = names.map((name) => JSON.stringify(name));
    this.jsonTitles = names.map((name, l) => JSON.stringify(display[l] ?? name));
    const wanted = ['predicted_labels', ...(this.hasNames ? ['predicted_names'] : []), 'probabilities'];
    this.added = [...wanted, ...(explains ? ['evidence'] : [])].map((name) => freeName(name, this.columns));
    this.keys = this.added.map((name) => `${JSON.stringify(name)}:`);
    if (format === 'jsonl') return;
    this.separator = separatorOf([...names.slice(0, outputs), ...display.flatMap((name) => name ?? [])]);
    this.held = csvLine([...this.columns, ...this.added]);
  }

  get isFull(): boolean {
    return this.held.length > longestPiece;
  }

  async flush(write: Write): Promise<void> {
    if (this.held) await write(this.held);
    this.held = '';
  }

  add(columns: RecordColumns, { labels }: AnyPrediction, length = 0): void {
    if (!labels.length) this.without++;
    const probabilities = labels.map(({ probability }) => sixDigits(probability));
    const told = this.explains ? JSON.stringify(labels.map((label) => evidence(label, length))) : undefined;
    this.held +=
      this.format === 'jsonl'
        ? this.jsonLine(columns, labels, probabilities, told)
        : this.csvRow(columns, labels, probabilities, told);
  }

  private jsonLine(
    { names, values, json }: RecordColumns,
    labels: readonly PredictedLabel[],
    probabilities: readonly string[],
    told: string | undefined,
  ): string {
    const taken = this.added.find((name) => names.includes(name));
    if (taken !== undefined) throw columnTaken(taken);
    const own = json ?? JSON.stringify(Object.fromEntries(distinct(names).map((name, i) => [name, values[i]])));
    const lists = [listOf(labels, this.jsonNames)];
    if (this.hasNames) lists.push(listOf(labels, this.jsonTitles));
    lists.push(`[${probabilities.join(',')}]`);
    if (told !== undefined) lists.push(told);
    const more = this.keys.map((key, i) => key + lists[i]).join(',');
    return `${oneLine(own.slice(0, -1))}${names.length ? ',' : ''}${more}}\n`;
  }

  private csvRow(
    columns: RecordColumns,
    labels: readonly PredictedLabel[],
    probabilities: readonly string[],
    told: string | undefined,
  ): string {
    const { separator } = this;
    const cell = (list: readonly string[]): string =>
      separator === undefined ? JSON.stringify(list) : list.join(separator);
    const cells = this.valuesInOrder(columns).map(cellOf);
    cells.push(cell(labels.map(({ name }) => name)));
    if (this.hasNames) cells.push(cell(labels.map(({ name, display }) => display ?? name)));
    cells.push(separator === undefined ? `[${probabilities.join(',')}]` : probabilities.join(separator));
    if (told !== undefined) cells.push(told);
    return csvLine(cells);
  }

  private valuesInOrder({ names, values }: RecordColumns): readonly unknown[] {
    if (isSame(names, this.columns)) return values;
    const unknown = names.find((name) => !this.columns.includes(name));
    if (unknown !== undefined) throw lateColumn(unknown);
    return this.columns.map((name) => values[names.indexOf(name)]);
  }
}

/** As the first records have them; a table's header may have a name twice. */
function columnsOf(first: readonly BulkDocument[]): readonly string[] {
  const names = first[0]?.columns.names ?? [];
  return first.every(({ columns }) => isSame(columns.names, names))
    ? names
    : [...new Set(first.flatMap(({ columns }) => columns.names))];
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((name, i) => name === b[i]));

/** Names of an object's keys: `a`, `a_2`. */
function distinct(names: readonly string[]): readonly string[] {
  if (new Set(names).size === names.length) return names;
  const taken = [...names];
  return names.map((name, i) => {
    const own = names.indexOf(name) < i ? freeName(name, taken) : name;
    taken.push(own);
    return own;
  });
}

/** In JSON line ends stand between the parts only: in its strings they are escaped. */
const oneLine = (json: string): string => (/[\r\n]/.test(json) ? json.replaceAll(/[\r\n]+/g, ' ') : json);

const csvLine = (cells: readonly string[]): string => `${cells.map(exactCell).join(',')}\r\n`;

/** Nested values and lists as JSON. */
const cellOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);

const listOf = (labels: readonly PredictedLabel[], names: readonly string[]): string =>
  `[${labels.map(({ id }) => names[id]).join(',')}]`;

/** Six digits: what is behind them differs between processors. */
const shortest = (p: number): number => Number(p.toPrecision(6));

/** What stands before the six digits, and the power of ten that makes them a whole number. */
const decimals: readonly (readonly [least: number, scale: number, before: string])[] = [
  [0.1, 1e6, '0.'],
  [0.01, 1e7, '0.0'],
  [0.001, 1e8, '0.00'],
  [0.0001, 1e9, '0.000'],
  [0.00001, 1e10, '0.0000'],
];

/** `shortest` as text; only a number halfway between two of six digits needs its exact arithmetic. */
export function sixDigits(p: number): string {
  for (const [least, scale, before] of decimals) {
    if (!(p >= least)) continue;
    const scaled = p * scale;
    const whole = Math.floor(scaled);
    const rest = scaled - whole;
    let digits = rest > 0.5 ? whole + 1 : whole;
    if (Math.abs(rest - 0.5) < 1e-4 || digits >= 1e6) break;
    while (digits % 10 === 0) digits /= 10;
    return before + digits;
  }
  return String(shortest(p));
}

/** The first of the usual ones that stands in no label; undefined where all do. */
function separatorOf(names: readonly string[]): string | undefined {
  return ['|', ';', ',', '\t'].find((separator) => !names.some((name) => name.includes(separator)));
}

function freeName(name: string, taken: readonly string[]): string {
  let free = name;
  for (let i = 2; taken.includes(free); i++) free = `${name}_${i}`;
  return free;
}

/** N-grams listed for and against a label. */
const told = 5;

function evidence(label: PredictedLabel | ExplainedLabel, length: number): Pick<LabelEvidence, 'for' | 'against'> {
  if (!('explanation' in label)) return { for: [], against: [] };
  const { for: pro, against } = evidenceOf(label.explanation, length);
  const rounded = (list: typeof pro): typeof pro =>
    list.slice(0, told).map(({ text, contribution }) => ({ text, contribution: shortest(contribution) }));
  return { for: rounded(pro), against: rounded(against) };
}

const columnTaken = (name: string): UserError =>
  new UserError('column-taken', `A record has a field "${name}" of its own`, 'Rename it in the file.');

const lateColumn = (name: string): UserError =>
  new UserError(
    'late-column',
    `A record has a field "${name}" that the first ${mostDocuments.toLocaleString('en')} do not have, and a CSV file begins with its columns`,
    'Write a .jsonl file, whose records may differ.',
  );
