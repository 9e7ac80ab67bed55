/** How records are read as documents: which fields, and how labels are written. What is given is kept, the rest is decided by a sample. */
import type { SourceOptions } from '../document.ts';
import { isVectors, readingOfCells, type CellReading } from './cells.ts';
import { guessFields, type GivenFields, type GuessedFields, type SampledField } from './columns.ts';
import { missingIn } from './missing.ts';
import { isPlural } from './names.ts';

export type FieldName = string | number;

export interface Layout {
  id?: FieldName;
  text: FieldName[];
  label?: FieldName;
  labelColumns: FieldName[];
  /** The label columns hold labels, not 0 and 1. */
  areCells: boolean;
  reading: CellReading;
  /** Words that stand for no label, lower case. */
  missing: ReadonlySet<string>;
  /** `1.0` is the label `1`, since both occur. */
  wholeNumbers: boolean;
  /** The label field holds lists or objects already, not strings to be parted. */
  isListed: boolean;
  /** What gave each away, or a doubt about it, by option. */
  reasons: Partial<Record<keyof SourceOptions, string>>;
}

/** `given`: fields that the user named, found to exist. */
export function layOut(fields: readonly SampledField[], options: SourceOptions, given: GivenFields): Layout {
  const guess = guessFields(fields, given);
  const labelField = fields.find(({ name }) => name === guess.label);
  const cellFields = guess.areCells ? fields.filter(({ name }) => guess.labelColumns.includes(name)) : [labelField];
  const cells = cellFields.flatMap((field) => field?.values.filter((value) => value.trim() !== '') ?? []);
  const missing = missingIn(labelField?.lists?.flat() ?? cells, missingOf(options));
  const filled = cells.filter((cell) => !missing.has(cell.trim().toLowerCase()));
  const reading = readingOf(labelField, filled, options);
  const wholeNumbers = options.wholeNumbers ?? bothForms(labelField?.lists?.flat() ?? filled);
  return {
    id: guess.id,
    text: guess.text,
    label: guess.label,
    labelColumns: guess.labelColumns,
    areCells: guess.areCells,
    reading,
    missing,
    wholeNumbers,
    isListed: labelField?.lists !== undefined,
    reasons: reasonsOf(fields, guess, reading, wholeNumbers, options),
  };
}

/** `["none"]` as it is typed means that no word is missing. */
function missingOf({ missing }: SourceOptions): readonly string[] | undefined {
  return missing?.length === 1 && missing[0].toLowerCase() === 'none' ? [] : missing;
}

function readingOf(field: SampledField | undefined, cells: readonly string[], options: SourceOptions): CellReading {
  const { labelSeparator, labelStyle, wholeLabels } = options;
  if (labelStyle && labelStyle !== 'separated') return { style: labelStyle };
  if (labelSeparator === 'none' || labelSeparator === '') return { style: 'whole' };
  if (labelSeparator !== undefined) return { style: 'separated', separator: separatorOf(labelSeparator), wholeLabels };
  if (field?.lists && isVectors(field.lists)) return { style: 'vector' };
  if (field?.lists) return field.cells?.length ? readingOfCells(field.cells) : { style: 'list' };
  const reading = readingOfCells(cells, field ? isPlural(field.name) : true);
  return labelStyle === 'separated' && reading.style === 'whole' ? { style: 'separated', separator: ',' } : reading;
}

/** Line ends and tabs as they are typed. */
const separatorOf = (typed: string): string => typed.replaceAll('\\n', '\n').replaceAll('\\t', '\t');

function bothForms(values: readonly string[]): boolean {
  const all = new Set(values.map((value) => value.trim()));
  return [...all].some((value) => /^-?\d+\.0+$/.test(value) && all.has(value.replace(/\.0+$/, '')));
}

const shown = (name: FieldName): string => (typeof name === 'number' ? `column ${name}` : `"${name}"`);

export const shownSeparator = (separator: string): string =>
  separator === '\n' ? 'line ends' : separator === '\t' ? 'tabs' : separator === ' ' ? 'spaces' : `"${separator}"`;

