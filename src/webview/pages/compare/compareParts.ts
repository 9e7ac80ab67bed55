import { formatDifference, formatMetric, isLoss } from '../../../core/metrics/metricText.ts';
import type { Comparison, MetricRow, RunGroup } from '../../../core/training/compareRuns.ts';
import { countingTicks, type Figure, seriesMark, type SeriesStyle } from '../../plots/index.ts';
import { count } from '../../amounts.ts';
import { el, icon } from '../../ui/index.ts';
import { t } from '../../l10n.ts';
import type { ComparedCurve } from '../../protocol.ts';

const mainMetrics = /^((P|nDCG)@\d+|(micro|macro)F1|logLoss)$/;

/** The figures of one split, a column for each group; undefined where there is none. */
export function metricTable(
  split: MetricRow['split'],
  { groups, metrics, unlabelled }: Comparison,
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
  const notes = unlabelled
    .filter((one) => one.split === split)
    .map(({ run, documents }) =>
      el('p', { class: 'muted' }, t('{0}: {1} documents without a label, counted 0', run, count(documents))),
    );
  return section(title, el('div', {}, table(title, head, body), ...notes));
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

export const metricTitle = (metric: string): string =>
  metric === 'trainLoss' ? t('Training loss') : t('Validation {0}', metric);

/** A metric over epochs: a line for each group, with a bar of one standard deviation where there are several seeds. */
export function curveFigure({ metric, groups: curves }: ComparedCurve, { groups }: Comparison): Figure {
  const scale = isLoss(metric) ? 1 : 100;
  const digits = isLoss(metric) ? '.4f' : '.2f';
  return {
    description: describe(metric, curves, groups),
    traces: (theme) =>
      curves.map(({ epochs, values }, i) => {
        const { color, dash, symbol } = theme.series(i);
        const hasSpread = values.some(({ sd }) => sd !== undefined);
        return {
          name: groups[i].name,
          x: epochs,
          y: values.map(({ mean }) => mean * scale),
          mode: 'lines+markers',
          line: { color, dash },
          marker: { color, symbol, size: 7 },
          ...(hasSpread && {
            error_y: {
              type: 'data',
              array: values.map(({ sd = 0 }) => sd * scale),
              visible: true,
              color,
              thickness: 1.5,
              width: 4,
            },
          }),
          hovertemplate: hasSpread ? `%{y:${digits}} ± %{error_y.array:${digits}}` : `%{y:${digits}}`,
        };
      }),
    layout: {
      showlegend: true,
      hovermode: 'x unified',
      xaxis: {
        title: { text: t('Epoch'), standoff: 4 },
        ...countingTicks(Math.max(0, ...curves.flatMap(({ epochs }) => epochs)), 10),
        showgrid: false,
        unifiedhovertitle: { text: t('Epoch {0}', '%{x}') },
      },
      yaxis: { title: { text: `${metricTitle(metric)}${scale === 100 ? ', %' : ''}`, standoff: 4 }, nticks: 6 },
    },
  };
}

function describe(metric: string, curves: ComparedCurve['groups'], groups: Comparison['groups']): string {
  const parts = curves.map(({ epochs, values }, i) => {
    const last = values.at(-1);
    if (!last) return t('{0}: no epoch', groups[i].name);
    const spread = last.sd === undefined ? '' : ` ± ${formatMetric(metric, last.sd)}`;
    return t('{0}: {1} after epoch {2}', groups[i].name, `${formatMetric(metric, last.mean)}${spread}`, epochs.at(-1)!);
  });
  return t('{0} by epoch: {1}.', metricTitle(metric), parts.join('; '));
}
