import type { SplitSnapshot } from '../../../core/explore/inspectionApi.ts';
import { count, mean, percent } from '../../amounts.ts';
import { t } from '../../l10n.ts';
import type { QualityKind, QualityOverview } from '../../../core/explore/analysis/analysisApi.ts';

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

interface KindText {
  name: string;
  meaning: string;
}

const texts: Partial<Record<QualityKind, KindText>> = {
  contradictory: { name: t('Contradictory texts'), meaning: t('The same text with different labels') },
  repeated: { name: t('Repeated texts'), meaning: t('The same text more than once, but for case and spaces') },
  leaks: { name: t('Leakage'), meaning: t('Documents of other splits whose text the training file has, or nearly so') },
  empty: { name: t('Empty documents'), meaning: t('Without a word') },
  oneWord: { name: t('One word'), meaning: t('Documents of a single word') },
  variants: { name: t('Label variants'), meaning: t('Label names that look like spellings of one another') },
  together: { name: t('Inseparable labels'), meaning: t('Labels that occur in the very same documents, two at least') },
};

const suspicions: Record<string, string> = {
  replacement: t('The character that stands for one that could not be read'),
  control: t('Control characters'),
  mojibake: t('UTF-8 that was read as Latin-1, such as Ã© for é'),
  'private use': t('Characters without a meaning of their own'),
  'invisible direction mark': t('Invisible marks that turn the direction of writing'),
};

/** A kind of finding in the words of people. */
export function kindText(kind: QualityKind, { nearThreshold, nearError }: QualityOverview): KindText {
  if (kind === 'near')
    return {
      name: t('Nearly repeated texts'),
      meaning: t(
        'Word 5-grams alike by {0} or more (Jaccard), by estimate; standard error at most {1}',
        nearThreshold,
        nearError,
      ),
    };
  const known = texts[kind];
  if (known) return known;
  const suspicion = kind.slice('suspicious '.length);
  return { name: t('Suspicious: {0}', suspicion), meaning: suspicions[suspicion] ?? '' };
}
