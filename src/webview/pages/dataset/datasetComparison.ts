import type {
  ComparedLabel,
  ComparedList,
  ComparedSet,
  ComparisonOverview,
  DocumentWords,
  DuplicateRow,
  NearestDocument,
  OtherSet,
} from '../../../core/explore/analysis/analysisApi.ts';
import type { SplitSnapshot } from '../../../core/explore/inspectionApi.ts';
import {
  asFailure,
  button,
  dropdown,
  el,
  emptyState,
  failedState,
  figureTable,
  link,
  pagedTable,
  replaceChildren,
  segmented,
  type Column,
} from '../../ui/index.ts';
import type { CompareList, Context, Part } from './datasetState.ts';
import { amount, count, fileName, mean, percent } from '../../amounts.ts';
import { partName } from './datasetTexts.ts';
import { documentPicker, nameOf, pointerLink, rankedList, splitChoice } from './datasetParts.ts';
import { Analysis } from './analysisRun.ts';
import { t } from '../../l10n.ts';

/** A split compared with another, or with any file: as wholes, and document by document. */
export class Comparison implements Part {
  readonly element: HTMLElement;
  private readonly analysis: Analysis<ComparisonOverview>;
  private readonly toolbar = el('div', { class: 'toolbar' });
  private readonly status = el('div');
  private readonly content = el('div', { class: 'stack' });
  private readonly lists = el('div');
  private result: ComparisonOverview | undefined;
  private latest = 0;

  constructor(private readonly context: Context) {
    const { host, snapshot } = context;
    const find = (name: string): SplitSnapshot[] => context.snapshot.splits.filter(({ split }) => split === name);
    this.analysis = new Analysis(context, {
      name: 'compare',
      action: t('Compare'),
      what: t('Words and texts of both sets'),
      reads: () => {
        const other = this.other();
        return [...find(context.split), ...(other && 'split' in other ? find(other.split) : [])];
      },
      others: () => (this.other() && 'path' in (this.other() as object) ? 2 : 0),
      key: () => JSON.stringify([context.split, this.other()]),
      start: (again, options) => host.call('compare', { split: context.split, other: this.other()!, again }, options),
      coverage: ({ first, second }) => ({ documents: first.documents + second.documents, of: first.of + second.of }),
      show: (result) => this.show(result),
    });
    if (!context.state.against && snapshot.splits.length > 1) this.chooseFirstOther();
    this.element = el('div', { class: 'list-part' }, this.toolbar, this.status, this.analysis.element, this.content);
  }

  update(): void {
    this.drawToolbar();
    const isChosen = this.other() !== undefined;
    this.analysis.element.hidden = !isChosen;
    replaceChildren(
      this.status,
      !isChosen &&
        emptyState(
          t('Compare with another set'),
          t('Choose a file: generated data against real data, an older version, another language.'),
          {
            label: t('Choose File…'),
            run: () => this.chooseFile(),
          },
        ),
    );
    if (isChosen) this.analysis.update();
    else this.show(undefined);
  }

  /** Shows the nearest of the document that was chosen, once the sets are compared. */
  refresh(): void {
    if (this.analysis.isDone) this.drawLists();
  }

  /** The set that the split is compared with; none where that is the split itself. */
  private other(): OtherSet | undefined {
    const { against } = this.context.state;
    return against && 'split' in against && against.split === this.context.split ? undefined : against;
  }

  private chooseFirstOther(): void {
    const { state, snapshot, split } = this.context;
    const other = snapshot.splits.find((one) => one.split !== split);
    state.against = other && { split: other.split };
  }

  private drawToolbar(): void {
    const { context } = this;
    const { snapshot, split, state } = context;
    if (state.against && 'split' in state.against && state.against.split === split) this.chooseFirstOther();
    const { against } = state;
    const others = snapshot.splits
      .filter((one) => one.split !== split)
      .map((one) => ({ value: one.split as string, label: partName(one.split) }));
    const file = against && 'file' in against ? against.file : undefined;
    const options = [...others, ...(file === undefined ? [] : [{ value: file, label: fileName(file) }])];
    const choose = (value: string): void => {
      const found = snapshot.splits.find((one) => one.split === value);
      this.setAgainst(found ? { split: found.split } : { file: value });
    };
    const value = against ? ('split' in against ? against.split : against.file) : '';
    replaceChildren(
      this.toolbar,
      splitChoice(context),
      options.length > 0 && dropdown({ label: t('Against'), options, value, onChange: choose }),
      button(t('Choose File…'), () => this.chooseFile()),
    );
  }

