/** Labels where texts are read: hovers, evidence in the editor, and the model that predicts them. */
import * as vscode from 'vscode';
import { type CommandArguments, readArguments, type TextPlace } from '../base/commandArguments.ts';
import { Disposable } from '../base/disposable.ts';
import { reporting } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { showInformation } from '../base/notices.ts';
import type { RecordDocuments } from '../datasets/recordDocuments.ts';
import type { RunStore } from '../runs/runStore.ts';
import { mayStartJobs } from '../runs/trust.ts';
import { type ActiveModel, ModelStatusBar, selectModel } from './activeModel.ts';
import { Evidence, pickLabel } from './evidence.ts';
import { TextFinder } from './foundText.ts';
import { LabelHover } from './hoverProvider.ts';
import { type Prediction, Predictions } from './textPredictions.ts';
import { WarmPredictor } from './warmPredictor.ts';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { bagOfWordsFormats } from '../../core/data/document.ts';
import { openReader } from '../../core/data/openDataset.ts';
import { UserError } from '../../core/base/errors.ts';
import { mayHoldRecords } from './datasetFiles.ts';

/** Labels predicted for a list, and for a hover whose link is followed. */
const top = { list: 10, hover: 5 };

/** A place in an open document. */
interface Place {
  document: vscode.TextDocument;
  position: vscode.Position;
  selection: vscode.Selection | undefined;
}

export class HoverFeature extends Disposable {
  private readonly predictor: WarmPredictor;
  private readonly predictions: Predictions;
  private readonly evidence = this.own(new Evidence());

  constructor(
    private readonly services: Services,
    runs: RunStore,
    private readonly model: ActiveModel,
    records: RecordDocuments,
  ) {
    super();
    this.predictor = this.own(new WarmPredictor(services));
    this.predictions = new Predictions(this.model, this.predictor, new TextFinder(records), records);
    this.own(new ModelStatusBar(services, this.model, this.predictions.models));
    this.own(new LabelHover(services, this.predictions));
    this.own(new LargeFileNotice(services));
    this.command('xmlcnn.selectModel', (...args: unknown[]) => selectModel(this.model, runs, readArguments(args)));
    this.command('xmlcnn.predictSelection', () => this.predictSelection());
    this.command('xmlcnn.highlightEvidence', (...args: unknown[]) => this.highlight(readArguments(args)));
    this.command('xmlcnn.clearEvidence', async () => this.evidence.clear());
    this.command('xmlcnn.openTextPredictions', (...args: unknown[]) => this.openPredictions(readArguments(args)));
  }

  private command<A extends unknown[]>(id: string, work: (...args: A) => Promise<unknown>): void {
    this.own(vscode.commands.registerCommand(id, reporting(this.services.log, work)));
  }

  private async predictSelection(): Promise<void> {
    const place = await this.ready();
    if (place) await this.pick(vscode.l10n.t('Predicted Labels'), place);
  }

  /** With a label: marks what speaks for it, or takes the marks away where it is the one marked. Without: asks. */
  private async highlight({ place: given }: CommandArguments): Promise<void> {
    const place = await this.ready(given);
    if (!place) return;
    const prediction = await this.predict(place, top.hover);
    if (!prediction) return void showInformation(vscode.l10n.t('There is no text here to predict labels for.'));
    const { found, rows } = prediction;
    const row = given && rows.find(({ known }) => known?.id === given.label);
    if (this.evidence.isShown(place.document, found, row?.name)) this.evidence.clear();
    else if (row) this.evidence.show(place.document, found, row);
    else await this.pick(vscode.l10n.t('Highlight Evidence'), place);
  }

  private pick(title: string, place: Place): Promise<void> {
    const load = (signal: AbortSignal): Promise<Prediction | undefined> => this.predict(place, top.list, signal);
    const { document, position } = place;
    const { line, character } = position;
    const openPanel = (): void =>
      void vscode.commands.executeCommand('xmlcnn.openTextPredictions', {
        uri: document.uri.toString(),
        line,
        character,
      });
    return pickLabel(title, document, this.evidence, load, openPanel);
  }

