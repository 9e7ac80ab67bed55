import { contentOf, shownContent } from '../data/bagOfWords.ts';
import { datasetFile } from '../data/datasetFile.ts';
import {
  type DatasetFile,
  pathOf,
  type PlacedDocument,
  type SeekableSource,
  type SourceOptions,
} from '../data/document.ts';
import { Cancelled, UserError } from '../base/errors.ts';
import { DocumentIndex } from '../explore/documentIndex.ts';
import { groups, matched, rangeOf } from '../explore/documentSearch.ts';
import { progressEvents, type RunEvent } from '../base/events.ts';
import { readingProgress } from '../data/readThrough.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { LabelSet } from '../text/labelSet.ts';
import { drawnSplits, drawSplits, heldShares, splitOfFile } from '../text/drawnSplits.ts';
import { openForRun, openSplit } from '../text/readSplit.ts';
import type { Split } from '../base/splits.ts';
import { evaluationName, labelSetOf } from '../training/evaluateRun.ts';
import type { StoredRun } from '../training/runFolder.ts';
import type { RunConfig } from '../config/runConfig.ts';
import type { RecordPointer } from './scored.ts';
import type { Truth } from './scoredDocuments.ts';

/** A split of the run's dataset, or a file. */
export type SetTarget = { split: Split } | DatasetFile;

interface Watch {
  signal?: AbortSignal;
  onEvent?: (event: RunEvent) => void;
}

/** Documents that a run is evaluated on: where each stands, so that any can be read at any time, and its labels as the run numbers them. */
export class RunDocuments {
  private constructor(
    /** What their evaluation and scores are stored under in the run folder. */
    readonly name: string,
    readonly source: SeekableSource,
    readonly options: SourceOptions,
    readonly index: DocumentIndex,
    /** Those of the run, followed by those that only this file has. */
    readonly labels: LabelSet,
    /** Document -> document of the file. */
    private readonly numbers: Int32Array,
    readonly truth: Truth,
  ) {}

  /** Reads the file once. Throws `UserError` (`no-such-split`, those of reading) and `Cancelled`. */
  static async open(run: StoredRun, target: SetTarget, { signal, onEvent = () => {} }: Watch): Promise<RunDocuments> {
    const { config } = run;
    const file = fileOf(config, target);
    const { source, options } =
      'split' in target ? await openSplit(file, config) : await openForRun(file, run, { isUnlabelledFine: true });
    onEvent({ type: 'phase', phase: 'reading' });
    const index = await indexOf(source, { signal, onProgress: progressEvents(onEvent, 'reading') });
    const numbers = documentsOf(index, config, target);
    if (numbers.length === 0)
      throw new UserError('no-documents', 'There are no documents to look at', 'Choose another split or file.', {
        file: file.file,
      });
    const name = 'split' in target ? target.split : evaluationName(pathOf(file));
    const labels = labelSetOf(run).extended(index.labels.names, source.labelNames);
    return new RunDocuments(name, source, options, index, labels, numbers, truthOf(index, numbers, labels));
  }

  get size(): number {
    return this.numbers.length;
  }

  get unlabelled(): number {
    const { starts } = this.truth;
    return this.numbers.reduce((sum, _, d) => sum + (starts[d + 1] === starts[d] ? 1 : 0), 0);
  }

  place(document: number) {
    return this.index.place(this.numbers[document]);
  }

  /**
   * The document of a number, else that which stands at a line, or begins before it and not after; undefined for one that is
   * not of the split.
   */
  find({ line, number }: Partial<RecordPointer>, file = this.source.file): number | undefined {
    if (number !== undefined) return this.numbered(number);
    if (line === undefined) return undefined;
    const { index, source } = this;
    const isMeant = (d: number): boolean => source.files.length === 1 || source.fileAt(index.place(d)) === file;
    let found = 0;
    while (found + 1 < index.length && !isMeant(found)) found++;
    while (found + 1 < index.length && isMeant(found + 1) && index.place(found + 1).line <= line) found++;
    const document = this.numbers.indexOf(found);
    return document < 0 ? undefined : document;
  }

  private numbered(number: number): number | undefined {
    const document = this.numbers.findIndex((d) => this.index.place(d).number === number);
    return document < 0 ? undefined : document;
  }

