import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Split } from '../../core/base/splits.ts';
import { type Progress, Rate } from '../../core/base/progress.ts';
import type { BulkResult } from '../../core/predict/predictDataset.ts';
import { predictionFormat } from '../../core/predict/predictionRows.ts';
import type { SetTarget } from '../../core/predict/runDocuments.ts';
import { splitOfFile, splitsOf } from '../../core/text/drawnSplits.ts';
import { exists, readRunConfig, runPaths } from '../../core/training/runFolder.ts';
import type { PredictionsToExport } from '../../runner/services/exporter.ts';
import { type CommandArguments, readArguments } from '../base/commandArguments.ts';
import { Disposable } from '../base/disposable.ts';
import { reporting } from '../base/failures.ts';
import { showInformation } from '../base/notices.ts';
import { callNotified, percentDone, type Shown } from '../base/notifiedCall.ts';
import { askWhere } from '../base/saveFile.ts';
import type { Services } from '../base/services.ts';
import type { ActiveModel } from '../hover/activeModel.ts';
import type { Predictions } from '../predictions/predictions.ts';
import { chooseRun } from '../runs/chooseRun.ts';
import { timeText } from '../runs/jobText.ts';
import type { RunStore } from '../runs/runStore.ts';
import { shortName } from '../runs/shortName.ts';
import { mayStartJobs } from '../runs/trust.ts';

/** What whoever calls says of an export. */
interface Asked {
  run?: string;
  target?: SetTarget;
}

/** *Export Predictions…*: a split or a file with the labels that a run predicts, written by a runner process. */
export class PredictionsExport extends Disposable {
  constructor(
    private readonly services: Services,
    private readonly runs: RunStore,
    private readonly model: ActiveModel,
    private readonly predictions: Predictions,
  ) {
    super();
    const work = reporting(services.log, (...args: unknown[]) => this.export(readArguments(args)));
    this.own(vscode.commands.registerCommand('xmlcnn.exportPredictions', work));
  }

  private async export(given: CommandArguments): Promise<void> {
    if (!(await mayStartJobs())) return;
    const asked = await this.asked(given);
    const run = asked.run ?? (await this.chosenRun());
    const target = run === undefined ? undefined : (asked.target ?? (await chooseTarget(run)));
    const parts = target && (await chooseParts());
    if (run === undefined || !target || !parts) return;
    const output = await askWhere(`${nameOf(run, target)}-predictions`, ...kindsFor(target));
    if (output === undefined) return;
    predictionFormat(output);
    const threads = vscode.workspace.getConfiguration('xmlcnn').get('threads', 0) || undefined;
    await showWritten(output, await this.written({ run, target, output, threads, ...parts }));
  }

  /** The row of a run names that, anything else a file. */
  private async asked({ path }: CommandArguments): Promise<Asked> {
    if (path === undefined) return this.predictions.active ?? {};
    if (await exists(runPaths(path).labels)) return { run: path };
    return { target: { file: path } };
  }

  private async chosenRun(): Promise<string | undefined> {
    const placeHolder = vscode.l10n.t('Run whose predictions to export');
    const chosen = this.model.run?.folder;
    return (await chooseRun(this.runs, placeHolder, ({ bestEpoch }) => bestEpoch > 0, chosen))?.folder;
  }

  private written(params: PredictionsToExport): Promise<Omit<BulkResult, 'findings'>> {
    const title = vscode.l10n.t('Exporting predictions to {0}', basename(params.output));
    return callNotified(this.services, 'exporter', title, 'predictions', params, shower());
  }
}

/** Documents a second and the time left; splits that are drawn are looked for first, which is not counted. */
function shower(): (event: Progress) => Shown {
  const { t } = vscode.l10n;
  let documentsRate: Rate | undefined;
  let bytesRate: Rate | undefined;
  return (event) => {
    const { phase, done, total, documents = 0 } = event;
    const percent = percentDone(event);
    if (phase === 'reading') return { message: t('Reading {0}%', Math.floor(percent)) };
    const perSecond = Math.round((documentsRate ??= new Rate(documents)).perSecond(documents));
    const left = (bytesRate ??= new Rate(done)).secondsFor(total - done, done);
    const parts = [
      `${Math.floor(percent)}%`,
      ...(perSecond > 0 ? [t('{0} documents/s', perSecond.toLocaleString('en-US'))] : []),
      ...(left > 0 ? [t('{0} left', timeText(left, t))] : []),
    ];
    return { percent, message: parts.join('  ') };
  };
}

async function chooseTarget(run: string): Promise<SetTarget | undefined> {
  const { t } = vscode.l10n;
  const config = await readRunConfig(runPaths(run));
  const names: Record<Split, string> = {
    test: t('Test documents'),
    validation: t('Validation documents'),
    train: t('Training documents'),
  };
  const items = [
    ...splitsOf(config).map((split) => ({ label: names[split], split })),
    { label: t('Choose a File…'), split: undefined },
  ];
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: t('Documents to predict labels for') });
  if (!chosen) return undefined;
  if (chosen.split) return { split: chosen.split };
  const [file] =
    (await vscode.window.showOpenDialog({
      title: t('File to predict labels for'),
      openLabel: t('Predict'),
      defaultUri: vscode.Uri.file(dirname(config.dataset.train)),
    })) ?? [];
  if (!file) return undefined;
  const split = splitOfFile(config, { file: file.fsPath });
  return split ? { split } : { file: file.fsPath };
}

/** What goes into the file; nothing needs to be chosen. */
async function chooseParts(): Promise<Pick<PredictionsToExport, 'isAbove' | 'explain'> | undefined> {
  const { t } = vscode.l10n;
  const above = {
    label: t('Only Labels Above the Threshold'),
    detail: t(
      'As the run decides: by what was tuned on validation, else above 0.5; otherwise the five likeliest labels are written',
    ),
  };
  const evidence = {
    label: t('Evidence'),
    detail: t('Words that spoke for each label and against it; takes longer'),
  };
  const options = { canPickMany: true as const, placeHolder: t('Labels and probabilities are written, and…') };
  const chosen = await vscode.window.showQuickPick([above, evidence], options);
  return chosen && { isAbove: chosen.includes(above), explain: chosen.includes(evidence) };
}

const nameOf = (run: string, target: SetTarget): string =>
  'split' in target
    ? `${shortName(basename(run))}-${target.split}`
    : basename(target.file).replace(/(?:\.\w{1,10}){1,2}$/, '');

/** Tables become tables. */
const kindsFor = (target: SetTarget): [string, string] =>
  'file' in target && /\.json\w*(?:\.gz)?$/i.test(target.file) ? ['jsonl', 'csv'] : ['csv', 'jsonl'];

async function showWritten(output: string, result: Omit<BulkResult, 'findings'>): Promise<void> {
  const { t } = vscode.l10n;
  const count = result.documents.toLocaleString('en-US');
  const text = t('{0}: predictions for {1} documents', basename(output), count);
  const leftOut = result.skipped > 0 ? ` ${t('({0} could not be read)', result.skipped.toLocaleString('en-US'))}` : '';
  const open = t('Open');
  if ((await showInformation(text + leftOut, open)) === open)
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(output));
}
