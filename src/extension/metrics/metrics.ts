import * as vscode from 'vscode';
import { readArguments } from '../base/commandArguments.ts';
import { Disposable } from '../base/disposable.ts';
import { openPagePanel } from '../base/pagePanel.ts';
import { reporting } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { foldersOf } from '../runs/chooseRun.ts';
import type { Jobs } from '../runs/jobs.ts';
import type { RunStore } from '../runs/runStore.ts';
import { MetricsPage } from './metricsPage.ts';

const view = 'xmlcnn.metrics';

/** *Metrics*: the view in the side bar, and the same page in an editor. */
export class Metrics extends Disposable implements vscode.WebviewViewProvider, vscode.WebviewPanelSerializer {
  private inView?: MetricsPage;
  private inEditor?: { panel: vscode.WebviewPanel; page: MetricsPage };
  /** Chosen before the view was there. */
  private waiting?: string[];

  constructor(
    private readonly services: Services,
    private readonly runs: RunStore,
    private readonly jobs: Jobs,
  ) {
    super();
    this.own(vscode.window.registerWebviewViewProvider(view, this));
    this.own(vscode.window.registerWebviewPanelSerializer(view, this));
    const show = reporting(services.log, (...args: unknown[]) => this.show(foldersOf(readArguments(args))));
    this.own(vscode.commands.registerCommand('xmlcnn.showMetrics', show));
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const page = new MetricsPage(this.services, view, this.runs, this.jobs, 'sideBar', (folders) =>
      this.openInEditor(folders),
    );
    this.inView = page;
    view.onDidDispose(() => {
      page.dispose();
      if (this.inView === page) this.inView = undefined;
    });
    if (this.waiting) page.select(this.waiting);
    this.waiting = undefined;
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.fill(panel);
  }

  /** Shows the view, with these runs where some are named. */
  private async show(folders: string[]): Promise<void> {
    if (folders.length > 0 && this.inView) this.inView.select(folders);
    else this.waiting = folders.length > 0 ? folders : undefined;
    await vscode.commands.executeCommand(`${view}.focus`);
  }

  private openInEditor(folders?: string[]): void {
    if (this.inEditor) this.inEditor.panel.reveal();
    else {
      const title = vscode.l10n.t('Metrics');
      this.fill(openPagePanel(view, title));
    }
    if (folders?.length) this.inEditor?.page.select(folders);
  }

  private fill(panel: vscode.WebviewPanel): void {
    panel.iconPath = vscode.Uri.joinPath(this.services.context.extensionUri, 'media', 'xmlcnn.svg');
    const page = new MetricsPage(this.services, panel, this.runs, this.jobs, 'editor', () => panel.reveal());
    this.inEditor = { panel, page };
    panel.onDidDispose(() => {
      page.dispose();
      if (this.inEditor?.page === page) this.inEditor = undefined;
    });
  }

  override dispose(): void {
    this.inEditor?.page.dispose(); // its panel outlives a reload of the window
    this.inView?.dispose();
    super.dispose();
  }
}
