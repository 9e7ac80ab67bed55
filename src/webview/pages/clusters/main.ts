/** Explore Label Clusters: curves over the number of clusters, and the clusters of one of them. */
import type {
  ChosenClusters,
  ClusterPhase,
  ClustersOverview,
  ClusterWord,
  ExportKind,
} from '../../../core/explore/clusters/clusterApi.ts';
import type { OnProgress } from '../../../core/base/progress.ts';
import { connect } from '../../host.ts';
import { onThemeChange, plot, type Plot } from '../../plots/index.ts';
import type { PageEvent } from '../../protocol.ts';
import {
  banner,
  button,
  dropdown,
  el,
  emptyState,
  PageFrame,
  replaceChildren,
  tabs,
  type Tabs,
} from '../../ui/index.ts';
import { amount, count, fileName, percent } from '../../amounts.ts';
import { Cards } from './clusterCards.ts';
import { restoredState, type Context, type Part, type TabId } from './clustersState.ts';
import { curveFigure } from './clusterFigures.ts';
import { LabelMap, Tree } from './clusterMaps.ts';
import { Labels } from './clusterLabels.ts';
import { settingsForm } from './clusterSettings.ts';
import { workRow } from './clusterWork.ts';
import { t } from '../../l10n.ts';
import './clusters.css';

const titles: Record<TabId, string> = {
  clusters: t('Clusters'),
  map: t('Map'),
  hierarchy: t('Hierarchy'),
  labels: t('Labels'),
};

class ClustersPage implements Context {
  readonly host = connect<'clusters'>((message) => this.receive(message));
  readonly state = restoredState(this.host.getState());
  bytes = 0;
  words: ClusterWord[][] | undefined;
  private staleFile: string | undefined;
  private found: ClustersOverview | undefined;
  private shown: ChosenClusters | undefined;
  private parts: Record<TabId, Part> | undefined;
  private tabs: Tabs<TabId> | undefined;
  private curves: { inertia: Plot; silhouette: Plot } | undefined;
  private foldCurves = (): void => {};
  private onOpening: OnProgress<ClusterPhase> | undefined;

  private readonly frame = new PageFrame(t('Label clusters'));
  readonly perform = this.frame.perform;
  private readonly choice = el('div', { class: 'toolbar' });
  private readonly body = el('div');

  constructor() {
    onThemeChange(() => this.parts?.[this.state.tab].update()); // marks of clusters wear the theme's colours
    this.drawOpening();
  }

  get overview(): ClustersOverview {
    if (!this.found) throw new Error('Nothing was clustered yet.');
    return this.found;
  }

  get chosen(): ChosenClusters {
    if (!this.shown) throw new Error('No clusters are shown yet.');
    return this.shown;
  }

  save(): void {
    this.host.setState(this.state);
  }

  showLabels(cluster: number | undefined): void {
    this.state.labelsOf = cluster;
    this.select('labels');
  }

  showMap(cluster: number | undefined): void {
    this.state.mapOf = cluster;
    this.select('map');
  }

  private select(tab: TabId): void {
    this.state.tab = tab;
    this.save();
    this.tabs?.select(tab);
    this.parts?.[tab].update();
  }

  private receive(message: PageEvent<'clusters'>): void {
    switch (message.type) {
      case 'opening':
        Object.assign(this.state, message.state);
        this.save();
        this.frame.setTitle(t('Label clusters of {0}', message.name));
        this.frame.setSubtitle(message.state.path);
        return this.drawOpening();
      case 'progress':
        return this.onOpening?.(message.progress);
      case 'opened':
        this.bytes = message.bytes;
        return this.open(message.overview);
      case 'failed':
        return this.frame.showFailure(message.failure, () => this.reload());
      case 'cancelled':
        return this.drawNothing();
      case 'stale':
        this.staleFile = message.file;
        return this.drawBanners();
    }
  }

  private reload(): void {
    this.perform(() => this.host.call('reload', undefined));
  }

  private drawOpening(): void {
    this.found = this.shown = this.parts = this.tabs = this.curves = this.words = undefined;
    const row = workRow(t('Reading the labels'), () => this.perform(() => this.host.call('cancel', undefined)));
    this.onOpening = row.onEvent;
    this.staleFile = undefined;
    this.drawBanners();
    this.frame.clearNotice();
    this.frame.setActions();
    this.frame.show(row.element);
  }

