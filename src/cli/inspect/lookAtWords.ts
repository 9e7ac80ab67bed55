import { pathOf } from '../../core/data/document.ts';
import type { MarkingWord, WordMeasure } from '../../core/explore/analysis/analysisApi.ts';
import { grouped } from '../terminal/text.ts';
import { featureNote, labelText, left, type Look, nameOf, type ReadDataset, right, wordText } from './look.ts';

const LABELS = 10;
const WORDS = 8;

/** The words that mark each of the most frequent labels. */
export async function lookAtWords({ inspection, analyses, work }: ReadDataset, measure: WordMeasure): Promise<Look> {
  const [of] = inspection.splits;
  const { split, source } = of;
  await analyses.readWords(split, work);
  const labels = analyses
    .incidence(split)
    .names.slice(0, LABELS)
    .map((name) => analyses.labelWords(split, name, measure))
    .map(({ label, words }) => ({ ...label, words: words.slice(0, WORDS) }));
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
export const measures: Record<WordMeasure, { meaning: string; title: string; show(word: MarkingWord): string }> = {
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
