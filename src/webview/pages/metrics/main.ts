import type { HistoryEnd, RunHistory } from '../../../core/training/runHistory.ts';
import { connect, type Host } from '../../host.ts';
import { onThemeChange, plot, type Plot, savedImage } from '../../plots/index.ts';
import type { Failure } from '../../../core/base/errors.ts';
import type { LiveStep, MetricsHindrance, MetricsRun, PageEvent, SavedImage } from '../../protocol.ts';
import {
  asFailure,
  banner,
  button,
  el,
  emptyState,
  failedState,
  keepingFocus,
  keyed,
  PageFrame,
  type PagedTable,
  replaceChildren,
  textField,
} from '../../ui/index.ts';
import { choices, epochMetrics, epochTable, foundRuns, liveRow, runList } from './metricsParts.ts';
import { curveNames, type DrawnRun, lossFigure, validationFigure } from './metricsFigures.ts';
import { byDataset, families, initialState, type MetricsState, selectionAfter } from './metricsState.ts';
import { count } from '../../amounts.ts';
import { t } from '../../l10n.ts';
import './metrics.css';

interface Loaded {
  /** Of which state of the run this is. */
  stamp: string;
  history?: RunHistory;
  failure?: Failure;
}

interface EpochTable {
  readonly metrics: readonly string[];
  readonly table: PagedTable;
  readonly element: HTMLDetailsElement;
}

/** In milliseconds: curves are never older than this, whatever they take to draw. */
const longestRest = 2000;

/** From so many runs on they are searched. */
const fewRuns = 4;
/** So many are told apart by colour and dash. */
const mostDrawn = 30;

/** Learning curves: the runs to choose from, loss and validation, and a table of epochs for each. */
class MetricsView {
  private readonly host: Host<'metrics'>;
  private state: MetricsState;
  private runs?: MetricsRun[];
  private hindrance?: MetricsHindrance;
  /** Trainings that have no run yet. */
  private beginning: readonly string[] = [];
  private place: 'sideBar' | 'editor' = 'editor';
  private readonly loaded = new Map<string, Loaded>();
  private readonly live = new Map<string, LiveStep>();
  private isLoading = false;
  private isLoadDue = false;
  /** How often what is loaded has changed. */
  private loads = 0;
  private endRest = (): void => {};
  /** Runs that are not there any more, by their titles. */
  private gone: string[] = [];

  /** What the parts below were last drawn from. */
  private readonly drawnFor = new Map<HTMLElement, string>();

  private readonly frame = new PageFrame(t('Metrics'), { isHeaderHidden: true });
  /** Words that the listed runs hold. */
  private search = '';
  private readonly searchBox = el('div', { class: 'row run-search' });
  private readonly searchButtons = el('span', { class: 'row' });
  private readonly list = el('div', { class: 'toolbar' });
  private readonly liveRows = el('div', { class: 'stack live' });
  private readonly choices = el('div', { class: 'toolbar' });
  private readonly loss = el('div');
  private readonly validation = el('div');
  private readonly notes = el('div');
  private readonly lossSection: HTMLElement;
  private readonly validationSection: HTMLElement;
  private readonly noCurve = el('p', { class: 'muted' });
  /** The tables of epochs by folder; a table keeps its page, and whether it is open. */
  private readonly epochs = new Map<string, EpochTable>();
  private readonly tables = el('div', { class: 'section' });
  private readonly buttons = el('div', { class: 'toolbar' });
  private readonly figures: HTMLElement;
  private lossPlot?: Plot;
  private validationPlot?: Plot;

  constructor() {
    this.host = connect<'metrics'>((message) => this.onEvent(message));
    this.state = { ...initialState, ...(this.host.getState() as Partial<MetricsState> | undefined) };
    this.lossSection = this.figureSection(t('Loss'), 'loss', this.loss, () => this.lossPlot);
    this.validationSection = this.figureSection(
      t('Validation'),
      'validation',
      this.validation,
      () => this.validationPlot,
    );
    const isChosenOn = t(
      'The best epoch is chosen on these documents: expect less on new ones, such as those of a test split.',
    );
    this.validationSection.append(el('p', { class: 'muted' }, isChosenOn), this.notes);
    const figures = el('div', { class: 'columns section' }, this.lossSection, this.validationSection);
    this.figures = figures;
    onThemeChange(() => {
      this.drawnFor.clear(); // marks take their colours from the theme
      this.draw();
    });
    this.draw();
  }

