import { stat } from 'node:fs/promises';
import type * as vscode from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { readingForRun, type TrainedReading } from '../../core/text/readSplit.ts';
import { readTrainedReading, runPaths } from '../../core/training/runFolder.ts';
import type { RunListing } from '../../core/training/runListing.ts';
import type { RecordDocuments } from '../datasets/recordDocuments.ts';
import { recordScheme } from '../datasets/recordUri.ts';
import { isBesideRun, isOfRun, textFolderOf } from './datasetFiles.ts';
import type { TextFinder } from './foundText.ts';

/** A run whose model is asked, and how it reads files. */
export interface FileModel {
  run: RunListing;
  trained: TrainedReading;
}

/** What the user chose, and among what. */
interface ModelChoice {
  readonly candidates: readonly RunListing[];
  readonly chosen: RunListing | undefined;
  readonly isOff: boolean;
}

/** Which model answers where a document is pointed at. */
export class FileModels {
  private readonly readings = new Map<string, { key: string; trained: Promise<TrainedReading> }>();
  private readonly known = new WeakMap<
    vscode.TextDocument,
    { version: number; runs: readonly RunListing[]; chosen?: RunListing; found: Promise<FileModel | undefined> }
  >();

  constructor(
    private readonly model: ModelChoice,
    private readonly finder: TextFinder,
    private readonly records: Pick<RecordDocuments, 'pointerOf'>,
  ) {}

  /**
   * The model whose config names the file, else one that was trained beside it on the same fields; the one that the user chose comes
   * first among these, and answers alone elsewhere. Undefined where no model is to answer. Throws `UserError` of the chosen run alone.
   */
  async of(document: vscode.TextDocument): Promise<FileModel | undefined> {
    const { candidates: runs, chosen, isOff } = this.model;
    if (isOff) return undefined;
    const { version } = document;
    const known = this.known.get(document);
    if (known?.version === version && known.runs === runs && known.chosen === chosen) return known.found;
    const found = this.find(document, runs, chosen);
    this.known.set(document, { version, runs, chosen, found });
    return found;
  }

  private async find(
    document: vscode.TextDocument,
    runs: readonly RunListing[],
    chosen: RunListing | undefined,
  ): Promise<FileModel | undefined> {
    const file = this.fileOf(document);
    const fallback = chosen && { run: chosen, trained: await this.readingOf(chosen) };
    if (file === undefined) return fallback;
    const finished = runs.filter(({ status }) => status === 'finished' || status === 'early');
    const read = await Promise.all(finished.map((run) => this.readable(run)));
    const models = [fallback, ...read].filter((one) => one !== undefined);
    const own = models.find(({ trained }) => isOfRun(file, trained) || textFolderOf(file, trained) !== undefined);
    if (own) return own;
    for (const one of models)
      if (isBesideRun(file, one.trained) && (await this.hasSameFields(document, file, one.trained))) return one;
    return fallback;
  }

  /** The file that a document's text is of. */
  private fileOf({ uri }: vscode.TextDocument): string | undefined {
    if (uri.scheme === recordScheme) return this.records.pointerOf(uri)?.file;
    return uri.scheme === 'file' ? uri.fsPath : undefined;
  }

  private async hasSameFields(document: vscode.TextDocument, file: string, trained: TrainedReading): Promise<boolean> {
    try {
      if (document.uri.scheme !== recordScheme) return await this.finder.hasRecords(document, trained);
      await readingForRun({ file }, trained, { isUnlabelledFine: true });
      return true;
    } catch (error) {
      if (error instanceof UserError) return false; // other fields, or no dataset
      throw error;
    }
  }

  /** undefined for a run that cannot be read: the list of runs says so. */
  private async readable(run: RunListing): Promise<FileModel | undefined> {
    try {
      return { run, trained: await this.readingOf(run) };
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }

  /** The same object as long as the run's config is the same. */
  async readingOf({ folder }: RunListing): Promise<TrainedReading> {
    const found = await stat(runPaths(folder).config).catch(() => undefined); // one that is not there is reported below
    const key = `${found?.mtimeMs}`;
    const known = this.readings.get(folder);
    if (known?.key === key) return known.trained;
    const trained = readTrainedReading(folder);
    this.readings.set(folder, { key, trained });
    return trained;
  }
}
