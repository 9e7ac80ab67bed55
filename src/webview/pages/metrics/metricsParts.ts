import { formatMetric } from '../../../core/metrics/metricText.ts';
import { readTheme, seriesMark } from '../../plots/index.ts';
import type { LiveStep, MetricsRun } from '../../protocol.ts';
import {
  button,
  checkbox,
  type Column,
  el,
  icon,
  keyed,
  type PagedTable,
  pagedTable,
  progress,
  segmented,
  slider,
} from '../../ui/index.ts';
import { statusName } from '../../amounts.ts';
import { t } from '../../l10n.ts';
import type { EpochRecord, RunHistory } from '../../../core/training/runHistory.ts';
import { bestEpoch, styleOf } from './metricsFigures.ts';
import { byDataset, type Family, type MetricsState } from './metricsState.ts';

/** The runs whose title, name or dataset hold all of the words. */
export function foundRuns(runs: readonly MetricsRun[], search: string): MetricsRun[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter(({ title, name, dataset }) => {
    const text = `${title}\n${name}\n${dataset?.name ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

interface RunListOptions {
  isNarrow: boolean;
  runs: readonly MetricsRun[];
  /** Folders of the runs shown, in the order of their styles. */
  selected: readonly string[];
  showsAll: boolean;
  /** Words that titles are to hold; all runs where there are none. */
  search: string;
  onSelect(folder: string, isSelected: boolean): void;
  onShowAll(showsAll: boolean): void;
}

/** The runs to choose from, the newest first, with the mark of those that are shown. */
export function runList(options: RunListOptions): HTMLElement {
  const { isNarrow, selected, showsAll, search, onSelect, onShowAll } = options;
  const runs = foundRuns(options.runs, search);
  const theme = readTheme();
  const listedAtFirst = isNarrow ? 3 : 8;
  const isSearched = search.trim() !== '';
  const listed = runs.filter(
    ({ folder }, i) => showsAll || isSearched || i < listedAtFirst || selected.includes(folder),
  );
  const item = (run: MetricsRun): HTMLElement => {
    const at = selected.indexOf(run.folder);
    // A run alone is drawn in the styles of its metrics, so that a mark of its own would name none of them.
    const mark = at >= 0 && selected.length > 1 ? seriesMark(theme.series(at)) : undefined;
    const box = checkbox({
      label: run.title,
      checked: at >= 0,
      disabled: run.status === 'damaged',
      onChange: (checked) => onSelect(run.folder, checked),
    });
    box.dataset.key = run.folder;
    return el(
      'li',
      { class: 'run' },
      box,
      mark ?? el('span'),
      el('span', { class: 'muted run-facts' }, facts(run, isNarrow)),
    );
  };
  const groups = byDataset(listed);
  const several = byDataset(runs).length > 1;
  const lists = groups.map(({ name, runs: members }) =>
    el(
      'div',
      {},
      several && el('h3', { class: 'muted' }, name ?? t('Damaged')),
      el(
        'ul',
        { class: 'plain runs', attributes: { 'aria-label': several ? (name ?? t('Damaged')) : undefined } },
        ...members.map(item),
      ),
    ),
  );
  const more = !isSearched && runs.length > listedAtFirst && (showsAll || listed.length < runs.length);
  return el(
    'fieldset',
    { class: 'run-list' },
    el('legend', { class: 'visually-hidden' }, t('Runs shown')),
    ...lists,
    runs.length === 0 && el('p', { class: 'muted' }, t('No run has these words.')),
    more && button(showsAll ? t('Show Fewer') : t('Show All {0} Runs', runs.length), () => onShowAll(!showsAll)),
  );
}

function facts({ status, problem, precision, bestEpoch }: MetricsRun, isNarrow: boolean): string {
  if (status === 'damaged') return t('damaged: {0}', problem ?? '');
  const split = precision?.split === 'validation' ? t('val') : precision?.split;
  const best =
    precision && [split, !isNarrow && 'P@1', formatMetric('P@1', precision.value)].filter(Boolean).join('\u00a0');
  const epoch = bestEpoch > 0 && !isNarrow ? t('epoch {0}', bestEpoch) : undefined;
  const state = status === 'finished' ? undefined : statusName(status);
  return [best, epoch, state].filter(Boolean).join(' · ');
}

/** How far a run is in its epoch. */
export function liveRow(title: string, step: LiveStep): HTMLElement {
  const { epoch, loss, done, total, documentsPerSecond, secondsLeft } = step;
  const { element, set } = progress(t('{0}, epoch {1}', title, epoch), done / total);
  const rate = t('{0} documents/s', Math.round(documentsPerSecond).toLocaleString('en'));
  const parts = [t('epoch {0}', epoch), t('loss {0}', loss.toFixed(4)), rate];
  if (secondsLeft > 0) parts.push(t('{0} left', timeText(secondsLeft)));
  set(done / total, `${title}: ${parts.join(', ')}`);
  return element;
}

const timeText = (seconds: number): string =>
  seconds < 90 ? t('{0} s', Math.max(1, Math.round(seconds))) : t('{0} min', Math.round(seconds / 60));

const shownMetrics = /^(P|nDCG)@\d+$/;

/** The metrics of an epoch that the table shows: P before nDCG, by k. */
export function epochMetrics({ epochs }: RunHistory): string[] {
  return [...new Set(epochs.flatMap(({ validation = {} }) => Object.keys(validation)))]
    .filter((name) => shownMetrics.test(name))
    .sort((a, b) => Number(b.startsWith('P@')) - Number(a.startsWith('P@')) || kOf(a) - kOf(b));
}

/** Every epoch of a run with its figures, the last first; the best is marked. `history` is asked for at each refresh. */
export function epochTable(title: string, metrics: readonly string[], history: () => RunHistory): PagedTable {
  const number = (id: string, title: string, render: (record: EpochRecord) => string): Column<EpochRecord> => ({
    ...{ id, title, align: 'right', render },
  });
  const isBest = (record: EpochRecord): boolean => record === bestEpoch(history());
  return pagedTable<EpochRecord>({
    label: t('Epochs of {0}', title),
    columns: [
      { id: 'epoch', title: t('Epoch'), align: 'right', render: (record) => epochCell(record, isBest(record)) },
      number('loss', t('Loss'), ({ trainLoss }) => trainLoss.toFixed(4)),
      ...metrics.map((name) => number(name, name, ({ validation }) => formatMetric(name, validation?.[name]))),
      number('speed', t('Documents/s'), (record) => Math.round(record.documentsPerSecond).toLocaleString('en')),
    ],
    load: ({ offset, limit }) => {
      const { epochs } = history();
      const end = epochs.length - offset;
      return Promise.resolve({ rows: epochs.slice(Math.max(0, end - limit), end).reverse(), total: epochs.length });
    },
    rowKey: ({ phase, epoch }) => `${phase} ${epoch}`,
    rowClass: (record) => (isBest(record) ? 'best' : ''),
    emptyText: '',
  });
}

const kOf = (name: string): number => Number(name.slice(name.indexOf('@') + 1));

function epochCell({ phase, epoch }: EpochRecord, isBest: boolean): HTMLElement {
  const star = (): HTMLElement =>
    el('span', { class: 'best-mark' }, icon('star'), el('span', { class: 'visually-hidden' }, t('best')));
  return el('span', {}, isBest && star(), phase === 'training' ? `${epoch}` : t('retraining {0}', epoch));
}

interface ChoicesOptions {
  state: MetricsState;
  /** Metrics of the family that the runs shown have. */
  names: readonly string[];
  /** Families that the runs shown have metrics of. */
  families: readonly Family[];
  /** How many runs are shown. */
  runs: number;
  onChange(change: Partial<MetricsState>): void;
}

const familyNames: Record<Family, string> = { P: 'P@k', nDCG: 'nDCG@k', F1: 'F1', loss: t('Loss') };

/** What the curves run over, how they are drawn, and which metrics; each with the mark that it has in the plot. */
export function choices({ state, names, families, runs, onChange }: ChoicesOptions): HTMLElement[] {
  const over = segmented({
    label: t('Over'),
    options: [
      { value: 'epoch', label: t('Epochs') },
      { value: 'step', label: t('Steps') },
      { value: 'time', label: t('Time') },
    ],
    value: state.axis,
    onChange: (axis) => onChange({ axis }),
  });
  const drawn = [
    keyed('axis', over),
    keyed('smoothing', smoothing(state, onChange)),
    keyed('log', logarithm(state, onChange)),
  ];
  if (families.length === 0) return drawn;
  const metric = segmented({
    label: t('Metric'),
    options: families.map((value) => ({ value, label: familyNames[value] })),
    value: state.family,
    onChange: (family) => onChange({ family }),
  });
  const boxes = names.map((name, i) => metricChoice(name, i, names, state, runs, onChange));
  return [...drawn, keyed('family', metric), el('span', { class: 'row ks' }, ...boxes)];
}

/** The slider itself stays where the curves are drawn anew. */
const smoothing = ({ smoothing: value }: MetricsState, onChange: ChoicesOptions['onChange']): HTMLElement =>
  slider({
    ...{ label: t('Smoothing'), min: 0, max: 0.95, step: 0.05, value },
    format: (weight) => (weight === 0 ? t('none') : weight.toFixed(2)),
    onInput: (smoothing) => onChange({ smoothing }),
  });

const logarithm = ({ isLogarithmic }: MetricsState, onChange: ChoicesOptions['onChange']): HTMLElement =>
  checkbox({
    label: t('Logarithmic loss'),
    checked: isLogarithmic,
    onChange: (checked) => onChange({ isLogarithmic: checked }),
  });

function metricChoice(
  name: string,
  index: number,
  names: readonly string[],
  { hidden }: MetricsState,
  runs: number,
  onChange: ChoicesOptions['onChange'],
): HTMLElement {
  const theme = readTheme();
  const shown = names.filter((one) => !hidden.includes(one)).length;
  const style = styleOf(theme, 0, index, runs, Math.max(2, shown));
  // Several runs have colours and markers of their own: the dash alone is the metric's, where there are several of these.
  const mark = seriesMark(runs > 1 ? { ...style, color: theme.foreground, symbol: 'none' } : style);
  const at = name.indexOf('@');
  const box = checkbox({
    label: at < 0 ? name : name.slice(at),
    checked: !hidden.includes(name),
    onChange: (checked) => onChange({ hidden: checked ? hidden.filter((other) => other !== name) : [...hidden, name] }),
  });
  return el('span', { class: 'k-choice' }, (runs === 1 || shown > 1) && mark, keyed(name, box));
}
