import type { ClusterSummary } from '../../../core/explore/clusters/clustered.ts';
import { readTheme, seriesMark } from '../../plots/index.ts';
import { button, el, emptyState, link, replaceChildren } from '../../ui/index.ts';
import { bytes, count, mean, percent, plural } from '../dataset/numbers.ts';
import type { Context, Part } from './context.ts';
import { workRow } from './work.ts';

/** Every cluster in a card: its figures, most frequent labels and words. */
export class Cards implements Part {
  readonly element: HTMLElement;
  private readonly words = el('div');
  private readonly list = el('div', { class: 'cards' });

  constructor(private readonly context: Context) {
    this.element = el('div', { class: 'grow' }, this.words, this.list);
  }

  update(): void {
    this.drawWords();
    this.drawList();
  }

  private drawWords(): void {
    const { context } = this;
    const offer = (): void =>
      replaceChildren(
        this.words,
        !context.words &&
          el(
            'div',
            { class: 'toolbar' },
            button('Find the Words', () => this.findWords()),
            el(
              'span',
              { class: 'muted' },
              `The words that mark each cluster need one more pass over ${bytes(context.bytes)}.`,
            ),
          ),
      );
    offer();
  }

  private findWords(): void {
    const { context } = this;
    const { k } = context.chosen;
    const row = workRow(context.host, 'words', 'Finding the words of clusters');
    context.listen('words', row.tell);
    replaceChildren(this.words, row.element);
    context.perform(async () => {
      try {
        const words = await context.host.call('words', { k });
        if (context.chosen.k === k) context.words = words;
      } finally {
        context.listen('words', undefined);
        this.update();
      }
    });
  }

  private drawList(): void {
    const { clusters } = this.context.chosen;
    replaceChildren(
      this.list,
      ...clusters.map((cluster) => this.card(cluster)),
      clusters.length === 0 && emptyState('No cluster', 'There is no label.'),
    );
  }

  private card(summary: ClusterSummary): HTMLElement {
    const { context } = this;
    const { cluster, labels, meanDocuments, rare, cohesion } = summary;
    const words = context.words?.[cluster];
    const figure = (name: string, value: string): HTMLElement => el('div', {}, el('dt', {}, name), el('dd', {}, value));
    return el(
      'article',
      { class: 'card' },
      el('header', {}, clusterMark(cluster), el('h3', {}, `Cluster ${cluster}`)),
      el(
        'dl',
        { class: 'figures' },
        figure('labels', `${count(labels)} · ${percent(labels / context.overview.labels)}`),
        figure('documents per label', mean(meanDocuments)),
        figure('cohesion', cohesion.toFixed(2)),
      ),
      el('p', {}, el('strong', {}, 'Most frequent '), ...this.topLabels(summary)),
      words && el('p', {}, el('strong', {}, 'Words '), words.map(({ word }) => word).join(', ') || 'none marks it'),
      el(
        'p',
        { class: 'muted' },
        `${plural(rare.one, 'label')} with 1 document, ${count(rare.atMostTwo)} with ≤ 2, ${count(rare.atMostFive)} with ≤ 5`,
      ),
      el(
        'div',
        { class: 'row' },
        link('Labels', () => context.showLabels(cluster)),
        link('Map', () => context.showMap(cluster)),
        link('Documents', () => this.showDocuments(cluster)),
        link('Save as Dataset…', () => this.saveSubset(cluster)),
      ),
    );
  }

  private topLabels({ top }: ClusterSummary): (HTMLElement | string)[] {
    return top.flatMap(({ name, display, documents }, i) => {
      const text = el('span', { attributes: { title: name } }, `${display ?? name} (${count(documents)})`);
      return i === 0 ? [text] : [', ', text];
    });
  }

  private showDocuments(cluster: number): void {
    const { host, chosen, perform } = this.context;
    perform.call(this.context, () => host.call('showDocuments', { k: chosen.k, cluster }));
  }

  private saveSubset(cluster: number): void {
    const { context } = this;
    context.perform(async () => {
      const written = await context.host.call('writeSubset', { k: context.chosen.k, cluster });
      return (
        written &&
        `Wrote ${plural(written.documents, 'document')} with the labels of cluster ${cluster} alone: ${written.file}`
      );
    });
  }
}

/** Colour and symbol of a cluster, as on the map. */
export const clusterMark = (cluster: number): SVGSVGElement => seriesMark(readTheme().series(cluster));
