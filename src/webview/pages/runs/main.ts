import type { Failure } from '../../../core/base/errors.ts';
import { findRows, type RunColumn, type RunRow, type RunTable, sortRows } from '../../../core/training/runTable.ts';
import { connect, type Host } from '../../host.ts';
import { onThemeChange } from '../../plots/index.ts';
import type { MetricsHindrance, PageEvent } from '../../protocol.ts';
import {
  banner,
  button,
  checkbox,
  dropdown,
  el,
  emptyState,
  keepingFocus,
  keyed,
  PageFrame,
  pagedTable,
  type PagedTable,
  replaceChildren,
  tabs,
  textField,
} from '../../ui/index.ts';
import { t } from '../../l10n.ts';
import { parallelCoordinates, pointedText } from './parallelCoordinates.ts';
import { runColumns } from './runsColumns.ts';
import {
  datasetsOf,
  figureColumns,
  figureTitle,
  initialState,
  mostSettings,
  type RunsState,
  settingTitles,
} from './runsState.ts';
import './runs.css';

/** Rows of a page: more are turned to. */
const pageSize = 50;
/** Settings that parallel coordinates have an axis for. */
const mostAxes = 7;
/** An axis with its values needs so much, in pixels. */
const leastAxis = 84;

/** All runs: a table of their figures and settings, and parallel coordinates of the same. */
class RunsView {
  private readonly host: Host<'runs'>;
  private state: RunsState;
  private table?: RunTable;
  private problems: readonly string[] = [];
  private hindrance?: MetricsHindrance;
  /** The rows that the search finds. */
  private found: RunRow[] = [];

  private readonly frame = new PageFrame(t('Runs'), { isHeaderHidden: true });
  private readonly search: HTMLElement;
  private readonly choices = el('span', { class: 'row' });
  private readonly selection = el('div', {
    class: 'toolbar',
    attributes: { role: 'group', 'aria-label': t('Selection') },
  });
  private readonly tableBox = el('div', { class: 'runs-table' });
  private readonly parallelBox = el('div', { class: 'parallel-box' });
  private readonly parallelChoices = el('div', { class: 'toolbar' });
  private readonly pointed = el('div');
  private readonly parts: HTMLElement;
  private paged?: PagedTable;
  private columnsShown = '';
  private readonly boxes = new Map<string, HTMLInputElement>();
  /** Folders of rows that begin a dataset. */
  private starts = new Set<string>();

  constructor() {
    this.host = connect<'runs'>((event) => this.onEvent(event));
    this.state = { ...initialState, ...(this.host.getState() as Partial<RunsState> | undefined) };
    this.search = this.searchField();
    const parallel = el('div', {}, this.parallelChoices, this.parallelBox, this.pointed);
    const { element } = tabs({
      label: t('Runs'),
      titles: { table: t('Table'), parallel: t('Parallel Coordinates') },
      parts: { table: { element: this.tableBox }, parallel: { element: parallel } },
      selected: this.state.tab,
      onSelect: (tab) => {
        this.set({ tab });
        this.drawParallel();
      },
    });
    this.parts = element;
    onThemeChange(() => this.drawParallel());
    new ResizeObserver(() => this.drawParallel()).observe(parallel);
    this.frame.showLoading(t('Reading the runs…'));
  }

  private onEvent(event: PageEvent<'runs'>): void {
    if (event.type === 'failed') return this.fail(event.failure);
    this.table = event.table;
    this.problems = event.problems;
    this.hindrance = event.hindrance;
    const there = new Set(event.table.rows.map(({ folder }) => folder));
    this.set({ selected: this.state.selected.filter((folder) => there.has(folder)) });
    this.draw();
  }

  private fail({ message, remedy }: Failure): void {
    this.frame.setBanners(banner('warning', `${message}. ${remedy}`));
  }

  private set(change: Partial<RunsState>): void {
    this.state = { ...this.state, ...change };
    this.host.setState(this.state);
  }

  private readonly call = (work: () => Promise<unknown>): void =>
    this.frame.perform(async () => {
      await work();
    });

  private draw(): void {
    if (!this.table) return;
    if (this.table.rows.length === 0) return this.frame.show(this.emptyState());
    this.frame.setBanners(...this.problems.map((problem) => banner('warning', problem)));
    this.frame.show(el('div', { class: 'toolbar' }, this.search, this.choices), this.selection, this.parts);
    this.drawFound();
  }

  private emptyState(): HTMLElement {
    this.frame.setBanners();
    if (this.hindrance === 'noFolder')
      return emptyState(t('No runs'), t('Runs are kept in the folder that is open, and none is.'));
    if (this.hindrance === 'untrusted')
      return emptyState(
        t('No runs'),
        t('Nothing is trained in Restricted Mode: trust this workspace to train models.'),
      );
    return emptyState(t('No runs yet'), t('Train models, and they are listed here with their figures and settings.'), {
      label: t('Train'),
      run: () => this.call(() => this.host.call('train', undefined)),
    });
  }

