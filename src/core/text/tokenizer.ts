import type { RunConfig } from '../config/runConfig.ts';
import { ownString } from './ownString.ts';
import { loadStopWords } from './stopWords.ts';
import type { WordPattern } from './wordPatterns.ts';
import { wordPatterns } from './wordPatterns.ts';

/** A word with its place in the text: UTF-16 offsets, `end` exclusive. */
export interface Span {
  word: string;
  start: number;
  end: number;
}

export interface Tokenizer {
  /** The words of a text in order, the first `limit` of them: `spans(text)` without the places. */
  words(text: string, limit?: number): string[];
  spans(text: string): Span[];
}

/** The two halves of a tokenizer, for those who keep what they know of a word by the way it is written. */
export interface WordScanner extends Tokenizer {
  /** Calls `visit` with each piece of text that may be a word, until it returns false. */
  scan(text: string, visit: (found: string, start: number) => boolean): void;
  /** The word that a piece stands for, '' where it is dropped. */
  normalise(found: string): string;
  /**
   * [256] 0 for the bytes of a UTF-8 text that part words, whatever stands beside them: what is between two of them can be cut
   * into words by itself. undefined where there are none such.
   */
  readonly wordBytes: Uint8Array | undefined;
}

/**
 * The tokenizer of a config: cuts words, drops pure numbers and stop words, lower-cases, stems, in this order.
 * Stemming lower-cases too. Stemmer and stop words are loaded when asked for, hence the promise.
 * Throws `UserError` `unknown-language`.
 */
export async function createTokenizer(text: RunConfig['text']): Promise<WordScanner> {
  const pattern = wordPatterns[text.tokenizer];
  const stopWords = text.stopWords === null ? undefined : await loadStopWords(text.stopWords);
  const stem = text.stem === 'porter' ? await loadPorterStemmer() : undefined;
  return new PatternTokenizer(pattern, (found) => {
    if (!text.keepNumbers && pattern.number?.test(found)) return '';
    const lower = found.toLowerCase();
    if (stopWords?.has(lower)) return '';
    return stem ? stem(lower) : text.lowercase ? lower : found;
  });
}

/** M. F. Porter 1980, for English; from `natural`, loaded here alone. */
async function loadPorterStemmer(): Promise<(word: string) => string> {
  const { default: stemmer } = await import('natural/lib/natural/stemmers/porter_stemmer.js');
  return (word) => stemmer.stem(word);
}

const cacheSize = 1 << 17;

class PatternTokenizer implements WordScanner {
  readonly wordBytes: Uint8Array | undefined;
  private readonly word: RegExp;
  /** Nearly every word of a document was seen before. The frequent ones come first, so a full cache just stays. */
  private readonly cache = new Map<string, string>();

  constructor(
    pattern: WordPattern,
    readonly normalise: (found: string) => string,
  ) {
    this.word = new RegExp(pattern.word); // its own lastIndex
    const { ascii } = pattern;
    this.wordBytes =
      ascii &&
      Uint8Array.from({ length: 256 }, (_, byte) => Number(byte >= 128 || ascii.test(String.fromCharCode(byte))));
  }

  words(text: string, limit = Infinity): string[] {
    const words: string[] = [];
    if (limit <= 0) return words;
    this.scan(text, (found) => {
      const word = this.cached(found);
      return word === '' || words.push(word) < limit;
    });
    return words;
  }

  spans(text: string): Span[] {
    const spans: Span[] = [];
    this.scan(text, (found, start) => {
      const word = this.cached(found);
      if (word !== '') spans.push({ word, start, end: start + found.length });
      return true;
    });
    return spans;
  }

  scan(text: string, visit: (found: string, start: number) => boolean): void {
    const { word } = this;
    word.lastIndex = 0;
    for (let match = word.exec(text); match !== null; match = word.exec(text))
      if (!visit(match[0], match.index)) return;
  }

  private cached(found: string): string {
    let word = this.cache.get(found);
    if (word !== undefined) return word;
    const key = ownString(found);
    word = this.normalise(key);
    if (this.cache.size < cacheSize) this.cache.set(key, word);
    return word;
  }
}
