import { pathOf } from '../../core/data/document.ts';
import type { CountedLabel, MarkingWord, NeighbourRow, WordMeasure } from '../../core/explore/analysis/analysisApi.ts';
import type { LabelIncidence } from '../../core/explore/clusters/labelIncidence.ts';
import { counted, grouped, percent } from '../terminal/text.ts';
import {
  featureNote,
  labelText,
  left,
  type Look,
  nameOf,
  type ReadDataset,
  right,
  type SectionTable,
  unknown,
  wordText,
} from './look.ts';

const WORDS = 15;
const NEIGHBOURS = 20;
const EXAMPLES = 5;
const EXAMPLE_WORDS = 6;

/** One label: its documents, the words that mark it, what it occurs with. Throws `UserError` `unknown-label`. */
export async function lookAtLabel(dataset: ReadDataset, wanted: string, measure: WordMeasure): Promise<Look> {
  const { inspection, analyses, work } = dataset;
  const [of] = inspection.splits;
  const { split, source } = of;
  const incidence = analyses.incidence(split);
  const name = labelNamed(incidence, wanted, pathOf(of));
  await analyses.readWords(split, work);
  const { label, words: all } = analyses.labelWords(split, name, measure);
  const words = all.slice(0, WORDS);
  const query = { split, label: name, sort: 'together', descending: true, offset: 0, limit: NEIGHBOURS } as const;
  const { rows: neighbours, total } = analyses.neighbourPage(query);
  const examples = examplesOf(dataset, name);
  const rank = incidence.rankOf(name)! + 1;
  const shown = (word: string): string => wordText(source, word);
  return {
    json: {
      file: pathOf(of),
      label: name,
      display: label.display,
      rank,
      documents: label.documents,
      measure,
      words,
      labels: total,
      together: neighbours.map(({ name, display, together, documents }) => ({
        label: name,
        display,
        together,
        documents,
      })),
      examples,
    },
    section: {
      title: `Label ${labelText(label)} (${nameOf(of)})`,
      lines: [
        `${sizeOf(label, rank, incidence)}; occurs with ${counted(total, 'other label')}.`,
        ...featureNote(source),
      ],
      tables: [
        wordTable(words, measure, shown),
        neighbourTable(neighbours),
        {
          caption: 'Its first documents',
          columns: [right('line'), left('document'), left('words')],
          rows: examples.map(({ line, id, words }) => [String(line), id, words.map(shown).join(', ')]),
        },
      ],
    },
  };
}

function labelNamed({ names, display }: LabelIncidence, wanted: string, file: string): string {
  const id = names.indexOf(wanted);
  const found = id < 0 ? display.indexOf(wanted) : id;
  if (found >= 0) return names[found];
  const known = [...names, ...display.filter((name) => name !== undefined)];
  throw unknown('label', wanted, known, file);
}

function examplesOf(
  { inspection, analyses }: ReadDataset,
  label: string,
): { id: string; line: number; words: string[] }[] {
  const [{ split, index }] = inspection.splits;
  return index
    .documentsOf(index.labels.find(label)!, EXAMPLES)
    .map((document) => analyses.documentWords(split, document))
    .map(({ id, line, words }) => ({ id, line, words: words.slice(0, EXAMPLE_WORDS).map(({ word }) => word) }));
}

const sizeOf = ({ documents }: CountedLabel, rank: number, of: LabelIncidence): string =>
  `${counted(documents, 'document')} (${percent(documents / of.documents)}), number ${grouped(rank)} of ${counted(of.labels, 'label')} by frequency`;

const wordTable = (
  words: readonly MarkingWord[],
  measure: WordMeasure,
  shown: (word: string) => string,
): SectionTable => ({
  caption: 'Words that mark it',
  columns: [left('word'), right('its documents'), right('all'), right(measures[measure].title)],
  rows: words.map((m) => [shown(m.word), grouped(m.inGroup), grouped(m.documents), measures[measure].show(m)]),
});

const neighbourTable = (neighbours: readonly NeighbourRow[]): SectionTable => ({
  caption: 'Labels that occur with it',
  columns: [left('label'), right('together'), right('of its documents'), right('of the other’s')],
  rows: neighbours.map((other) => [
    labelText(other),
    grouped(other.together),
    percent(other.ofLabel),
    percent(other.ofOther),
  ]),
});

const LABELS = 10;
const WORDS_OF_LABEL = 8;

/** The words that mark each of the most frequent labels. */
export async function lookAtWords({ inspection, analyses, work }: ReadDataset, measure: WordMeasure): Promise<Look> {
  const [of] = inspection.splits;
  const { split, source } = of;
  await analyses.readWords(split, work);
  const labels = analyses
    .incidence(split)
    .names.slice(0, LABELS)
    .map((name) => analyses.labelWords(split, name, measure))
    .map(({ label, words }) => ({ ...label, words: words.slice(0, WORDS_OF_LABEL) }));
  const rows = labels.map(({ words, ...label }) => [
    labelText(label),
    grouped(label.documents),
    words.map(({ word }) => wordText(source, word)).join(', '),
  ]);
  return {
    json: { file: pathOf(of), measure, labels: labels.map(({ name, ...label }) => ({ label: name, ...label })) },
    section: {
      title: `Words that mark labels (${nameOf(of)})`,
      lines: [measures[measure].meaning, ...featureNote(source)],
      tables: [{ columns: [left('label'), right('documents'), left('words')], rows }],
    },
  };
}

/** What the figures of a measure mean, and how they are shown. */
const measures: Record<WordMeasure, { meaning: string; title: string; show(word: MarkingWord): string }> = {
  'log-odds': {
    meaning: 'By log-odds against all other documents, smoothed, in standard errors; strongest first.',
    title: 'z',
    show: ({ score }) => score.toFixed(1),
  },
  'chi-square': {
    meaning: 'By Pearson’s chi-square of word and label (above 3.84: more than chance at 5%); strongest first.',
    title: 'chi-square',
    show: ({ score }) => grouped(score, 1),
  },
};
