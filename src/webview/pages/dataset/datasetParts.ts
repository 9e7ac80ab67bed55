import type { CountedLabel, DocumentPointer } from '../../../core/explore/analysis/analysisApi.ts';
import type { DocumentRow, LabelRow } from '../../../core/explore/inspectionApi.ts';
import { type Child, dropdown, el, link, pagedTable, type PagedTable } from '../../ui/index.ts';
import type { Context } from './datasetState.ts';
import { count } from '../../amounts.ts';
import { t } from '../../l10n.ts';
import { partName } from './datasetTexts.ts';

/** Chooses a split where there are several. */
export function splitChoice(context: Context): HTMLElement | undefined {
  const { splits } = context.snapshot;
  if (splits.length < 2) return undefined;
  return dropdown({
    label: t('Split'),
    options: splits.map(({ split }) => ({ value: split, label: partName(split) })),
    value: context.split,
    onChange: (split) => context.chooseSplit(split),
  });
}

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
    load: ({ offset, limit, search }, signal) =>
      context.host.call(
        'documents',
        { split: context.split, text: search ? { text: search } : undefined, offset, limit },
        { signal },
      ),
  });
}

/** A label as people read it, its id beside it where that is another. */
export const nameOf = ({ name, display }: { name: string; display?: string }): HTMLElement =>
  el('span', { class: 'name' }, display ?? name, display !== undefined && el('span', { class: 'muted' }, ` ${name}`));

/** A document as a link: read here where it is one of the dataset's, opened in the editor otherwise. */
export function pointerLink(context: Context, { split, file, part, document, id, line }: DocumentPointer): HTMLElement {
  const { host, snapshot } = context;
  const where = line ? t('line {0}', count(line)) : id;
  const name = split !== undefined && snapshot.splits.length > 1 ? `${partName(split).toLowerCase()} ${where}` : where;
  const one = link(name, () =>
    split === undefined
      ? context.perform(() => host.call('openPointer', { file, part, line, id }))
      : context.readDocument(split, document),
  );
  one.title = id;
  return one;
}

interface RankedRow {
  name: Child;
  /** Length of the bar against the largest one. */
  value: number;
  /** The value as it is written. */
  text: string;
  more: string[];
}

/** A ranked list with bars: what, the value, further columns. */
export function rankedList(
  caption: string,
  titles: [name: string, value: string, ...more: string[]],
  rows: readonly RankedRow[],
): HTMLElement {
  const most = rows.reduce((largest, { value }) => Math.max(largest, value), 0);
  const [name, value, ...more] = titles;
  const right = { class: 'right' };
  return el(
    'table',
    { class: 'ranked' },
    el('caption', { class: 'visually-hidden' }, caption),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        el('th', { attributes: { scope: 'col' } }, name),
        el('th', { class: 'right', attributes: { scope: 'col', colspan: 2 } }, value),
        ...more.map((title) => el('th', { class: 'right', attributes: { scope: 'col' } }, title)),
      ),
    ),
    el(
      'tbody',
      {},
      ...rows.map((row) =>
        el(
          'tr',
          {},
          el('td', {}, row.name),
          el('td', { class: 'bar-cell', attributes: { 'aria-hidden': true } }, bar(most > 0 ? row.value / most : 0)),
          el('td', right, row.text),
          ...row.more.map((cell) => el('td', right, cell)),
        ),
      ),
    ),
  );
}

const bar = (share: number): HTMLElement =>
  el('div', { class: 'bar', style: { width: `${Math.max(0.5, share * 100)}%` } });
