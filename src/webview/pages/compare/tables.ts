import { formatDifference, formatMetric } from '../../../core/metrics/format.ts';
import type { Comparison, MetricRow, RunGroup } from '../../../core/training/compare.ts';
import type { SeriesStyle } from '../../plots/index.ts';
import { seriesMark } from '../../plots/index.ts';
import { el, icon } from '../../ui/index.ts';
import { t } from '../../l10n.ts';

const mainMetrics = /^((P|nDCG)@\d+|(micro|macro)F1|logLoss)$/;

/** The figures of one split, a column for each group; undefined where there is none. */
export function metricTable(
  split: MetricRow['split'],
  { groups, metrics }: Comparison,
  options: { allMetrics: boolean; styles: readonly SeriesStyle[] },
): HTMLElement | undefined {
  const rows = metrics.filter((row) => row.split === split && (options.allMetrics || mainMetrics.test(row.name)));
  if (rows.length === 0) return undefined;
  const title = split === 'test' ? t('Test') : t('Validation, best epoch');
  const heads = groups.map(({ name }, i) =>
    el(
      'th',
      { class: 'right wraps', attributes: { scope: 'col' } },
      seriesMark(options.styles[i]),
      ' ',
      name,
      i === 0 && el('div', { class: 'muted' }, t('compared with')),
    ),
  );
  const head = el('tr', {}, el('th', { attributes: { scope: 'col' } }, t('Metric')), ...heads);
  const body = rows.map((row) => metricRow(row, groups));
  return section(title, table(title, head, body));
}

function metricRow({ name, cells, differences, best }: MetricRow, groups: readonly RunGroup[]): HTMLElement {
  const shown = cells.map((cell, i) => {
    if (!cell) return el('td', { class: 'right muted' }, '–');
    const { mean, sd, n } = cell;
    const difference = differences[i];
    const isBest = i === best;
    return el(
      'td',
      { class: `right${isBest ? ' best' : ''}` },
      isBest && el('span', { class: 'best-mark' }, icon('star'), el('span', { class: 'visually-hidden' }, t('best'))),
      formatMetric(name, mean),
      sd !== undefined && el('span', { class: 'muted' }, ` ± ${formatMetric(name, sd)}`),
      n !== groups[i].runs.length && el('span', { class: 'muted' }, ` (n = ${n})`),
      difference !== null && el('div', { class: 'muted difference' }, formatDifference(name, difference)),
    );
  });
  return el('tr', {}, el('th', { attributes: { scope: 'row' } }, name), ...shown);
}

/** The settings of each run; values that are not the first run's are bold. */
export function settingsTable({ runs, config }: Comparison, allKeys: boolean): HTMLElement {
  const rows = config.filter(({ differs }) => allKeys || differs);
  const title = t('Settings');
  if (rows.length === 0) return section(title, el('p', { class: 'muted' }, t('All settings are the same.')));
  const heads = [t('Key'), ...runs.map(({ name }) => name)];
  const head = el('tr', {}, ...heads.map((name) => el('th', { class: 'wraps', attributes: { scope: 'col' } }, name)));
  const body = rows.map(({ key, values }) =>
    el(
      'tr',
      {},
      el('th', { class: 'code', attributes: { scope: 'row' } }, key),
      ...values.map((value) => el('td', { class: `code${value === values[0] ? '' : ' differs'}` }, value ?? '–')),
    ),
  );
  return section(title, table(title, head, body));
}

function table(label: string, head: HTMLElement, body: readonly HTMLElement[]): HTMLElement {
  return el(
    'div',
    { class: 'table-scroller', attributes: { tabindex: 0, role: 'region', 'aria-label': label } },
    el(
      'table',
      { class: 'fits', attributes: { 'aria-label': label } },
      el('thead', {}, head),
      el('tbody', {}, ...body),
    ),
  );
}

const section = (title: string, content: HTMLElement): HTMLElement =>
  el('section', { class: 'section' }, el('h2', {}, title), content);
