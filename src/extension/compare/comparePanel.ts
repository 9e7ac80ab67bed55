import * as vscode from 'vscode';
import { readComparedRun } from '../../core/training/runListing.ts';
import {
  type ComparedRun,
  compareRuns,
  type Comparison,
  comparisonMarkdown,
  groupCurve,
} from '../../core/training/compareRuns.ts';
import type { ComparedCurve, ComparePanelState } from '../../webview/protocol.ts';
import { Disposable } from '../base/disposable.ts';
import { failureOf, reporting } from '../base/failures.ts';
import { saveImage } from '../base/saveFile.ts';
import type { Services } from '../base/services.ts';
import { WebviewHost, type PageHandlers } from '../base/webviewHost.ts';
import type { RunStore } from '../runs/runStore.ts';
import { runTitle } from '../runs/shortName.ts';
import { chooseRuns } from './chooseRuns.ts';

/** Runs side by side in an editor. */
export class ComparePanel extends Disposable {
  private readonly host: WebviewHost<'compare'>;
  private comparison?: Comparison;
  private compared: ComparedRun[] = [];
  /** When each run had last changed as it was read. */
  private readAt = new Map<string, string>();

  constructor(
    services: Services,
    private readonly runs: RunStore,
    panel: vscode.WebviewPanel,
    private state: ComparePanelState,
  ) {
    super();
    panel.iconPath = vscode.Uri.joinPath(services.context.extensionUri, 'media', 'xmlcnn.svg');
    const methods: PageHandlers<'compare'> = {
      copyMarkdown: (options) => this.copyMarkdown(options),
      saveImage: reporting(services.log, ({ name, image }) => saveImage(name, image)),
      chooseRuns: reporting(services.log, () => this.chooseRuns()),
      chooseBaseline: ({ folder }) => this.chooseBaseline(folder),
      showMetrics: async ({ folders }) => {
        await vscode.commands.executeCommand('xmlcnn.showMetrics', folders);
      },
      reload: () => this.load(),
    };
    this.host = this.own(new WebviewHost(services, panel, 'compare', methods, () => void this.load()));
    this.own(runs.onDidChange(() => this.tellStale()));
  }

  private async load(): Promise<void> {
    const { state } = this;
    this.host.push({ type: 'loading', state });
    try {
      await this.runs.whenRead;
      const readAt = new Map(state.folders.map((folder) => [folder, this.changed(folder)]));
      const runs = this.named(await Promise.all(state.folders.map(readComparedRun)));
      if (state !== this.state) return;
      this.readAt = readAt;
      this.compared = runs;
      this.compare();
    } catch (error) {
      if (state === this.state) this.host.push({ type: 'failed', state, failure: failureOf(error) });
    }
  }

  /** Under their titles, where those distinguish them. */
  private named(runs: readonly ComparedRun[]): ComparedRun[] {
    const titles = runs.map(({ folder, name }) => runTitle({ name, notes: this.runs.get(folder)?.notes }));
    return runs.map((run, i) => ({ ...run, name: new Set(titles).size === titles.length ? titles[i] : run.name }));
  }

  private compare(): void {
    const { state, compared } = this;
    const comparison = (this.comparison = compareRuns(compared, state));
    this.host.push({ type: 'compared', state, comparison, curves: curvesOf(compared, comparison) });
  }

  private chooseBaseline(baseline: string): void {
    this.state = { ...this.state, baseline };
    this.compare();
  }

  private changed(folder: string): string {
    const run = this.runs.get(folder);
    return run ? `${run.changed} ${run.status} ${run.notes?.title ?? ''}` : '';
  }

  private tellStale(): void {
    const stale = [...this.readAt].filter(([folder, at]) => this.changed(folder) !== at);
    const name = (folder: string): string => this.comparison?.runs.find((run) => run.folder === folder)?.name ?? folder;
    if (stale.length > 0) this.host.push({ type: 'stale', names: stale.map(([folder]) => name(folder)) });
  }

  private async chooseRuns(): Promise<void> {
    const folders = await chooseRuns(this.runs, this.state.folders);
    if (!folders) return;
    this.state = { ...this.state, folders };
    await this.load();
  }

  private async copyMarkdown(options: { allKeys: boolean }): Promise<void> {
    if (!this.comparison) return;
    await vscode.env.clipboard.writeText(comparisonMarkdown(this.comparison, options));
    vscode.window.setStatusBarMessage(vscode.l10n.t('Comparison copied as Markdown'), 4000);
  }
}

function curvesOf(runs: readonly ComparedRun[], { groups }: Comparison): ComparedCurve[] {
  const metrics = runs.flatMap(({ history }) =>
    history.epochs.flatMap(({ validation }) => Object.keys(validation ?? {})),
  );
  return ['trainLoss', ...new Set(metrics)].map((metric) => ({
    metric,
    groups: groups.map((group) => groupCurve(runs, group, metric)),
  }));
}
