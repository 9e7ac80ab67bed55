/** What documents are asked for by; plain data that crosses process borders, and what pages check of it themselves. */
import { UserError } from '../base/errors.ts';
import type { DatasetFile } from '../data/document.ts';

/** Labels by their names: a document has all of `all`, one at least of `any` where there are some, and none of `none`. */
export interface LabelCondition {
  all?: readonly string[];
  any?: readonly string[];
  none?: readonly string[];
}

/** Both ends belong to it. */
export interface AmountRange {
  from?: number;
  to?: number;
}

/** A text that is looked for in texts and ids, without regard to case unless asked for. */
export interface TextCondition {
  text: string;
  /** `text` is a regular expression; `^` and `$` are ends of lines. */
  isPattern?: boolean;
  wholeWord?: boolean;
  matchCase?: boolean;
}

/** A cluster of the labels of a dataset file: documents that have one of its labels. */
export interface ClusterFilter extends DatasetFile {
  k: number;
  cluster: number;
}

/** Documents that fulfil all of it. */
export interface DocumentFilter {
  labels?: LabelCondition;
  cluster?: ClusterFilter;
  /** Number of words, or of features in a bag of words. */
  words?: AmountRange;
  /** Number of labels. */
  labelCount?: AmountRange;
  text?: TextCondition;
}

export const documentSorts = ['place', 'id', 'text', 'labels', 'words'] as const;

/** `place`: as in the file; `labels` and `words`: by their number. Equal ones stay as in the file. */
export interface DocumentSort {
  by: (typeof documentSorts)[number];
  descending: boolean;
}

/** The matches of a condition; `\b` knows the letters of English alone. Throws `UserError` `bad-pattern`. */
export function textPattern({ text, isPattern, wholeWord, matchCase }: TextCondition): RegExp {
  const source = isPattern ? text : text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const flags = `gmu${matchCase ? '' : 'i'}`;
  try {
    const pattern = new RegExp(source, flags); // by itself: "a)(b" must not become valid in parentheses
    return wholeWord ? new RegExp(`(?<![\\p{L}\\p{M}\\p{N}_])(?:${source})(?![\\p{L}\\p{M}\\p{N}_])`, flags) : pattern;
  } catch (error) {
    const reason = (error as SyntaxError).message.replace(/^Invalid regular expression: .*: (?=[^:]*$)/s, '');
    throw new UserError('bad-pattern', `Not a regular expression: ${reason}`, 'Correct it, or search for plain text.');
  }
}

export const isInside = (n: number, { from = 0, to = Infinity }: AmountRange = {}): boolean => n >= from && n <= to;

/** Starts and ends of what was found. */
export type Marks = [start: number, end: number][];

/** Where a pattern (with `g`) matches; matches of no length are left out. */
export function marksIn(text: string, pattern: RegExp, most = Infinity): Marks {
  const marks: Marks = [];
  for (const { index, 0: found } of text.matchAll(pattern)) {
    if (marks.length === most) break;
    if (found.length > 0) marks.push([index, index + found.length]);
  }
  return marks;
}
