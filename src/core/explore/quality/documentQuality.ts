import { createHash } from 'node:crypto';
import type { Document } from '../../data/document.ts';
import type { WordScanner } from '../../text/tokenizer.ts';
import type { SharedTexts, Suspicion } from '../analysis/analysisApi.ts';
import { WordTable } from '../words/wordTable.ts';
import { NearDuplicates, type SimilarPair } from './nearDuplicates.ts';

/** A document of one of the sets looked at. */
export interface DocumentRef {
  /** Index of its set. */
  set: number;
  /** Number within its set, from 0. */
  document: number;
  id: string;
  line: number;
}

/** Documents with the same text, but for case and spaces. */
export interface RepeatedText {
  documents: DocumentRef[];
  /** Whether they have different labels: whatever a model learns of this text is wrong for one of them. */
  contradictory: boolean;
}

export interface NearPair {
  first: DocumentRef;
  second: DocumentRef;
  /** Estimated Jaccard similarity of their word 5-grams; standard error at most 0.045. */
  similarity: number;
}

/** Documents of a later set whose text the first set holds too. */
export interface Leakage extends SharedTexts {
  set: number;
}

/** A document of a later set, with one of the first set that has its text, or nearly so. */
export interface Leak extends NearPair {
  exact: boolean;
}

/** A count, with the first of what was counted. */
export interface Listed<T> {
  count: number;
  first: T[];
}

/** What may be wrong with the documents of one set or of several; lists hold the first thousand. */
export interface QualityReport {
  documents: number;
  /** Texts that occur more than once; `surplus` counts their documents beyond the first. */
  repeated: Listed<RepeatedText> & { surplus: number; contradictory: number };
  near: Listed<NearPair>;
  leakage: Leakage[];
  leaks: Listed<Leak>;
  empty: Listed<DocumentRef>;
  oneWord: Listed<DocumentRef>;
  suspicious: Partial<Record<Suspicion, Listed<DocumentRef>>>;
}

const KEPT = 1000;

/**
 * Looks for repeated, nearly repeated, contradictory, empty and damaged documents, which it takes one by one, set after set; where there
 * are several, the first is what a model is trained on, and what others share with it is leakage. Needs word order: a bag of words has
 * no texts to compare. Memory: about 400 bytes a document.
 */
export class QualityCollector {
  private readonly refs: DocumentRef[] = [];
  /** Number of the first document of each set. */
  private readonly setStarts: number[] = [];
  private readonly firstWithText = new Map<string, number>();
  /** Number of the first document with the same text: its own where there is none. */
  private readonly sameAs: number[] = [];
  private readonly labelKeys: string[] = [];
  private readonly words: WordTable;
  private readonly near = new NearDuplicates();
  private readonly empty = new List<DocumentRef>();
  private readonly oneWord = new List<DocumentRef>();
  private readonly suspicious = new Map<Suspicion, List<DocumentRef>>();

  constructor(tokenizer: WordScanner) {
    this.words = new WordTable(tokenizer);
  }

  add(set: number, { id, line, text, labels }: Document): void {
    const number = this.refs.length;
    while (this.setStarts.length <= set) this.setStarts.push(number);
    const ref = { set, document: number - this.setStarts[set], id, line };
    this.refs.push(ref);
    const words = this.words.of({ text });
    if (words.length === 0) this.empty.add(ref);
    if (words.length === 1) this.oneWord.add(ref);
    for (const kind of suspicionsIn(text)) listOf(this.suspicious, kind).add(ref);
    const key = digest(text.toLowerCase().replace(/\s+/g, ' ').trim());
    const first = words.length ? (this.firstWithText.get(key) ?? number) : number;
    if (first === number) this.firstWithText.set(key, number);
    this.sameAs.push(first);
    this.labelKeys.push(digest([...labels].sort().join('\n')));
    this.near.add(first === number ? words : []); // repeats are found already
  }

