/** Amounts with their noun. Each is a text of its own: a translation cannot be put together from parts. */
import { t } from './l10n.ts';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export const count = (n: number): string => whole.format(n);

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
