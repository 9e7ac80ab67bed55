import { relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { labelNamesOf } from '../../core/data/labelNames.ts';
import { paragraphAt } from '../../core/data/positions/paragraph.ts';
import { type Lines, plainText, type PositionMap, type Range } from '../../core/data/positions/positionMap.ts';
import { RecordLocator } from '../../core/data/positions/recordLocator.ts';
import type { DatasetFile } from '../../core/data/document.ts';
import { UserError } from '../../core/base/errors.ts';
import type { RecordPointer } from '../../core/predict/scored.ts';
import { readingForRun, type TrainedReading } from '../../core/text/readSplit.ts';
import type { RecordText } from '../../core/explore/inspectionApi.ts';
import type { RecordDocuments } from '../datasets/recordDocuments.ts';
import { recordScheme } from '../datasets/recordUri.ts';
import { holdsRecords, isOfRun, mayHoldRecords, proseLanguages, recordEndings, textFolderOf } from './datasetFiles.ts';

/** A text to predict labels for, and where it stands in the editor. */
export interface FoundText {
  map: PositionMap;
  /** Its own labels, where they are known. */
  truth?: string[];
  /** What people call the labels of its file that have a name. */
  labelNames?: ReadonlyMap<string, string>;
  /** Where it is a whole record of a dataset on disk: the file, the line from 1, and its number where that tells nothing. */
  record?: DatasetFile & RecordPointer;
}

/** A file of records as it was found to be read. */
interface RecordsOfFile {
  locator: RecordLocator;
  /** The file has no labels under the names that the run was trained on. */
  isUnlabelled: boolean;
  labelNames: ReadonlyMap<string, string>;
}

/** Finds what a place in a document belongs to: a record, a paragraph, the selection. */
export class TextFinder {
  private readonly locators = new WeakMap<
    vscode.TextDocument,
    { version: number; run: TrainedReading | undefined; records: Promise<RecordsOfFile | undefined> }
  >();

  private readonly texts = new WeakMap<vscode.TextDocument, { run: TrainedReading; record: Promise<RecordText> }>();

  constructor(private readonly records: Pick<RecordDocuments, 'load' | 'read' | 'pointerOf'>) {}

  /** Recognised by name, language and the first line alone where they tell: false for code and the like. */
  async mayHoldText(document: vscode.TextDocument, run: TrainedReading | undefined): Promise<boolean> {
    const { uri, languageId } = document;
    if (uri.scheme === recordScheme || proseLanguages.includes(languageId)) return true;
    if (!mayHoldRecords(uri.fsPath, languageId)) return false;
    return languageId !== 'json' || (await this.recordsOf(document, run)) !== undefined;
  }

  /**
   * Throws `UserError` `missing-column` for a record of a file that has not the fields that the run was trained on.
   * @param run that of the model, by whose names files are read
   */
  async find(
    document: vscode.TextDocument,
    position: vscode.Position,
    selection: vscode.Selection | undefined,
    run: TrainedReading | undefined,
  ): Promise<FoundText | undefined> {
    if (document.uri.scheme === recordScheme) return this.virtual(document);
    const selected = selection && !selection.isEmpty && selection.contains(position) ? selection : undefined;
    const own = run && (await this.ofFolder(document, run));
    if (own) return selected ? { map: plainText(linesOf(document), selected) } : own;
    const records = await this.recordsOf(document, run);
    if (records) return this.record(records, document, position, selected);
    if (!proseLanguages.includes(document.languageId))
      return selected && { map: plainText(linesOf(document), selected) };
    if (selected) return { map: plainText(linesOf(document), selected) };
    const map = paragraphAt(linesOf(document), position, document.languageId === 'markdown');
    return map && { map };
  }

  /** Whether a document holds records with the fields that a run was trained on. Throws `UserError` where they are others. */
  async hasRecords(document: vscode.TextDocument, run: TrainedReading): Promise<boolean> {
    return (await this.recordsOf(document, run)) !== undefined;
  }

  /** Reads the records of a dataset file; undefined for files that are none. */
  private recordsOf(
    document: vscode.TextDocument,
    run: TrainedReading | undefined,
  ): Promise<RecordsOfFile | undefined> {
    const known = this.locators.get(document);
    if (known?.version === document.version && known.run === run) return known.records;
    const records = openRecords(document, run);
    this.locators.set(document, { version: document.version, run, records });
    return records;
  }

  private async virtual(document: vscode.TextDocument): Promise<FoundText | undefined> {
    const pointer = this.records.pointerOf(document.uri);
    if (!pointer || pointer.raw) return undefined;
    const { labels, file, place } = await this.records.load(document.uri);
    const map = wholeText(document);
    const isByLine = place.line > 0 && pointer.options?.format !== 'json';
    const record = { file, part: pointer.part, line: place.line, ...(!isByLine && { number: place.number }) };
    return { map, ...truthOf(labels), record };
  }

  /** A text in a folder of them that the run was trained or evaluated on; undefined for other files. */
  private async ofFolder(document: vscode.TextDocument, run: TrainedReading): Promise<FoundText | undefined> {
    const { fsPath, scheme } = document.uri;
    const folder = scheme === 'file' ? textFolderOf(fsPath, run) : undefined;
    if (folder === undefined) return undefined;
    let known = this.texts.get(document);
    if (known?.run !== run) {
      known = { run, record: this.readText(folder, fsPath, run) };
      this.texts.set(document, known);
    }
    try {
      const { labels, place } = await known.record;
      const record = { file: folder, line: 0, number: place.number };
      return { map: wholeText(document), ...truthOf(labels), record };
    } catch (error) {
      if (error instanceof UserError && error.code === 'no-such-record') return undefined; // a file of labels, say
      throw error;
    }
  }

  private async readText(folder: string, file: string, run: TrainedReading): Promise<RecordText> {
    const { options } = await readingForRun({ file: folder }, run, { isUnlabelledFine: true });
    const id = relative(folder, file)
      .replace(/\.txt$/i, '')
      .replaceAll(sep, '/');
    return this.records.read({ file: folder, id, options });
  }

  /** The record at a position, or the part of its text that is selected. */
  private async record(
    { locator, isUnlabelled, labelNames }: RecordsOfFile,
    document: vscode.TextDocument,
    { line, character }: vscode.Position,
    selected: vscode.Selection | undefined,
  ): Promise<FoundText | undefined> {
    const record = await locator.at(linesOf(document), line, character);
    const isInside = record && selected && selected.start.line >= record.first && selected.end.line <= record.last;
    if (selected && !isInside) return { map: plainText(linesOf(document), selected) };
    if (!record) return undefined;
    const part = selected && record.map.toText(selected);
    const file = document.uri.scheme === 'file' && !document.isDirty ? document.uri.fsPath : undefined;
    if (part) return { map: record.map.slice(part.start, part.end) };
    return {
      map: record.map,
      truth: isUnlabelled ? undefined : record.labels,
      labelNames,
      record: file === undefined ? undefined : { file, line: record.first + 1, number: record.number },
    };
  }
}

/** By the names of the run where there is one; what is no dataset by itself is none then either, but for the run's own files. */
async function openRecords(
  document: vscode.TextDocument,
  run: TrainedReading | undefined,
): Promise<RecordsOfFile | undefined> {
  const { fsPath } = document.uri;
  if (document.uri.scheme !== 'file' || !mayHoldRecords(fsPath, document.languageId)) return undefined;
  const lines = linesOf(document);
  const isOwn = run !== undefined && isOfRun(fsPath, run);
  const alone = isOwn ? undefined : await openAlone(fsPath, lines);
  if (!run) return alone && alone !== 'unknown-fields' ? named(fsPath, alone, false) : undefined;
  if (!isOwn && !alone) return undefined;
  const { options, isUnlabelled } = await readingForRun({ file: fsPath }, run, { isUnlabelledFine: true });
  const locator = await RecordLocator.open(fsPath, lines, options);
  return locator && named(fsPath, locator, isUnlabelled);
}

async function named(file: string, locator: RecordLocator, isUnlabelled: boolean): Promise<RecordsOfFile> {
  const { map } = await labelNamesOf({ file }, { ...locator.options, format: locator.format });
  return { locator, isUnlabelled, labelNames: map };
}

/** A record's own labels, as they were read with it. */
function truthOf(labels: RecordText['labels']): Pick<FoundText, 'truth' | 'labelNames'> {
  const names = labels.flatMap(({ name, display }) => (display === undefined ? [] : [[name, display] as const]));
  return { truth: labels.map(({ name }) => name), labelNames: new Map(names) };
}

/** `unknown-fields` for a dataset of which it cannot be told which fields are the text. */
async function openAlone(path: string, lines: Lines): Promise<RecordLocator | 'unknown-fields' | undefined> {
  try {
    const locator = await RecordLocator.open(path, lines, {});
    return locator && holdsRecords(path, locator, lines.count) ? locator : undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.code === 'no-text-field' && recordEndings.test(path) ? 'unknown-fields' : undefined; // else no dataset
  }
}

const wholeText = (document: vscode.TextDocument): PositionMap => {
  const end = document.lineAt(document.lineCount - 1).range.end;
  return plainText(linesOf(document), new vscode.Range(new vscode.Position(0, 0), end));
};

/** A document's lines, for the core. */
function linesOf(document: vscode.TextDocument): Lines {
  return {
    count: document.lineCount,
    at: (line) => document.lineAt(line).text,
    end: document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n',
  };
}

export const editorRange = ({ start, end }: Range): vscode.Range =>
  new vscode.Range(start.line, start.character, end.line, end.character);
