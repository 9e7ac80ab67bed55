import { formatDifference, formatMetric, isLoss } from '../../../core/metrics/metricText.ts';
import type { ComparedDataset, Comparison, MetricRow } from '../../../core/training/compareRuns.ts';
import { countingTicks, type Figure, seriesMark, type SeriesStyle } from '../../plots/index.ts';
import { count, shortPaths } from '../../amounts.ts';
import { banner, el, icon } from '../../ui/index.ts';
import { t } from '../../l10n.ts';
import type { ComparedCurve } from '../../protocol.ts';

const mainMetrics = /^((P|nDCG)@\d+|(micro|macro)F1|logLoss)$/;

/** The figures of one split, a column for each group, those of a dataset side by side; undefined where there is none. */
export function metricTable(
  split: MetricRow['split'],
  comparison: Comparison,
  options: { allMetrics: boolean; styles: readonly SeriesStyle[] },
): HTMLElement | undefined {
  const { metrics, unlabelled } = comparison;
  const rows = metrics.filter((row) => row.split === split && (options.allMetrics || mainMetrics.test(row.name)));
  if (rows.length === 0) return undefined;
  const title = split === 'test' ? t('Test') : t('Validation, best epoch');
  const datasets = comparison.datasets[split];
  const body = rows.map((row) => metricRow(row, comparison, datasets));
  const notes = unlabelled
    .filter((one) => one.split === split)
    .map(({ run, documents }) =>
      el('p', { class: 'muted' }, t('{0}: {1} documents without a label, counted 0', run, count(documents))),
    );
  const warning =
    datasets.length > 1 && banner('warning', t('Different datasets: only figures of the same one are compared.'));
  const head = metricHead(comparison, datasets, options.styles);
  return section(title, el('div', {}, warning, table(title, head, body), ...notes));
}

function metricHead(
  { groups }: Comparison,
  datasets: readonly ComparedDataset[],
  styles: readonly SeriesStyle[],
): HTMLElement[] {
  const names = datasets.map(({ name, groups: members }) =>
    el('th', { class: 'right dataset', attributes: { scope: 'colgroup', colspan: members.length } }, name),
  );
  const heads = datasets.flatMap((dataset) =>
    dataset.groups.map((i, at) =>
      el(
        'th',
        { class: `right wraps${at === 0 ? ' dataset' : ''}`, attributes: { scope: 'col' } },
        seriesMark(styles[i]),
        ' ',
        groups[i].name,
        i === dataset.baseline &&
          dataset.groups.length > 1 &&
          el('div', { class: 'muted' }, t('the others are compared with it')),
      ),
    ),
  );
  return [
    ...(datasets.length > 1 ? [el('tr', {}, el('td', {}), ...names)] : []),
    el('tr', {}, el('th', { attributes: { scope: 'col' } }, t('Metric')), ...heads),
  ];
}

function metricRow(row: MetricRow, { groups }: Comparison, datasets: readonly ComparedDataset[]): HTMLElement {
  const shown = datasets.flatMap((dataset) =>
    dataset.groups.map((i, at) => metricCell(row, i, groups[i].runs.length, at === 0 ? ' dataset' : '')),
  );
  return el('tr', {}, el('th', { attributes: { scope: 'row' } }, row.name), ...shown);
}

function metricCell({ name, cells, differences, best }: MetricRow, i: number, runs: number, edge: string): HTMLElement {
  const cell = cells[i];
  if (!cell) return el('td', { class: `right muted${edge}` }, '–');
  const { mean, sd, n } = cell;
  const difference = differences[i];
  const isBest = best.includes(i);
  return el(
    'td',
    { class: `right${isBest ? ' best' : ''}${edge}` },
    isBest && el('span', { class: 'best-mark' }, icon('star'), el('span', { class: 'visually-hidden' }, t('best'))),
    formatMetric(name, mean),
    sd !== undefined && el('span', { class: 'muted' }, ` ± ${formatMetric(name, sd)}`),
    n !== runs && el('span', { class: 'muted' }, ` (n = ${n})`),
    difference !== null && differenceText(name, difference),
  );
}

/** The arrow shows where the figure went, its colour and the hidden word whether that is good. */
function differenceText(name: string, difference: number): HTMLElement {
  const text = formatDifference(name, difference);
  if (text === '±0' || !Number.isFinite(difference)) return el('div', { class: 'difference muted' }, text);
  const isBetter = difference > 0 !== isLoss(name);
  return el(
    'div',
    { class: `difference ${isBetter ? 'better' : 'worse'}` },
    icon(difference > 0 ? 'arrowUp' : 'arrowDown'),
    text,
    el('span', { class: 'visually-hidden' }, isBetter ? t('better') : t('worse')),
  );
}

/** The settings of each run; values that are not those of the run that others are measured against are bold. */
export function settingsTable({ runs, config }: Comparison, allKeys: boolean, baseline: number): HTMLElement {
  const rows = config.filter(({ differs }) => allKeys || differs);
  const title = t('Settings');
  if (rows.length === 0) return section(title, el('p', { class: 'muted' }, t('All settings are the same.')));
  const heads = [t('Key'), ...runs.map(({ name }) => name)];
  const head = el('tr', {}, ...heads.map((name) => el('th', { class: 'wraps', attributes: { scope: 'col' } }, name)));
  const body = rows.map(({ key, values }) => {
    const texts = shortPaths(values);
    const cell = (value: string | null, i: number): HTMLElement =>
      el(
        'td',
        {
          class: `code${value === values[baseline] ? '' : ' differs'}`,
          attributes: { title: value !== null && texts[i] !== value ? value : undefined },
        },
        texts[i] ?? '–',
      );
    return el('tr', {}, el('th', { class: 'code', attributes: { scope: 'row' } }, key), ...values.map(cell));
  });
  return section(title, table(title, [head], body));
}

function table(label: string, head: readonly HTMLElement[], body: readonly HTMLElement[]): HTMLElement {
  return el(
    'div',
    { class: 'table-scroller', attributes: { tabindex: 0, role: 'region', 'aria-label': label } },
    el(
      'table',
      { class: 'fits', attributes: { 'aria-label': label } },
      el('thead', {}, ...head),
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
