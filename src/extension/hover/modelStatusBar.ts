import * as vscode from 'vscode';
import { Disposable } from '../base/disposable.ts';
import { runDescription, shortName } from '../runs/runText.ts';
import type { ActiveModel } from './activeModel.ts';
import { clip, escapeIcons } from './escape.ts';

const longestName = 30;

/** Tells which model predicts in the editor; a click chooses another. Hidden while there is none to choose. */
export class ModelStatusBar extends Disposable {
  private readonly item = this.own(
    vscode.window.createStatusBarItem('xmlcnn.model', vscode.StatusBarAlignment.Right, 90),
  );

  constructor(private readonly model: ActiveModel) {
    super();
    this.item.name = vscode.l10n.t('XML-CNN Model');
    this.item.command = 'xmlcnn.selectModel';
    this.own(model.onDidChange(() => this.show()));
    this.show();
  }

  private show(): void {
    const { t } = vscode.l10n;
    const { run, candidates } = this.model;
    if (candidates.length === 0 || !vscode.workspace.isTrusted) return this.item.hide();
    this.item.text = `$(tag) ${run ? escapeIcons(clip(shortName(run.name), longestName)) : t('No model')}`;
    this.item.tooltip = run
      ? t(
          '{0} ({1}) predicts the labels of texts that you point at. Click to choose another model.',
          run.name,
          runDescription(run, undefined, t),
        )
      : t('No model predicts in the editor. Click to choose one.');
    this.item.show();
  }
}
