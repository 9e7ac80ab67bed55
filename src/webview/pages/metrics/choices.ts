import { readTheme, seriesMark } from '../../plots/index.ts';
import { checkbox, el, keyed, segmented } from '../../ui/index.ts';
import { styleOf } from './figures.ts';
import type { MetricsState } from './state.ts';
import { t } from '../../l10n.ts';

export interface ChoicesOptions {
  state: MetricsState;
  /** Values of k that the runs shown have. */
  ks: readonly number[];
  /** How many runs are shown. */
  runs: number;
  onChange(change: Partial<MetricsState>): void;
}

/** What the curves run over, and which metrics are drawn; each with the mark that it has in the plot. */
export function choices({ state, ks, runs, onChange }: ChoicesOptions): HTMLElement[] {
  const over = segmented({
    label: t('Over'),
    options: [
      { value: 'epoch', label: t('Epochs') },
      { value: 'step', label: t('Steps') },
    ],
    value: state.axis,
    onChange: (axis) => onChange({ axis }),
  });
  if (ks.length === 0) return [keyed('axis', over)];
  const metric = segmented({
    label: t('Metric'),
    options: [
      { value: 'P', label: 'P@k' },
      { value: 'nDCG', label: 'nDCG@k' },
    ],
    value: state.family,
    onChange: (family) => onChange({ family }),
  });
  const boxes = el('span', { class: 'row ks' }, ...ks.flatMap((k, i) => kChoice(k, i, state, runs, onChange)));
  return [keyed('axis', over), keyed('family', metric), boxes];
}

function kChoice(
  k: number,
  index: number,
  { hiddenKs }: MetricsState,
  runs: number,
  onChange: ChoicesOptions['onChange'],
): HTMLElement {
  const theme = readTheme();
  const style = styleOf(theme, 0, index, runs);
  // Several runs have colours and markers of their own: the dash alone is the metric's.
  const mark = seriesMark(runs > 1 ? { ...style, color: theme.foreground, symbol: 'none' } : style);
  const box = checkbox({
    label: `@${k}`,
    checked: !hiddenKs.includes(k),
    onChange: (checked) => onChange({ hiddenKs: checked ? hiddenKs.filter((other) => other !== k) : [...hiddenKs, k] }),
  });
  return el('span', { class: 'k-choice' }, keyed(`k${k}`, box), mark);
}
