import * as vscode from 'vscode';
import { readArguments } from '../base/commandArguments.ts';
import { Disposable } from '../base/disposable.ts';
import { reporting } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import type { Jobs } from '../runs/jobs.ts';
import type { TrainingTimes } from '../runs/trainingTimes.ts';
import type { RunStore } from '../runs/runStore.ts';
import { ConfigCodeLenses } from './codeLenses.ts';
import { ConfigDocuments } from './configDocuments.ts';
import { createRunConfig } from './createRunConfig.ts';
import { RunConfigDiagnostics } from './configDiagnostics.ts';
import { registerLanguageProviders } from './languageProviders.ts';
import { registerQuickFixes } from './quickFixes.ts';

/** Writing run configs: the language, and the command that makes one for a dataset. */
export class RunConfigFeature extends Disposable {
  constructor(services: Services, runs: RunStore, jobs: Jobs, times: TrainingTimes) {
    super();
    const configs = new ConfigDocuments();
    this.own(new RunConfigDiagnostics(configs));
    this.own(registerLanguageProviders(configs));
    this.own(registerQuickFixes(configs));
    this.own(new ConfigCodeLenses(configs, runs, jobs, times, services.log));
    const create = reporting(services.log, (...args: unknown[]) => createRunConfig(services, readArguments(args)));
    this.own(vscode.commands.registerCommand('xmlcnn.createRunConfig', create));
  }
}
