import type { HeadCooccurrence, NeighbourQuery, NeighbourRow } from '../../../core/explore/analysis/analysisApi.ts';
import type { DocumentLabel } from '../../../core/explore/inspectionApi.ts';
import { plot, type Plot } from '../../plots/index.ts';
import {
  asFailure,
  dropdown,
  el,
  emptyState,
  failedState,
  link,
  loadingState,
  pagedTable,
  type PagedTable,
  replaceChildren,
  segmented,
} from '../../ui/index.ts';
import type { Context, Part } from './datasetState.ts';
import { amount, count, percent } from '../../amounts.ts';
import { labelPicker, nameOf, splitChoice } from './datasetParts.ts';
import { heatmapFigure } from './heatmap.ts';
import { t } from '../../l10n.ts';

const sizes = ['15', '30', '50'] as const;

/** Which labels occur together: the most frequent as a heat map, and the neighbours of any one. */
export class Cooccurrence implements Part {
  readonly element: HTMLElement;
  private readonly toolbar = el('div', { class: 'toolbar' });
  private readonly status = el('div');
  private readonly container = el('div', { class: 'heatmap' });
  private readonly note = el('p', { class: 'muted' });
  private readonly figure = el(
    'section',
    { class: 'figure wide' },
    el('h2', {}, t('Most frequent labels')),
    this.note,
    this.container,
  );
  private readonly picker = el('div', { class: 'list-part' });
  private readonly neighbours = el('section', { class: 'list-part shown', attributes: { 'aria-live': 'polite' } });
  private readonly lists = el('div', { class: 'documents' }, this.picker, this.neighbours);
  private drawn: Plot | undefined;
  private head: HeadCooccurrence | undefined;
  private key = '';
  private table: PagedTable | undefined;

  constructor(private readonly context: Context) {
    this.element = el('div', { class: 'list-part' }, this.toolbar, this.status, this.figure, this.lists);
  }

  /** Read off the index that the dataset's reading made: nothing is read for it. */
  update(): void {
    const { context } = this;
    this.drawToolbar();
    const documents = context.snapshot.splits.find(({ split }) => split === context.split)?.statistics.documents;
    const key = JSON.stringify([context.split, context.state.heatmapSize, documents]);
    if (key === this.key) return;
    this.key = key;
    void this.load(key);
  }

  private async load(key: string): Promise<void> {
    const { context } = this;
    if (!this.head) this.replaceBy(loadingState(t('Counting')));
    try {
      const most = Number(context.state.heatmapSize);
      const head = await context.host.call('headCooccurrence', { split: context.split, most });
      if (key !== this.key) return;
      this.head = head;
      if (head.labels.length === 0)
        return this.replaceBy(emptyState(t('No label'), t('No document of this split has one.')));
      replaceChildren(this.status);
      this.figure.hidden = this.lists.hidden = false;
      this.drawHeatmap();
      this.drawPicker();
      this.drawNeighbours();
    } catch (error) {
      if (key === this.key) this.replaceBy(failedState(asFailure(error), () => void this.load(key)));
    }
  }

  private replaceBy(state: HTMLElement): void {
    replaceChildren(this.status, state);
    this.figure.hidden = this.lists.hidden = true;
  }

  private drawToolbar(): void {
    const { context } = this;
    const { state } = context;
    replaceChildren(
      this.toolbar,
      splitChoice(context),
      dropdown({
        label: t('Labels'),
        options: sizes.map((value) => ({ value, label: value })),
        value: state.heatmapSize,
        onChange: (heatmapSize) => {
          state.heatmapSize = heatmapSize;
          context.save();
          this.update();
        },
      }),
      segmented({
        label: t('Show'),
        options: [
          { value: 'share', label: t('Share of the row') },
          { value: 'documents', label: t('Documents') },
        ],
        value: state.heatmapOf,
        onChange: (heatmapOf) => {
          state.heatmapOf = heatmapOf;
          context.save();
          this.drawHeatmap();
        },
      }),
    );
  }

