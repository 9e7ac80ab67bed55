/** How a dataset is read, in words: one line, and what a reader may know better, each with the option that changes it. */
import type { Reasons, SourceOptions } from './document.ts';
import { shownSeparator } from './guess/layout.ts';

export interface ReadAs {
  /** `text from "title" and "body"; labels from "tags", split at ","; header; windows-1252`; '' for formats without choices. */
  line: string;
  /** Doubts, each with the option that decides it. */
  doubts: { option: keyof SourceOptions; text: string }[];
}

const shown = (field: string | number): string => (typeof field === 'number' ? `column ${field}` : `"${field}"`);

const list = (fields: readonly (string | number)[]): string =>
  fields.length > 6
    ? `${fields.slice(0, 5).map(shown).join(', ')} and ${fields.length - 5} more`
    : fields.map(shown).join(' and ');

/** @param reasons of `openDataset` */
export function readAs(options: SourceOptions, { format: _, ...reasons }: Reasons = { format: '' }): ReadAs {
  const parts = [...fieldParts(options), ...cellParts(options), ...fileParts(options, reasons.encoding)];
  const doubts = Object.entries(reasons)
    .filter(([option]) => option !== 'encoding' || options.encoding !== undefined)
    .map(([option, text]) => ({ option: option as keyof SourceOptions, text }));
  return { line: parts.join('; '), doubts };
}

function fieldParts({ textField, labelField, labelColumns, idField }: SourceOptions): string[] {
  if (textField === undefined) return [];
  const labels = labelColumns?.length
    ? `labels: one column each, ${list(labelColumns)}`
    : labelField === undefined
      ? 'no labels'
      : `labels from ${shown(labelField)}`;
  const id = idField === undefined ? [] : [`id from ${shown(idField)}`];
  return [`text from ${list([textField].flat())}`, labels, ...id];
}

function cellParts({ labelStyle, labelSeparator, missing, wholeNumbers, labelPrefix }: SourceOptions): string[] {
  const styles = {
    list: 'cells are lists',
    vector: 'vectors of 0 and 1, label n is place n counted from 0',
    brackets: 'labels in angle brackets',
    whole: 'not split',
    separated: undefined,
  };
  const split =
    labelSeparator === undefined
      ? undefined
      : labelSeparator === 'none'
        ? 'not split'
        : `split at ${shownSeparator(labelSeparator)}`;
  return [
    (labelStyle && styles[labelStyle]) ?? split,
    missing && `no label: ${missing.join(', ')}`,
    wholeNumbers ? '1.0 is 1' : undefined,
    labelPrefix && `labels begin with ${labelPrefix}`,
  ].filter((part) => part !== undefined);
}

function fileParts({ header, delimiter, encoding }: SourceOptions, why: string | undefined): string[] {
  return [
    header === undefined ? undefined : header ? 'header' : 'no header',
    delimiter && `fields between ${shownSeparator(delimiter)}`,
    encoding && `${encoding}${why ? ` (${why})` : ''}`,
  ].filter((part) => part !== undefined);
}
