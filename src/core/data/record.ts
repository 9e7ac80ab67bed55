import type { BagOfWords } from './bagOfWords.ts';
import type { Finding, Reasons, RecordColumns, SourceOptions } from './document.ts';
import type { CorrectionTally } from './corrections/corrections.ts';
import type { Findings } from './findings.ts';
import type { Line, LineProblem, TextForm } from '../formats/bytes.ts';
import { readLines, splitLines } from '../formats/bytes.ts';
import type { Cuts } from '../formats/pieces.ts';

/** What a format's reader yields; ids, repeats and doubts are seen to in one place (source.ts). */
export interface RawRecord {
  /** undefined where the record has none of its own. */
  id?: string;
  text: string;
  labels: string[];
  line: number;
  /** Number of the record among all, 1-based, skipped ones included. */
  number: number;
  features?: BagOfWords;
  /** What was forgiven, or left out of it. */
  doubts?: readonly Doubt[];
  /** Where the pass asks for them and records have columns. */
  columns?: RecordColumns;
  /** Where the record's lines begin and end in the file, in the unpacked data of a .gz; 0 for one-file-per-document sets. */
  byte: number;
  stop: number;
}

/** A doubt about a record that is read all the same. */
export type Doubt = Pick<Finding, 'code' | 'message'>;

/** A stretch of records that are read again: of a file its bytes, of a folder the numbers alone. */
export interface Stretch {
  /** Number of the first record. */
  first: number;
  count: number;
  /** Line and offset of the first record. */
  line: number;
  byte: number;
  bytes: Buffer;
  /** In place of `bytes`, blocks of whole lines, where they are not to be in memory at once. */
  blocks?: AsyncIterable<Buffer>;
}

/** A field of a dataset's records: a name, or a column's number where a table has no header. */
export interface DatasetField {
  name: string | number;
  /** A value of it. */
  example?: string;
}

export const withExamples = <F extends DatasetField['name']>(
  fields: readonly { name: F; values: readonly string[] }[],
): { name: F; example?: string }[] =>
  fields.map(({ name, values }) => ({ name, example: values.find((value) => value !== '') }));

/** Yields records in batches, so that the cost of awaiting is not paid per record. */
export type RecordReader = (pass: Pass) => AsyncIterable<RawRecord[]>;

/** A dataset whose fields and companions have been found. */
export interface OpenedFormat {
  /** The options as they will be used, guesses included. */
  options: SourceOptions;
  /** What gave options away, or a doubt about them. */
  reasons?: Partial<Omit<Reasons, 'format'>>;
  reader: RecordReader;
  /** All fields of the records, where they have fields. */
  fields?: DatasetField[];
  /** Size of the stored data where it is not that of the one file. */
  totalBytes?: number;
  /** Names of label ids that the format brings along. */
  labelNames?: ReadonlyMap<string, string>;
  /** Bags of words: names of the features, by number. */
  featureNames?: readonly string[];
  /** How the bytes of the main file are read as lines; UTF-8 and line feeds where absent. */
  form?: TextForm;
  /** Absent where a record cannot be read without those before it. */
  cuts?: Cuts;
  /** Documents are reached by their number, not by bytes of the file. */
  byNumber?: boolean;
  /** CSV and TSV: numbers of the columns that make up the text, in order. */
  textColumns?: readonly number[];
  /** CSV and TSV: lines above the table, such as `sep=;` and titles, which are left out. */
  linesAbove?: number;
}

/** One pass over a dataset: where its progress and findings go. */
export interface Pass {
  bytesRead: number;
  /** Of the last record that was read or left out; kept by readers of formats that can be cut. */
  number?: number;
  readonly findings: Findings;
  /** Where labels have been corrected. */
  readonly tally?: CorrectionTally;
  readonly form: TextForm;
  /**
   * Read these records alone. Labels that a companion file holds are then left out: who reads again knows the labels.
   */
  readonly stretch?: Stretch;
  /** Whether records are to come with their columns. */
  readonly withColumns?: boolean;
}

