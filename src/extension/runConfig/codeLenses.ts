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
import { partRows, sizeText, sizeTooltip } from './configTexts.ts';

/** Shows what the model's parameters are; for the lens alone. */
const showParts = 'xmlcnn.showModelParts';

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
    private readonly log: vscode.LogOutputChannel,
  ) {
    super();
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
    const size = await this.sizeLens(analysis, runs, top);
    return size ? [...lenses, size] : lenses;
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

  /** undefined where the config is too wrong to have a size, and of a linear model: how many weights count shows in training. */
  private async sizeLens(
    { config, diagnostics }: Analysis,
    runs: readonly RunListing[],
    top: vscode.Range,
  ): Promise<vscode.CodeLens | undefined> {
    const isWrong = diagnostics.some(
      ({ severity, code, key }) =>
        severity === 'error' && (code === 'syntax' || !key || /^(extends|text|embedding|model|training)\b/.test(key)),
    );
    if (isWrong || config.model.type === 'linear') return undefined;
    const found = await this.newestFacts(runs);
    const { labels, vocabulary, epochSeconds } = found ?? {};
    const isOfOtherData = labels !== undefined && found !== undefined && !hasSameData(found.config, config);
    const facts = { size: modelSize(config, { labels, vocabulary }), isOfOtherData, epochSeconds };
    const { t } = vscode.l10n;
    return new vscode.CodeLens(top, {
      title: sizeText(facts, t),
      tooltip: sizeTooltip(facts, t),
      command: showParts,
      arguments: [partRows(modelParts(config, { labels, vocabulary }), t), sizeText(facts, t)],
    });
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

const showLens = (at: vscode.Range, run: string): vscode.CodeLens =>
  new vscode.CodeLens(at, {
    title: vscode.l10n.t('Show Metrics'),
    command: 'xmlcnn.showMetrics',
    tooltip: vscode.l10n.t('Show how this run learns'),
    arguments: [run],
  });
