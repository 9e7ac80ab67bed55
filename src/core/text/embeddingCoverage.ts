import { readLines } from '../data/bytes.ts';
import { UserError } from '../errors.ts';
import { fields, isBlank, vectorStart } from './embeddings.ts';

/** How much of a vocabulary a file of word vectors knows. */
export interface EmbeddingCoverage {
  /** Distinct words, and how many of them have a vector. */
  words: number;
  wordsFound: number;
  /** The same, each word counted as often as it occurs. */
  tokens: number;
  tokensFound: number;
}

export interface EmbeddingCoverages {
  file: string;
  /** Length of the vectors, as the first line tells. */
  dim: number;
  /** Vectors in the file. */
  vectors: number;
  /** One for each vocabulary. */
  coverages: EmbeddingCoverage[];
}

/**
 * Which words of several vocabularies (occurrences by word) a text file of word vectors knows, in one pass over it; vectors are
 * not kept. Throws `UserError` `embedding-empty`, and what reading lines throws.
 */
export async function embeddingCoverage(
  file: string,
  vocabularies: readonly ReadonlyMap<string | number, number>[],
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (bytesRead: number) => void } = {},
): Promise<EmbeddingCoverages> {
  let dim = 0;
  let vectors = 0;
  const found = vocabularies.map(() => new Set<string>());
  // lines that are torn or not UTF-8 have no vector, as in training
  for await (const lines of readLines(file, { signal, onProgress, onProblem: () => undefined })) {
    for (const { text, number } of lines) {
      if (text === undefined || isBlank(text)) continue;
      if (number === 1 && isHeader(text)) continue;
      dim ||= fields(text).length - 1;
      const cut = dim > 0 ? vectorStart(text, dim) : -1;
      if (cut < 0) continue;
      vectors++;
      const word = text.slice(0, cut);
      vocabularies.forEach((words, i) => words.has(word) && found[i].add(word));
    }
  }
  if (!vectors)
    throw new UserError('embedding-empty', 'The file holds no word vectors', 'Name a file of `word v1 v2 …` lines.', {
      file,
    });
  return { file, dim, vectors, coverages: vocabularies.map((words, i) => coverageOf(words, found[i])) };
}

/** `400000 300`: number of vectors and their length. */
const isHeader = (text: string): boolean => /^\d+[ \t]+\d+\s*$/.test(text);

function coverageOf(words: ReadonlyMap<string | number, number>, found: ReadonlySet<string>): EmbeddingCoverage {
  let [tokens, tokensFound] = [0, 0];
  for (const count of words.values()) tokens += count;
  for (const word of found) tokensFound += words.get(word) ?? 0;
  return { words: words.size, wordsFound: found.size, tokens, tokensFound };
}
