import { pathOf } from '../../core/data/document.ts';
import { lengthBins } from '../../core/explore/lengths.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { bar, bytes, clip, counted, grouped, percent, sanitise, sparkline, table } from '../terminal/text.ts';
import type { SurveyedFile } from '../dataset.ts';
import { cutOffLines, spreadLines } from './distribution.ts';
import { showFindings } from './findings.ts';

const NAME_COLUMNS = 44;

/** The first view of a file: its figures, its most frequent labels, what is wrong with it. */
export function showFile(file: SurveyedFile, head: number, terminal: Terminal): void {
  const { split, source, reasons, statistics: s, findings } = file;
  const { style } = terminal;
  const title = split === 'all' ? sanitise(pathOf(source)) : `${split}: ${sanitise(pathOf(source))}`;
  const lines: [string, string][] = [
    ['format', `${source.format} (${sanitise(reasons.format)}), ${bytes(source.totalBytes)}`],
    ...fieldsRead(file),
    ['documents', `${grouped(s.documents)}${remarks(s.unlabelled, 'without a label')}${remarks(s.empty, 'empty')}`],
    [
      source.bagOfWords ? 'features' : 'words',
      `mean ${grouped(s.words.mean, 1)}, median ${grouped(s.words.median)}, 95% up to ${grouped(s.words.p95)}, max ${grouped(s.words.max)} per document`,
    ],
    ...lengthLine(file),
    [
      'vocabulary',
      `${counted(s.vocabulary, source.bagOfWords ? 'feature' : 'word')}, ${grouped(s.wordsSeenOnce)} seen once`,
    ],
    [
      'labels',
      `${grouped(s.labels)}; ${s.labelsPerDocument.mean.toFixed(2)} per document (median ${s.labelsPerDocument.median}, max ${s.labelsPerDocument.max}), density ${s.density.toPrecision(3)}`,
    ],
    ...labelsLine(s),
    [
      'per label',
      `mean ${grouped(s.documentsPerLabel.mean, 1)}, median ${grouped(s.documentsPerLabel.median)}, max ${grouped(s.documentsPerLabel.max)} documents`,
    ],
    [
      'rare labels',
      `${grouped(s.rareLabels.one)} with 1 document, ${grouped(s.rareLabels.atMostTwo)} with at most 2, ${grouped(s.rareLabels.atMostFive)} with at most 5`,
    ],
    ...spreadLines(s),
    ...cutOffLines(s, source.bagOfWords),
  ];
  terminal.print('', style.bold(title), ...lines.map(([name, value]) => `  ${style.dim(name.padEnd(12))}${value}`));
  if (source.bagOfWords)
    terminal.print(
      `  ${style.yellow('Bag of words: there is no word order, so XML-CNN cannot be trained on this set.')}`,
    );
  showHead(s, source, head, terminal);
  showFindings(findings, pathOf(source), terminal);
}

/** Documents by length, drawn. */
function lengthLine({ counts, statistics: { words } }: SurveyedFile): [string, string][] {
  if (!words.total) return [];
  const histogram = counts.lengths(lengthBins(counts.wordsAt(0.99), words.max));
  const end = histogram.open ? 'more' : grouped(histogram.counts.length * histogram.width);
  return [['', `0 ${sparkline(histogram.counts)} ${end}, ${grouped(histogram.width)} to a column`]];
}

/** Documents by number of labels, drawn. */
function labelsLine({ documentsByLabels, labelsPerDocument: { max } }: SurveyedFile['statistics']): [string, string][] {
  if (documentsByLabels.length < 3) return [];
  const last = documentsByLabels.length - 1;
  return [['', `0 ${sparkline(documentsByLabels)} ${last}${max > last ? ' and more' : ''}`]];
}

/** Which fields were taken for text and labels, of formats that have fields. */
function fieldsRead({ options: { textField, labelField, labelColumns, idField } }: SurveyedFile): [string, string][] {
  if (textField === undefined) return [];
  const name = (field: string | number): string =>
    typeof field === 'number' ? `column ${field}` : `"${sanitise(field)}"`;
  const text = [textField].flat().map(name).join(' and ');
  const labels = labelField === undefined ? counted(labelColumns?.length ?? 0, 'label column') : name(labelField);
  return [
    ['fields', `text from ${text}, labels from ${labels}${idField === undefined ? '' : `, id from ${name(idField)}`}`],
  ];
}

const remarks = (n: number, what: string): string => (n ? `, ${grouped(n)} ${what}` : '');

function showHead(
  s: SurveyedFile['statistics'],
  source: SurveyedFile['source'],
  head: number,
  terminal: Terminal,
): void {
  const shown = s.labelCounts.slice(0, head);
  if (!shown.length) return;
  const most = shown[0].documents;
  const named = source.labelNames.size > 0;
  const rows = shown.map(({ name, documents }) => [
    clip(sanitise(source.labelNames.get(name) ?? name), NAME_COLUMNS),
    ...(named ? [clip(sanitise(name), 16)] : []),
    grouped(documents),
    percent(documents / s.documents),
    terminal.style.cyan(bar(documents / most, 24)),
  ]);
  const columns = [
    { title: 'label' },
    ...(named ? [{ title: 'id' }] : []),
    { title: 'documents', align: 'right' as const },
    { title: 'share', align: 'right' as const },
    { title: '' },
  ];
  const [titles, ...body] = table(columns, rows);
  terminal.print('', `  ${terminal.style.dim(titles)}`, ...body.map((line) => `  ${line}`));
  if (s.labels > shown.length)
    terminal.print(`  ${terminal.style.dim(`… and ${counted(s.labels - shown.length, 'label')} more`)}`);
}
