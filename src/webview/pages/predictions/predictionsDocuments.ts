import type { Page } from '../../../core/explore/inspectionApi.ts';
import type { ScoredRow, ScoredSet, Verdict } from '../../../core/predict/scored.ts';
import {
  dropdown,
  el,
  filterChip,
  pagedTable,
  replaceChildren,
  SearchStatus,
  type Choice,
  type PagedTable,
} from '../../ui/index.ts';
import type { Context, Order } from './predictionsState.ts';
import { placeText, probability, share } from '../../amounts.ts';
import { Reader } from './predictionsReader.ts';
import { verdictCounts } from './verdictMarks.ts';
import { t } from '../../l10n.ts';

/** From this width in pixels on list and document stand side by side. */
const wide = '(min-width: 820px)';

type Show = Verdict | 'all';

/** The documents, filtered and ordered, and one of them for reading. */
export class Documents {
  readonly element: HTMLElement;
  private readonly table: PagedTable;
  private readonly filters = el('div', { class: 'toolbar' });
  private readonly status = new SearchStatus();
  private readonly reader: Reader;
  private rows: readonly ScoredRow[] = [];

  constructor(
    private readonly context: Context,
    private readonly set: ScoredSet,
  ) {
    const { state } = context;
    this.reader = new Reader(context, {
      onClose: () => this.close(),
      neighbour: (document, by) => this.neighbour(document, by),
      onTurn: (document) => this.read(document),
    });
    this.table = pagedTable<ScoredRow>({
      label: t('Documents'),
      columns: [{ id: 'document', title: t('Document'), render: (row) => this.cell(row) }],
      pageSize: 20,
      search: state.search,
      searchPlaceholder: t('Search texts and ids'),
      rowKey: ({ document }) => document,
      emptyText: t('No document is like this.'),
      onOpen: ({ document }) => this.read(document),
      load: ({ offset, limit, search }, signal) => this.load(offset, limit, search, signal),
    });
    this.element = el(
      'div',
      { class: 'documents' },
      el('div', { class: 'list-part' }, this.filters, this.status.element, this.table.element),
      this.reader.element,
    );
    this.drawFilters();
    if (state.reading !== undefined) this.read(state.reading);
  }

  /** Another filter or order: from the first page on. */
  restart(): void {
    this.drawFilters();
    void this.table.refresh({ offset: 0 });
  }

  /** The threshold moves: what is shown of one document follows at once. */
  follow(): void {
    this.reader.update();
  }

  /** The threshold has come to rest. */
  refresh(): void {
    void this.table.refresh();
  }

  private read(document: number): void {
    const { state } = this.context;
    state.reading = document;
    this.context.save();
    this.element.classList.add('reading');
    this.markRead();
    this.reader.show(document);
  }

  private close(): void {
    this.context.state.reading = undefined;
    this.context.save();
    this.element.classList.remove('reading');
    this.markRead();
  }

  private markRead(): void {
    const { reading } = this.context.state;
    for (const cell of this.element.querySelectorAll<HTMLElement>('[data-document]'))
      cell.classList.toggle('is-read', cell.dataset.document === String(reading));
  }

  private neighbour(document: number, by: -1 | 1): number | undefined {
    const at = this.rows.findIndex((row) => row.document === document);
    return at < 0 ? undefined : this.rows[at + by]?.document;
  }

  private async load(offset: number, limit: number, search: string, signal: AbortSignal): Promise<Page<ScoredRow>> {
    const { context } = this;
    const { state, host, threshold } = context;
    if (search !== state.search) {
      state.search = search;
      context.save();
    }
    const { order, label, verdict } = state;
    const query = {
      threshold,
      order: order.by,
      descending: order.descending,
      label: label?.id,
      verdict,
      search: search || undefined,
      offset,
      limit,
    };
    const page = await this.status.during(signal, (stopped) => host.call('documents', query, { signal: stopped }));
    this.rows = page.rows;
    if (state.reading === undefined && page.rows.length > 0 && matchMedia(wide).matches)
      this.read(page.rows[0].document);
    return page;
  }

  private drawFilters(): void {
    const { context } = this;
    const { state } = context;
    const clear = (): void => {
      state.label = undefined;
      if (state.order.by === 'probability') state.order = { by: 'file', descending: false };
      this.changed();
    };
    replaceChildren(
      this.filters,
      state.label && filterChip(t('Label:'), state.label.name, t('Documents of All Labels'), clear),
      dropdown<Show>({
        label: t('Show'),
        options: state.label ? labelChoices : anyChoices,
        value: state.verdict ?? 'all',
        onChange: (shown) => {
          state.verdict = shown === 'all' ? undefined : shown;
          this.changed();
        },
      }),
      dropdown({
        label: t('Order'),
        options: this.orders().map(({ value, label }) => ({ value, label })),
        value: orderKey(state.order),
        onChange: (key) => {
          state.order = this.orders().find(({ value }) => value === key)?.order ?? state.order;
          this.changed();
        },
      }),
    );
  }

  private orders(): (Choice & { order: Order })[] {
    const order = (label: string, by: Order['by'], descending = false): Choice & { order: Order } => ({
      value: orderKey({ by, descending }),
      label,
      order: { by, descending },
    });
    return [
      order(t('as in the file'), 'file'),
      order(t('worst nDCG@{0} first', this.set.k), 'ndcg'),
      order(t('worst P@{0} first', this.set.k), 'precision'),
      order(t('worst F1 first'), 'f1'),
      order(t('best F1 first'), 'f1', true),
      ...(this.context.state.label
        ? [
            order(t('label most probable first'), 'probability', true),
            order(t('label least probable first'), 'probability'),
          ]
        : []),
    ];
  }

  private changed(): void {
    this.context.save();
    this.restart();
  }

  private cell(row: ScoredRow): HTMLElement {
    const { document, id, place, snippet, precision, ndcg, f1 } = row;
    const { state } = this.context;
    const measures = [
      `nDCG@${this.set.k} ${share(ndcg)}`,
      `P@${this.set.k} ${share(precision)}`,
      `F1 ${share(f1)}`,
      state.label && t('probability {0}', row.probability === undefined ? '≤ 0.01' : probability(row.probability)),
    ];
    return el(
      'div',
      {
        class: `document-cell${document === state.reading ? ' is-read' : ''}`,
        attributes: { 'data-document': document },
      },
      el(
        'div',
        { class: 'document-head' },
        el('strong', { class: 'ellipsis' }, id),
        el('span', { class: 'muted' }, placeText(place)),
        el('span', { class: 'grow' }),
        verdictCounts(row),
      ),
      snippet === '' ? el('em', { class: 'muted' }, t('empty')) : el('div', { class: 'snippet' }, snippet),
      el('div', { class: 'muted measures' }, measures.filter(Boolean).join(' · ')),
    );
  }
}

const orderKey = ({ by, descending }: Order): string => `${by} ${descending ? 'descending' : 'ascending'}`;

const anyChoices: Choice<Show>[] = [
  { value: 'all', label: t('all documents') },
  { value: 'false', label: t('with a false label') },
  { value: 'missed', label: t('with a missed label') },
  { value: 'hit', label: t('with a hit') },
];

const labelChoices: Choice<Show>[] = [
  { value: 'all', label: t('true or predicted') },
  { value: 'false', label: t('false positives') },
  { value: 'missed', label: t('misses') },
  { value: 'hit', label: t('hits') },
];
