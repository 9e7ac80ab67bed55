import { type DrawnMap, mapLimit, type MapOf } from '../../../core/explore/clusters/clusterApi.ts';
import { plot, type Plot, type PlotClick } from '../../plots/index.ts';
import {
  asFailure,
  button,
  el,
  emptyState,
  failedState,
  replaceChildren,
  segmented,
  textField,
} from '../../ui/index.ts';
import { amount, count } from '../../amounts.ts';
import type { Context, Drag, Part } from './clustersState.ts';
import { clusterMapFigure, finder, mapFigure, pointsByCluster, treeFigure } from './clusterFigures.ts';
import { clusterChoice, labelTable } from './clusterLabels.ts';
import { workRow } from './clusterWork.ts';
import { t } from '../../l10n.ts';

/** The labels in a plane, of all clusters or of one, or the clusters where that are too many; a lasso lists those inside it. */
export class LabelMap implements Part {
  readonly element: HTMLElement;
  private readonly toolbar = el('div', { class: 'toolbar' });
  private readonly status = el('div');
  private readonly note = el('p', { class: 'muted' });
  private readonly container = el('div', { class: 'map' });
  private readonly listed = el('section', { attributes: { 'aria-live': 'polite' } });
  private drawn: Plot | undefined;
  private map: DrawnMap | undefined;
  private key = '';
  /** What was asked for last: only the answer to that is shown. */
  private loading = new AbortController();
  private search = '';
  private resets = 0;

  constructor(private readonly context: Context) {
    this.element = el('div', { class: 'grow' }, this.toolbar, this.status, this.note, this.container, this.listed);
  }

  update(): void {
    const { state, chosen } = this.context;
    this.drawToolbar();
    const key = JSON.stringify([chosen.k, state.mapOf]);
    if (key === this.key) return this.draw(); // what is under way goes on, what was stopped or failed waits for its button
    this.key = key;
    void this.load();
  }

  private async load(): Promise<void> {
    const { context } = this;
    this.loading.abort();
    const stop = (this.loading = new AbortController());
    const { signal } = stop;
    const { element, onEvent } = workRow(t('Drawing the map'), () => {
      stop.abort();
      this.showStopped(); // at once, though it may take the process a while
    });
    this.map = undefined;
    this.showStatus(element);
    try {
      const of: MapOf = context.state.mapOf ?? 'all';
      const map = await context.host.call('map', { k: context.chosen.k, of }, { signal, onEvent });
      if (signal.aborted) return;
      this.map = map;
      this.showStatus();
      this.draw();
    } catch (error) {
      if (!signal.aborted) this.showStatus(failedState(asFailure(error), () => void this.load()));
    }
  }

  private showStopped(): void {
    this.showStatus(
      emptyState(t('The map was not drawn'), t('Drawing was stopped.'), {
        label: t('Draw It'),
        run: () => void this.load(),
      }),
    );
  }

  /** In the place of the map. */
  private showStatus(element?: HTMLElement): void {
    replaceChildren(this.status, element);
    this.container.hidden = this.note.hidden = element !== undefined;
    replaceChildren(this.listed);
  }

  private drawToolbar(): void {
    const { context } = this;
    const { state } = context;
    replaceChildren(
      this.toolbar,
      clusterChoice(
        context,
        state.mapOf,
        (of) => {
          state.mapOf = of;
          context.save();
          this.update();
        },
        context.overview.labels > mapLimit,
      ),
      segmented<Drag>({
        label: t('Drag to'),
        options: [
          { value: 'zoom', label: t('Zoom') },
          { value: 'pan', label: t('Move') },
          { value: 'lasso', label: t('Lasso') },
        ],
        value: state.drag,
        onChange: (drag) => {
          state.drag = drag;
          context.save();
          this.draw();
        },
      }),
      button(t('Zoom In'), () => this.zoom(0.6), { appearance: 'icon', icon: 'add' }),
      button(t('Zoom Out'), () => this.zoom(1 / 0.6), { appearance: 'icon', icon: 'remove' }),
      button(t('Whole Map'), () => this.reset()),
      textField({
        label: t('Search the map'),
        hideLabel: true,
        placeholder: t('Search the map'),
        value: this.search,
        icon: 'search',
        onInput: (search) => {
          this.search = search;
          this.draw();
          this.listFound();
        },
      }),
    );
  }

