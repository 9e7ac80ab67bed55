import type { ThresholdPoint } from '../../../core/predict/scored.ts';
import { el, figureTable, link, replaceChildren, slider, uniqueId } from '../../ui/index.ts';
import { share, thresholdText } from '../../amounts.ts';
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
  value: number;
  onChange(threshold: number): void;
}

/** The decision threshold, and what all documents come to at it. */
export function thresholdBar({ points, tuned, value, onChange }: BarOptions): HTMLElement {
  const indexOf = (threshold: number): number => {
    const at = points.findIndex((point) => point.threshold >= threshold);
    return at < 0 ? points.length - 1 : at;
  };
  const table = el('div', { class: 'threshold-figures' });
  const draw = (index: number): void => replaceChildren(table, figuresTable(points[index]));
  const control = slider({
    label: t('Threshold'),
    min: 0,
    max: points.length - 1,
    step: 1,
    value: indexOf(value),
    format: (index) => thresholdText(points[index].threshold),
    onInput: (index) => {
      draw(index);
      onChange(points[index].threshold);
    },
  });
  draw(indexOf(value));
  const input = control.querySelector('input')!;
  const jump = (threshold: number) => (): void => {
    input.value = String(indexOf(threshold));
    input.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const marks = [0.5, ...(tuned === undefined ? [] : [tuned])].filter((mark) => mark >= points[0].threshold);
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
      ),
    ),
    table,
  );
}

function figuresTable({ metrics }: BarOptions['points'][number]): HTMLElement | false {
  if (!metrics) return false;
  const row = (name: string, kind: 1 | 2): string[] => [name, ...figures.map((figure) => share(metrics[figure[kind]]))];
  return figureTable(
    { label: t('Figures at the threshold, in percent') },
    [undefined, ...figures.map(([name]) => name)],
    [row(t('Micro'), 1), row(t('Macro'), 2)],
  );
}
