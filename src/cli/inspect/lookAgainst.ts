import { pathOf } from '../../core/data/document.ts';
import type {
  ComparedLabel,
  ComparedList,
  ComparedSet,
  ComparisonOverview,
  OtherSet,
} from '../../core/explore/analysis/analysisApi.ts';
import { counted, grouped, percent } from '../terminal/text.ts';
import { labelText, left, type Look, type ReadDataset, right, type SectionTable } from './look.ts';

const MOVED = 15;
const ALONE = 10;
/** Labels in JSON: moved ones, and those of one set alone. */
const LISTED_MOVED = 50;
const LISTED = 100;

/** The first split compared with another set, as wholes. */
export async function lookAgainst({ inspection, analyses, work }: ReadDataset, other: OtherSet): Promise<Look> {
  const overview = await analyses.compare(inspection.splits[0].split, other, work);
  const { first, second, words, labels, duplicates } = overview;
  const rows = (list: ComparedList, limit: number): ComparedLabel[] =>
    analyses.comparedPage({ list, offset: 0, limit }).rows;
  return {
    json: {
      first: shapeOf(first),
      second: shapeOf(second),
      labels,
      words,
      onlyFirst: rows('onlyFirst', LISTED).map(({ name, first }) => ({ name, documents: first })),
      onlySecond: rows('onlySecond', LISTED).map(({ name, second }) => ({ name, documents: second })),
      moved: rows('moved', LISTED_MOVED).map(({ name, first, second, z }) => ({ name, first, second, z })),
      duplicates,
    },
    section: {
      title: `Compared with ${pathOf(second)}`,
      lines: [
        `First: ${pathOf(first)}, ${counted(first.documents, 'document')}. Second: ${pathOf(second)}, ${counted(second.documents, 'document')}.`,
        ...(words ? [] : ['One is a bag of words and the other is not: their words cannot be compared.']),
        duplicateLine(duplicates),
      ],
      tables: [
        overviewTable(overview),
        {
          caption: 'Labels whose share of the documents moved most',
          columns: [left('label'), right('first'), right('second'), right('z')],
          rows: rows('moved', MOVED).map(movedRow),
        },
        aloneTable('first', overview, rows('onlyFirst', ALONE)),
        aloneTable('second', overview, rows('onlySecond', ALONE)),
      ],
    },
  };
}

const shapeOf = ({ documents, meanWords, words, labels, labelsPerDocument, ...set }: ComparedSet): object => ({
  file: pathOf(set),
  documents,
  meanWords,
  vocabulary: words,
  labels,
  labelsPerDocument,
});

function duplicateLine(duplicates: ComparisonOverview['duplicates']): string {
  if (!duplicates) return 'Duplicates across them need texts, which a bag of words has not.';
  const { exact, near } = duplicates;
  return `${counted(exact, 'document')} of the second ${exact === 1 ? 'has' : 'have'} a text that the first has too, ${grouped(near)} more nearly so (by estimate).`;
}

function overviewTable({ first, second, labels, words }: ComparisonOverview): SectionTable {
  const overlap = (name: string, o: typeof labels): string[] => [
    name,
    grouped(o.first),
    grouped(o.second),
    grouped(o.both),
    percent(o.jaccard),
  ];
  return {
    columns: [left(''), right('first'), right('second'), right('both'), right('overlap')],
    rows: [
      ['documents', grouped(first.documents), grouped(second.documents), '', ''],
      ['words per document', first.meanWords.toFixed(1), second.meanWords.toFixed(1), '', ''],
      ['labels per document', first.labelsPerDocument.toFixed(2), second.labelsPerDocument.toFixed(2), '', ''],
      overlap('labels', labels),
      ...(words ? [overlap('distinct words', words)] : []),
    ],
  };
}

const aloneTable = (
  which: 'first' | 'second',
  { labels }: ComparisonOverview,
  rows: readonly ComparedLabel[],
): SectionTable => ({
  caption: `Labels of the ${which} alone: ${grouped(labels[which] - labels.both)}`,
  columns: [left('label'), right('documents')],
  rows: rows.map((label) => [labelText(label), grouped(label[which])]),
});

const movedRow = (label: ComparedLabel): string[] => [
  labelText(label),
  percent(label.firstShare),
  percent(label.secondShare),
  `${label.z > 0 ? '+' : ''}${label.z.toFixed(1)}`,
];
