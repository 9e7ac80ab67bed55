/** A copy of a dataset with its corrections in it: byte for byte the dataset, but for the records whose labels were corrected. */
import { basename, join, resolve } from 'node:path';
import { once } from 'node:events';
import { createGzip } from 'node:zlib';
import { Cancelled, UserError } from '../../base/errors.ts';
import { isFolder, makeFolder, type Write, writeAtomic } from '../../base/files.ts';
import type { WorkOptions } from '../../base/progress.ts';
import { readBytes, readRaw } from '../../formats/bytes.ts';
import { decode, type Encoding, encode } from '../../formats/encoding.ts';
import { isGzip } from '../slices.ts';
import type { DatasetFile, DocumentPlace, SourceOptions } from '../document.ts';
import { openDataset, type OpenedDataset } from '../openDataset.ts';
import { readingProgress } from '../readThrough.ts';
import type { FilePiece, ReaderSource } from '../source.ts';
import { isSameLabels } from './corrections.ts';
import { canRelabel, editsOf, type RecordForm } from './relabel.ts';

export interface CorrectedCopy {
  /** What was written. */
  files: string[];
  documents: number;
  /** Documents with other labels than in the dataset. */
  changed: number;
  /** Corrections that were not applied. */
  refused: number;
  /** `same`: the dataset's own. */
  form: 'same' | 'jsonl';
}

export interface CopyOptions extends WorkOptions {
  /** `jsonl`: id, text and labels of all documents as JSON lines, whatever the dataset's form. */
  form?: 'jsonl';
}

/** A document that gets other labels. */
interface Change {
  file: string;
  place: DocumentPlace;
  labels: string[];
}

/**
 * Writes the copy: in the dataset's own format where that is JSON lines, CSV, TSV, fastText, LibMultiLabel or LibSVM, with its
 * encoding, line ends and packing; others as JSON lines.
 * @param target a file; of a dataset in several files a folder
 * Throws `UserError` (`copy-onto-itself`, `no-room-for-labels`, `bags-not-copied`), `Cancelled`.
 */
export async function writeCorrectedCopy(
  dataset: DatasetFile,
  options: SourceOptions,
  target: string,
  { form, ...work }: CopyOptions = {},
): Promise<CorrectedCopy> {
  const opened = await openDataset(dataset, { onError: 'skip', ...options });
  const { source } = opened;
  const taken = [dataset.file, ...source.files, source.corrected?.file ?? ''].map((file) => resolve(file));
  if (taken.includes(resolve(target))) throw ontoItself(target);
  if (form !== 'jsonl' && dataset.part === undefined && canRelabel(source.format) && !(await isFolder(dataset.file)))
    return copySame(opened, target, taken, work);
  if (source.bagOfWords)
    throw new UserError(
      'bags-not-copied',
      `A copy of bags of words in the format ${source.format} cannot be written, and JSON lines hold texts`,
      'The corrections are applied as the dataset is read: use it as it is.',
      { file: source.file },
    );
  return copyAsJsonl(opened, target, work);
}

async function copySame(
  opened: OpenedDataset,
  target: string,
  taken: readonly string[],
  work: WorkOptions,
): Promise<CorrectedCopy> {
  const { source } = opened;
  const { changes, documents } = await changesIn(source, work);
  const areSeveral = source.files.length > 1;
  if (areSeveral) await makeFolder(target);
  const files: string[] = [];
  for (const [index, file] of source.files.entries()) {
    const copy = areSeveral ? join(target, basename(file)) : target;
    if (taken.includes(resolve(copy))) throw ontoItself(copy);
    const own = changes.filter((change) => resolve(change.file) === resolve(file));
    await copyFile(file, copy, own, new Relabeler(opened, index), work.signal);
    files.push(copy);
  }
  const refused = source.corrected?.refused ?? 0;
  return { files, documents, changed: changes.length, refused, form: 'same' };
}

async function changesIn(
  source: ReaderSource,
  { signal, onProgress }: WorkOptions,
): Promise<{ changes: Change[]; documents: number }> {
  const changes: Change[] = [];
  let documents = 0;
  for await (const batch of source.placed()) {
    if (signal?.aborted) throw new Cancelled();
    for (const { document, place } of batch)
      if (document.fileLabels) changes.push({ file: place.file ?? source.files[0], place, labels: document.labels });
    documents += batch.length;
    onProgress?.(readingProgress(source, 'reading', documents));
  }
  return { changes, documents };
}

/** Where nothing changes, packed data is copied as it is: packing it again would give other bytes. */
async function copyFile(
  from: string,
  to: string,
  changes: readonly Change[],
  relabeler: Relabeler,
  signal?: AbortSignal,
): Promise<void> {
  const isPacked = changes.length > 0 && (await isGzip(from));
  await writeAtomic(to, async (write) => {
    const put = isPacked ? packer(write) : { write, end: async (): Promise<void> => {} };
    const bytes = changes.length > 0 ? readBytes(from, { signal }) : readRaw(from, { signal });
    for await (const piece of replaced(bytes, changes, relabeler)) await put.write(piece);
    await put.end();
  });
}

/** Packs what is written. */
function packer(write: Write): { write: Write; end(): Promise<void> } {
  const gzip = createGzip();
  const done = (async (): Promise<void> => {
    for await (const piece of gzip) await write(piece as Buffer);
  })();
  return {
    write: async (data) => {
      if (!gzip.write(data)) await Promise.race([once(gzip, 'drain'), done]);
    },
    end: async () => {
      gzip.end();
      await done;
    },
  };
}

