import type { OtherRun } from '../../../core/predict/scoredRun.ts';
import type { Page } from '../../../core/explore/inspectionApi.ts';
import type { ScoredLabelRow, ScoredRow, ScoredSet, Verdict } from '../../../core/predict/scored.ts';
import {
  button,
  dropdown,
  el,
  filterChip,
  keyed,
  keepingFocus,
  pagedTable,
  replaceChildren,
  SearchStatus,
  suggestField,
  type Child,
  type Choice,
  type PagedTable,
} from '../../ui/index.ts';
import type { ChosenState, Context, Order } from './predictionsState.ts';
import { count, placeText, probability, share } from '../../amounts.ts';
import { roleChoices, withRole } from '../../labelRoles.ts';
import { Reader } from './predictionsReader.ts';
import { verdictCounts } from './verdictMarks.ts';
import { t } from '../../l10n.ts';

/** From this width in pixels on list and document stand side by side. */
const wide = '(min-width: 820px)';

/** Labels that are proposed at a time. */
const proposed = 12;

type Show = Verdict | 'all';

/** The documents, filtered and ordered, and one of them for reading. */
export class Documents {
  readonly element: HTMLElement;
  private readonly table: PagedTable;
  private readonly filters = el('div', { class: 'toolbar' });
  private readonly status = new SearchStatus();
  private readonly reader: Reader;
  private rows: readonly ScoredRow[] = [];
  /** The run that this one is compared with, document by document. */
  private other: OtherRun | undefined;

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
    const { order, label, verdict, states, against } = state;
    const query = {
      threshold,
      order: order.by,
      descending: order.descending,
      label: label?.id,
      verdict,
      states,
      against: this.other && against,
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
    keepingFocus(this.filters, () => replaceChildren(this.filters, ...this.filterControls()));
  }

  private filterControls(): Child[] {
    const { context } = this;
    const { state } = context;
    const clear = (): void => {
      state.label = undefined;
      if (state.order.by === 'probability') state.order = { by: 'file', descending: false };
      this.changed();
    };
    return [
      keyed('add', this.labelField()),
      ...state.states.map((one, i) => this.chip(one, i)),
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
      this.againstChoice(),
      button(this.other ? t('Compare with Another Run…') : t('Compare with Run…'), () => this.chooseOther()),
    ];
  }

  private labelField(): HTMLElement {
    const { host, state, threshold } = this.context;
    const query = { threshold, order: 'support' as const, descending: true, offset: 0, limit: proposed };
    return suggestField<ScoredLabelRow>({
      label: t('Filter by label'),
      placeholder: t('Filter by label'),
      load: async (search) => (await host.call('labels', { ...query, search })).rows,
      render: ({ name, display, support }) => [display ?? name, el('span', { class: 'muted' }, ` ${count(support)}`)],
      onChoose: ({ label, name, display }) => {
        const others = state.states.filter((one) => one.label !== label);
        state.states = [...others, { label, name: display ?? name, is: 'either', role: 'all' }];
        this.changed();
      },
    });
  }

  private chip(one: ChosenState, at: number): HTMLElement {
    const { state } = this.context;
    const put = (states: ChosenState[]): void => {
      state.states = states;
      this.changed();
    };
    const chip = filterChip('', one.name, t('Leave Out {0}', one.name), () => {
      put(state.states.toSpliced(at, 1));
      this.filters.querySelector('input')?.focus();
    });
    const role = dropdown({
      label: t('How {0} counts', one.name),
      hideLabel: true,
      options: roleChoices,
      value: one.role,
      onChange: (chosen) => put(withRole(state.states, at, chosen)),
    });
    const is = dropdown({
      label: t('What {0} is', one.name),
      hideLabel: true,
      options: stateChoices,
      value: one.is,
      onChange: (chosen) => put(state.states.with(at, { ...one, is: chosen })),
    });
    chip.prepend(keyed(`role ${one.label}`, role), keyed(`is ${one.label}`, is));
    return chip;
  }

  private againstChoice(): HTMLElement | undefined {
    const { other } = this;
    if (!other) return undefined;
    const { state } = this.context;
    return dropdown<NonNullable<typeof state.against> | 'any'>({
      label: t('Against {0}', other.run),
      options: [
        { value: 'any', label: t('any') },
        { value: 'better', label: t('better here') },
        { value: 'worse', label: t('better there') },
        { value: 'level', label: t('level') },
      ],
      value: state.against ?? 'any',
      onChange: (chosen) => {
        state.against = chosen === 'any' ? undefined : chosen;
        this.changed();
      },
    });
  }

  private chooseOther(): void {
    this.context.perform(async () => {
      const other = await this.status.during(new AbortController().signal, (signal) =>
        this.context.host.call('chooseOther', undefined, { signal }),
      );
      if (!other) return;
      this.other = other;
      this.changed();
    });
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
      this.other ? t('F1 {0}, there {1}', share(f1), share(row.otherF1)) : `F1 ${share(f1)}`,
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

const stateChoices: Choice<ChosenState['is']>[] = [
  { value: 'either', label: t('true or predicted') },
  { value: 'true', label: t('true') },
  { value: 'predicted', label: t('predicted') },
  { value: 'hit', label: t('hit') },
  { value: 'missed', label: t('missed') },
  { value: 'false', label: t('false') },
];

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
