import { Cancelled } from '../base/errors.ts';
import { bagOfWordsFormats, type DatasetFile } from './document.ts';
import type {
  ColumnedDocument,
  CorrectionCounts,
  DatasetFormat,
  Document,
  DocumentPlace,
  Finding,
  PlacedDocument,
  PlaceRange,
  RecordColumns,
  ResolvedOptions,
  SeekableSource,
  SourceOptions,
} from './document.ts';
import { type Corrections, CorrectionTally, type JudgedCorrection } from './corrections/corrections.ts';
import { Findings } from './findings.ts';
import { IdSet } from './idSet.ts';
import type { OpenedFormat, Pass, RawRecord, RecordReader, Stretch } from './record.ts';
import { plainForm, type TextForm } from '../formats/bytes.ts';
import { canCut, type Cuts, lineEndFrom, type Piece, type PieceOptions, readPieces } from '../formats/pieces.ts';
import { fileChanged, readSlices, stampOf, type Stamp } from './slices.ts';

/** What a source needs of a format that was opened. */
export type ReadableDataset = Pick<OpenedFormat, 'byNumber' | 'featureNames' | 'form'> & {
  /** The files that make it up, in their order; most often one. */
  files: readonly ReadableFile[];
  /** Numbered files that belong to it and are not there. */
  missing: number;
  labelNames: ReadonlyMap<string, string>;
  corrections?: Corrections;
};

export interface ReadableFile extends Pick<OpenedFormat, 'reader'> {
  file: string;
  totalBytes: number;
  cuts?: Cuts;
  /** What `openReader` makes the same reader of. */
  asked: ReaderRequest;
}

export interface ReaderRequest {
  dataset: DatasetFile;
  options: SourceOptions;
}

/** A piece of one of the files. */
export interface FilePiece extends Piece {
  index: number;
}

/** Records that follow each other, and what else is found between them, before it is known what is before. */
export interface PieceRecords {
  /** Numbered from 1. */
  records: RawRecord[];
  /** Numbers that were given, those of records left out included. */
  numbers: number;
  leftOut: Finding[];
}

/** What findings and places need of a record. */
export type RecordHead = Pick<RawRecord, 'id' | 'line' | 'number' | 'byte' | 'stop' | 'doubts'> & {
  /** Without repeats. */
  labels: string[];
  hasRepeats: boolean;
  isEmpty: boolean;
};

/** A document without its text and features, and its place. */
export interface PlacedHead {
  id: string;
  labels: string[];
  place: DocumentPlace;
}

/** Records of a file, and which of the files it is. */
interface FileRecords {
  records: RawRecord[];
  index: number;
}

/** What is read again at once: of a file, and for which of the ranges. */
interface RangePiece extends PlaceRange {
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
  private placing = { ids: new IdSet(), index: 0, before: 0, last: 0, bytes: 0 };

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

  /** Of the newest iteration, once it is at its end. */
  get judgedCorrections(): JudgedCorrection[] {
    return this.pass.tally?.judged ?? [];
  }

