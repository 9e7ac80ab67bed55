import { Cancelled } from '../base/errors.ts';
import type { Progress, WorkOptions } from '../base/progress.ts';
import { pathOf, type Document, type DocumentSource } from './document.ts';

/** Documents between two words about progress. */
const interval = 256;

/** Every document of a source, with progress on the way and at the end. Throws what the source throws, and `Cancelled`. */
export async function* readThrough<Phase extends string>(
  source: DocumentSource,
  phase: Phase,
  { signal, onProgress }: WorkOptions<Phase>,
): AsyncGenerator<Document, void> {
  let documents = 0;
  for await (const document of source) {
    if (signal?.aborted) throw new Cancelled();
    yield document;
    if (++documents % interval === 0) onProgress?.(readingProgress(source, phase, documents));
  }
  onProgress?.({ ...readingProgress(source, phase, documents), done: source.totalBytes });
}

/** How far a source is read. */
export const readingProgress = <Phase extends string>(
  source: Pick<DocumentSource, 'file' | 'part' | 'bytesRead' | 'totalBytes'>,
  phase: Phase,
  documents: number,
): Progress<Phase> => ({
  phase,
  file: pathOf(source),
  done: source.bytesRead,
  total: source.totalBytes,
  unit: 'bytes',
  documents,
});
