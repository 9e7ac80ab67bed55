import type { DocumentPointer } from '../../../../core/explore/analysis/analysed.ts';
import { el, link } from '../../../ui/index.ts';
import type { Context } from '../context.ts';
import { count } from '../numbers.ts';
import { partName } from '../overviewRows.ts';
import { t } from '../../../l10n.ts';

/** A document as a link: read here where it is one of the dataset's, opened in the editor otherwise. */
export function pointerLink(context: Context, { split, file, document, id, line }: DocumentPointer): HTMLElement {
  const { host, snapshot } = context;
  const where = line ? t('line {0}', count(line)) : id;
  const name = split !== undefined && snapshot.splits.length > 1 ? `${partName(split).toLowerCase()} ${where}` : where;
  const one = link(name, () =>
    split === undefined
      ? context.perform(() => host.call('openPointer', { file, line, id }))
      : context.readDocument(split, document),
  );
  one.title = id;
  return one;
}

/** The first of several documents as links, and how many there are more. */
export function pointerLinks(context: Context, found: readonly DocumentPointer[], all: number): HTMLElement {
  const rest = all - found.length;
  return el(
    'span',
    { class: 'examples' },
    ...found.map((one) => pointerLink(context, one)),
    rest > 0 && el('span', { class: 'muted' }, `+${count(rest)}`),
  );
}
