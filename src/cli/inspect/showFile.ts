import { type FindingLog, pathOf } from '../../core/data/document.ts';
import {
  isMentionable,
  isSpaceless,
  percentOf,
  spacelessTokenizers,
  tokenizerWarning,
} from '../../core/base/scripts.ts';
import type { DatasetStatistics } from '../../core/explore/inspectionApi.ts';
import { lengthBins } from '../../core/explore/statistics.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { bar, bytes, clip, counted, grouped, percent, sanitise, sparkline, table } from '../terminal/text.ts';
import type { Inspection } from '../../core/explore/inspection.ts';
import type { SplitInspection } from '../../core/explore/splitInspection.ts';
import { readAs } from '../../core/data/readAs.ts';
import { optionName } from '../dataset.ts';
import { dirname } from 'node:path';
import { labelDistribution } from '../../core/explore/labelDistribution.ts';
import type { EmbeddingCoverage } from '../../core/text/embeddingCoverage.ts';

const NAME_COLUMNS = 44;

/** The first view of a file: its figures, its most frequent labels, what is wrong with it. */
export function showFile(file: SplitInspection, inspection: Inspection, head: number, terminal: Terminal): void {
  const { split, source, reason = '', statistics: s } = file;
  const { style } = terminal;
  const title = split === 'all' ? sanitise(pathOf(source)) : `${split}: ${sanitise(pathOf(source))}`;
  const lines: [string, string][] = [
    [
      'format',
      `${source.format} (${sanitise(reason)}), ${bytes(source.totalBytes)}${source.files.length > 1 ? ` in ${counted(source.files.length, 'file')}` : ''}`,
    ],
    ...howRead(file),
    ...scriptLine(s),
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
    ...correctionsLine(file),
    ...labelsLine(s),
    ...outcomeLines(file),
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
      `  ${style.yellow('Bag of words: there is no word order, which XML-CNN needs. A linear model can be trained on this set.')}`,
    );
  showHead(s, inspection, head, terminal);
  showFindings(source.findings, pathOf(source), terminal);
}

/** Documents by length, drawn. */
function lengthLine({ counts, statistics: { words } }: SplitInspection): [string, string][] {
  if (!words.total) return [];
  const histogram = counts.lengths(lengthBins(counts.wordsAt(0.99), words.max));
  const end = histogram.open ? 'more' : grouped(histogram.counts.length * histogram.width);
  return [['', `0 ${sparkline(histogram.counts)} ${end}, ${grouped(histogram.width)} to a column`]];
}

/** Documents by number of labels, drawn. */
function labelsLine({ documentsByLabels, labelsPerDocument: { max } }: DatasetStatistics): [string, string][] {
  if (documentsByLabels.length < 3) return [];
  const last = documentsByLabels.length - 1;
  return [['', `0 ${sparkline(documentsByLabels)} ${last}${max > last ? ' and more' : ''}`]];
}

/** What was taken for what, and each doubt with the option that decides it. */
function howRead({ options, reasons }: SplitInspection): [string, string][] {
  const { line, doubts } = readAs(options, reasons);
  return [
    ...(line ? [['read as', sanitise(line)] as [string, string]] : []),
    ...doubts.map(({ option, text }): [string, string] => ['', `${sanitise(text)} (${optionName(option)})`]),
  ];
}

/** What became of the corrections beside the file. */
function correctionsLine({ source: { corrected } }: SplitInspection): [string, string][] {
  if (!corrected) return [];
  const { applied, right, refused, damaged, file } = corrected;
  const others = [
    remarks(right, 'found right as they are'),
    remarks(refused, 'not applied: the document has changed'),
    remarks(damaged, 'damaged'),
  ];
  return [['corrections', `${counted(applied, 'document')} corrected${others.join('')} (${sanitise(file)})`]];
}

/** What the figures say against the way the file was read. */
const outcomeLines = ({ outcome }: SplitInspection): [string, string][] =>
  outcome.map(({ option, text }) => ['doubtful', `${sanitise(text)} (${optionName(option)})`]);

/** How the words of scripts without spaces were found. */
function scriptLine({ script, tokenizer }: DatasetStatistics): [string, string][] {
  if (!script || !isMentionable(script)) return [];
  const unfit = tokenizerWarning(script, tokenizer);
  const here = `${script.name}: ${percentOf(script)} of the letters are of a script without spaces; words are those of the tokenizer "${tokenizer}" (--tokenizer)`;
  const train = isSpaceless(script)
    ? [`set "text.tokenizer" in run configs to ${advised}, as \`xmlcnn init\` does`]
    : [];
  return [unfit ?? here, ...(unfit === undefined ? train : [])].map((line, i) => [i ? '' : 'script', line]);
}

