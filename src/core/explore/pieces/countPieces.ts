/** Counting a dataset on several cores, with the same results as on one. */
import { availableParallelism } from 'node:os';
import type { DocumentPlace } from '../../data/document.ts';
import { type FilePiece, headOf, type PlacedHead, type ReaderSource } from '../../data/source.ts';
import type { StatisticsCollector } from '../statistics.ts';
import { CounterReader, PieceCounter } from './pieceCounter.ts';
import type { FromThread } from './pieceThreads.ts';

/** Smaller files are done before a thread that starts, and learns the words anew, has made up for it (bench/RESULTS.md). */
const fewestBytes = 128 << 20;
/** Who puts together what the threads count can keep up with so many. */
const mostThreads = 4;

/** How a dataset is counted; all of it has a default. */
export interface CountingOptions {
  /** 1: the calling thread alone, as where a file is small or cannot be cut. */
  threads?: number;
  fewestBytes?: number;
  /** Of a piece, about. */
  pieceBytes?: number;
}

/** Documents that follow each other, and the words of each. */
export interface CountedDocuments {
  placed: readonly PlacedHead[];
  words: readonly number[];
}

export function countsInPieces(source: ReaderSource, { threads, fewestBytes: least }: CountingOptions): boolean {
  return (threads ?? availableParallelism()) > 1 && source.totalBytes >= (least ?? fewestBytes) && source.isCuttable;
}

/** A piece that is counted, here or by a thread. */
interface UnderWay {
  piece: FilePiece;
  found: Promise<FromThread>;
  isDone: boolean;
}

/**
 * Counts the documents of a source into `counts`, and yields them in their order. The calling thread reads the file, cuts it, counts
 * what the others have no room for, and puts together what all counted: in the order of the file, so that nothing depends on who
 * counted what. The other threads are ready after the first pieces.
 */
export async function* countPieces(
  source: ReaderSource,
  counts: StatisticsCollector,
  { threads, pieceBytes }: CountingOptions,
): AsyncGenerator<CountedDocuments, void> {
  const { PieceThreads } = await import('./pieceThreads.ts');
  const count = threads ?? Math.min(availableParallelism(), mostThreads);
  const pool = PieceThreads.open(count - 1, {
    files: source.asked,
    form: source.form,
    tokenizer: counts.tokenizer.name,
  });
  const spare: ArrayBuffer[] = [];
  const merger = new Merger(source, counts);
  const queue: UnderWay[] = [];
  const next = async (): Promise<CountedDocuments> => {
    const [{ piece, found }] = queue.splice(0, 1);
    const counted = await found;
    const documents = await merger.take(piece, counted);
    spare.push(counted.bytes.buffer);
    return documents;
  };
  try {
    for await (const piece of source.pieces({ size: pieceBytes, spare })) {
      while (piece.rest && queue.length > 0) yield await next();
      if (piece.rest) yield* merger.count(piece);
      else {
        const given = pool?.count(piece);
        queue.push(underWay(piece, given ?? merger.countHere(piece)));
        if (!given) await queue[queue.length - 1].found;
      }
      while (queue.length > 0 && (queue[0].isDone || queue.length > count * most)) yield await next();
    }
    while (queue.length > 0) yield await next();
  } finally {
    await pool?.close();
  }
}

/** Pieces for each thread between the first that is not done and the last. */
const most = 4;

function underWay(piece: FilePiece, found: Promise<FromThread>): UnderWay {
  const started: UnderWay = { piece, found, isDone: false };
  found.then(
    () => (started.isDone = true),
    () => (started.isDone = true), // thrown when its turn comes
  );
  return started;
}

/** The thread that is here. */
const here = -1;

/** Puts pieces together, in their order. */
class Merger {
  private readonly own: PieceCounter;
  private readonly readers = new Map<number, CounterReader>([[here, new CounterReader()]]);

  constructor(
    private readonly source: ReaderSource,
    private readonly counts: StatisticsCollector,
  ) {
    this.own = new PieceCounter((piece) => source.readPiece(piece), counts.words);
  }

  /** Counts a piece in this thread. */
  async countHere(piece: FilePiece): Promise<FromThread> {
    return { thread: here, counted: await this.own.count(piece), bytes: piece.bytes };
  }

  /** Takes what a thread counted. */
  async take(piece: FilePiece, { thread, counted, bytes }: FromThread): Promise<CountedDocuments> {
    const { source, counts } = this;
    const reader = this.readerOf(thread);
    const { heads, words } = reader.heads(counted);
    const placed = source.place(piece, { ...counted, heads });
    const occurrences = reader.occurrences(counted);
    counts.addWords(occurrences.numbers, occurrences.counts);
    for (const [i, { labels, place }] of placed.entries()) {
      const text = counts.wantsText ? await this.textAt({ ...piece, bytes }, place) : undefined;
      counts.addCounted(words[i], labels, text);
    }
    return { placed, words };
  }

  private readerOf(thread: number): CounterReader {
    let reader = this.readers.get(thread);
    if (!reader) {
      reader = new CounterReader((word, isFeature) => this.counts.words.numberOf(word, isFeature));
      this.readers.set(thread, reader);
    }
    return reader;
  }

  private async textAt(piece: FilePiece, { line, byte, stop }: DocumentPlace): Promise<string> {
    const bytes = piece.bytes.subarray(byte - piece.byte, stop - piece.byte);
    for await (const { records } of this.source.readPiece({ ...piece, bytes, line, byte }))
      for (const { text } of records) return text;
    throw new Error(`no record at byte ${byte}`); // it was read a moment ago
  }

  /** Counts, in batches, a piece that is not in memory. */
  async *count(piece: FilePiece): AsyncGenerator<CountedDocuments, void> {
    const { source, counts } = this;
    for await (const { records, ...found } of source.readPiece(piece)) {
      const placed = source.place(piece, { ...found, heads: records.map(headOf) });
      yield { placed, words: records.map((record, i) => counts.add({ ...record, labels: placed[i].labels })) };
    }
  }
}
