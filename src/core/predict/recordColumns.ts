/** The columns of a document's record as they stand in its file, for what is written beside them. */
import { sampleTable } from '../data/formats/delimited.ts';
import { RowParser } from '../data/formats/rows.ts';
import type { Document, ResolvedOptions } from '../data/document.ts';
import type { OpenedDataset } from '../data/openDataset.ts';
import { readSample } from '../data/sample.ts';
import { readBytes } from '../formats/bytes.ts';
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
    private readonly file: string,
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
  const bytes = new RecordBytes(source.file, signal);
  const decoding = options.encoding === 'latin1' ? 'latin1' : 'utf8';
  try {
    for await (const batch of source.placed()) {
      if (batch.length) await bytes.fill(batch[0].place.byte, batch[batch.length - 1].place.stop);
      yield batch.map(({ document, place: { byte, stop } }) => ({
        document,
        columns: split(bytes.slice(byte, stop).toString(decoding), document),
      }));
    }
  } finally {
    await bytes.close();
  }
}

async function splitter(file: string, options: ResolvedOptions): Promise<Split | undefined> {
  const { format } = options;
  if (format === 'jsonl' || format === 'xmlrepo-jsonl') return ofObject;
  if (format !== 'csv' && format !== 'tsv') return undefined;
  const delimiter = format === 'csv' ? ',' : '\t';
  const { names, quoting } = sampleTable(await readSample(file), options, delimiter);
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
  const value: unknown = JSON.parse(record);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return asRead(document);
  return { names: Object.keys(value), values: Object.values(value), json: record.trim() };
}

const readNames = ['id', 'text', 'labels'];
const asRead = ({ id, text, labels }: Document): RecordColumns => ({ names: readNames, values: [id, text, labels] });