  private searchField(): HTMLElement {
    const placeholder = t('Name, note, tag or setting, such as learningRate=0.01');
    const field = textField({
      label: t('Find runs'),
      hideLabel: true,
      placeholder,
      value: this.state.search,
      icon: 'search',
      onInput: (search) => {
        this.set({ search });
        this.drawFound();
      },
    });
    field.classList.add('table-search');
    return field;
  }

  /** All that depends on which rows the search finds. */
  private drawFound(): void {
    this.found = findRows(this.table!, this.state.search);
    this.drawChoices();
    this.drawSelection();
    this.drawTable();
    this.drawParallel();
  }

  private drawChoices(): void {
    const { grouped, showsAllSettings } = this.state;
    const settings = settingTitles(this.found).size;
    const change = (values: Partial<RunsState>): void => {
      this.set(values);
      this.drawTable();
    };
    keepingFocus(this.choices, () =>
      replaceChildren(
        this.choices,
        datasetsOf(this.found).length > 1 &&
          keyed(
            'grouped',
            checkbox({ label: t('By dataset'), checked: grouped, onChange: (value) => change({ grouped: value }) }),
          ),
        settings > mostSettings &&
          keyed(
            'settings',
            checkbox({
              label: t('All {0} settings that differ', settings),
              checked: showsAllSettings,
              onChange: (value) => change({ showsAllSettings: value }),
            }),
          ),
      ),
    );
  }

  private select(selected: string[]): void {
    this.set({ selected });
    for (const [folder, box] of this.boxes) {
      box.checked = selected.includes(folder);
      box.closest('tr')?.classList.toggle('selected', box.checked);
    }
    this.drawSelection();
    this.drawParallel();
  }

  private readonly toggle = ({ folder }: RunRow): void => {
    const { selected } = this.state;
    this.select(selected.includes(folder) ? selected.filter((other) => other !== folder) : [...selected, folder]);
  };

  private drawSelection(): void {
    const { found, host } = this;
    const folders = this.state.selected;
    const chosen = this.table!.rows.filter(({ folder }) => folders.includes(folder));
    const isPinned = chosen.length > 0 && chosen.every(({ pinned }) => pinned);
    const act = (key: string, label: string, least: number, most: number, work: () => Promise<unknown>): HTMLElement =>
      keyed(
        key,
        button(label, () => this.call(work), { disabled: folders.length < least || folders.length > most }),
      );
    const [folder = ''] = folders;
    keepingFocus(this.selection, () =>
      replaceChildren(
        this.selection,
        el(
          'span',
          { class: 'count', attributes: { role: 'status' } },
          t('{0} of {1} runs selected', folders.length, this.table!.rows.length),
        ),
        keyed(
          'all',
          button(t('Select All'), () => this.select([...new Set([...folders, ...found.map((row) => row.folder)])])),
        ),
        keyed(
          'none',
          button(t('Select None'), () => this.select([]), { disabled: folders.length === 0 }),
        ),
        act('compare', t('Compare'), 2, Infinity, () => host.call('compare', { folders })),
        act('metrics', t('Show in Metrics'), 1, Infinity, () => host.call('showMetrics', { folders })),
        act('predictions', t('Open Predictions'), 1, 1, () => host.call('openPredictions', { folder })),
        act('pin', isPinned ? t('Unpin') : t('Pin'), 1, Infinity, () =>
          host.call('pin', { folders, pinned: !isPinned }),
        ),
        act('rename', t('Rename…'), 1, 1, () => host.call('rename', { folder })),
        act('note', t('Note…'), 1, 1, () => host.call('note', { folder })),
        act('tag', t('Tags…'), 1, Infinity, () => host.call('tag', { folders })),
        act('delete', t('Delete…'), 1, Infinity, () => host.call('delete', { folders })),
      ),
    );
  }

  /** The table is made anew where its columns are others. */
  private drawTable(): void {
    const { found, state } = this;
    const columns = runColumns(found, { showsAllSettings: state.showsAllSettings, box: (row) => this.box(row) });
    const shown = JSON.stringify([columns.map(({ id, title }) => [id, title]), found.map(({ figures }) => figures)]);
    if (shown === this.columnsShown && this.paged) return void this.paged.refresh();
    this.columnsShown = shown;
    this.paged = pagedTable<RunRow>({
      label: t('Runs'),
      columns,
      pageSize,
      sort: { column: state.column, descending: state.descending },
      load: ({ offset, limit, sort }) => {
        if (sort) this.set({ column: sort.column as RunColumn, descending: sort.descending });
        const rows = this.sorted();
        return Promise.resolve({ rows: rows.slice(offset, offset + limit), total: rows.length });
      },
      rowKey: ({ folder }) => folder,
      rowClass: ({ folder }) =>
        [this.starts.has(folder) && 'group-start', this.state.selected.includes(folder) && 'selected']
          .filter(Boolean)
          .join(' '),
      onOpen: this.toggle,
      emptyText: t('No run has these words.'),
    });
    replaceChildren(this.tableBox, this.paged.element);
  }

