import { Cancelled } from '../base/errors.ts';
import { bagOfWordsFormats, type DatasetFile } from './document.ts';
import type {
  DatasetFormat,
  Document,
  Finding,
  PlacedDocument,
  PlaceRange,
  ResolvedOptions,
  SeekableSource,
} from './document.ts';
import { Findings } from './findings.ts';
import { IdSet } from './idSet.ts';
import type { OpenedFormat, Pass, RawRecord, Stretch } from './record.ts';
import { fileChanged, readSlices, stampOf, type Stamp } from './slices.ts';

/** What a source needs of a format that was opened. */
export type ReadableDataset = Pick<OpenedFormat, 'reader' | 'byNumber' | 'featureNames'> & {
  totalBytes: number;
  labelNames: ReadonlyMap<string, string>;
};

/** A format's reader as a `DocumentSource`: gives ids, removes repeated labels, notes doubts. */
export class ReaderSource implements SeekableSource {
  readonly file: string;
  readonly part: DatasetFile['part'];
  private pass: Pass;
  /** What the file was when `placed` began to read it. */
  private stamp: Stamp | undefined;
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

  get bagOfWords(): boolean {
    return bagOfWordsFormats.includes(this.format);
  }

  get totalBytes(): number {
    return this.opened.totalBytes;
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
    this.stamp = this.format === 'folder' ? undefined : await stampOf(this.file);
    yield* this.placedIn(this.pass);
  }

  async *again(ranges: Iterable<PlaceRange>, signal?: AbortSignal): AsyncGenerator<PlacedDocument[], void> {
    for await (const stretch of this.stretches([...ranges], signal)) {
      const batch: PlacedDocument[] = [];
      for await (const documents of this.placedIn({ ...this.newPass('skip'), stretch })) batch.push(...documents);
      yield batch;
    }
  }

  private async *stretches(ranges: PlaceRange[], signal?: AbortSignal): AsyncGenerator<Stretch, void> {
    const stretch = ({ first, last }: PlaceRange, bytes: Buffer): Stretch => {
      const { number, line, byte } = first;
      return { first: number, count: last.number - number + 1, line, byte, bytes };
    };
    if (this.opened.byNumber) {
      await this.requireSame();
      for (const range of ranges) {
        if (signal?.aborted) throw new Cancelled();
        yield stretch(range, Buffer.alloc(0));
      }
      return;
    }
    const slices = ranges.map(({ first, last }) => ({ start: first.byte, stop: last.stop }));
    let i = 0;
    for await (const bytes of readSlices(this.file, slices, { stamp: this.stamp, signal }))
      yield stretch(ranges[i++], bytes);
  }

  /** Files that are sought are checked as they are opened. */
  private async requireSame(): Promise<void> {
    if (!this.stamp) return;
    const { size, modified } = await stampOf(this.file);
    if (size !== this.stamp.size || modified !== this.stamp.modified) throw fileChanged(this.file);
  }

  private async *placedIn(pass: Pass): AsyncGenerator<PlacedDocument[], void> {
    const ids = new IdSet();
    for await (const records of this.opened.reader(pass))
      yield records.map((record) => {
        const { line, number, byte, stop } = record;
        return { document: finish(record, this.file, pass.findings, ids), place: { line, number, byte, stop } };
      });
  }

  private newPass(onError = this.options.onError ?? 'stop'): Pass {
    const { encoding = 'utf-8' } = this.options;
    return { bytesRead: 0, findings: new Findings(onError), encoding };
  }

  private async *documents(pass: Pass): AsyncGenerator<Document, void> {
    const ids = new IdSet();
    for await (const records of this.opened.reader(pass))
      for (const record of records) yield finish(record, this.file, pass.findings, ids);
  }
}

function finish(record: RawRecord, file: string, findings: Findings, ids: IdSet): Document {
  const { text, line, features } = record;
  const id = record.id ?? String(record.number);
  const labels = withoutRepeats(record.labels);
  const note = (code: Finding['code'], message: string) => findings.note({ code, file, line, message });
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
