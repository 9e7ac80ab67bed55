/** Explore Label Clusters: curves over the number of clusters, and the clusters of one of them. */
import type {
  ChosenClusters,
  ClustersOverview,
  ClusterWord,
  ExportKind,
} from '../../../core/explore/clusters/clustered.ts';
import { CallFailed, connect } from '../../host.ts';
import { onThemeChange, plot, type Plot } from '../../plots/index.ts';
import type { Failure, Push } from '../../protocol.ts';
import {
  banner,
  button,
  dropdown,
  el,
  emptyState,
  failedState,
  replaceChildren,
  tabs,
  type Tabs,
} from '../../ui/index.ts';
import { count, plural } from '../dataset/numbers.ts';
import { Cards } from './cards.ts';
import type { Context, Part } from './context.ts';
import { curveFigure } from './figures.ts';
import { LabelMap } from './labelMap.ts';
import { Labels } from './labels.ts';
import { restoredState, tabIds, type TabId } from './pageState.ts';
import { settingsForm } from './settings.ts';
import { Tree } from './tree.ts';
import { workRow, type ClusterProgressListener } from './work.ts';

const titles: Record<TabId, string> = { clusters: 'Clusters', map: 'Map', hierarchy: 'Hierarchy', labels: 'Labels' };

class ClustersPage implements Context {
  readonly host = connect<'clusters'>((message) => this.receive(message));
  readonly state = restoredState(this.host.getState());
  bytes = 0;
  words: ClusterWord[][] | undefined;
  private found: ClustersOverview | undefined;
  private shown: ChosenClusters | undefined;
  private parts: Record<TabId, Part> | undefined;
  private tabs: Tabs<TabId> | undefined;
  private curves: { inertia: Plot; silhouette: Plot } | undefined;
  private readonly listeners = new Map<'words' | 'map', ClusterProgressListener>();
  private opening: ClusterProgressListener | undefined;

  private readonly title = el('h1', {}, 'Label clusters');
  private readonly subtitle = el('p', { class: 'muted subtitle' });
  private readonly actions = el('div', { class: 'actions' });
  private readonly stale = el('div');
  private readonly notice = el('div', { attributes: { 'aria-live': 'polite' } });
  private readonly content = el('div');
  private readonly choice = el('div', { class: 'toolbar' });
  private readonly body = el('div');

