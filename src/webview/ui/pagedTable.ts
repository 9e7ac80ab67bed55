import { Cancelled, type Failure } from '../../core/base/errors.ts';
import { el, replaceChildren } from './el.ts';
import { icon } from './icon.ts';
import { asFailure, failedState } from './states.ts';
import { button, controlAt, textField, type ValueElement } from './toolkit.ts';
import { amount, count } from '../amounts.ts';
import { t } from '../l10n.ts';

export interface Column<Row> {
  id: string;
  title: string;
  align?: 'left' | 'right';
  sortable?: boolean;
  render(row: Row): Node | string;
  /** CSS width, such as `30%`; what the content asks for by default. */
  width?: string;
  /** Explains the column. */
  tooltip?: string;
}

interface Sort {
  column: string;
  descending: boolean;
}

interface PageRequest {
  offset: number;
  limit: number;
  sort?: Sort;
  search: string;
}

interface PagedTableOptions<Row> {
  /** What the table holds, for its name. */
  label: string;
  columns: readonly Column<Row>[];
  /** The signal is aborted when the table wants another page. */
  load(request: PageRequest, signal: AbortSignal): Promise<{ rows: readonly Row[]; total: number }>;
  /** 50 by default. */
  pageSize?: number;
  sort?: Sort;
  /** Enter or a click on a row. */
  onOpen?(row: Row): void;
  rowKey(row: Row): string | number;
  rowClass?(row: Row): string;
  /** What to say where there is no row. */
  emptyText: string;
  /** Gives a search field. */
  searchPlaceholder?: string;
  search?: string;
  /** Stand beside the search field. */
  searchTools?: readonly HTMLElement[];
  /** What is wrong with what was typed: it is said at the field, and nothing is loaded. */
  searchProblem?(search: string): string | undefined;
}

export interface PagedTable {
  element: HTMLElement;
  /** Loads the page again, or another search from its first page. */
  refresh(change?: { search?: string; offset?: number }): Promise<void>;
  /** There are more (or fewer) rows than the page knew of when it was loaded. */
  setTotal(total: number): void;
  /** Puts a text into the search field; the next `refresh` looks for it. */
  setSearch(text: string): void;
}

/** How long a search waits for more letters, in milliseconds. */
const typingPause = 200;

/**
 * A table that shows one page of rows at a time, however many there are. Arrow keys, Home and End move between rows,
 * Page Up and Page Down turn the page, Enter opens a row.
 */
export function pagedTable<Row>(options: PagedTableOptions<Row>): PagedTable {
  return new PagedTableView(options);
}

class PagedTableView<Row> implements PagedTable {
  readonly element: HTMLElement;
  private readonly head = el('thead');
  private readonly body = el('tbody');
  private readonly message = el('div', { class: 'table-message' });
  private readonly problem = el('div', { class: 'search-problem', attributes: { role: 'alert' } });
  private readonly pager = el('nav', { class: 'pager', attributes: { 'aria-label': t('Pages') } });
  private readonly scroller: HTMLElement;
  private readonly field: ValueElement | undefined;
  private readonly limit: number;
  private search: string;
  private sort?: Sort;
  private offset = 0;
  private total = 0;
  private rows: readonly Row[] = [];
  private active: string | number | undefined;
  /** Of the latest request: answers that it has overtaken are dropped. */
  private loading = new AbortController();
  private typing?: ReturnType<typeof setTimeout>;

  constructor(private readonly options: PagedTableOptions<Row>) {
    this.limit = options.pageSize ?? 50;
    this.search = options.search ?? '';
    this.sort = options.sort;
    const table = el('table', { attributes: { role: 'grid', 'aria-label': options.label } }, this.head, this.body);
    this.body.addEventListener('keydown', (event) => this.onKey(event));
    this.scroller = el('div', { class: 'table-scroller' }, table, this.message);
    this.field = options.searchPlaceholder === undefined ? undefined : this.searchField(options.searchPlaceholder);
    const search = this.field && el('div', { class: 'search-row' }, this.field, ...(options.searchTools ?? []));
    this.element = el('div', { class: 'paged-table' }, search, this.problem, this.scroller, this.pager);
    this.drawHead();
    void this.refresh();
  }

  async refresh(change: { search?: string; offset?: number } = {}): Promise<void> {
    if (change.search !== undefined && change.search !== this.search) {
      this.search = change.search;
      this.offset = 0;
    }
    this.offset = change.offset ?? this.offset;
    const { offset, limit, sort, search } = this;
    if (this.hasProblem(search)) return;
    this.loading.abort();
    const { signal } = (this.loading = new AbortController());
    this.scroller.setAttribute('aria-busy', 'true');
    try {
      const { rows, total } = await this.options.load({ offset, limit, sort, search }, signal);
      if (signal.aborted) return;
      if (rows.length === 0 && total > 0 && offset > 0) return await this.refresh({ offset: this.lastOffset(total) });
      this.rows = rows;
      this.total = total;
      this.drawRows();
      replaceChildren(this.message, total === 0 && el('p', { class: 'muted' }, this.options.emptyText));
    } catch (error) {
      if (signal.aborted) return;
      this.rows = [];
      this.drawRows();
      replaceChildren(
        this.message,
        failedState(error instanceof Cancelled ? stopped() : asFailure(error), () => void this.refresh()),
      );
    }
    this.scroller.removeAttribute('aria-busy');
    this.drawPager();
  }

  setTotal(total: number): void {
    this.total = total;
    this.drawPager();
  }

  /** Says what is wrong with the search, if anything is. */
  private hasProblem(search: string): boolean {
    const problem = this.options.searchProblem?.(search);
    this.field?.toggleAttribute('data-invalid', problem !== undefined);
    replaceChildren(this.problem, problem);
    return problem !== undefined;
  }