  private drawNothing(): void {
    const again = { label: t('Cluster'), run: () => this.reload() };
    this.frame.show(emptyState(t('Nothing was clustered'), t('It was stopped before the first clusters.'), again));
  }

  private open(overview: ClustersOverview): void {
    this.found = overview;
    this.state.settings = overview.settings;
    this.save();
    this.frame.setSubtitle(
      overview.file,
      t('{0} of {1}', amount.labels(overview.labels), amount.documents(overview.documents)),
      overview.pairs === 1
        ? t('1 pair of labels that share one')
        : t('{0} pairs of labels that share one', count(overview.pairs)),
    );
    if (overview.curve.length === 0) return this.drawNothing();
    this.drawActions();
    this.drawBanners();
    const inertia = el('div');
    const silhouette = el('div');
    this.frame.show(
      settingsForm(overview, (settings) => this.perform(() => this.host.call('cluster', { settings }))),
      this.curvesPart(
        el(
          'section',
          { class: 'figure' },
          el('h2', {}, t('Inertia')),
          meaning(t('How far labels lie from the middle of their cluster: it falls with every cluster more.')),
          inertia,
        ),
        el(
          'section',
          { class: 'figure' },
          el('h2', {}, overview.sampled ? t('Silhouette (sampled)') : t('Silhouette')),
          meaning(
            t('How much nearer labels are to their own cluster than to the next: 1 is best, 0 is no difference.'),
          ),
          silhouette,
        ),
      ),
      el('p', { class: 'muted notes' }, this.notes(overview).join(' ')),
      this.choice,
      this.body,
    );
    const { curve } = overview;
    const measured = curve.filter((point) => point.silhouette !== undefined);
    this.curves = {
      inertia: plot(inertia, curveFigure(overview, 'inertia', undefined), {
        onClick: ({ point }) => this.choose(curve[point].k),
      }),
      silhouette: plot(silhouette, curveFigure(overview, 'silhouette', undefined), {
        onClick: ({ point }) => this.choose(measured[point].k),
      }),
    };
    const { k } = this.state;
    this.choose(curve.some((point) => point.k === k) ? k! : (overview.suggested ?? overview.evenest ?? curve[0].k));
  }

  /** They help to choose a number of clusters; after that the clusters need the room. */
  private curvesPart(...figures: HTMLElement[]): HTMLElement {
    const { state } = this;
    const part = el(
      'details',
      {
        class: 'curves',
        attributes: { open: state.curvesOpen },
        on: {
          toggle: () => {
            state.curvesOpen = part.open;
            this.save();
          },
        },
      },
      el('summary', {}, t('Curves over the number of clusters')),
      el('div', { class: 'columns' }, ...figures),
    );
    this.foldCurves = () => (part.open = false);
    return part;
  }

  private drawBanners(): void {
    const reload = (): void => this.reload();
    const { staleFile, found } = this;
    this.frame.setBanners(
      staleFile !== undefined &&
        banner('stale', t('{0} has changed since it was read.', fileName(staleFile)), {
          label: t('Cluster Again'),
          run: reload,
        }),
      ...(found ? bannersOf(found, reload) : []),
    );
  }

  private notes(overview: ClustersOverview): string[] {
    const { suggested, elbow, sampled, miniBatch, savedAs, restored } = overview;
    return [
      suggestionText(overview),
      elbow !== undefined && elbow !== suggested ? t('The inertia bends at {0}.', elbow) : '',
      sampled ? t('Silhouettes are of a sample of {0}.', amount.labels(sampled)) : '',
      miniBatch ? t('K-means drew mini-batches; inertia is of all labels.') : '',
      savedAs ? (restored ? t('Read from {0}.', fileName(savedAs)) : t('Saved as {0}.', fileName(savedAs))) : '',
    ].filter((note) => note !== '');
  }

