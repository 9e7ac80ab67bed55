import { pathOf } from '../../core/data/document.ts';
import { NearestByLabels } from '../../core/explore/compareSets.ts';
import type { WeightedWord } from '../../core/explore/analysis/analysisApi.ts';
import { documentWords } from '../../core/explore/words/markingWords.ts';
import { counted } from '../terminal/text.ts';
import { featureNote, labelText, type OpenedFile, wordText } from './opened.ts';
import { left, type Look, right, type SectionTable, unknown } from './look.ts';

/** A document as the look shows it. */
interface ShownDocument {
  file: string;
  id: string;
  line: number;
  labels: string[];
  words: WeightedWord[];
}

/**
 * One document with its labels and words and, where there is another set, the document of that one with the largest label overlap.
 * The first file that has the id counts. Throws `UserError` `unknown-document`.
 */
export async function lookAtDocument(files: readonly OpenedFile[], id: string, other?: OpenedFile): Promise<Look> {
  const { file, number } = await find(files, id);
  const document = await shown(file, number);
  const nearest = other && (await nearestOf(document, other));
  const lines = [`${place(document)}; ${labelLine(document, file)}`, ...featureNote(file.source)];
  if (other && !nearest) lines.push(`No document of ${pathOf(other.source)} shares a label with it.`);
  if (other && nearest)
    lines.push(
      '',
      `Nearest by labels in ${pathOf(other.source)}: ${nearest.id}, ${counted(nearest.shared, 'label')} shared`,
      `${place(nearest)}; ${labelLine(nearest, other)}`,
    );
  return {
    json: { ...document, nearest },
    section: {
      title: `Document ${document.id} (${file.name})`,
      lines,
      tables: [
        wordTable('Words that mark it (TF-IDF)', document, file),
        ...(other && nearest ? [wordTable(`Words that mark ${nearest.id}`, nearest, other)] : []),
      ],
    },
  };
}

async function find(files: readonly OpenedFile[], id: string): Promise<{ file: OpenedFile; number: number }> {
  const known: string[] = [];
  for (const file of files) {
    const { ids } = await file.words();
    const number = ids.indexOf(id);
    if (number >= 0) return { file, number };
    for (const name of ids) known.push(name);
  }
  throw unknown('document', id, known, pathOf(files[0].source));
}

async function shown(file: OpenedFile, number: number): Promise<ShownDocument> {
  const [words, { starts, labelIds, names }] = [await file.words(), await file.labels()];
  return {
    file: pathOf(file.source),
    id: words.ids[number],
    line: words.lines[number],
    labels: Array.from(labelIds.subarray(starts[number], starts[number + 1]), (label) => names[label]),
    words: documentWords(words, number),
  };
}

async function nearestOf(
  document: ShownDocument,
  other: OpenedFile,
): Promise<(ShownDocument & { shared: number }) | undefined> {
  const incidence = await other.labels();
  const found = new NearestByLabels(incidence, incidence.names).find(document.labels);
  return found && { ...(await shown(other, found.document)), shared: found.shared };
}

const place = ({ line }: ShownDocument): string => (line ? `Line ${line}` : 'A file of its own');

const labelLine = ({ labels }: ShownDocument, file: OpenedFile): string =>
  labels.length
    ? `${counted(labels.length, 'label')}: ${labels.map((label) => labelText(file, label)).join(', ')}`
    : 'no labels';

const wordTable = (caption: string, { words }: ShownDocument, { source }: OpenedFile): SectionTable => ({
  caption,
  columns: [left('word'), right('occurs'), right('TF-IDF')],
  rows: words.map(({ word, count, tfidf }) => [wordText(source, word), String(count), tfidf.toFixed(2)]),
});
