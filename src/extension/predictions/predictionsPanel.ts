import { onlyFile, pathOf } from '../../core/data/document.ts';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { RunEvent } from '../../core/base/events.ts';
import type { Scored, ScoredTarget } from '../../core/predict/scored.ts';
import type { SetTarget } from '../../core/predict/runDocuments.ts';
import { splitOfFile, splitsOf } from '../../core/text/drawnSplits.ts';
import { readRunConfig, runPaths } from '../../core/training/runFolder.ts';
import type { Split } from '../../core/base/splits.ts';
import type { OtherRun } from '../../core/predict/scoredRun.ts';
import type { RunListing } from '../../core/training/runListing.ts';
import type { CallContext, ParamsOf } from '../../rpc/call.ts';
import type { PredictionsService } from '../../runner/services/predictions.ts';
import type { PageEvent, PredictionsPage } from '../../webview/protocol.ts';
import { RunnerPanel, type PanelHandlers } from '../base/runnerPanel.ts';
import type { Services } from '../base/services.ts';
import { chooseRun } from '../runs/chooseRun.ts';
import type { RunStore } from '../runs/runStore.ts';

/** The predictions of one run for one target: the panel, and the process that holds model and scores. */
export class PredictionsPanel extends RunnerPanel<'predictions'> {
  private scored: Scored | undefined;
  /** A page that is loaded again must not wait for the next. */
  private progress: RunEvent | undefined;

  constructor(
    services: Services,
    panel: vscode.WebviewPanel,
    private readonly folder: string,
    private target: ScoredTarget,
    private readonly runs: RunStore,
  ) {
    super(services, panel, 'predictions');
    this.own(vscode.workspace.onDidGrantWorkspaceTrust(() => void this.restart()));
    void this.restart();
  }

  get isActive(): boolean {
    return this.panel.active;
  }

  /** Of a text that is in no file there are no documents. */
  get shown(): { run: string; target?: SetTarget } {
    const { folder: run, target } = this;
    if (target.kind === 'text') return { run };
    return { run, target: target.kind === 'split' ? { split: target.split } : onlyFile(target) };
  }

  /** Whether a target is to be shown here: one panel for each run's documents, and one for its single texts. */
  serves(folder: string, { kind }: ScoredTarget): boolean {
    const isSingle = (which: ScoredTarget['kind']): boolean => which === 'text' || which === 'record';
    return runPaths(folder).folder === runPaths(this.folder).folder && isSingle(kind) === isSingle(this.target.kind);
  }

  /** Comes to the front; reads only where something else was shown. */
  show(target: ScoredTarget): void {
    this.panel.reveal();
    if (JSON.stringify(target) !== JSON.stringify(this.target)) this.showInstead(target);
  }

  private showInstead(target: ScoredTarget): void {
    this.target = target;
    void this.restart();
  }

  private get runName(): string {
    return this.runs.titleOf(this.folder);
  }

  protected override get title(): string {
    return vscode.l10n.t('Predictions: {0}', this.runName);
  }

  protected override openingEvent(): PageEvent<'predictions'> {
    return { type: 'opening', state: { folder: this.folder, target: this.target }, run: this.runName };
  }

  protected override reportOpened(): void {
    if (this.scored) this.push({ type: 'opened', scored: this.scored });
    else if (this.progress) this.onOpening(this.progress);
  }

  protected override clear(): void {
    this.scored = this.progress = undefined;
  }

  protected override async toOpen(): Promise<ParamsOf<PredictionsService, 'open'>> {
    if (!vscode.workspace.isTrusted)
      throw new UserError(
        'untrusted',
        vscode.l10n.t('This workspace is not trusted'),
        vscode.l10n.t('Trust it to see what its models predict.'),
      );
    const { folder, target } = this;
    this.watch(runPaths(folder).checkpoint('best')); // the best weights change where the run is trained further
    const threads = vscode.workspace.getConfiguration('xmlcnn').get('threads', 0) || undefined;
    return { folder, target, threads };
  }

  protected override onOpening(event: RunEvent): void {
    this.progress = event;
    this.push({ type: 'progress', event });
  }

  protected override onOpened(scored: Scored): void {
    this.scored = scored;
    if (scored.file !== undefined) this.watch(scored.file);
    this.reportOpened();
  }

  protected override handlers(): PanelHandlers<'predictions'> {
    return {
      splits: () => this.splits().catch(() => []), // what is wrong with the config is what the page shows
      openRecord: (record) => this.openRecord(record),
      chooseSplit: ({ split }) => this.showInstead({ kind: 'split', split }),
      chooseOther: (_, context) => this.chooseOther(context),
      export: () => void vscode.commands.executeCommand('xmlcnn.exportPredictions'),
      chooseFile: () => void this.chooseFile(),
      showWholeFile: () => this.showWholeFile(),
      evaluate: () => void this.restart({ evaluate: true }),
      resume: () => void vscode.commands.executeCommand('xmlcnn.resume', this.folder),
      reviewLabels: () => this.reviewLabels(),
      manageTrust: () => void vscode.commands.executeCommand('workbench.trust.manage'),
    };
  }

  private async splits(): Promise<Split[]> {
    return splitsOf(await readRunConfig(runPaths(this.folder)));
  }

  private async openRecord({ place, id }: ParamsOf<PredictionsPage, 'openRecord'>): Promise<void> {
    const { file, part, options } = this.scored ?? {};
    if (file === undefined) return;
    await vscode.commands.executeCommand('xmlcnn.openRecord', { file, part, place, id, options });
  }

  private async reviewLabels(): Promise<void> {
    const { file, part, options } = this.scored ?? {};
    if (file === undefined) return;
    await vscode.commands.executeCommand('xmlcnn.reviewLabels', pathOf({ file, part }), { options, run: this.folder });
  }

  private async chooseFile(): Promise<void> {
    const config = await readRunConfig(runPaths(this.folder)).catch(() => undefined);
    const [chosen] =
      (await vscode.window.showOpenDialog({
        title: vscode.l10n.t('File to predict labels for'),
        openLabel: vscode.l10n.t('Open Predictions'),
        defaultUri: vscode.Uri.file(dirname(config?.dataset.train ?? this.folder)),
      })) ?? [];
    if (!chosen) return;
    const split = config && splitOfFile(config, { file: chosen.fsPath });
    this.showInstead(split ? { kind: 'split', split } : { kind: 'file', file: chosen.fsPath });
  }

  private async chooseOther({ signal }: CallContext<never>): Promise<OtherRun | undefined> {
    const isOther = ({ folder, bestEpoch }: RunListing): boolean =>
      bestEpoch > 0 && runPaths(folder).folder !== runPaths(this.folder).folder;
    const other = await chooseRun(this.runs, vscode.l10n.t('Run to compare with'), isOther);
    if (!other) return undefined;
    const threads = vscode.workspace.getConfiguration('xmlcnn').get('threads', 0) || undefined;
    return this.client.call('compareWith', { folder: other.folder, threads }, { signal });
  }

  private async showWholeFile(): Promise<void> {
    if (this.target.kind !== 'record') return;
    const { line, number } = this.target;
    const dataset = onlyFile(this.target);
    const split = splitOfFile(await readRunConfig(runPaths(this.folder)), dataset);
    this.showInstead(split ? { kind: 'split', split, line, number } : { kind: 'file', ...dataset, line, number });
  }
}
