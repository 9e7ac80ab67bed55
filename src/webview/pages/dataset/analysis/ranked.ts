import { el, type Child } from '../../../ui/index.ts';

export interface RankedRow {
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
