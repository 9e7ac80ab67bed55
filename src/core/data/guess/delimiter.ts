/** What parts the fields of a table. */
import { commonWidth, isQuotedTsv, sampleRows } from '../formats/rows.ts';

export const delimiters = [',', '\t', ';', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

const names: Readonly<Record<string, Delimiter>> = {
  comma: ',',
  tab: '\t',
  '\\t': '\t',
  semicolon: ';',
  pipe: '|',
  bar: '|',
};

/** A delimiter as people type it: itself, `\t`, or its name. undefined where it is none. */
export function parseDelimiter(text: string): Delimiter | undefined {
  return delimiters.find((delimiter) => delimiter === text) ?? names[text.toLowerCase()];
}

/** The delimiter that a spreadsheet's first line `sep=;` names. */
export function namedDelimiter(line: string): Delimiter | undefined {
  const found = /^\uFEFF?"?sep=(.)"?\s*$/i.exec(line)?.[1];
  return found === undefined ? undefined : parseDelimiter(found);
}

export interface DelimiterTrial {
  delimiter: Delimiter;
  width: number;
  share: number;
}

/** The delimiter that parts the rows, or undefined where none does. */
export const guessDelimiter = (...args: Parameters<typeof bestDelimiter>): Delimiter | undefined =>
  bestDelimiter(...args)?.delimiter;

/**
 * The delimiter at which most rows have the same number of fields, more than one; `preferred` where that decides nothing.
 * undefined where no delimiter parts the rows.
 */
export function bestDelimiter(
  lines: readonly { text: string; end: string }[],
  preferred: Delimiter,
): DelimiterTrial | undefined {
  const trials = delimiters.map((delimiter): DelimiterTrial & { inFirst: boolean } => {
    const rows = sampleRows(lines, delimiter, delimiter !== '\t' || isQuotedTsv(lines));
    const { width, share } = commonWidth(rows);
    return { delimiter, width, share, inFirst: rows[0]?.length === width };
  });
  const parting = trials.filter(({ width, share }) => width > 1 && share >= 0.5);
  const score = ({ delimiter, share, inFirst }: (typeof trials)[number]): number =>
    share + (delimiter === preferred ? 0.1 : 0) + (inFirst ? 0.2 : 0); // decimal commas do not stand in the header
  return parting.sort((a, b) => score(b) - score(a) || b.width - a.width)[0];
}
