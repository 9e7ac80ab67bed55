/** CSV and TSV, with or without a header, with a label column or one 0/1 column per label. */
import type { SourceOptions } from '../document.ts';
import { givenFields, listOf, noTextField, optionsOf } from '../fields.ts';
import type { Line } from '../../formats/bytes.ts';
import { guessDelimiter, namedDelimiter, parseDelimiter, type Delimiter } from '../guess/delimiter.ts';
import { guessHeader } from '../guess/header.ts';
import { LabelReader } from '../guess/labelReader.ts';
import { layOut, type FieldName } from '../guess/layout.ts';
import type { Doubt, OpenedFormat, ParsedRecord, Pass, RawRecord } from '../record.ts';
import { Malformed, detach, isBlank, passLines, withExamples } from '../record.ts';
import type { Sample } from '../sample.ts';
import { RowParser, commonWidth, isQuotedTsv, sampleRows } from './rows.ts';

interface Table {
  delimiter: string;
  quoting: boolean;
  header: boolean;
  /** Lines before the table: a spreadsheet's `sep=;`. */
  skip: number;
  width: number;
  names: readonly string[];
  toDocument(row: readonly string[]): ParsedRecord;
}

/** Throws `UserError` where a named column does not exist, or it is not clear which column is what. */
export function openDelimited(sample: Sample, options: SourceOptions, preferred: Delimiter): OpenedFormat {
  const table = sampleTable(sample, options, preferred);
  const { toDocument, ...laidOut } = layOutTable(sample.path, table, options);
  const opened = table.before ? { ...laidOut, reasons: { ...laidOut.reasons, header: titleReason(table) } } : laidOut;
  const { delimiter, quoting, skip, header, width, names } = table;
  const layout = { delimiter, quoting, skip, header, width, names, toDocument };
  return {
    ...opened,
    options: { ...opened.options, quoting, ...(delimiter !== preferred && { delimiter }) },
    linesAbove: skip,
    cuts: quoting ? { delimiter } : 'lines',
    reader: (pass) => read(pass, sample.path, layout),
  };
}

export interface SampledTable {
  delimiter: string;
  quoting: boolean;
  skip: number;
  header: boolean;
  /** Lines of words above the table, left out. */
  before: number;
  /** Whether it is beyond doubt that there is a header, or none. */
  sureHeader: boolean;
  width: number;
  /** The header's, else the columns' numbers. */
  names: string[];
  /** Rows of that width, without the header. */
  rows: string[][];
}

/** Rows that are looked at. */
const mostRows = 3000;

/** The rows that a sample shows, before it is known which column is what. */
export function sampleTable(sample: Sample, options: SourceOptions, preferred: Delimiter): SampledTable {
  const named = namedDelimiter(sample.lines[0]?.text ?? '');
  const lines = named === undefined ? sample.lines : sample.lines.slice(1);
  const delimiter =
    options.delimiter === undefined
      ? (named ?? guessDelimiter(lines, preferred) ?? preferred)
      : (parseDelimiter(options.delimiter) ?? options.delimiter);
  const quoting = options.quoting ?? (delimiter !== '\t' || isQuotedTsv(lines));
  const before = linesBefore(lines, delimiter, quoting);
  const rows = sampleRows(lines.slice(before), delimiter, quoting).slice(0, mostRows);
  return { delimiter, quoting, before, skip: before + (named === undefined ? 0 : 1), ...shapeOf(rows, options) };
}

/** Reports have a title above the table, a remark, an empty line. */
const mostBefore = 10;

/** Lines of which only the first field is filled, above a table in which nearly all rows have more. */
function linesBefore(lines: Sample['lines'], delimiter: string, quoting: boolean): number {
  const { width, share } = commonWidth(sampleRows(lines, delimiter, quoting));
  if (width < 2 || share < 0.8) return 0;
  const first = lines.findIndex(({ text }) => {
    const [, ...others] = text.split(delimiter);
    return others.some((field) => field.trim() !== '') || (others.length > 0 && width === 2);
  });
  if (first < 1 || first > mostBefore || lines.slice(0, first).some(({ text }) => text.includes('"'))) return 0;
  const names = sampleRows(lines.slice(first, first + 1), delimiter, quoting)[0];
  return names?.length === width ? first : 0;
}

/** Header, width and names of rows. */
export function shapeOf(
  all: string[][],
  options: SourceOptions,
): Pick<SampledTable, 'header' | 'sureHeader' | 'width' | 'names' | 'rows'> {
  const common = commonWidth(all).width;
  const [first = []] = all;
  // R names the rows, and their column not
  const rows = first.length > 1 && first.length === common - 1 ? [['', ...first], ...all.slice(1)] : all;
  const { header, sure } = headerOf(rows, options);
  const width = header ? (rows[0]?.length ?? 0) : common;
  const names = header
    ? (rows[0] ?? []).map((name) => name.trim())
    : Array.from({ length: width }, (_, i) => String(i));
  const below = all.slice(header ? 1 : 0).filter((row) => row.length === width);
  return { header, sureHeader: sure, width, names, rows: below };
}

