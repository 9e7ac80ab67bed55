import type { DatasetStatistics } from '../../core/explore/statistics.ts';
import type { Band } from '../../core/metrics/labelCounts.ts';
import { formatMetric, metricRows, type System } from '../figures.ts';
import { grouped, percent } from '../terminal/text.ts';
import { labelFrequencyPlot, learningCurves, type EpochPoint } from './curves.ts';
import { escapeHtml } from './escape.ts';
import { exampleCard, type ReportExample } from './examples.ts';
import { style } from './style.ts';

/** All a report shows; every string may come from data and is escaped. */
export interface ReportInput {
  title: string;
  subtitle: string;
  /** The model first, then its baselines. */
  systems: System[];
  /** What the figures were measured on: "test, 8,066 documents". */
  measuredOn: string;
  epochs: EpochPoint[];
  bestEpoch: number;
  /** Validation metrics to draw, at most four. */
  curves: string[];
  statistics: { name: string; statistics: DatasetStatistics }[];
  /** Label name as people read it. */
  display: (label: string) => string;
  bands: Band[];
  examples: ReportExample[];
  settings: [key: string, value: string][];
  notes: string[];
}

const HEAD_LABELS = 15;
const headline = ['P@1', 'P@3', 'P@5', 'nDCG@5', 'PSP@5', 'microF1'];

/** A page that needs nothing but itself: no script, no network, light or dark as the reader's system is. */
export function renderReport(input: ReportInput): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(input.title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(input.title)}</h1>
<p class="lead">${escapeHtml(input.subtitle)}</p>
${[cards(input), metricsSection(input), curvesSection(input), labelsSection(input), bandsSection(input), examplesSection(input), dataSection(input), settingsSection(input), notesSection(input)].filter(Boolean).join('\n')}
</main>
</body>
</html>
`;
}

function cards({ systems: [model, baseline], measuredOn }: ReportInput): string {
  const shown = headline.filter((name) => name in model.metrics);
  const cells = shown.map((name) => {
    const beside = baseline?.metrics[name];
    const small =
      beside === undefined ? '' : `<small>${escapeHtml(baseline.name)}: ${formatMetric(name, beside)}</small>`;
    return `<div class="card"><span>${escapeHtml(name)}</span><strong>${formatMetric(name, model.metrics[name])}</strong>${small}</div>`;
  });
  return `<div class="cards" aria-label="Headline figures">${cells.join('')}</div>
<p class="muted">Measured on ${escapeHtml(measuredOn)}. All figures but the log loss are percentages.</p>`;
}

function metricsSection({ systems }: ReportInput): string {
  const rows = metricRows(systems).map(({ title, cells }) => [title, ...cells]);
  return section('Metrics beside the baselines', dataTable(['metric', ...systems.map((s) => s.name)], rows));
}

function curvesSection({ epochs, bestEpoch, curves }: ReportInput): string {
  return epochs.length ? section('Learning curves', learningCurves(epochs, bestEpoch, curves)) : '';
}

function labelsSection({ statistics, display }: ReportInput): string {
  const [first] = statistics;
  if (!first?.statistics.labels) return '';
  const { labelCounts, labels, documents, rareLabels } = first.statistics;
  const most = labelCounts[0].documents;
  const rows = labelCounts
    .slice(0, HEAD_LABELS)
    .map(
      ({ name, documents: n }) =>
        `<tr><th scope="row">${escapeHtml(display(name))}</th><td>${grouped(n)}</td><td>${percent(n / documents)}</td>` +
        `<td class="wide"><span class="bar" style="width:${((n / most) * 100).toFixed(1)}%"></span></td></tr>`,
    );
  const text =
    `${grouped(labels)} labels in ${grouped(documents)} documents (${first.name}): ${grouped(rareLabels.one)} label` +
    `${rareLabels.one === 1 ? '' : 's'} with one document, ${grouped(rareLabels.atMostTwo)} with at most two, ${grouped(rareLabels.atMostFive)} with at most five.`;
  const head = `<table><caption>The ${rows.length} most frequent labels</caption><thead><tr><th scope="col">label</th><th scope="col">documents</th><th scope="col">share</th><td></td></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return section(
    'Label frequencies',
    `<p>${escapeHtml(text)}</p><div class="columns">${labelFrequencyPlot(first.statistics)}<div class="scroll">${head}</div></div>`,
  );
}

function bandsSection({ bands }: ReportInput): string {
  const filled = bands.filter((b) => b.labels > 0);
  if (!filled.length) return '';
  const rows = filled.map((b) => [
    b.name === '0' ? 'none' : b.name,
    grouped(b.labels),
    grouped(b.support),
    grouped(b.predicted),
    ...[b.precision, b.recall, b.f1, b.macroF1].map((v) => (v * 100).toFixed(2)),
  ]);
  const titles = ['training documents', 'labels', 'true', 'predicted', 'precision', 'recall', 'F1', 'macro-F1'];
  const text =
    'Labels grouped by how many training documents they have; a label is predicted where its probability is above 0.5.';
  return section('By label frequency', `<p>${text}</p>${dataTable(titles, rows)}`);
}

function examplesSection({ examples }: ReportInput): string {
  if (!examples.length) return '';
  const text =
    'Unseen texts, their best labels, and the words that carried the first of them: the stronger the mark, the more.';
  return section('Predictions explained', `<p>${text}</p>${examples.map(exampleCard).join('\n')}`);
}

function dataSection({ statistics }: ReportInput): string {
  const rows = statistics.map(({ name, statistics: s }) => [
    name,
    grouped(s.documents),
    grouped(s.labels),
    s.labelsPerDocument.mean.toFixed(2),
    s.words.mean.toFixed(1),
    grouped(s.words.median, s.words.median % 1 ? 1 : 0),
    grouped(s.words.max),
    grouped(s.vocabulary),
  ]);
  const titles = [
    'split',
    'documents',
    'labels',
    'labels per document',
    'words (mean)',
    'words (median)',
    'words (max)',
    'distinct words',
  ];
  return rows.length ? section('Dataset', dataTable(titles, rows)) : '';
}

function settingsSection({ settings }: ReportInput): string {
  const rows = settings.map(
    ([k, v]) => `<tr><th scope="row">${escapeHtml(k)}</th><td class="text">${escapeHtml(v)}</td></tr>`,
  );
  return rows.length
    ? section('Settings', `<div class="scroll"><table><tbody>${rows.join('')}</tbody></table></div>`)
    : '';
}

function notesSection({ notes }: ReportInput): string {
  return notes.length ? section('Notes', notes.map((n) => `<p class="note">${escapeHtml(n)}</p>`).join('')) : '';
}

const section = (title: string, content: string): string =>
  `<section><h2>${escapeHtml(title)}</h2>${content}</section>`;

/** The first column is text, the others are figures. */
function dataTable(titles: string[], rows: string[][]): string {
  const head = titles.map((t) => `<th scope="col">${escapeHtml(t)}</th>`).join('');
  const body = rows.map(
    ([first, ...rest]) =>
      `<tr><th scope="row">${escapeHtml(first)}</th>${rest.map((c) => `<td>${escapeHtml(c)}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}