  setSearch(text: string): void {
    this.search = text;
    if (this.field) this.field.value = text;
  }

  private lastOffset(total: number): number {
    return Math.floor((total - 1) / this.limit) * this.limit;
  }

  private searchField(placeholder: string): ValueElement {
    const field = textField({
      label: placeholder,
      hideLabel: true,
      placeholder,
      value: this.search,
      icon: 'search',
      onInput: (search) => {
        clearTimeout(this.typing);
        this.typing = setTimeout(() => void this.refresh({ search }), typingPause);
      },
    });
    field.classList.add('table-search');
    return field;
  }

  private drawHead(): void {
    const cells = this.options.columns.map((column) => {
      const sorted = this.sort?.column === column.id ? (this.sort.descending ? 'descending' : 'ascending') : undefined;
      return el(
        'th',
        {
          class: column.align === 'right' ? 'right' : '',
          attributes: {
            scope: 'col',
            'aria-sort': column.sortable ? (sorted ?? 'none') : undefined,
            title: column.tooltip,
          },
          style: column.width === undefined ? {} : { width: column.width },
        },
        column.sortable ? this.sortButton(column, sorted) : column.title,
      );
    });
    replaceChildren(this.head, el('tr', {}, ...cells));
  }

  private sortButton(column: Column<Row>, sorted: 'ascending' | 'descending' | undefined): HTMLElement {
    const image = icon(sorted === 'ascending' ? 'sortedUp' : sorted === 'descending' ? 'sortedDown' : 'sort');
    const sort = (): void => {
      // Numbers stand at the right, and of numbers the largest are asked for first.
      const descending = sorted === undefined ? column.align === 'right' : sorted === 'ascending';
      this.sort = { column: column.id, descending };
      this.drawHead();
      this.head
        .querySelectorAll<HTMLElement>('th')
        [this.options.columns.indexOf(column)].querySelector('button')
        ?.focus();
      void this.refresh({ offset: 0 });
    };
    return el(
      'button',
      { class: `sort${sorted ? ' sorted' : ''}`, attributes: { type: 'button' }, on: { click: sort } },
      column.title,
      image,
    );
  }

  private drawRows(): void {
    const hadFocus = this.body.contains(document.activeElement);
    const keys = this.rows.map((row) => this.options.rowKey(row));
    if (!keys.includes(this.active!)) this.active = keys[0];
    replaceChildren(this.body, ...this.rows.map((row, i) => this.drawRow(row, keys[i])));
    if (hadFocus) this.focusRow(keys.indexOf(this.active!));
  }

  private drawRow(row: Row, key: string | number): HTMLElement {
    const { columns, onOpen, rowClass } = this.options;
    const cells = columns.map(({ align, render }) =>
      el('td', { class: align === 'right' ? 'right' : '' }, render(row)),
    );
    return el(
      'tr',
      {
        class: [onOpen && 'opens', rowClass?.(row)].filter(Boolean).join(' '),
        attributes: { tabindex: key === this.active ? 0 : -1 },
        on: {
          focus: () => this.activate(key),
          click: (event) => {
            // A button or link in a cell has its own meaning, and a selection of text is not a click.
            if (!controlAt(event.target as Element) && !String(getSelection())) onOpen?.(row);
          },
        },
      },
      ...cells,
    );
  }

  private activate(key: string | number): void {
    this.active = key;
    const index = this.rows.findIndex((row) => this.options.rowKey(row) === key);
    [...this.body.rows].forEach((row, i) => (row.tabIndex = i === index ? 0 : -1));
  }

  private focusRow(index: number): void {
    this.body.rows[Math.max(0, Math.min(index, this.body.rows.length - 1))]?.focus();
  }

  private onKey(event: KeyboardEvent): void {
    const row = (event.target as Element).closest('tr');
    if (!row || row !== event.target) return;
    const at = [...this.body.rows].indexOf(row);
    const moves: Partial<Record<string, () => void>> = {
      ArrowDown: () => this.focusRow(at + 1),
      ArrowUp: () => this.focusRow(at - 1),
      Home: () => this.focusRow(0),
      End: () => this.focusRow(this.rows.length - 1),
      PageDown: () => void this.turn(this.limit),
      PageUp: () => void this.turn(-this.limit),
      Enter: () => this.options.onOpen?.(this.rows[at]),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  }

  private async turn(by: number): Promise<void> {
    const offset = this.offset + by;
    if (offset >= 0 && offset < this.total) await this.refresh({ offset });
  }

  private drawPager(): void {
    const { offset, limit, total } = this;
    if (total <= limit)
      return replaceChildren(this.pager, total > 0 && el('span', { class: 'muted' }, amount.rows(total)));
    const range = t('{0}–{1} of {2}', count(offset + 1), count(Math.min(offset + limit, total)), count(total));
    const go = (label: string, name: 'first' | 'chevronLeft' | 'chevronRight' | 'last', to: number): HTMLElement =>
      button(label, () => void this.refresh({ offset: to }), {
        appearance: 'icon',
        icon: name,
        disabled: to === offset || to < 0 || to >= total,
      });
    replaceChildren(
      this.pager,
      go(t('First Page'), 'first', 0),
      go(t('Previous Page'), 'chevronLeft', offset - limit),
      el('span', { attributes: { 'aria-live': 'polite' } }, range),
      go(t('Next Page'), 'chevronRight', offset + limit),
      go(t('Last Page'), 'last', this.lastOffset(total)),
    );
  }
}

const stopped = (): Failure => ({
  code: 'search-stopped',
  message: t('The search was stopped'),
  remedy: t('Search again.'),
  place: {},
});
