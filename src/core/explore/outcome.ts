/** What the figures of a set say against the way it was read: signs of a wrong field or a wrong separator. */
import type { ReadAsPart } from '../data/readAs.ts';
import type { DatasetStatistics } from './inspectionApi.ts';

type Figures = Pick<DatasetStatistics, 'documents' | 'words' | 'labels' | 'labelsPerDocument' | 'labelCounts'>;

/** Fewer documents show nothing. */
const fewest = 10;
/** Of the labels, so many must be made of parts of others. */
const most = 0.6;

/** `isWhole`: whether the figures are those of the whole set; many labels in a part of one mean nothing. */
export function outcomeDoubts(figures: Figures, { isWhole = true } = {}): ReadAsPart[] {
  const { documents, words, labels, labelsPerDocument, labelCounts } = figures;
  if (documents < fewest) return [];
  const doubts: ReadAsPart[] = [];
  if (words.total > 0 && words.median <= 1)
    doubts.push({ option: 'textField', text: 'most documents are one word: the text may stand elsewhere' });
  const everywhere = labelCounts.filter((label) => label.documents === documents).map(({ name }) => name);
  if (labels > 0 && everywhere.length > 0)
    doubts.push({ option: 'labelField', text: `every document has the label ${shown(everywhere)}` });
  if (isWhole && labels >= documents)
    doubts.push({
      option: 'labelField',
      text: `there are ${labels} labels for ${documents} documents: ids or texts may have been taken for labels`,
    });
  const composed = labelsPerDocument.max === 1 ? composedLabels(labelCounts.map(({ name }) => name)) : [];
  if (composed.length > 1 && composed.length >= labels * most)
    doubts.push({
      option: 'labelSeparator',
      text: `one label a document, and most are made of parts of others, like ${shown(composed)}: cells may hold several labels`,
    });
  return doubts;
}

/** Labels of several parts that all stand in other labels too. */
function composedLabels(names: readonly string[]): string[] {
  const partsOf = (name: string): string[] => name.split(/[^\p{L}\p{N}\p{M}._-]+/u).filter(Boolean);
  const labelsWith = new Map<string, number>();
  for (const name of names)
    for (const part of new Set(partsOf(name))) labelsWith.set(part, (labelsWith.get(part) ?? 0) + 1);
  return names.filter((name) => {
    const parts = partsOf(name);
    return parts.length > 1 && parts.every((part) => (labelsWith.get(part) ?? 0) > 1);
  });
}

const shown = (names: readonly string[]): string => {
  const more = names.length > 1 ? ` and ${names.length - 1} more` : '';
  return `${JSON.stringify(names[0].slice(0, 60))}${more}`;
};
