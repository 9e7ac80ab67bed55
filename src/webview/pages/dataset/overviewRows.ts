import type { SplitSnapshot } from '../../../core/explore/inspected.ts';
import { count, mean, percent } from './numbers.ts';
import { t } from '../../l10n.ts';

/** A measure of a split, with what it means. */
export interface Measure {
  name: string;
  title: string;
  value: (split: SplitSnapshot) => string;
}

/** The measures of the overview, for texts or for bags of words. */
export function measures(bagOfWords: boolean, several: boolean): Measure[] {
  const of = (name: string, title: string, value: Measure['value']): Measure => ({ name, title, value });
  return [
    of(t('Documents'), t('Records that were read'), ({ statistics: s }) => count(s.documents)),
    of(t('Labels'), t('Distinct labels'), ({ statistics: s }) => count(s.labels)),
    of(
      t('Labels per document'),
      t('Mean (the label cardinality), median and most'),
      ({ statistics: { labelsPerDocument: l } }) => `${mean(l.mean)} · ${mean(l.median)} · ${count(l.max)}`,
    ),
    of(
      t('Documents per label'),
      t('Mean, median and most'),
      ({ statistics: { documentsPerLabel: d } }) => `${mean(d.mean)} · ${mean(d.median)} · ${count(d.max)}`,
    ),
    of(
      bagOfWords ? t('Features per document') : t('Words per document'),
      t('Mean, median, 95th percentile and most'),
      ({ statistics: { words: w } }) => `${mean(w.mean)} · ${mean(w.median)} · ${count(w.p95)} · ${count(w.max)}`,
    ),
    of(
      bagOfWords ? t('Distinct features') : t('Distinct words'),
      t('And the share of them that occurs once'),
      ({ statistics: s }) =>
        s.vocabulary ? t('{0} · {1} once', count(s.vocabulary), percent(s.wordsSeenOnce / s.vocabulary)) : '0',
    ),
    of(
      t('Rare labels'),
      t('Labels with one document, with at most two, with at most five'),
      ({ statistics: { rareLabels: r } }) =>
        t(
          '{0} with\u00A01 · {1} with\u00A0≤\u00A02 · {2} with\u00A0≤\u00A05',
          count(r.one),
          count(r.atMostTwo),
          count(r.atMostFive),
        ),
    ),
    of(
      t('Head of the labels'),
      t('Share of all label occurrences that the most frequent 1% and 10% of the labels have'),
      ({ distribution: { topShare } }) => `${percent(topShare.onePercent)} · ${percent(topShare.tenPercent)}`,
    ),
    of(
      t('Head, middle, tail'),
      t('Labels that make the first half of the occurrences, the next 40%, the last 10%'),
      (split) => split.distribution.parts.map(({ labels }) => count(labels)).join(' · '),
    ),
    of(
      t('Label entropy'),
      t('In bits, and of what an even spread would have'),
      ({ distribution: { entropy, evenness } }) => `${entropy.toFixed(2)} · ${percent(evenness)}`,
    ),
    of(
      t('Power law'),
      t('Slope of documents over rank, both as logarithms, by least squares, and how well it fits (R²)'),
      ({ distribution: { powerLaw } }) =>
        powerLaw ? `${powerLaw.slope.toFixed(2)} · R² ${powerLaw.r2.toFixed(2)}`.replace('-', '−') : '–',
    ),
    of(t('Label density'), t('Labels per document, divided by the number of labels'), ({ statistics: s }) =>
      s.density.toPrecision(2),
    ),
    ...(several
      ? [
          of(t('Labels not in training'), t('Labels of this split that no training document has'), ({ notInTrain }) =>
            notInTrain === undefined ? '–' : count(notInTrain),
          ),
          of(t('Labels only here'), t('Labels that no other split has'), ({ onlyHere }) =>
            onlyHere === undefined ? '–' : count(onlyHere),
          ),
        ]
      : []),
    of(t('Unlabelled'), t('Documents without a label'), ({ statistics: s }) => count(s.unlabelled)),
    of(t('Empty'), bagOfWords ? t('Documents without features') : t('Documents without words'), ({ statistics: s }) =>
      count(s.empty),
    ),
    of(t('Left out'), t('Records that could not be read; see the findings'), ({ skipped }) => count(skipped)),
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

const partNames = { train: t('Training'), validation: t('Validation'), test: t('Test'), all: t('All') } as const;

export function partName(split: SplitSnapshot['split']): string {
  return partNames[split];
}
