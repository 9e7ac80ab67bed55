/** Finds the records of an open dataset file, and what of the file each part of their texts is. */
import { bagOfWordsFormats, isBinary, type DatasetFormat, type SourceOptions } from '../document.ts';
import { listOf } from '../fields.ts';
import { Findings } from '../findings.ts';
import { labelsOfLine } from '../formats/xmlrepoRaw.ts';
import { openReader, type OpenedReader } from '../openDataset.ts';
import { plainForm } from '../../formats/bytes.ts';
import type { RawRecord } from '../record.ts';
import type { Sample, SampleLine } from '../sample.ts';
import { sampleChars } from '../sample.ts';
import { mapRow } from './delimitedText.ts';
import { mapJson } from './jsonText.ts';
import { mapFastText, mapLibMultiLabel, mapWholeLine } from './lineText.ts';
import { JsonDocument } from './jsonDocument.ts';
import type { Lines, Position, PositionMap } from './positionMap.ts';
import { MapBuilder, Source } from './positionMap.ts';

export interface LocatedRecord {
  /** undefined where the record has none of its own. */
  id?: string;
  /** The document's text, and where it stands. */
  map: PositionMap;
  /** Without repeats. */
  labels: string[];
  /** Its lines, from 0, both inclusive; where it stands in columns, those of the cell. */
  first: number;
  last: number;
  /** Its number in the file, from 1, where lines do not tell records apart. */
  number?: number;
}

/** Characters of a JSON text whose records are not told by lines: it is read whole. */
const longestJson = 1 << 22;

/** Characters before a line from which on quoted rows are read: enough to be in step with the quotes again. */
const lookBehind = 1 << 16;
/** Characters after a line at first, and at most, within which the quotes of its row must close. */
const lookAhead = 1 << 14;
const farthestAhead = 1 << 22;

/**
 * Reads the records of one dataset file as the format's own reader does, each from the lines about it; those of a JSON
 * document from all of it, as it was when it was opened.
 */
export class RecordLocator {
  private constructor(
    private readonly path: string,
    private readonly opened: OpenedReader,
    private readonly json?: JsonDocument,
  ) {}

  /**
   * Recognises format and fields by the first lines. undefined for bags of words, which have no text, and for JSON documents of
   * more than 4 million characters.
   * Throws `UserError` where the lines are not those of a dataset.
   */
  static async open(path: string, lines: Lines, options: SourceOptions): Promise<RecordLocator | undefined> {
    const sample = sampleOf(path, lines);
    if (sample.lines.every(({ text }) => text.trim() === '')) return undefined;
    if (options.format && options.format !== 'json' && !hasLines(options.format)) return undefined;
    const opened = await openReader({ file: path }, options, sample);
    if (opened.options.format === 'json') return RecordLocator.openJson(path, lines, options);
    return hasLines(opened.options.format) ? new RecordLocator(path, opened) : undefined;
  }

  private static async openJson(
    path: string,
    lines: Lines,
    options: SourceOptions,
  ): Promise<RecordLocator | undefined> {
    const sample = sampleOf(path, lines, longestJson);
    if (!sample.isWhole) return undefined;
    const opened = await openReader({ file: path }, options, sample);
    return opened.options.format === 'json' ? new RecordLocator(path, opened, new JsonDocument(lines)) : undefined;
  }

  get format(): DatasetFormat {
    return this.opened.options.format;
  }

  /** How the file is read, what was found from the content included. */
  get options(): SourceOptions {
    return this.opened.options;
  }

  /** Records of a JSON document; undefined for files whose records are told by lines. */
  get count(): number | undefined {
    return this.json?.count;
  }

  /**
   * The record that has a line (from 0), of several on one line the one at the character; undefined for headers and what
   * stands above them, for blank and malformed lines, and for lines that are no strict JSON where it is not known which of
   * their characters the text is.
   */
  async at(lines: Lines, line: number, character = 0): Promise<LocatedRecord | undefined> {
    if (this.json) return this.inJson(this.json, { line, character });
    const { quoting } = this.options;
    const found = this.isTable && quoting ? await this.readRow(lines, line) : await this.readLine(lines, line);
    if (!found || (this.isTable && this.isHeader(lines, found.first))) return undefined;
    const { record, first, last } = found;
    const map = this.map(lines, first, last);
    if (!this.isAsRead(map, record, line)) return undefined;
    const labels = this.format === 'xmlrepo-raw' ? await labelsOfLine(line + 1, this.options) : record.labels;
    return { id: record.id, map, labels: [...new Set(labels)], first, last };
  }

  private async inJson(json: JsonDocument, position: Position): Promise<LocatedRecord | undefined> {
    const cell = json.at(position);
    if (!cell) return undefined;
    const { row, text, first, last } = cell;
    const findings = new Findings('skip');
    const stretch = { first: row + 1, count: 1, line: first + 1, byte: 0, bytes: Buffer.from(text) };
    const records: RawRecord[] = [];
    for await (const batch of this.opened.reader({ bytesRead: 0, findings, form: plainForm, stretch }))
      records.push(...batch);
    if (records.length !== 1) return undefined;
    const [record] = records;
    const map = json.map(row, (listOf(this.options.textField) ?? []).map(String));
    if (!this.isAsRead(map, record, position.line)) return undefined;
    return { id: record.id, map, labels: [...new Set(record.labels)], first, last, number: row + 1 };
  }

