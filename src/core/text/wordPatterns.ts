/** What a word is, for each tokenizer. */
import type { RunConfig } from '../config/runConfig.ts';

export interface WordPattern {
  /** Matches the words of a text one after the other; has the flag `g`. */
  word: RegExp;
  /** Matches words that are pure numbers, which `keepNumbers: false` drops. */
  number?: RegExp;
  /**
   * Matches the characters of ASCII that words may hold, where all others of ASCII part words, whatever stands beside them. Absent
   * where that is not so.
   */
  ascii?: RegExp;
}

// A joiner between two word characters belongs to the word: Hindi conjuncts and Persian suffixes are written with it.
const joiner = String.raw`[\u200c\u200d](?=[\p{L}\p{Nl}\p{M}\p{Nd}])`;
const digitsOnly = /^[\p{Nd}\p{M}\u200c\u200d]+$/u;

/** Scripts that are written without spaces between words. */
const spaceless = [
  'Han',
  'Hira',
  'Kana',
  'Bopo',
  'Yiii',
  'Thai',
  'Laoo',
  'Khmr',
  'Mymr',
  'Talu',
  'Tale',
  'Lana',
  'Tavt',
];
const character = String.raw`[[\p{L}\p{Nl}]&&[${spaceless.map((script) => String.raw`\p{scx=${script}}`).join('')}]]`;

// Ideographs that count as numbers for Python's str.isnumeric (Unicode's Numeric_Type), beside category N.
const numericIdeographs =
  '㐅㒃㠪㭍一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌柒漆玖百肆萬貮貳贰阡陆陌陸零' +
  '\uf96b\uf973\uf978\uf9b2\uf9d1\uf9d3\uf9fd' +
  '\u{20001}\u{20064}\u{200e2}\u{20121}\u{2092a}\u{20983}\u{2098c}\u{2099c}\u{20aea}' +
  '\u{20afd}\u{20b19}\u{22390}\u{22998}\u{23b1b}\u{2626d}\u{2f890}';

const letter = String.raw`[\p{L}\p{Nl}\p{Nd}]`;
const inner = String.raw`[\p{L}\p{Nl}\p{M}\p{Nd}]`;

export const wordPatterns: Record<RunConfig['text']['tokenizer'], WordPattern> = {
  /** Letters and digits with the marks on them, in any script. */
  unicode: { word: new RegExp(`${letter}(?:${inner}|${joiner})*`, 'gu'), number: digitsOnly, ascii: /[A-Za-z0-9]/ },
  /** Each character of a script without spaces (with its marks) alone; other scripts as in `unicode`. */
  character: {
    word: new RegExp(String.raw`${character}\p{M}*|${letter}(?:[${inner}--${character}]|${joiner})*`, 'gv'),
    number: digitsOnly,
    ascii: /[A-Za-z0-9]/,
  },
  /** Python's `\w+`: letters, numbers of any kind and the underscore, but no marks; numbers as `str.isnumeric` says. */
  libmultilabel: {
    word: /[\p{L}\p{N}_]+/gu,
    number: new RegExp(String.raw`^[\p{N}${numericIdeographs}]+$`, 'u'),
    ascii: /\w/,
  },
  /**
   * clean_str of Y. Kim's CNN_sentence, which the seed uses: ASCII letters, digits, `'` and `` ` ``; contractions cut off
   * (`do n't`, `it 's`, lower-case ones only); `( ) , ! ?` are words. Numbers stay. (Python's re.sub leaves a backslash
   * before brackets and question marks there, by accident; it is left out.)
   */
  kim: { word: /[(),!?]|[A-Za-z0-9'`](?:(?!'(?:s|ve|re|d|ll)|n't)[A-Za-z0-9'`])*/g },
};
