import type { SplitSnapshot } from '../../../core/explore/inspected.ts';
import { count, mean, percent } from './numbers.ts';

/** A measure of a split, with what it means. */
export interface Measure {
  name: string;
  title: string;
  value: (split: SplitSnapshot) => string;
}

/** The measures of the overview, for texts or for bags of words. */
export function measures(bagOfWords: boolean): Measure[] {
  const words = bagOfWords ? 'features' : 'words';
  const of = (name: string, title: string, value: Measure['value']): Measure => ({ name, title, value });
  return [
    of('Documents', 'Records that were read', ({ statistics: s }) => count(s.documents)),
    of('Labels', 'Distinct labels', ({ statistics: s }) => count(s.labels)),
    of(
      'Labels per document',
      'Mean (the label cardinality), median and most',
      ({ statistics: { labelsPerDocument: l } }) => `${mean(l.mean)} · ${mean(l.median)} · ${count(l.max)}`,
    ),
    of(
      'Documents per label',
      'Mean, median and most',
      ({ statistics: { documentsPerLabel: d } }) => `${mean(d.mean)} · ${mean(d.median)} · ${count(d.max)}`,
    ),
    of(
      `${capital(words)} per document`,
      'Mean, median, 95th percentile and most',
      ({ statistics: { words: w } }) => `${mean(w.mean)} · ${mean(w.median)} · ${count(w.p95)} · ${count(w.max)}`,
    ),
    of(`Distinct ${words}`, `And the share of them that occurs once`, ({ statistics: s }) =>
      s.vocabulary ? `${count(s.vocabulary)} · ${percent(s.wordsSeenOnce / s.vocabulary)} once` : '0',
    ),
    of(
      'Rare labels',
      'Labels with one document, and with at most five',
      ({ statistics: { rareLabels: r } }) => `${count(r.one)} with 1 · ${count(r.atMostFive)} with ≤ 5`,
    ),
    of('Label density', 'Labels per document, divided by the number of labels', ({ statistics: s }) =>
      s.density.toPrecision(2),
    ),
    of('Unlabelled', 'Documents without a label', ({ statistics: s }) => count(s.unlabelled)),
    of('Empty', `Documents without ${words}`, ({ statistics: s }) => count(s.empty)),
    of('Left out', 'Records that could not be read; see the findings', ({ skipped }) => count(skipped)),
  ];
}

const capital = (word: string): string => word[0].toUpperCase() + word.slice(1);

const partNames = { train: 'Training', validation: 'Validation', test: 'Test', all: 'All' } as const;

export function partName(split: SplitSnapshot['split']): string {
  return partNames[split];
}
