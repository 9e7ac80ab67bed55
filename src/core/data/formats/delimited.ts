/** CSV and TSV, with or without a header, with a label column or one 0/1 column per label. */
import { UserError } from '../../base/errors.ts';
import type { SourceOptions } from '../document.ts';
import { flagOf, guessFields, guessSeparator, isWellKnown, listOf, noTextField, unknownField } from '../fields.ts';
import type { Line } from '../../formats/bytes.ts';
import type { OpenedFormat, Pass, RawRecord } from '../record.ts';
import { Malformed, detach, isBlank, passLines, splitLabels } from '../record.ts';
import type { Sample } from '../sample.ts';
import { RowParser, commonWidth, isQuotedTsv, sampleRows } from './rows.ts';

interface Table {
  delimiter: string;
  quoting: boolean;
  header: boolean;
  width: number;
  id?: number;
  text: number[];
  label?: number;
  separator?: string;
  flags: { column: number; label: string }[];
}

/** What the sample shows of a table; `names` are the header's, or the column numbers. */
interface Shape {
  file: string;
  names: string[];
  rows: string[][];
}

/** Throws `UserError` where a named column does not exist, or it cannot be told which column is what. */
export function openDelimited(sample: Sample, options: SourceOptions, delimiter: ',' | '\t'): OpenedFormat {
  const { quoting, header, width, names, rows } = sampleTable(sample, options, delimiter);
  const table = {
    delimiter,
    quoting,
    header,
    width,
    ...findColumns({ file: sample.path, names, rows }, header, options),
  };
  const named = (column: number) => (header ? names[column] : column);
  return {
    options: {
      ...options,
      header,
      quoting,
      idField: table.id === undefined ? undefined : named(table.id),
      textField: table.text.length === 1 ? named(table.text[0]) : table.text.map(named),
      labelField: table.label === undefined ? undefined : named(table.label),
      labelColumns: table.flags.length ? table.flags.map(({ column }) => named(column)) : undefined,
      labelSeparator: table.separator,
    },
    reader: (pass) => read(pass, sample.path, table),
    textColumns: table.text,
  };
}

export interface SampledTable {
  quoting: boolean;
  header: boolean;
  width: number;
  /** The header's, else the columns' numbers. */
  names: string[];
  /** Rows of that width, without the header. */
  rows: string[][];
}

/** The rows that a sample shows, before it is known which column is what. */
export function sampleTable(sample: Sample, options: SourceOptions, delimiter: ',' | '\t'): SampledTable {
  const quoting = options.quoting ?? (delimiter === ',' || isQuotedTsv(sample.lines));
  const all = sampleRows(sample.lines, delimiter, quoting);
  const header = options.header ?? hasHeader(all);
  const width = header ? (all[0]?.length ?? 0) : commonWidth(all).width;
  const names = header ? (all[0] ?? []).map((name) => name.trim()) : Array.from({ length: width }, (_, i) => String(i));
  return { quoting, header, width, names, rows: all.slice(header ? 1 : 0).filter((row) => row.length === width) };
}

/** A header has a well-known name in it, or a word above a column of numbers. */
function hasHeader([first, ...rows]: string[][]): boolean {
  if (!first || first.some((name) => name.trim() === '' || name.length > 64)) return false;
  if (first.some(isWellKnown)) return true;
  const isNumber = (cell: string | undefined) => cell !== undefined && /^-?\d+(\.\d+)?$/.test(cell.trim());
  return first.some((name, i) => !/\d/.test(name) && rows.length > 0 && rows.every((row) => isNumber(row[i])));
}

type Columns = Pick<Table, 'id' | 'text' | 'label' | 'separator' | 'flags'>;

function findColumns(shape: Shape, header: boolean, options: SourceOptions): Columns {
  const { file, names } = shape;
  const find = (option: string, field: string | number | undefined): number | undefined => {
    if (field === undefined) return undefined;
    const column = typeof field === 'number' ? field : names.indexOf(field);
    if (column < 0 || column >= names.length) throw unknownField(file, option, field, names);
    return column;
  };
  const guess = header ? guessFields(names) : { text: [] };
  const known = (name: string | undefined) => (name === undefined ? undefined : names.indexOf(name));
  const givenFlags = options.labelColumns?.map((field) => find('labelColumns', field) as number);
  let label = find('labelField', options.labelField) ?? (givenFlags ? undefined : known(guess.label));
  let id = find('idField', options.idField) ?? known(guess.id);
  const text =
    listOf(options.textField)?.map((field) => find('textField', field) as number) ??
    guess.text.map((name) => names.indexOf(name));
  if (text.length === 0) text.push(...longestColumn(shape, [id, label, ...(givenFlags ?? [])]));
  if (text.length === 0) throw noTextField(file, names);
  const isTaken = (column: number) => column === id || column === label || text.includes(column);
  const shownFlags = label === undefined ? flagColumns(shape, isTaken) : [];
  const flags = givenFlags ?? (header || shownFlags.length > 1 ? shownFlags : []);
  if (label === undefined && flags.length === 0) {
    const rest = names.map((_, i) => i).filter((column) => !isTaken(column));
    if (!header && id === undefined && rest.length === 2) id = rest.find((column) => isIdColumn(shape, column, rest));
    const candidates = rest.filter((column) => column !== id);
    if (candidates.length > 1) throw ambiguous(shape, candidates);
    label = candidates[0];
  }
  const cells = label === undefined ? [] : shape.rows.map((row) => row[label]);
  const separator = options.labelSeparator ?? guessSeparator(cells);
  return { id, text, label, separator, flags: flags.map((column) => ({ column, label: names[column] })) };
}

