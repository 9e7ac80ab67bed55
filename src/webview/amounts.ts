/** Amounts, figures and names as people read them. */
import type { RunListing } from '../core/training/runListing.ts';
import { t } from './l10n.ts';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const two = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

export const count = (n: number): string => whole.format(n);

/** Amounts with their noun. Each is a text of its own: a translation cannot be put together from parts. */
export const amount = {
  bytes: (n: number): string => (n === 1 ? t('1 byte') : t('{0} bytes', count(n))),
  characters: (n: number): string => (n === 1 ? t('1 character') : t('{0} characters', count(n))),
  clusters: (n: number): string => (n === 1 ? t('1 cluster') : t('{0} clusters', count(n))),
  documents: (n: number): string => (n === 1 ? t('1 document') : t('{0} documents', count(n))),
  features: (n: number): string => (n === 1 ? t('1 feature') : t('{0} features', count(n))),
  labels: (n: number): string => (n === 1 ? t('1 label') : t('{0} labels', count(n))),
  lines: (n: number): string => (n === 1 ? t('1 line') : t('{0} lines', count(n))),
  records: (n: number): string => (n === 1 ? t('1 record') : t('{0} records', count(n))),
  rows: (n: number): string => (n === 1 ? t('1 row') : t('{0} rows', count(n))),
  words: (n: number): string => (n === 1 ? t('1 word') : t('{0} words', count(n))),
};

/** Where a document stands in its file: its line from 1, else its number from 1. */
export const placeText = ({ line, number }: { line: number; number: number }): string =>
  line ? t('line {0}', count(line)) : t('no. {0}', count(number));

/** With a digit or two after the point where that shows something. */
export function mean(n: number): string {
  return n >= 100 ? whole.format(n) : n >= 10 ? one.format(n) : two.format(n);
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 0.005 ? '< 0.01' : value.toFixed(2)}%`;
}

export function bytes(n: number): string {
  const units = [t('bytes'), 'kB', 'MB', 'GB', 'TB'];
  let power = 0;
  while (n >= 1000 && power < units.length - 1) {
    n /= 1000;
    power++;
  }
  return `${power === 0 ? n : n.toFixed(n < 10 ? 1 : 0)} ${units[power]}`;
}

/** A share in percent with two digits, as the evaluation writes it. */
export const share = (value: number | undefined): string => (value === undefined ? '–' : (value * 100).toFixed(2));

/** With as many digits as a small one needs to differ from nothing. */
export function probability(value: number | undefined): string {
  if (value === undefined) return '–';
  return value >= 0.001 || value === 0 ? value.toFixed(3) : '< 0.001';
}

/** A threshold as it stands on the slider: hundredths, and the tuned one with more digits. */
export const thresholdText = (value: number): string =>
  Number.isInteger(Math.round(value * 1e6) / 1e4) ? value.toFixed(2) : value.toFixed(4);

export const signed = (value: number): string => (value < 0 ? `−${(-value).toFixed(2)}` : `+${value.toFixed(2)}`);

/** The last part of a path, of whatever system. */
export const fileName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** At most so many letters, those of the middle left out: names often differ at their ends. */
export function middleCut(line: string, most: number): string {
  const letters = [...line];
  if (letters.length <= most) return line;
  const end = Math.floor((most - 1) / 2);
  return `${letters.slice(0, most - 1 - end).join('')}…${letters.slice(letters.length - end).join('')}`;
}

/** Paths without the folders that all of a row have in common; other values, which stand as JSON, as they are. */
export function shortPaths(values: readonly (string | null)[]): (string | null)[] {
  const paths = values.map((value) =>
    value === null ? undefined : /^"((?:[A-Za-z]:[\\/]|[\\/]).*)"$/.exec(value)?.[1],
  );
  const known = paths.filter((path) => path !== undefined);
  if (known.length === 0) return [...values];
  const parts = known.map((path) => path.split(/[\\/]+/));
  const shortest = Math.min(...parts.map(({ length }) => length));
  let common = 0;
  while (common < shortest - 1 && parts.every((names) => names[common] === parts[0][common])) common++;
  return values.map((value, i) =>
    paths[i] === undefined
      ? value
      : `…/${paths[i]
          .split(/[\\/]+/)
          .slice(common)
          .join('/')}`,
  );
}

const statusNames: Record<RunListing['status'], string> = {
  running: t('running'),
  finished: t('finished'),
  early: t('stopped early'),
  interrupted: t('stopped'),
  damaged: t('damaged'),
};

/** How far a run has come. */
export const statusName = (status: RunListing['status']): string => statusNames[status];
