import * as vscode from 'vscode';
import { Disposable } from '../base/disposable.ts';
import type { Jobs } from './jobs.ts';
import { statusLines, statusText } from './jobText.ts';

/** The jobs' progress in the status bar; a click leads to the metrics, or to the runs where there are several. */
export class JobStatusBar extends Disposable {
  private readonly item = this.own(
    vscode.window.createStatusBarItem('xmlcnn.jobs', vscode.StatusBarAlignment.Left, 10),
  );

  constructor(private readonly jobs: Jobs) {
    super();
    this.item.name = vscode.l10n.t('XML-CNN Runs');
    this.own(jobs.onDidChange(() => this.show()));
    this.own(jobs.onDidProgress(() => this.show()));
  }

  private show(): void {
    const states = this.jobs.all.map(({ state }) => state);
    const text = statusText(states, vscode.l10n.t);
    if (text === undefined) {
      this.item.hide();
      return;
    }
    this.item.text = text;
    this.item.tooltip = statusLines(states, vscode.l10n.t).join('\n');
    const [{ folder, kind }] = states;
    this.item.command =
      states.length === 1 && folder !== undefined && kind !== 'evaluate'
        ? { command: 'xmlcnn.showMetrics', title: vscode.l10n.t('Show Metrics'), arguments: [folder] }
        : { command: 'xmlcnn.runs.focus', title: vscode.l10n.t('Show Runs') };
    this.item.show();
  }
}
