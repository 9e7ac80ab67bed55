/** Word vectors as a stream: each word is offered, and the vectors of those that are wanted are handed over. */
import type { WorkOptions } from '../../base/progress.ts';
import { readBytes, readEntry, TornPacked } from '../../formats/bytes.ts';
import { BinaryVectors } from './binaryVectors.ts';
import type { VectorSink } from './vectorHead.ts';
import type { ProbedVectors } from './probeVectors.ts';
import { TextVectors } from './textVectors.ts';

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
      message: `The first line announces ${count} vectors, there are ${vectors}`,
    });
  return vectors;
}