  private onEvent(message: PageEvent<'metrics'>): void {
    switch (message.type) {
      case 'runs':
        this.place = message.place;
        this.hindrance = message.hindrance;
        document.body.dataset.place = message.place;
        return this.onRuns(message.runs);
      case 'beginning':
        this.beginning = message.jobs;
        return this.runs && this.runs.length > 0 ? this.drawLive() : this.draw();
      case 'select':
        return this.select(message.folders);
      case 'live':
        this.live.set(message.folder, message);
        return this.drawLive();
    }
  }

  private onRuns(runs: MetricsRun[]): void {
    const known = this.runs && new Set(this.runs.map(({ folder }) => folder));
    const lost = this.runs?.filter((run) => this.state.selected.includes(run.folder) && !find(runs, run.folder)) ?? [];
    this.gone = [...this.gone, ...lost.map(({ title }) => title)];
    this.runs = runs;
    for (const folder of this.live.keys()) if (find(runs, folder)?.status !== 'running') this.live.delete(folder);
    this.select(selectionAfter(this.state.selected, runs, known));
  }

  private select(selected: string[]): void {
    if (selected.join('\n') !== this.state.selected.join('\n')) this.endRest();
    this.set({ selected });
    void this.load();
  }

  private set(change: Partial<MetricsState>): void {
    this.state = { ...this.state, ...change };
    this.host.setState(this.state);
    this.draw();
  }

  /**
   * One reading at a time, and a rest of three times as long: a run may change faster than its history, which grows, is
   * sent and drawn, and the window has more to draw than this page. Another choice of runs is not kept waiting.
   */
  private async load(): Promise<void> {
    this.isLoadDue = true;
    if (this.isLoading) return;
    this.isLoading = true;
    while (this.isLoadDue) {
      this.isLoadDue = false;
      const began = performance.now();
      await this.loadStale();
      await this.rest(0); // what was begun is drawn
      await this.rest(Math.min(longestRest, 3 * (performance.now() - began)));
    }
    this.isLoading = false;
  }

