import { mapLimit, type ClusteredLabel } from '../../../core/explore/clusters/clusterApi.ts';
import { dropdown, el, pagedTable, replaceChildren, type PagedTable } from '../../ui/index.ts';
import { count } from '../../amounts.ts';
import { clusterMark } from './clusterCards.ts';
import type { Context, Part } from './clustersState.ts';
import { clusterName } from './clusterFigures.ts';
import { t } from '../../l10n.ts';

/** A table of labels with their clusters; `among`: only these; `find`: only those that are called like this. */
export function labelTable(
  context: Context,
  {
    clusters,
    among,
    find,
    search,
  }: { clusters?: () => number[] | undefined; among?: number[]; find?: string; search?: boolean },
): PagedTable {
  const { state, host } = context;
  const isNamed = context.chosen.clusters.some(({ top }) => top.some(({ display }) => display !== undefined));
  return pagedTable<ClusteredLabel>({
    label: t('Labels of clusters'),
    columns: [
      {
        id: 'cluster',
        title: t('Cluster'),
        render: (row) => el('span', { class: 'row' }, clusterMark(row.cluster), String(row.cluster)),
      },
      { id: 'name', title: t('Label'), width: '60%', render: ({ name, display }) => display ?? name },
      ...(isNamed ? [{ id: 'id', title: t('Id'), render: ({ name }: ClusteredLabel) => name }] : []),
      { id: 'documents', title: t('Documents'), align: 'right', render: ({ documents }) => count(documents) },
    ],
    pageSize: 25,
    ...(search && { search: state.labelSearch, searchPlaceholder: t('Search labels') }),
    rowKey: ({ id }) => id,
    emptyText: t('No label is like this.'),
    load: ({ offset, limit, search: text }) => {
      if (search && text !== state.labelSearch) {
        state.labelSearch = text;
        context.save();
      }
      const { k } = context.chosen;
      const wanted = find ?? (text || undefined);
      return host.call('labels', { k, clusters: clusters?.(), search: wanted, among, offset, limit });
    },
  });
}

/** All labels, or those of one cluster. */
export class Labels implements Part {
  readonly element: HTMLElement;
  private readonly toolbar = el('div', { class: 'toolbar' });
  private readonly table: PagedTable;

  constructor(private readonly context: Context) {
    const clusters = (): number[] | undefined =>
      context.state.labelsOf === undefined ? undefined : [context.state.labelsOf];
    this.table = labelTable(context, { clusters, search: true });
    this.element = el('div', { class: 'grow' }, this.toolbar, this.table.element);
  }

  update(): void {
    const { context } = this;
    replaceChildren(
      this.toolbar,
      clusterChoice(context, context.state.labelsOf, (chosen) => {
        context.state.labelsOf = chosen === 'head' ? undefined : chosen;
        context.save();
        void this.table.refresh({ offset: 0 });
      }),
    );
    void this.table.refresh({ offset: 0 });
  }
}

/** Chooses one of the clusters, or all; `head` offers the most frequent labels, too. */
export function clusterChoice(
  { chosen }: Context,
  value: number | 'head' | undefined,
  onChange: (value: number | 'head' | undefined) => void,
  head = false,
): HTMLElement {
  const options = chosen.clusters.map((cluster) => ({
    value: String(cluster.cluster),
    label: `${clusterName(cluster, 2)} (${count(cluster.labels)})`,
  }));
  const all = { value: '', label: t('All clusters') };
  const frequent = { value: 'head', label: t('The {0} most frequent labels', count(mapLimit)) };
  return dropdown({
    label: t('Cluster'),
    options: [all, ...(head ? [frequent] : []), ...options],
    value: value === undefined ? '' : String(value),
    onChange: (now) => onChange(now === '' ? undefined : now === 'head' ? now : Number(now)),
  });
}
