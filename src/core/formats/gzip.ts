import { createGunzip, createInflateRaw } from 'node:zlib';

/** Fed at once; unpacks to a thousandfold of it at the very worst. */
const pieceSize = 64 * 1024;

/**
 * Unpacks gzip, one or several members, or raw deflate. All that can be unpacked is yielded before an error is thrown, so that the
 * whole lines of a torn file can still be read; piping streams would lose what they hold when the error strikes.
 */
export async function* unpack(packed: AsyncIterable<Buffer>, format: 'gzip' | 'deflate'): AsyncGenerator<Buffer> {
  const inflate = (format === 'gzip' ? createGunzip : createInflateRaw)({ chunkSize: 256 * 1024 });
  const unpacked: Buffer[] = [];
  let failure: Error | undefined;
  let ended = false;
  let wake = () => {};
  inflate.on('data', (chunk: Buffer) => unpacked.push(chunk));
  inflate.on('end', () => ((ended = true), wake()));
  inflate.on('error', (error) => ((failure = error), wake()));
  /** Feeds, and waits until what was fed is unpacked, or the stream came to its end. */
  const step = (feed: (done: () => void) => void) =>
    new Promise<void>((resolve) => {
      wake = resolve;
      feed(resolve);
    });
  try {
    for await (const chunk of packed) {
      for (let at = 0; at < chunk.length; at += pieceSize) {
        await step((done) => inflate.write(chunk.subarray(at, at + pieceSize), () => done()));
        yield* unpacked.splice(0);
        if (failure) throw failure;
        if (ended) return;
      }
    }
    await step(() => inflate.end());
    yield* unpacked.splice(0);
    if (failure) throw failure;
  } finally {
    inflate.destroy();
  }
}
