import type { DocumentSource } from '../../data/document.ts';
import { Cancelled } from '../../errors.ts';
import { GrowingInts } from '../../text/growing.ts';
import type { Tokenizer } from '../../text/tokenizer.ts';

/** Which documents hold which words, in compressed rows by document. */
export interface WordIndex {
  readonly documents: number;
  readonly words: string[];
  readonly starts: Float64Array; // [documents + 1]
  /** Distinct words of each document. */
  readonly wordIds: Int32Array;
  /** How often each of them occurs in the document. */
  readonly counts: Int32Array;
  /** Documents that hold a word. */
  readonly documentFrequency: Int32Array; // [words]
  readonly ids: string[];
  readonly lines: Int32Array;
}

const PROGRESS_EVERY = 256;

/** Reads the words of all documents in one pass; about 8 bytes for each distinct word of each document. Throws `Cancelled`. */
export async function readWordIndex(
  source: DocumentSource,
  tokenizer: Tokenizer,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (bytesRead: number, documents: number) => void } = {},
): Promise<WordIndex> {
  const builder = new WordIndexBuilder();
  let documents = 0;
  for await (const { id, line, text, features } of source) {
    builder.add(id, line, features ? Array.from(features.indices, String) : tokenizer.words(text));
    if (++documents % PROGRESS_EVERY !== 0) continue;
    if (signal?.aborted) throw new Cancelled();
    onProgress?.(source.bytesRead, documents);
  }
  onProgress?.(source.bytesRead, documents);
  return builder.result();
}

export class WordIndexBuilder {
  private readonly idOf = new Map<string, number>();
  private readonly lengths = new GrowingInts();
  private readonly wordIds = new GrowingInts();
  private readonly counts = new GrowingInts();
  private readonly frequency = new GrowingCounts();
  private readonly ids: string[] = [];
  private readonly lines = new GrowingInts();

  add(id: string, line: number, words: readonly string[]): void {
    const found = new Map<number, number>();
    for (const word of words) {
      let wordId = this.idOf.get(word);
      if (wordId === undefined) this.idOf.set(word, (wordId = this.idOf.size));
      found.set(wordId, (found.get(wordId) ?? 0) + 1);
    }
    for (const [wordId, count] of found) {
      this.wordIds.push(wordId);
      this.counts.push(count);
      this.frequency.increment(wordId);
    }
    this.lengths.push(found.size);
    this.lines.push(line);
    this.ids.push(id);
  }

  result(): WordIndex {
    const { lengths, wordIds, counts, lines, ids } = this;
    const starts = new Float64Array(lengths.length + 1);
    for (let d = 0; d < lengths.length; d++) starts[d + 1] = starts[d] + lengths.at(d);
    return {
      documents: lengths.length,
      words: [...this.idOf.keys()],
      starts,
      wordIds: moved(wordIds),
      counts: moved(counts),
      documentFrequency: this.frequency.result(this.idOf.size),
      ids,
      lines: moved(lines),
    };
  }
}

function moved(ints: GrowingInts): Int32Array {
  const array = new Int32Array(ints.length);
  ints.take(array.length, array, 0);
  return array;
}

/** Counts by a key that grows by one at a time. */
class GrowingCounts {
  private counts = new Int32Array(1 << 12);

  increment(key: number): void {
    if (key >= this.counts.length) {
      const larger = new Int32Array(this.counts.length * 2);
      larger.set(this.counts);
      this.counts = larger;
    }
    this.counts[key]++;
  }

  result(size: number): Int32Array {
    return this.counts.slice(0, size);
  }
}
