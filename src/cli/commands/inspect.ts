import { dirname } from 'node:path';
import type { FindingLog } from '../../core/data/document.ts';
import type { Command } from '../command.ts';
import { datasetOptions, defaultTokenizer, filesOf, sourceOptions, survey, type SurveyedFile } from '../dataset.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { bar, bytes, clip, counted, grouped, percent, sanitise, table } from '../terminal/text.ts';

const HEAD = 15;
const SHOWN_FINDINGS = 5;
const NAME_COLUMNS = 44;

export const inspect: Command = {
  name: 'inspect',
  summary: 'Show what is in a dataset: counts, lengths, labels, and what is wrong with it',
  details:
    'Reads the data once and keeps nothing but counts. Of a folder with train, validation and test files, all are shown.',
  positionals: [{ name: 'DATA', description: 'Dataset file (plain or .gz), or a folder' }],
  options: {
    labels: { value: 'N', description: `Labels to list, most frequent first (default ${HEAD})` },
    ...datasetOptions,
  },
  examples: ['xmlcnn inspect data/train.jsonl', 'xmlcnn inspect data --label-names data/label_names.tsv'],
  async run(args, terminal, signal) {
    const path = args.positionals[0];
    const options = { onError: 'skip' as const, ...sourceOptions(args) };
    const head = args.whole('labels', 0) ?? HEAD;
    const tokenizer = await defaultTokenizer();
    const files: SurveyedFile[] = [];
    for (const [split, file] of await filesOf(path, false)) {
      const surveyed = await survey(split, file, options, tokenizer, terminal, signal);
      files.push(surveyed);
      showFile(surveyed, head, terminal);
    }
    const unseen = labelsOnlyOutsideTrain(files);
    for (const { split, labels } of unseen)
      terminal.print('', `${counted(labels, 'label')} of ${split} never occur${labels === 1 ? 's' : ''} in train.`);
    return { json: { path, files: files.map(fileJson), labelsOnlyOutsideTrain: unseen } };
  },
};

function fileJson({ split, source, reason, options, statistics, findings }: SurveyedFile): unknown {
  return {
    split,
    file: source.path,
    format: source.format,
    reason,
    options,
    bagOfWords: source.bagOfWords,
    bytes: source.totalBytes,
    statistics: {
      ...statistics,
      labelCounts: statistics.labelCounts.map((l) => ({ ...l, display: source.labelNames.get(l.name) })),
    },
    findings,
  };
}

export function showFile(file: SurveyedFile, head: number, terminal: Terminal): void {
  const { split, source, reason, statistics: s, findings } = file;
  const { style } = terminal;
  const title = split === 'all' ? sanitise(source.path) : `${split}: ${sanitise(source.path)}`;
  const lines: [string, string][] = [
    ['format', `${source.format} (${sanitise(reason)}), ${bytes(source.totalBytes)}`],
    ...fieldsRead(file),
    ['documents', `${grouped(s.documents)}${remarks(s.unlabelled, 'without a label')}${remarks(s.empty, 'empty')}`],
    [
      source.bagOfWords ? 'features' : 'words',
      `mean ${grouped(s.words.mean, 1)}, median ${grouped(s.words.median)}, 95% up to ${grouped(s.words.p95)}, max ${grouped(s.words.max)} per document`,
    ],
    [
      'vocabulary',
      `${counted(s.vocabulary, source.bagOfWords ? 'feature' : 'word')}, ${grouped(s.wordsSeenOnce)} seen once`,
    ],
    [
      'labels',
      `${grouped(s.labels)}; ${s.labelsPerDocument.mean.toFixed(2)} per document (median ${s.labelsPerDocument.median}, max ${s.labelsPerDocument.max}), density ${s.density.toPrecision(3)}`,
    ],
    [
      'per label',
      `mean ${grouped(s.documentsPerLabel.mean, 1)}, median ${grouped(s.documentsPerLabel.median)}, max ${grouped(s.documentsPerLabel.max)} documents`,
    ],
    [
      'rare labels',
      `${grouped(s.rareLabels.one)} with 1 document, ${grouped(s.rareLabels.atMostTwo)} with at most 2, ${grouped(s.rareLabels.atMostFive)} with at most 5`,
    ],
  ];
  terminal.print('', style.bold(title), ...lines.map(([name, value]) => `  ${style.dim(name.padEnd(12))}${value}`));
  if (source.bagOfWords)
    terminal.print(
      `  ${style.yellow('Bag of words: there is no word order, so XML-CNN cannot be trained on this set.')}`,
    );
  showHead(s, source, head, terminal);
  showFindings(findings, source.path, terminal);
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

function showFindings(findings: FindingLog, path: string, terminal: Terminal): void {
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

function labelsOnlyOutsideTrain(files: SurveyedFile[]): { split: string; labels: number }[] {
  const train = files.find((f) => f.split === 'train');
  if (!train) return [];
  const known = new Set(train.statistics.labelCounts.map((l) => l.name));
  return files
    .filter((f) => f !== train)
    .map(({ split, statistics }) => ({
      split,
      labels: statistics.labelCounts.filter((l) => !known.has(l.name)).length,
    }))
    .filter(({ labels }) => labels > 0);
}
