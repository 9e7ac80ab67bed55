/** *Predictions*: what a run predicts for the documents of a split or a file, or for one text. */
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { DatasetFile } from '../../core/data/document.ts';
import type { ScoredTarget } from '../../core/predict/scored.ts';
import type { SetTarget } from '../../core/predict/runDocuments.ts';
import { splitOfFile, splitsOf } from '../../core/text/drawnSplits.ts';
import { UserError } from '../../core/base/errors.ts';
import { exists, readRunConfig, runPaths } from '../../core/training/runFolder.ts';
import type { Split } from '../../core/base/splits.ts';
import type { RunConfig } from '../../core/config/runConfig.ts';
import { type CommandArguments, readArguments } from '../base/commandArguments.ts';
import { Disposable } from '../base/disposable.ts';
import { openPagePanel } from '../base/pagePanel.ts';
import { reporting } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { chooseRun, named } from '../runs/chooseRun.ts';
import type { RunStore } from '../runs/runStore.ts';
import { mayStartJobs } from '../runs/trust.ts';
import { panelState } from './panelState.ts';
import { PredictionsPanel } from './predictionsPanel.ts';

const viewType = 'xmlcnn.predictions';

/** What to show of a run; its test documents where nothing is named. */
interface ToShow {
  /** A file, or a record of it by its line and number. */
  file?: string;
  part?: DatasetFile['part'];
  line?: number;
  number?: number;
  text?: string;
  /** A split, or the name of an evaluated file. */
  evaluation?: string;
}

export class Predictions extends Disposable {
  private readonly panels = new Set<PredictionsPanel>();

  constructor(
    private readonly services: Services,
    private readonly runs: RunStore,
  ) {
    super();
    const open = reporting(services.log, (...args: unknown[]) => this.open(readArguments(args)));
    this.own(vscode.commands.registerCommand('xmlcnn.openPredictions', open));
    this.own(
      vscode.window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: async (panel, kept) => this.restore(panel, kept),
      }),
    );
  }

  /** What the page shows that has the focus: the run, and its documents where it shows some. */
  get active(): { run: string; target?: SetTarget } | undefined {
    return [...this.panels].find(({ isActive }) => isActive)?.shown;
  }

  private async open(given: CommandArguments<ToShow>): Promise<void> {
    if (!(await mayStartJobs())) return;
    const folder = await this.folderOf(given);
    const target = folder === undefined ? undefined : await targetOf(folder, given.options);
    if (folder === undefined || !target) return;
    const open = [...this.panels].find((panel) => panel.serves(folder, target));
    if (open) return open.show(target);
    this.adopt(openPagePanel(viewType, 'Predictions'), folder, target);
  }

  private async folderOf(given: CommandArguments<ToShow>): Promise<string | undefined> {
    const name = named(given);
    if (name?.type === 'run') return name.folder;
    const placeHolder = vscode.l10n.t('Run whose predictions to look at');
    return (await chooseRun(this.runs, placeHolder, ({ bestEpoch }) => bestEpoch > 0))?.folder;
  }

  private restore(panel: vscode.WebviewPanel, kept: unknown): void {
    const state = panelState(kept);
    if (state) this.adopt(panel, state.folder, state.target);
    else panel.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, folder: string, target: ScoredTarget): void {
    const adopted = this.own(new PredictionsPanel(this.services, panel, folder, target, this.runs));
    this.panels.add(adopted);
    panel.onDidDispose(() => this.panels.delete(adopted));
  }
}

async function targetOf(folder: string, { text, evaluation, ...asked }: ToShow): Promise<ScoredTarget | undefined> {
  if (text !== undefined) return { kind: 'text', text };
  const { file, part, line, number } = asked;
  if (file !== undefined && line !== undefined) return { kind: 'record', file, part, line, number };
  if (file === undefined && evaluation === undefined) return { kind: 'split', split: await firstSplit(folder) };
  const config = await readRunConfig(runPaths(folder));
  if (file !== undefined) return fileTarget(config, file);
  if (evaluation === 'test' || evaluation === 'validation' || evaluation === 'train')
    return { kind: 'split', split: evaluation };
  const found = join(dirname(config.dataset.train), evaluation!);
  if (await exists(found)) return fileTarget(config, found);
  throw new UserError(
    'file-not-found',
    vscode.l10n.t('It is not known where the evaluated file {0} is', evaluation!),
    vscode.l10n.t('Open the predictions of the run, and choose the file there.'),
  );
}

/** Test documents where there are some, else those of validation. What is wrong with a config is what the page shows. */
async function firstSplit(folder: string): Promise<Split> {
  const config = await readRunConfig(runPaths(folder)).catch(() => undefined);
  return (config && splitsOf(config)[0]) ?? 'test';
}

function fileTarget(config: RunConfig, file: string): ScoredTarget {
  const split = splitOfFile(config, { file });
  return split ? { kind: 'split', split } : { kind: 'file', file };
}
