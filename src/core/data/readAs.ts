/** How a dataset is read, in words: one line of parts, and what a reader may know better, each with the option that changes it. */
import type { Reasons, SourceOptions } from './document.ts';
import { shownSeparator } from './guess/layout.ts';

/** Words about a reading, and the option that changes what they say. */
export interface ReadAsPart {
  option: keyof SourceOptions;
  text: string;
}

export interface ReadAs {
  /** `text from "title" and "body"; labels from "tags", split at ","; header; windows-1252`; '' for formats without choices. */
  line: string;
  /** Of the line. */
  parts: ReadAsPart[];
  doubts: ReadAsPart[];
}

const shown = (field: string | number): string => (typeof field === 'number' ? `column ${field}` : `"${field}"`);

const list = (fields: readonly (string | number)[]): string =>
  fields.length > 6
    ? `${fields.slice(0, 5).map(shown).join(', ')} and ${fields.length - 5} more`
    : fields.map(shown).join(' and ');

/** @param reasons of `openDataset` */
export function readAs(options: SourceOptions, { format: _, ...reasons }: Reasons = { format: '' }): ReadAs {
  const found = [...fieldParts(options), ...cellParts(options), ...fileParts(options, reasons.encoding)];
  const parts = found.flatMap(([option, text]) => (text ? [{ option, text }] : []));
  const doubts = Object.entries(reasons)
    .filter(([option]) => option !== 'encoding' || options.encoding !== undefined)
    .map(([option, text]) => ({ option: option as keyof SourceOptions, text }));
  return { line: parts.map(({ text }) => text).join('; '), parts, doubts };
}

type Part = [option: keyof SourceOptions, text: string | undefined];

function fieldParts({ textField, labelField, labelColumns, labelSeparator, idField }: SourceOptions): Part[] {
  if (textField === undefined) return [];
  const labels: Part = labelColumns?.length
    ? [
        'labelColumns',
        labelSeparator === undefined
          ? `labels: one column each, ${list(labelColumns)}`
          : `labels from ${list(labelColumns)}`, // whose cells hold labels
      ]
    : ['labelField', labelField === undefined ? 'no labels' : `labels from ${shown(labelField)}`];
  return [
    ['textField', `text from ${list([textField].flat())}`],
    labels,
    ['idField', idField === undefined ? undefined : `id from ${shown(idField)}`],
  ];
}

function cellParts({ labelStyle, labelSeparator, missing, wholeNumbers, labelPrefix }: SourceOptions): Part[] {
  const styles = {
    list: 'cells are lists',
    vector: 'vectors of 0 and 1, label n is place n counted from 0',
    brackets: 'labels in angle brackets',
    whole: 'not split',
    separated: undefined,
  };
  const style = labelStyle && styles[labelStyle];
  const split =
    labelSeparator === 'none' ? 'not split' : labelSeparator && `split at ${shownSeparator(labelSeparator)}`;
  return [
    style === undefined ? ['labelSeparator', split] : ['labelStyle', style],
    ['missing', missing && `no label: ${missing.join(', ')}`],
    ['wholeNumbers', wholeNumbers ? '1.0 is 1' : undefined],
    ['labelPrefix', labelPrefix && `labels begin with ${labelPrefix}`],
  ];
}

function fileParts({ header, delimiter, encoding }: SourceOptions, why: string | undefined): Part[] {
  return [
    ['header', header === undefined ? undefined : header ? 'header' : 'no header'],
    ['delimiter', delimiter && `fields between ${shownSeparator(delimiter)}`],
    ['encoding', encoding && `${encoding}${why ? ` (${why})` : ''}`],
  ];
}