/** A row that holds a name by which the user calls a field is the header. */
function headerOf(rows: string[][], options: SourceOptions): { header: boolean; sure: boolean } {
  if (options.header !== undefined) return { header: options.header, sure: true };
  const { idField, labelField, textField, labelColumns = [] } = options;
  const asked = [idField, labelField, ...(listOf(textField) ?? []), ...labelColumns].filter(
    (name) => typeof name === 'string' && !/^\d+$/.test(name),
  );
  const first = (rows[0] ?? []).map((name) => name.trim());
  if (asked.some((name) => first.includes(String(name)))) return { header: true, sure: true };
  const { width } = commonWidth(rows);
  return guessHeader(rows.filter((row, i) => i === 0 || row.length === width));
}

/** How rows of a table become documents. Throws `UserError` where a named column does not exist, or none looks like text. */
export function layOutTable(
  file: string,
  { names, rows, header, sureHeader, width }: Pick<SampledTable, 'names' | 'rows' | 'header' | 'sureHeader' | 'width'>,
  options: SourceOptions,
): Omit<OpenedFormat, 'reader'> & Pick<Table, 'toDocument'> {
  const columns: FieldName[] = names.map((name, i) => (header && names.indexOf(name) === i ? name : i));
  const given = givenFields(file, options, (name) => columnNamed(name, names, columns), names);
  const fields = columns.map((name, i) => ({ name, values: rows.map((row) => row[i]) }));
  const layout = layOut(fields, options, given);
  if (layout.text.length === 0) throw noTextField(file, names);
  const at = (name: FieldName): number => columns.indexOf(name);
  const [id, label] = [layout.id, layout.label].map((name) => (name === undefined ? undefined : at(name)));
  const text = layout.text.map(at);
  const flags = layout.labelColumns.map((name) => ({ column: at(name), label: String(name) }));
  const labels = new LabelReader(layout);
  const isByContent = !header && label !== undefined && options.labelField === undefined;
  const reasons = {
    ...(isByContent && { labelField: 'there is no header: columns are recognised by their content' }),
    ...layout.reasons,
    ...(!sureHeader && { header: headerReason(header, names, rows, width) }),
  };
  return {
    options: { ...optionsOf(options, layout, (name) => name), header },
    reasons,
    fields: withExamples(fields),
    textColumns: text,
    toDocument(row) {
      const doubts: Doubt[] = [];
      const found = label === undefined ? [] : labels.read(row[label], names[label], doubts);
      for (const { column, label } of flags)
        if (layout.areCells) found.push(...labels.read(row[column], label, doubts));
        else if (labels.saysYes(row[column], label, doubts)) found.push(label);
      return {
        id: (id === undefined ? '' : detach(row[id].trim())) || undefined,
        text: text.length === 1 ? row[text[0]] : joinTexts(text.map((column) => row[column])),
        labels: found,
        ...(doubts.length && { doubts }),
      };
    },
  };
}

/** A column by its name in the header, else by its number, also where that was typed. */
function columnNamed(name: FieldName, names: readonly string[], columns: readonly FieldName[]): FieldName | undefined {
  const found = names.indexOf(String(name));
  if (found >= 0) return columns[found];
  return /^\d+$/.test(String(name)) ? columns[Number(name)] : undefined;
}

function headerReason(header: boolean, names: readonly string[], rows: readonly string[][], width: number): string {
  const shown = (header ? names : (rows[0] ?? [])).slice(0, Math.min(width, 4)).map((cell) => cell.slice(0, 30));
  const row = `the first row (${shown.join(' | ')}${width > 4 ? ' | …' : ''})`;
  return header ? `${row} is taken for the header` : `${row} is taken for a document, not for a header`;
}

const titleReason = ({ before, names }: SampledTable): string =>
  `${before === 1 ? 'one line' : `${before} lines`} above the table left out; it begins with ${names.slice(0, 4).join(' | ')}`;

async function* read(pass: Pass, path: string, table: Table): AsyncGenerator<RawRecord[], void> {
  const rows = new TableReader(pass, path, table);
  for await (const lines of passLines(pass, path)) {
    for (const line of lines) rows.take(line);
    pass.number = rows.number;
    yield rows.records.splice(0);
  }
  rows.end();
  pass.number = rows.number;
  yield rows.records;
}

/** Puts lines together to rows and rows into records; after a row that cannot be read it goes on with the line below its first. */
class TableReader {
  readonly records: RawRecord[] = [];
  private readonly parser: RowParser;
  /** Lines of the row being read. */
  private held: Line[] = [];
  /** Of the last row. */
  number: number;
  private headerSeen: boolean;
  private skip: number;

  constructor(
    private readonly pass: Pass,
    private readonly file: string,
    private readonly table: Table,
  ) {
    this.parser = new RowParser(table.delimiter, table.quoting);
    const isAtStart = (pass.stretch?.line ?? 1) === 1;
    this.headerSeen = !table.header || !isAtStart;
    this.skip = isAtStart ? table.skip : 0;
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
    if (this.skip > 0) {
      this.skip--;
      return [];
    }
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
    const { width, names } = this.table;
    if (row.length !== width)
      throw new Malformed(
        `This row has ${row.length} ${row.length === 1 ? 'field' : 'fields'} where the others have ${width}`,
      );
    const { number: line, byte } = this.held[0];
    const { stop } = this.held[this.held.length - 1];
    const { id, text, labels, doubts } = this.table.toDocument(row);
    const columns = this.pass.withColumns ? { names, values: row } : undefined;
    this.records.push({ id, text, labels, line, number: ++this.number, byte, stop, doubts, columns });
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

function joinTexts(parts: string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}
