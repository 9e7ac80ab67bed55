import { stat } from 'node:fs/promises';
import type * as vscode from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { TrainedReading } from '../../core/text/readSplit.ts';
import { readTrainedReading, runPaths } from '../../core/training/runFolder.ts';
import type { RunListing } from '../../core/training/runListing.ts';
import type { ExplainedText } from '../../runner/services/predictor.ts';
import { showWarning } from '../base/notices.ts';
import type { ActiveModel } from './activeModel.ts';
import type { FoundText, TextFinder } from './foundText.ts';
import type { LabelRow } from './verdicts.ts';
import { labelRows } from './verdicts.ts';
import type { WarmPredictor } from './warmPredictor.ts';

/** What the active model says of a text in the editor. */
export interface Prediction {
  run: RunListing;
  found: FoundText;
  text: ExplainedText;
  rows: LabelRow[];
}

/** Predicts for places in documents. */
export class Predictions {
  private readonly warned = new Set<string>();
  private reading: { key: string; trained: Promise<TrainedReading> } | undefined;

  constructor(
    private readonly model: ActiveModel,
    private readonly predictor: WarmPredictor,
    private readonly finder: TextFinder,
  ) {}

  /** undefined where no text is at the position, or there is no model. Throws `UserError` and `Cancelled`. */
  async at(
    document: vscode.TextDocument,
    position: vscode.Position,
    selection: vscode.Selection | undefined,
    { top, signal }: { top: number; signal?: AbortSignal },
  ): Promise<Prediction | undefined> {
    const { run } = this.model;
    if (!run) return undefined;
    const found = await this.finder.find(document, position, selection, await this.readingOf(run));
    if (!found || signal?.aborted) return undefined;
    const { warning } = await this.predictor.open(run.folder);
    if (warning !== undefined) this.warn(run, warning);
    if (signal?.aborted) return undefined;
    const { truth, map, labelNames } = found;
    const text = await this.predictor.explain(run.folder, map.text, { top, truth, signal });
    return { run, found, text, rows: labelRows(text, truth, labelNames) };
  }

  /** The same object as long as the run's config is the same. */
  private async readingOf({ folder }: RunListing): Promise<TrainedReading> {
    const found = await stat(runPaths(folder).config).catch(() => undefined); // one that is not there is reported below
    const key = `${folder} ${found?.mtimeMs}`;
    if (this.reading?.key !== key) this.reading = { key, trained: readTrainedReading(folder) };
    return this.reading.trained;
  }

  /** Once for each model. */
  private warn({ folder, name }: RunListing, warning: string): void {
    if (this.warned.has(folder)) return;
    this.warned.add(folder);
    void showWarning(`${name}: ${warning}`);
  }

  /** Whether a document is worth starting the model for. */
  async mayHoldText(document: vscode.TextDocument): Promise<boolean> {
    const { run } = this.model;
    return this.finder.mayHoldText(document, run && (await this.readingOf(run)));
  }

  /** Whether a record of a dataset is there, however it would be predicted. */
  async isRecord(document: vscode.TextDocument, position: vscode.Position): Promise<boolean> {
    return (await this.finder.find(document, position, undefined, undefined))?.record !== undefined;
  }

  /** The active model's run. Throws a `UserError` that says how to get one. */
  require(t: (message: string) => string): RunListing {
    const { run, candidates } = this.model;
    if (run) return run;
    throw candidates.length > 0
      ? new UserError('no-model', t('No model is selected'), t('Choose one with "XML-CNN: Select Model".'))
      : new UserError('no-model', t('No run of this workspace has a model yet'), t('Train one with "XML-CNN: Train".'));
  }
}
