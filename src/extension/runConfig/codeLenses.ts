import { dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import { modelParts, modelSize } from '../../core/config/language/modelSize.ts';
import type { RunConfig } from '../../core/config/runConfig.ts';
import type { Analysis } from '../../core/config/validate.ts';
import {
  hasSameData,
  listRuns,
  readRunFacts,
  type RunFacts,
  type RunListing,
  runsOfConfig,
} from '../../core/training/runListing.ts';
import { Disposable } from '../base/disposable.ts';
import type { Jobs } from '../runs/jobs.ts';
import type { RunStore } from '../runs/runStore.ts';
import { isTraining } from '../runs/trainedConfigs.ts';
import { type ConfigDocuments, fileOf, selector } from './configDocuments.ts';
import { reporting } from '../base/failures.ts';
import { estimateTraining } from '../../core/config/trainingEstimate.ts';
import { paceOf, type TrainingTimes } from '../runs/trainingTimes.ts';
import { partRows, sizeText, sizeTooltip, timesText } from './configTexts.ts';

/** Shows what the model's parameters are; for the lens alone. */
const showParts = 'xmlcnn.showModelParts';
/** Shows quicker ways to train on the same data; for the lens alone. */
const showQuicker = 'xmlcnn.showQuickerWays';

/** Above a config: what can be done with it, and how large its model is. */
export class ConfigCodeLenses extends Disposable implements vscode.CodeLensProvider {
  private readonly changed = this.own(new vscode.EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.changed.event;
  /** Which jobs the lenses know of. */
  private known = '';
  /** Runs by folder, and facts by run and last change: kept until a run changes. */
  private readonly listings = new Map<string, Promise<RunListing[]>>();
  private readonly facts = new Map<string, Promise<RunFacts | undefined>>();

  constructor(
    private readonly configs: ConfigDocuments,
    runs: RunStore,
    private readonly jobs: Jobs,
    private readonly times: TrainingTimes,
    private readonly log: vscode.LogOutputChannel,
  ) {
    super();
    this.own(times.onDidChange(() => this.changed.fire()));
    this.own(
      vscode.commands.registerCommand(
        showQuicker,
        reporting(log, (uri: vscode.Uri) => this.trainQuicker(uri)),
      ),
    );
    this.own(vscode.languages.registerCodeLensProvider(selector, this));
    this.own(
      vscode.commands.registerCommand(showParts, (rows: vscode.QuickPickItem[], title: string) =>
        vscode.window.showQuickPick(rows, { title, placeHolder: vscode.l10n.t('What the parameters are') }),
      ),
    );
    this.own(jobs.onDidChange(() => this.tellOfJobs()));
    this.own(
      runs.onDidChange(() => {
        this.listings.clear();
        this.changed.fire();
      }),
    );
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const file = fileOf(document);
    if (file === undefined) return [];
    const analysis = this.configs.analysis(document);
    const runs = await this.runsOf(analysis.config, file);
    const top = new vscode.Range(0, 0, 0, 0);
    const lens = (title: string, command: string, tooltip: string): vscode.CodeLens =>
      new vscode.CodeLens(top, { title, command, tooltip, arguments: [document.uri] });
    const { t } = vscode.l10n;
    const job = this.jobs.all.find((one) => isTraining(one, document));
    const lenses = job
      ? [lens(t('Stop'), 'xmlcnn.stop', t('End the run of this config with a checkpoint'))]
      : [lens(t('Train'), 'xmlcnn.train', t('Start a run of this config'))];
    if (job?.state.folder !== undefined) lenses.push(showLens(top, job.state.folder));
    if (!job && runs.some(({ status }) => status !== 'damaged' && status !== 'running'))
      lenses.push(lens(t('Resume'), 'xmlcnn.resume', t('Go on with the last run of this config')));
    if (runs.some(({ bestEpoch }) => bestEpoch > 0))
      lenses.push(lens(t('Evaluate'), 'xmlcnn.evaluate', t('Measure the last run of this config')));
    return [...lenses, ...(isWrong(analysis) ? [] : await this.figures(analysis, runs, top, document))];
  }

  private async trainQuicker(uri: vscode.Uri): Promise<void> {
    const document = await vscode.workspace.openTextDocument(uri);
    const file = await this.times.choose(uri.fsPath, this.configs.analysis(document).config);
    if (file !== undefined) await vscode.commands.executeCommand('xmlcnn.train', vscode.Uri.file(file));
  }

  /** A job reports each of its steps: the lenses change with who trains, and where. */
  private tellOfJobs(): void {
    const known = this.jobs.all.map(({ task, state }) => [task.kind, state.title, state.folder]).join('\n');
    if (known === this.known) return;
    this.known = known;
    this.changed.fire();
  }

  private async runsOf(config: RunConfig, file: string): Promise<RunListing[]> {
    const { folder } = config.output;
    if (typeof folder !== 'string') return [];
    const path = resolve(dirname(file), folder);
    const listed = this.listings.get(path) ?? listRuns(path).catch((error: Error) => this.failed(path, error, []));
    this.listings.set(path, listed);
    return runsOfConfig(await listed, config, file);
  }

  /** How long training takes, and how large a network is: how many weights of a linear model count shows in training. */
  private async figures(
    { config }: Analysis,
    runs: readonly RunListing[],
    top: vscode.Range,
    { uri, isDirty }: vscode.TextDocument,
  ): Promise<vscode.CodeLens[]> {
    const { t } = vscode.l10n;
    const found = await this.newestFacts(runs);
    const data = await this.times.dataAtHand(config, uri.fsPath, !isDirty);
    const estimate = data && estimateTraining(config, data.facts, data.machine, paceOf(found, config));
    const time =
      estimate &&
      new vscode.CodeLens(top, {
        title: timesText(estimate, t),
        tooltip: t('By the pace of the last run, or the speed of this machine. Click for quicker ways.'),
        command: showQuicker,
        arguments: [uri],
      });
    const { vocabulary, labels = data?.facts.labels } = found ?? {};
    const isOfOtherData = found?.labels !== undefined && !hasSameData(found.config, config);
    const facts = { size: modelSize(config, { labels, vocabulary }), isOfOtherData };
    const size = new vscode.CodeLens(top, {
      title: sizeText(facts, t),
      tooltip: sizeTooltip(facts, t),
      command: showParts,
      arguments: [partRows(modelParts(config, { labels, vocabulary }), t), sizeText(facts, t)],
    });
    return [...(time ? [time] : []), ...(config.model.type === 'linear' ? [] : [size])];
  }

  /** Of the newest run that knows its labels, else of the newest that can be read. */
  private async newestFacts(runs: readonly RunListing[]): Promise<RunFacts | undefined> {
    let first: RunFacts | undefined;
    for (const run of runs.filter(({ status }) => status !== 'damaged').slice(0, 3)) {
      const facts = await this.factsOf(run);
      if (facts?.labels !== undefined) return facts;
      first ??= facts;
    }
    return first;
  }

  private factsOf({ folder, changed }: RunListing): Promise<RunFacts | undefined> {
    const key = `${folder} ${changed}`;
    const read =
      this.facts.get(key) ?? readRunFacts(folder).catch((error: Error) => this.failed(folder, error, undefined));
    if (this.facts.size > 100) this.facts.clear();
    this.facts.set(key, read);
    return read;
  }

  private failed<T>(path: string, { message }: Error, instead: T): T {
    this.log.warn(`${path}: ${message}`);
    return instead;
  }
}

/** Too wrong to have a size. */
const isWrong = ({ diagnostics }: Analysis): boolean =>
  diagnostics.some(
    ({ severity, code, key }) =>
      severity === 'error' && (code === 'syntax' || !key || /^(extends|text|embedding|model|training)\b/.test(key)),
  );

const showLens = (at: vscode.Range, run: string): vscode.CodeLens =>
  new vscode.CodeLens(at, {
    title: vscode.l10n.t('Show Metrics'),
    command: 'xmlcnn.showMetrics',
    tooltip: vscode.l10n.t('Show how this run learns'),
    arguments: [run],
  });
