/** What a thread of `PieceThreads` runs; the build puts it beside the chunk that holds that class. */
import { parentPort, workerData } from 'node:worker_threads';
import { toFailure, UserError } from '../../base/errors.ts';
import type { FilePiece } from '../../data/source.ts';
import { type CounterStart, PieceCounter } from './pieceCounter.ts';
import type { PieceAnswer } from './pieceThreads.ts';

if (!parentPort) throw new Error('to be started as a thread');
const port = parentPort;

const answer = (message: PieceAnswer, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

async function count(counter: PieceCounter, piece: FilePiece): Promise<void> {
  const bytes = Buffer.from(piece.bytes.buffer, piece.bytes.byteOffset, piece.bytes.byteLength);
  const counted = await counter.count({ ...piece, bytes });
  answer({ kind: 'counted', counted, bytes }, [bytes.buffer]);
}

function fail(error: unknown): void {
  if (!(error instanceof UserError)) throw error;
  answer({ kind: 'failed', failure: toFailure(error) });
}

/** One after the other, in the order in which they came. */
let work: Promise<void> | undefined;

try {
  const counter = await PieceCounter.open(workerData as CounterStart);
  port.on('message', (piece: FilePiece) => {
    work = (work ?? Promise.resolve()).then(() => count(counter, piece)).catch(fail);
  });
  answer({ kind: 'ready' });
} catch (error) {
  fail(error);
}
