/** The original program's command lines, as its README and people's shell scripts have them. */
import { UserError } from '../../base/errors.ts';
import { nearest } from '../spelling.ts';
import { originalFlags, type OriginalFlag } from './flags.ts';

/** A flag that was given, and its values as written. */
export interface GivenFlag {
  name: string;
  flag: OriginalFlag;
  values: string[];
}

interface OriginalCommandLine {
  flags: GivenFlag[];
  /** What belongs to no flag, and flags that the program does not have. */
  ignored: string[];
}

/**
 * Reads a command line whole: environment, `python main.py`, redirections, a comment behind it, spaces about `=`, several
 * values, flags shortened as argparse allows. Throws `UserError` `seed-flag` for a value that a flag cannot have.
 */
export function parseOriginalCommandLine(line: string): OriginalCommandLine {
  const words = withoutProgram(withoutRedirections(splitWords(line)));
  const found: OriginalCommandLine = { flags: [], ignored: [] };
  for (let i = 0; i < words.length;) {
    const word = words[i++];
    const name = /^--[A-Za-z_][\w-]*/.exec(word)?.[0];
    const flag = name === undefined ? undefined : findFlag(name);
    if (name === undefined || !flag) {
      found.ignored.push(word);
      continue;
    }
    const values = valuesOf(word.slice(name.length));
    while (i < words.length && !words[i].startsWith('--') && values.length < (flag.several ? Infinity : 1))
      values.push(...valuesOf(words[i++]));
    found.flags.push({ name: flag.name, flag, values: checked(flag, values) });
  }
  return found;
}

/** `=128`, `=`, `128` and `[2,4,8]`: the values in it. */
const valuesOf = (text: string): string[] =>
  text
    .replace(/^=/, '')
    .split(/[[\],]/)
    .filter((value) => value !== '');

function findFlag(name: string): OriginalFlag | undefined {
  const exact = originalFlags.find((flag) => flag.name === name);
  const longer = originalFlags.filter((flag) => flag.name.startsWith(name));
  return exact ?? (longer.length === 1 ? longer[0] : undefined);
}

function checked(flag: OriginalFlag, values: string[]): string[] {
  const fits =
    flag.kind === 'text' ? () => true : (value: string) => value.trim() !== '' && Number.isFinite(Number(value));
  const wrong = values.find((value) => !fits(value));
  if (wrong === undefined && values.length > 0) return values;
  const what = wrong === undefined ? 'has no value' : `is ${JSON.stringify(wrong.slice(0, 50))}, which is no number`;
  throw new UserError('seed-flag', `${flag.name} ${what}`, `Give it one, such as ${flag.name}=${flag.example}.`);
}

/** The nearest flag there is. */
export const nearestFlag = (word: string): string | undefined =>
  word.startsWith('--')
    ? nearest(
        word.replace(/=.*/s, ''),
        originalFlags.map(({ name }) => name),
      )
    : undefined;

/** Words as a shell splits them: quotes, backslashes, comments; variables stay as they are. */
function splitWords(line: string): string[] {
  const words: string[] = [];
  const pattern = /\s+|#[^\n]*|((?:"(?:\\[^]|[^"\\])*"|'[^']*'|\\[^]|[^\s"'\\]|["'\\])+)/gy;
  for (const [, word] of line.replace(/\\\r?\n/g, ' ').matchAll(pattern))
    if (word !== undefined) words.push(word.replace(/"((?:\\[^]|[^"\\])*)"|'([^']*)'|\\([^])/g, unquoted));
  return words;
}

const unquoted = (_: string, double?: string, single?: string, escaped?: string): string =>
  double?.replace(/\\(["\\$`])/g, '$1') ?? single ?? escaped ?? '';

function withoutRedirections(words: string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    if (/^(&|;|\||&&|\|\|)$/.test(words[i])) break;
    const redirection = /^(\d|&)?>{1,2}(&\d)?(.*)$/s.exec(words[i]);
    if (!redirection) kept.push(words[i]);
    else if (!redirection[2] && redirection[3] === '') i++; // the file is the next word
  }
  return kept;
}

/** Leaves out `NAME=value`, `nohup`, `python -u path/main.py` and the like. */
function withoutProgram(words: string[]): string[] {
  const first = words.findIndex((word) => word.startsWith('--'));
  const script = words.slice(0, first < 0 ? words.length : first).findLastIndex((word) => /\.py$/i.test(word));
  return words
    .slice(script + 1)
    .filter((word, i) => script >= 0 || first < 0 || i >= first || !/^\w+=|^(python[\d.]*|nohup)$/.test(word));
}