  private drawActions(): void {
    const kinds: { value: ExportKind | ''; label: string }[] = [
      { value: '', label: t('Export…') },
      { value: 'csv', label: t('Labels with clusters (CSV)') },
      { value: 'json', label: t('Curves and clusters (JSON)') },
      { value: 'npz', label: t('Co-occurrence for SciPy (.npz)') },
      { value: 'mat', label: t('Co-occurrence for MATLAB (.mat)') },
    ];
    const exporting = dropdown<ExportKind | ''>({
      label: t('Export'),
      hideLabel: true,
      options: kinds,
      value: '',
      onChange: (kind) => {
        this.drawActions();
        if (kind !== '') this.export(kind);
      },
    });
    const inspect = button(t('Inspect Dataset'), () => this.perform(() => this.host.call('inspect', undefined)));
    const save = button(t('Save'), () => this.saveBeside());
    save.title = t('Write the clusters beside the dataset, where xmlcnn clusters and others find them');
    this.frame.setActions(inspect, ...(this.overview.savedAs === undefined ? [save] : []), exporting);
  }

  private saveBeside(): void {
    this.perform(async () => {
      const savedAs = await this.host.call('save', undefined);
      this.found = { ...this.overview, savedAs };
      this.drawActions();
      return t('Wrote {0}', savedAs);
    });
  }

  private export(kind: ExportKind): void {
    this.perform(async () => {
      const file = await this.host.call('export', { k: this.chosen.k, kind });
      return file && t('Wrote {0}', file);
    });
  }

  private choose(k: number): void {
    this.state.k = k;
    this.state.mapOf = this.state.labelsOf = undefined;
    this.save();
    this.words = undefined;
    this.curves?.inertia.update(curveFigure(this.overview, 'inertia', k));
    this.curves?.silhouette.update(curveFigure(this.overview, 'silhouette', k));
    this.drawChoice(k);
    this.perform(async () => {
      const chosen = await this.host.call('clusters', { k });
      if (this.state.k !== k) return;
      this.shown = chosen;
      if (this.parts) this.parts[this.state.tab].update();
      else this.build();
    });
  }

  private drawChoice(k: number): void {
    const { curve, suggested } = this.overview;
    replaceChildren(
      this.choice,
      dropdown({
        label: t('Show'),
        options: curve.map((point) => ({
          value: String(point.k),
          label: point.k === suggested ? t('{0} (suggested)', amount.clusters(point.k)) : amount.clusters(point.k),
        })),
        value: String(k),
        onChange: (value) => {
          this.foldCurves();
          this.choose(Number(value));
        },
      }),
    );
  }

  private build(): void {
    const parts = {
      clusters: new Cards(this),
      map: new LabelMap(this),
      hierarchy: new Tree(this),
      labels: new Labels(this),
    };
    this.parts = parts;
    this.tabs = tabs({
      label: t('Clusters'),
      titles,
      parts,
      selected: this.state.tab,
      onSelect: (id) => {
        this.state.tab = id;
        this.foldCurves();
        this.save();
        parts[id].update();
      },
    });
    replaceChildren(this.body, this.tabs.element);
    parts[this.state.tab].update();
  }
}

const meaning = (text: string): HTMLElement => el('p', { class: 'muted' }, text);

/** Which number of clusters is suggested and why, or why none is. */
function suggestionText({ curve, labels, suggested, evenest, settings }: ClustersOverview): string {
  const { k, largest } = curve.find((point) => point.k === (suggested ?? evenest))!;
  const share = percent(largest / labels);
  if (suggested !== undefined)
    return t(
      'Suggested: {0}. Of the numbers that leave no cluster over half of the labels, it has the best silhouette; its largest cluster has {1}.',
      amount.clusters(k),
      share,
    );
  const why = t(
    'None is suggested: with each number of clusters that a reader can take in, over half of the labels are in one; with {0} the share is smallest, {1}.',
    k,
    share,
  );
  return settings.scaling === 'cosine'
    ? why
    : `${why} ${t('Scaling by cosine, in Options, spreads them more evenly.')}`;
}

function bannersOf(
  { missing, unmeasured, notSaved, curve }: ClustersOverview,
  goOn: () => void,
): (HTMLElement | false)[] {
  return [
    (missing.length > 0 || unmeasured) &&
      banner(
        'partial',
        [
          curve.length === 1
            ? t('Stopped after 1 number of clusters.')
            : t('Stopped after {0} numbers of clusters.', curve.length),
          ...(missing.length > 0 ? [t('Not tried: {0}.', missing.join(', '))] : []),
          ...(unmeasured ? [t('Silhouettes were not measured yet.')] : []),
        ].join(' '),
        {
          label: t('Go On'),
          run: goOn,
        },
      ),
    notSaved !== undefined && banner('warning', t('The clusters could not be kept: {0}', notSaved)),
  ];
}

new ClustersPage();
