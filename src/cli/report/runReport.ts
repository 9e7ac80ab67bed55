import type { DatasetStatistics } from '../../core/explore/inspectionApi.ts';
import type { Band } from '../../core/metrics/labelCounts.ts';
import { formatMetric, unlabelledText } from '../../core/metrics/metricText.ts';
import { metricRows, type System } from '../figures.ts';
import { grouped } from '../terminal/text.ts';
import { type EpochPoint, labelFrequencies, learningCurves } from './curves.ts';
import { dataTable, escapeHtml, page, section } from './reportPage.ts';
import { exampleCard, type ReportExample } from './examples.ts';

/** All a report shows; every string may come from data and is escaped. */
export interface ReportInput {
  title: string;
  subtitle: string;
  /** The model first, then its baselines. */
  systems: System[];
  /** What the figures were measured on: "test, 8,066 documents". */
  measuredOn: string;
  /** Of them, those without a label. */
  unlabelled?: number;
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

const headline = ['P@1', 'P@3', 'P@5', 'nDCG@5', 'PSP@5', 'microF1'];

/** The report of a run. */
export function renderReport(input: ReportInput): string {
  return page(input.title, input.subtitle, [
    cards(input),
    metricsSection(input),
    curvesSection(input),
    labelsSection(input),
    bandsSection(input),
    examplesSection(input),
    dataSection(input),
    settingsSection(input),
    notesSection(input),
  ]);
}

function cards({ systems: [model, baseline], measuredOn, unlabelled }: ReportInput): string {
  const shown = headline.filter((name) => name in model.metrics);
  const cells = shown.map((name) => {
    const beside = baseline?.metrics[name];
    const small =
      beside === undefined ? '' : `<small>${escapeHtml(baseline.name)}: ${formatMetric(name, beside)}</small>`;
    return `<div class="card"><span>${escapeHtml(name)}</span><strong>${formatMetric(name, model.metrics[name])}</strong>${small}</div>`;
  });
  return `<div class="cards" aria-label="Headline figures">${cells.join('')}</div>
<p class="muted">Measured on ${escapeHtml(measuredOn)}.${unlabelled ? ` ${unlabelledText(unlabelled)}` : ''} All figures but the log loss are percentages.</p>`;
}

const unlabelledNote = (measuredOn: string, unlabelled = 0): string =>
  unlabelled > 0 ? `<p class="muted">On ${escapeHtml(measuredOn)}; ${unlabelledText(unlabelled)}</p>` : '';

function metricsSection({ systems, measuredOn, unlabelled }: ReportInput): string {
  const rows = metricRows(systems).map(({ title, cells }) => [title, ...cells]);
  const titles = ['metric', ...systems.map((s) => s.name)];
  return section('Metrics beside the baselines', `${dataTable(titles, rows)}${unlabelledNote(measuredOn, unlabelled)}`);
}

function curvesSection({ epochs, bestEpoch, curves }: ReportInput): string {
  return epochs.length ? section('Learning curves', learningCurves(epochs, bestEpoch, curves)) : '';
}

function labelsSection({ statistics, display }: ReportInput): string {
  const [first] = statistics;
  return first?.statistics.labels ? labelFrequencies(first.name, first.statistics, display) : '';
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
