import {
  type DatasetFile,
  type Document,
  onlyFile,
  type SeekableSource,
  type SourceOptions,
} from '../data/document.ts';
import type { Reasons } from '../data/document.ts';
import type { LabelNames } from '../data/labelNames.ts';
import { openDataset, type OpenedDataset } from '../data/openDataset.ts';
import { readAs, type ReadAsPart } from '../data/readAs.ts';
import type { ReaderSource } from '../data/source.ts';
import { readingProgress } from '../data/readThrough.ts';
import { Cancelled, toFailure, UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { WordScanner } from '../text/tokenizer.ts';
import { DocumentIndex, type LabelTable } from './documentIndex.ts';
import { labelDistribution, rankCurve } from './labelDistribution.ts';
import { outcomeDoubts } from './outcome.ts';
import type { SplitOrAll } from '../base/splits.ts';
import type { DatasetStatistics, LengthBins, SplitSnapshot } from './inspectionApi.ts';
import { countPieces, countsInPieces, type CountedDocuments, type CountingOptions } from './pieces/countPieces.ts';
import { StatisticsCollector } from './statistics.ts';

/** One file of a dataset: read through once, figures and index growing on the way. */
export class SplitInspection implements DatasetFile {
  readonly file: string;
  readonly part: DatasetFile['part'];
  readonly index: DocumentIndex;
  /** What the statistics are made of. */
  readonly counts: StatisticsCollector;
  private opened: OpenedDataset | undefined;
  private state: SplitSnapshot['state'] = 'waiting';
  private failure: UserError | undefined;
  private whole: DatasetStatistics | undefined;
  private doubts: ReadAsPart[] | undefined;

  constructor(
    readonly split: SplitOrAll,
    { file, part }: DatasetFile,
    labels: LabelTable,
    private readonly stated: SourceOptions,
    readonly tokenizer: WordScanner,
    /** What the training file says of this one. */
    private readonly shared: () => Promise<SourceOptions> = async () => ({}),
    private readonly counting: CountingOptions = {},
  ) {
    this.file = file;
    this.part = part;
    this.counts = new StatisticsCollector(tokenizer);
    this.index = new DocumentIndex(labels);
  }

  /** Throws `UserError` `not-read` where the file could not be opened. */
  get source(): SeekableSource {
    if (this.opened) return this.opened.source;
    const { message, remedy } = this.failure ?? { message: 'The file was not read yet', remedy: 'Wait for it.' };
    throw new UserError('not-read', message, remedy, { file: this.file });
  }

  /** The file opened once more: reading it through leaves the findings of this inspection alone. Throws `UserError`. */
  async reopen(): Promise<SeekableSource> {
    return (await openDataset(this.source, { ...this.options, onError: 'skip' })).source;
  }

  get isRead(): boolean {
    return this.state === 'done';
  }

  get isOpen(): boolean {
    return this.opened !== undefined;
  }

  /** How it is read, what was found from the content included. */
  get options(): SourceOptions {
    return { ...this.stated, ...this.opened?.options };
  }

  /** What gave the options away; undefined until the file was opened. */
  get reasons(): Reasons | undefined {
    return this.opened?.reasons;
  }

  get reason(): string | undefined {
    return this.reasons?.format;
  }

  /** Figures of the documents read so far. */
  get statistics(): DatasetStatistics {
    const found = this.whole ?? this.counts.result();
    if (this.isRead) this.whole = found;
    return found;
  }

  /** What the figures say against the way it was read; nothing until it was read to its end. */
  get outcome(): ReadAsPart[] {
    if (!this.isRead) return [];
    return (this.doubts ??= outcomeDoubts(this.statistics).filter(
      ({ option }) => !this.source.bagOfWords || option !== 'textField',
    ));
  }

  /** Empty until the file was opened. */
  get labelNames(): LabelNames {
    return this.opened?.labelNames ?? { map: new Map(), notes: [] };
  }

  /** As `read`, but what goes wrong is thrown: `UserError`. That it was stopped is not. */
  async readWhole({ signal, onProgress }: WorkOptions, visit?: (document: Document) => void): Promise<void> {
    const report = (): void => onProgress?.(readingProgress(this.source, 'reading', this.index.length));
    await this.read(report, signal, visit);
    if (this.failure) throw this.failure;
  }

  /**
   * Reads to the end, or until the signal; `report` is called after every batch, `visit` sees every document. What goes wrong
   * is reported by the snapshot. Malformed records are skipped unless the options say otherwise.
   */
  async read(report: () => void, signal?: AbortSignal, visit?: (document: Document) => void): Promise<void> {
    this.state = 'reading';
    try {
      if (signal?.aborted) throw new Cancelled();
      this.opened = await this.open();
      report();
      for await (const { placed, words } of this.counted(this.opened.source, visit)) {
        for (const [i, { place, labels }] of placed.entries()) this.index.add(place, words[i], labels);
        report();
        if (signal?.aborted) throw new Cancelled();
      }
      this.state = 'done';
    } catch (error) {
      if (error instanceof Cancelled) this.state = 'cancelled';
      else this.fail(error);
    }
  }

  /** As the training file is read; by its own content where it has other fields, as a file without labels may. */
  private async open(): Promise<OpenedDataset> {
    const shared = await this.shared();
    const options: SourceOptions = { onError: 'skip', ...this.stated };
    if (Object.keys(shared).length === 0) return openDataset(this, options);
    try {
      return await openDataset(this, { ...shared, ...options });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return openDataset(this, options);
    }
  }

  /** Documents as they are counted: on several cores, where nobody is to see them. */
  private counted(source: ReaderSource, visit?: (document: Document) => void): AsyncIterable<CountedDocuments> {
    if (!visit && countsInPieces(source, this.counting)) return countPieces(source, this.counts, this.counting);
    return this.countedHere(source, visit);
  }

  private async *countedHere(
    source: ReaderSource,
    visit?: (document: Document) => void,
  ): AsyncGenerator<CountedDocuments, void> {
    for await (const batch of source.placed()) {
      const words = batch.map(({ document }) => {
        const length = this.counts.add(document);
        visit?.(document);
        return length;
      });
      yield {
        placed: batch.map(({ document, place }) => ({ id: document.id, labels: document.labels, place })),
        words,
      };
    }
  }

  private fail(error: unknown): void {
    if (!(error instanceof UserError)) throw error;
    this.state = 'failed';
    this.failure = error;
  }

  /** Words that nearly all documents do not exceed, and the most of any. */
  lengthRange(): { usual: number; longest: number } {
    return { usual: this.counts.wordsAt(0.99), longest: this.counts.wordsAt(1) };
  }

  snapshot(bins: LengthBins): SplitSnapshot {
    const { labelCounts, ...statistics } = this.statistics;
    const perLabel = labelCounts.map(({ documents }) => documents);
    const source = this.opened?.source;
    const options = this.opened?.options ?? this.stated;
    const reading = readAs(options, this.reasons);
    return {
      split: this.split,
      ...onlyFile(this),
      state: this.state,
      failure: this.failure && toFailure(this.failure),
      bytesRead: source?.bytesRead ?? 0,
      totalBytes: source?.totalBytes ?? 0,
      format: source?.format,
      reason: this.reason,
      options,
      readAs: { ...reading, doubts: [...reading.doubts, ...this.outcome] },
      bagOfWords: source?.bagOfWords ?? false,
      statistics,
      distribution: labelDistribution(perLabel),
      lengths: this.counts.lengths(bins),
      ranks: rankCurve(perLabel),
      corrected: source?.corrected,
      findings: { ...source?.findings.counts },
      skipped: source?.findings.skipped ?? 0,
    };
  }
}
