import type { ScoredLabelRow, LabelOrder, Verdict } from '../../../core/predict/scored.ts';
import { button, el, link, pagedTable, type Column, type PagedTable } from '../../ui/index.ts';
import type { Context } from './predictionsState.ts';
import { count, share } from '../../amounts.ts';
import { LabelCurveView } from './labelCurve.ts';
import { t } from '../../l10n.ts';

/** All labels with their figures at the threshold. */
export class Labels {
  readonly element: HTMLElement;
  private readonly table: PagedTable;
  private readonly curve: LabelCurveView;

  constructor(private readonly context: Context) {
    const { state, host } = context;
    this.curve = new LabelCurveView(context);
    this.table = pagedTable<ScoredLabelRow>({
      label: t('Labels'),
      columns: this.columns(),
      sort: { column: state.labelOrder.by, descending: state.labelOrder.descending },
      search: state.labelSearch,
      searchPlaceholder: t('Search labels'),
      rowKey: ({ label }) => label,
      emptyText: t('No label has this in its name.'),
      onOpen: (row) => this.open(row),
      load: ({ offset, limit, sort, search }) => {
        state.labelSearch = search;
        if (sort) state.labelOrder = { by: sort.column as LabelOrder, descending: sort.descending };
        context.save();
        const { by: order, descending } = state.labelOrder;
        return host.call('labels', { threshold: context.threshold, search, order, descending, offset, limit });
      },
    });
    const hint = t('A label opens its documents; a count those with this verdict. Figures are in percent.');
    this.element = el(
      'div',
      { class: 'list-part' },
      el('p', { class: 'muted' }, hint),
      this.curve.element,
      this.table.element,
    );
  }

  refresh(): void {
    void this.table.refresh();
    this.curve.update();
  }

  private open({ label, name, display }: ScoredLabelRow, verdict?: Verdict): void {
    this.context.showDocuments({ id: label, name: display ?? name }, verdict);
  }

  private columns(): Column<ScoredLabelRow>[] {
    const figure = (id: 'precision' | 'recall' | 'f1', title: string, tooltip: string): Column<ScoredLabelRow> => ({
      id,
      title,
      tooltip,
      align: 'right',
      sortable: true,
      render: (row) => share(row[id]),
    });
    const verdicts = (row: ScoredLabelRow): [Verdict, number][] => {
      const hits = Math.round(row.recall * row.support);
      return [
        ['hit', hits],
        ['missed', row.support - hits],
        ['false', row.predicted - hits],
      ];
    };
    const amount = (verdict: Verdict, title: string, tooltip: string): Column<ScoredLabelRow> => ({
      id: verdict,
      title,
      tooltip,
      align: 'right',
      render: (row) => {
        const n = verdicts(row).find(([which]) => which === verdict)![1];
        return n === 0 ? '0' : link(count(n), () => this.open(row, verdict));
      },
    });
    return [
      {
        id: 'name',
        title: t('Label'),
        sortable: true,
        width: '30%',
        render: (row) => {
          const name = link(row.display ?? row.name, () => this.open(row));
          if (row.display !== undefined) name.title = row.name;
          return name;
        },
      },
      figure('f1', 'F1', t('At the threshold')),
      figure('precision', t('Precision'), t('Of the documents for which it is predicted, those that have it')),
      figure('recall', t('Recall'), t('Of the documents that have it, those for which it is predicted')),
      amount('hit', t('Hits'), t('Documents that have the label and for which it is predicted')),
      amount('missed', t('Misses'), t('Documents that have the label and for which it is not predicted')),
      amount('false', t('False'), t('Documents that do not have the label and for which it is predicted')),
      {
        id: 'curve',
        title: t('Curve'),
        tooltip: t('Precision and recall at every threshold'),
        render: (row) =>
          button(t('Precision and Recall of {0}', row.display ?? row.name), () => this.curve.show(row.label), {
            appearance: 'icon',
            icon: 'metrics',
          }),
      },
      {
        id: 'support',
        title: t('Support'),
        tooltip: t('Documents that have the label'),
        align: 'right',
        sortable: true,
        render: ({ support }) => count(support),
      },
      {
        id: 'train',
        title: t('Training'),
        tooltip: t('Training documents that have the label'),
        align: 'right',
        sortable: true,
        render: ({ trainDocuments }) => count(trainDocuments),
      },
    ];
  }
}
