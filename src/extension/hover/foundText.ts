import * as vscode from 'vscode';
import type { RunConfig } from '../../core/config/runConfig.ts';
import { paragraphAt } from '../../core/data/positions/paragraph.ts';
import { type Lines, plainText, type PositionMap, type Range } from '../../core/data/positions/positionMap.ts';
import { RecordLocator } from '../../core/data/positions/recordLocator.ts';
import { UserError } from '../../core/base/errors.ts';
import type { RecordDocuments } from '../datasets/recordDocuments.ts';
import { recordScheme } from '../datasets/recordUri.ts';
import { holdsRecords, mayHoldRecords, proseLanguages, readingOptions } from './datasetFiles.ts';

/** A text to predict labels for, and where it stands in the editor. */
export interface FoundText {
  map: PositionMap;
  /** Its own labels, where they are known. */
  truth?: string[];
  /** Where it is a whole record of a dataset on disk: the file, and the line from 1. */
  record?: { file: string; line: number };
}

type Dataset = RunConfig['dataset'];

/** Finds what a place in a document belongs to: a record, a paragraph, the selection. */
export class TextFinder {
  private readonly locators = new WeakMap<
    vscode.TextDocument,
    { version: number; dataset: Dataset | undefined; locator: Promise<RecordLocator | undefined> }
  >();

  constructor(private readonly records: Pick<RecordDocuments, 'load' | 'pointerOf'>) {}

  /** Recognised by name, language and the first line alone: false for code and the like. */
  mayHoldText(document: vscode.TextDocument): boolean {
    const { uri, languageId } = document;
    if (uri.scheme === recordScheme || proseLanguages.includes(languageId)) return true;
    if (!mayHoldRecords(uri.fsPath, languageId)) return false;
    return languageId !== 'json' || /^\s*\{.*\}\s*$/.test(document.lineAt(0).text); // records stand on lines of their own
  }

  /** @param dataset that of the model, for files that are read as it was */
  async find(
    document: vscode.TextDocument,
    position: vscode.Position,
    selection: vscode.Selection | undefined,
    dataset: Dataset | undefined,
  ): Promise<FoundText | undefined> {
    if (document.uri.scheme === recordScheme) return this.virtual(document);
    const selected = selection && !selection.isEmpty && selection.contains(position) ? selection : undefined;
    const locator = await this.locator(document, dataset);
    if (locator) return this.record(locator, document, position, selected);
    if (!proseLanguages.includes(document.languageId))
      return selected && { map: plainText(linesOf(document), selected) };
    if (selected) return { map: plainText(linesOf(document), selected) };
    const map = paragraphAt(linesOf(document), position, document.languageId === 'markdown');
    return map && { map };
  }

  /** Reads the records of a dataset file; undefined for files that are none. */
  locator(document: vscode.TextDocument, dataset: Dataset | undefined): Promise<RecordLocator | undefined> {
    const known = this.locators.get(document);
    if (known?.version === document.version && known.dataset === dataset) return known.locator;
    const locator = openLocator(document, dataset);
    this.locators.set(document, { version: document.version, dataset, locator });
    return locator;
  }

  private async virtual(document: vscode.TextDocument): Promise<FoundText | undefined> {
    if (!this.records.pointerOf(document.uri) || this.records.pointerOf(document.uri)?.raw) return undefined;
    const { labels, file, place } = await this.records.load(document.uri);
    const end = document.lineAt(document.lineCount - 1).range.end;
    const map = plainText(linesOf(document), new vscode.Range(new vscode.Position(0, 0), end));
    return { map, truth: labels.map(({ name }) => name), record: { file, line: place.line } };
  }

  /** The record at a position, or the part of its text that is selected. */
  private async record(
    locator: RecordLocator,
    document: vscode.TextDocument,
    { line }: vscode.Position,
    selected: vscode.Selection | undefined,
  ): Promise<FoundText | undefined> {
    const record = await locator.at(linesOf(document), line);
    const isInside = record && selected && selected.start.line >= record.first && selected.end.line <= record.last;
    if (selected && !isInside) return { map: plainText(linesOf(document), selected) };
    if (!record) return undefined;
    const part = selected && record.map.toText(selected);
    const file = document.uri.scheme === 'file' && !document.isDirty ? document.uri.fsPath : undefined;
    if (part) return { map: record.map.slice(part.start, part.end) };
    return {
      map: record.map,
      truth: record.labels,
      record: file === undefined ? undefined : { file, line: record.first + 1 },
    };
  }
}

async function openLocator(
  document: vscode.TextDocument,
  dataset: Dataset | undefined,
): Promise<RecordLocator | undefined> {
  const { fsPath } = document.uri;
  if (document.uri.scheme !== 'file' || !mayHoldRecords(fsPath, document.languageId)) return undefined;
  const lines = linesOf(document);
  for (const options of readingOptions(fsPath, dataset))
    try {
      const locator = await RecordLocator.open(fsPath, lines, options);
      if (locator) return holdsRecords(fsPath, locator.format, lines.count) ? locator : undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error; // no dataset, or not read that way
    }
  return undefined;
}

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