/** The bytes, but those of changed records rewritten. Memory: a chunk, or the longest changed record. */
async function* replaced(
  bytes: AsyncIterable<Buffer>,
  changes: readonly Change[],
  relabeler: Relabeler,
): AsyncGenerator<Buffer, void> {
  let start = 0; // of what is held
  let held: Buffer = Buffer.alloc(0);
  let next = 0;
  for await (const chunk of bytes) {
    held = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
    while (next < changes.length && changes[next].place.stop <= start + held.length) {
      const { place, labels } = changes[next++];
      yield held.subarray(0, place.byte - start);
      yield await relabeler.rewrite(held.subarray(place.byte - start, place.stop - start), place, labels);
      held = held.subarray(place.stop - start);
      start = place.stop;
    }
    const end = next < changes.length ? Math.min(changes[next].place.byte - start, held.length) : held.length;
    yield held.subarray(0, end);
    held = held.subarray(end);
    start += end;
  }
  yield held;
}

/** Rewrites records of one file. */
class Relabeler {
  private readonly form: RecordForm;
  private readonly source: ReaderSource;
  private readonly encoding: Encoding;

  constructor(
    { source, options, fields = [] }: OpenedDataset,
    private readonly index: number,
  ) {
    this.source = source;
    this.form = { format: source.format, options, columns: fields.map(({ name }) => name) };
    this.encoding = source.form.encoding;
  }

  /** A record with its line end. It is read again: what its reader would take for something else is not written. */
  async rewrite(bytes: Buffer, place: DocumentPlace, labels: readonly string[]): Promise<Buffer> {
    const whole = decode(bytes, this.encoding);
    if (whole === undefined) throw this.noRoom(place, labels);
    const text = whole.replace(/(?:\r\n|\n|\r)$/, '');
    const edits = editsOf(text, labels, this.form);
    const rewritten = edits && this.edited(bytes, whole, edits);
    if (!rewritten || !(await this.isAsWanted(bytes, rewritten, place, labels))) throw this.noRoom(place, labels);
    return rewritten;
  }

  /** All but the edits keep their bytes. undefined where the encoding has no such characters. */
  private edited(
    bytes: Buffer,
    text: string,
    edits: readonly { from: number; to: number; text: string }[],
  ): Buffer | undefined {
    const parts: (Buffer | undefined)[] = [];
    let [at, byte] = [0, 0];
    for (const { from, to, text: put } of [...edits, { from: text.length, to: text.length, text: '' }]) {
      const [kept, gone] = [encode(text.slice(at, from), this.encoding), encode(text.slice(from, to), this.encoding)];
      if (!kept || !gone) return undefined;
      parts.push(bytes.subarray(byte, byte + kept.length), encode(put, this.encoding));
      byte += kept.length + gone.length;
      at = to;
    }
    if (byte !== bytes.length) return undefined;
    return parts.every((part) => part !== undefined) ? Buffer.concat(parts) : undefined;
  }

  private async isAsWanted(
    before: Buffer,
    after: Buffer,
    place: DocumentPlace,
    labels: readonly string[],
  ): Promise<boolean> {
    const [was] = await this.read(before, place);
    const [is, ...others] = await this.read(after, place);
    if (!was || !is || others.length > 0) return false;
    const sameFeatures = JSON.stringify(was.features) === JSON.stringify(is.features);
    return was.id === is.id && was.text === is.text && sameFeatures && isSameLabels([...new Set(is.labels)], labels);
  }

  private async read(bytes: Buffer, { line, byte }: DocumentPlace) {
    const piece: FilePiece = { bytes: Buffer.from(bytes), line, byte, bytesRead: 0, problems: [], index: this.index };
    const records = [];
    for await (const batch of this.source.readPiece(piece)) records.push(...batch.records);
    return records;
  }

  private noRoom({ line }: DocumentPlace, labels: readonly string[]): UserError {
    const list = labels.length === 0 ? 'no label' : labels.map((label) => JSON.stringify(label)).join(', ');
    return new UserError(
      'no-room-for-labels',
      `The form of this file has no room for the corrected labels of a record: ${list}`,
      'Write the copy as JSON lines, which hold any labels.',
      { file: this.source.files[this.index], line },
    );
  }
}

async function copyAsJsonl({ source }: OpenedDataset, target: string, work: WorkOptions): Promise<CorrectedCopy> {
  let [documents, changed] = [0, 0];
  await writeAtomic(target, async (write) => {
    for await (const batch of source.placed()) {
      if (work.signal?.aborted) throw new Cancelled();
      const lines = batch.map(({ document: { id, text, labels } }) => `${JSON.stringify({ id, text, labels })}\n`);
      await write(lines.join(''));
      documents += batch.length;
      changed += batch.filter(({ document }) => document.fileLabels).length;
      work.onProgress?.(readingProgress(source, 'reading', documents));
    }
  });
  return { files: [target], documents, changed, refused: source.corrected?.refused ?? 0, form: 'jsonl' };
}

const ontoItself = (file: string): UserError =>
  new UserError('copy-onto-itself', 'This is the dataset itself, or its corrections', 'Name another file.', { file });
