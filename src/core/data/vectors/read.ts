/** Word vectors as a stream: each word is offered, and the vectors of those that are wanted are handed over. */
import type { WorkOptions } from '../../base/progress.ts';
import { readBytes, readEntry, TornPacked } from '../../formats/bytes.ts';
import { BinaryVectors } from './binary.ts';
import type { ProbedVectors } from './probe.ts';
import { TextVectors } from './text.ts';

export interface VectorFinding {
  code: 'torn-line' | 'wrong-dimension' | 'repeated-word' | 'undecodable' | 'wrong-count';
  /** 1-based: the line of a text file, the record of a binary one. */
  line: number;
  message: string;
}

export interface VectorSink {
  /** Whether the vector of this word, on this line, is to be handed over. Asked for every word of the file. */
  wants(word: string, line: number): boolean;
  /** The vector [D] of the word just asked for. The array is used again for the next. */
  take(word: string, vector: Float32Array): void;
  note(finding: VectorFinding): void;
}

/** Takes the unpacked bytes of a file, from the first vector on. */
export interface VectorReader {
  /** Vectors so far. */
  readonly vectors: number;
  /** Present line or record, 1-based. */
  readonly line: number;
  /** Returns false where nothing after this can be read. */
  chunk(bytes: Buffer): boolean;
  /** Reads what is left at the end of the file; `torn` where it was cut off. */
  end(torn: boolean): void;
}

/**
 * Reads word vectors from beginning to end; memory: some chunks of 256 KiB, or the longest line. What is torn, damaged or not
 * UTF-8 is noted with its line and left out. Returns the number of whole vectors. Throws `Cancelled`, `UserError` for files.
 */
export async function readVectors(
  probed: ProbedVectors,
  sink: VectorSink,
  { signal, onProgress }: WorkOptions = {},
): Promise<number> {
  const { file, entry, form, count } = probed;
  const reader = form === 'binary' ? new BinaryVectors(probed, sink) : new TextVectors(probed, sink);
  const onBytes = (done: number): void =>
    onProgress?.({ phase: 'reading', file, done, total: probed.bytes, unit: 'bytes' });
  const bytes = entry ? readEntry(file, entry, { signal, onBytes }) : readBytes(file, { signal, onBytes });
  let skip = probed.start;
  let torn = false;
  try {
    for await (const chunk of bytes) {
      const rest = chunk.subarray(Math.min(skip, chunk.length));
      skip -= chunk.length - rest.length;
      if (rest.length > 0 && !reader.chunk(rest)) break;
    }
  } catch (error) {
    if (!(error instanceof TornPacked)) throw error;
    torn = true;
    sink.note({ code: 'torn-line', line: reader.line, message: error.message });
  }
  reader.end(torn);
  const { vectors } = reader;
  if (count !== undefined && count !== vectors && !torn)
    sink.note({
      code: 'wrong-count',
      line: reader.line,
      message: `The first line tells of ${count} vectors, there are ${vectors}`,
    });
  return vectors;
}
