import * as vscode from 'vscode';
import { Disposable } from '../base/disposable.ts';
import type { Services } from '../base/services.ts';
import { registerRunCommands } from './commands.ts';
import { JobNotices } from './jobNotices.ts';
import { Jobs } from './jobs.ts';
import type { RunStore } from './runStore.ts';
import { RunsTree } from './runsTree.ts';
import { JobStatusBar } from './statusBar.ts';

/** Training, evaluation and the view of the runs. */
export class RunsFeature extends Disposable {
  constructor(services: Services, runs: RunStore) {
    super();
    const jobs = this.own(new Jobs(services, runs));
    const notices = this.own(new JobNotices(services, jobs));
    this.own(new RunsTree(runs, jobs));
    this.own(new JobStatusBar(jobs));
    this.own(registerRunCommands(services, runs, jobs));
    this.own(jobs.onDidChange(() => setContext(jobs)));
    setContext(jobs); // an extension host that crashed may have left other values
    void notices.offerToResume();
  }
}

/** For the manifest's `when` clauses: the configs that are being trained with, and whether anything runs. */
function setContext(jobs: Jobs): void {
  const files = jobs.all.flatMap(({ task }) => (task.kind === 'evaluate' ? [] : [task.configFile]));
  void vscode.commands.executeCommand('setContext', 'xmlcnn.configsInTraining', files);
  void vscode.commands.executeCommand('setContext', 'xmlcnn.isRunning', jobs.all.length > 0);
}
