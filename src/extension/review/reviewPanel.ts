import { basename } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { isUnwritable } from '../../core/base/files.ts';
import type { RunEvent } from '../../core/base/events.ts';
import { datasetFile, datasetName } from '../../core/data/datasetFile.ts';
import type { CountedName, ReviewDecision, ReviewOverview } from '../../core/predict/reviewApi.ts';
import type { SourceOptions } from '../../core/data/document.ts';
import type { ParamsOf } from '../../rpc/call.ts';
import type { ReviewService } from '../../runner/services/review.ts';
import type { PageEvent, ReviewPanelState } from '../../webview/protocol.ts';
import { RunnerPanel, type PanelHandlers } from '../base/runnerPanel.ts';
import type { Services } from '../base/services.ts';

/** Where corrections are kept that could not be beside their dataset, by the dataset's path. */
const placesKey = 'xmlcnn.corrections';

const placesOf = ({ context }: Services): Record<string, string> => context.workspaceState.get(placesKey, {});

/** How a dataset is read, with the place of its corrections where it is another. */
export function withPlace(services: Services, path: string, options: SourceOptions): SourceOptions {
  const corrections = options.corrections ?? placesOf(services)[path];
  return corrections === undefined ? options : { ...options, corrections };
}

/** Reviewing the labels of one dataset: the panel, and the process that holds documents, model and queue. */
export class ReviewPanel extends RunnerPanel<'review'> {
  private progress: RunEvent | undefined;
  private overview: ReviewOverview | undefined;

  constructor(
    services: Services,
    panel: vscode.WebviewPanel,
    private state: ReviewPanelState,
    private readonly chooseRun: () => Promise<string | undefined>,
  ) {
    super(services, panel, 'review');
    void this.restart();
  }

  /** Comes to the front; asks another model where one is named. */
  show(run: string | undefined): void {
    this.panel.reveal();
    if (run !== undefined && run !== this.state.run) this.ask(run);
  }

  private ask(run: string): void {
    this.state = { ...this.state, run };
    void this.restart();
  }

  protected override get title(): string {
    return vscode.l10n.t('Review of {0}', basename(this.state.path));
  }

  protected override openingEvent(): PageEvent<'review'> {
    return { type: 'opening', state: this.state, name: datasetName(datasetFile(this.state.path)) };
  }

  protected override reportOpened(): void {
    if (this.overview) this.push({ type: 'opened', overview: this.overview });
    else if (this.progress) this.onOpening(this.progress);
  }

  protected override clear(): void {
    this.overview = this.progress = undefined;
  }

  protected override async toOpen(): Promise<ParamsOf<ReviewService, 'open'>> {
    const { path, options, run } = this.state;
    if (run !== undefined && !vscode.workspace.isTrusted)
      throw new UserError(
        'untrusted',
        vscode.l10n.t('This workspace is not trusted'),
        vscode.l10n.t('Trust it to see what its models predict.'),
      );
    const dataset = datasetFile(path);
    this.watch(dataset.file);
    return { ...dataset, options: withPlace(this.services, path, options), run };
  }

  protected override onOpening(event: RunEvent): void {
    this.progress = event;
    this.push({ type: 'progress', event });
  }

  protected override onOpened(overview: ReviewOverview): void {
    this.overview = overview;
    this.reportOpened();
  }

  protected override handlers(): PanelHandlers<'review'> {
    return {
      decide: (decision) => this.decide(decision),
      chooseLabel: async ({ present }) => chooseLabel(await this.client.call('labels', undefined), present),
      askReason: async ({ reason }) =>
        vscode.window.showInputBox({
          title: vscode.l10n.t('Note'),
          value: reason,
          prompt: vscode.l10n.t('Why these labels?'),
        }),
      openRecord: async ({ line, id }) => {
        const { path: file, options } = this.state;
        await vscode.commands.executeCommand('xmlcnn.openRecord', { ...datasetFile(file), line, id, options });
      },
      writeCopy: async () => {
        const { path, options } = this.state;
        await vscode.commands.executeCommand('xmlcnn.writeCorrectedCopy', path, { options });
      },
      chooseModel: async () => {
        const run = await this.chooseRun();
        if (run !== undefined) this.ask(run);
      },
    };
  }

  private async decide(decision: ReviewDecision): Promise<ReviewOverview | undefined> {
    try {
      return await this.client.call('decide', decision);
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      const place = await vscode.window.showSaveDialog({
        title: vscode.l10n.t('The folder of the dataset cannot be written: where to keep the corrections'),
        filters: { 'JSON Lines': ['jsonl'] },
      });
      if (!place) return undefined;
      const places = { ...placesOf(this.services), [this.state.path]: place.fsPath };
      await this.services.context.workspaceState.update(placesKey, places);
      await this.client.call('keepIn', { file: place.fsPath });
      return this.client.call('decide', decision);
    }
  }
}

interface LabelPick extends vscode.QuickPickItem {
  name: string;
}

/** One of all labels; what was typed can be a new one. */
function chooseLabel(labels: readonly CountedName[], present: readonly string[]): Promise<string | undefined> {
  const pick = vscode.window.createQuickPick<LabelPick>();
  pick.title = vscode.l10n.t('Add a Label');
  pick.matchOnDescription = true;
  const all = labels
    .filter(({ name }) => !present.includes(name))
    .map(({ name, display, documents }): LabelPick => ({
      name,
      label: display ?? name,
      description: `${display === undefined ? '' : `${name} · `}${documents.toLocaleString()}`,
    }));
  const known = new Set(labels.flatMap(({ name, display }) => [name, display ?? name]));
  const update = (): void => {
    const typed = pick.value.trim();
    const isNew = typed !== '' && !known.has(typed);
    const added: LabelPick = { name: typed, label: typed, description: vscode.l10n.t('new label'), alwaysShow: true };
    pick.items = isNew ? [...all, added] : all;
  };
  update();
  pick.onDidChangeValue(update);
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      // who types fast presses Enter before what was typed stands in the list
      const typed = pick.value.trim();
      const known = all.find(({ name, label }) => name === typed || label === typed);
      resolve((pick.selectedItems[0] ?? known)?.name ?? (typed || undefined));
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}
