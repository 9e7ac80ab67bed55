import { formatMetric } from '../../../core/metrics/format.ts';
import { readTheme, seriesMark } from '../../plots/index.ts';
import type { MetricsRun } from '../../protocol.ts';
import { button, checkbox, el } from '../../ui/index.ts';
import { t } from '../../l10n.ts';

const statusNames: Record<MetricsRun['status'], string> = {
  running: t('running'),
  finished: t('finished'),
  early: t('stopped early'),
  interrupted: t('interrupted'),
  damaged: t('damaged'),
};

export const statusName = (status: MetricsRun['status']): string => statusNames[status];

export interface RunListOptions {
  isNarrow: boolean;
  runs: readonly MetricsRun[];
  /** Folders of the runs shown, in the order of their styles. */
  selected: readonly string[];
  showsAll: boolean;
  onSelect(folder: string, isSelected: boolean): void;
  onShowAll(showsAll: boolean): void;
}

/** The runs to choose from, the newest first, with the mark of those that are shown. */
export function runList({ isNarrow, runs, selected, showsAll, onSelect, onShowAll }: RunListOptions): HTMLElement {
  const theme = readTheme();
  const listedAtFirst = isNarrow ? 4 : 8;
  const listed = runs.filter(({ folder }, i) => showsAll || i < listedAtFirst || selected.includes(folder));
  const item = (run: MetricsRun): HTMLElement => {
    const at = selected.indexOf(run.folder);
    // A run alone is drawn in the styles of its metrics, so that a mark of its own would name none of them.
    const mark = at >= 0 && selected.length > 1 ? seriesMark({ ...theme.series(at), dash: 'solid' }) : undefined;
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
  const more = runs.length > listedAtFirst && (showsAll || listed.length < runs.length);
  return el(
    'fieldset',
    { class: 'run-list' },
    el('legend', { class: 'visually-hidden' }, t('Runs shown')),
    el('ul', { class: 'plain runs' }, ...listed.map(item)),
    more && button(showsAll ? t('Show Fewer') : t('Show All {0} Runs', runs.length), () => onShowAll(!showsAll)),
  );
}

function facts({ status, problem, precision, bestEpoch }: MetricsRun, isNarrow: boolean): string {
  if (status === 'damaged') return t('damaged: {0}', problem ?? '');
  const best = precision === undefined ? undefined : `P@1 ${formatMetric('P@1', precision)}`;
  const epoch = bestEpoch > 0 && !isNarrow ? t('epoch {0}', bestEpoch) : undefined;
  return [status === 'finished' ? undefined : statusName(status), best, epoch].filter(Boolean).join(' · ');
}
