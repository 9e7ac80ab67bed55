import type { Comparison } from '../../../core/training/compareRuns.ts';
import { connect, type Host } from '../../host.ts';
import { onThemeChange, plot, type Plot, readTheme, savedImage } from '../../plots/index.ts';
import type { Failure } from '../../../core/base/errors.ts';
import type { ComparedCurve, ComparePanelState, PageEvent, SavedImage } from '../../protocol.ts';
import { banner, button, checkbox, dropdown, el, failedState, PageFrame, replaceChildren } from '../../ui/index.ts';
import { curveFigure, metricTable, metricTitle, settingsTable } from './compareParts.ts';
import { t } from '../../l10n.ts';
import './compare.css';

interface PageState extends ComparePanelState {
  allKeys: boolean;
  allMetrics: boolean;
  metric: string;
}

/** Runs side by side: figures, curves, settings. */
class CompareView {
  private readonly host: Host<'compare'>;
  private state: PageState;
  private comparison?: Comparison;
  private curves: ComparedCurve[] = [];
  private curvePlot?: Plot;

  private readonly frame = new PageFrame(t('Compare Runs'), { isHeaderHidden: true });
  private readonly figures = el('div', { class: 'columns' });
  private readonly curve = el('div');
  private readonly settings = el('div');

  constructor() {
    this.host = connect<'compare'>((message) => this.onEvent(message));
    const known = this.host.getState() as Partial<PageState> | undefined;
    this.state = { folders: [], allKeys: false, allMetrics: false, metric: 'P@1', ...known };
    onThemeChange(() => this.drawTables());
    this.frame.showLoading(t('Reading the runs…'));
  }

  private onEvent(message: PageEvent<'compare'>): void {
    if (message.type === 'stale') return this.drawStale(message.names);
    this.set(message.state);
    if (message.type === 'loading') {
      if (!this.comparison) this.frame.showLoading(t('Reading the runs…'));
    } else if (message.type === 'failed') this.fail(message.failure);
    else {
      this.comparison = message.comparison;
      this.curves = message.curves;
      this.draw();
    }
  }

  private set(change: Partial<PageState>): void {
    this.state = { ...this.state, ...change };
    this.host.setState(this.state);
  }

  private fail(failure: Failure): void {
    this.comparison = undefined;
    this.frame.setTitle(t('Compare Runs'), { isHeaderHidden: true });
    this.frame.setBanners();
    const choose = {
      label: t('Choose Runs…'),
      run: () => this.frame.perform(() => this.host.call('chooseRuns', undefined)),
    };
    this.frame.show(failedState(failure, () => this.frame.perform(() => this.host.call('reload', undefined)), choose));
  }

  private drawStale(names: readonly string[]): void {
    const text =
      names.length === 1 ? t('{0} has changed since.', names[0]) : t('{0} have changed since.', names.join(', '));
    const reload = { label: t('Read Again'), run: () => this.frame.perform(() => this.host.call('reload', undefined)) };
    this.frame.setBanners(banner('stale', text, reload));
  }

  private draw(): void {
    const { runs, groups } = this.comparison!;
    const title =
      groups.length === runs.length
        ? t('{0} runs', runs.length)
        : t('{0} runs in {1} groups', runs.length, groups.length);
    this.curvePlot?.dispose();
    this.curvePlot = undefined;
    this.frame.setTitle(title);
    this.frame.setBanners();
    this.frame.show(this.toolbar(), this.figures, this.curveSection(), this.settings);
    this.drawTables();
    this.drawCurve();
  }

