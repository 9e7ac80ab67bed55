import type { DatasetFile, Document, SourceOptions } from '../data/document.ts';
import { readingProgress } from '../data/readThrough.ts';
import type { WorkOptions } from '../base/progress.ts';
import { Cancelled } from '../base/errors.ts';
import { type Overwrite, type Write, writeAtomic } from '../base/files.ts';
import { npyHeader } from '../formats/npy.ts';
import { openForRun } from '../text/readSplit.ts';
import { blocks } from '../base/pipeline.ts';
import type { Predictor } from './predictor.ts';

/** Files that vectors are written to; one of them may be absent. */
export interface EmbeddingFiles {
  /** Matrix of float32 in NumPy's format, a row per document. */
  npy?: string;
  /** A line per document: `{"id", "labels", "vector"}`. */
  jsonl?: string;
}

interface EmbedResult {
  documents: number;
  layer: 'hidden' | 'pooled';
  /** Numbers in a vector, H or S. */
  size: number;
}

/** Documents that are taken together share the projection of their words. */
const mostDocuments = 8192;
/** Numbers of the vectors that are held at once. */
const mostNumbers = 1 << 24;

/**
 * Writes the documents of a file, read as the run's dataset was, as vectors (see `Predictor.embed`). Holds some thousands of
 * them at a time. Throws `UserError` (those of reading and writing) and `Cancelled`; no file is left half written.
 */
export async function embedDataset(
  predictor: Predictor,
  file: DatasetFile,
  files: EmbeddingFiles,
  { signal, onProgress, given }: WorkOptions & { given?: SourceOptions } = {},
): Promise<EmbedResult> {
  const { embedding } = predictor;
  const { source } = await openForRun(file, predictor, { isUnlabelledFine: true, given });
  let documents = 0;
  await intoFiles(files, async (npy, jsonl) => {
    await npy?.write(npyHeader('<f4', [0, embedding.size]));
    const together = Math.max(1, Math.min(mostDocuments, Math.floor(mostNumbers / embedding.size)));
    for await (const block of blocks(source, together)) {
      if (signal?.aborted) throw new Cancelled();
      const texts = block.map(({ text }) => text);
      const vectors = await predictor.embed(texts, { signal });
      await npy?.write(rowsOf(vectors, embedding.size));
      await jsonl?.(block.map((document, i) => jsonLine(document, vectors[i])).join(''));
      documents += block.length;
      onProgress?.(readingProgress(source, 'embedding', documents));
    }
    await npy?.overwrite(npyHeader('<f4', [documents, embedding.size]), 0);
  });
  return { documents, ...embedding };
}

type Npy = { write: Write; overwrite: Overwrite };

function intoFiles(
  { npy, jsonl }: EmbeddingFiles,
  produce: (npy: Npy | undefined, jsonl: Write | undefined) => Promise<void>,
): Promise<void> {
  const withJsonl = (sink: Npy | undefined): Promise<void> =>
    jsonl === undefined ? produce(sink, undefined) : writeAtomic(jsonl, (write) => produce(sink, write));
  return npy === undefined
    ? withJsonl(undefined)
    : writeAtomic(npy, (write, overwrite) => withJsonl({ write, overwrite }));
}

function rowsOf(vectors: readonly Float32Array[], size: number): Uint8Array {
  const rows = new Float32Array(vectors.length * size);
  vectors.forEach((vector, i) => rows.set(vector, i * size));
  return new Uint8Array(rows.buffer);
}

const jsonLine = ({ id, labels }: Document, vector: Float32Array): string =>
  `${JSON.stringify({ id, labels, vector: Array.from(vector, shortest) })}\n`;

/** Nine digits distinguish a float32 from every other. */
const shortest = (x: number): number => (x === 0 ? 0 : Number(x.toPrecision(9)));
