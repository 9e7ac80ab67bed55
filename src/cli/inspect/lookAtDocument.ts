import { pathOf } from '../../core/data/document.ts';
import type { DocumentWords, OtherSet } from '../../core/explore/analysis/analysisApi.ts';
import type { SplitInspection } from '../../core/explore/splitInspection.ts';
import { counted } from '../terminal/text.ts';
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

const WORDS = 10;

/**
 * One document with its labels and words and, where there is another set, the document of that one with the largest label overlap.
 * The first file that has the id counts. Throws `UserError` `unknown-document`.
 */
export async function lookAtDocument(dataset: ReadDataset, id: string, other?: OtherSet): Promise<Look> {
  const { analyses, work } = dataset;
  const { split, number } = await find(dataset, id);
  const document = analyses.documentWords(split.split, number);
  const title = `Document ${document.id} (${nameOf(split)})`;
  const lines = [placeAndLabels(document), ...featureNote(split.source)];
  const json = jsonOf(document);
  const tables = [wordTable('Words that mark it (TF-IDF)', document, split)];
  if (!other) return { json, section: { title, lines, tables } };
  await analyses.compare(split.split, other, work, { texts: false });
  const { nearest } = analyses.nearest(number);
  const { inspection: second } = analyses.comparison.second;
  if (!nearest) lines.push(`No document of ${pathOf(second)} shares a label with it.`);
  else {
    const shared = counted(nearest.shared.length, 'label');
    lines.push('', `Nearest by labels in ${pathOf(second)}: ${nearest.id}, ${shared} shared`, placeAndLabels(nearest));
    tables.push(wordTable(`Words that mark ${nearest.id}`, nearest, second));
  }
  return {
    json: { ...json, nearest: nearest && { ...jsonOf(nearest), shared: nearest.shared.length } },
    section: { title, lines, tables },
  };
}

async function find(
  { inspection: { splits }, analyses, work }: ReadDataset,
  id: string,
): Promise<{ split: SplitInspection; number: number }> {
  const known: string[] = [];
  for (const split of splits) {
    await analyses.readWords(split.split, work);
    const ids = analyses.documentIds(split.split);
    const number = ids.indexOf(id);
    if (number >= 0) return { split, number };
    for (const name of ids) known.push(name);
  }
  throw unknown('document', id, known, pathOf(splits[0]));
}

const jsonOf = ({ id, line, labels, words, ...document }: DocumentWords): object => ({
  file: pathOf(document),
  id,
  line,
  labels: labels.map(({ name }) => name),
  words: words.slice(0, WORDS),
});

function placeAndLabels({ line, labels }: DocumentWords): string {
  const names = labels.length ? `${counted(labels.length, 'label')}: ${labels.map(labelText).join(', ')}` : 'no labels';
  return `${line ? `Line ${line}` : 'A file of its own'}; ${names}`;
}

const wordTable = (caption: string, { words }: DocumentWords, { source }: SplitInspection): SectionTable => ({
  caption,
  columns: [left('word'), right('occurs'), right('TF-IDF')],
  rows: words
    .slice(0, WORDS)
    .map(({ word, count, tfidf }) => [wordText(source, word), String(count), tfidf.toFixed(2)]),
});
