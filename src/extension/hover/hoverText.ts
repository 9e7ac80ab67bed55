import type { ExplainedText } from '../../runner/services/predictor.ts';
import type { TextPlace } from '../base/commandArguments.ts';
import type { Translate } from '../runs/jobText.ts';
import { clip, commandLink, escapeMarkdown, onOneLine } from './escape.ts';
import { barText, countsText, peakTexts, probabilityText, verdictText } from './labelText.ts';
import type { LabelRow } from './verdicts.ts';

interface HoverContent {
  /** Name of the model. */
  model: string;
  place: TextPlace;
  rows: LabelRow[];
  text: ExplainedText;
}

/** The commands that a hover may link to. */
export const linkedCommands = ['xmlcnn.selectModel', 'xmlcnn.highlightEvidence', 'xmlcnn.openTextPredictions'];

const mostRows = 12;
const peaksPerLabel = 2;
const longestTitle = 40;
const longestModel = 40;

/** A hover's Markdown: what can be done, then a row per label. A hover that is too long scrolls, so its links stand first. */
export function hoverMarkdown({ model, place, rows, text }: HoverContent, t: Translate): string {
  const shown = rows.slice(0, mostRows);
  const hasVerdicts = rows.some(({ verdict }) => verdict !== undefined);
  const titles = [t('Label'), t('Probability'), ...(hasVerdicts ? [t('True')] : []), t('Because of')];
  const rule = `|${titles.map(() => ':--').join('|')}|`;
  const table = [rowText(titles), rule, ...shown.map((row) => rowText(cells(row, place, hasVerdicts, t)))];
  const name = escapeMarkdown(t('Model: {0}', clip(onOneLine(model), longestModel)));
  const head = [
    commandLink(name, 'xmlcnn.selectModel', [], t('Choose another model')),
    commandLink(
      t('Open in Predictions'),
      'xmlcnn.openTextPredictions',
      [place],
      t('Show this text in the Predictions panel'),
    ),
    escapeMarkdown(countsText(text, t)),
  ];
  const more =
    rows.length > shown.length ? [escapeMarkdown(t('{0} more true labels', rows.length - shown.length))] : [];
  return [head.join(' · '), table.join('\n'), ...more].join('\n\n');
}

/** The editor leaves no room between the columns of a table. */
const rowText = (row: string[]): string => `| ${row.join('&nbsp;&nbsp; | ')} |`;

function cells(row: LabelRow, place: TextPlace, hasVerdicts: boolean, t: Translate): string[] {
  const { known, verdict } = row;
  const title = escapeMarkdown(clip(onOneLine(row.title), longestTitle));
  const link = (label: number, shown: string, tooltip: string): string =>
    commandLink(shown, 'xmlcnn.highlightEvidence', [{ ...place, label }], tooltip);
  const evidence = peakTexts(row, peaksPerLabel).map(({ text, ngram }) =>
    known && known.highlights.length > 0 ? link(known.id, escapeMarkdown(text), ngram) : escapeMarkdown(text),
  );
  return [
    known && known.highlights.length > 0 ? link(known.id, title, t('Highlight the words that speak for it')) : title,
    known
      ? `${probabilityText(known.probability)}\u00a0${barText(known.probability)}`
      : escapeMarkdown(t('not known to the model')),
    ...(hasVerdicts ? [verdict ? verdictText(verdict, t).replaceAll(' ', '\u00a0') : ''] : []),
    evidence.join(' '),
  ];
}
