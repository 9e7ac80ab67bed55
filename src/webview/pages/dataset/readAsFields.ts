/** The choices of Read As: which options there are, and how each is typed and shown. */
import { datasetFormats, type SourceOptions } from '../../../core/data/document.ts';
import { cellStyles } from '../../../core/data/guess/cells.ts';
import { encodings } from '../../../core/formats/encodings.ts';
import type { Choice } from '../../ui/index.ts';
import { t } from '../../l10n.ts';

/** `name`: a field or column number; `names`: several; `words`: several that are never numbers. */
type Kind = 'choice' | 'yesNo' | 'text' | 'name' | 'names' | 'words' | 'file';

export interface ReadingField {
  key: Exclude<keyof SourceOptions, 'onError'>;
  kind: Kind;
  label: string;
  choices?: Choice[];
  /** What may be typed. */
  hint?: string;
}

export interface FieldGroup {
  title: string;
  fields: ReadingField[];
}

const named = (values: readonly string[]): Choice[] => values.map((value) => ({ value, label: value }));

export const fieldGroups = (): FieldGroup[] => [
  {
    title: t('Fields'),
    fields: [
      { key: 'textField', kind: 'names', label: t('Text fields'), hint: t('title, body') },
      { key: 'labelField', kind: 'name', label: t('Label field') },
      {
        key: 'labelColumns',
        kind: 'names',
        label: t('Label columns (0 and 1, or labels)'),
        hint: t('sports, politics'),
      },
      { key: 'idField', kind: 'name', label: t('Id field') },
    ],
  },
  {
    title: t('Labels'),
    fields: [
      { key: 'labelSeparator', kind: 'text', label: t('Label separator'), hint: t('none: not split') },
      { key: 'labelStyle', kind: 'choice', label: t('Label style'), choices: named(cellStyles) },
      { key: 'wholeLabels', kind: 'words', label: t('Labels that hold the separator'), hint: '"Health, safety"' },
      { key: 'missing', kind: 'words', label: t('Words for no label'), hint: t('none: all are labels') },
      { key: 'labelPrefix', kind: 'text', label: t('Label prefix (fastText)'), hint: '__label__' },
      { key: 'wholeNumbers', kind: 'yesNo', label: t('Count 1.0 as the label 1') },
      { key: 'labelNames', kind: 'file', label: t('File with the names of label ids') },
      { key: 'labelsFile', kind: 'file', label: t('File that holds the labels') },
    ],
  },
  {
    title: t('File'),
    fields: [
      { key: 'format', kind: 'choice', label: t('Format'), choices: named(datasetFormats) },
      { key: 'encoding', kind: 'choice', label: t('Encoding'), choices: named(encodings) },
      { key: 'header', kind: 'yesNo', label: t('Header') },
      { key: 'delimiter', kind: 'choice', label: t('Delimiter'), choices: delimiterChoices() },
      { key: 'quoting', kind: 'yesNo', label: t('Quoted fields') },
    ],
  },
];

const delimiterChoices = (): Choice[] => [
  { value: ',', label: t('comma') },
  { value: ';', label: t('semicolon') },
  { value: '\\t', label: t('tab') },
  { value: '|', label: t('pipe') },
];

type Value = SourceOptions[keyof SourceOptions];

/** An option as it is typed; '' where it is not stated. */
export function typedText({ key, kind }: Pick<ReadingField, 'key' | 'kind'>, options: SourceOptions): string {
  const value: Value = options[key];
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const isName = kind === 'name' || kind === 'names';
  if (isName || kind === 'words')
    return [value]
      .flat()
      .map((part) => quotedPart(part, isName))
      .join(', ');
  return String(value).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** The options with one of them as it was typed. */
export function withTyped(
  options: SourceOptions,
  { key, kind }: Pick<ReadingField, 'key' | 'kind'>,
  text: string,
): SourceOptions {
  const changed: SourceOptions = { ...options, [key]: valueOf(key, kind, text) };
  if (changed[key] === undefined) delete changed[key];
  return changed;
}

function valueOf(key: ReadingField['key'], kind: Kind, text: string): Value {
  if (text === '') return undefined;
  if (kind === 'yesNo') return text === 'yes';
  if (kind === 'choice' || kind === 'text' || kind === 'file')
    return text.replaceAll('\\n', '\n').replaceAll('\\t', '\t');
  const parts = partsOf(text, kind !== 'words');
  if (parts.length === 0) return undefined;
  if (kind === 'name' || (key === 'textField' && parts.length === 1)) return parts[0];
  return parts as string[];
}

/** What stands between commas; quotes keep a comma, and a number from being a column's. */
function partsOf(text: string, areNames: boolean): (string | number)[] {
  const parts = text.match(/(?:"(?:[^"]|"")*"|[^,"])+/g) ?? [];
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      if (/^"[^]*"$/.test(part)) return part.slice(1, -1).replaceAll('""', '"');
      return areNames && /^\d+$/.test(part) ? Number(part) : part;
    });
}

function quotedPart(part: string | number, isName: boolean): string {
  const text = String(part);
  const isPlain =
    !/[",]|^\s|\s$/.test(text) && text !== '' && !(isName && typeof part === 'string' && /^\d+$/.test(text));
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}
