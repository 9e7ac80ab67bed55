import type {
  CountedLabel,
  QualityKind,
  QualityOverview,
  QualityRow,
} from '../../../core/explore/analysis/analysisApi.ts';
import { banner, type Column, el, keepingFocus, keyed, link, pagedTable, replaceChildren } from '../../ui/index.ts';
import type { Context, Part } from './datasetState.ts';
import { amount, count } from '../../amounts.ts';
import { kindText, partName } from './datasetTexts.ts';
import { Analysis } from './analysisRun.ts';
import { pointerLinks } from './datasetParts.ts';
import { t } from '../../l10n.ts';

/** Findings of a kind that are listed; more are counted. */
const listed = 1000;

/** What may be wrong with documents and labels, each finding with its documents. */
export class Quality implements Part {
  readonly element: HTMLElement;
  private readonly analysis: Analysis<QualityOverview>;
  private readonly summary = el('div');
  private readonly list = el('section', { class: 'list-part' });
  private readonly content = el('div', {}, this.summary, this.list);

  constructor(private readonly context: Context) {
    const { host } = context;
    this.analysis = new Analysis(context, {
      name: 'readQuality',
      action: t('Check the Quality'),
      what: t('Repeated, nearly repeated, contradictory and damaged documents'),
      reads: () => context.snapshot.splits.filter(({ statistics }) => statistics.documents > 0),
      key: () => 'all',
      start: (again, options) => host.call('readQuality', { again }, options),
      coverage: ({ texts }) => texts,
      show: (result) => this.show(result),
    });
    this.element = el('div', { class: 'list-part' }, this.analysis.element, this.content);
  }

  update(): void {
    this.analysis.update();
  }

  private show(overview: QualityOverview | undefined): void {
    this.content.hidden = overview === undefined;
    replaceChildren(this.summary);
    replaceChildren(this.list);
    if (!overview) return;
    this.drawSummary(overview);
    const kinds = Object.entries(overview.counts) as [QualityKind, number][];
    const found =
      kinds.find(([kind, n]) => n > 0 && kind === this.context.state.qualityKind) ?? kinds.find(([, n]) => n > 0);
    if (found) this.drawList(found[0], overview);
  }

  private drawSummary(overview: QualityOverview): void {
    const kinds = Object.entries(overview.counts) as [QualityKind, number][];
    const { texts, first } = overview;
    const leaks = (texts?.leakage ?? []).map(({ split, exact, near }) =>
      t(
        '{0}: {1} with a text of {2}, {3} more nearly so.',
        partName(split),
        amount.documents(exact),
        partName(first).toLowerCase(),
        count(near),
      ),
    );
    replaceChildren(
      this.summary,
      !texts && banner('info', t('A bag of words has no texts: its documents cannot be compared, its labels can.')),
      el(
        'table',
        { class: 'fits' },
        el('caption', { class: 'visually-hidden' }, t('Findings by kind')),
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            el('th', {}, t('Finding')),
            el('th', { class: 'right' }, t('Count')),
            el('th', {}, t('What it means')),
          ),
        ),
        el('tbody', {}, ...kinds.map(([kind, n]) => this.kindRow(kind, n, overview))),
      ),
      texts &&
        el(
          'p',
          { class: 'muted notes' },
          [t('{0} beyond the first of their text.', amount.documents(texts.surplus)), ...leaks].join(' '),
        ),
    );
  }

  private kindRow(kind: QualityKind, n: number, overview: QualityOverview): HTMLElement {
    const { name, meaning } = kindText(kind, overview);
    const choose = (): void => {
      this.context.state.qualityKind = kind;
      this.context.save();
      keepingFocus(this.summary, () => this.drawSummary(overview));
      this.drawList(kind, overview);
      this.list.scrollIntoView({ block: 'nearest' });
    };
    const named = n > 0 ? keyed(kind, link(name, choose)) : name;
    return el(
      'tr',
      {},
      el('td', { class: 'kind' }, named),
      el('td', { class: 'right' }, count(n)),
      el('td', { class: 'muted' }, meaning),
    );
  }

  private drawList(kind: QualityKind, overview: QualityOverview): void {
    const { context } = this;
    const { name } = kindText(kind, overview);
    const n = overview.counts[kind] ?? 0;
    const isOfLabels = kind === 'variants' || kind === 'together';
    const table = pagedTable<QualityRow>({
      label: name,
      columns: isOfLabels ? this.labelColumns(kind) : this.documentColumns(kind),
      pageSize: 20,
      rowKey: ({ key }) => key,
      emptyText: t('Nothing of this kind.'),
      load: ({ offset, limit }) => context.host.call('quality', { kind, offset, limit }),
    });
    replaceChildren(
      this.list,
      el('h2', {}, name),
      !isOfLabels &&
        n > listed &&
        el('p', { class: 'muted' }, t('The first {0} of {1} are listed.', count(listed), count(n))),
      table.element,
    );
  }

  private documentColumns(kind: QualityKind): Column<QualityRow>[] {
    const { context } = this;
    const isPair = kind === 'near' || kind === 'leaks';
    const isGroup = kind === 'repeated' || kind === 'contradictory';
    const documents: Column<QualityRow> = {
      id: 'documents',
      title: isPair ? t('Document, and the earlier one') : t('Documents'),
      width: '75%',
      render: ({ found, count: all }) => pointerLinks(context, found, all),
    };
    const similarity: Column<QualityRow> = {
      id: 'similarity',
      title: t('Similarity'),
      align: 'right',
      tooltip: t('Of word 5-grams, by estimate'),
      render: ({ similarity = 1, exact }) => (exact ? t('the same text') : similarity.toFixed(2)),
    };
    const labels: Column<QualityRow> = {
      id: 'labels',
      title: t('Labels'),
      render: ({ contradictory }) => (contradictory ? t('differ') : t('same')),
    };
    const size: Column<QualityRow> = {
      id: 'count',
      title: t('Count'),
      align: 'right',
      render: ({ count: all }) => count(all),
    };
    return [documents, ...(isPair ? [similarity] : []), ...(isGroup ? [size, labels] : [])];
  }

  private labelColumns(kind: QualityKind): Column<QualityRow>[] {
    const labels: Column<QualityRow> = {
      id: 'labels',
      title: kind === 'variants' ? t('Label, and the one it looks like') : t('Labels'),
      width: '75%',
      render: ({ labels: found = [], count: all }) => this.labelLinks(found, all),
    };
    return kind === 'variants'
      ? [
          labels,
          {
            id: 'difference',
            title: t('Differ by'),
            render: ({ difference }) => (difference === 'edit' ? t('one letter') : t('case, accents or punctuation')),
          },
        ]
      : [
          labels,
          {
            id: 'documents',
            title: t('Documents'),
            align: 'right',
            render: ({ labels: [label] = [] }) => count(label.documents),
          },
        ];
  }

  private labelLinks(labels: readonly CountedLabel[], all: number): HTMLElement {
    const links = labels.map((label) => {
      const one = link(`${label.display ?? label.name} (${count(label.documents)})`, () =>
        this.context.showDocuments(label),
      );
      one.title = label.name;
      return one;
    });
    const rest = all - labels.length;
    return el(
      'span',
      { class: 'label-links' },
      ...links,
      rest > 0 && el('span', { class: 'muted' }, `+${count(rest)}`),
    );
  }
}
