import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { ExportFormat, ExportResult } from '../../core/export/exportModel.ts';
import { readArguments } from '../base/commandArguments.ts';
import { Disposable } from '../base/disposable.ts';
import { reporting } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { showInformation } from '../base/notices.ts';
import { callNotified, percentDone } from '../base/notifiedCall.ts';
import { chooseRun, named, type Named } from '../runs/chooseRun.ts';
import type { RunStore } from '../runs/runStore.ts';
import { mayStartJobs } from '../runs/trust.ts';

/** *Export Model*: a run's best weights for other programs, written by a runner process. */
export class ExportFeature extends Disposable {
  constructor(
    private readonly services: Services,
    private readonly runs: RunStore,
  ) {
    super();
    const work = reporting(services.log, (...args: unknown[]) => this.export(named(readArguments(args))));
    this.own(vscode.commands.registerCommand('xmlcnn.exportModel', work));
  }

  private async export(given: Named): Promise<void> {
    if (!(await mayStartJobs())) return;
    const run = given?.type === 'run' ? given.folder : await this.chosenRun();
    if (run === undefined) return;
    const format = await chooseFormat();
    if (format) await showWritten(await this.written(run, format));
  }

  private async chosenRun(): Promise<string | undefined> {
    const placeHolder = vscode.l10n.t('Run to export the model of');
    return (await chooseRun(this.runs, placeHolder, ({ bestEpoch }) => bestEpoch > 0))?.folder;
  }

  private written(run: string, format: ExportFormat): Promise<ExportResult> {
    const title = vscode.l10n.t('Exporting {0}', basename(run));
    return callNotified(this.services, 'exporter', title, 'export', { run, format }, (event) => {
      const percent = percentDone(event);
      return { percent, message: `${Math.floor(percent)}%` };
    });
  }
}

async function chooseFormat(): Promise<ExportFormat | undefined> {
  const item = (format: ExportFormat, label: string, detail: string) => ({ format, label, detail });
  const items = [
    item('safetensors', 'safetensors', vscode.l10n.t('For PyTorch, with the parameter names of LibMultiLabel')),
    item('onnx', 'ONNX', vscode.l10n.t('For ONNX Runtime and what else reads it: word ids in, probabilities out')),
    item('tfjs', 'TensorFlow.js', vscode.l10n.t('A graph model for browsers and Node: word ids in, probabilities out')),
  ];
  const placeHolder = vscode.l10n.t('Format to export the model in');
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.format;
}

async function showWritten({ run, folder, files, bytes }: ExportResult): Promise<void> {
  const openCard = vscode.l10n.t('Open Model Card');
  const showFolder = vscode.l10n.t('Show Folder');
  const text = vscode.l10n.t('{0} exported: {1}, {2} MB', basename(run), files[0], (bytes / 1e6).toFixed(1));
  const chosen = await showInformation(text, openCard, showFolder);
  const card = vscode.Uri.file(join(folder, files[files.length - 1]));
  if (chosen === openCard) await vscode.commands.executeCommand('markdown.showPreview', card);
  if (chosen === showFolder) {
    const isInside = vscode.workspace.getWorkspaceFolder(card) !== undefined;
    await vscode.commands.executeCommand(isInside ? 'revealInExplorer' : 'revealFileInOS', card);
  }
}
