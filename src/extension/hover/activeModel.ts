import * as vscode from 'vscode';
import { exists, runPaths } from '../../core/training/runFolder.ts';
import type { RunListing } from '../../core/training/runListing.ts';
import { Disposable } from '../base/disposable.ts';
import type { Services } from '../base/services.ts';
import type { RunStore } from '../runs/runStore.ts';

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
    this.tell();
  }

  /** Reads which runs have a model. */
  async refresh(): Promise<void> {
    const turn = ++this.latest;
    const { runs } = this.runs;
    const haveModel = await Promise.all(runs.map(({ folder }) => exists(runPaths(folder).checkpoint('best'))));
    if (turn !== this.latest || this.isDisposed) return;
    this.usable = runs.filter(({ status }, i) => haveModel[i] && status !== 'damaged');
    this.tell();
  }

  private tell(): void {
    void vscode.commands.executeCommand('setContext', 'xmlcnn.hasModel', this.run !== undefined);
    this.changed.fire();
  }
}