  private rest(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.endRest = resolve;
      setTimeout(resolve, milliseconds);
    });
  }

  /** Reads the histories that are shown and have changed. */
  private async loadStale(): Promise<void> {
    const stale = this.shown().filter((run) => this.loaded.get(run.folder)?.stamp !== stampOf(run));
    await Promise.all(
      stale.map(async (run) => {
        const before = this.loaded.get(run.folder)?.history;
        this.loaded.set(run.folder, { stamp: stampOf(run), history: before });
        const known = endOf(before ?? nothing);
        const now = await this.host.call('history', { folder: run.folder, known }).then(
          (since) => ({ history: since.isRest ? joined(before ?? nothing, since) : since }),
          (error: unknown) => ({ failure: asFailure(error) }),
        );
        if (this.loaded.get(run.folder)?.stamp === stampOf(run))
          this.loaded.set(run.folder, { stamp: stampOf(run), ...now });
      }),
    );
    if (stale.length === 0) return;
    this.loads++;
    this.draw();
  }

  private shown(): MetricsRun[] {
    return this.state.selected.flatMap((folder) => find(this.runs ?? [], folder) ?? []);
  }

  private drawn(): DrawnRun[] {
    return this.shown().flatMap(({ folder, title }, index) => {
      const history = this.loaded.get(folder)?.history;
      return history ? [{ title, index, history }] : [];
    });
  }

  private draw(): void {
    if (!this.runs) return this.frame.showLoading(t('Reading the runs…'));
    const isEmpty = this.runs.length === 0;
    this.frame.setBanners(...(isEmpty ? [] : [this.goneBanner(), this.datasetsBanner(), ...this.interruptedBanners()]));
    if (isEmpty) return this.frame.show(this.emptyState());
    this.frame.show(...this.content());
    this.drawList();
    this.drawButtons();
    this.drawLive();
    this.drawChoices();
    this.drawFigures();
    this.drawNotes();
    this.drawTables();
  }

  /** The side bar shows little at once: the curves come before what is done with them. */
  private content(): HTMLElement[] {
    const { searchBox, list, buttons, liveRows, choices, noCurve, figures, tables } = this;
    const isNarrow = this.place === 'sideBar';
    return [
      searchBox,
      list,
      ...(isNarrow ? [] : [buttons]),
      liveRows,
      choices,
      noCurve,
      figures,
      ...(isNarrow ? [buttons] : []),
      tables,
    ];
  }

  private drawNotes(): void {
    const notes = this.shown().flatMap(({ title, unlabelled = 0, linearAhead }) => [
      ...(unlabelled > 0 ? [t('{0}: {1} documents without a label, counted 0', title, count(unlabelled))] : []),
      ...(linearAhead === undefined
        ? []
        : [
            t(
              '{0}: a linear model is ahead of this network: {1}. A config that extends "linear" trains one, and one that extends "best" a blend of both.',
              title,
              linearAhead,
            ),
          ]),
    ]);
    this.redraw(this.notes, notes, () => notes.map((note) => el('p', { class: 'muted' }, note)));
  }

  private emptyState(): HTMLElement {
    if (this.beginning.length > 0) return emptyState(t('Training begins'), this.beginning.join('; '));
    if (this.hindrance === 'noFolder')
      return emptyState(t('No runs'), t('Runs are kept in the folder that is open, and none is.'), {
        label: t('Open Folder'),
        run: () => this.frame.perform(() => this.host.call('openFolder', undefined)),
      });
    if (this.hindrance === 'untrusted')
      return emptyState(
        t('No runs'),
        t('Nothing is trained in Restricted Mode: trust this workspace to train models.'),
      );
    return emptyState(
      t('No runs yet'),
      t('Train a model, and its loss and validation curves appear here while it learns.'),
      { label: t('Train'), run: () => this.frame.perform(() => this.host.call('train', undefined)) },
      {
        label: t('Create Run Config'),
        run: () => this.frame.perform(() => this.host.call('createRunConfig', undefined)),
      },
    );
  }

  private goneBanner(): HTMLElement | undefined {
    if (this.gone.length === 0) return undefined;
    const dismiss = (): void => {
      this.gone = [];
      this.draw();
    };
    return banner('stale', t('Not there any more: {0}.', this.gone.join(', ')), { label: t('Dismiss'), run: dismiss });
  }

  private datasetsBanner(): HTMLElement | undefined {
    const groups = byDataset(this.shown());
    if (groups.length < 2) return undefined;
    const names = groups.map(({ name }) => name ?? '').join(', ');
    return banner(
      'warning',
      t('The curves are of different datasets ({0}): how high they lie says nothing of the models.', names),
    );
  }

  private interruptedBanners(): HTMLElement[] {
    return this.shown()
      .filter(({ status }) => status === 'interrupted' && this.hindrance === undefined)
      .map(({ folder, title }) =>
        banner('partial', t('{0} was stopped.', title), {
          label: t('Resume'),
          run: () => this.frame.perform(() => this.host.call('resume', { folder })),
        }),
      );
  }

  /** Fills an element again only where what it is drawn from has changed: a control exchanged in mid-click loses the click. */
  private redraw(element: HTMLElement, inputs: unknown, children: () => Parameters<typeof replaceChildren>[1][]): void {
    if (this.isDrawn(element, inputs)) return;
    keepingFocus(element, () => replaceChildren(element, ...children()));
  }

  /** Whether the element was last drawn from the same; from now on it is taken to be. */
  private isDrawn(element: HTMLElement, inputs: unknown): boolean {
    const key = JSON.stringify(inputs);
    const isSame = this.drawnFor.get(element) === key;
    this.drawnFor.set(element, key);
    return isSame;
  }

  /** What curves and tables are drawn from. */
  private curveInputs(): unknown {
    return [this.loads, this.state, this.place, this.shown().map(({ folder, title }) => [folder, title])];
  }

  private drawList(): void {
    if (!this.runs) return;
    const { selected, showsAllRuns } = this.state;
    const { search } = this;
    this.drawSearch();
    const listed = this.runs.map((run) => ({ ...run, changed: undefined }));
    this.redraw(this.list, [listed, selected, showsAllRuns, search, this.place], () => [
      runList({
        runs: this.runs!,
        selected,
        isNarrow: this.place === 'sideBar',
        showsAll: showsAllRuns,
        search,
        onSelect: (folder, isSelected) =>
          this.select(isSelected ? [...selected, folder] : selected.filter((other) => other !== folder)),
        onShowAll: (showsAll) => this.set({ showsAllRuns: showsAll }),
      }),
    ]);
  }

  /** A few runs are found with the eye. */
  private drawSearch(): void {
    const found = foundRuns(this.runs!, this.search).filter(({ status }) => status !== 'damaged');
    const all = found.slice(0, mostDrawn).map(({ folder }) => folder);
    const { selected } = this.state;
    this.searchBox.hidden = this.runs!.length < fewRuns;
    const label = found.length > mostDrawn ? t('Select First {0}', mostDrawn) : t('Select All');
    this.redraw(this.searchButtons, [label, all, selected.length], () => [
      keyed(
        'all',
        button(label, () => this.select(all), { disabled: all.length === 0 }),
      ),
      keyed(
        'none',
        button(t('Select None'), () => this.select([]), { disabled: selected.length === 0 }),
      ),
    ]);
    if (this.searchBox.childElementCount > 0) return; // the field keeps what is typed
    const field = textField({
      ...{ label: t('Find runs'), hideLabel: true, placeholder: t('Find runs'), icon: 'search' },
      onInput: (text) => {
        this.search = text;
        this.drawList();
      },
    });
    replaceChildren(this.searchBox, field, this.searchButtons);
  }

  private drawButtons(): void {
    const folders = this.state.selected;
    this.redraw(this.buttons, [folders, this.place], () => [
      button('CSV', () => this.frame.perform(() => this.host.call('saveCsv', { folders })), {
        icon: 'export',
        tooltip: t('Export the curves as CSV'),
        disabled: folders.length === 0,
      }),
      folders.length > 1 &&
        button(t('Compare'), () => this.frame.perform(() => this.host.call('compare', { folders }))),
      this.place === 'sideBar' &&
        button(t('Open in Editor'), () => this.frame.perform(() => this.host.call('openInEditor', { folders })), {
          appearance: 'icon',
          icon: 'openInEditor',
        }),
    ]);
  }

  private drawLive(): void {
    const rows = this.shown().flatMap(({ folder, title, status }) => {
      const step = this.live.get(folder);
      if (status !== 'running') return [];
      return step ? liveRow(title, step) : el('p', { class: 'muted' }, t('{0} is running.', title));
    });
    const begun = this.beginning.map((text) => el('p', { class: 'muted' }, text));
    replaceChildren(this.liveRows, ...begun, ...rows);
  }

  private drawChoices(): void {
    const { state } = this;
    const runs = this.drawn();
    const known = families.filter((family) => curveNames(runs, family).length > 0);
    const names = curveNames(runs, state.family);
    const onChange = (change: Partial<MetricsState>): void => this.set(change);
    const { axis, family, hidden, isLogarithmic } = state;
    // not for each place of the slider, which is being moved
    this.redraw(this.choices, [axis, family, hidden, isLogarithmic, names, known, runs.length], () =>
      choices({ state, names, families: known, runs: runs.length, onChange }),
    );
  }

  private drawFigures(): void {
    if (this.isDrawn(this.loss, this.curveInputs())) return;
    const { state } = this;
    const { axis, family, hidden } = state;
    const runs = this.drawn();
    const names = curveNames(runs, family);
    const hasLoss = runs.some(({ history }) => (axis === 'epoch' ? history.epochs : history.points).length > 0);
    this.lossSection.hidden = !hasLoss;
    this.validationSection.hidden = names.length === 0;
    const isUnread = this.shown().length > 0 && runs.length === 0; // or has failed, as its table says
    this.noCurve.hidden = hasLoss || isUnread;
    this.noCurve.textContent =
      this.state.selected.length === 0
        ? t('Choose a run to see its curves.')
        : axis === 'epoch'
          ? t('No epoch is finished yet: the curves begin with the first. The loss over steps is there sooner.')
          : t('No step is logged yet.');
    // The marks beside the runs and metrics are a legend, too; there is no room for another in the side bar.
    const isRoomy = this.place === 'editor' && runs.length * names.filter((name) => !hidden.includes(name)).length <= 6;
    const loss = lossFigure(runs, state);
    const validation = validationFigure(runs, state, { family, names, hidden });
    // The list of runs is the legend of the loss.
    if (hasLoss) this.lossPlot = drawPlot(this.lossPlot, this.loss, loss);
    if (!this.validationSection.hidden)
      this.validationPlot = drawPlot(this.validationPlot, this.validation, {
        ...validation,
        layout: { ...(validation.layout as object), showlegend: isRoomy },
      });
  }

  private drawTables(): void {
    if (this.isDrawn(this.tables, this.curveInputs())) return;
    const parts = this.shown().map((run) => this.tableOf(run));
    keepingFocus(this.tables, () => replaceChildren(this.tables, ...parts));
  }

  private tableOf({ folder, title }: MetricsRun): HTMLElement | undefined {
    const { history, failure } = this.loaded.get(folder) ?? {};
    if (failure) return failedState(failure, () => this.retry(folder));
    if (!history || history.epochs.length === 0) return undefined;
    const metrics = epochMetrics(history);
    const known = this.epochs.get(folder);
    if (known?.metrics.join() === metrics.join()) {
      void known.table.refresh();
      return known.element;
    }
    const table = epochTable(title, metrics, () => this.loaded.get(folder)?.history ?? nothing);
    const attributes = { open: known?.element.open ?? this.state.selected.length === 1, 'data-key': folder };
    const element = el('details', { attributes }, el('summary', {}, t('Epochs of {0}', title)), table.element);
    this.epochs.set(folder, { metrics, table, element });
    return element;
  }

  private retry(folder: string): void {
    this.loaded.delete(folder);
    this.loads++;
    this.endRest();
    void this.load();
  }

  private figureSection(
    title: string,
    name: string,
    container: HTMLElement,
    current: () => Plot | undefined,
  ): HTMLElement {
    const fileName = (): string =>
      `${this.shown()
        .map((run) => run.name)
        .join(' ')} ${name}`;
    const save = async (kind: SavedImage['kind']): Promise<void> => {
      const drawn = current();
      if (drawn) await this.host.call('saveImage', { name: fileName(), image: await savedImage(drawn, kind) });
    };
    return el(
      'section',
      { class: 'figure' },
      el(
        'div',
        { class: 'row' },
        el('h2', { class: 'grow' }, title),
        button('PNG', () => this.frame.perform(() => save('png')), {
          icon: 'export',
          tooltip: t('{0}: export the plot as PNG', title),
        }),
        button('SVG', () => this.frame.perform(() => save('svg')), {
          icon: 'export',
          tooltip: t('{0}: export the plot as SVG', title),
        }),
      ),
      container,
    );
  }
}

function drawPlot(existing: Plot | undefined, container: HTMLElement, figure: Parameters<Plot['update']>[0]): Plot {
  if (!existing) return plot(container, figure);
  existing.update(figure);
  return existing;
}

const nothing: RunHistory = { epochs: [], points: [] };

const endOf = ({ epochs, points }: RunHistory): HistoryEnd => ({
  epochs: epochs.length,
  points: points.length,
  lastEpoch: epochs.at(-1),
  lastPoint: points.at(-1),
});

const joined = (before: RunHistory, since: RunHistory): RunHistory => ({
  epochs: [...before.epochs, ...since.epochs],
  points: [...before.points, ...since.points],
});

const find = (runs: readonly MetricsRun[], folder: string): MetricsRun | undefined =>
  runs.find((run) => run.folder === folder);

const stampOf = ({ changed, status, bestEpoch }: MetricsRun): string => `${changed} ${status} ${bestEpoch}`;

new MetricsView();
