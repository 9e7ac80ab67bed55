import { plot, type Plot } from '../../plots/index.ts';
import { el } from '../../ui/index.ts';
import type { Context, Part } from './context.ts';
import { treeFigure } from './figures.ts';
import { t } from '../../l10n.ts';

/** The clusters as a tree. */
export class Tree implements Part {
  readonly element: HTMLElement;
  private readonly container = el('div');
  private drawn: Plot | undefined;

  constructor(private readonly context: Context) {
    const note = t(
      'Ward’s method on the centroids, weighted by labels: the further to the right two clusters are joined, the less alike they are.',
    );
    this.element = el('div', { class: 'grow' }, el('p', { class: 'muted' }, note), this.container);
  }

  update(): void {
    const { chosen } = this.context;
    this.container.style.setProperty('--plot-height', `${Math.max(220, chosen.clusters.length * 26 + 80)}px`);
    const figure = treeFigure(chosen);
    if (this.drawn) this.drawn.update(figure);
    else this.drawn = plot(this.container, figure);
  }
}