/** Thrown by parsers for a record that is not as the format wants it; becomes a finding with file and line. */
export class Malformed extends Error {}

/** Thrown by parsers for a record that is whole but no document; becomes a finding, whatever `onError` says. */
export class LeftOut extends Error {}

/** The lines of `path`; undecodable ones and broken .gz go to the findings, progress too if this is the main file. */
export async function* passLines(pass: Pass, path: string, main = true): AsyncGenerator<Line[], void> {
  const onProblem = ({ code, line, byte, message }: LineProblem): void =>
    pass.findings.reject({ code, file: path, line, byte, message });
  if (main && pass.stretch) {
    let { line, byte } = pass.stretch;
    for await (const block of pass.stretch.blocks ?? [pass.stretch.bytes]) {
      const lines = splitLines(block, line, byte, pass.form, onProblem);
      line += lines.length;
      byte += block.length;
      yield lines;
    }
    return;
  }
  const onBytes = main ? (bytes: number): void => void (pass.bytesRead = bytes) : undefined;
  yield* readLines(path, { form: main ? pass.form : 'guess', onBytes, onProblem });
}

export type ParsedRecord = Omit<RawRecord, 'line' | 'number' | 'byte' | 'stop'>;

/**
 * Reads a file of one record a line. `parse` gives the record, undefined for a line that is none, or throws `Malformed`.
 * Blank lines are passed over unless `blankLines`.
 */
export async function* readRecordLines(
  pass: Pass,
  path: string,
  parse: (text: string, line: number) => ParsedRecord | undefined,
  { blankLines = false } = {},
): AsyncGenerator<RawRecord[], void> {
  let number = (pass.stretch?.first ?? 1) - 1;
  for await (const lines of passLines(pass, path)) {
    const records: RawRecord[] = [];
    for (const line of lines) {
      if (line.text === undefined) {
        number++;
        continue;
      }
      if (!blankLines && isBlank(line.text)) continue;
      const record = attempt(pass, path, line, () => parse(line.text as string, line.number));
      if (record === undefined) continue;
      number++;
      if (record === 'rejected') continue;
      const { id, text, labels, features, doubts, columns } = record; // a spread would take most of the time of short records
      const { number: at, byte, stop } = line;
      records.push({ id, text, labels, line: at, number, features, byte, stop, doubts, columns });
    }
    pass.number = number;
    yield records;
  }
}

/** Runs `parse`; what is malformed becomes a finding: torn, where the file ends within the line. */
export function attempt<T>(
  pass: Pass,
  file: string,
  line: Pick<Line, 'number' | 'byte' | 'end'>,
  parse: () => T,
  which = '',
): T | 'rejected' {
  try {
    return parse();
  } catch (error) {
    if (error instanceof LeftOut) {
      pass.findings.leaveOut({
        code: 'left-out',
        file,
        line: line.number,
        byte: line.byte,
        message: which + error.message,
      });
      return 'rejected';
    }
    if (!(error instanceof Malformed)) throw error;
    const torn = line.end === '';
    const message = which + (torn ? `The last line is torn: ${error.message}` : error.message);
    pass.findings.reject({
      code: torn ? 'torn-line' : 'malformed-record',
      file,
      line: line.number,
      byte: line.byte,
      message,
    });
    return 'rejected';
  }
}

export function isBlank(text: string): boolean {
  return text.length === 0 || (text.charCodeAt(0) <= 32 && text.trim() === '');
}

/** A string of its own: V8's slices keep the whole line alive for as long as a label or id is kept. */
export function detach(text: string): string {
  return text.length < 13 ? text : Buffer.from(text).toString();
}

/** The parts of a label list: trimmed, none empty, not yet free of repeats. */
export function splitLabels(text: string, separator: string | RegExp | undefined): string[] {
  const parts = separator === undefined ? [text] : text.split(separator);
  const labels: string[] = [];
  for (const part of parts) {
    const label = part.trim();
    if (label !== '') labels.push(detach(label));
  }
  return labels;
}