  private drawHeatmap(): void {
    const { head, context } = this;
    if (!head) return;
    this.note.textContent = [
      t(
        '{0} of {1}; they have {2} of all label occurrences in {3}.',
        amount.labels(head.labels.length),
        count(head.all),
        percent(head.share),
        amount.documents(head.documents),
      ),
      t(
        'A cell shows how many documents of the row’s label have the column’s, too. A click shows the documents that have both.',
      ),
    ].join(' ');
    const figure = heatmapFigure(head, context.state.heatmapOf);
    this.container.style.setProperty('--plot-height', `${Math.max(320, head.labels.length * 16 + 130)}px`);
    if (this.drawn) this.drawn.update(figure);
    else
      this.drawn = plot(this.container, figure, {
        onClick: ({ cell }) => {
          const pair = cell?.map((at) => this.head?.labels[at]).filter((label) => label !== undefined);
          if (pair?.length === 2) this.showBoth(pair[0], pair[1]);
        },
      });
  }

  private drawPicker(): void {
    const picker = labelPicker(this.context, (label) => this.choose(label));
    replaceChildren(this.picker, el('h2', {}, t('Labels')), picker.element);
  }

  private showBoth(...pair: [DocumentLabel, DocumentLabel]): void {
    const labels = pair.map(({ name, display }) => ({ name, display, role: 'all' as const }));
    this.context.filterDocuments({ labels });
  }

  private choose({ name, display }: DocumentLabel): void {
    const { context } = this;
    context.state.neighboursOf = { name, display };
    context.save();
    this.drawNeighbours();
    this.neighbours.scrollIntoView({ block: 'nearest' });
  }

  private drawNeighbours(): void {
    const { state } = this.context;
    const label = state.neighboursOf;
    if (!label)
      return replaceChildren(
        this.neighbours,
        emptyState(t('Choose a label'), t('The labels that occur with it are listed here.')),
      );
    this.table = pagedTable<NeighbourRow>({
      label: t('Labels that occur with {0}', label.display ?? label.name),
      columns: [
        { id: 'name', title: t('Label'), render: (row) => link(row.display ?? row.name, () => this.choose(row)) },
        {
          id: 'together',
          title: t('Together'),
          align: 'right',
          sortable: true,
          tooltip: t('Documents that have both'),
          render: (row) => {
            const both = link(count(row.together), () => this.showBoth(label, row));
            both.title = t('Show the documents that have both');
            return both;
          },
        },
        {
          id: 'ofLabel',
          title: t('Of its own'),
          align: 'right',
          tooltip: t('Share of the documents of the label that was chosen'),
          render: ({ ofLabel }) => percent(ofLabel),
        },
        {
          id: 'ofOther',
          title: t('Of the other’s'),
          align: 'right',
          tooltip: t('Share of the documents of the label in this row'),
          render: ({ ofOther }) => percent(ofOther),
        },
        {
          id: 'lift',
          title: t('Lift'),
          align: 'right',
          sortable: true,
          tooltip: t('Documents with both, against what chance would give'),
          render: ({ lift }) => lift.toFixed(lift < 10 ? 2 : 0),
        },
      ],
      sort: { column: 'together', descending: true },
      pageSize: 15,
      searchPlaceholder: t('Search neighbours'),
      rowKey: ({ name }) => name,
      emptyText: t('No label like this occurs with it.'),
      onOpen: (row) => this.choose(row),
      load: ({ offset, limit, sort, search }) =>
        this.context.host.call('neighbours', {
          split: this.context.split,
          label: label.name,
          search,
          sort: (sort?.column ?? 'together') as NeighbourQuery['sort'],
          descending: sort?.descending ?? true,
          offset,
          limit,
        }),
    });
    const documents = link(t('Documents'), () => this.context.showDocuments(label));
    replaceChildren(
      this.neighbours,
      el('h2', {}, t('Occur with'), ' ', nameOf(label)),
      el('p', {}, documents),
      this.table.element,
    );
  }
}
