import type { DocumentPage, DocumentRow } from '../../../core/explore/inspectionApi.ts';
import { Cancelled, UserError } from '../../../core/base/errors.ts';
import { textPattern, type DocumentSort } from '../../../core/explore/documentFilter.ts';
import {
  button,
  el,
  link,
  pagedTable,
  replaceChildren,
  SearchStatus,
  toggle,
  type PagedTable,
} from '../../ui/index.ts';
import { queryOf, type Context, type Part } from './datasetState.ts';
import { amount, count, middleCut } from '../../amounts.ts';
import { marked, Reader } from './datasetReader.ts';
import { DocumentFilters } from './documentFilters.ts';
import { t } from '../../l10n.ts';

/** Letters shown of a label in the list; its tooltip has all. */
const mostLetters = 48;

/** Labels shown of a document in the list. */
const shownLabels = 4;

/** The documents of a split, all or those that are as asked for; and one of them for reading. */
export class Documents implements Part {
  readonly element: HTMLElement;
  private readonly table: PagedTable;
  private readonly filters: DocumentFilters;
  private readonly tools = el('span', { class: 'search-tools' });
  private readonly status = new SearchStatus();
  private readonly exportButton = button(t('Export…'), () => this.export(), {
    icon: 'export',
    tooltip: t('Write the documents that are listed, in the order of the file'),
  });
  private readonly reader: Reader;

  constructor(private readonly context: Context) {
    const { state } = context;
    this.reader = new Reader(context, () => this.close());
    this.filters = new DocumentFilters(context, () => this.restart());
    replaceChildren(this.tools, ...this.searchTools());
    this.table = pagedTable<DocumentRow>({
      label: t('Documents'),
      columns: [
        {
          id: 'place',
          title: t('Line'),
          align: 'right',
          sortable: true,
          render: ({ place }) => count(place.line || place.number),
        },
        { id: 'id', title: t('Id'), sortable: true, render: ({ id }) => el('span', { class: 'id' }, id) },
        {
          id: 'text',
          title: this.isBagOfWords() ? t('Features') : t('Text'),
          width: '45%',
          sortable: true,
          render: (row) => this.textCell(row),
        },
        {
          id: 'labels',
          title: t('Labels'),
          width: '40%',
          sortable: true,
          tooltip: t('Sorted by their number'),
          render: ({ labels }) => this.labelLinks(labels),
        },
        {
          id: 'words',
          title: this.isBagOfWords() ? t('Features') : t('Words'),
          align: 'right',
          sortable: true,
          render: ({ words }) => count(words),
        },
        { id: 'read', title: t('Read'), render: (row) => this.readButton(row) },
      ],
      pageSize: 25,
      sort: state.documentSort && { column: state.documentSort.by, descending: state.documentSort.descending },
      search: state.documentSearch,
      searchTools: [this.tools],
      searchProblem: (search) => this.problemOf(search),
      searchPlaceholder: this.isBagOfWords() ? t('Search ids and features') : t('Search texts and ids'),
      rowKey: ({ document }) => document,
      emptyText: t('No document is like this.'),
      onOpen: (row) => this.open(row),
      load: ({ offset, limit, search, sort }, signal) => {
        const documentSort = sort && { by: sort.column as DocumentSort['by'], descending: sort.descending };
        Object.assign(state, { documentSearch: search, documentSort });
        context.save();
        return this.load(offset, limit, signal);
      },
    });
    this.element = el(
      'div',
      { class: 'documents' },
      el(
        'div',
        { class: 'list-part' },
        el(
          'div',
          { class: 'toolbar' },
          this.filters.element,
          el('div', { class: 'row' }, this.status.element, this.exportButton),
        ),
        this.table.element,
      ),
      this.reader.element,
    );
    if (state.reading !== undefined) this.read(state.reading);
  }

  update(): void {
    this.filters.draw();
    void this.table.refresh();
  }

  /** Something else is asked for: from the first page on. */
  restart(): void {
    this.filters.draw();
    void this.table.refresh({ offset: 0 });
  }

  /** Puts a text into the search field; `restart` then looks for it. */
  search(text: string): void {
    this.context.state.documentSearch = text;
    this.table.setSearch(text);
    replaceChildren(this.tools, ...this.searchTools());
  }

