import { pathOf } from '../../core/data/document.ts';
import { documentsOfLabels } from '../../core/explore/clusters/cooccurrence.ts';
import type { MarkingWord, WordMeasure } from '../../core/explore/analysis/analysed.ts';
import { rankWords } from '../../core/explore/words/markers.ts';
import { wordScores } from '../../core/explore/words/measures.ts';
import { grouped } from '../terminal/text.ts';
import { measures } from './measure.ts';
import { featureNote, labelText, wordText, type OpenedFile } from './opened.ts';
import { left, right, type Look } from './section.ts';

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
