import type { SplitSnapshot } from '../../../core/explore/inspectionApi.ts';
import { type Figure, plot, type Plot, type PlotClick, plotText, type Trace } from '../../plots/index.ts';
import { checkbox, el, figureList, figureTable, replaceChildren, segmented } from '../../ui/index.ts';
import type { Context, Part } from './datasetState.ts';
import { amount, count, mean } from '../../amounts.ts';
import { cutOffRows, measures, partName } from './datasetTexts.ts';
import {
  axisNames,
  headTraces,
  lengthTraces,
  rankTraces,
  type Scale,
  shownSplits,
  valueAxis,
} from './datasetTraces.ts';
import { t } from '../../l10n.ts';

/** Numbers of every split, and three plots. */
export class Overview implements Part {
  readonly element: HTMLElement;
  private readonly tiles = el('div', { class: 'wide' });
  private readonly table = el('div', { class: 'measures' });
  private readonly cuts = el('div', { class: 'measures' });
  private readonly head = el('div');
  private readonly ranks = el('div');
  private readonly lengths = el('div');
  /** The figures that need labels, and what stands in their place where there are none. */
  private readonly ofLabels: HTMLElement[];
  private readonly noLabels = el('p', { class: 'wide muted' }, t('No document has a label.'));
  private readonly plots: { plot: Plot; figure: () => Figure }[] = [];

  constructor(private readonly context: Context) {
    const { state } = context;
    const frequency = [
      scaleChoice(t('Scale of the bars'), state.headScale, (scale) => this.set({ headScale: scale })),
      context.snapshot.splits.length > 1 &&
        checkbox({
          label: t('Overlay splits'),
          checked: state.overlay,
          onChange: (overlay) => this.set({ overlay }),
        }),
    ];
    const rank = scaleChoice(t('Scale of the curve'), state.rankScale, (scale) => this.set({ rankScale: scale }));
    const { bagOfWords } = context.snapshot.splits[0];
    this.ofLabels = [
      figure(t('Most frequent labels'), frequency, this.head, 'wide'),
      figure(t('Documents per label, by rank'), [rank], this.ranks),
    ];
    this.element = el(
      'div',
      { class: 'overview' },
      this.tiles,
      this.noLabels,
      ...this.ofLabels,
      figure(bagOfWords ? t('Features per document') : t('Document length'), [], this.lengths),
      el('section', { class: 'wide' }, el('h2', {}, t('Figures')), this.table),
      el('section', { class: 'wide' }, el('h2', {}, t('What a maximum length cuts off')), this.cuts),
    );
    this.draw(
      this.head,
      () => this.headFigure(),
      ({ trace, point }) => this.showLabel(trace, point),
    );
    this.draw(this.ranks, () => this.rankFigure());
    this.draw(
      this.lengths,
      () => this.lengthFigure(),
      ({ trace, point }) => this.showLength(trace, point),
    );
    this.drawNumbers();
  }

  update(): void {
    this.drawNumbers();
    for (const { plot: drawn, figure: make } of this.plots) drawn.update(make());
  }

  private set(change: Partial<Context['state']>): void {
    Object.assign(this.context.state, change);
    this.context.save();
    this.update();
  }

  private draw(container: HTMLElement, make: () => Figure, onClick?: (clicked: PlotClick) => void): void {
    this.plots.push({ plot: plot(container, make(), { onClick }), figure: make });
  }

  /** Documents of the split whose bar was clicked. */
  private showLabel(trace: number, bar: number): void {
    const { name, display } = this.context.snapshot.head[bar];
    this.choose(trace);
    this.context.filterDocuments({ labels: [{ name, display, role: 'all' }] });
  }

  private showLength(trace: number, bin: number): void {
    const { width, counts, open } = this.choose(trace).lengths;
    const isOpen = open && bin === counts.length - 1;
    this.context.filterDocuments({ words: { from: bin * width, to: isOpen ? undefined : (bin + 1) * width - 1 } });
  }

  private choose(trace: number): SplitSnapshot {
    const { context } = this;
    const shown = shownSplits(context.snapshot, context.state.overlay)[trace];
    if (shown.split !== context.split) context.chooseSplit(shown.split);
    return shown;
  }

