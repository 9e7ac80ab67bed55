import type { ClusterSummary } from '../../../core/explore/clusters/clusterApi.ts';
import { readTheme, seriesMark } from '../../plots/index.ts';
import { button, el, emptyState, figureList, link, replaceChildren } from '../../ui/index.ts';
import { amount, bytes, count, mean, percent } from '../../amounts.ts';
import { clusterName } from './clusterFigures.ts';
import type { Context, Part } from './clustersState.ts';
import { workRow } from './clusterWork.ts';
import { t } from '../../l10n.ts';

/** Every cluster in a card: its figures, most frequent labels and words. */
export class Cards implements Part {
  readonly element: HTMLElement;
  private readonly words = el('div');
  private finding = new AbortController();
  private readonly list = el('div', { class: 'cards' });

  constructor(private readonly context: Context) {
    const note = t('Cohesion says how alike the labels of a cluster are: 1 where all occur with the same others.');
    this.element = el('div', { class: 'grow' }, this.words, el('p', { class: 'muted' }, note), this.list);
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
            button(t('Find the Words'), () => this.findWords()),
            el(
              'span',
              { class: 'muted' },
              t('The words that mark each cluster need one more pass over {0}.', bytes(context.bytes)),
            ),
          ),
      );
    offer();
  }

  private findWords(): void {
    const { context } = this;
    const { k } = context.chosen;
    this.finding.abort();
    const stop = (this.finding = new AbortController());
    const { element, onEvent } = workRow(t('Finding the words of clusters'), () => {
      stop.abort();
      this.update(); // at once, though it may take the process a while
    });
    replaceChildren(this.words, element);
    context.perform(async () => {
      try {
        const words = await context.host.call('words', { k }, { signal: stop.signal, onEvent });
        if (context.chosen.k === k) context.words = words;
      } finally {
        if (this.finding === stop) this.update();
      }
    });
  }

  private drawList(): void {
    const { clusters } = this.context.chosen;
    replaceChildren(
      this.list,
      ...clusters.map((cluster) => this.card(cluster)),
      clusters.length === 0 && emptyState(t('No cluster'), t('There is no label.')),
    );
  }

  private card(summary: ClusterSummary): HTMLElement {
    const { context } = this;
    const { cluster, labels, meanDocuments, rare, cohesion } = summary;
    const words = context.words?.[cluster];
    return el(
      'article',
      { class: 'card' },
      el('header', {}, clusterMark(cluster), el('h3', {}, clusterName(summary))),
      figureList(
        [t('labels'), `${count(labels)} · ${percent(labels / context.overview.labels)}`],
        [t('documents per label'), mean(meanDocuments)],
        [t('cohesion'), cohesion.toFixed(2)],
      ),
      el('p', {}, el('strong', {}, t('Most frequent')), ' ', ...this.topLabels(summary)),
      words &&
        el('p', {}, el('strong', {}, t('Words')), ' ', words.map(({ word }) => word).join(', ') || t('none marks it')),
      el(
        'p',
        { class: 'muted' },
        t(
          '{0} with 1 document, {1} with ≤ 2, {2} with ≤ 5',
          amount.labels(rare.one),
          count(rare.atMostTwo),
          count(rare.atMostFive),
        ),
      ),
      el(
        'div',
        { class: 'row' },
        link(t('Labels'), () => context.showLabels(cluster)),
        link(t('Map'), () => context.showMap(cluster)),
        link(t('Documents'), () => this.showDocuments(cluster)),
        link(t('Save as Dataset…'), () => this.saveSubset(cluster)),
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
    perform(() => host.call('showDocuments', { k: chosen.k, cluster }));
  }

  private saveSubset(cluster: number): void {
    const { context } = this;
    context.perform(async () => {
      const written = await context.host.call('writeSubset', { k: context.chosen.k, cluster });
      return (
        written &&
        t(
          'Wrote {0} with the labels of cluster {1} alone: {2}',
          amount.documents(written.documents),
          cluster,
          written.file,
        )
      );
    });
  }
}

/** Colour and symbol of a cluster, as on the map. */
export const clusterMark = (cluster: number): SVGSVGElement => seriesMark(readTheme().series(cluster));
