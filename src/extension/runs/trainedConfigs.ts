import * as vscode from 'vscode';
import { Disposable } from '../base/disposable.ts';
import type { Job, Jobs } from './jobs.ts';
import { isRunOf } from './runFolders.ts';

/** Whether a job trains with a config, or goes on with a run of it: a run that is resumed knows only its own copy. */
export const isTraining = ({ task, state: { folder } }: Job, document: vscode.TextDocument): boolean => {
  const { fsPath } = document.uri;
  if (task.kind === 'evaluate') return false;
  return task.configFile === fsPath || (folder !== undefined && isRunOf(folder, document.getText(), fsPath));
};

/** For the manifest's `when` clauses: the open configs that are being trained with, and whether anything runs. */
export class TrainedConfigs extends Disposable {
  constructor(private readonly jobs: Jobs) {
    super();
    this.own(jobs.onDidChange(() => this.announce()));
    const { onDidOpenTextDocument, onDidSaveTextDocument } = vscode.workspace;
    for (const event of [onDidOpenTextDocument, onDidSaveTextDocument])
      this.own(event((document) => void (isConfig(document) && this.announce())));
    this.announce(); // an extension host that crashed may have left other values
  }

  private announce(): void {
    const { all } = this.jobs;
    const configs = all.length > 0 ? vscode.workspace.textDocuments.filter(isConfig) : [];
    const trained = configs.filter((document) => all.some((job) => isTraining(job, document)));
    const files = trained.map(({ uri }) => uri.fsPath);
    void vscode.commands.executeCommand('setContext', 'xmlcnn.configsInTraining', files);
    void vscode.commands.executeCommand('setContext', 'xmlcnn.isRunning', all.length > 0);
  }
}

const isConfig = ({ languageId, uri }: vscode.TextDocument): boolean =>
  languageId === 'xmlcnn' && uri.scheme === 'file';
