import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { RunEvent } from '../../core/base/events.ts';
import { UserError } from '../../core/base/errors.ts';
import { readHistory } from '../../core/training/metricsLog.ts';
import { historyCsv, historySince } from '../../core/training/runHistory.ts';
import type { RunListing } from '../../core/training/runListing.ts';
import type { MetricsHindrance, MetricsRun } from '../../webview/protocol.ts';
import { Disposable } from '../base/disposable.ts';
import { reporting } from '../base/failures.ts';
import { saveFile, saveImage } from '../base/saveFile.ts';
import type { Services } from '../base/services.ts';
import { WebviewHost, type PageHandlers } from '../base/webviewHost.ts';
import { windowAnswers } from '../base/windowAnswers.ts';
import type { JobEvent, RunStore } from '../runs/runStore.ts';
import { progressParts } from '../runs/jobText.ts';
import type { Job, Jobs } from '../runs/jobs.ts';
import { precisions } from '../runs/runText.ts';
import { runTitle } from '../runs/shortName.ts';

type StepEvent = Extract<RunEvent, { type: 'step' }>;

/** Time between two steps of a job that are passed on at least, in milliseconds. */
const liveEvery = 250;

/** The learning curves in a webview, be it the side bar's or an editor's, kept up with the runs. */
export class MetricsPage extends Disposable {
  private readonly host: WebviewHost<'metrics'>;
  /** Chosen while no page listened. */
  private chosen: string[] | undefined;
  /** Runs whose last step has just been passed on. */
  private readonly resting = new Set<string>();

  constructor(
    services: Services,
    view: vscode.WebviewPanel | vscode.WebviewView,
    private readonly runs: RunStore,
    private readonly jobs: Jobs,
    private readonly place: 'sideBar' | 'editor',
    openInEditor: (folders: string[]) => void,
  ) {
    super();
    const methods: PageHandlers<'metrics'> = {
      history: async ({ folder, known }) => historySince(await readHistory(this.known(folder)), known),
      saveImage: reporting(services.log, ({ name, image }) => saveImage(name, image)),
      saveCsv: reporting(services.log, ({ folders }) => saveCsv(runs, folders)),
      openInEditor: ({ folders }) => openInEditor(folders),
      train: () => run('xmlcnn.train'),
      createRunConfig: () => run('xmlcnn.createRunConfig'),
      openFolder: () => run('vscode.openFolder'),
      resume: ({ folder }) => run('xmlcnn.resume', this.known(folder)),
      compare: ({ folders }) => run('xmlcnn.compareRuns', folders),
    };
    this.host = this.own(new WebviewHost(services, view, 'metrics', methods, () => this.listens()));
    this.own(runs.onDidChange(() => void this.pushRuns()));
    this.own(runs.onDidTell((event) => this.onTold(event)));
    this.own(jobs.onDidChange(() => this.pushBeginning()));
    this.own(jobs.onDidProgress((job) => this.isBeginning(job) && this.pushBeginning()));
    this.own(vscode.workspace.onDidGrantWorkspaceTrust(() => void this.pushRuns()));
  }

  select(folders: string[]): void {
    this.chosen = this.host.push({ type: 'select', folders }) ? undefined : folders;
  }

  private listens(): void {
    if (this.chosen) this.select(this.chosen);
    void this.pushRuns();
  }

  private async pushRuns(): Promise<void> {
    await this.runs.whenRead;
    const runs = this.runs.runs.map(metricsRun);
    this.host.push({ type: 'runs', runs, hindrance: hindrance(), place: this.place });
    this.pushBeginning();
  }

  private isBeginning({ state: { kind, folder } }: Job): boolean {
    return kind !== 'evaluate' && (folder === undefined || !this.runs.get(folder));
  }

  /** A large dataset is read for minutes before there is a run. */
  private pushBeginning(): void {
    const jobs = this.jobs.all.filter((job) => this.isBeginning(job));
    const rows = jobs.map(({ state }) => `${state.title}: ${progressParts(state, vscode.l10n.t).join(' · ')}`);
    this.host.push({ type: 'beginning', jobs: rows });
  }

  private onTold({ folder, event }: JobEvent): void {
    if (folder === undefined) return;
    if (event.type === 'step') {
      if (!this.resting.has(folder)) void this.tellStep(folder, event);
    } else if (event.type === 'epoch') this.runs.refreshRunSoon(folder);
  }

  /** The next one waits until the window has taken this in: it may have much to draw. */
  private async tellStep(folder: string, event: StepEvent): Promise<void> {
    this.resting.add(folder);
    const { epoch, loss, done, total, documentsPerSecond, secondsLeft } = event;
    this.host.push({ type: 'live', folder, epoch, loss, done, total, documentsPerSecond, secondsLeft });
    await Promise.all([windowAnswers(), setTimeout(liveEvery)]);
    this.resting.delete(folder);
  }

  /** A page asks for runs by their folders; only those of the list are read. */
  private known(folder: string): string {
    const found = this.runs.get(folder);
    if (!found) throw runGone(folder);
    return found.folder;
  }
}

const runGone = (folder: string): UserError =>
  new UserError(
    'run-not-found',
    vscode.l10n.t('This run is not there any more'),
    vscode.l10n.t('Choose another run.'),
    { file: folder },
  );

export const hindrance = (): MetricsHindrance | undefined =>
  !vscode.workspace.workspaceFolders?.length ? 'noFolder' : vscode.workspace.isTrusted ? undefined : 'untrusted';

const run = async (command: string, ...args: unknown[]): Promise<void> => {
  await vscode.commands.executeCommand(command, ...args);
};

function metricsRun(listing: RunListing): MetricsRun {
  const { folder, name, status, problem, monitor, bestEpoch, changed, unlabelled: without, linearAhead } = listing;
  const precision = precisions(listing).at(-1); // validation's where it is known: its course is what is drawn
  const unlabelled = without?.validation;
  const figures = { bestEpoch, precision, unlabelled, linearAhead, dataset: listing.measuredOn };
  return { folder, name, title: runTitle(listing), status, problem, monitor, ...figures, changed };
}

async function saveCsv(runs: RunStore, folders: string[]): Promise<void> {
  const chosen = folders.flatMap((folder) => runs.get(folder) ?? []);
  const all = await Promise.all(chosen.map(async ({ name, folder }) => ({ name, history: await readHistory(folder) })));
  return saveFile(`${chosen.map(({ name }) => name).join(' ')} metrics`, 'csv', historyCsv(all));
}
