import { Cancelled } from '../base/errors.ts';
import { bagOfWordsFormats, type DatasetFile } from './document.ts';
import type {
  ColumnedDocument,
  DatasetFormat,
  Document,
  DocumentPlace,
  Finding,
  PlacedDocument,
  PlaceRange,
  RecordColumns,
  ResolvedOptions,
  SeekableSource,
} from './document.ts';
import { Findings } from './findings.ts';
import { IdSet } from './idSet.ts';
import type { OpenedFormat, Pass, RawRecord, Stretch } from './record.ts';
import { plainForm } from '../formats/bytes.ts';
import { fileChanged, readSlices, stampOf, type Stamp } from './slices.ts';

/** What a source needs of a format that was opened. */
export type ReadableDataset = Pick<OpenedFormat, 'byNumber' | 'featureNames' | 'form'> & {
  /** The files that make it up, in their order; most often one. */
  files: readonly ReadableFile[];
  /** Numbered files that belong to it and are not there. */
  missing: number;
  labelNames: ReadonlyMap<string, string>;
};

export interface ReadableFile extends Pick<OpenedFormat, 'reader'> {
  file: string;
  totalBytes: number;
}

/** Records of a file, and which of the files it is. */
interface FileRecords {
  records: RawRecord[];
  index: number;
}

/** What is read again at once: of a file, and for which of the ranges. */
interface Piece extends PlaceRange {
  index: number;
  range: number;
}

/** A format's reader as a `DocumentSource`: gives ids, removes repeated labels, notes doubts. */
export class ReaderSource implements SeekableSource {
  readonly file: string;
  readonly part: DatasetFile['part'];
  private pass: Pass;
  /** What the files were when `placed` began to read them. */
  private stamps: Stamp[] = [];
  /** Of each file as far as they were read: the number of records before it, and the first and last place. */
  private readonly before: number[] = [];
  private readonly spans: PlaceRange[] = [];
  constructor(
    { file, part }: DatasetFile,
    private readonly opened: ReadableDataset,
    private readonly options: ResolvedOptions,
  ) {
    this.file = file;
    this.part = part;
    this.pass = this.newPass();
  }

  get format(): DatasetFormat {
    return this.options.format;
  }

  get files(): readonly string[] {
    return this.opened.files.map(({ file }) => file);
  }

  get bagOfWords(): boolean {
    return bagOfWordsFormats.includes(this.format);
  }

  get byNumber(): boolean {
    return this.opened.byNumber === true;
  }

  get totalBytes(): number {
    return this.opened.files.reduce((sum, { totalBytes }) => sum + totalBytes, 0);
  }

  get labelNames(): ReadonlyMap<string, string> {
    return this.opened.labelNames;
  }

  get featureNames(): readonly string[] | undefined {
    return this.opened.featureNames;
  }

  get bytesRead(): number {
    return this.pass.bytesRead;
  }

