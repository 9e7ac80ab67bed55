import { pathOf } from '../../core/data/document.ts';
import { readingBar } from '../dataset.ts';
import { compareSets, type MovedLabel, type SetComparison, type SetFacts } from '../../core/explore/compareSets.ts';
import { collectQuality, type Leakage } from '../../core/explore/quality/documentQuality.ts';
import { counted, grouped, percent } from '../terminal/text.ts';
import { labelText, type LookContext, type OpenedFile } from './opened.ts';
import { left, right, type Look, type SectionTable } from './look.ts';

const MOVED = 15;
const ALONE = 10;
/** Labels in JSON. */
const LISTED = 100;

/** Two sets held against each other as wholes. */
export async function lookAgainst(first: OpenedFile, second: OpenedFile, context: LookContext): Promise<Look> {
  const sameWords = first.source.bagOfWords === second.source.bagOfWords;
  const compared = compareSets(await factsOf(first), await factsOf(second));
  const duplicates = await duplicatesAcross(first, second, context);
  const shapes = [first, second].map(shapeOf);
  return {
    json: {
      first: { file: pathOf(first.source), ...shapes[0] },
      second: { file: pathOf(second.source), ...shapes[1] },
      ...compared,
      words: sameWords ? compared.words : undefined,
      onlyFirst: compared.onlyFirst.slice(0, LISTED),
      onlySecond: compared.onlySecond.slice(0, LISTED),
      duplicates,
    },
    section: {
      title: `Compared with ${pathOf(second.source)}`,
      lines: [
        `First: ${pathOf(first.source)}, ${counted(shapes[0].documents, 'document')}. Second: ${pathOf(second.source)}, ${counted(shapes[1].documents, 'document')}.`,
        ...(sameWords ? [] : ['One is a bag of words and the other is not: their words cannot be compared.']),
        duplicateLine(duplicates),
      ],
      tables: tablesOf(first, second, shapes, compared, sameWords),
    },
  };
}

async function factsOf(file: OpenedFile): Promise<SetFacts> {
  const { words, documentFrequency } = await file.words();
  const { documents, labelCounts } = file.surveyed.statistics;
  return {
    documents,
    labels: new Map(labelCounts.map((label) => [label.name, label.documents])),
    words: new Map(words.map((word, i) => [word, documentFrequency[i]])),
  };
}

/** Documents of the second whose text the first has too; undefined where there are no texts. */
async function duplicatesAcross(
  first: OpenedFile,
  second: OpenedFile,
  { tokenizer, terminal, signal }: LookContext,
): Promise<Leakage | undefined> {
  const sources = [first.source, second.source];
  if (sources.some(({ bagOfWords }) => bagOfWords)) return undefined;
  const { leakage } = await collectQuality(sources, tokenizer, {
    signal,
    onProgress: readingBar(terminal, 'Comparing texts of'),
  });
  return leakage[0];
}

function duplicateLine(duplicates: Leakage | undefined): string {
  if (!duplicates) return 'Duplicates across them need texts, which a bag of words has not.';
  const { exact, near } = duplicates;
  return `${counted(exact, 'document')} of the second ${exact === 1 ? 'has' : 'have'} a text that the first has too, ${grouped(near)} more nearly so (by estimate).`;
}

interface Shape {
  documents: number;
  meanWords: number;
  vocabulary: number;
  labels: number;
  labelsPerDocument: number;
}

function shapeOf({ surveyed: { statistics: s } }: OpenedFile): Shape {
  return {
    documents: s.documents,
    meanWords: s.words.mean,
    vocabulary: s.vocabulary,
    labels: s.labels,
    labelsPerDocument: s.labelsPerDocument.mean,
  };
}

function tablesOf(
  first: OpenedFile,
  second: OpenedFile,
  [a, b]: Shape[],
  { labels, words, moved, onlyFirst, onlySecond }: SetComparison,
  sameWords: boolean,
): SectionTable[] {
  const overlap = (name: string, o: SetComparison['labels']): string[] => [
    name,
    grouped(o.first),
    grouped(o.second),
    grouped(o.both),
    percent(o.jaccard),
  ];
  const alone = (which: string, of: number, list: { name: string; documents: number }[], file: OpenedFile) => ({
    caption: `Labels of the ${which} alone: ${grouped(of)}`,
    columns: [left('label'), right('documents')],
    rows: list.slice(0, ALONE).map(({ name, documents }) => [labelText(file, name), grouped(documents)]),
  });
  return [
    {
      columns: [left(''), right('first'), right('second'), right('both'), right('overlap')],
      rows: [
        ['documents', grouped(a.documents), grouped(b.documents), '', ''],
        ['words per document', a.meanWords.toFixed(1), b.meanWords.toFixed(1), '', ''],
        ['labels per document', a.labelsPerDocument.toFixed(2), b.labelsPerDocument.toFixed(2), '', ''],
        overlap('labels', labels),
        ...(sameWords ? [overlap('distinct words', words)] : []),
      ],
    },
    {
      caption: 'Labels whose share of the documents moved most',
      columns: [left('label'), right('first'), right('second'), right('z')],
      rows: moved
        .slice(0, MOVED)
        .map((label) => movedRow(label, a, b, first.display(label.name) === label.name ? second : first)),
    },
    alone('first', labels.first - labels.both, onlyFirst, first),
    alone('second', labels.second - labels.both, onlySecond, second),
  ];
}

const movedRow = ({ name, first, second, z }: MovedLabel, a: Shape, b: Shape, file: OpenedFile): string[] => [
  labelText(file, name),
  percent(first / a.documents),
  percent(second / b.documents),
  `${z > 0 ? '+' : ''}${z.toFixed(1)}`,
];
