import { pathOf } from '../../core/data/document.ts';
import { documentsOfLabels, neighboursOf } from '../../core/explore/clusters/cooccurrence.ts';
import type { LabelIncidence } from '../../core/explore/clusters/labelIncidence.ts';
import type { WordMeasure } from '../../core/explore/analysis/analysisApi.ts';
import { documentWords, rankWords, wordScores } from '../../core/explore/words/markingWords.ts';
import { counted, grouped, percent } from '../terminal/text.ts';
import { measures } from './lookAtWords.ts';
import { featureNote, labelText, type OpenedFile, wordText } from './opened.ts';
import { left, type Look, right, unknown } from './look.ts';

const WORDS = 15;
const NEIGHBOURS = 20;
const EXAMPLES = 5;
const EXAMPLE_WORDS = 6;

/** One label: its documents, the words that mark it, what it occurs with. Throws `UserError` `unknown-label`. */
export async function lookAtLabel(file: OpenedFile, wanted: string, measure: WordMeasure): Promise<Look> {
  const incidence = await file.labels();
  const id = labelId(incidence, wanted, file);
  const words = await file.words();
  const { starts, documents } = documentsOfLabels(incidence);
  const own = documents.subarray(starts[id], starts[id + 1]);
  const label = incidence.names[id];
  const marking = rankWords(words, own, WORDS, wordScores[measure]);
  const together = neighboursOf(incidence, id, own).map(({ label, together }) => ({
    label: incidence.names[label],
    display: incidence.display[label],
    together,
    documents: incidence.counts[label],
  }));
  const examples = Array.from(own.subarray(0, EXAMPLES), (document) => ({
    id: words.ids[document],
    line: words.lines[document],
    words: documentWords(words, document, EXAMPLE_WORDS).map(({ word }) => word),
  }));
  return {
    json: {
      file: pathOf(file.source),
      label,
      display: incidence.display[id],
      rank: id + 1,
      documents: own.length,
      measure,
      words: marking,
      labels: together.length,
      together: together.slice(0, NEIGHBOURS),
      examples,
    },
    section: {
      title: `Label ${labelText(file, label)} (${file.name})`,
      lines: [
        `${counted(own.length, 'document')} (${percent(own.length / incidence.documents)}), number ${grouped(id + 1)} of ${counted(incidence.labels, 'label')} by frequency; occurs with ${counted(together.length, 'other label')}.`,
        ...featureNote(file.source),
      ],
      tables: [
        {
          caption: 'Words that mark it',
          columns: [left('word'), right('its documents'), right('all'), right(measures[measure].title)],
          rows: marking.map((m) => [
            wordText(file.source, m.word),
            grouped(m.inGroup),
            grouped(m.documents),
            measures[measure].show(m),
          ]),
        },
        {
          caption: 'Labels that occur with it',
          columns: [left('label'), right('together'), right('of its documents'), right('of the other’s')],
          rows: together
            .slice(0, NEIGHBOURS)
            .map((t) => [
              labelText(file, t.label),
              grouped(t.together),
              percent(t.together / own.length),
              percent(t.together / t.documents),
            ]),
        },
        {
          caption: 'Its first documents',
          columns: [right('line'), left('document'), left('words')],
          rows: examples.map((e) => [
            String(e.line),
            e.id,
            e.words.map((word) => wordText(file.source, word)).join(', '),
          ]),
        },
      ],
    },
  };
}

function labelId({ names, display }: LabelIncidence, wanted: string, file: OpenedFile): number {
  const id = names.indexOf(wanted);
  const found = id < 0 ? display.indexOf(wanted) : id;
  if (found >= 0) return found;
  const known = [...names, ...display.filter((name) => name !== undefined)];
  throw unknown('label', wanted, known, pathOf(file.source));
}