  private headFigure(): Figure {
    const { snapshot, state } = this.context;
    const isShare = shownSplits(snapshot, state.overlay).length > 1;
    const y = isShare ? t('% of documents') : t('documents');
    const traces = headTraces(snapshot, state.overlay);
    return {
      traces,
      description: t('Bars: the {0} most frequent labels. The tab Labels lists all of them.', snapshot.head.length),
      layout: {
        barmode: 'group',
        margin: { l: 88, r: 12, t: 8, b: 8 }, // the first names reach to the left of the axis
        showlegend: isShare,
        legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1, yanchor: 'bottom' },
        xaxis: {
          tickmode: 'array',
          ticklabeloverflow: 'allow',
          tickvals: snapshot.head.map((_, i) => i),
          ticktext: axisNames(snapshot.head).map(plotText),
          tickangle: -40,
          fixedrange: true,
        },
        yaxis: { title: { text: y }, ...valueAxis(state.headScale, valuesOf(traces), isShare), fixedrange: true },
      },
    };
  }

  private rankFigure(): Figure {
    const { snapshot, state } = this.context;
    const several = shownSplits(snapshot, state.overlay).length > 1;
    const counts = snapshot.splits.flatMap(({ ranks }) => ranks.map(([, documents]) => documents));
    const axis = (title: string, values: number[]): object => ({
      title: { text: title },
      ...valueAxis(state.rankScale, values),
    });
    return {
      traces: rankTraces(snapshot, state.overlay),
      description: t('Curve: documents per label, over the rank of the label among {0}.', count(snapshot.labels)),
      layout: {
        showlegend: several,
        legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1, yanchor: 'bottom' },
        xaxis: axis(t('rank of the label'), [1, snapshot.labels]),
        yaxis: axis(t('documents'), counts),
      },
    };
  }

  private lengthFigure(): Figure {
    const { snapshot, state } = this.context;
    const isShare = shownSplits(snapshot, state.overlay).length > 1;
    const [{ lengths, bagOfWords }] = snapshot.splits;
    const unit = bagOfWords ? t('features') : t('words');
    const last = (lengths.counts.length - 1) * lengths.width;
    const isOpen = snapshot.splits.some(({ lengths: { open } }) => open);
    const traces = lengthTraces(snapshot, state.overlay);
    return {
      traces,
      description: t(
        'Histogram of document lengths in bins of {0}.',
        bagOfWords ? amount.features(lengths.width) : amount.words(lengths.width),
      ),
      layout: {
        barmode: 'group',
        bargap: 0.1,
        showlegend: isShare,
        legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1, yanchor: 'bottom' },
        xaxis: { title: { text: isOpen ? `${unit}; ${t('the last bin: {0} or more', count(last))}` : unit } },
        yaxis: {
          title: { text: isShare ? t('% of documents') : t('documents') },
          ...valueAxis('linear', valuesOf(traces), isShare),
        },
      },
    };
  }

  private drawNumbers(): void {
    this.drawCuts();
    const { splits, labels, unseenInTrain } = this.context.snapshot;
    const [{ statistics: s, bagOfWords }] = splits;
    this.noLabels.hidden = labels > 0;
    for (const section of this.ofLabels) section.hidden = labels === 0;
    const documents = splits.reduce((sum, { statistics }) => sum + statistics.documents, 0);
    replaceChildren(
      this.tiles,
      figureList(
        [t('documents'), count(documents)],
        [t('labels'), count(labels)],
        [t('labels per document'), mean(s.labelsPerDocument.mean)],
        [bagOfWords ? t('features per document') : t('words per document'), mean(s.words.mean)],
        unseenInTrain !== undefined && [t('labels not in training'), count(unseenInTrain)],
      ),
    );
    const rows = measures(bagOfWords, splits.length > 1).map(({ name, title, value }) => [
      el('span', {}, name, el('span', { class: 'muted' }, ` ${title}`)),
      ...splits.map((split) => (split.state === 'waiting' || split.state === 'failed' ? '–' : value(split))),
    ]);
    const titles = [t('Figure'), ...splits.map(({ split }) => partName(split))];
    replaceChildren(this.table, figureTable({ label: t('Figures') }, titles, rows));
  }

  private drawCuts(): void {
    const { splits } = this.context.snapshot;
    const { bagOfWords } = splits[0];
    const read = splits.filter(({ statistics }) => statistics.documents > 0);
    const titles = [
      t('Split'),
      bagOfWords ? t('Maximum features') : t('Maximum words'),
      t('Longer documents'),
      t('Share'),
      bagOfWords ? t('Lost features') : t('Lost words'),
      t('Share'),
    ];
    const rows = read.flatMap((split) => cutOffRows(split).map((cells) => [partName(split.split), ...cells]));
    replaceChildren(this.cuts, figureTable({ label: t('What a maximum length cuts off') }, titles, rows));
  }
}

const valuesOf = (traces: readonly Trace[]): number[] =>
  traces.flatMap((trace) => ('y' in trace ? (trace.y as number[]) : []));

function figure(
  title: string,
  controls: (HTMLElement | false | undefined)[],
  container: HTMLElement,
  size = '',
): HTMLElement {
  const bar = el('div', { class: 'figure-bar' }, el('h2', {}, title), ...controls);
  return el('section', { class: `figure ${size}` }, bar, container);
}

function scaleChoice(label: string, value: Scale, onChange: (scale: Scale) => void): HTMLElement {
  const options = [
    { value: 'linear' as const, label: t('Linear') },
    { value: 'log' as const, label: t('Log') },
  ];
  return segmented({ label, hideLabel: true, options, value, onChange });
}
