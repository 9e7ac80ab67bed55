/** Scripts that are written without spaces between words: which there are, and how much of a text is in them. */

/** Those that the platform's dictionaries cut into words. */
const withDictionary = ['Han', 'Hira', 'Kana', 'Thai', 'Laoo', 'Khmr', 'Mymr'];
/** Those that it leaves in one piece. */
const withoutDictionary = ['Bopo', 'Yiii', 'Talu', 'Tale', 'Lana', 'Tavt'];

const lettersOf = (scripts: readonly string[]): string =>
  String.raw`[[\p{L}\p{Nl}]&&[${scripts.map((script) => String.raw`\p{scx=${script}}`).join('')}]]`;

/** Classes of regular expressions with the flag `v`. */
export const spacelessLetter = lettersOf([...withDictionary, ...withoutDictionary]);
export const uncutLetter = lettersOf(withoutDictionary);

/** Tokenizers that find words in such scripts, the better one first (bench/RESULTS.md); for others a whole sentence is one word, or none. */
export const spacelessTokenizers = ['character', 'segmenter'] as const;

/** How much of a text is in scripts without spaces. Plain JSON. */
export interface Script {
  /** The language or script that most of these letters belong to. */
  name: string;
  /** Of all letters, 0 … 1. */
  share: number;
}

/**
 * Share of the letters from which on a text counts as one without spaces. A letter of these scripts carries more: words of Chinese
 * have two of them, words of English five; at three letters in ten, half of the words are of such a script.
 */
const spacelessFrom = 0.3;
/** Below this share it is not worth a word: a name, a quotation. */
const mentionedFrom = 0.01;

export const isSpaceless = (script: Script | undefined): boolean => (script?.share ?? 0) >= spacelessFrom;
export const isMentionable = (script: Script | undefined): boolean => (script?.share ?? 0) >= mentionedFrom;

/** What is said where a tokenizer finds no words in such a text; undefined where there is nothing to say. */
export function tokenizerWarning(script: Script | undefined, tokenizer: string): string | undefined {
  if (!script || !isSpaceless(script) || spacelessTokenizers.some((name) => name === tokenizer)) return undefined;
  const effect = tokenizer === 'kim' ? 'finds next to no words in it' : 'takes whole sentences for words';
  return `Most of the text is ${script.name}, without spaces between words (${percentOf(script)} of its letters): the tokenizer "${tokenizer}" ${effect}. Use "segmenter" (words, by dictionaries) or "character" (each letter by itself).`;
}

export const percentOf = ({ share }: Script): string => `${Math.round(share * 100)}%`;

/** Documents that are all looked at; of those after them every so many-th. */
const looked = 512;
const step = 64;
/** Characters looked at of a document. */
const head = 400;

/** The first of those scripts in Unicode's order is Thai: a text whose characters all lie before it needs no closer look. */
const beforeSpaceless = /^[\0-\u0dff]*$/;
const letters = /\p{L}/gu;
const spaceless = new RegExp(spacelessLetter, 'gv');
const languages: readonly (readonly [name: string, letters: RegExp])[] = [
  ['Japanese', /[\p{sc=Hira}\p{sc=Kana}]/gu],
  ['Chinese', /\p{sc=Han}/gu],
  ['Thai', /\p{sc=Thai}/gu],
  ['Lao', /\p{sc=Laoo}/gu],
  ['Khmer', /\p{sc=Khmr}/gu],
  ['Burmese', /\p{sc=Mymr}/gu],
];

/** Looks at some of the documents of a set, spread over it: little work, whatever its size. */
export class ScriptSample {
  private documents = 0;
  private letters = 0;
  private spaceless = 0;
  private readonly counts = languages.map(() => 0);

  /** @param text may be absent where it is not wanted */
  add(text: string | undefined): void {
    if (text !== undefined && this.wantsNext) this.look(text.slice(0, head));
    this.documents++;
  }

  /** Whether the next document is one of those that are looked at. */
  get wantsNext(): boolean {
    return this.documents < looked || this.documents % step === 0;
  }

  private look(text: string): void {
    this.letters += countOf(letters, text);
    if (beforeSpaceless.test(text)) return;
    this.spaceless += countOf(spaceless, text);
    languages.forEach(([, of], i) => (this.counts[i] += countOf(of, text)));
  }

  /** undefined where no letter of such a script was seen. */
  result(): Script | undefined {
    if (this.spaceless === 0) return undefined;
    const [kana] = this.counts;
    // Japanese has more ideographs than it has kana in many a text; Chinese has none
    const most = kana > 0.05 * this.spaceless ? 0 : this.counts.indexOf(Math.max(...this.counts));
    const name = this.counts[most] > 0 ? languages[most][0] : 'such scripts';
    return { name, share: this.spaceless / this.letters };
  }
}

const countOf = (pattern: RegExp, text: string): number => text.match(pattern)?.length ?? 0;
