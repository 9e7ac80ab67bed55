import * as vscode from 'vscode';
import type { ComparePanelState } from '../../webview/protocol.ts';
import { readArguments } from '../base/commandArguments.ts';
import { Disposable } from '../base/disposable.ts';
import { openPagePanel } from '../base/pagePanel.ts';
import { reporting } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { foldersOf } from '../runs/chooseRun.ts';
import type { RunStore } from '../runs/runStore.ts';
import { chooseRuns } from './chooseRuns.ts';
import { ComparePanel } from './comparePanel.ts';

const panelType = 'xmlcnn.compare';

/** *XML-CNN: Compare Runs*. */
export class Compare extends Disposable implements vscode.WebviewPanelSerializer<Partial<ComparePanelState>> {
  constructor(
    private readonly services: Services,
    private readonly runs: RunStore,
  ) {
    super();
    this.own(vscode.window.registerWebviewPanelSerializer(panelType, this));
    const compare = reporting(services.log, (...args: unknown[]) => this.compare(foldersOf(readArguments(args))));
    this.own(vscode.commands.registerCommand('xmlcnn.compareRuns', compare));
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state?: Partial<ComparePanelState>): Promise<void> {
    if (state?.folders) this.fill(panel, { folders: state.folders, baseline: state.baseline });
    else panel.dispose();
  }

  /** One run is no comparison: it is picked in the list that opens. */
  private async compare(given: string[]): Promise<void> {
    const folders = given.length > 1 ? given : await chooseRuns(this.runs, given);
    if (!folders) return;
    const title = vscode.l10n.t('Compare Runs');
    this.fill(openPagePanel(panelType, title), { folders });
  }

  private fill(panel: vscode.WebviewPanel, state: ComparePanelState): void {
    const page = new ComparePanel(this.services, this.runs, panel, state);
    panel.onDidDispose(() => page.dispose());
  }
}