  get findings(): Findings {
    return this.pass.findings;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Document, void> {
    this.pass = this.newPass();
    return this.documents(this.pass);
  }

  async *placed(): AsyncGenerator<PlacedDocument[], void> {
    this.pass = this.newPass();
    this.stamps = this.format === 'folder' ? [] : await Promise.all(this.opened.files.map(({ file }) => stampOf(file)));
    yield* this.placedIn(this.pass);
  }

  async *columned(): AsyncGenerator<ColumnedDocument[], void> {
    this.pass = { ...this.newPass(), withColumns: true };
    const ids = new IdSet();
    for await (const { records, index } of this.records(this.pass)) {
      const { file } = this.opened.files[index];
      yield records.map((record) => {
        const document = finish(record, file, this.pass.findings, ids);
        return { document, columns: record.columns ?? asRead(document) };
      });
    }
  }

  async *again(ranges: Iterable<PlaceRange>, signal?: AbortSignal): AsyncGenerator<PlacedDocument[], void> {
    const list = [...ranges];
    const pieces = await this.piecesOf(list, signal);
    let range = 0;
    let batch: PlacedDocument[] = [];
    for await (const [piece, documents] of this.readPieces(pieces, signal)) {
      for (; range < piece.range; range++) {
        yield batch;
        batch = [];
      }
      batch.push(...documents);
    }
    for (; range < list.length; range++) {
      yield batch;
      batch = [];
    }
  }

  /** A range that goes on in the next file is read in pieces. */
  private async piecesOf(ranges: readonly PlaceRange[], signal?: AbortSignal): Promise<Piece[]> {
    const isLearnt = this.spans.length > 0 || this.opened.files.length === 1;
    if (!isLearnt && ranges.some(({ first, last }) => this.opened.byNumber || first.file !== last.file))
      for await (const records of this.records(this.newPass('skip')))
        if (signal?.aborted && records) throw new Cancelled();
    return ranges.flatMap(({ first, last }, range) => {
      const [from, to] = [this.indexOf(first), this.indexOf(last)];
      return Array.from({ length: to - from + 1 }, (_, i): Piece => {
        const index = from + i;
        return {
          range,
          index,
          first: index === from ? first : this.spans[index].first,
          last: index === to ? last : this.spans[index].last,
        };
      });
    });
  }

  fileAt(place: DocumentPlace): string {
    return this.opened.files[this.indexOf(place)].file;
  }

  private indexOf({ file, number }: DocumentPlace): number {
    if (file !== undefined) return this.opened.files.findIndex((one) => one.file === file);
    return Math.max(
      0,
      this.before.findLastIndex((count) => count < number),
    );
  }

  private async *readPieces(
    pieces: readonly Piece[],
    signal?: AbortSignal,
  ): AsyncGenerator<[Piece, PlacedDocument[]], void> {
    for await (const [piece, bytes] of this.bytesOf(pieces, signal)) {
      const { first, last, index } = piece;
      const { number, line, byte } = first;
      const before = this.before[index] ?? 0;
      const stretch: Stretch = { first: number - before, count: last.number - number + 1, line, byte, bytes };
      const documents: PlacedDocument[] = [];
      const pass = { ...this.newPass('skip'), stretch };
      for await (const records of this.opened.files[index].reader(pass))
        documents.push(...this.placedOf({ records: shifted(records, before), index }, pass, new IdSet()));
      yield [piece, documents];
    }
  }

  /** Of formats that are sought by number there are no bytes to be read here; their file is checked all the same. */
  private async *bytesOf(pieces: readonly Piece[], signal?: AbortSignal): AsyncGenerator<[Piece, Buffer], void> {
    for (let i = 0; i < pieces.length;) {
      const { index } = pieces[i];
      const end = pieces.findIndex((piece, at) => at > i && piece.index !== index);
      const group = pieces.slice(i, end < 0 ? undefined : end);
      i += group.length;
      const { file } = this.opened.files[index];
      const stamp = this.stamps.at(index);
      if (this.opened.byNumber) {
        await requireSame(file, stamp);
        for (const piece of group) {
          if (signal?.aborted) throw new Cancelled();
          yield [piece, Buffer.alloc(0)];
        }
        continue;
      }
      const slices = group.map(({ first, last }) => ({ start: first.byte, stop: last.stop }));
      let at = 0;
      for await (const bytes of readSlices(file, slices, { stamp, signal })) yield [group[at++], bytes];
    }
  }

  private async *placedIn(pass: Pass): AsyncGenerator<PlacedDocument[], void> {
    const ids = new IdSet();
    for await (const read of this.records(pass)) yield this.placedOf(read, pass, ids);
  }

  private placedOf({ records, index }: FileRecords, { findings }: Pass, ids: IdSet): PlacedDocument[] {
    const { file } = this.opened.files[index];
    return records.map((record) => {
      const { line, number, byte, stop } = record;
      const place = index === 0 ? { line, number, byte, stop } : { line, number, byte, stop, file };
      return { document: finish(record, file, findings, ids), place };
    });
  }

  /** All records, numbered through all files. */
  private async *records(pass: Pass): AsyncGenerator<FileRecords, void> {
    let before = 0;
    let bytes = 0;
    this.noteMissing(pass);
    for (const [index, { file, reader, totalBytes }] of this.opened.files.entries()) {
      const own: Pass = index === 0 ? pass : { ...pass, bytesRead: 0 };
      this.before[index] = before;
      let last = before;
      for await (const batch of reader(own)) {
        const records = shifted(batch, before);
        if (records.length > 0) {
          last = records[records.length - 1].number;
          this.spans[index] = {
            first: this.spans[index]?.first ?? placeOf(records[0], file),
            last: placeOf(records[records.length - 1], file),
          };
        }
        pass.bytesRead = bytes + own.bytesRead;
        yield { records, index };
      }
      before = last;
      pass.bytesRead = bytes += totalBytes;
    }
  }

  private newPass(onError = this.options.onError ?? 'stop'): Pass {
    return { bytesRead: 0, findings: new Findings(onError), form: this.opened.form ?? plainForm };
  }

  private async *documents(pass: Pass): AsyncGenerator<Document, void> {
    const ids = new IdSet();
    for await (const { records, index } of this.records(pass))
      for (const record of records) yield finish(record, this.opened.files[index].file, pass.findings, ids);
  }

  private noteMissing({ findings }: Pass): void {
    const { missing, files } = this.opened;
    if (missing === 0) return;
    const parts =
      missing === 1 ? 'One of the numbered files that belong' : `${missing} of the numbered files that belong`;
    const message = `${parts} to this split ${missing === 1 ? 'is' : 'are'} not there: ${files.length} read`;
    findings.note({ code: 'missing-file', file: this.file, line: 0, message });
  }
}

/** Numbered on from the files before. */
function shifted(records: RawRecord[], before: number): RawRecord[] {
  if (before > 0) for (const record of records) record.number += before;
  return records;
}

const placeOf = ({ line, number, byte, stop }: RawRecord, file: string): DocumentPlace => ({
  line,
  number,
  byte,
  stop,
  file,
});

/** Files that are sought are checked as they are opened. */
async function requireSame(file: string, stamp: Stamp | undefined): Promise<void> {
  if (!stamp) return;
  const { size, modified } = await stampOf(file);
  if (size !== stamp.size || modified !== stamp.modified) throw fileChanged(file);
}

const readNames = ['id', 'text', 'labels'];
const asRead = ({ id, text, labels }: Document): RecordColumns => ({ names: readNames, values: [id, text, labels] });

function finish(record: RawRecord, file: string, findings: Findings, ids: IdSet): Document {
  const { text, line, features } = record;
  const id = record.id ?? String(record.number);
  const labels = withoutRepeats(record.labels);
  const note = (code: Finding['code'], message: string) => findings.note({ code, file, line, message });
  for (const { code, message } of record.doubts ?? []) note(code, message);
  if (labels !== record.labels) note('repeated-label', `Document ${id} has a label twice`);
  if (record.id !== undefined && ids.seen(id)) note('repeated-id', `The id ${id} was seen before`);
  if (features ? features.indices.length === 0 : !/\S/.test(text)) note('empty-document', `Document ${id} is empty`);
  if (labels.length === 0) note('unlabelled', `Document ${id} has no label`);
  return features ? { id, text, labels, line, features } : { id, text, labels, line };
}

/** The same array where nothing is repeated. */
function withoutRepeats(labels: string[]): string[] {
  if (labels.length > 16) {
    const distinct = new Set(labels);
    return distinct.size < labels.length ? [...distinct] : labels;
  }
  for (let i = 1; i < labels.length; i++) if (labels.indexOf(labels[i]) < i) return [...new Set(labels)];
  return labels;
}
