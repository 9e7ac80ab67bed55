import { pathOf } from '../../core/data/document.ts';
import { basename } from 'node:path';
import { lengthBins } from '../../core/explore/statistics.ts';
import type { EmbeddingCoverages } from '../../core/text/embeddingCoverage.ts';
import type { DatasetStatistics } from '../../core/explore/inspectionApi.ts';
import type { Inspection } from '../../core/explore/inspection.ts';
import type { SplitInspection } from '../../core/explore/splitInspection.ts';
import { distributionOf, onlyInTrainLine } from '../inspect/showFile.ts';
import type { Look, Section, SectionTable } from '../inspect/look.ts';
import { bytes, counted, grouped, percent } from '../terminal/text.ts';
import { curve, labelFrequencies } from './curves.ts';
import { dataTable, escapeHtml, page, section } from './reportPage.ts';

/** All that an inspection found; every string may come from data and is escaped. */
interface InspectionInput {
  path: string;
  inspection: Inspection;
  unseen: readonly { split: string; labels: number }[];
  /** Labels of train that no other file has, where there are others. */
  onlyInTrain?: number;
  coverage?: EmbeddingCoverages;
  looks: readonly Look[];
}

/** Kinds of lines that a plot can distinguish. */
const KINDS = 4;

/** The page of an inspection. */
export function renderInspection(input: InspectionInput): string {
  const { path, inspection, looks } = input;
  const { splits: files } = inspection;
  const { statistics } = files[0];
  const display = (label: string): string => inspection.displayName(label) ?? label;
  return page(
    `Dataset ${basename(path)}`,
    files.map(({ source }) => `${pathOf(source)} (${source.format}, ${bytes(source.totalBytes)})`).join(', '),
    [
      section('Figures', figures(input)),
      statistics.labels ? labelFrequencies(files[0].split, statistics, display) : '',
      statistics.words.total ? section('Lengths', lengths(files)) : '',
      ...looks.map((look) => lookSection(look.section)),
      findings(files),
    ],
  );
}

function figures({ inspection: { splits: files }, unseen, onlyInTrain, coverage }: InspectionInput): string {
  const spreads = files.map(({ statistics }) => distributionOf(statistics));
  const of = (name: string, value: (s: DatasetStatistics, i: number) => string): string[] => [
    name,
    ...files.map(({ statistics }, i) => value(statistics, i)),
  ];
  const rows = [
    of('documents', (s) => grouped(s.documents)),
    of('without a label', (s) => grouped(s.unlabelled)),
    of('empty', (s) => grouped(s.empty)),
    of('words per document (features of a bag of words): mean', (s) => s.words.mean.toFixed(1)),
    of('median', (s) => grouped(s.words.median, s.words.median % 1 ? 1 : 0)),
    of('maximum', (s) => grouped(s.words.max)),
    of('distinct words', (s) => grouped(s.vocabulary)),
    of('labels', (s) => grouped(s.labels)),
    of('labels per document: mean', (s) => s.labelsPerDocument.mean.toFixed(2)),
    of('maximum', (s) => grouped(s.labelsPerDocument.max)),
    of('documents per label: mean', (s) => s.documentsPerLabel.mean.toFixed(1)),
    of('labels with 1 document', (s) => grouped(s.rareLabels.one)),
    of('with at most 2', (s) => grouped(s.rareLabels.atMostTwo)),
    of('with at most 5', (s) => grouped(s.rareLabels.atMostFive)),
    of('entropy of labels (bits)', (_, i) => spreads[i].entropy.toFixed(2)),
    of('evenness', (_, i) => spreads[i].evenness.toFixed(2)),
    of('occurrences in the top 1% of labels', (_, i) => percent(spreads[i].topShare.onePercent)),
    of('in the top 10%', (_, i) => percent(spreads[i].topShare.tenPercent)),
    of('labels of the head, middle, tail', (_, i) => spreads[i].parts.map((p) => grouped(p.labels)).join(', ')),
    of('power-law slope (r²)', (_, i) => slope(spreads[i].powerLaw)),
    ...files[0].statistics.cutOffs.map(({ words }, at) =>
      of(`cut off at ${grouped(words)} words: documents, words`, (s) => {
        const { documents, wordsLost } = s.cutOffs[at];
        return `${grouped(documents)}, ${percent(s.words.total ? wordsLost / s.words.total : 0)}`;
      }),
    ),
    ...(coverage
      ? [
          of('words with a vector', (_, i) => {
            const { words, wordsFound } = coverage.coverages[i];
            return percent(words ? wordsFound / words : 0);
          }),
          of('occurrences with a vector', (_, i) => {
            const { tokens, tokensFound } = coverage.coverages[i];
            return percent(tokens ? tokensFound / tokens : 0);
          }),
        ]
      : []),
  ];
  const notes = unseen.map(({ split, labels }) => `${counted(labels, 'label')} of ${split} never occur in train.`);
  if (onlyInTrain) notes.push(onlyInTrainLine(onlyInTrain));
  if (coverage) notes.push(`Vectors: ${coverage.file}, ${grouped(coverage.vectors)} of ${coverage.dim} numbers.`);
  return dataTable(['', ...files.map(({ split }) => split)], rows) + paragraphs(notes);
}

