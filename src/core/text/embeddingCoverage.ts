import { probeVectors, type VectorChoice } from '../data/vectors/probeVectors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { readVectors } from '../data/vectors/readVectors.ts';
import { UserError } from '../base/errors.ts';

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
  /** Of a zip, the file in it. */
  entry?: string;
  /** Length of the vectors. */
  dim: number;
  /** Vectors in the file. */
  vectors: number;
  /** One for each vocabulary. */
  coverages: EmbeddingCoverage[];
}

/**
 * Which words of several vocabularies (occurrences by word) a file of word vectors knows, in one pass over it; vectors are
 * not kept, and those that are torn not counted, as in training. Throws `UserError`
 * `embedding-empty`, and what probing and reading a file of vectors throw.
 */
export async function embeddingCoverage(
  file: string,
  vocabularies: readonly ReadonlyMap<string | number, number>[],
  { entry, ...work }: WorkOptions & Pick<VectorChoice, 'entry'> = {},
): Promise<EmbeddingCoverages> {
  const found = vocabularies.map(() => new Set<string>());
  const sink = {
    wants(word: string): boolean {
      vocabularies.forEach((words, i) => words.has(word) && found[i].add(word));
      return false;
    },
    take: () => undefined,
    note: () => undefined,
  };
  const probed = probeVectors(file, { entry });
  const vectors = await readVectors(probed, sink, work);
  if (!vectors)
    throw new UserError('embedding-empty', 'The file holds no whole word vector', 'Fetch the file again.', { file });
  const coverages = vocabularies.map((words, i) => coverageOf(words, found[i]));
  return { file, entry: probed.entry?.name, dim: probed.dim, vectors, coverages };
}

function coverageOf(words: ReadonlyMap<string | number, number>, found: ReadonlySet<string>): EmbeddingCoverage {
  let [tokens, tokensFound] = [0, 0];
  for (const count of words.values()) tokens += count;
  for (const word of found) tokensFound += words.get(word) ?? 0;
  return { words: words.size, wordsFound: found.size, tokens, tokensFound };
}
