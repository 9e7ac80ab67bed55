import type { DrawnMap } from '../../../core/explore/clusters/clustered.ts';
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
import { count, plural } from '../dataset/numbers.ts';
import type { Context, Part } from './context.ts';
import { mapFigure, pointsByCluster } from './figures.ts';
import { clusterChoice, labelTable } from './labels.ts';
import type { Drag } from './pageState.ts';
import { workRow } from './work.ts';

/** The labels in a plane, of all clusters or of one; a lasso lists those inside it. */
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
  private search = '';
  private resets = 0;

  constructor(private readonly context: Context) {
    this.element = el('div', { class: 'grow' }, this.toolbar, this.status, this.note, this.container, this.listed);
  }

  update(): void {
    const { state, chosen } = this.context;
    this.drawToolbar();
    const key = JSON.stringify([chosen.k, state.mapOf]);
    if (key === this.key && this.map) return this.draw();
    this.key = key;
    void this.load(key);
  }

  private async load(key: string): Promise<void> {
    const { context } = this;
    const row = workRow(context.host, 'map', 'Drawing the map');
    context.listen('map', row.tell);
    this.map = undefined;
    this.showStatus(row.element);
    try {
      const map = await context.host.call('map', { k: context.chosen.k, cluster: context.state.mapOf });
      if (key !== this.key) return;
      context.listen('map', undefined);
      if (!map)
        return this.showStatus(
          emptyState('The map was not drawn', 'Drawing was stopped.', {
            label: 'Draw It',
            run: () => void this.load(key),
          }),
        );
      this.map = map;
      this.showStatus();
      this.draw();
    } catch (error) {
      if (key === this.key) this.showStatus(failedState(asFailure(error), () => void this.load(key)));
    }
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
      clusterChoice(context, state.mapOf, (cluster) => {
        state.mapOf = cluster;
        context.save();
        this.update();
      }),
      segmented<Drag>({
        label: 'Drag to',
        options: [
          { value: 'zoom', label: 'Zoom' },
          { value: 'pan', label: 'Move' },
          { value: 'lasso', label: 'Lasso' },
        ],
        value: state.drag,
        onChange: (drag) => {
          state.drag = drag;
          context.save();
          this.draw();
        },
      }),
      button('Zoom In', () => this.zoom(0.6), { appearance: 'icon', icon: 'add' }),
      button('Zoom Out', () => this.zoom(1 / 0.6), { appearance: 'icon', icon: 'remove' }),
      button('Whole Map', () => this.reset()),
      textField({
        label: 'Search the map',
        hideLabel: true,
        placeholder: 'Search the map',
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
    const { mapOf, drag } = context.state;
    const left = map.of - map.points.length;
    this.note.textContent =
      `Labels that occur with the same others lie near each other; size tells the documents, colour and symbol the cluster, whose number stands in its middle. ` +
      (left > 0
        ? `The ${count(map.points.length)} most frequent of ${count(map.of)} labels are drawn; of the other ${count(left)} only the clusters are told.`
        : `All ${plural(map.points.length, 'label')}${mapOf === undefined ? '' : ' of the cluster'} are drawn.`);
    const figure = mapFigure(map, this.search, drag, `${this.key} ${this.resets}`);
    if (this.drawn) return this.drawn.update(figure);
    this.drawn = plot(this.container, figure, { onSelect: (points) => this.listSelected(points) });
  }

  private listSelected(selected: PlotClick[] | undefined): void {
    const { map } = this;
    if (!map || !selected) return replaceChildren(this.listed);
    const groups = [...pointsByCluster(map).values()];
    const labels = selected.map(({ trace, point }) => map.points[groups[trace][point]].id);
    this.list(labels, 'in the lasso');
  }

  private listFound(): void {
    const wanted = this.search.trim().toLowerCase();
    const found = (this.map?.points ?? []).filter(({ name, display }) =>
      [name, display].some((text) => text?.toLowerCase().includes(wanted)),
    );
    if (wanted === '') replaceChildren(this.listed);
    else
      this.list(
        found.map(({ id }) => id),
        'found',
      );
  }

  private list(labels: number[], where: string): void {
    const among = labels.sort((a, b) => a - b);
    replaceChildren(
      this.listed,
      el('h2', {}, `${plural(among.length, 'label')} ${where}`),
      among.length > 0 && labelTable(this.context, { among }).element,
    );
  }
}