  get corrected(): CorrectionCounts | undefined {
    return this.pass.tally?.counts;
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
        const document = finish(record, file, this.pass, ids);
        return { document, columns: record.columns ?? asRead(document) };
      });
    }
  }

  async *again(
    ranges: Iterable<PlaceRange>,
    signal?: AbortSignal,
    withColumns = false,
  ): AsyncGenerator<PlacedDocument[], void> {
    const list = [...ranges];
    const pieces = await this.piecesOf(list, signal);
    let range = 0;
    let batch: PlacedDocument[] = [];
    for await (const [piece, documents] of this.readPieces(pieces, withColumns, signal)) {
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
  private async piecesOf(ranges: readonly PlaceRange[], signal?: AbortSignal): Promise<RangePiece[]> {
    const isLearnt = this.spans.length > 0 || this.opened.files.length === 1;
    if (!isLearnt && ranges.some(({ first, last }) => this.opened.byNumber || first.file !== last.file))
      for await (const records of this.records(this.newPass('skip')))
        if (signal?.aborted && records) throw new Cancelled();
    return ranges.flatMap(({ first, last }, range) => {
      const [from, to] = [this.indexOf(first), this.indexOf(last)];
      return Array.from({ length: to - from + 1 }, (_, i): RangePiece => {
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
    pieces: readonly RangePiece[],
    withColumns: boolean,
    signal?: AbortSignal,
  ): AsyncGenerator<[RangePiece, PlacedDocument[]], void> {
    for await (const [piece, bytes] of this.bytesOf(pieces, signal)) {
      const { first, last, index } = piece;
      const { number, line, byte } = first;
      const before = this.before[index] ?? 0;
      const stretch: Stretch = { first: number - before, count: last.number - number + 1, line, byte, bytes };
      const documents: PlacedDocument[] = [];
      const pass = { ...this.newPass('skip'), stretch, withColumns };
      for await (const records of this.opened.files[index].reader(pass))
        documents.push(...this.placedOf({ records: shifted(records, before), index }, pass, new IdSet()));
      yield [piece, documents];
    }
  }

  /** Of formats that are sought by number there are no bytes to be read here; their file is checked all the same. */
  private async *bytesOf(
    pieces: readonly RangePiece[],
    signal?: AbortSignal,
  ): AsyncGenerator<[RangePiece, Buffer], void> {
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

  get form(): TextForm {
    return this.opened.form ?? plainForm;
  }

  /** Of each file, what it takes to read it in another thread. */
  get asked(): readonly ReaderRequest[] {
    return this.opened.files.map(({ asked }) => asked);
  }

  /** Whether the files can be read in pieces. */
  get isCuttable(): boolean {
    const { files } = this.opened;
    if (this.opened.corrections) return false; // whether one fits, its text says, which pieces do not keep
    return this.options.onError === 'skip' && files.every(({ cuts }) => cuts && canCut(cuts, this.form));
  }

  /** As `placed`, in pieces that can be read in any thread and in any order. What is in them goes to `place` in the order of the pieces. */
  async *pieces(options?: PieceOptions): AsyncGenerator<FilePiece, void> {
    const pass = (this.pass = this.newPass());
    const { files } = this.opened;
    this.stamps = await Promise.all(files.map(({ file }) => stampOf(file)));
    this.noteMissing(pass);
    this.placing = { ids: new IdSet(), index: 0, before: 0, last: 0, bytes: 0 };
    for (const [index, { file, cuts }] of files.entries())
      if (cuts)
        for await (const piece of readPieces(file, pass.form, cuts, options)) yield Object.assign(piece, { index });
  }

  /** In batches. */
  readPiece(piece: FilePiece): AsyncGenerator<PieceRecords, void> {
    return recordsOfPiece(this.opened.files[piece.index].reader, piece, this.pass.form);
  }

  place(
    piece: FilePiece,
    { heads, numbers, leftOut }: Omit<PieceRecords, 'records'> & { heads: RecordHead[] },
  ): PlacedHead[] {
    const { pass, placing } = this;
    const { index, bytesRead } = piece;
    const { file } = this.opened.files[index];
    const { findings } = pass;
    if (index > placing.index) {
      placing.bytes += this.opened.files
        .slice(placing.index, index)
        .reduce((sum, { totalBytes }) => sum + totalBytes, 0);
      placing.index = index;
      placing.before = placing.last;
    }
    this.before[index] ??= placing.before;
    findings.put(leftOut);
    for (const problem of piece.problems.splice(0)) findings.reject({ ...problem, file });
    const placed = heads.map((head) => {
      const { line, byte, stop } = head;
      const number = head.number + placing.before;
      placing.last = number;
      const place = index === 0 ? { line, number, byte, stop } : { line, number, byte, stop, file };
      return { id: judge({ ...head, number }, file, findings, placing.ids), labels: head.labels, place };
    });
    findings.settle();
    this.reach(index, file, placed);
    placing.before += numbers;
    pass.bytesRead = placing.bytes + bytesRead;
    return placed;
  }

  private reach(index: number, file: string, placed: readonly { place: DocumentPlace }[]): void {
    if (placed.length === 0) return;
    const [first, last] = [placed[0], placed[placed.length - 1]].map(({ place }) => ({ ...place, file }));
    this.spans[index] = { first: this.spans[index]?.first ?? first, last };
  }

  private async *placedIn(pass: Pass): AsyncGenerator<PlacedDocument[], void> {
    const ids = new IdSet();
    for await (const read of this.records(pass)) yield this.placedOf(read, pass, ids);
  }

  private placedOf({ records, index }: FileRecords, pass: Pass, ids: IdSet): PlacedDocument[] {
    const { file } = this.opened.files[index];
    const placed = records.map((record) => {
      const { line, number, byte, stop } = record;
      const place = index === 0 ? { line, number, byte, stop } : { line, number, byte, stop, file };
      const document = finish(record, file, pass, ids);
      return record.columns ? { document, place, columns: record.columns } : { document, place };
    });
    pass.findings.settle();
    return placed;
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
      pass.findings.settle();
      before = last;
      pass.bytesRead = bytes += totalBytes;
    }
    pass.tally?.finish(pass.findings);
  }

  private newPass(onError = this.options.onError ?? 'stop'): Pass {
    const { corrections } = this.opened;
    const tally = corrections && new CorrectionTally(corrections);
    return { bytesRead: 0, findings: new Findings(onError), form: this.form, tally };
  }

  private async *documents(pass: Pass): AsyncGenerator<Document, void> {
    const ids = new IdSet();
    for await (const { records, index } of this.records(pass))
      for (const record of records) yield finish(record, this.opened.files[index].file, pass, ids);
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
const bagNames = ['id', 'labels'];
const asRead = ({ id, text, features, labels }: Document): RecordColumns =>
  features ? { names: bagNames, values: [id, labels] } : { names: readNames, values: [id, text, labels] };

function finish(record: RawRecord, file: string, { findings, tally }: Pass, ids: IdSet): Document {
  const { text, line, features } = record;
  const head = headOf(record);
  const fileLabels = head.labels;
  if (tally) {
    const note = (code: Finding['code'], message: string): void => findings.note({ code, file, line, message });
    head.labels = tally.labelsOf(idOf(head), record, fileLabels, note);
  }
  const id = judge(head, file, findings, ids);
  const { labels } = head;
  const document: Document = features ? { id, text, labels, line, features } : { id, text, labels, line };
  if (labels !== fileLabels) document.fileLabels = fileLabels;
  return document;
}

const idOf = ({ id, number }: Pick<RecordHead, 'id' | 'number'>): string => id ?? String(number);

export function headOf({ id, text, features, line, number, byte, stop, doubts, labels: all }: RawRecord): RecordHead {
  const labels = withoutRepeats(all);
  const isEmpty = features ? features.indices.length === 0 : !/\S/.test(text);
  return { id, line, number, byte, stop, doubts, labels, hasRepeats: labels !== all, isEmpty };
}

/** Gives a record its id, and notes what is doubtful about it. */
function judge(head: RecordHead, file: string, findings: Findings, ids: IdSet): string {
  const { line, labels } = head;
  const id = idOf(head);
  findings.settle(line);
  const note = (code: Finding['code'], message: string) => findings.note({ code, file, line, message });
  for (const { code, message } of head.doubts ?? []) note(code, message);
  if (head.hasRepeats) note('repeated-label', `Document ${id} has a label twice`);
  if (head.id !== undefined && ids.seen(id)) note('repeated-id', `The id ${id} was seen before`);
  if (head.isEmpty) note('empty-document', `Document ${id} is empty`);
  if (labels.length === 0) note('unlabelled', `Document ${id} has no label`);
  return id;
}

/** What a piece holds, in batches. */
export async function* recordsOfPiece(
  reader: RecordReader,
  { line, byte, bytes, rest }: Piece,
  form: TextForm,
): AsyncGenerator<PieceRecords, void> {
  const findings = new Findings('skip');
  const stretch: Stretch = { first: 1, count: Infinity, line, byte, bytes, blocks: rest ?? blocksOf(bytes, form) };
  const pass: Pass = { bytesRead: 0, findings, form, stretch, number: 0 };
  let before = 0;
  for await (const records of reader(pass)) {
    const { number = 0 } = pass;
    for (const record of records) record.number -= before;
    yield { records, numbers: number - before, leftOut: findings.take() };
    before = number;
  }
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

const blockBytes = 1 << 16;

/** Whole lines at a time: all lines of a piece at once would outlive the youngest objects, which makes collecting them dear. */
async function* blocksOf(bytes: Buffer, form: TextForm): AsyncGenerator<Buffer, void> {
  for (let at = 0, stop = 0; at < bytes.length; at = stop) {
    stop = lineEndFrom(bytes, at + blockBytes, form);
    yield bytes.subarray(at, stop);
  }
}
