/** Which fields of a record hold its id, text and labels: those that the user names; the others are found (guess/layout.ts). */
import { UserError } from '../base/errors.ts';
import type { SourceOptions } from './document.ts';
import type { GivenFields } from './guess/columns.ts';
import { missingWords } from './guess/missing.ts';
import type { FieldName, Layout } from './guess/layout.ts';

export function listOf(field: SourceOptions['textField']): FieldName[] | undefined {
  return field === undefined ? undefined : Array.isArray(field) ? field : [field];
}

/**
 * The fields that options name, as the reader knows them. Throws `UserError` `unknown-field`.
 * @param find the field of that name, undefined where there is none
 */
export function givenFields(
  file: string,
  options: SourceOptions,
  find: (name: FieldName) => FieldName | undefined,
  names: readonly FieldName[],
): GivenFields {
  const named = (option: string, name: FieldName): FieldName => {
    const found = find(name);
    if (found === undefined) throw unknownField(file, option, name, names);
    return found;
  };
  return {
    id: options.idField === undefined ? undefined : named('idField', options.idField),
    text: listOf(options.textField)?.map((name) => named('textField', name)),
    label: options.labelField === undefined ? undefined : named('labelField', options.labelField),
    labelColumns: options.labelColumns?.map((name) => named('labelColumns', name)),
  };
}

/** The options that a layout comes to; `named` gives fields as options name them. */
export function optionsOf(
  options: SourceOptions,
  { id, text, label, labelColumns, areCells, reading, missing, wholeNumbers, isListed }: Layout,
  named: (name: FieldName) => FieldName,
): SourceOptions {
  const kept = missingWords.filter((word) => missing.has(word));
  const style = reading.style === 'separated' || reading.style === 'whole' ? undefined : reading.style;
  const hasCells = (label !== undefined || areCells) && !isListed;
  return {
    ...options,
    idField: id === undefined ? undefined : named(id),
    textField: text.length === 1 ? named(text[0]) : text.map(named),
    labelField: label === undefined ? undefined : named(label),
    labelColumns: labelColumns.length ? labelColumns.map(named) : options.labelColumns,
    labelStyle: options.labelStyle ?? (isListed && style === 'list' ? undefined : style),
    labelSeparator: options.labelSeparator ?? (!hasCells || style ? undefined : (reading.separator ?? 'none')),
    ...(reading.wholeLabels?.length && { wholeLabels: [...reading.wholeLabels] }),
    ...(options.missing === undefined &&
      kept.length < missingWords.length && { missing: kept.length ? kept : ['none'] }),
    ...(wholeNumbers && { wholeNumbers }),
  };
}

const listed = (names: readonly FieldName[]): string =>
  names.length > 20 ? `${names.slice(0, 20).join(', ')}, …` : names.join(', ');

export function unknownField(file: string, option: string, name: FieldName, names: readonly FieldName[]): UserError {
  return new UserError(
    'unknown-field',
    `There is no field ${JSON.stringify(name)}`,
    `Set "${option}" to one of: ${listed(names)}.`,
    { file },
  );
}

export function noTextField(file: string, names: readonly FieldName[]): UserError {
  return new UserError(
    'no-text-field',
    `None of the fields looks like the text: ${listed(names)}`,
    'Name it with "textField".',
    { file },
  );
}

/** 1, 0 or undefined for a value that is no yes or no. */
export function flagOf(value: unknown): 0 | 1 | undefined {
  if (typeof value === 'string') {
    const word = value.trim().toLowerCase();
    return flagStrings.get(word) ?? flagStrings.get(word.replace(/^([01])[.,]0+$/, '$1'));
  }
  return value === 1 || value === true ? 1 : value === 0 || value === false || value === null ? 0 : undefined;
}
const flagStrings = new Map<string, 0 | 1>([
  ['1', 1],
  ['0', 0],
  ['true', 1],
  ['false', 0],
  ['yes', 1],
  ['no', 0],
  ['', 0],
  ['-1', 0],
  ...[
    'wahr',
    'vrai',
    'verdadero',
    'vero',
    'prawda',
    'истина',
    'x',
    '✓',
    '✔',
    'y',
    't',
    'ja',
    'oui',
    'sí',
    'si',
    'sim',
    'да',
    '是',
  ].map((yes): [string, 1] => [yes, 1]),
  ...['falsch', 'faux', 'falso', 'fałsz', 'ложь', 'n', 'f', 'nein', 'non', 'não', 'нет', '否'].map(
    (no): [string, 0] => [no, 0],
  ),
]);
