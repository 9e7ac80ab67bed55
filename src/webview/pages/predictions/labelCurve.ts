import type { LabelCurve } from '../../../core/predict/scored.ts';
import { type Figure, plot, type Plot } from '../../plots/index.ts';
import { button, el, replaceChildren } from '../../ui/index.ts';
import { share, thresholdText } from '../../amounts.ts';
import { cutOf, type Context } from './predictionsState.ts';
import { t } from '../../l10n.ts';

type Point = LabelCurve['points'][number];

/** Precision over recall of one label, with the threshold that counts. */
export class LabelCurveView {
  readonly element = el('section', { class: 'label-curve', attributes: { hidden: true, 'aria-live': 'polite' } });
  private readonly title = el('h3');
  private readonly text = el('p');
  private readonly container = el('div', { class: 'label-curve-plot' });
  private drawn: Plot | undefined;
  private label: number | undefined;

  constructor(private readonly context: Context) {
    const close = button(t('Close'), () => (this.element.hidden = true), { appearance: 'icon', icon: 'clear' });
    const head = el('div', { class: 'row' }, this.title, close);
    replaceChildren(this.element, head, this.text, this.container);
  }

  show(label: number): void {
    this.label = label;
    this.element.hidden = false;
    this.update();
    this.element.scrollIntoView({ block: 'nearest' });
  }

  /** The threshold changed. */
  update(): void {
    const { label, context } = this;
    if (label === undefined || this.element.hidden) return;
    const { threshold } = context;
    context.perform(async () => {
      const curve = await context.host.call('labelCurve', { label, threshold });
      if (label === this.label && threshold === context.threshold) this.draw(curve);
    });
  }

  private draw(curve: LabelCurve): void {
    const { name, display, threshold, now } = curve;
    const { context } = this;
    this.title.textContent = display ?? name;
    const cut = cutOf({ id: 0, name, trainDocuments: 0, threshold }, 0, context.threshold, context.scored);
    this.text.textContent = textOf(curve, cut > 0 && cut < 1 ? cut : undefined);
    const figure = curveFigure(curve, now && now.predicted > 0 ? now : undefined);
    if (this.drawn) this.drawn.update(figure);
    else this.drawn = plot(this.container, figure);
  }
}

function textOf({ now, best }: LabelCurve, cut: number | undefined): string {
  if (!best) return t('The label has no score above 0.01: it is predicted for no document.');
  const at = ({ precision, recall, f1 }: Omit<Point, 'score'>): string =>
    t('precision {0}, recall {1}, F1 {2}', share(precision), share(recall), share(f1));
  const figures = now && (now.predicted > 0 ? at(now) : t('predicted for no document'));
  const here = cut === undefined ? t('As it is decided') : t('At the threshold {0}', thresholdText(cut));
  const most = t('Best F1 here from score {0} on: {1}.', best.score.toFixed(4), at(best));
  return figures ? `${here}: ${figures}. ${most}` : most;
}

function curveFigure({ points, name, display }: LabelCurve, now: Omit<Point, 'score'> | undefined): Figure {
  const of = (shown: readonly Omit<Point, 'score'>[]): { x: number[]; y: number[] } => ({
    x: shown.map(({ recall }) => recall),
    y: shown.map(({ precision }) => precision),
  });
  const axis = { range: [0, 1.03] as [number, number], tickformat: '.0%' };
  return {
    traces: [
      {
        type: 'scatter',
        mode: points.length > 60 ? 'lines' : 'lines+markers',
        name: t('all thresholds'),
        ...of(points),
        customdata: points.map(({ score }) => score.toFixed(4)),
        hovertemplate: '%{customdata}: %{y:.1%} / %{x:.1%}<extra></extra>',
      },
      { type: 'scatter', mode: 'markers', name: t('the threshold'), marker: { size: 12 }, ...of(now ? [now] : []) },
    ],
    description: t('Curve: precision over recall of {0}.', display ?? name),
    layout: {
      showlegend: true,
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1, yanchor: 'bottom' },
      xaxis: { title: { text: t('Recall') }, ...axis },
      yaxis: { title: { text: t('Precision') }, ...axis },
    },
  };
}