const advised = spacelessTokenizers.map((name) => `"${name}"`).join(' or ');

const remarks = (n: number, what: string): string => (n ? `, ${grouped(n)} ${what}` : '');

function showHead(s: DatasetStatistics, inspection: Inspection, head: number, terminal: Terminal): void {
  const shown = s.labelCounts.slice(0, head);
  if (!shown.length) return;
  const most = shown[0].documents;
  const named = inspection.labelNames.map.size > 0;
  const rows = shown.map(({ name, documents }) => [
    clip(sanitise(inspection.displayName(name) ?? name), NAME_COLUMNS),
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

const SHOWN_FINDINGS = 5;

/** Findings by code, with the lines of the first. */
export function showFindings(findings: FindingLog, path: string, terminal: Terminal): void {
  const counts = Object.entries(findings.counts);
  if (!counts.length) return;
  const { style } = terminal;
  terminal.print(
    '',
    `  ${style.bold('Findings')}${findings.skipped ? `: ${counted(findings.skipped, 'record')} left out` : ''}`,
  );
  for (const [code, count] of counts) {
    terminal.print(`  ${style.yellow(code)}: ${grouped(count)}`);
    for (const f of findings.first.filter((f) => f.code === code).slice(0, SHOWN_FINDINGS)) {
      const file =
        f.file === path
          ? ''
          : `${sanitise(dirname(f.file) === dirname(path) ? f.file.slice(dirname(f.file).length + 1) : f.file)} `;
      const where = f.line ? `line ${f.line}${f.byte === undefined ? '' : ` (byte ${f.byte})`}: ` : '';
      terminal.print(
        `    ${file}${where}${clip(sanitise(f.message), 100)}${f.skipped ? style.dim(' (left out)') : ''}`,
      );
    }
    if (count > SHOWN_FINDINGS) terminal.print(style.dim(`    … and ${grouped(count - SHOWN_FINDINGS)} more`));
  }
}

export const distributionOf = ({ labelCounts }: DatasetStatistics) =>
  labelDistribution(labelCounts.map(({ documents }) => documents));

/** How unevenly the labels are spread, as named lines. */
function spreadLines(statistics: DatasetStatistics): [name: string, value: string][] {
  if (!statistics.labels) return [];
  const { entropy, evenness, topShare, powerLaw, parts } = distributionOf(statistics);
  const slope = powerLaw
    ? `; documents ~ rank^${powerLaw.slope.toFixed(2)} (r² ${powerLaw.r2.toFixed(2)} of the logarithms)`
    : '';
  return [
    ['spread', `entropy ${entropy.toFixed(2)} bits, evenness ${evenness.toFixed(2)}${slope}`],
    [
      '',
      `top 1% of labels have ${percent(topShare.onePercent)} of all occurrences, top 10% ${percent(topShare.tenPercent)}`,
    ],
    ['', parts.map((p) => `${p.name} ${grouped(p.labels)} (${percent(p.share)})`).join(', ')],
  ];
}

/** What the usual maximum lengths would cut off. */
function cutOffLines(
  { cutOffs, documents, words }: DatasetStatistics,
  bagOfWords: boolean,
): [name: string, value: string][] {
  if (bagOfWords || !documents || !words.total) return [];
  const longer = cutOffs.filter((cut) => cut.documents > 0);
  const none = cutOffs.find((cut) => cut.documents === 0);
  const lines = longer.map(
    (cut) =>
      `at ${grouped(cut.words)} words: ${counted(cut.documents, 'document')} (${percent(cut.documents / documents)}) cut, ${percent(cut.wordsLost / words.total)} of the words lost`,
  );
  if (none) lines.push(`at ${grouped(none.words)} words: none`);
  return lines.map((line, i) => [i ? '' : 'cut-offs', line]);
}

/** What a file of word vectors knows of the words. */
export function coverageLine({ words, wordsFound, tokens, tokensFound }: EmbeddingCoverage): string {
  const share = (part: number, of: number): string => percent(of ? part / of : 0);
  return `${grouped(wordsFound)} of ${grouped(words)} words (${share(wordsFound, words)}), ${share(tokensFound, tokens)} of all occurrences`;
}

export const onlyInTrainLine = (labels: number): string =>
  `${counted(labels, 'label')} of train ${labels === 1 ? 'occurs' : 'occur'} nowhere else.`;