  private sorted(): RunRow[] {
    const { column, descending, grouped } = this.state;
    const rows = sortRows(this.found, { column, descending, grouped });
    const keyOf = (row: RunRow | undefined): string | undefined => row?.dataset?.validation.key;
    const starts = grouped ? rows.filter((row, i) => i > 0 && keyOf(row) !== keyOf(rows[i - 1])) : [];
    this.starts = new Set(starts.map(({ folder }) => folder));
    this.boxes.clear();
    return rows;
  }

  private box(row: RunRow): HTMLElement {
    const box = el('input', {
      attributes: {
        ...{ type: 'checkbox', 'aria-label': t('Select {0}', row.title) },
        checked: this.state.selected.includes(row.folder),
      },
      on: { change: () => this.toggle(row) },
    });
    this.boxes.set(row.folder, box);
    return box;
  }

  // ── parallel coordinates ──

  private drawParallel(): void {
    if (!this.table || this.state.tab !== 'parallel') return;
    const datasets = datasetsOf(this.found);
    const dataset = datasets.find(({ key }) => key === this.state.dataset) ?? datasets[0];
    const rows = this.found.filter((row) => row.dataset && row.dataset.validation.key === dataset?.key);
    const figures = figureColumns(rows);
    const metrics = figures.map(({ split, metric }) => ({
      value: `${split} ${metric}` as RunColumn,
      label: figureTitle(split, metric),
    }));
    const metric = metrics.find(({ value }) => value === this.state.metric) ?? metrics.at(0);
    this.drawParallelChoices(datasets, dataset?.key, metrics, metric?.value);
    const settings = [...settingTitles(rows)].slice(0, mostAxes);
    if (!metric || settings.length === 0) {
      replaceChildren(this.pointed);
      return replaceChildren(this.parallelBox, el('p', { class: 'muted' }, this.nothingParallel(rows, metric)));
    }
    const axes = [
      ...settings.map(([key, title]) => ({ column: `setting ${key}` as RunColumn, title })),
      { column: metric.value, title: metric.label },
    ];
    const width = Math.max(this.parallelBox.clientWidth, axes.length * leastAxis);
    const show = (row: RunRow | undefined): void => replaceChildren(this.pointed, pointedText(row, axes));
    show(undefined);
    const options = { rows, axes, selected: new Set(this.state.selected), width, onToggle: this.toggle, onPoint: show };
    replaceChildren(this.parallelBox, parallelCoordinates(options));
  }

  private nothingParallel(rows: readonly RunRow[], metric: unknown): string {
    if (rows.length === 0) return t('No run has these words.');
    return metric === undefined ? t('No run has been validated or tested yet.') : t('All settings are the same.');
  }

  private drawParallelChoices(
    datasets: ReturnType<typeof datasetsOf>,
    dataset: string | undefined,
    metrics: { value: RunColumn; label: string }[],
    metric: RunColumn | undefined,
  ): void {
    const key = JSON.stringify([datasets, dataset, metrics, metric]);
    if (this.parallelChoices.dataset.shown === key) return; // a list that is open stays so
    this.parallelChoices.dataset.shown = key;
    const change = (values: Partial<RunsState>): void => {
      this.set(values);
      this.drawParallel();
    };
    const save = async (): Promise<void> => {
      const picture = this.parallelBox.querySelector('svg');
      if (!picture) return;
      const source = new XMLSerializer().serializeToString(picture);
      await this.host.call('saveImage', { name: t('parallel coordinates'), image: { kind: 'svg', source } });
    };
    replaceChildren(
      this.parallelChoices,
      metric !== undefined &&
        dropdown({
          label: t('Metric'),
          options: metrics,
          value: metric,
          onChange: (value) => change({ metric: value }),
        }),
      datasets.length > 1 &&
        dropdown({
          label: t('Dataset'),
          options: datasets.map(({ key: value, name }) => ({ value, label: name })),
          value: dataset!,
          onChange: (value) => change({ dataset: value }),
        }),
      metric !== undefined &&
        button('SVG', () => this.call(save), { icon: 'export', tooltip: t('Export the plot as SVG') }),
    );
  }
}

new RunsView();
