import { basename } from 'node:path';
import { type DatasetFile, type DocumentSource, pathOf } from '../../core/data/document.ts';
import type { Analyses } from '../../core/explore/analysis/analyses.ts';
import type { DocumentLabel } from '../../core/explore/inspectionApi.ts';
import type { Inspection } from '../../core/explore/inspection.ts';
import type { SplitOrAll } from '../../core/base/splits.ts';
import type { WorkOptions } from '../../core/base/progress.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { clip, type Column, sanitise, table } from '../terminal/text.ts';
import { nearest } from '../../core/config/spelling.ts';
import { UserError } from '../../core/base/errors.ts';

/** A table as every face shows it; cells are raw and made harmless where they are shown. */
export interface SectionTable {
  caption?: string;
  columns: Column[];
  rows: string[][];
}

/** A dataset that was read, and what is asked of it. */
export interface ReadDataset {
  inspection: Inspection;
  analyses: Analyses;
  work: WorkOptions;
}

/** What one look at a dataset found, for people. */
export interface Section {
  title: string;
  lines: string[];
  tables: SectionTable[];
}

/** A section, and the same as data. */
export interface Look {
  json: unknown;
  section: Section;
}

/** Columns of text at most: a table of names and words stays within a window. */
const CELL_COLUMNS = 72;

/** Prints a section; its numbers are already formatted. */
export function showSection({ title, lines, tables }: Section, terminal: Terminal): void {
  const { style } = terminal;
  terminal.print('', style.bold(sanitise(title)), ...lines.map((line) => `  ${sanitise(line)}`));
  for (const { caption, columns, rows } of tables) {
    if (!rows.length) continue;
    const [titles, ...body] = table(
      columns,
      rows.map((row) => row.map((cell) => clip(sanitise(cell), CELL_COLUMNS))),
    );
    terminal.print('', ...(caption ? [`  ${sanitise(caption)}`] : []), `  ${style.dim(titles)}`);
    terminal.print(...body.map((line) => `  ${line}`));
  }
}

/** A column of text. */
export const left = (title: string): Column => ({ title });
/** A column of figures. */
export const right = (title: string): Column => ({ title, align: 'right' });

const SUGGESTED = 3;

/** Nothing is called `wanted`: an error that names what comes nearest. */
export function unknown(kind: 'label' | 'document', wanted: string, names: Iterable<string>, file: string): UserError {
  const all = [...new Set(names)];
  const lower = wanted.toLowerCase();
  // names much longer or shorter are no misspellings; comparing them all would take long
  const alike = all.filter((name) => Math.abs(name.length - wanted.length) <= Math.max(2, wanted.length / 3));
  const near = nearest(wanted, alike);
  const containing = lower ? all.filter((name) => name !== near && name.toLowerCase().includes(lower)) : [];
  const suggested = [...(near === undefined ? [] : [near]), ...containing].slice(0, SUGGESTED);
  const remedy = suggested.length
    ? `Did you mean ${suggested.map((name) => `"${name}"`).join(', ')}?`
    : `Choose one that the dataset has${all.length ? `, such as "${all[0]}"` : ''}.`;
  return new UserError(`unknown-${kind}`, `There is no ${kind} "${wanted}"`, remedy, { file });
}

/** What a split is called: by its file, where it is the whole dataset. */
export const nameOf = (split: { split: SplitOrAll } & DatasetFile): string =>
  split.split === 'all' ? basename(pathOf(split)) : split.split;

/** Labels as people read them, with the id beside a name. */
export const labelText = ({ name, display }: DocumentLabel): string =>
  display === undefined ? name : `${display} (${name})`;

/** Words of a bag of words are the numbers of its features; their names, where the set has them. */
export const wordText = (source: DocumentSource, word: string): string =>
  source.bagOfWords ? (source.featureNames?.[Number(word)] ?? `feature ${word}`) : word;

/** Said where words are shown. */
export const featureNote = (source: DocumentSource): string[] =>
  source.bagOfWords
    ? [`A bag of words: its features, by ${source.featureNames ? 'name' : 'number'}, stand for words.`]
    : [];