function reasonsOf(
  fields: readonly SampledField[],
  guess: GuessedFields,
  reading: CellReading,
  wholeNumbers: boolean,
  options: SourceOptions,
): Layout['reasons'] {
  const reasons: Layout['reasons'] = {};
  const { longerText, otherFlags, rivals, loneFlag } = guess;
  if (longerText && options.textField === undefined)
    reasons.textField = `the longer field ${shown(longerText.name)} (${Math.round(longerText.meanLength)} characters on average, ${Math.round(longerText.takenLength)} in what was taken) is left out`;
  if (rivals.length && options.labelField === undefined)
    reasons.labelField = `${rivals.map(shown).join(', ')} could hold labels too`;
  const others = fields.flatMap(({ name }) => (name === guess.id || guess.text.includes(name) ? [] : [shown(name)]));
  if (guess.label === undefined && guess.labelColumns.length === 0 && others.length)
    reasons.labelField = `${others.slice(0, 5).join(', ')}${others.length > 5 ? ', …' : ''} ${others.length > 1 ? 'do' : 'does'} not look like labels`;
  if (otherFlags.length && guess.labelColumns.length && options.labelColumns === undefined)
    reasons.labelColumns = `${otherFlags.map(shown).join(', ')} left out: taken for something else than labels`;
  if (loneFlag !== undefined)
    reasons.labelField = `${shown(loneFlag)} is taken for want of another: its 0 and 1 are two classes`;
  const repeated = repeatedRows(fields, guess);
  if (repeated)
    reasons.labelField = `${repeated} of ${fields[0].values.length} records repeat the text of the one before with another label: each is read as a document of its own, where one document with all of its labels may be meant`;
  const { lists, beside } = fields.find(({ name }) => name === guess.label) ?? {};
  const isPlain = lists !== undefined && reading.style === 'list'; // lists that are no guess
  const style = [!isPlain && styleReason(reading), beside && `"${beside}" beside a label is not used`]
    .filter(Boolean)
    .join('; ');
  if (style) reasons.labelSeparator = style;
  if (wholeNumbers && options.wholeNumbers === undefined)
    reasons.wholeNumbers = '1.0 and 1 look alike and count as one label';
  return reasons;
}

/** From this share of the records on, a record seems to hold one label of a document. */
const repeatedShare = 0.1;

/** Records with the text of the one before and another label; 0 where they are few. */
function repeatedRows(fields: readonly SampledField[], { text, label }: GuessedFields): number {
  const labels = fields.find(({ name }) => name === label)?.values;
  const texts = fields.filter(({ name }) => text.includes(name));
  if (!labels || texts.length === 0) return 0;
  const isRepeated = (i: number): boolean =>
    i > 0 &&
    labels[i] !== labels[i - 1] &&
    texts.every(({ values }) => values[i] !== '' && values[i] === values[i - 1]);
  const found = labels.filter((_, i) => isRepeated(i)).length;
  return found > 2 && found >= labels.length * repeatedShare ? found : 0;
}

function styleReason({ style, doubt, wholeLabels, relevance }: CellReading): string | undefined {
  if (style === 'list') return 'cells are read as lists';
  if (style === 'vector') return 'cells are read as vectors of 0 and 1: label n is place n, counted from 0';
  if (style === 'brackets') return 'labels stand in angle brackets';
  const parts: string[] = [];
  if (relevance) parts.push('what follows "::" is the relevance of a label, which is not used');
  if (doubt) parts.push(doubtReason(doubt));
  if (wholeLabels?.length)
    parts.push(`${wholeLabels.map((label) => `"${label}"`).join(', ')} never comes apart and is one label`);
  return parts.join('; ') || undefined;
}

function doubtReason({ separator, split, example, cells }: NonNullable<CellReading['doubt']>): string {
  const where = `${cells} ${cells === 1 ? 'cell' : 'cells'} like ${JSON.stringify(example.slice(0, 60))}`;
  return split
    ? `${where} were split at ${shownSeparator(separator)}, which may belong to the label`
    : `${where} hold ${shownSeparator(separator)} and were not split`;
}
