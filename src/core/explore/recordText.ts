import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { contentOf, shownContent } from '../data/bagOfWords.ts';
import { readSample } from '../data/sample.ts';
import { readLines } from '../formats/bytes.ts';
import { canonicalEncoding, decode } from '../formats/encoding.ts';
import type {
  DatasetFile,
  Document,
  DocumentPlace,
  PlacedDocument,
  SeekableSource,
  SourceOptions,
} from '../data/document.ts';
import { shardOf } from '../data/datasetEndings.ts';
import { openDataset } from '../data/openDataset.ts';
import { readSlices } from '../data/slices.ts';
import { Cancelled, UserError } from '../base/errors.ts';
import type { DocumentLabel, RecordText } from './inspectionApi.ts';

/**
 * What identifies a record of a file: its place, its number among all, the line on which it begins (or a later one of its lines),
 * or its id; the first of them that is there counts.
 */
export interface RecordTarget extends DatasetFile {
  options?: SourceOptions;
  place?: DocumentPlace;
  number?: number;
  line?: number;
  id?: string;
  /**
   * The record as it stands in the file, in place of the document's text; with a line and no place, the line itself,
   * whether it is a record or not.
   */
  raw?: boolean;
}

/**
 * Reads one record on its own. With a place it is sought; otherwise the file is read up to it.
 * Throws `UserError` (`no-such-record`) and `Cancelled`.
 */
export async function readRecord(target: RecordTarget, signal?: AbortSignal): Promise<RecordText> {
  if (target.raw && !target.place && target.line !== undefined)
    return rawLine(target.file, target.line, target.options);
  const found = await readDocument(target, signal);
  const { source, document, place, labels } = found;
  const file = place.file ?? fileOf(source, document.id);
  const raw = target.raw ? await rawRecord(source, found, file, target.options) : undefined;
  const text = raw ?? shownText(document);
  return { id: document.id, text, labels, place, file };
}

/** The same as its reader gives it. */
export async function readDocument(
  target: RecordTarget,
  signal?: AbortSignal,
): Promise<PlacedDocument & { source: SeekableSource; labels: DocumentLabel[] }> {
  const { source } = await openDataset(target, { ...target.options, onError: 'skip' });
  const known = target.place ?? placeByNumber(source, target.number);
  const found = known ? await readAt(source, known, target.raw, signal) : await find(source, target, signal);
  if (!found) throw noSuchRecord(target.file, target.place?.line ?? target.line);
  const labels = found.document.labels.map((name) => ({ name, display: source.labelNames.get(name) }));
  return { ...found, source, labels };
}

/** As it stands in a file with lines; of others its fields as JSON. undefined where it has none. */
async function rawRecord(
  { format }: SeekableSource,
  { place, columns }: PlacedDocument,
  file: string,
  options?: SourceOptions,
): Promise<string | undefined> {
  const isText = place.stop > 0 && format !== 'json'; // others have no place, or no lines, of their own
  if (isText) return rawText(file, place, options?.encoding);
  return columns && JSON.stringify(Object.fromEntries(columns.names.map((n, i) => [n, columns.values[i]])), null, 2);
}

function noSuchRecord(file: string, line: number | undefined): UserError {
  const remedy = 'The file may have changed: inspect it again.';
  return new UserError('no-such-record', 'There is no such record', remedy, { file, line });
}

/** The place of a record that is reached by its number alone. */
const placeByNumber = ({ byNumber }: SeekableSource, number: number | undefined): DocumentPlace | undefined =>
  byNumber && number !== undefined ? { number, line: 0, byte: 0, stop: 0 } : undefined;

async function readAt(
  source: SeekableSource,
  place: DocumentPlace,
  withColumns = false,
  signal?: AbortSignal,
): Promise<PlacedDocument | undefined> {
  // Its labels may stand in a companion file, line by line.
  if (source.format === 'xmlrepo-raw')
    return find(source, { file: place.file ?? source.file, line: place.line }, signal);
  for await (const batch of source.again([{ first: place, last: place }], signal, withColumns)) return batch[0];
  return undefined;
}

async function find(
  source: SeekableSource,
  { file, number, line, id }: Pick<RecordTarget, 'file' | 'number' | 'line' | 'id'>,
  signal?: AbortSignal,
): Promise<PlacedDocument | undefined> {
  let before: PlacedDocument | undefined;
  const isMeant = fileNamed(source, file);
  for await (const batch of source.placed()) {
    if (signal?.aborted) throw new Cancelled();
    for (const placed of batch) {
      if (number !== undefined && placed.place.number === number) return placed;
      if (number !== undefined) continue;
      if (line === undefined && placed.document.id === id) return placed;
      if (line === undefined || !isMeant(placed.place)) continue;
      if (placed.place.line === line) return placed;
      if (placed.place.line > line) return before; // a line within a record of several
      before = placed;
    }
  }
  return line === undefined ? undefined : before;
}

/** Whether a place is in the file that is meant: of a split in several files lines alone are ambiguous. */
function fileNamed(source: SeekableSource, file: string): (place: DocumentPlace) => boolean {
  if (shardOf(basename(file)) === undefined) return () => true;
  const meant = resolve(file);
  return ({ file: other = source.file }) => resolve(other) === meant;
}

async function rawLine(path: string, line: number, options: SourceOptions = {}): Promise<RecordText> {
  const onProblem = (): void => {}; // a line that cannot be decoded is looked for, too
  const { form } = await readSample(path, options);
  for await (const lines of readLines(path, { form, onProblem })) {
    const found = lines.find(({ number }) => number === line);
    if (!found) continue;
    const place = { number: line, line, byte: found.byte, stop: found.stop };
    const text = found.text ?? (await rawBytes(path, place)).toString('latin1').trimEnd();
    return { id: '', text, labels: [], place, file: path };
  }
  throw noSuchRecord(path, line);
}

async function rawText(
  file: string,
  { byte, stop }: DocumentPlace,
  encoding: SourceOptions['encoding'],
): Promise<string> {
  const bytes = await rawBytes(file, { byte, stop });
  return (decode(bytes, canonicalEncoding(encoding ?? 'utf-8') ?? 'utf-8') ?? bytes.toString('latin1')).trimEnd();
}

async function rawBytes(path: string, { byte, stop }: Pick<DocumentPlace, 'byte' | 'stop'>): Promise<Buffer> {
  for await (const bytes of readSlices(path, [{ start: byte, stop }])) return bytes;
  return Buffer.alloc(0);
}

/** The file that holds a document: its own, in a folder of texts. */
function fileOf(source: SeekableSource, id: string): string {
  if (source.format !== 'folder') return source.file;
  const files = [`${id}.txt`, `${id}.txt.gz`].map((name) => join(source.file, name));
  return files.find((file) => existsSync(file)) ?? source.file;
}

/** A document's text, or the features of a bag of words as `number:weight`, `name:weight` where they have names. */
export const shownText = (document: Document): string => shownContent(contentOf(document));
