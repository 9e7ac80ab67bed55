import { unknownId } from './corpus.ts';
import type { DocumentBuffer } from './documentBuffer.ts';

/** The words a model knows. Row i of its embedding is the vector of words[i]. */
export class Vocabulary {
  private readonly ids = new Map<string, number>();

  /**
   * @param words `<pad>`, `<unk>`, then the words by falling count in train, equal ones by first occurrence
   * @param counts occurrences in train [V], where they are known
   */
  constructor(
    readonly words: string[],
    readonly counts?: Float64Array,
  ) {
    for (let id = 2; id < words.length; id++) this.ids.set(words[id], id);
  }

  get size(): number {
    return this.words.length;
  }

  /** The word's id, 1 if it is unknown. */
  idOf(word: string): number {
    return this.ids.get(word) ?? unknownId;
  }
}

/**
 * Counts the words of the chosen documents (as far as they are kept, see `text.maxLength`) and orders them.
 * `map` takes the buffer's word numbers to vocabulary ids.
 */
export function buildVocabulary(
  names: string[],
  buffer: DocumentBuffer,
  includes: (document: number) => boolean,
  limits: { vocabularySize: number | null; minCount: number },
): { vocabulary: Vocabulary; map: Int32Array } {
  const counts = new Float64Array(names.length);
  const seen: number[] = [];
  buffer.forEachWord(includes, (word) => {
    if (counts[word]++ === 0) seen.push(word);
  });
  const frequent = seen.filter((word) => counts[word] >= limits.minCount).sort((a, b) => counts[b] - counts[a]);
  const kept = limits.vocabularySize === null ? frequent : frequent.slice(0, limits.vocabularySize);
  const map = new Int32Array(names.length).fill(unknownId);
  kept.forEach((word, i) => (map[word] = i + 2));
  const unknown = seen.reduce((sum, word) => (map[word] === unknownId ? sum + counts[word] : sum), 0);
  return {
    vocabulary: new Vocabulary(
      ['<pad>', '<unk>', ...kept.map((word) => names[word])],
      Float64Array.from([0, unknown, ...kept.map((word) => counts[word])]),
    ),
    map,
  };
}
