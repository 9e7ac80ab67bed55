import type { ConfusionRow, ScoredName } from '../../../core/predict/scored.ts';
import { el, link, pagedTable, type PagedTable } from '../../ui/index.ts';
import type { Context } from './predictionsState.ts';
import { count, percent } from '../../amounts.ts';
import { t } from '../../l10n.ts';

/** Which labels are predicted in place of those that are missed. */
export class Confusion {
  readonly element: HTMLElement;
  private readonly table: PagedTable;

  constructor(private readonly context: Context) {
    const { state, host } = context;
    this.table = pagedTable<ConfusionRow>({
      label: t('Confusions'),
      columns: [
        { id: 'missed', title: t('Missed'), width: '35%', render: (row) => this.name(row.missed, row) },
        {
          id: 'predicted',
          title: t('Predicted instead'),
          width: '35%',
          render: (row) => this.name(row.predicted, row),
        },
        {
          id: 'documents',
          title: t('Documents'),
          align: 'right',
          tooltip: t('That have the first label, and for which the second is predicted wrongly and the first is not'),
          render: ({ documents }) => count(documents),
        },
        {
          id: 'share',
          title: t('Of the misses'),
          align: 'right',
          tooltip: t('Share of the documents in which the first label is missed'),
          render: ({ share }) => percent(share),
        },
      ],
      search: state.confusionSearch,
      searchPlaceholder: t('Search labels'),
      rowKey: ({ missed, predicted }) => `${missed.id} ${predicted.id}`,
      emptyText: t('No label is predicted in place of another.'),
      onOpen: (row) => this.open(row),
      load: ({ offset, limit, search }) => {
        state.confusionSearch = search;
        context.save();
        return host.call('confusion', { threshold: context.threshold, search, offset, limit });
      },
    });
    const hint = t(
      'Labels that documents have and the model misses, with those that it predicts for the same documents in error.',
    );
    this.element = el('div', { class: 'list-part' }, el('p', { class: 'muted' }, hint), this.table.element);
  }

  refresh(): void {
    void this.table.refresh();
  }

  private name(label: ScoredName, row: ConfusionRow): HTMLElement {
    const one = link(shown(label), () => this.open(row));
    one.dir = 'auto';
    if (label.display !== undefined) one.title = label.name;
    return one;
  }

  private open({ missed, predicted }: ConfusionRow): void {
    const other = { label: predicted.id, name: shown(predicted), is: 'false' as const, role: 'all' as const };
    this.context.showDocuments({ id: missed.id, name: shown(missed) }, 'missed', [other]);
  }
}

const shown = ({ name, display }: ScoredName): string => display ?? name;
