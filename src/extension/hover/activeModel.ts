import * as vscode from 'vscode';
import { exists, runPaths } from '../../core/training/runFolder.ts';
import type { RunListing } from '../../core/training/runListing.ts';
import { Disposable } from '../base/disposable.ts';
import type { Services } from '../base/services.ts';
import type { RunStore } from '../runs/runStore.ts';
import { runDescription } from '../runs/runText.ts';
import { runTitle } from '../runs/shortName.ts';
import { clip, escapeIcons } from './escape.ts';
import { UserError } from '../../core/base/errors.ts';
import type { CommandArguments } from '../base/commandArguments.ts';
import { named } from '../runs/chooseRun.ts';
import { mayStartJobs } from '../runs/trust.ts';
import { reporting } from '../base/failures.ts';
import type { FileModels } from './fileModels.ts';

const memoryKey = 'xmlcnn.model';
/** What is remembered where the user wants no model. */
const none = '';

/** The run whose model predicts in the editor: the one chosen, else that of each file. None without trust. */
export class ActiveModel extends Disposable {
  private readonly changed = this.own(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changed.event;
  private usable: readonly RunListing[] = [];
  private latest = 0;

  constructor(
    private readonly services: Services,
    private readonly runs: RunStore,
  ) {
    super();
    this.own(runs.onDidChange(() => void this.refresh()));
    this.own(vscode.workspace.onDidGrantWorkspaceTrust(() => void this.refresh()));
    void this.refresh();
  }

  /** Runs with a model, the newest first. */
  get candidates(): readonly RunListing[] {
    return this.usable;
  }

  /** The user wants no model, or the workspace is not trusted. */
  get isOff(): boolean {
    return !vscode.workspace.isTrusted || this.remembered === none;
  }

  /** Chosen by the user, for every text. */
  get chosen(): RunListing | undefined {
    return this.isOff ? undefined : this.usable.find(({ folder }) => folder === this.remembered);
  }

  /** The one chosen, else the newest that is finished: for commands that need one, whatever the file. */
  get run(): RunListing | undefined {
    const isFinished = ({ status }: RunListing): boolean => status === 'finished' || status === 'early';
    return this.isOff ? undefined : (this.chosen ?? this.usable.find(isFinished));
  }

  private get remembered(): string | undefined {
    return this.services.context.workspaceState.get<string>(memoryKey);
  }

  /** `none`: no model; undefined: that of each file. */
  async choose(folder: string | undefined): Promise<void> {
    await this.services.context.workspaceState.update(memoryKey, folder);
    this.announce();
  }

  /** Reads which runs have a model. */
  async refresh(): Promise<void> {
    const turn = ++this.latest;
    const { runs } = this.runs;
    const haveModel = await Promise.all(runs.map(({ folder }) => exists(runPaths(folder).checkpoint('best'))));
    if (turn !== this.latest || this.isDisposed) return;
    this.usable = runs.filter(({ status }, i) => haveModel[i] && status !== 'damaged');
    this.announce();
  }

  private announce(): void {
    void vscode.commands.executeCommand('setContext', 'xmlcnn.hasModel', this.run !== undefined);
    this.changed.fire();
  }
}

const longestName = 30;

/** Shows which model predicts in the active editor; a click chooses another. Hidden while there is none to choose. */
export class ModelStatusBar extends Disposable {
  private readonly item = this.own(
    vscode.window.createStatusBarItem('xmlcnn.model', vscode.StatusBarAlignment.Right, 90),
  );
  private turn = 0;

  constructor(
    private readonly services: Services,
    private readonly model: ActiveModel,
    private readonly models: FileModels,
  ) {
    super();
    this.item.name = vscode.l10n.t('XML-CNN Model');
    this.item.command = 'xmlcnn.selectModel';
    const show = reporting(services.log, () => this.show());
    this.own(model.onDidChange(show));
    this.own(vscode.window.onDidChangeActiveTextEditor(show));
    void show();
  }

  private async show(): Promise<void> {
    const turn = ++this.turn;
    const { t } = vscode.l10n;
    if (this.model.candidates.length === 0 || !vscode.workspace.isTrusted) return this.item.hide();
    const document = vscode.window.activeTextEditor?.document;
    const run = document ? await this.runOf(document) : this.model.chosen;
    if (turn !== this.turn) return;
    this.item.text = `$(tag) ${run ? escapeIcons(clip(runTitle(run), longestName)) : t('No model')}`;
    this.item.tooltip = run
      ? t(
          '{0} ({1}) predicts the labels of texts that you point at. Click to choose another model.',
          run.name,
          runDescription(run, undefined, t),
        )
      : t('No model predicts in this file. Click to choose one.');
    this.item.show();
  }

  private async runOf(document: vscode.TextDocument): Promise<RunListing | undefined> {
    try {
      return (await this.models.of(document))?.run;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.services.log.warn(error.describe()); // a hover will show it
      return undefined;
    }
  }
}

/** Lets the user choose the model that predicts in the editor, or takes the run given. */
export async function selectModel(model: ActiveModel, runs: RunStore, given: CommandArguments): Promise<void> {
  if (!(await mayStartJobs())) return;
  const { t } = vscode.l10n;
  await runs.whenRead;
  await model.refresh();
  const name = named(given);
  if (name?.type === 'run') return model.choose(name.folder);
  const { candidates } = model;
  if (candidates.length === 0)
    throw new UserError(
      'no-model',
      t('No run of this workspace has a model yet'),
      t('Train one with "XML-CNN: Train".'),
    );
  const { chosen: active, isOff } = model;
  const check = (is: boolean): string => (is ? '$(check) ' : '');
  const items = candidates.map((run) => ({
    label: `${check(run.folder === active?.folder)}${escapeIcons(runTitle(run))}`,
    description: runDescription(run, undefined, t),
    detail: escapeIcons(vscode.workspace.asRelativePath(run.folder)),
    folder: run.folder as string | undefined,
  }));
  const byFile = {
    label: `${check(!active && !isOff)}${t('By file')}`,
    description: t('In each dataset the model that was trained on it; none in other texts'),
    detail: undefined,
    folder: undefined,
  };
  const off = {
    label: `${check(isOff)}${t('No model')}`,
    description: t('Hovers show nothing'),
    detail: undefined,
    folder: none,
  };
  const title = t('Select Model');
  const placeHolder = t('The run whose model predicts labels in the editor');
  const chosen = await vscode.window.showQuickPick([...items, byFile, off], {
    title,
    placeHolder,
    matchOnDetail: true,
  });
  if (chosen) await model.choose(chosen.folder);
}
