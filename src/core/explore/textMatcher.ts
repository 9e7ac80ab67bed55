import { createContext, Script } from 'node:vm';
import { UserError } from '../base/errors.ts';
import { type Marks, marksIn, type TextCondition, textPattern } from './documentFilter.ts';

/** Milliseconds that an expression may take for a batch of documents, a megabyte as a rule. */
const patience = 2000;
/** Matches that are marked in one text. */
const mostMarks = 2000;

/** Characters of a text that are shown of it in a list; how far the first match may stand in it, and does where it is moved there. */
const snippetLength = 300;
const furthest = 120;
const before = 60;

/** Looks for a text in others. An expression that takes too long is given up: some take longer than anybody waits. */
export class TextMatcher {
  private readonly pattern: RegExp;
  private readonly timeout?: number;

  /** Throws `UserError` `bad-pattern`. */
  constructor(condition: TextCondition, timeout = patience) {
    this.pattern = textPattern(condition);
    if (condition.isPattern) this.timeout = timeout;
  }

  /** For each of some documents, given by their texts, whether one of these texts matches. Throws `UserError` `slow-pattern`. */
  holding(documents: readonly (readonly string[])[]): boolean[] {
    const holds = (text: string): boolean => {
      this.pattern.lastIndex = 0;
      return this.pattern.test(text);
    };
    return this.limited(() => documents.map((texts) => texts.some(holds)));
  }

  /** Throws `UserError` `slow-pattern`. */
  marks(text: string): Marks {
    return this.limited(() => marksIn(text, this.pattern, mostMarks));
  }

  private limited<T>(work: () => T): T {
    if (this.timeout === undefined) return work();
    try {
      return new Script('work()').runInContext(createContext({ work }), { timeout: this.timeout }) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      const remedy = 'Make it simpler: repetitions of repetitions, such as (a+)+, can take for ever.';
      throw new UserError('slow-pattern', 'The regular expression takes too long on some document', remedy);
    }
  }
}

/** The beginning of a text, or what is around the first match, with all matches in it. */
export function snippetOf(text: string, matcher?: TextMatcher): { snippet: string; marks: Marks } {
  const marks = matcher?.marks(text) ?? [];
  const first = marks[0]?.[0] ?? 0;
  const start = first > furthest ? first - before : 0;
  const lead = start > 0 ? '…' : '';
  const snippet = lead + text.slice(start, start + snippetLength);
  return { snippet, marks: clipped(marks, start - lead.length, snippet.length) };
}

/** Marks as they lie in a piece of the text. */
export function clipped(marks: Marks, start: number, length: number): Marks {
  return marks
    .map(([from, to]): Marks[number] => [Math.max(0, from - start), Math.min(length, to - start)])
    .filter(([from, to]) => from < to);
}
