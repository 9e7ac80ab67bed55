import type {
  CountedLabel,
  FoundDocument,
  QualityKind,
  QualityOverview,
  QualityRow,
} from '../../../core/explore/analysis/analysisApi.ts';
import { banner, type Column, el, keepingFocus, keyed, link, pagedTable, replaceChildren } from '../../ui/index.ts';
import type { Context, Part } from './datasetState.ts';
import { amount, count } from '../../amounts.ts';
import { kindText, partName } from './datasetTexts.ts';
import { Analysis } from './analysisRun.ts';
import { pointerLink } from './datasetParts.ts';
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
    const isPair = kind === 'near' || kind === 'leaks';
    const isGroup = kind === 'repeated' || kind === 'contradictory';
    const text: Column<QualityRow> = {
      id: 'text',
      title: t('Text'),
      width: isGroup ? '45%' : '60%',
      render: ({ found: [first] }) => (first ? textOf(first) : ''),
    };
    const documents: Column<QualityRow> = {
      id: 'documents',
      title: isPair ? t('Document, and the earlier one') : isGroup ? t('Documents with their labels') : t('Document'),
      width: isPair ? '85%' : '40%',
      render: (row) => this.copies(row, isPair),
    };
    const similarity: Column<QualityRow> = {
      id: 'similarity',
      title: t('Similarity'),
      align: 'right',
      tooltip: t('Of word 5-grams, by estimate'),
      render: ({ similarity = 1, exact }) => (exact ? t('the same text') : similarity.toFixed(2)),
    };
    const size: Column<QualityRow> = {
      id: 'count',
      title: t('Count'),
      align: 'right',
      render: ({ count: all }) => count(all),
    };
    return isPair ? [documents, similarity] : [text, documents, ...(isGroup ? [size] : [])];
  }

  /** A line for each document, with its labels; those that not all have are marked, with their text where that differs. */
  private copies({ found, count: all }: QualityRow, hasOwnText: boolean): HTMLElement {
    const rest = all - found.length;
    const known = found.flatMap(({ labels }) => (labels ? [labels] : []));
    const isShared = (name: string): boolean => known.every((labels) => labels.some((label) => label.name === name));
    const lines = found.map((one) =>
      el(
        'li',
        {},
        pointerLink(this.context, one),
        el('span', { class: 'copy-labels' }, ...copyLabels(one.labels, isShared)),
        hasOwnText && textOf(one),
      ),
    );
    return el('ul', { class: 'plain copies' }, ...lines, rest > 0 && el('li', { class: 'muted' }, `+${count(rest)}`));
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

function textOf({ snippet }: FoundDocument): HTMLElement {
  if (snippet === undefined) return el('em', { class: 'muted' }, t('cannot be read any more'));
  return snippet.trim() === ''
    ? el('em', { class: 'muted' }, t('empty'))
    : el('div', { class: 'snippet', attributes: { title: snippet } }, snippet);
}

function copyLabels(labels: FoundDocument['labels'], isShared: (name: string) => boolean): (HTMLElement | string)[] {
  if (!labels) return [];
  if (labels.length === 0) return [el('em', { class: 'muted' }, t('no label'))];
  return labels.flatMap(({ name, display }, i) => {
    const text = display ?? name;
    const shown = isShared(name)
      ? el('span', { attributes: { title: name } }, text)
      : el('strong', { attributes: { title: t('{0}: not of all of these documents', name) } }, text);
    return i === 0 ? [shown] : [', ', shown];
  });
}
