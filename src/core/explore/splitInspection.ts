import { type DatasetFile, onlyFile, type SeekableSource, type SourceOptions } from '../data/document.ts';
import type { LabelNames } from '../data/labelNames.ts';
import { openDataset, type OpenedDataset } from '../data/openDataset.ts';
import { Cancelled, fromFailure, toFailure, UserError, type Failure } from '../base/errors.ts';
import type { WordScanner } from '../text/tokenizer.ts';
import { DocumentIndex, type LabelTable } from './documentIndex.ts';
import { labelDistribution, rankCurve } from './labelDistribution.ts';
import type { SplitOrAll } from '../base/splits.ts';
import type { LengthBins, SplitSnapshot } from './inspectionApi.ts';
import { StatisticsCollector } from './statistics.ts';

/** One file of a dataset: read through once, figures and index growing on the way. */
export class SplitInspection implements DatasetFile {
  readonly file: string;
  readonly part: DatasetFile['part'];
  readonly index: DocumentIndex;
  private readonly collector: StatisticsCollector;
  private opened: OpenedDataset | undefined;
  private state: SplitSnapshot['state'] = 'waiting';
  private failure: Failure | undefined;

  constructor(
    readonly split: SplitOrAll,
    { file, part }: DatasetFile,
    labels: LabelTable,
    private readonly options: SourceOptions,
    tokenizer: WordScanner,
  ) {
    this.file = file;
    this.part = part;
    this.collector = new StatisticsCollector(tokenizer);
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
    return (await openDataset(this.source, { ...this.options, ...this.opened?.options, onError: 'skip' })).source;
  }

  get isRead(): boolean {
    return this.state === 'done';
  }

  /** Throws the `UserError` that ended the reading; that it was stopped is none. */
  throwFailure(): void {
    if (this.failure) throw fromFailure(this.failure);
  }

  /** Empty until the file was opened. */
  get labelNames(): LabelNames {
    return this.opened?.labelNames ?? { map: new Map(), notes: [] };
  }

  /** Reads to the end, or until the signal; `tell` is called after every batch. What goes wrong is told by the snapshot. */
  async read(tell: () => void, signal?: AbortSignal): Promise<void> {
    this.state = 'reading';
    try {
      if (signal?.aborted) throw new Cancelled();
      this.opened = await openDataset(this, { ...this.options, onError: 'skip' });
      tell();
      for await (const batch of this.opened.source.placed()) {
        if (signal?.aborted) throw new Cancelled();
        for (const { document, place } of batch) {
          const words = this.collector.add(document);
          this.index.add(place, words, document.labels);
        }
        tell();
      }
      this.state = 'done';
    } catch (error) {
      if (error instanceof Cancelled) this.state = 'cancelled';
      else this.fail(error);
    }
  }

  private fail(error: unknown): void {
    if (!(error instanceof UserError)) throw error;
    this.state = 'failed';
    this.failure = toFailure(error);
  }

  /** Words that nearly all documents do not exceed, and the most of any. */
  lengthRange(): { usual: number; longest: number } {
    return { usual: this.collector.wordsAt(0.99), longest: this.collector.wordsAt(1) };
  }

  snapshot(bins: LengthBins): SplitSnapshot {
    const { labelCounts, ...statistics } = this.collector.result();
    const counts = labelCounts.map(({ documents }) => documents);
    const source = this.opened?.source;
    return {
      split: this.split,
      ...onlyFile(this),
      state: this.state,
      failure: this.failure,
      bytesRead: source?.bytesRead ?? 0,
      totalBytes: source?.totalBytes ?? 0,
      format: source?.format,
      reason: this.opened?.reasons.format,
      options: this.opened?.options ?? this.options,
      bagOfWords: source?.bagOfWords ?? false,
      statistics,
      distribution: labelDistribution(counts),
      lengths: this.collector.lengths(bins),
      ranks: rankCurve(counts),
      findings: { ...source?.findings.counts },
      skipped: source?.findings.skipped ?? 0,
    };
  }
}
