import type { CountedLabel } from '../../../../core/explore/analysis/analysed.ts';
import type { DocumentRow, LabelRow } from '../../../../core/explore/inspected.ts';
import { el, pagedTable, type PagedTable } from '../../../ui/index.ts';
import type { Context } from '../context.ts';
import { count } from '../numbers.ts';
import { t } from '../../../l10n.ts';

const pageSize = 15;

/** The labels of the split that is shown, the most frequent first, to choose one of. */
export function labelPicker(context: Context, onOpen: (label: CountedLabel) => void): PagedTable {
  const documents = ({ documents }: LabelRow): number =>
    documents[context.snapshot.splits.findIndex(({ split }) => split === context.split)];
  return pagedTable<LabelRow>({
    label: t('Labels to choose from'),
    columns: [
      { id: 'name', title: t('Label'), render: (row) => nameOf(row) },
      { id: 'documents', title: t('Documents'), align: 'right', render: (row) => count(documents(row)) },
    ],
    pageSize,
    searchPlaceholder: t('Search labels'),
    rowKey: ({ name }) => name,
    emptyText: t('No label has this in its name.'),
    onOpen: (row) => onOpen({ name: row.name, display: row.display, documents: documents(row) }),
    load: ({ offset, limit, search }) => {
      const { host, split } = context;
      return host.call('labels', { split, search, ownOnly: true, sort: split, descending: true, offset, limit });
    },
  });
}

/** The documents of the split that is shown, to choose one of. */
export function documentPicker(context: Context, onOpen: (document: number) => void): PagedTable {
  return pagedTable<DocumentRow>({
    label: t('Documents to choose from'),
    columns: [
      { id: 'id', title: t('Id'), render: ({ id }) => el('span', { class: 'id' }, id) },
      {
        id: 'text',
        title: t('Text'),
        width: '70%',
        render: ({ snippet }) => el('div', { class: 'snippet' }, snippet.slice(0, 120)),
      },
    ],
    pageSize,
    searchPlaceholder: t('Search texts and ids'),
    rowKey: ({ document }) => document,
    emptyText: t('No document is like this.'),
    onOpen: ({ document }) => onOpen(document),
    load: ({ offset, limit, search }) =>
      context.host.call('documents', { split: context.split, search: search || undefined, offset, limit }),
  });
}

/** A label as people read it, its id beside it where that is another. */
export const nameOf = ({ name, display }: { name: string; display?: string }): HTMLElement =>
  el('span', { class: 'name' }, display ?? name, display !== undefined && el('span', { class: 'muted' }, ` ${name}`));