function longestColumn({ names, rows }: Shape, taken: (number | undefined)[]): number[] {
  const lengths = names.map((_, i) => (taken.includes(i) ? 0 : rows.reduce((sum, row) => sum + row[i].length, 0)));
  const longest = Math.max(...lengths);
  return longest > 0 ? [lengths.indexOf(longest)] : [];
}

/** Columns of 0 and 1 only. */
function flagColumns({ names, rows }: Shape, isTaken: (column: number) => boolean): number[] {
  if (rows.length === 0) return [];
  const columns = names.map((_, i) => i).filter((column) => !isTaken(column));
  return columns.filter((column) => rows.every((row) => row[column] !== '' && flagOf(row[column]) !== undefined));
}

/** Without a header: of two columns the one that is no list while the other is, or never repeats while the other does. */
function isIdColumn({ rows }: Shape, column: number, pair: number[]): boolean {
  const other = pair[0] === column ? pair[1] : pair[0];
  const isList = (i: number) => rows.some((row) => /[,;|]/.test(row[i]));
  if (isList(column) !== isList(other)) return isList(other);
  const isUnique = (i: number) => new Set(rows.map((row) => row[i])).size === rows.length;
  return isUnique(column) && !isUnique(other);
}

function ambiguous({ file, names, rows }: Shape, candidates: number[]): UserError {
  const shown = candidates
    .slice(0, 10)
    .map((column) => `${names[column]} (${JSON.stringify((rows[0]?.[column] ?? '').slice(0, 30))})`);
  return new UserError(
    'ambiguous-columns',
    `It cannot be told which column holds the labels: ${shown.join(', ')}`,
    'Name it with "labelField", or one 0/1 column per label with "labelColumns".',
    { file },
  );
}

async function* read(pass: Pass, path: string, table: Table): AsyncGenerator<RawRecord[], void> {
  const rows = new TableReader(pass, path, table);
  for await (const lines of passLines(pass, path)) {
    for (const line of lines) rows.take(line);
    yield rows.records.splice(0);
  }
  rows.end();
  yield rows.records;
}

/** Puts lines together to rows and rows into records; after a row that cannot be read it goes on with the line below its first. */
class TableReader {
  readonly records: RawRecord[] = [];
  private readonly parser: RowParser;
  /** Lines of the row being read. */
  private held: Line[] = [];
  private number: number;
  private headerSeen: boolean;

  constructor(
    private readonly pass: Pass,
    private readonly file: string,
    private readonly table: Table,
  ) {
    this.parser = new RowParser(table.delimiter, table.quoting);
    this.headerSeen = !table.header || pass.stretch !== undefined;
    this.number = (pass.stretch?.first ?? 1) - 1;
  }

  take(line: Line): void {
    let lines = [line];
    for (let i = 0; i < lines.length; i++) {
      const again = this.takeOne(lines[i]);
      if (again.length === 0) continue;
      lines = again.concat(lines.slice(i + 1));
      i = -1;
    }
  }

  end(): void {
    while (this.held.length) {
      const again = this.reject('The quoted field that opens here is never closed', true);
      for (const line of again) this.take(line);
    }
  }

  /** Returns lines to be read again. */
  private takeOne(line: Line): Line[] {
    if (line.text === undefined) {
      if (this.held.length) return this.reject('The quoted field that opens here holds a line that cannot be decoded');
      if (this.headerSeen) this.number++;
      this.headerSeen = true;
      return [];
    }
    if (!this.held.length && isBlank(line.text) && !line.text.includes(this.table.delimiter)) return [];
    this.held.push(line);
    let row: string[] | undefined;
    try {
      row = this.parser.feed(line.text, line.end);
      if (row) this.finish(row);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      const again = this.reject(error.message, line.end === '');
      return row ? [] : again; // a row whose quotes are in order is left out as a whole
    }
    if (row) this.held = [];
    return [];
  }

  private finish(row: string[]): void {
    if (!this.headerSeen) {
      this.headerSeen = true;
      return;
    }
    const { width } = this.table;
    if (row.length !== width)
      throw new Malformed(
        `This row has ${row.length} ${row.length === 1 ? 'field' : 'fields'} where the others have ${width}`,
      );
    const { id, text, labels } = toRecord(row, this.table);
    const { number: line, byte } = this.held[0];
    const { stop } = this.held[this.held.length - 1];
    this.records.push({ id, text, labels, line, number: ++this.number, byte, stop });
  }

  /** Reports the row that is being read; returns its lines but the first. */
  private reject(message: string, torn = false): Line[] {
    const [first, ...again] = this.held;
    this.held = [];
    this.parser.reset();
    this.number++;
    const { file } = this;
    const code = torn ? 'torn-line' : 'malformed-record';
    this.pass.findings.reject({ code, file, line: first.number, byte: first.byte, message });
    return again;
  }
}

function toRecord(row: string[], table: Table): Pick<RawRecord, 'id' | 'text' | 'labels'> {
  const id = table.id === undefined ? '' : detach(row[table.id].trim());
  const text = table.text.length === 1 ? row[table.text[0]] : joinTexts(table.text.map((column) => row[column]));
  const labels = table.label === undefined ? [] : splitLabels(row[table.label], table.separator);
  for (const { column, label } of table.flags) {
    const flag = flagOf(row[column]);
    if (flag === undefined)
      throw new Malformed(
        `The label column "${label}" holds ${JSON.stringify(row[column].slice(0, 30))}, neither 0 nor 1`,
      );
    if (flag === 1) labels.push(label);
  }
  return { id: id || undefined, text, labels };
}

function joinTexts(parts: string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}
