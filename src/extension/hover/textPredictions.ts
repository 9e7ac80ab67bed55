import type * as vscode from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { RunListing } from '../../core/training/runListing.ts';
import type { ExplainedText } from '../../runner/services/predictor.ts';
import { showWarning } from '../base/notices.ts';
import type { RecordDocuments } from '../datasets/recordDocuments.ts';
import type { ActiveModel } from './activeModel.ts';
import { type FileModel, FileModels } from './fileModels.ts';
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
  readonly models: FileModels;

  constructor(
    private readonly model: ActiveModel,
    private readonly predictor: WarmPredictor,
    private readonly finder: TextFinder,
    records: RecordDocuments,
  ) {
    this.models = new FileModels(model, finder, records);
  }

  /** The model of a document; of one that has none, the newest, for who asks for labels by a command. */
  private async modelOf(document: vscode.TextDocument): Promise<FileModel | undefined> {
    const own = await this.models.of(document);
    const { run } = this.model;
    return own ?? (run && { run, trained: await this.models.readingOf(run) });
  }

  /** undefined where no text is at the position, or there is no model. Throws `UserError` and `Cancelled`. */
  async at(
    document: vscode.TextDocument,
    position: vscode.Position,
    selection: vscode.Selection | undefined,
    { top, signal, isHover = false }: { top: number; signal?: AbortSignal; isHover?: boolean },
  ): Promise<Prediction | undefined> {
    const model = await (isHover ? this.models.of(document) : this.modelOf(document));
    if (!model || (isHover && !(await this.finder.mayHoldText(document, model.trained)))) return undefined;
    const { run, trained } = model;
    const found = await this.finder.find(document, position, selection, trained);
    if (!found || signal?.aborted) return undefined;
    const { warning } = await this.predictor.open(run.folder);
    if (warning !== undefined) this.warn(run, warning);
    if (signal?.aborted) return undefined;
    const { truth, map, labelNames } = found;
    const text = await this.predictor.explain(run.folder, map.text, { top, truth, signal });
    return { run, found, text, rows: labelRows(text, truth, labelNames) };
  }

  /** Once for each model. */
  private warn({ folder, name }: RunListing, warning: string): void {
    if (this.warned.has(folder)) return;
    this.warned.add(folder);
    void showWarning(`${name}: ${warning}`);
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
