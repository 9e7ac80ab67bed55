/** The columns of a document's record as they stand in its file, for what is written beside them. */
import { sampleTable } from '../data/formats/delimited.ts';
import { recordIn } from '../data/formats/records.ts';
import { RowParser } from '../data/formats/rows.ts';
import type { Document, ResolvedOptions } from '../data/document.ts';
import type { OpenedDataset } from '../data/openDataset.ts';
import { readSample } from '../data/sample.ts';
import { readBytes } from '../formats/bytes.ts';
import { canonicalEncoding, decode } from '../formats/encoding.ts';
import { UserError } from '../base/errors.ts';

/** A record as its file has it; of files without columns, what was read of it. */
export interface RecordColumns {
  names: readonly string[];
  values: readonly unknown[];
  /** The record as it is written, where that is a JSON object: numbers keep their digits. */
  json?: string;
}

export interface ColumnedDocument {
  document: Document;
  columns: RecordColumns;
}

/** Reads the bytes of records beside the reader that finds them; both go through the file once, in step. */
class RecordBytes {
  private readonly chunks: AsyncGenerator<Buffer, void>;
  private held = Buffer.alloc(0);
  /** Offset of the first byte held. */
  private at = 0;

  constructor(
    readonly file: string,
    signal?: AbortSignal,
  ) {
    this.chunks = readBytes(file, { signal });
  }

  /** Holds everything from `byte` to `stop`, and nothing before. */
  async fill(byte: number, stop: number): Promise<void> {
    const parts: Buffer[] = [this.held];
    let end = this.at + this.held.length;
    while (end < stop) {
      const { done, value } = await this.chunks.next();
      if (done)
        throw new UserError('file-changed', 'The file has changed while it was read', 'Start again.', {
          file: this.file,
        });
      parts.push(value);
      end += value.length;
    }
    const all = parts.length > 1 ? Buffer.concat(parts) : this.held;
    this.held = all.subarray(byte - this.at);
    this.at = byte;
  }

  slice(byte: number, stop: number): Buffer {
    return this.held.subarray(byte - this.at, stop - this.at);
  }

  async close(): Promise<void> {
    await this.chunks.return();
  }
}

type Split = (record: string, document: Document) => RecordColumns;

/** The documents of a dataset with the columns of their records. Throws as reading does. */
export async function* withColumns(
  { source, options }: OpenedDataset,
  signal?: AbortSignal,
): AsyncGenerator<ColumnedDocument[], void> {
  const split = await splitter(source.file, options);
  if (!split) {
    for await (const batch of source.placed())
      yield batch.map(({ document }) => ({ document, columns: asRead(document) }));
    return;
  }
  let bytes: RecordBytes | undefined;
  const encoding = canonicalEncoding(options.encoding ?? 'utf-8') ?? 'utf-8';
  try {
    for await (const batch of source.placed()) {
      if (batch.length === 0) continue;
      const [first, last] = [batch[0].place, batch[batch.length - 1].place];
      const file = first.file ?? source.file; // a batch is of one file
      if (bytes?.file !== file) {
        await bytes?.close();
        bytes = new RecordBytes(file, signal);
      }
      const held = bytes;
      await held.fill(first.byte, last.stop);
      yield batch.map(({ document, place: { byte, stop } }) => ({
        document,
        columns: split(decode(held.slice(byte, stop), encoding) ?? '', document),
      }));
    }
  } finally {
    await bytes?.close();
  }
}

async function splitter(file: string, options: ResolvedOptions): Promise<Split | undefined> {
  const { format } = options;
  if (format === 'jsonl' || format === 'xmlrepo-jsonl') return ofObject;
  if (format !== 'csv' && format !== 'tsv') return undefined;
  const sample = await readSample(file, options);
  const { names, quoting, delimiter } = sampleTable(sample, options, format === 'csv' ? ',' : '\t');
  const parser = new RowParser(delimiter, quoting);
  return (record) => ({ names, values: rowOf(parser, record) });
}

function rowOf(parser: RowParser, record: string): string[] {
  parser.reset();
  for (let from = 0; from <= record.length;) {
    const newline = record.indexOf('\n', from);
    const stop = newline < 0 ? record.length : newline;
    const isCrlf = newline > from && record[newline - 1] === '\r';
    const end = newline < 0 ? '' : isCrlf ? '\r\n' : '\n';
    const row = parser.feed(record.slice(from, isCrlf ? stop - 1 : stop), end);
    if (row) return row;
    from = stop + 1;
  }
  throw new Error('a row that was read is read again'); // the reader gave its place
}

/** A line of JSON that is no object has no columns. */
function ofObject(record: string, document: Document): RecordColumns {
  const value = recordIn(record);
  if (value === undefined) return asRead(document);
  return { names: Object.keys(value), values: Object.values(value), ...(isStrict(record) && { json: record.trim() }) };
}

/** What was forgiven as JSON is written as strict JSON. */
function isStrict(record: string): boolean {
  try {
    JSON.parse(record);
    return true;
  } catch {
    return false;
  }
}

const readNames = ['id', 'text', 'labels'];
const asRead = ({ id, text, labels }: Document): RecordColumns => ({ names: readNames, values: [id, text, labels] });
