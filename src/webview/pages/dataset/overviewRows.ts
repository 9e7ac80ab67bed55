import type { SplitSnapshot } from '../../../core/explore/inspected.ts';
import { count, mean, percent } from './numbers.ts';

/** A measure of a split, with what it means. */
export interface Measure {
  name: string;
  title: string;
  value: (split: SplitSnapshot) => string;
}

/** The measures of the overview, for texts or for bags of words. */
export function measures(bagOfWords: boolean, several: boolean): Measure[] {
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
      'Labels with one document, with at most two, with at most five',
      ({ statistics: { rareLabels: r } }) =>
        `${count(r.one)} with\u00A01 · ${count(r.atMostTwo)} with\u00A0≤\u00A02 · ${count(r.atMostFive)} with\u00A0≤\u00A05`,
    ),
    of(
      'Head of the labels',
      'Share of all label occurrences that the most frequent 1% and 10% of the labels have',
      ({ distribution: { topShare } }) => `${percent(topShare.onePercent)} · ${percent(topShare.tenPercent)}`,
    ),
    of(
      'Head, middle, tail',
      'Labels that make the first half of the occurrences, the next 40%, the last 10%',
      (split) => split.distribution.parts.map(({ labels }) => count(labels)).join(' · '),
    ),
    of(
      'Label entropy',
      'In bits, and of what an even spread would have',
      ({ distribution: { entropy, evenness } }) => `${entropy.toFixed(2)} · ${percent(evenness)}`,
    ),
    of(
      'Power law',
      'Slope of documents over rank, both as logarithms, by least squares, and how well it fits (R²)',
      ({ distribution: { powerLaw } }) =>
        powerLaw ? `${powerLaw.slope.toFixed(2)} · R² ${powerLaw.r2.toFixed(2)}`.replace('-', '−') : '–',
    ),
    of('Label density', 'Labels per document, divided by the number of labels', ({ statistics: s }) =>
      s.density.toPrecision(2),
    ),
    ...(several
      ? [
          of('Labels not in training', 'Labels of this split that no training document has', ({ notInTrain }) =>
            notInTrain === undefined ? '–' : count(notInTrain),
          ),
          of('Labels only here', 'Labels that no other split has', ({ onlyHere }) =>
            onlyHere === undefined ? '–' : count(onlyHere),
          ),
        ]
      : []),
    of('Unlabelled', 'Documents without a label', ({ statistics: s }) => count(s.unlabelled)),
    of('Empty', `Documents without ${words}`, ({ statistics: s }) => count(s.empty)),
    of('Left out', 'Records that could not be read; see the findings', ({ skipped }) => count(skipped)),
  ];
}

/** What maximum lengths would cut off, as rows of a table. */
export function cutOffRows({ statistics: { cutOffs, documents, words } }: SplitSnapshot): string[][] {
  const share = (part: number, of: number): string => percent(of ? part / of : 0);
  return cutOffs.map((cut) => [
    count(cut.words),
    count(cut.documents),
    share(cut.documents, documents),
    count(cut.wordsLost),
    share(cut.wordsLost, words.total),
  ]);
}

const capital = (word: string): string => word[0].toUpperCase() + word.slice(1);

const partNames = { train: 'Training', validation: 'Validation', test: 'Test', all: 'All' } as const;

export function partName(split: SplitSnapshot['split']): string {
  return partNames[split];
}