  private chooseFile(): void {
    this.context.perform(async () => {
      const file = await this.context.host.call('chooseFile', {
        title: t('Compare With'),
        openLabel: t('Compare'),
      });
      if (file !== undefined) this.setAgainst({ file });
    });
  }

  private setAgainst(against: OtherSet): void {
    this.context.state.against = against;
    this.context.save();
    this.update();
  }

  private show(result: ComparisonOverview | undefined): void {
    this.result = result;
    this.content.hidden = result === undefined;
    replaceChildren(this.lists);
    if (!result) return replaceChildren(this.content);
    const { duplicates } = result;
    replaceChildren(
      this.content,
      shapes(result),
      el(
        'p',
        { class: 'muted notes' },
        duplicates ? duplicatesText(duplicates) : t('Duplicates across them need texts, which a bag of words has not.'),
      ),
      this.lists,
    );
    this.drawLists();
  }

  private drawLists(): void {
    const { result } = this;
    if (!result) return;
    const { state } = this.context;
    const { labels, duplicates } = result;
    const shared = (duplicates?.exact ?? 0) + (duplicates?.near ?? 0);
    const choice = segmented<CompareList>({
      label: t('List'),
      hideLabel: true,
      options: [
        { value: 'moved', label: t('Labels that moved') },
        { value: 'onlyFirst', label: t('Only in the first ({0})', count(labels.first - labels.both)) },
        { value: 'onlySecond', label: t('Only in the second ({0})', count(labels.second - labels.both)) },
        { value: 'duplicates', label: t('Duplicates ({0})', count(shared)) },
        { value: 'nearest', label: t('Nearest documents') },
      ],
      value: state.compareList,
      onChange: (list) => {
        state.compareList = list;
        this.context.save();
        this.drawList(body);
      },
    });
    const body = el('div');
    replaceChildren(this.lists, el('div', { class: 'toolbar' }, choice), body);
    this.drawList(body);
  }

  private drawList(body: HTMLElement): void {
    const { compareList } = this.context.state;
    if (compareList === 'nearest') return this.drawNearest(body);
    const table = compareList === 'duplicates' ? this.duplicateTable() : this.labelTable(compareList);
    replaceChildren(body, table);
  }

