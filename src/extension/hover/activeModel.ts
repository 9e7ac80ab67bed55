import * as vscode from 'vscode';
import { exists, runPaths } from '../../core/training/runFolder.ts';
import type { RunListing } from '../../core/training/runListing.ts';
import { Disposable } from '../base/disposable.ts';
import type { Services } from '../base/services.ts';
import type { RunStore } from '../runs/runStore.ts';
import { runDescription } from '../runs/runText.ts';
import { shortName } from '../runs/shortName.ts';
import { clip, escapeIcons } from './escape.ts';
import { UserError } from '../../core/base/errors.ts';
import type { CommandArguments } from '../base/commandArguments.ts';
import { named } from '../runs/chooseRun.ts';
import { mayStartJobs } from '../runs/trust.ts';

const memoryKey = 'xmlcnn.model';
/** What is remembered where the user wants no model. */
const none = '';

/** The run whose model predicts in the editor: the one chosen, else the newest that is finished. None without trust. */
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

  get run(): RunListing | undefined {
    if (!vscode.workspace.isTrusted) return undefined;
    const chosen = this.services.context.workspaceState.get<string>(memoryKey);
    if (chosen === none) return undefined;
    const isFinished = ({ status }: RunListing): boolean => status === 'finished' || status === 'early';
    return this.usable.find(({ folder }) => folder === chosen) ?? this.usable.find(isFinished);
  }

  /** undefined: no model. */
  async choose(folder: string | undefined): Promise<void> {
    await this.services.context.workspaceState.update(memoryKey, folder ?? none);
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

/** Shows which model predicts in the editor; a click chooses another. Hidden while there is none to choose. */
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
  const active = model.run;
  const items = candidates.map((run) => ({
    label: `${run.folder === active?.folder ? '$(check) ' : ''}${escapeIcons(shortName(run.name))}`,
    description: runDescription(run, undefined, t),
    detail: escapeIcons(vscode.workspace.asRelativePath(run.folder)),
    folder: run.folder as string | undefined,
  }));
  const off = {
    label: `${active ? '' : '$(check) '}${t('No model')}`,
    description: t('Hovers show nothing'),
    detail: undefined,
    folder: undefined,
  };
  const title = t('Select Model');
  const placeHolder = t('The run whose model predicts labels in the editor');
  const chosen = await vscode.window.showQuickPick([...items, off], { title, placeHolder, matchOnDetail: true });
  if (chosen) await model.choose(chosen.folder);
}
