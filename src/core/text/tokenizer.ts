import type { RunConfig } from '../config/runConfig.ts';
import { ownString } from '../base/memory.ts';
import { UserError } from '../base/errors.ts';
import { spacelessLetter } from '../base/scripts.ts';
import { cutRun, holdsSpaceless } from './segmenter.ts';

/** A word with its place in the text: UTF-16 offsets, `end` exclusive. */
interface Span {
  word: string;
  start: number;
  end: number;
}

export type TokenizerName = RunConfig['text']['tokenizer'];

export interface Tokenizer {
  /** The words of a text in order, the first `limit` of them: `spans(text)` without the places. */
  words(text: string, limit?: number): string[];
  spans(text: string): Span[];
}

/** The two halves of a tokenizer, for those who keep what they know of a word by the way it is written. */
export interface WordScanner extends Tokenizer {
  readonly name: TokenizerName;
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
 * Throws `UserError` `unknown-language`; what it cuts, `no-segmenter`.
 */
export async function createTokenizer(text: RunConfig['text']): Promise<WordScanner> {
  const pattern = wordPatterns[text.tokenizer];
  const stopWords = text.stopWords === null ? undefined : await loadStopWords(text.stopWords);
  const stem = text.stem === 'porter' ? await loadPorterStemmer() : undefined;
  return new PatternTokenizer(text.tokenizer, pattern, (found) => {
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
  private readonly isCut: boolean;
  /** Nearly every word of a document was seen before. The frequent ones come first, so a full cache just stays. */
  private readonly cache = new Map<string, string>();

  constructor(
    readonly name: TokenizerName,
    pattern: WordPattern,
    readonly normalise: (found: string) => string,
  ) {
    this.word = new RegExp(pattern.word); // its own lastIndex
    const { ascii, isCut = false } = pattern;
    this.isCut = isCut;
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
    const isCut = this.isCut && holdsSpaceless(text);
    word.lastIndex = 0;
    for (let match = word.exec(text); match !== null; match = word.exec(text)) {
      const { 0: found, index } = match;
      if (!(isCut && holdsSpaceless(found) ? cutRun(found, index, visit) : visit(found, index))) return;
    }
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

type StopWordFile = { default: { words: string[] } };

/** One import per language, so that a bundler sees them all and a run loads the one it asks for. */
const lists: Record<string, () => Promise<StopWordFile>> = {
  en: () => import('natural/lib/natural/util/stopwords.js'),
  es: () => import('natural/lib/natural/util/stopwords_es.js'),
  fa: () => import('natural/lib/natural/util/stopwords_fa.js'),
  fr: () => import('natural/lib/natural/util/stopwords_fr.js'),
  id: () => import('natural/lib/natural/util/stopwords_id.js'),
  it: () => import('natural/lib/natural/util/stopwords_it.js'),
  ja: () => import('natural/lib/natural/util/stopwords_ja.js'),
  nl: () => import('natural/lib/natural/util/stopwords_nl.js'),
  no: () => import('natural/lib/natural/util/stopwords_no.js'),
  pl: () => import('natural/lib/natural/util/stopwords_pl.js'),
  pt: () => import('natural/lib/natural/util/stopwords_pt.js'),
  ru: () => import('natural/lib/natural/util/stopwords_ru.js'),
  sv: () => import('natural/lib/natural/util/stopwords_sv.js'),
  uk: () => import('natural/lib/natural/util/stopwords_uk.js'),
  zh: () => import('natural/lib/natural/util/stopwords_zh.js'),
};

/** ISO 639-1 codes of the languages that have a list. */
const stopWordLanguages: readonly string[] = Object.keys(lists);

/** The stop words of a language, lower-cased. Throws `UserError` `unknown-language`. */
async function loadStopWords(language: string): Promise<ReadonlySet<string>> {
  const load = Object.hasOwn(lists, language) ? lists[language] : undefined;
  if (!load)
    throw new UserError(
      'unknown-language',
      `There are no stop words for the language "${language}"`,
      `Set "text.stopWords" to one of ${stopWordLanguages.join(', ')}, or to null.`,
    );
  return new Set((await load()).default.words.map((word) => word.toLowerCase()));
}

/** What a word is, for each tokenizer. */

interface WordPattern {
  /** Matches the words of a text one after the other; has the flag `g`. */
  word: RegExp;
  /** Matches words that are pure numbers, which `keepNumbers: false` drops. */
  number?: RegExp;
  /**
   * Matches the characters of ASCII that words may hold, where all others of ASCII part words, whatever stands beside them. Absent
   * where that is not so.
   */
  ascii?: RegExp;
  /** What is matched is cut further where it holds letters of a script without spaces. */
  isCut?: boolean;
}

// A joiner between two word characters belongs to the word: Hindi conjuncts and Persian suffixes are written with it.
const joiner = String.raw`[\u200c\u200d](?=[\p{L}\p{Nl}\p{M}\p{Nd}])`;
const digitsOnly = /^[\p{Nd}\p{M}\u200c\u200d]+$/u;

// Ideographs that count as numbers for Python's str.isnumeric (Unicode's Numeric_Type), beside category N.
const numericIdeographs =
  '㐅㒃㠪㭍一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌柒漆玖百肆萬貮貳贰阡陆陌陸零' +
  '\uf96b\uf973\uf978\uf9b2\uf9d1\uf9d3\uf9fd' +
  '\u{20001}\u{20064}\u{200e2}\u{20121}\u{2092a}\u{20983}\u{2098c}\u{2099c}\u{20aea}' +
  '\u{20afd}\u{20b19}\u{22390}\u{22998}\u{23b1b}\u{2626d}\u{2f890}';

const letter = String.raw`[\p{L}\p{Nl}\p{Nd}]`;
const inner = String.raw`[\p{L}\p{Nl}\p{M}\p{Nd}]`;

/** Letters and digits with the marks on them, in any script. */
const unicode: WordPattern = {
  word: new RegExp(`${letter}(?:${inner}|${joiner})*`, 'gu'),
  number: digitsOnly,
  ascii: /[A-Za-z0-9]/,
};

const wordPatterns: Record<TokenizerName, WordPattern> = {
  unicode,
  /** Each character of a script without spaces (with its marks) alone; other scripts as in `unicode`. */
  character: {
    word: new RegExp(String.raw`${spacelessLetter}\p{M}*|${letter}(?:[${inner}--${spacelessLetter}]|${joiner})*`, 'gv'),
    number: digitsOnly,
    ascii: /[A-Za-z0-9]/,
  },
  /** The words of such scripts, as the platform's dictionaries cut them; other scripts as in `unicode`. */
  segmenter: { ...unicode, isCut: true },
  /** Python's `\w+`: letters, numbers of any kind and the underscore, but no marks; numbers as `str.isnumeric` says. */
  libmultilabel: {
    word: /[\p{L}\p{N}_]+/gu,
    number: new RegExp(String.raw`^[\p{N}${numericIdeographs}]+$`, 'u'),
    ascii: /\w/,
  },
  /**
   * clean_str of Y. Kim's CNN_sentence, which the original program uses: ASCII letters, digits, `'` and `` ` ``; contractions cut off
   * (`do n't`, `it 's`, lower-case ones only); `( ) , ! ?` are words. Numbers stay. (Python's re.sub leaves a backslash
   * before brackets and question marks there, by accident; it is left out.)
   */
  kim: { word: /[(),!?]|[A-Za-z0-9'`](?:(?!'(?:s|ve|re|d|ll)|n't)[A-Za-z0-9'`])*/g },
};

export const tokenizerNames = Object.keys(wordPatterns) as TokenizerName[];
