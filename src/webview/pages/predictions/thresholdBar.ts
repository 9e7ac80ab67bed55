import type { Metrics } from '../../../core/base/metrics.ts';
import type { ThresholdPoint, TunedWay } from '../../../core/predict/scored.ts';
import { el, figureTable, link, replaceChildren, slider, uniqueId } from '../../ui/index.ts';
import { count, share, thresholdText } from '../../amounts.ts';
import { type Chosen, usualThreshold } from './predictionsState.ts';
import { t } from '../../l10n.ts';

const figures = [
  ['F1', 'microF1', 'macroF1'],
  [t('Precision'), 'microP', 'macroP'],
  [t('Recall'), 'microR', 'macroR'],
] as const;

interface BarOptions {
  /** Thresholds ascending; without figures for a single text. */
  points: readonly (ThresholdPoint | { threshold: number; metrics?: undefined })[];
  tuned?: number;
  ways: readonly TunedWay[];
  value: Chosen;
  onChange(chosen: Chosen): void;
}

/** The decision threshold, and what all documents come to at it. */
export function thresholdBar({ points, tuned, ways, value, onChange }: BarOptions): HTMLElement {
  const begun = typeof value === 'number' ? value : (tuned ?? usualThreshold);
  const indexOf = (threshold: number): number => {
    const at = points.findIndex((point) => point.threshold >= threshold);
    return at < 0 ? points.length - 1 : at;
  };
  const table = el('div', { class: 'threshold-figures' });
  const draw = ({ metrics }: { metrics?: Metrics }, kind?: TunedWay['kind']): void =>
    replaceChildren(table, figuresTable(metrics, kind && wayNames[kind]));
  const control = slider({
    label: t('Threshold'),
    min: 0,
    max: points.length - 1,
    step: 1,
    value: indexOf(begun),
    format: (index) => thresholdText(points[index].threshold),
    onInput: (index) => {
      draw(points[index]);
      onChange(points[index].threshold);
    },
  });
  const follow = (way: TunedWay): void => draw(way, way.kind);
  const chosen = ways.find(({ kind }) => kind === value);
  if (chosen) follow(chosen);
  else draw(points[indexOf(begun)]);
  const input = control.querySelector('input')!;
  const jump = (threshold: number) => (): void => {
    input.value = String(indexOf(threshold));
    input.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const choose = (way: TunedWay) => (): void => {
    follow(way);
    onChange(way.kind);
  };
  const marks = [usualThreshold, ...(tuned === undefined ? [] : [tuned])].filter((mark) => mark >= points[0].threshold);
  const ticks = el(
    'datalist',
    { attributes: { id: uniqueId('ticks') } },
    ...marks.map((mark) => el('option', { attributes: { value: indexOf(mark) } })),
  );
  input.setAttribute('list', ticks.id);
  return el(
    'section',
    { class: 'threshold', attributes: { 'aria-label': t('Threshold') } },
    el(
      'div',
      { class: 'threshold-control' },
      control,
      ticks,
      el(
        'div',
        { class: 'threshold-marks' },
        el('span', { class: 'muted' }, t('Set to')),
        ...marks.map((mark, i) =>
          link(i === 0 ? thresholdText(mark) : t('{0} (tuned on validation)', thresholdText(mark)), jump(mark)),
        ),
        ...ways.map((way) => link(wayText(way), choose(way))),
      ),
    ),
    table,
  );
}

const wayNames: Record<TunedWay['kind'], string> = {
  'per-label': t('With a threshold per label'),
  'top-k': t('With the k best labels'),
};

const wayText = ({ kind, count: n }: TunedWay): string =>
  kind === 'top-k' ? t('the {0} best labels', count(n)) : t('a threshold per label ({0} have their own)', count(n));

/** Under its title where it is not of the threshold that the slider shows. */
function figuresTable(metrics: Metrics | undefined, title: string | undefined): HTMLElement | false {
  if (!metrics) return title !== undefined && el('p', { class: 'muted' }, title);
  const row = (name: string, kind: 1 | 2): string[] => [name, ...figures.map((figure) => share(metrics[figure[kind]]))];
  return figureTable(
    { label: title ?? t('Figures at the threshold, in percent') },
    [title, ...figures.map(([name]) => name)],
    [row(t('Micro'), 1), row(t('Macro'), 2)],
  );
}
