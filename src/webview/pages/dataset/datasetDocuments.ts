import type { DocumentPage, DocumentRow } from '../../../core/explore/inspectionApi.ts';
import {
  button,
  el,
  filterChip,
  link,
  pagedTable,
  replaceChildren,
  SearchStatus,
  type PagedTable,
} from '../../ui/index.ts';
import type { Context, Part } from './datasetState.ts';
import { amount, count } from '../../amounts.ts';
import { Reader } from './datasetReader.ts';
import { splitChoice } from './datasetParts.ts';
import { t } from '../../l10n.ts';

/** Labels shown of a document in the list. */
const shownLabels = 4;

/** The documents of a split: all, those of a label, those that hold a text; and one of them for reading. */
export class Documents implements Part {
  readonly element: HTMLElement;
  private readonly table: PagedTable;
  private readonly filter = el('div', { class: 'row' });
  private readonly status = new SearchStatus();
  private readonly reader: Reader;

  constructor(private readonly context: Context) {
    const { state } = context;
    this.reader = new Reader(context, () => this.close());
    this.table = pagedTable<DocumentRow>({
      label: t('Documents'),
      columns: [
        { id: 'place', title: t('Line'), align: 'right', render: ({ place }) => count(place.line || place.number) },
        { id: 'id', title: t('Id'), render: ({ id }) => el('span', { class: 'id' }, id) },
        {
          id: 'text',
          title: this.isBagOfWords() ? t('Features') : t('Text'),
          width: '55%',
          render: (row) => this.textCell(row),
        },
        { id: 'labels', title: t('Labels'), width: '25%', render: ({ labels }) => this.labelLinks(labels) },
        {
          id: 'words',
          title: this.isBagOfWords() ? t('Features') : t('Words'),
          align: 'right',
          render: ({ words }) => count(words),
        },
        { id: 'read', title: t('Read'), render: (row) => this.readButton(row) },
      ],
      pageSize: 25,
      search: state.documentSearch,
      searchPlaceholder: this.isBagOfWords() ? t('Search ids and features') : t('Search texts and ids'),
      rowKey: ({ document }) => document,
      emptyText: t('No document is like this.'),
      onOpen: (row) => this.open(row),
      load: ({ offset, limit, search }, signal) => this.load(offset, limit, search, signal),
    });
    this.element = el(
      'div',
      { class: 'documents' },
      el(
        'div',
        { class: 'list-part' },
        el('div', { class: 'toolbar' }, this.filter, this.status.element),
        this.table.element,
      ),
      this.reader.element,
    );
    this.drawFilter();
    if (state.reading !== undefined) this.read(state.reading);
  }

  update(): void {
    this.drawFilter();
    void this.table.refresh();
  }

  /** Another label, split or text: from the first page on. */
  restart(): void {
    this.drawFilter();
    void this.table.refresh({ offset: 0 });
  }

  /** Puts a text into the search field; `restart` then looks for it. */
  search(text: string): void {
    this.context.state.documentSearch = text;
    this.table.setSearch(text);
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

  private async load(offset: number, limit: number, search: string, signal: AbortSignal): Promise<DocumentPage> {
    const { context } = this;
    const { state, host, split } = context;
    if (search !== state.documentSearch) {
      state.documentSearch = search;
      context.save();
    }
    const label = state.label?.name;
    const { cluster } = state;
    const query = { split, label, cluster, search: search || undefined, offset, limit };
    const page = await this.status.during(signal, (stopped) => host.call('documents', query, { signal: stopped }));
    if (page.unsearched > 0)
      this.status.say(
        t(
          'At least {0}; {1} more are searched as you turn the pages.',
          amount.documents(page.total),
          count(page.unsearched),
        ),
      );
    return page;
  }

  private drawFilter(): void {
    const { context } = this;
    const { label, cluster } = context.state;
    replaceChildren(
      this.filter,
      splitChoice(context),
      cluster &&
        filterChip(t('Labels of'), t('cluster {0} of {1}', cluster.cluster, cluster.k), t('Leave the Cluster'), () =>
          this.leaveCluster(),
        ),
      label &&
        filterChip(t('Label:'), label.display ?? label.name, t('Show All Labels'), () =>
          context.showDocuments(undefined),
        ),
    );
  }

  private leaveCluster(): void {
    this.context.state.cluster = undefined;
    this.context.save();
    this.restart();
  }

  private textCell({ snippet, words }: DocumentRow): HTMLElement {
    return words === 0 && snippet.trim() === ''
      ? el('em', { class: 'muted' }, t('empty'))
      : el('div', { class: 'snippet' }, snippet);
  }

  private labelLinks(labels: DocumentRow['labels']): HTMLElement {
    const shown = labels.slice(0, shownLabels).map((label) => {
      const one = link(label.display ?? label.name, () => this.context.showDocuments(label));
      if (label.display !== undefined) one.title = label.name;
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
