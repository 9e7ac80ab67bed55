import type { QualityKind, QualityOverview } from '../../../../core/explore/analysis/analysed.ts';
import { t } from '../../../l10n.ts';

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
