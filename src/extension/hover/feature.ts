/** Labels where texts are read: hovers, evidence in the editor, and the model that predicts them. */
import * as vscode from 'vscode';
import type { CommandArguments, TextPlace } from '../base/commandArguments.ts';
import { readArguments } from '../base/commandArguments.ts';
import { Disposable } from '../base/disposable.ts';
import { reporting } from '../base/failures.ts';
import type { Services } from '../base/services.ts';
import { showInformation } from '../base/notices.ts';
import type { RecordDocuments } from '../datasets/recordDocuments.ts';
import type { RunStore } from '../runs/runStore.ts';
import { mayStartJobs } from '../runs/trust.ts';
import { ActiveModel } from './activeModel.ts';
import { Evidence } from './evidence.ts';
import { TextFinder } from './foundText.ts';
import { LabelHover } from './hoverProvider.ts';
import { pickLabel } from './labelPick.ts';
import { LargeFileNotice } from './largeFiles.ts';
import { ModelStatusBar } from './modelStatusBar.ts';
import type { Prediction } from './predictions.ts';
import { Predictions } from './predictions.ts';
import { selectModel } from './selectModel.ts';
import { WarmPredictor } from './warmPredictor.ts';

/** Labels predicted for a list, and for a hover whose link is followed. */
const top = { list: 10, hover: 5 };

/** A place in an open document. */
interface Place {
  document: vscode.TextDocument;
  position: vscode.Position;
  selection: vscode.Selection | undefined;
}

export class HoverFeature extends Disposable {
  private readonly model: ActiveModel;
  private readonly predictor: WarmPredictor;
  private readonly predictions: Predictions;
  private readonly evidence = this.own(new Evidence());

  constructor(
    private readonly services: Services,
    runs: RunStore,
    records: RecordDocuments,
  ) {
    super();
    this.model = this.own(new ActiveModel(services, runs));
    this.predictor = this.own(new WarmPredictor(services));
    this.predictions = new Predictions(this.model, this.predictor, new TextFinder(records));
    this.own(new ModelStatusBar(this.model));
    this.own(new LabelHover(services, this.model, this.predictions));
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
