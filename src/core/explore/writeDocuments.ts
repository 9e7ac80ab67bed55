import { resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { writeAtomic } from '../base/files.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { DatasetFormat, DocumentPlace, SeekableSource, SourceOptions } from '../data/document.ts';
import { readSlices } from '../data/slices.ts';
import { readBatches } from './documentSearch.ts';
import type { SplitInspection } from './splitInspection.ts';

/** Formats whose records stand one after the other, so that some of them make a file of the same format; with its ending. */
const endings: Partial<Record<DatasetFormat, string>> = {
  jsonl: 'jsonl',
  csv: 'csv',
  tsv: 'tsv',
  fasttext: 'txt',
  libmultilabel: 'txt',
  libsvm: 'txt',
};

/** The ending of a file with some of a dataset's records as they stand; undefined where they cannot be copied. */
export const ownEnding = (
  format: DatasetFormat | undefined,
  { encoding = 'utf-8' }: SourceOptions,
): string | undefined => (format === undefined || encoding.startsWith('utf-16') ? undefined : endings[format]);

/** Records copied at a time. */
const copiedAtOnce = 1000;

/**
 * Writes documents (ascending) of a split, in the order of the file: as JSON lines of id, text and labels, or the records as they
 * stand where `file` has the ending of the dataset's own format. Returns how many were written.
 * Throws `UserError` (`same-file`, `bag-of-words`, `file-changed` and those of writing) and `Cancelled`; then nothing is written.
 */
export async function writeDocuments(
  split: SplitInspection,
  documents: readonly number[],
  file: string,
  { signal, onProgress }: WorkOptions = {},
): Promise<number> {
  const { source } = split;
  refuseSource(source, file);
  const isCopied = canCopy(split, file);
  if (!isCopied) refuseBags(source);
  const pieces = isCopied ? ownRecords(split, documents, signal) : jsonLines(split, documents, signal);
  let done = 0;
  await writeAtomic(file, async (write) => {
    for await (const { data, count } of pieces) {
      await write(data);
      done += count;
      if (count > 0) onProgress?.({ phase: 'writing', unit: 'documents', done, total: documents.length });
    }
  });
  return done;
}

/** Where labels were corrected, records as they stand are not what is shown. */
function canCopy({ source, options }: SplitInspection, file: string): boolean {
  const own = ownEnding(source.format, options);
  if (own === undefined || !file.toLowerCase().endsWith(`.${own}`)) return false;
  if (!source.corrected?.applied) return true;
  if (own === 'jsonl') return false;
  const remedy = 'Name a .jsonl file, or write a corrected copy of the whole dataset.';
  throw new UserError('corrected-records', 'Labels were corrected: records cannot be copied as they stand', remedy, {
    file,
  });
}

function refuseSource({ files }: SeekableSource, file: string): void {
  if (!files.some((one) => resolve(one) === resolve(file))) return;
  const message = 'A dataset cannot take the place of the one it is read from';
  throw new UserError('same-file', message, 'Name another file.', { file });
}

function refuseBags({ bagOfWords, file }: SeekableSource): void {
  if (!bagOfWords) return;
  throw new UserError('bag-of-words', 'A bag of words has no texts to write', 'Choose a dataset with texts.', { file });
}

/** A part of the file to write, and how many documents are done with it. */
interface WrittenPiece {
  data: Buffer | string;
  count: number;
}

async function* jsonLines(
  { source, index }: SplitInspection,
  documents: readonly number[],
  signal?: AbortSignal,
): AsyncGenerator<WrittenPiece, void> {
  for await (const { found } of readBatches(source, index, documents, signal)) {
    const lines = found.map(([number, { document }]) => {
      const labels = index.labelsOf(number).map((label) => index.labels.names[label]);
      return `${JSON.stringify({ id: document.id, text: document.text, labels })}\n`;
    });
    yield { data: lines.join(''), count: lines.length };
  }
}

/** The records' own bytes, each file's below what stands before its first record, such as the names of columns. */
async function* ownRecords(
  { source, index }: SplitInspection,
  documents: readonly number[],
  signal?: AbortSignal,
): AsyncGenerator<WrittenPiece, void> {
  yield { data: await headOf(source, index.length > 0 ? index.place(0) : undefined), count: 0 };
  for (let from = 0; from < documents.length; from += copiedAtOnce) {
    const places = documents.slice(from, from + copiedAtOnce).map((document) => index.place(document));
    for (const [file, slices] of byFile(source, places))
      for await (const bytes of readSlices(file, slices, { signal })) yield { data: ended(bytes), count: 0 };
    yield { data: '', count: places.length };
  }
}

/** Of several files the first has the names. What stands before a record that was left out is not all a head. */
async function headOf(source: SeekableSource, first: DocumentPlace | undefined): Promise<Buffer> {
  if (!first || !['csv', 'tsv'].includes(source.format) || first.byte === 0) return Buffer.alloc(0);
  for await (const head of readSlices(source.fileAt(first), [{ start: 0, stop: first.byte }]))
    return first.number === 1 ? head : head.subarray(0, head.indexOf('\n') + 1);
  return Buffer.alloc(0);
}

function byFile(
  source: SeekableSource,
  places: readonly DocumentPlace[],
): Map<string, { start: number; stop: number }[]> {
  const slices = new Map<string, { start: number; stop: number }[]>();
  for (const place of places) {
    const file = source.fileAt(place);
    const own = slices.get(file) ?? [];
    own.push({ start: place.byte, stop: place.stop });
    slices.set(file, own);
  }
  return slices;
}

/** The last record of a file may have no end of line. */
const ended = (record: Buffer): Buffer => (record.at(-1) === 10 ? record : Buffer.concat([record, Buffer.from('\n')]));
