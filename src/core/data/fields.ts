/** Which fields of a record hold its id, text and labels: what the user says, else well-known names, else an error. */
import { UserError } from '../base/errors.ts';
import type { SourceOptions } from './document.ts';

const idNames = ['id', '_id', 'uid', 'guid', 'uuid', 'doc_id', 'docid', 'document_id', 'celex_id'];
const textNames = [
  'text',
  'content',
  'body',
  'abstract',
  'document',
  'sentence',
  'comment',
  'comment_text',
  'description',
  'review',
  'question',
];
const titleNames = ['title', 'headline', 'header'];
const labelNames = [
  'labels',
  'label',
  'tags',
  'tag',
  'categories',
  'category',
  'topics',
  'topic',
  'classes',
  'class',
  'concepts',
  'subjects',
  'target',
  'targets',
  'target_ind',
];
const wellKnown = new Set([...idNames, ...textNames, ...titleNames, ...labelNames]);

export function isWellKnown(name: string): boolean {
  return wellKnown.has(name.trim().toLowerCase());
}

export interface Guess {
  id?: string;
  text: string[];
  label?: string;
}

/**
 * Fields by their names, without regard to case: the first of the lists above that occurs. A title goes before the text.
 * `text` is empty where no name is known.
 */
export function guessFields(names: readonly string[]): Guess {
  const find = (known: string[]) => {
    for (const wanted of known) {
      const name = names.find((candidate) => candidate.trim().toLowerCase() === wanted);
      if (name !== undefined) return name;
    }
    return undefined;
  };
  const text = [find(titleNames), find(textNames)].filter((name) => name !== undefined);
  return { id: find(idNames), text, label: find(labelNames) };
}

export function listOf(field: SourceOptions['textField']): (string | number)[] | undefined {
  return field === undefined ? undefined : Array.isArray(field) ? field : [field];
}

export function unknownField(file: string, option: string, name: string | number, names: readonly string[]): UserError {
  const there = names.length > 20 ? `${names.slice(0, 20).join(', ')}, …` : names.join(', ');
  return new UserError(
    'unknown-field',
    `There is no field ${JSON.stringify(name)}`,
    `Set "${option}" to one of: ${there}.`,
    {
      file,
    },
  );
}

export function noTextField(file: string, names: readonly string[]): UserError {
  return new UserError(
    'no-text-field',
    `None of the fields is known to hold the text: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`,
    'Name it with "textField".',
    { file },
  );
}

/** The separator that the label strings show: `|`, `;` or `,`, whichever of them occurs first in this list; never a space. */
export function guessSeparator(values: Iterable<string>): string | undefined {
  const found = new Set<string>();
  for (const value of values)
    for (const separator of ['|', ';', ',']) if (value.includes(separator)) found.add(separator);
  return ['|', ';', ','].find((separator) => found.has(separator));
}

/** 1, 0 or undefined for a value that is no yes or no. */
export function flagOf(value: unknown): 0 | 1 | undefined {
  if (typeof value === 'string') return flagStrings.get(value.trim().toLowerCase());
  return value === 1 || value === true ? 1 : value === 0 || value === false || value === null ? 0 : undefined;
}
const flagStrings = new Map<string, 0 | 1>([
  ['1', 1],
  ['0', 0],
  ['1.0', 1],
  ['0.0', 0],
  ['true', 1],
  ['false', 0],
  ['', 0],
]);
