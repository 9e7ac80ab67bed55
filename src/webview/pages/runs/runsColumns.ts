import { formatMetric } from '../../../core/metrics/metricText.ts';
import { bestRows, type RunRow } from '../../../core/training/runTable.ts';
import { type Column, el, icon } from '../../ui/index.ts';
import { statusName } from '../../amounts.ts';
import { t } from '../../l10n.ts';
import { datasetsOf, figureColumns, figureTitle, mostSettings, settingText, settingTitles } from './runsState.ts';

interface ColumnOptions {
  showsAllSettings: boolean;
  /** The box that selects a row. */
  box(row: RunRow): HTMLElement;
}

const modelNames: Record<NonNullable<RunRow['modelType']>, string> = {
  'xml-cnn': 'XML-CNN',
  linear: t('linear'),
  blend: t('blend'),
};

/** What the table shows of these rows. */
export function runColumns(rows: readonly RunRow[], { box, showsAllSettings }: ColumnOptions): Column<RunRow>[] {
  const datasets = datasetsOf(rows);
  const nameOf = new Map(datasets.map(({ key, name }) => [key, name]));
  const text = (id: string, title: string, render: (row: RunRow) => Node | string): Column<RunRow> => ({
    ...{ id, title, sortable: true, render },
  });
  const number = (id: string, title: string, render: (row: RunRow) => Node | string): Column<RunRow> => ({
    ...text(id, title, render),
    align: 'right',
  });
  const settings = [...settingTitles(rows)];
  return [
    { id: 'selected', title: '✓', tooltip: t('Selected'), render: box },
    text('title', t('Name'), nameCell),
    ...(datasets.length > 1
      ? [text('dataset', t('Dataset'), ({ dataset }) => (dataset && nameOf.get(dataset.validation.key)) ?? '–')]
      : []),
    text('changed', t('Date'), ({ changed }) => dateText(changed)),
    text('status', t('State'), statusCell),
    text('modelType', t('Model'), ({ modelType }) => (modelType ? modelNames[modelType] : '–')),
    number('epochs', t('Epochs'), ({ epochs, modelType }) =>
      epochs === 0 || modelType === 'linear' ? '–' : `${epochs}`,
    ),
    number('seconds', t('Time'), ({ seconds }) => durationText(seconds)),
    ...figureColumns(rows).map(({ split, metric }) => {
      const best = bestRows(rows, split, metric);
      return number(`${split} ${metric}`, figureTitle(split, metric), (row) =>
        figureCell(metric, row.figures[split][metric], best.has(row.folder)),
      );
    }),
    ...settings.slice(0, showsAllSettings ? undefined : mostSettings).map(([key, title]) => ({
      ...number(`setting ${key}`, title, (row: RunRow) => settingCell(row.settings[key])),
      tooltip: key,
    })),
  ];
}

function nameCell({ title, name, note, tags, pinned }: RunRow): HTMLElement {
  return el(
    'div',
    { class: 'run-name', attributes: { title: name } },
    pinned && el('span', { class: 'pin' }, icon('pin'), el('span', { class: 'visually-hidden' }, t('pinned'))),
    el('span', {}, title),
    ...tags.map((tag) => el('span', { class: 'tag' }, tag)),
    note !== undefined && el('div', { class: 'muted note' }, note),
  );
}

const statusCell = ({ status, problem }: RunRow): HTMLElement =>
  el('span', { attributes: { title: problem } }, statusName(status));

function figureCell(metric: string, value: number | undefined, isBest: boolean): Node | string {
  if (value === undefined) return '–';
  if (!isBest) return formatMetric(metric, value);
  const star = el('span', { class: 'best-mark' }, icon('star'), el('span', { class: 'visually-hidden' }, t('best')));
  return el('span', { class: 'best' }, star, formatMetric(metric, value));
}

/** Only what is left out of it is told in a tooltip. */
function settingCell(json: string | undefined): Node | string {
  const text = settingText(json);
  const isWhole = json === undefined || text === json || JSON.stringify(text) === json;
  return isWhole ? text : el('span', { attributes: { title: json } }, text);
}

const dates = new Intl.DateTimeFormat([], {
  ...{ year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
});
const dateText = (changed: string): string => dates.format(new Date(changed));

function durationText(seconds: number | undefined): string {
  if (seconds === undefined) return '–';
  if (seconds < 90) return t('{0} s', seconds < 10 ? seconds.toFixed(1) : Math.round(seconds));
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? t('{0} min', minutes) : t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}