  private zoom(factor: number): void {
    this.drawn?.zoom(factor);
  }

  private reset(): void {
    this.resets++;
    this.draw();
  }

  private draw(): void {
    const { map, context } = this;
    if (!map) return;
    this.note.textContent = noteOf(map, context.state.mapOf);
    const { drag } = context.state;
    const revision = `${this.key} ${this.resets}`;
    const figure =
      map.shows === 'labels'
        ? mapFigure(map, this.search, drag, revision)
        : clusterMapFigure(map, context.chosen, this.search, drag, revision);
    if (this.drawn) return this.drawn.update(figure);
    this.drawn = plot(this.container, figure, {
      onSelect: (points) => this.listSelected(points),
      onClick: ({ point }) => this.map?.shows === 'clusters' && context.showMap(this.map.points[point].cluster),
    });
  }

  private listSelected(selected: PlotClick[] | undefined): void {
    const { map } = this;
    if (!map || !selected) return replaceChildren(this.listed);
    if (map.shows === 'clusters') return this.listClusters(selected.map(({ point }) => map.points[point].cluster));
    const groups = [...pointsByCluster(map).values()];
    // the names are points of their own, which no cluster has
    const inside = selected.flatMap(({ trace, point }) =>
      trace < groups.length ? map.points[groups[trace][point]].id : [],
    );
    this.list(inside, t('{0} in the lasso', amount.labels(inside.length)));
  }

  private listClusters(clusters: number[]): void {
    const { element } = labelTable(this.context, { clusters: () => clusters });
    replaceChildren(this.listed, el('h2', {}, t('{0} in the lasso', amount.clusters(clusters.length))), element);
  }

  private listFound(): void {
    const { map } = this;
    const find = this.search.trim();
    if (find === '' || !map) return replaceChildren(this.listed);
    if (map.shows === 'clusters')
      return replaceChildren(
        this.listed,
        el('h2', {}, t('Labels found in all clusters')),
        labelTable(this.context, { find }).element,
      );
    const found = map.points.filter(finder(find)).map(({ id }) => id);
    this.list(found, t('{0} found', amount.labels(found.length)));
  }

  private list(labels: number[], title: string): void {
    const among = labels.sort((a, b) => a - b);
    replaceChildren(this.listed, el('h2', {}, title), among.length > 0 && labelTable(this.context, { among }).element);
  }
}

/** What is drawn, and what is not. */
function noteOf(map: DrawnMap, of: number | 'head' | undefined): string {
  if (map.shows === 'clusters')
    return [
      t(
        'A map of labels takes {0} at most, and there are {1}: so this one shows the {2}.',
        count(mapLimit),
        count(map.of),
        amount.clusters(map.points.length),
      ),
      t('Those whose labels occur with the same others lie near each other; size shows the labels.'),
      t('A click on a cluster, or the choice above, gives a map of labels.'),
    ].join(' ');
  const meaning = t(
    'Labels that occur with the same others lie near each other; size shows the documents, colour and symbol the cluster, whose number stands in its middle.',
  );
  return `${meaning} ${typeof of === 'number' ? drawnOfCluster(map) : drawnOfAll(map)}`;
}

const drawnOfAll = ({ points, of }: DrawnMap): string =>
  points.length < of
    ? t('The {0} most frequent of {1} labels are drawn.', count(points.length), count(of))
    : t('All {0} are drawn.', amount.labels(points.length));

const drawnOfCluster = ({ points, of }: DrawnMap): string =>
  points.length < of
    ? t('The {0} most frequent of {1} labels of the cluster are drawn.', count(points.length), count(of))
    : t('All {0} of the cluster are drawn.', amount.labels(points.length));

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