  private async openPredictions({ place: given }: CommandArguments): Promise<void> {
    const place = await this.ready(given);
    const prediction = place && (await this.predict(place, top.hover));
    if (!prediction) return;
    const { run, found } = prediction;
    await vscode.commands.executeCommand(
      'xmlcnn.openPredictions',
      run.folder,
      found.record ?? { text: found.map.text },
    );
  }

  private predict(
    { document, position, selection }: Place,
    count: number,
    signal?: AbortSignal,
  ): Promise<Prediction | undefined> {
    return this.predictions.at(document, position, selection, { top: count, signal });
  }

  /** The place given, or that of the caret; undefined where there is no editor or no trust. Throws where there is no model. */
  private async ready(given?: TextPlace): Promise<Place | undefined> {
    if (!(await mayStartJobs())) return undefined;
    await this.model.refresh();
    this.predictions.require(vscode.l10n.t);
    const editors = vscode.window.visibleTextEditors;
    const editor = given
      ? editors.find(({ document }) => document.uri.toString() === given.uri)
      : vscode.window.activeTextEditor;
    if (!editor) {
      if (!given) void showInformation(vscode.l10n.t('Open a text to predict its labels.'));
      return undefined;
    }
    const { document, selection } = editor;
    return {
      document,
      selection,
      position: given ? new vscode.Position(given.line, given.character) : selection.active,
    };
  }
}

/** VS Code gives files beyond this to no extension. */
const largestSynchronised = 50 * 1024 * 1024;
const memoryKey = 'xmlcnn.largeFilesTold';

/** Says, once per dataset file, why there is no hover in it, and offers what can be done instead. */
class LargeFileNotice extends Disposable {
  constructor(private readonly services: Services) {
    super();
    const look = reporting(services.log, () => this.look());
    this.own(vscode.window.tabGroups.onDidChangeTabs(look));
    this.own(vscode.window.tabGroups.onDidChangeTabGroups(look));
    void look();
  }

  private async look(): Promise<void> {
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    if (!(input instanceof vscode.TabInputText) || input.uri.scheme !== 'file') return;
    const { uri } = input;
    const { workspaceState } = this.services.context;
    const shown = workspaceState.get<string[]>(memoryKey, []);
    const isOn = vscode.workspace.getConfiguration('xmlcnn', uri).get('hover.enabled', true);
    if (!isOn || shown.includes(uri.fsPath) || !(await isLargeDataset(uri.fsPath))) return;
    await workspaceState.update(memoryKey, [...shown, uri.fsPath]);
    await this.offer(uri);
  }

  private async offer(uri: vscode.Uri): Promise<void> {
    const { t } = vscode.l10n;
    const record = t('Open a Record');
    const inspect = t('Inspect Dataset');
    const text = t(
      '{0} is over 50 MB. VS Code gives such files to no extension, so no labels are shown when you point at them; a record on its own has them.',
      basename(uri.fsPath),
    );
    const chosen = await showInformation(text, record, inspect);
    if (chosen === inspect) await vscode.commands.executeCommand('xmlcnn.inspectDataset', uri);
    if (chosen === record) await openRecord(uri);
  }
}

async function openRecord({ fsPath }: vscode.Uri): Promise<void> {
  const { t } = vscode.l10n;
  const answer = await vscode.window.showInputBox({
    title: t('Open a Record'),
    prompt: t('A line of the record, as the editor counts it.'),
    value: '1',
    validateInput: (value) => (/^[1-9]\d*$/.test(value.trim()) ? undefined : t('A line number, from 1.')),
  });
  if (answer) await vscode.commands.executeCommand('xmlcnn.openRecord', { file: fsPath, line: Number(answer) });
}

async function isLargeDataset(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found || found.size <= largestSynchronised || !mayHoldRecords(path, 'plaintext')) return false;
  try {
    return !bagOfWordsFormats.includes((await openReader({ file: path }, {})).options.format);
  } catch (error) {
    if (error instanceof UserError) return false; // no dataset
    throw error;
  }
}
