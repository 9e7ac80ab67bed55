import type { Finding } from '../../../core/data/document.ts';
import { dropdown, el, link, pagedTable, replaceChildren, type PagedTable } from '../../ui/index.ts';
import type { Context, Part } from './datasetState.ts';
import { count } from '../../amounts.ts';
import { splitChoice } from './datasetParts.ts';
import { t } from '../../l10n.ts';

/** Kinds of findings, in the words of people. */
const findingNames: Record<Finding['code'], string> = {
  'torn-line': t('Torn line'),
  'malformed-record': t('Malformed record'),
  undecodable: t('Undecodable line'),
  'empty-document': t('Empty document'),
  unlabelled: t('Unlabelled document'),
  'repeated-id': t('Repeated id'),
  'missing-file': t('Missing file'),
  'repeated-label': t('Repeated label'),
  'missing-label': t('Missing value as label'),
  'lenient-json': t('Not strict JSON'),
  'half-character': t('Half of a character'),
  'left-out': t('Left out by its annotator'),
  'odd-label': t('Odd label'),
  share: t('Share instead of yes or no'),
  'stale-correction': t('Correction not applied'),
  'damaged-correction': t('Damaged correction'),
};

/** What the reader left out, and what it has doubts about. */
export class Findings implements Part {
  readonly element: HTMLElement;
  private readonly table: PagedTable;
  private readonly filter = el('div', { class: 'toolbar' });
  private readonly notKept = el('p', { class: 'muted' });
  private drawn = '';

  constructor(private readonly context: Context) {
    this.table = pagedTable<Finding & { key: number }>({
      label: t('Findings'),
      columns: [
        { id: 'line', title: t('Line'), align: 'right', render: (finding) => this.lineLink(finding) },
        { id: 'code', title: t('Kind'), render: ({ code }) => findingNames[code] },
        { id: 'message', title: t('What was found'), width: '65%', render: ({ message }) => message },
        { id: 'skipped', title: t('Record'), render: ({ skipped }) => (skipped ? t('left out') : t('read')) },
      ],
      rowKey: ({ key }) => key,
      emptyText: t('The reader found nothing to remark.'),
      onOpen: (finding) => this.open(finding),
      load: async ({ offset, limit }) => {
        const code = context.state.finding as Finding['code'] | undefined;
        const page = await context.host.call('findings', { split: context.split, code, offset, limit });
        const { notKept } = page;
        replaceChildren(
          this.notKept,
          notKept > 0 && t('{0} more were counted, but not kept with their lines.', count(notKept)),
        );
        return { rows: page.rows.map((row, i) => ({ ...row, key: offset + i })), total: page.total };
      },
    });
    this.element = el('div', { class: 'list-part' }, this.filter, this.table.element, this.notKept);
    this.drawFilter();
  }

  update(): void {
    this.drawFilter();
    void this.table.refresh();
  }

  private drawFilter(): void {
    const { context } = this;
    const found = context.snapshot.splits.find(({ split }) => split === context.split)?.findings ?? {};
    const now = JSON.stringify([context.split, found]);
    if (now === this.drawn) return; // a list that is open stays open
    this.drawn = now;
    const codes = Object.entries(found) as [Finding['code'], number][];
    const total = codes.reduce((sum, [, n]) => sum + n, 0);
    const options = [
      { value: '', label: t('All ({0})', count(total)) },
      ...codes.map(([code, n]) => ({ value: code as string, label: `${findingNames[code]} (${count(n)})` })),
    ];
    const value = options.some((option) => option.value === context.state.finding) ? (context.state.finding ?? '') : '';
    context.state.finding = value || undefined;
    const choose = (code: string): void => {
      context.state.finding = code || undefined;
      context.save();
      void this.table.refresh({ offset: 0 });
    };
    replaceChildren(
      this.filter,
      splitChoice(context),
      codes.length > 1 && dropdown({ label: t('Kind'), options, value, onChange: choose }),
    );
  }

  private lineLink(finding: Finding): HTMLElement | string {
    return finding.line > 0 ? link(count(finding.line), () => this.open(finding)) : '–';
  }

  private open({ file, line }: Finding): void {
    this.context.perform(() => this.context.host.call('openFile', { file, line: Math.max(1, line) }));
  }
}