  /** Reads documents, in the order given. Throws `UserError` `file-changed`, `Cancelled`. */
  async read(documents: ArrayLike<number>, signal?: AbortSignal): Promise<PlacedDocument[]> {
    const wanted = Array.from(documents, (d) => this.numbers[d]);
    const found = new Map<number, PlacedDocument>();
    await this.scan(
      [...new Set(wanted)].sort((a, b) => a - b),
      (number, placed) => found.set(number, placed),
      signal,
    );
    return wanted.map((number) => {
      const placed = found.get(number);
      if (!placed) throw changed(this.source.file);
      return placed;
    });
  }

  /** 1 for each document whose text or id holds this, without regard to case. Reads all texts. */
  async search(text: string, signal?: AbortSignal): Promise<Uint8Array> {
    const wanted = text.toLowerCase();
    const holds = new Uint8Array(this.index.length);
    const all = Array.from(this.numbers);
    await this.scan(
      all,
      (number, { document }) => {
        const isIn = (value: string): boolean => value.toLowerCase().includes(wanted);
        if (isIn(shownContent(contentOf(document))) || isIn(document.id)) holds[number] = 1;
      },
      signal,
    );
    return Uint8Array.from(this.numbers, (number) => holds[number]);
  }

  /** @param wanted documents of the file, ascending */
  private async scan(
    wanted: readonly number[],
    visit: (number: number, placed: PlacedDocument) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const ranges = groups(wanted, this.index);
    let i = 0;
    for await (const batch of this.source.again(
      ranges.map((group) => rangeOf(group, this.index)),
      signal,
    )) {
      if (signal?.aborted) throw new Cancelled();
      for (const [number, placed] of matched(ranges[i], batch, this.index)) visit(number, placed);
      i++;
    }
  }
}

async function indexOf(source: SeekableSource, { signal, onProgress }: WorkOptions): Promise<DocumentIndex> {
  const index = new DocumentIndex();
  for await (const batch of source.placed()) {
    if (signal?.aborted) throw new Cancelled();
    for (const { document, place } of batch) index.add(place, 0, document.labels);
    onProgress?.(readingProgress(source, 'reading', index.length));
  }
  return index;
}

/** 1 for each document of a split's file that is of the split; undefined where all are. Reads the file where they are drawn. */
export async function drawnMembers(
  source: SeekableSource,
  config: RunConfig,
  split: Split,
  work: WorkOptions,
): Promise<Uint8Array | undefined> {
  if (splitOfFile(config, source) === split) return undefined;
  const index = await indexOf(source, work);
  const members = new Uint8Array(index.length);
  for (const d of documentsOf(index, config, { split })) members[d] = 1;
  return members;
}

export function fileOf(config: RunConfig, target: SetTarget): DatasetFile {
  return 'file' in target ? target : datasetFile(pathOfSplit(config, target.split));
}

function pathOfSplit(config: RunConfig, split: Split): string {
  const path = config.dataset[split];
  if (path !== undefined) return path;
  if (split !== 'train' && heldShares(config)[split] > 0) return config.dataset.train;
  throw new UserError(
    'no-such-split',
    `The run's dataset has no ${split} documents`,
    'Choose another split, or open a file.',
  );
}

/** All of a file, or of a training file what is drawn for the split. */
function documentsOf(index: DocumentIndex, config: RunConfig, target: SetTarget): Int32Array {
  const all = Int32Array.from({ length: index.length }, (_, d) => d);
  const isNamed = 'file' in target || (target.split !== 'train' && config.dataset[target.split] !== undefined);
  if (isNamed) return all;
  const drawn = drawSplits(
    { size: index.length, labelNames: { size: index.labels.names.length }, labelLists: () => (d) => index.labelsOf(d) },
    config,
  );
  return all.filter((d) => drawnSplits[drawn[d]] === target.split);
}

/** Label ids ascending within a document, as in a `Corpus`. */
function truthOf(index: DocumentIndex, numbers: Int32Array, labels: LabelSet): Truth {
  const ids = Int32Array.from(index.labels.names, (name) => labels.idOf(name));
  const starts = new Float64Array(numbers.length + 1);
  numbers.forEach((number, d) => (starts[d + 1] = starts[d] + index.labelsOf(number).length));
  const truth = new Int32Array(starts[numbers.length]);
  numbers.forEach((number, d) => {
    truth.set(
      index.labelsOf(number).map((label) => ids[label]),
      starts[d],
    );
    truth.subarray(starts[d], starts[d + 1]).sort();
  });
  return { labels: truth, starts };
}

const changed = (file: string): UserError =>
  new UserError('file-changed', 'The file has changed since it was read', 'Open it again.', { file });
