/** Whether the first row of a table names its columns: decided by how it differs from the rows below. */
import { isKnownName } from './names.ts';

export interface HeaderGuess {
  header: boolean;
  /** False where it could as well be otherwise: worth a word. */
  sure: boolean;
}

const numberPattern = /^[-+]?\d+(?:\.\d+)?$/;
const longestName = 64;

/** `rows` with the first one; all of one width. Evidence for a header counts up, evidence for data down. */
export function guessHeader(rows: readonly (readonly string[])[]): HeaderGuess {
  const [first, ...below] = withoutEmptyColumns(rows);
  if (!first || first.length === 0) return { header: false, sure: true };
  const names = first.map((name) => name.trim());
  const filled = names.filter((name) => name !== '');
  if (filled.length === 0 || names.slice(1).some((name) => name === '')) return { header: false, sure: true };
  const isRepeated = (name: string): boolean => filled.indexOf(name) !== filled.lastIndexOf(name);
  if (filled.some((name) => isRepeated(name) && !isKnownName(name)) || filled.some((name) => name.length > longestName))
    return { header: false, sure: true };
  if (filled.some((name) => numberPattern.test(name) && !isRunOfNumbers(filled))) return { header: false, sure: true };
  const known = filled.filter(isKnownName).length;
  if (below.length === 0) return { header: known > 0, sure: known === filled.length };
  let evidence = known * 2 + (names[0] === '' ? 2 : 0);
  for (const [column, name] of names.entries())
    evidence += evidenceOf(
      name,
      below.map((row) => row[column] ?? ''),
    );
  return { header: evidence >= 1, sure: Math.abs(evidence - 1) >= 1.5 };
}

/** Spreadsheets write columns that hold nothing, not even a name. */
function withoutEmptyColumns(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const width = rows[0]?.length ?? 0;
  const filled = Array.from({ length: width }, (_, column) => rows.some((row) => (row[column] ?? '').trim() !== ''));
  return filled.includes(false) ? rows.map((row) => row.filter((_, column) => filled[column])) : rows;
}

/** pandas names the columns of a frame without names 0, 1, 2 …. */
const isRunOfNumbers = (names: readonly string[]): boolean =>
  names.length > 1 && names.every((name, i) => name === String(i) || (i === 0 && name === ''));

/** `3::2.0,17::1.0` and `A01 B22` without what differs from cell to cell: `9:9,9:9` and `a9 a9`. */
const shapeOf = (text: string): string =>
  text
    .replace(/\d+(?:\.\d+)?/g, '9')
    .replace(/\p{L}+/gu, 'a')
    .replace(/(.{1,6}?)\1+/g, '$1');

function evidenceOf(name: string, values: readonly string[]): number {
  const filled = values.map((value) => value.trim()).filter((value) => value !== '');
  if (filled.length === 0) return 0;
  const share = (test: (value: string) => boolean): number => filled.filter(test).length / filled.length;
  if (filled.includes(name)) return -3; // a value like those below
  if (/\d/.test(name) && share((value) => shapeOf(value) === shapeOf(name)) >= 0.3) return -3; // of the same make
  if (share((value) => numberPattern.test(value)) >= 0.9) return numberPattern.test(name) ? -1 : 2;
  const distinct = new Set(filled).size;
  const words = filled.reduce((sum, value) => sum + value.split(/\s+/).length, 0) / filled.length;
  const own = name.split(/\s+/).length;
  if (words >= 4 && own <= Math.min(3, words / 2)) return 1; // short above long texts
  if (words >= 4 && own > words / 2) return -1;
  if (distinct <= filled.length / 3) return 1; // values come back below, and this is none of them
  return 0;
}