  /** Throws where a text that can be mapped is not as its reader reads it. */
  private isAsRead(map: PositionMap, { text, doubts }: RawRecord, line: number): boolean {
    if (map.text === text) return true;
    if (this.opened.byNumber || doubts?.some(({ code }) => code === 'lenient-json')) return false;
    throw new Error(`The text of line ${line + 1} of ${this.path} is not mapped as its reader reads it`);
  }

  private get isTable(): boolean {
    return this.format === 'csv' || this.format === 'tsv';
  }

  /** The row of the columns' names, or what stands above the table. */
  private isHeader(lines: Lines, line: number): boolean {
    const { linesAbove = 0 } = this.opened;
    if (line < linesAbove || !this.options.header) return line < linesAbove;
    for (let i = linesAbove; i < line; i++) if (lines.at(i).trim() !== '') return false;
    return true;
  }

  private async readLine(lines: Lines, line: number): Promise<Found | undefined> {
    const { records } = await this.read(lines, line, line);
    return records.length === 1 ? { record: records[0], first: line, last: line } : undefined;
  }

  /** A row may have several lines, and whether a quote opens or closes a field depends on those before. */
  private async readRow(lines: Lines, line: number): Promise<Found | undefined> {
    const { linesAbove = 0 } = this.opened;
    if (line < linesAbove) return undefined;
    const first = Math.max(linesAbove, lineFrom(lines, line, -lookBehind));
    for (let ahead = lookAhead; ; ahead *= 8) {
      const last = lineFrom(lines, line, ahead);
      const { records, tornFrom } = await this.read(lines, first, last);
      const isWhole = last === lines.count - 1 || ahead >= farthestAhead;
      if (tornFrom <= line && !isWhole) continue;
      const record = records.find(({ byte, stop }) => byte <= line && line < stop);
      return record && { record, first: record.byte, last: record.stop - 1 };
    }
  }

  /**
   * The records of some lines, `byte` and `stop` of which count lines from 0 here; and the line from which on they are
   * not to be trusted, because a quote that was opened there is not closed within.
   */
  private async read(lines: Lines, first: number, last: number): Promise<{ records: RawRecord[]; tornFrom: number }> {
    const isEnd = last === lines.count - 1;
    const text = new Source(lines, first, last).raw + (isEnd ? '' : lines.end);
    const findings = new Findings('skip');
    const stretch = { first: 1, count: 0, line: first + 1, byte: 0, bytes: Buffer.from(text) };
    const records: RawRecord[] = [];
    for await (const batch of this.opened.reader({ bytesRead: 0, findings, form: plainForm, stretch }))
      records.push(...batch);
    const lineOf = lineCounter(stretch.bytes, first);
    for (const record of records) [record.byte, record.stop] = [record.line - 1, lineOf(record.stop)];
    findings.settle();
    const torn = findings.first.find(({ code }) => code === 'torn-line');
    return { records, tornFrom: torn ? torn.line - 1 : Infinity };
  }

  private map(lines: Lines, first: number, last: number): PositionMap {
    const builder = new MapBuilder(new Source(lines, first, last));
    const { format } = this;
    if (format === 'jsonl' || format === 'xmlrepo-jsonl')
      mapJson(builder, (listOf(this.options.textField) ?? []).map(String));
    else if (this.isTable)
      mapRow(builder, this.opened.textColumns ?? [], {
        delimiter: this.options.delimiter ?? (format === 'csv' ? ',' : '\t'),
        quoting: this.options.quoting === true,
      });
    else if (format === 'fasttext') mapFastText(builder, this.options.labelPrefix, this.options.labelSeparator);
    else if (format === 'libmultilabel') mapLibMultiLabel(builder, this.opened.textColumns?.[0] === 1 ? 2 : 3);
    else mapWholeLine(builder);
    return builder.build();
  }
}

const hasLines = (format: DatasetFormat): boolean =>
  !['folder', 'json-folder', 'json'].includes(format) && !isBinary(format) && !bagOfWordsFormats.includes(format);

interface Found {
  record: RawRecord;
  first: number;
  last: number;
}

/** Counts the line ends before ascending offsets: `line` at offset 0. */
function lineCounter(bytes: Buffer, line: number): (offset: number) => number {
  let at = 0;
  return (offset) => {
    for (let end = bytes.indexOf(10, at); end >= 0 && end < offset; end = bytes.indexOf(10, at)) {
      at = end + 1;
      line++;
    }
    return at < offset ? line + 1 : line; // the last line may have no end
  };
}

/** The line that is so many characters from another, behind it where negative; a line more rather than one less. */
function lineFrom(lines: Lines, line: number, characters: number): number {
  const step = Math.sign(characters);
  let at = line;
  for (let left = Math.abs(characters); left > 0 && lines.count > at + step && at + step >= 0; at += step)
    left -= lines.at(at + step).length + 1;
  return at;
}

function sampleOf(path: string, lines: Lines, most = sampleChars): Sample {
  const sample: SampleLine[] = [];
  let chars = 0;
  let i = 0;
  for (; i < lines.count && chars < most; i++) {
    const text = lines.at(i);
    const end = i < lines.count - 1 ? lines.end : '';
    if (text !== '' || end !== '')
      // nothing is behind the last line's end
      sample.push({ text, end, number: i + 1, byte: chars, stop: chars + text.length + end.length });
    chars += text.length;
  }
  const start = Buffer.from(sample.map(({ text, end }) => text + end).join(''));
  return { path, lines: sample, form: plainForm, start, isWhole: i === lines.count };
}