  read(document: number): void {
    const { context } = this;
    context.state.reading = document;
    context.save();
    this.reader.show(context.split, document);
    this.element.classList.add('reading');
  }

  private close(): void {
    this.context.state.reading = undefined;
    this.context.save();
    this.reader.hide();
    this.element.classList.remove('reading');
  }

  private isBagOfWords(): boolean {
    return this.context.snapshot.splits[0].bagOfWords;
  }

  private searchTools(): HTMLElement[] {
    const { state } = this.context;
    const tool = (label: string, sign: string, key: 'matchCase' | 'wholeWord' | 'isPattern'): HTMLElement =>
      toggle(label, sign, state[key], (pressed) => {
        state[key] = pressed;
        this.restart();
      });
    return [
      tool(t('Match Case'), 'Aa', 'matchCase'),
      tool(t('Match Whole Word'), 'ab', 'wholeWord'),
      tool(t('Use Regular Expression'), '.*', 'isPattern'),
    ];
  }

  private problemOf(text: string): string | undefined {
    const { isPattern, wholeWord, matchCase } = this.context.state;
    try {
      textPattern({ text, isPattern, wholeWord, matchCase });
      return undefined;
    } catch (error) {
      if (error instanceof UserError) return `${error.message}. ${error.remedy}`;
      throw error;
    }
  }

  private async load(offset: number, limit: number, signal: AbortSignal): Promise<DocumentPage> {
    const { state, host, split } = this.context;
    const query = { split, ...queryOf(state), offset, limit };
    const page = await this.status.during(signal, (stopped) => host.call('documents', query, { signal: stopped }));
    if (page.unsearched > 0) void this.countOn(page.total, signal);
    else if (!signal.aborted) this.status.say(amount.documents(page.total));
    return page;
  }

  private export(): void {
    const { context } = this;
    context.perform(async () => {
      const query = { split: context.split, ...queryOf(context.state) };
      const written = await this.status.during(new AbortController().signal, (signal) =>
        context.host.call('exportDocuments', query, { signal }),
      );
      await this.table.refresh(); // the status says how many are listed
      return written && t('{0} written to {1}', amount.documents(written.documents), written.file);
    });
  }

  /** The page is there: what else is found is counted, unless the user stops it. */
  private async countOn(known: number, signal: AbortSignal): Promise<void> {
    const { state, host, split } = this.context;
    const stop = new AbortController();
    const least = t('At least {0}', amount.documents(known));
    const stopButton = button(t('Stop'), () => stop.abort());
    this.status.say(t('{0}, counting…', least), stopButton);
    try {
      const either = AbortSignal.any([signal, stop.signal]);
      const total = await host.call('documentCount', { split, ...queryOf(state) }, { signal: either });
      if (signal.aborted) return;
      this.table.setTotal(total);
      this.status.say(amount.documents(total));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Cancelled)) this.context.perform(() => Promise.reject(error));
      this.status.say(least);
    }
  }

  private textCell({ snippet, words, marks }: DocumentRow): HTMLElement {
    return words === 0 && snippet.trim() === ''
      ? el('em', { class: 'muted' }, t('empty'))
      : el('div', { class: 'snippet', attributes: { dir: 'auto' } }, ...marked(snippet, marks));
  }

  private labelLinks(labels: DocumentRow['labels']): HTMLElement {
    const shown = labels.slice(0, shownLabels).map((label) => {
      const text = label.display ?? label.name;
      const one = link(middleCut(text, mostLetters), () => this.context.showDocuments(label));
      if (label.display !== undefined || one.textContent !== text)
        one.title = [...new Set([text, label.name])].join(' · ');
      return one;
    });
    const rest = labels.length - shown.length;
    return el('span', { class: 'label-links' }, ...shown, rest > 0 && el('span', { class: 'muted' }, `+${rest}`));
  }

  private readButton({ document }: DocumentRow): HTMLElement {
    return button(t('Read'), () => this.read(document), {
      appearance: 'icon',
      icon: 'document',
      tooltip: t('Read the whole text here'),
    });
  }

  private open({ place, id }: DocumentRow): void {
    const { context } = this;
    context.perform(() => context.host.call('openRecord', { split: context.split, place, id }));
  }
}
