import { pathOf } from '../../core/data/document.ts';
import { documentsOfLabels } from '../../core/explore/clusters/cooccurrence.ts';
import type { MarkingWord, WordMeasure } from '../../core/explore/analysis/analysisApi.ts';
import { rankWords, wordScores } from '../../core/explore/words/markingWords.ts';
import { grouped } from '../terminal/text.ts';
import { featureNote, labelText, type OpenedFile, wordText } from './opened.ts';
import { left, type Look, right } from './look.ts';

const LABELS = 10;
const WORDS = 8;

/** The words that mark each of the most frequent labels. */
export async function lookAtWords(file: OpenedFile, measure: WordMeasure): Promise<Look> {
  const [incidence, words] = [await file.labels(), await file.words()];
  const { starts, documents } = documentsOfLabels(incidence);
  const marked = incidence.names.slice(0, LABELS).map((label, id) => ({
    label,
    display: incidence.display[id],
    documents: incidence.counts[id],
    words: rankWords(words, documents.subarray(starts[id], starts[id + 1]), WORDS, wordScores[measure]),
  }));
  const rows = marked.map((m) => [labelText(file, m.label), grouped(m.documents), wordList(m.words, file)]);
  return {
    json: { file: pathOf(file.source), measure, labels: marked },
    section: {
      title: `Words that mark labels (${file.name})`,
      lines: [measures[measure].meaning, ...featureNote(file.source)],
      tables: [{ columns: [left('label'), right('documents'), left('words')], rows }],
    },
  };
}

const wordList = (words: readonly MarkingWord[], file: OpenedFile): string =>
  words.map(({ word }) => wordText(file.source, word)).join(', ');

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