  result(sets: number): QualityReport {
    const near = this.near.pairs();
    const groups = this.groups();
    const contradictory = groups.filter((group) => group.contradictory).length;
    const surplus = groups.reduce((sum, { documents }) => sum + documents.length - 1, 0);
    return {
      documents: this.refs.length,
      repeated: { count: groups.length, surplus, contradictory, first: groups.slice(0, KEPT) },
      near: {
        count: near.length,
        first: near
          .slice(0, KEPT)
          .map(({ first, second, similarity }) => ({ first: this.refs[first], second: this.refs[second], similarity })),
      },
      leakage: Array.from({ length: sets - 1 }, (_, i) => this.leakage(i + 1, near)),
      leaks: this.leaks(near),
      empty: this.empty,
      oneWord: this.oneWord,
      suspicious: Object.fromEntries(this.suspicious),
    };
  }

  /** What `leakage` counts, exact ones first. `near`: pairs that were found. */
  private leaks(near: readonly SimilarPair[]): Listed<Leak> {
    const list = new List<Leak>();
    const isLeak = (first: number, second: number): boolean => this.refs[first].set === 0 && this.refs[second].set > 0;
    this.sameAs.forEach((first, second) => {
      if (isLeak(first, second))
        list.add({ first: this.refs[first], second: this.refs[second], similarity: 1, exact: true });
    });
    for (const { first, second, similarity } of near)
      if (isLeak(first, second))
        list.add({ first: this.refs[first], second: this.refs[second], similarity, exact: false });
    return list;
  }

  private groups(): RepeatedText[] {
    const members = new Map<number, number[]>();
    this.sameAs.forEach((first, number) => {
      if (first === number) return;
      const group = members.get(first);
      if (group) group.push(number);
      else members.set(first, [first, number]);
    });
    return [...members.values()]
      .map((numbers) => ({
        documents: numbers.map((number) => this.refs[number]),
        contradictory: numbers.some((number) => this.labelKeys[number] !== this.labelKeys[numbers[0]]),
      }))
      .sort((a, b) => Number(b.contradictory) - Number(a.contradictory) || b.documents.length - a.documents.length);
  }

  private leakage(set: number, near: readonly { first: number; second: number }[]): Leakage {
    let exact = 0;
    this.refs.forEach((ref, number) => {
      if (ref.set === set && this.refs[this.sameAs[number]].set === 0) exact++;
    });
    const leaks = near.filter(({ first, second }) => this.refs[first].set === 0 && this.refs[second].set === set);
    return { set, exact, near: leaks.length };
  }
}

class List<T> implements Listed<T> {
  count = 0;
  readonly first: T[] = [];

  add(item: T): void {
    if (this.count++ < KEPT) this.first.push(item);
  }
}

function listOf<K, T>(lists: Map<K, List<T>>, key: K): List<T> {
  let list = lists.get(key);
  if (!list) lists.set(key, (list = new List()));
  return list;
}

/** 120 bits: two different texts never meet. */
const digest = (text: string): string => createHash('sha1').update(text).digest('base64').slice(0, 20);

/** Characters that show a text gone wrong on its way. */
export const suspicions = {
  replacement: /\uFFFD/,
  control: /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/,
  /** UTF-8 read as latin-1 or Windows-1252, such as "Ã©" for "é" and "â€™" for an apostrophe. */
  mojibake:
    /[\u00C3\u00C2][\u0080-\u00BF\u0152\u0153\u0160\u0161\u0178\u017D\u017E\u0192\u02C6\u02DC\u2013-\u2026\u20AC\u2122]|\u00E2(?:\u20AC|\u0080)/,
  'private use': /\p{Co}/u,
  'invisible direction mark': /[\u202A-\u202E\u2066-\u2069]/,
} as const satisfies Record<Suspicion, RegExp>;

const any = new RegExp(
  Object.values(suspicions)
    .map(({ source }) => source)
    .join('|'),
  'u',
);

/** The kinds of suspicious characters in a text. */
export function suspicionsIn(text: string): Suspicion[] {
  if (!any.test(text)) return [];
  return (Object.keys(suspicions) as Suspicion[]).filter((kind) => suspicions[kind].test(text));
}
