import * as vscode from 'vscode';
import { readRunRow } from '../../core/training/readRunRow.ts';
import type { RunListing } from '../../core/training/runListing.ts';
import { type RunRow, runTable } from '../../core/training/runTable.ts';
import { Disposable } from '../base/disposable.ts';
import { openPagePanel } from '../base/pagePanel.ts';
import { failureOf, reporting } from '../base/failures.ts';
import { saveImage } from '../base/saveFile.ts';
import type { Services } from '../base/services.ts';
import { WebviewHost, type PageHandlers } from '../base/webviewHost.ts';
import { hindrance } from '../metrics/metricsPage.ts';
import type { RunStore } from '../runs/runStore.ts';
import { runTitle } from '../runs/shortName.ts';
import { noteRuns, renameRun, tagRuns, writeNote } from '../runs/writeNotes.ts';

const panelType = 'xmlcnn.runsTable';

/** *XML-CNN: Show Runs Table*: one panel, which comes to the front when it is asked for again. */
export class RunsTable extends Disposable implements vscode.WebviewPanelSerializer {
  private open?: vscode.WebviewPanel;

  constructor(
    private readonly services: Services,
    private readonly runs: RunStore,
  ) {
    super();
    this.own(vscode.window.registerWebviewPanelSerializer(panelType, this));
    this.own(vscode.commands.registerCommand('xmlcnn.showRunsTable', () => this.show()));
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.fill(panel);
  }

  private show(): void {
    if (this.open) return this.open.reveal();
    this.fill(openPagePanel(panelType, vscode.l10n.t('Runs')));
  }

  private fill(panel: vscode.WebviewPanel): void {
    this.open = panel;
    const page = new RunsPanel(this.services, this.runs, panel);
    panel.onDidDispose(() => {
      page.dispose();
      if (this.open === panel) this.open = undefined;
    });
  }
}

/** Changes are gathered so long, in milliseconds: a run that is being trained changes with every epoch. */
const pause = 300;

class RunsPanel extends Disposable {
  private readonly host: WebviewHost<'runs'>;
  /** Rows by folder, each with the listing that it was read for. */
  private readonly known = new Map<string, { listing: string; row: RunRow }>();
  private pushed = '';
  private timer?: NodeJS.Timeout;
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly services: Services,
    private readonly runs: RunStore,
    panel: vscode.WebviewPanel,
  ) {
    super();
    panel.iconPath = vscode.Uri.joinPath(services.context.extensionUri, 'media', 'xmlcnn.svg');
    this.host = this.own(new WebviewHost(services, panel, 'runs', this.methods(), () => this.begin()));
    this.own(runs.onDidChange(() => this.later()));
    this.own(vscode.workspace.onDidGrantWorkspaceTrust(() => this.later()));
  }

  private methods(): PageHandlers<'runs'> {
    const { runs } = this;
    const run = async (command: string, ...args: unknown[]): Promise<void> => {
      await vscode.commands.executeCommand(`xmlcnn.${command}`, ...args);
    };
    // a page names runs by their folders; only those of the list are meant
    const known = (folders: string[]): string[] => folders.flatMap((folder) => runs.get(folder)?.folder ?? []);
    const forOne = async (folder: string, work: (folder: string) => Promise<void>): Promise<void> => {
      for (const one of known([folder])) await work(one);
    };
    return {
      compare: ({ folders }) => run('compareRuns', known(folders)),
      showMetrics: ({ folders }) => run('showMetrics', known(folders)),
      openPredictions: ({ folder }) => forOne(folder, (one) => run('openPredictions', one)),
      delete: ({ folders }) => run('deleteRun', known(folders)),
      pin: ({ folders, pinned }) => noteRuns(runs, known(folders), { pinned }),
      rename: ({ folder }) => forOne(folder, (one) => renameRun(runs, one)),
      note: ({ folder }) => forOne(folder, (one) => writeNote(runs, one)),
      tag: async ({ folders }) => {
        if (known(folders).length > 0) await tagRuns(runs, known(folders));
      },
      saveImage: reporting(this.services.log, ({ name, image }) => saveImage(name, image)),
      train: () => run('train'),
    };
  }

  override dispose(): void {
    clearTimeout(this.timer);
    super.dispose();
  }

  /** The page is loaded anew: it knows nothing. */
  private begin(): void {
    this.pushed = '';
    this.push();
  }

  private later(): void {
    this.timer ??= setTimeout(() => this.push(), pause);
  }

  /** One reading at a time: a later one must not be overtaken by an earlier. */
  private push(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.work = this.work.then(async () => {
      if (this.isDisposed) return;
      try {
        await this.runs.whenRead;
        const { runs } = this.runs;
        const table = runTable(await Promise.all(runs.map((listing) => this.rowOf(listing))));
        const problems = runs.flatMap(({ notesProblem }) => notesProblem ?? []);
        const event = { type: 'runs', table, problems, hindrance: hindrance() } as const;
        const text = JSON.stringify(event);
        if (text === this.pushed) return;
        if (this.host.push(event)) this.pushed = text;
      } catch (error) {
        this.host.push({ type: 'failed', failure: failureOf(error) });
      }
    });
  }

  /** A run whose files cannot be read any more is shown as damaged. */
  private async rowOf(listing: RunListing): Promise<RunRow> {
    const text = JSON.stringify(listing);
    const known = this.known.get(listing.folder);
    const isWhole = Object.keys(known?.row.figures.test ?? {}).length > 0 || listing.status === 'damaged';
    if (known?.listing === text && isWhole) return known.row; // an evaluation that comes later changes no listing
    const read = await readRunRow(listing).catch((error: unknown) =>
      readRunRow({ ...listing, status: 'damaged', problem: failureOf(error).message }),
    );
    const row = { ...read, title: runTitle(listing) };
    this.known.set(listing.folder, { listing: text, row });
    return row;
  }
}
