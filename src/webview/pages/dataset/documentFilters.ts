import type { LabelRow } from '../../../core/explore/inspectionApi.ts';
import {
  button,
  dropdown,
  el,
  filterChip,
  keyed,
  keepingFocus,
  rangeField,
  replaceChildren,
  suggestField,
} from '../../ui/index.ts';
import type { Context, FilterLabel, PageState } from './datasetState.ts';
import { roleChoices, withRole } from '../../labelRoles.ts';
import { count } from '../../amounts.ts';
import { splitChoice } from './datasetParts.ts';
import { t } from '../../l10n.ts';

/** Labels that are proposed at a time. */
const proposed = 12;

type Which = 'all' | 'empty' | 'unlabelled';

/** What the documents that are listed are asked for, but for their text: split, labels, lengths. */
export class DocumentFilters {
  readonly element = el('div', { class: 'row filters' });

  constructor(
    private readonly context: Context,
    private readonly onChange: () => void,
  ) {
    this.draw();
  }

  draw(): void {
    keepingFocus(this.element, () => replaceChildren(this.element, ...this.controls()));
  }

  private controls(): (HTMLElement | false | undefined)[] {
    const { context } = this;
    const { state, snapshot } = context;
    const isBag = snapshot.splits[0].bagOfWords;
    return [
      splitChoice(context),
      keyed('add', this.labelField()),
      ...state.labels.map((label, i) => this.chip(label, i)),
      this.clusterChip(),
      keyed('which', this.whichChoice()),
      keyed(
        'words',
        rangeField(isBag ? t('Features') : t('Words'), state.words, (words) => this.set({ words })),
      ),
      keyed(
        'count',
        rangeField(t('Labels'), state.labelCount, (labelCount) => this.set({ labelCount })),
      ),
      this.isAnything && button(t('Show All Documents'), () => this.showAll(), { icon: 'clear' }),
    ];
  }

  private get isAnything(): boolean {
    const { labels, words, labelCount, cluster } = this.context.state;
    const bounds = [words.from, words.to, labelCount.from, labelCount.to];
    return labels.length > 0 || cluster !== undefined || bounds.some((bound) => bound !== undefined);
  }

  private set(change: Partial<PageState>): void {
    Object.assign(this.context.state, change);
    this.context.save();
    this.onChange();
  }

  private showAll(): void {
    this.set({ labels: [], words: {}, labelCount: {}, cluster: undefined });
    this.element.querySelector('input')?.focus();
  }

  private labelField(): HTMLElement {
    const { host, split, state } = this.context;
    const query = { split, sort: split, descending: true, offset: 0, limit: proposed };
    return suggestField<LabelRow>({
      label: t('Filter by label'),
      placeholder: t('Filter by label'),
      load: async (search) => (await host.call('labels', { ...query, search })).rows,
      render: ({ name, display, documents }) => [
        display ?? name,
        el('span', { class: 'muted' }, ` ${display === undefined ? '' : `${name} `}${count(this.ownOf(documents))}`),
      ],
      onChoose: ({ name, display }) => {
        const others = state.labels.filter((label) => label.name !== name);
        this.set({ labels: [...others, { name, display, role: 'all' }] });
      },
    });
  }

  private ownOf(documents: readonly number[]): number {
    const { snapshot, split } = this.context;
    return documents[snapshot.splits.findIndex((one) => one.split === split)];
  }

  private chip(label: FilterLabel, at: number): HTMLElement {
    const { labels } = this.context.state;
    const name = label.display ?? label.name;
    const role = dropdown({
      label: t('How {0} counts', name),
      hideLabel: true,
      options: roleChoices,
      value: label.role,
      onChange: (chosen) => this.set({ labels: withRole(labels, at, chosen) }),
    });
    const chip = filterChip('', name, t('Leave Out {0}', name), () => {
      this.set({ labels: labels.toSpliced(at, 1) });
      this.element.querySelector('input')?.focus();
    });
    chip.prepend(keyed(`role ${label.name}`, role));
    if (label.display !== undefined) chip.title = label.name;
    return chip;
  }

  private clusterChip(): HTMLElement | undefined {
    const { cluster } = this.context.state;
    if (!cluster) return undefined;
    const name = t('cluster {0} of {1}', cluster.cluster, cluster.k);
    return filterChip(t('Labels of'), name, t('Leave the Cluster'), () => this.set({ cluster: undefined }));
  }

  private whichChoice(): HTMLElement {
    const { words, labelCount } = this.context.state;
    const value: Which = words.to === 0 ? 'empty' : labelCount.to === 0 ? 'unlabelled' : 'all';
    const ranges: Record<Which, Pick<PageState, 'words' | 'labelCount'>> = {
      all: { words: {}, labelCount: {} },
      empty: { words: { to: 0 }, labelCount: {} },
      unlabelled: { words: {}, labelCount: { to: 0 } },
    };
    return dropdown<Which>({
      label: t('Only'),
      options: [
        { value: 'all', label: t('all') },
        { value: 'empty', label: t('empty') },
        { value: 'unlabelled', label: t('without labels') },
      ],
      value,
      onChange: (which) => this.set(ranges[which]),
    });
  }
}
