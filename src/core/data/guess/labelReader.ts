/** The labels of one document from the value of its label field, and from its label columns. */
import { flagOf } from '../fields.ts';
import { type Doubt, Malformed, detach } from '../record.ts';
import { labelsOfCell, labelsOfValue, pathsOf, positionsOf } from './cells.ts';
import { countsAsYes, shareOf } from './shares.ts';
import type { Literal } from '../../formats/literal.ts';
import type { Layout } from './layout.ts';

export class LabelReader {
  constructor(private readonly layout: Pick<Layout, 'reading' | 'missing' | 'wholeNumbers'>) {}

  /** Of a table's cell, or a JSON value; words for "no label" become doubts. Throws `Malformed` for what holds no label. */
  read(value: unknown, field: string | number, doubts: Doubt[]): string[] {
    if (value === undefined || value === null) return [];
    const raw =
      typeof value === 'string' ? this.ofCell(value, doubts) : this.ofValue(pathsOf(value, field), field, doubts);
    if (this.layout.missing.size === 0 && !this.layout.wholeNumbers) return raw.map(detach);
    const labels: string[] = [];
    for (const label of raw) {
      if (this.isMissing(label)) doubts.push(missed(label));
      else labels.push(detach(this.layout.wholeNumbers ? label.replace(/^(-?\d+)\.0+$/, '$1') : label));
    }
    return labels;
  }

  /** Whether a label column's cell says yes. Blank is no, and so is a word for "no value"; `x` is yes. Throws `Malformed`. */
  saysYes(value: unknown, column: string | number, doubts: Doubt[]): boolean {
    const flag = flagOf(value ?? 0);
    if (flag !== undefined) return flag === 1;
    const share = shareOf(value);
    if (share !== undefined) return countsAsYes(share, doubts);
    const written = String(value).trim();
    if (!this.isMissing(written))
      throw new Malformed(
        `The label column "${column}" holds ${JSON.stringify(written.slice(0, 30))}, neither 0 nor 1`,
      );
    doubts.push(missed(written));
    return false;
  }

  private isMissing(label: string): boolean {
    return label.length <= longestWord && this.layout.missing.has(label.toLowerCase());
  }

  private ofCell(cell: string, doubts: Doubt[]): string[] {
    if (cell.length <= longestWord + 2 && this.isMissing(cell.trim())) {
      doubts.push(missed(cell.trim()));
      return [];
    }
    return labelsOfCell(cell, this.layout.reading, (share) => countsAsYes(share, doubts));
  }

  private ofValue(value: unknown, field: string | number, doubts: Doubt[]): string[] {
    if (typeof value === 'boolean' || value instanceof Date)
      throw new Malformed(`The labels in "${field}" are neither a list, a string nor an object of 0 and 1`);
    const spans = spanLabels(value);
    if (spans) return spans;
    if (this.layout.reading.style === 'vector' && Array.isArray(value)) {
      const positions = positionsOf(value as (string | number)[], (share) => countsAsYes(share, doubts));
      if (positions) return positions;
    }
    if (Array.isArray(value) && value.includes(null)) throw new Malformed(`A label in "${field}" is null`);
    const labels = labelsOfValue(value as Literal, (share) => countsAsYes(share, doubts));
    if (labels === undefined)
      throw new Malformed(`A label in "${field}" is neither a string, a number nor an object that names one`);
    return labels;
  }
}

/** Longest word of those that stand for "no label". */
const longestWord = 12;

const missed = (word: string): Doubt => ({
  code: 'missing-label',
  message: `${JSON.stringify(word)} counts as no label`,
});

/** Spans `[start, end, label]`, as programs for marking up text write them: the label alone. */
function spanLabels(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const isSpan = (part: unknown): part is [number, number, string] =>
    Array.isArray(part) &&
    part.length === 3 &&
    typeof part[0] === 'number' &&
    typeof part[1] === 'number' &&
    typeof part[2] === 'string';
  return value.every(isSpan) ? [...new Set(value.map((span) => span[2]))] : undefined;
}
