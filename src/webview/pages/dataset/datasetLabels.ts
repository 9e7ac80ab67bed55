import type { LabelQuery, LabelRow } from '../../../core/explore/inspectionApi.ts';
import { button, type Column, el, link, pagedTable, type PagedTable } from '../../ui/index.ts';
import type { Context, Part } from './datasetState.ts';
import { count, percent, placeText } from '../../amounts.ts';
import { partName } from './datasetTexts.ts';
import { splitChoice } from './datasetParts.ts';
import { t } from '../../l10n.ts';

/** All labels, with counts and examples. */
export class Labels implements Part {
  readonly element: HTMLElement;
  private readonly table: PagedTable;
  private shown: Omit<LabelQuery, 'offset' | 'limit'> | undefined;

  constructor(private readonly context: Context) {
    const { snapshot, state, split } = context;
    this.table = pagedTable<LabelRow>({
      label: t('Labels'),
      columns: this.columns(),
      sort: { column: split, descending: true },
      search: state.labelSearch,
      searchPlaceholder: t('Search labels'),
      rowKey: ({ name }) => name,
      emptyText: snapshot.labels ? t('No label has this in its name.') : t('No document has a label.'),
      onOpen: (label) => context.showDocuments(label),
      load: async ({ offset, limit, sort, search }) => {
        if (search !== state.labelSearch) {
          state.labelSearch = search;
          context.save();
        }
        const by = (sort?.column ?? context.split) as LabelQuery['sort'];
        this.shown = { split: context.split, search, sort: by, descending: sort?.descending ?? true };
        return context.host.call('labels', { ...this.shown, offset, limit });
      },
    });
    this.element = el(
      'div',
      { class: 'list-part' },
      el(
        'div',
        { class: 'toolbar' },
        splitChoice(context),
        button(t('Export…'), () => this.export(), { icon: 'export' }),
      ),
      this.table.element,
    );
  }

  update(): void {
    void this.table.refresh();
  }

  private export(): void {
    const { host, perform } = this.context;
    perform(async () => {
      const file = this.shown && (await host.call('exportLabels', this.shown));
      return file && t('Labels written to {0}', file);
    });
  }

  private columns(): Column<LabelRow>[] {
    const { context } = this;
    const { splits, labelNamesFile, head } = context.snapshot;
    const isNamed = labelNamesFile !== undefined || head.some(({ display }) => display !== undefined);
    const name: Column<LabelRow> = {
      id: 'name',
      title: isNamed ? t('Id') : t('Label'),
      sortable: true,
      // where it has a name, that is the link
      render: (row) => (row.display === undefined ? link(row.name, () => context.showDocuments(row)) : row.name),
    };
    const display: Column<LabelRow> = {
      id: 'display',
      title: t('Label'),
      sortable: true,
      render: (row) => link(row.display ?? row.name, () => context.showDocuments(row)),
    };
    return [
      ...(isNamed ? [display, name] : [name]),
      ...splits.map(({ split }, i): Column<LabelRow> => ({
        id: split,
        title: splits.length > 1 ? partName(split) : t('Documents'),
        align: 'right',
        sortable: true,
        tooltip: t('Documents that have the label'),
        render: ({ documents }) => count(documents[i]),
      })),
      {
        id: 'share',
        title: t('Share'),
        align: 'right',
        tooltip: t('Of the documents of the split that is chosen'),
        render: ({ share }) => percent(share),
      },
      {
        id: 'examples',
        title: t('Example documents'),
        tooltip: t('The first documents of the split that have the label'),
        render: ({ examples }) => this.exampleLinks(examples),
      },
    ];
  }

  private exampleLinks(examples: LabelRow['examples']): HTMLElement {
    const { context } = this;
    const { split } = context;
    return el(
      'span',
      { class: 'examples' },
      ...examples.map(({ document, place }) => link(placeText(place), () => context.readDocument(split, document))),
    );
  }
}
