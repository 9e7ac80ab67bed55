/** *Review Labels* and *Write Corrected Copy*. */
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { CorrectedCopy } from '../../core/data/corrections/correctedCopy.ts';
import { datasetFile } from '../../core/data/datasetFile.ts';
import { pathOf, type SourceOptions } from '../../core/data/document.ts';
import { fileOf } from '../../core/data/findSplits.ts';
import { UserError } from '../../core/base/errors.ts';
import type { ReviewPanelState } from '../../webview/protocol.ts';
import { type CommandArguments, readArguments } from '../base/commandArguments.ts';
import { Disposable } from '../base/disposable.ts';
import { openPagePanel } from '../base/pagePanel.ts';
import { reporting } from '../base/failures.ts';
import { showInformation } from '../base/notices.ts';
import type { Services } from '../base/services.ts';
import { chooseDataset } from '../datasets/datasets.ts';
import { chooseRun } from '../runs/chooseRun.ts';
import type { RunStore } from '../runs/runStore.ts';
import { mayStartJobs } from '../runs/trust.ts';
import { ReviewPanel, withPlace } from './reviewPanel.ts';

const viewType = 'xmlcnn.review';

interface ToReview {
  options?: SourceOptions;
  run?: string;
}

export class Review extends Disposable implements vscode.WebviewPanelSerializer<Partial<ReviewPanelState>> {
  private readonly panels = new Map<string, ReviewPanel>();

  constructor(
    private readonly services: Services,
    private readonly runs: RunStore,
  ) {
    super();
    this.own(vscode.window.registerWebviewPanelSerializer(viewType, this));
    const command = (name: string, run: (given: CommandArguments<ToReview>) => Promise<void>): void =>
      void this.own(
        vscode.commands.registerCommand(
          name,
          reporting(services.log, (...args: unknown[]) => run(readArguments(args))),
        ),
      );
    command('xmlcnn.reviewLabels', (given) => this.review(given));
    command('xmlcnn.writeCorrectedCopy', (given) => this.writeCopy(given));
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, kept?: Partial<ReviewPanelState>): Promise<void> {
    if (typeof kept?.path === 'string')
      this.adopt(panel, { path: kept.path, options: kept.options ?? {}, run: kept.run });
    else panel.dispose();
  }

  private async review({ path: given, options: { options = {}, run } }: CommandArguments<ToReview>): Promise<void> {
    const title = vscode.l10n.t('Review Labels');
    const chosen = given ?? (await chooseDataset(title, vscode.l10n.t('Review')));
    if (chosen === undefined) return;
    const path = pathOf(await fileOf(datasetFile(chosen)));
    const open = this.panels.get(path);
    if (open) return open.show(run);
    this.adopt(openPagePanel(viewType, title), { path, options, run });
  }

  private adopt(panel: vscode.WebviewPanel, state: ReviewPanelState): void {
    const adopted = this.own(new ReviewPanel(this.services, panel, state, () => this.chooseModel()));
    this.panels.set(state.path, adopted);
    panel.onDidDispose(() => {
      if (this.panels.get(state.path) === adopted) this.panels.delete(state.path);
    });
  }

  private async chooseModel(): Promise<string | undefined> {
    if (!(await mayStartJobs())) return undefined;
    const placeHolder = vscode.l10n.t('Run whose model is to be asked');
    return (await chooseRun(this.runs, placeHolder, ({ bestEpoch }) => bestEpoch > 0))?.folder;
  }

  private async writeCopy({ path: given, options: { options = {} } }: CommandArguments<ToReview>): Promise<void> {
    const title = vscode.l10n.t('Write Corrected Copy');
    const chosen = given ?? (await chooseDataset(title, vscode.l10n.t('Choose')));
    if (chosen === undefined) return;
    const dataset = await fileOf(datasetFile(chosen));
    const defaultUri = vscode.Uri.file(join(dirname(dataset.file), `corrected-${basename(dataset.file)}`));
    const target = (await vscode.window.showSaveDialog({ title, defaultUri }))?.fsPath;
    if (target === undefined) return;
    const params = { dataset, options: withPlace(this.services, pathOf(dataset), options), target };
    const copy = await this.copy(params);
    if (copy) void showInformation(copyText(copy));
  }

  /** As JSON lines where the format has no room for the labels, and the user agrees. */
  private async copy(params: {
    dataset: { file: string };
    options: SourceOptions;
    target: string;
  }): Promise<CorrectedCopy | undefined> {
    const runner = this.services.startRunner('review');
    try {
      return await runner.call('writeCopy', params);
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'no-room-for-labels') throw error;
      const asJson = vscode.l10n.t('Write JSON Lines');
      const said = await vscode.window.showWarningMessage(`${error.message}.`, { modal: true }, asJson);
      if (said !== asJson) return undefined;
      return await runner.call('writeCopy', { ...params, target: `${params.target}.jsonl`, form: 'jsonl' });
    } finally {
      runner.dispose();
    }
  }
}

function copyText({ changed, documents, files, refused }: CorrectedCopy): string {
  const [file] = files;
  const written = vscode.l10n.t('{0} of {1} documents changed in {2}.', changed, documents, basename(file));
  if (refused === 0) return written;
  return `${written} ${vscode.l10n.t('Corrections not applied, as the documents have changed since: {0}.', refused)}`;
}