  constructor() {
    const root = document.getElementById('root');
    root?.classList.add('clusters-page');
    root?.append(
      el('header', { class: 'page-header' }, el('div', { class: 'grow' }, this.title, this.subtitle), this.actions),
      this.stale,
      this.notice,
      this.content,
    );
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

  perform(work: () => Promise<string | undefined | void>): void {
    replaceChildren(this.notice);
    work().then(
      (said) => typeof said === 'string' && replaceChildren(this.notice, banner('info', said)),
      (error: unknown) => {
        if (!(error instanceof CallFailed)) throw error;
        replaceChildren(this.notice, banner('warning', `${error.failure.message}. ${error.failure.remedy}`));
      },
    );
  }

  listen(work: 'words' | 'map', listener: ClusterProgressListener | undefined): void {
    if (listener) this.listeners.set(work, listener);
    else this.listeners.delete(work);
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

  private receive(message: Push<'clusters'>): void {
    switch (message.type) {
      case 'opening':
        Object.assign(this.state, message.state);
        this.save();
        this.title.textContent = `Label clusters of ${message.name}`;
        this.subtitle.textContent = message.state.path;
        return this.drawOpening();
      case 'progress':
        if (message.work === 'open') this.opening?.(message.progress);
        else this.listeners.get(message.work)?.(message.progress);
        return;
      case 'opened':
        this.bytes = message.bytes;
        return this.open(message.overview);
      case 'failed':
        return this.drawFailure(message.failure);
      case 'cancelled':
        return this.drawNothing();
      case 'stale':
        replaceChildren(
          this.stale,
          banner('stale', `${message.file.split(/[\\/]/).pop()} has changed since it was read.`, {
            label: 'Cluster Anew',
            run: () => this.reload(),
          }),
        );
    }
  }

  private reload(): void {
    this.perform(() => this.host.call('reload', undefined));
  }

  private drawOpening(): void {
    this.found = this.shown = this.parts = this.tabs = this.curves = this.words = undefined;
    const row = workRow(this.host, 'open', 'Reading the labels');
    this.opening = row.tell;
    replaceChildren(this.stale);
    replaceChildren(this.notice);
    replaceChildren(this.actions);
    replaceChildren(this.content, row.element);
  }

  private drawFailure(failure: Failure): void {
    replaceChildren(
      this.content,
      failedState(failure, () => this.reload()),
    );
  }

  private drawNothing(): void {
    const again = { label: 'Cluster', run: () => this.reload() };
    replaceChildren(
      this.content,
      emptyState('Nothing was clustered', 'It was stopped before the first clusters.', again),
    );
  }

  private open(overview: ClustersOverview): void {
    this.found = overview;
    this.state.settings = overview.settings;
    this.save();
    this.subtitle.textContent = `${overview.file} · ${plural(overview.labels, 'label')} of ${plural(overview.documents, 'document')} · ${plural(overview.pairs, 'pair')} of labels that share one`;
    this.drawActions();
    if (overview.curve.length === 0) return this.drawNothing();
    const inertia = el('div');
    const silhouette = el('div');
    replaceChildren(
      this.content,
      ...this.banners(overview),
      settingsForm(overview, (settings) => this.perform(() => this.host.call('cluster', { settings }))),
      el(
        'div',
        { class: 'columns' },
        el('section', { class: 'figure' }, el('h2', {}, 'Inertia'), inertia),
        el(
          'section',
          { class: 'figure' },
          el('h2', {}, overview.sampled ? 'Silhouette (sampled)' : 'Silhouette'),
          silhouette,
        ),
      ),
      el('p', { class: 'muted notes' }, ...this.notes(overview)),
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
    this.choose(curve.some((point) => point.k === k) ? k! : (overview.suggested ?? curve[0].k));
  }

  private banners({ missing, unmeasured, notSaved, curve }: ClustersOverview): (HTMLElement | false)[] {
    return [
      (missing.length > 0 || unmeasured) &&
        banner(
          'partial',
          `Stopped after ${plural(curve.length, 'number')} of clusters.` +
            (missing.length > 0 ? ` Not tried: ${missing.join(', ')}.` : '') +
            (unmeasured ? ' Silhouettes were not measured yet.' : ''),
          {
            label: 'Go On',
            run: () => this.reload(),
          },
        ),
      notSaved !== undefined && banner('warning', `The clusters could not be saved with the dataset: ${notSaved}`),
    ];
  }

  private notes({
    suggested,
    bestSilhouette,
    elbow,
    sampled,
    miniBatch,
    savedAs,
    restored,
  }: ClustersOverview): string[] {
    const why = [
      bestSilhouette === suggested && 'the largest silhouette',
      elbow === suggested && 'the bend of the inertia',
    ];
    return [
      suggested === undefined ? '' : `Suggested: ${suggested} clusters (${why.filter(Boolean).join(', ')}). `,
      elbow !== undefined && elbow !== suggested ? `The inertia bends at ${elbow}. ` : '',
      sampled ? `Silhouettes are of a sample of ${count(sampled)} labels. ` : '',
      miniBatch ? 'K-means drew mini-batches; inertia is of all labels. ' : '',
      savedAs ? `${restored ? 'Read from' : 'Saved as'} ${savedAs.split(/[\\/]/).pop()}.` : '',
    ];
  }

  private drawActions(): void {
    const kinds: { value: ExportKind | ''; label: string }[] = [
      { value: '', label: 'Export…' },
      { value: 'csv', label: 'Labels with clusters (CSV)' },
      { value: 'json', label: 'Curves and clusters (JSON)' },
      { value: 'npz', label: 'Co-occurrence for SciPy (.npz)' },
      { value: 'mat', label: 'Co-occurrence for MATLAB (.mat)' },
    ];
    const exporting = dropdown<ExportKind | ''>({
      label: 'Export',
      hideLabel: true,
      options: kinds,
      value: '',
      onChange: (kind) => {
        this.drawActions();
        if (kind !== '') this.export(kind);
      },
    });
    const inspect = button('Inspect Dataset', () => this.perform(() => this.host.call('inspect', undefined)));
    replaceChildren(this.actions, inspect, exporting);
  }

  private export(kind: ExportKind): void {
    this.perform(async () => {
      const file = await this.host.call('export', { k: this.chosen.k, kind });
      return file && `Wrote ${file}`;
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
        label: 'Show',
        options: curve.map((point) => ({
          value: String(point.k),
          label: `${plural(point.k, 'cluster')}${point.k === suggested ? ' (suggested)' : ''}`,
        })),
        value: String(k),
        onChange: (value) => this.choose(Number(value)),
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
    this.tabs = tabs(
      tabIds.map((id) => ({ id, title: titles[id], content: parts[id].element })),
      {
        label: 'Clusters',
        selected: this.state.tab,
        onSelect: (id) => {
          this.state.tab = id;
          this.save();
          parts[id].update();
        },
      },
    );
    replaceChildren(this.body, this.tabs.element);
    parts[this.state.tab].update();
  }
}

new ClustersPage();