  private toolbar(): HTMLElement {
    const { allKeys, allMetrics, folders } = this.state;
    const change = (values: Partial<PageState>): void => {
      this.set(values);
      this.drawTables();
    };
    const copy = (): void => this.frame.perform(() => this.host.call('copyMarkdown', { allKeys: this.state.allKeys }));
    return el(
      'div',
      { class: 'toolbar' },
      button(t('Copy as Markdown'), copy, { appearance: 'primary', icon: 'copy' }),
      button(t('Choose Runs…'), () => this.frame.perform(() => this.host.call('chooseRuns', undefined))),
      button(t('Show in Metrics'), () => this.frame.perform(() => this.host.call('showMetrics', { folders })), {
        icon: 'metrics',
      }),
      this.comparison!.groups.length > 1 && this.baselineChoice(),
      checkbox({ label: t('All metrics'), checked: allMetrics, onChange: (value) => change({ allMetrics: value }) }),
      checkbox({ label: t('All settings'), checked: allKeys, onChange: (value) => change({ allKeys: value }) }),
    );
  }

  /** The run that others are measured against. */
  private baseline(): string {
    const { runs } = this.comparison!;
    return (runs.find(({ folder }) => folder === this.state.baseline) ?? runs[0]).folder;
  }

  private baselineChoice(): HTMLElement {
    const { runs, groups } = this.comparison!;
    const at = runs.findIndex(({ folder }) => folder === this.baseline());
    const group = groups.find(({ runs: members }) => members.includes(at))!;
    return dropdown({
      label: t('Compared with'),
      options: groups.map(({ name, runs: [first] }) => ({ value: runs[first].folder, label: name })),
      value: runs[group.runs[0]].folder,
      onChange: (folder) => this.frame.perform(() => this.host.call('chooseBaseline', { folder })),
    });
  }

  private drawTables(): void {
    const { comparison } = this;
    if (!comparison) return;
    const { allKeys, allMetrics } = this.state;
    const theme = readTheme();
    const styles = comparison.groups.map((_, i) => theme.series(i));
    const tables = (['test', 'validation'] as const).map((split) =>
      metricTable(split, comparison, { allMetrics, styles }),
    );
    const none =
      tables.every((table) => !table) && el('p', { class: 'muted' }, t('No run has been validated or tested yet.'));
    const hasSpread = comparison.metrics.some(({ cells }) => cells.some((cell) => cell?.sd !== undefined));
    const note = hasSpread && el('p', { class: 'muted' }, t('± is the standard deviation over seeds.'));
    replaceChildren(this.figures, ...tables, none, note);
    const baseline = comparison.runs.findIndex(({ folder }) => folder === this.baseline());
    replaceChildren(this.settings, settingsTable(comparison, allKeys, baseline));
  }

  private curveSection(): HTMLElement | undefined {
    const known = this.curves.filter(({ groups }) => groups.some(({ epochs }) => epochs.length > 0));
    if (known.length === 0) return undefined;
    if (!known.some(({ metric }) => metric === this.state.metric)) this.set({ metric: known[0].metric });
    const choose = (metric: string): void => {
      this.set({ metric });
      this.drawCurve();
    };
    const options = known.map(({ metric }) => ({
      value: metric,
      label: metric === 'trainLoss' ? metricTitle(metric) : metric,
    }));
    const save = async (kind: SavedImage['kind']): Promise<void> => {
      if (!this.curvePlot) return;
      const image = await savedImage(this.curvePlot, kind);
      await this.host.call('saveImage', { name: `comparison ${this.state.metric}`, image });
    };
    return el(
      'section',
      { class: 'section' },
      el(
        'div',
        { class: 'row' },
        el('h2', { class: 'grow' }, t('Curves')),
        dropdown({ label: t('Metric'), options, value: this.state.metric, onChange: choose }),
        button('PNG', () => this.frame.perform(() => save('png')), {
          icon: 'export',
          tooltip: t('Export the plot as PNG'),
        }),
        button('SVG', () => this.frame.perform(() => save('svg')), {
          icon: 'export',
          tooltip: t('Export the plot as SVG'),
        }),
      ),
      this.curve,
    );
  }

  private drawCurve(): void {
    const curve = this.curves.find(({ metric }) => metric === this.state.metric);
    if (!curve || !this.comparison || !this.curve.isConnected) return;
    const figure = curveFigure(curve, this.comparison);
    if (this.curvePlot) this.curvePlot.update(figure);
    else this.curvePlot = plot(this.curve, figure);
  }
}

new CompareView();