const slope = (law: { slope: number; r2: number } | undefined): string =>
  law ? `${law.slope.toFixed(2)} (${law.r2.toFixed(2)})` : '–';

/** Documents by length: a line for each file, in shares of its documents. */
function lengths(files: readonly SplitInspection[]): string {
  const most = (share: number): number => Math.max(...files.map(({ counts }) => counts.wordsAt(share)));
  const bins = lengthBins(most(0.99), most(1));
  const open = files.some(({ counts }) => counts.lengths(bins).open);
  const series = files.slice(0, KINDS).map(({ split, counts, statistics }, kind) => ({
    name: split,
    kind,
    markers: false,
    points: counts
      .lengths(bins)
      .counts.map((n, i) => ({ x: i * bins.width, y: (n / Math.max(1, statistics.documents)) * 100 })),
  }));
  const unit = files[0].source.bagOfWords ? 'features' : 'words';
  const note = `Documents from each length on, ${grouped(bins.width)} ${unit} to a step.${open ? ' The last step also holds all longer ones.' : ''}`;
  return `<div class="columns">${curve('Document lengths', unit, 'percent of documents', series)}${labelNumbers(files)}</div>${paragraphs([note])}`;
}

/** Documents by number of labels: a line for each file, in shares of its documents. */
function labelNumbers(files: readonly SplitInspection[]): string {
  const series = files.slice(0, KINDS).map(({ split, statistics: { documents, documentsByLabels } }, kind) => ({
    name: split,
    kind,
    markers: documentsByLabels.length < 30,
    points: documentsByLabels.map((n, x) => ({ x, y: (n / Math.max(1, documents)) * 100 })),
  }));
  return curve('Labels per document', 'labels', 'percent of documents', series);
}

/** One of the looks that were asked for. */
const lookSection = ({ title, lines, tables }: Section): string =>
  section(title, paragraphs(lines.filter(Boolean)) + tables.map(tableOf).join(''));

function tableOf({ caption, columns, rows }: SectionTable): string {
  if (!rows.length) return '';
  const head = columns.map(
    ({ title, align }) => `<th scope="col"${align ? '' : ' class="text"'}>${escapeHtml(title)}</th>`,
  );
  const body = rows.map(
    (row) =>
      `<tr>${row.map((cell, i) => `<td${columns[i].align ? '' : ' class="text"'}>${escapeHtml(cell)}</td>`).join('')}</tr>`,
  );
  const captioned = caption ? `<caption>${escapeHtml(caption)}</caption>` : '';
  return `<div class="scroll"><table>${captioned}<thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

function findings(files: readonly SplitInspection[]): string {
  const rows = files.flatMap(({ split, source: { findings } }) =>
    Object.entries(findings.counts).map(([code, count]) => [split, code, grouped(count)]),
  );
  if (!rows.length) return '';
  const columns = [{ title: 'file' }, { title: 'finding' }, { title: 'records', align: 'right' as const }];
  return lookSection({ title: 'Findings', lines: [], tables: [{ columns, rows }] });
}

const paragraphs = (lines: readonly string[]): string =>
  lines.map((line) => `<p class="muted">${escapeHtml(line)}</p>`).join('');
