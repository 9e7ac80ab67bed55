import type { QualityKind, QualityOverview } from '../../../../core/explore/analysis/analysed.ts';

interface KindText {
  name: string;
  meaning: string;
}

const texts: Partial<Record<QualityKind, KindText>> = {
  contradictory: { name: 'Contradictory texts', meaning: 'The same text with different labels' },
  repeated: { name: 'Repeated texts', meaning: 'The same text more than once, but for case and spaces' },
  leaks: { name: 'Leakage', meaning: 'Documents of other splits whose text the training file has, or nearly so' },
  empty: { name: 'Empty documents', meaning: 'Without a word' },
  oneWord: { name: 'One word', meaning: 'Documents of a single word' },
  variants: { name: 'Label variants', meaning: 'Label names that look like spellings of one another' },
  together: { name: 'Inseparable labels', meaning: 'Labels that occur in the very same documents, two at least' },
};

const suspicions: Record<string, string> = {
  replacement: 'The character that stands for one that could not be read',
  control: 'Control characters',
  mojibake: 'UTF-8 that was read as Latin-1, such as Ã© for é',
  'private use': 'Characters without a meaning of their own',
  'invisible direction mark': 'Invisible marks that turn the direction of writing',
};

/** A kind of finding in the words of people. */
export function kindText(kind: QualityKind, { nearThreshold, nearError }: QualityOverview): KindText {
  if (kind === 'near')
    return {
      name: 'Nearly repeated texts',
      meaning: `Word 5-grams alike by ${nearThreshold} or more (Jaccard), by estimate; standard error at most ${nearError}`,
    };
  const known = texts[kind];
  if (known) return known;
  const suspicion = kind.slice('suspicious '.length);
  return { name: `Suspicious: ${suspicion}`, meaning: suspicions[suspicion] ?? '' };
}
