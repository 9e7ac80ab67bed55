/** Threads that count pieces. Imported where it is needed, so that bundlers put it into a chunk, beside which the threads' own lies. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Failure, fromFailure } from '../../base/errors.ts';
import type { FilePiece } from '../../data/source.ts';
import type { CountedPiece, CounterStart } from './pieceCounter.ts';

export type PieceAnswer =
  | { kind: 'ready' }
  | { kind: 'counted'; counted: CountedPiece; bytes: Buffer<ArrayBuffer> }
  | { kind: 'failed'; failure: Failure };

const entry = new URL('./pieceWorker.js', import.meta.url);

/** Pieces that a thread has at a time: it is not to wait for the next. */
const ahead = 2;

export interface FromThread {
  thread: number;
  counted: CountedPiece;
  bytes: Buffer<ArrayBuffer>;
}

interface Thread {
  worker: Worker;
  isReady: boolean;
  asked: { resolve: (found: FromThread) => void; reject: (error: unknown) => void }[];
}

export class PieceThreads {
  private readonly threads: Thread[];
  private failure: unknown;

  private constructor(count: number, start: CounterStart) {
    this.threads = Array.from({ length: count }, (_, thread) => this.start(thread, start));
  }

  /** undefined where there is no code for the threads: in programs that bundle this library without it, and in its sources. */
  static open(count: number, start: CounterStart): PieceThreads | undefined {
    return existsSync(fileURLToPath(entry)) ? new PieceThreads(count, start) : undefined;
  }

  private start(thread: number, workerData: CounterStart): Thread {
    const worker = new Worker(entry, { workerData });
    const started: Thread = { worker, isReady: false, asked: [] };
    const fail = (error: unknown): void => {
      this.failure ??= error;
      for (const { reject } of started.asked.splice(0)) reject(error);
    };
    worker.on('message', (answer: PieceAnswer) => {
      if (answer.kind === 'ready') started.isReady = true;
      else if (answer.kind === 'failed') fail(fromFailure(answer.failure));
      else {
        const { counted, bytes } = answer;
        started.asked
          .shift()
          ?.resolve({ thread, counted, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) });
      }
    });
    worker.on('error', fail);
    return started;
  }

  /** Hands a piece over, its bytes too, to the thread that has the fewest; undefined where all have enough. Throws where one failed. */
  count(piece: FilePiece): Promise<FromThread> | undefined {
    if (this.failure !== undefined) throw this.failure;
    const free = this.threads.filter(({ isReady, asked }) => isReady && asked.length < ahead);
    if (free.length === 0) return undefined;
    const thread = free.reduce((least, one) => (one.asked.length < least.asked.length ? one : least));
    return new Promise((resolve, reject) => {
      thread.asked.push({ resolve, reject });
      thread.worker.postMessage(piece, [piece.bytes.buffer]);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
  }
}