  private labelTable(list: ComparedList): HTMLElement {
    const share = (which: 'first' | 'second', title: string): Column<ComparedLabel> => ({
      id: which,
      title,
      align: 'right',
      render: (row) => `${count(row[which])} · ${percent(row[`${which}Share`])}`,
    });
    const z: Column<ComparedLabel> = {
      id: 'z',
      title: 'z',
      align: 'right',
      tooltip: t('Difference of the shares (second less first) in standard errors'),
      render: ({ z: value }) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(1)}`,
    };
    const isMoved = list === 'moved';
    return pagedTable<ComparedLabel>({
      label: t('Labels that differ'),
      columns: [
        { id: 'name', title: t('Label'), width: '50%', render: (row) => this.labelLink(row) },
        ...(list === 'onlySecond' ? [] : [share('first', t('First'))]),
        ...(list === 'onlyFirst' ? [] : [share('second', t('Second'))]),
        ...(isMoved ? [z] : []),
      ],
      pageSize: 20,
      rowKey: ({ name }) => name,
      emptyText: t('No label is like this.'),
      onOpen: (row) => row.first > 0 && this.context.showDocuments(row),
      load: ({ offset, limit }) => this.context.host.call('compared', { list, offset, limit }),
    }).element;
  }

  private labelLink(row: ComparedLabel): HTMLElement {
    return row.first > 0 ? link(row.display ?? row.name, () => this.context.showDocuments(row)) : nameOf(row);
  }

  private duplicateTable(): HTMLElement {
    const { context } = this;
    return pagedTable<DuplicateRow & { key: number }>({
      label: t('Duplicates across the sets'),
      columns: [
        { id: 'second', title: t('Document of the second'), render: ({ second }) => pointerLink(context, second) },
        { id: 'first', title: t('Document of the first'), render: ({ first }) => pointerLink(context, first) },
        {
          id: 'similarity',
          title: t('Similarity'),
          align: 'right',
          render: ({ similarity, exact }) => (exact ? t('the same text') : similarity.toFixed(2)),
        },
      ],
      pageSize: 20,
      rowKey: ({ key }) => key,
      emptyText: t('No document of the second has a text of the first.'),
      load: async ({ offset, limit }) => {
        const { rows, total } = await context.host.call('duplicates', { offset, limit });
        return { rows: rows.map((row, i) => ({ ...row, key: offset + i })), total };
      },
    }).element;
  }

  private drawNearest(body: HTMLElement): void {
    const { context } = this;
    const shown = el('section', { class: 'list-part shown', attributes: { 'aria-live': 'polite' } });
    const picker = documentPicker(context, (document) => {
      context.state.nearestOf = document;
      context.save();
      this.loadNearest(shown);
    });
    replaceChildren(body, el('div', { class: 'documents' }, el('div', { class: 'list-part' }, picker.element), shown));
    this.loadNearest(shown);
  }

  private loadNearest(shown: HTMLElement): void {
    const { nearestOf: document } = this.context.state;
    if (document === undefined)
      return replaceChildren(
        shown,
        emptyState(
          t('Choose a document'),
          t('The document of the other set that shares most labels with it is shown here.'),
        ),
      );
    const request = ++this.latest;
    this.context.host.call('nearest', { document }).then(
      (found) => request === this.latest && replaceChildren(shown, ...this.nearest(found)),
      (error: unknown) => request === this.latest && replaceChildren(shown, failedState(asFailure(error))),
    );
  }

  private nearest({ document, nearest }: NearestDocument): HTMLElement[] {
    const shared = new Set(nearest?.shared);
    return [
      this.card(t('This document'), document, shared),
      nearest
        ? this.card(t('Nearest by labels: {0} shared', amount.labels(nearest.shared.length)), nearest, shared)
        : emptyState(t('No document shares a label'), t('None of the other set has one of its labels.')),
    ];
  }

  private card(title: string, document: DocumentWords, shared: ReadonlySet<string>): HTMLElement {
    const { labels, words, id } = document;
    const rows = words.map(({ word, count: n, tfidf }) => ({
      name: word,
      value: tfidf,
      text: tfidf.toFixed(2),
      more: [count(n)],
    }));
    const label = ({ name, display }: (typeof labels)[number]): HTMLElement =>
      shared.has(name) ? el('strong', {}, display ?? name) : el('span', {}, display ?? name);
    return el(
      'article',
      { class: 'card' },
      el('h3', {}, title),
      el('p', {}, el('span', { class: 'id' }, id), ' ', pointerLink(this.context, document)),
      el(
        'p',
        { class: 'label-links' },
        ...labels.map(label),
        labels.length === 0 && el('em', { class: 'muted' }, t('no label')),
      ),
      words.length > 0 && rankedList(t('Words of {0}', id), [t('Word'), 'TF-IDF', t('Occurs')], rows),
    );
  }
}

/** Both sets in figures. */
function shapes({ first, second, labels, words }: ComparisonOverview): HTMLElement {
  const name = ({ split, file }: ComparedSet): string => (split ? partName(split) : fileName(file));
  const both = (of: (set: ComparedSet) => string): string[] => [of(first), of(second), '', ''];
  const overlap = (o: typeof labels): string[] => [count(o.first), count(o.second), count(o.both), percent(o.jaccard)];
  const rows = [
    [t('Documents'), ...both(({ of }) => count(of))],
    [t('Words per document'), ...both(({ meanWords }) => mean(meanWords))],
    [t('Labels per document'), ...both(({ labelsPerDocument }) => mean(labelsPerDocument))],
    [t('Labels'), ...overlap(labels)],
    ...(words ? [[t('Distinct words'), ...overlap(words)]] : []),
  ];
  const jaccard = { attributes: { title: t('In both, of those in either (Jaccard)') } };
  const titles = [
    t('Figure'),
    t('First: {0}', name(first)),
    t('Second: {0}', name(second)),
    t('In both'),
    el('span', jaccard, t('Overlap')),
  ];
  return figureTable({ label: t('Both sets in figures'), className: 'fits' }, titles, rows);
}

function duplicatesText({ exact, near }: NonNullable<ComparisonOverview['duplicates']>): string {
  const texts =
    exact === 1
      ? t('1 document of the second has a text of the first')
      : t('{0} documents of the second have a text of the first', count(exact));
  return `${texts}, ${t('{0} more nearly so (by estimate, standard error at most 0.045).', count(near))}`;
}
